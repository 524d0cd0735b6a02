"""funcgrad.autograd against HIPS autograd: the figures that autograd gave for the lines of expected/autograd_cases.py."""

import json
import pathlib
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

import funcgrad as fg
from funcgrad import swaps

EXPECTED = pathlib.Path(__file__).parent / "expected"
sys.path.append(str(EXPECTED))
from autograd_cases import LINES, names  # noqa: E402
from make_autograd import outcome  # noqa: E402

FILE = json.loads((EXPECTED / "autograd.json").read_text())
STORED = FILE["lines"]
SPACE = names(import_module, "funcgrad.autograd")


def same(got, want, rtol=1e-12):
    if isinstance(want, dict):
        assert got.keys() == want.keys()
        for k in want:
            same(got[k], want[k], rtol)
    elif isinstance(want, list):
        assert len(got) == len(want)
        for g, w in zip(got, want, strict=True):
            same(g, w, rtol)
    elif isinstance(want, float):
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol / 100)
    else:
        assert got == want


@pytest.mark.parametrize("line", LINES)
def test_as_autograd(line):
    # (both integrate an adjoint, as exactly as they are told to, but not the same one)
    same(outcome(line, SPACE), STORED[line], 1e-7 if "odeint" in line else 1e-12)


def test_every_name_of_autograd():
    from funcgrad import autograd

    theirs = """checkpoint deriv elementwise_grad grad grad_and_aux grad_named hessian hessian_tensor_product
        hessian_vector_product holomorphic_grad jacobian make_ggnvp make_hvp make_jvp make_vjp multigrad_dict primitive
        tensor_jacobian_product value_and_grad vector_jacobian_product builtins core extend numpy tracer util wrap_util
        differential_operators""".split()
    assert not [name for name in theirs if not hasattr(autograd, name)]
    assert autograd.multigrad_dict(lambda a, b=3.0: a * b)(2.0) == {"a": 3.0, "b": 2.0}


def test_a_primitive_under_every_transform():
    """In all of funcgrad's transforms, which autograd has not: values by hand."""
    lse, x = SPACE["lse"], np.array([[1.0, 2.0], [0.5, -1.0]])
    softmax = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    np.testing.assert_allclose([fg.grad(lse)(v) for v in x], softmax, rtol=1e-12)
    np.testing.assert_allclose(fg.jvp(lse, (x[0],), (x[1],))[1], softmax[0] @ x[1], rtol=1e-12)
    np.testing.assert_allclose(
        fg.jacfwd(fg.grad(lse))(x[0]), np.diag(softmax[0]) - np.outer(softmax[0], softmax[0]), rtol=1e-12
    )


def test_missing_rules_say_so():
    from funcgrad.autograd import extend

    @extend.primitive
    def bare(x):
        return 2 * x

    with pytest.raises(NotImplementedError, match=r"VJP of bare is not defined: give one by defvjp\(bare"):
        fg.grad(bare)(1.0)
    extend.defvjp(bare, lambda ans, x: lambda g: 2 * g)
    assert fg.grad(bare)(1.0) == 2.0
    with pytest.raises(NotImplementedError, match="JVP of bare with respect to argument 0 is not defined"):
        fg.jvp(bare, (1.0,), (1.0,))


def test_a_script_runs_as_it_stands(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "import autograd.numpy as np\n"
        "import autograd.numpy.random as npr\n"
        "from autograd import grad\n"
        "from autograd.misc.optimizers import adam\n"
        "from autograd.scipy.special import gammaln\n"
        "w = adam(grad(lambda w, i: np.sum((w - 3) ** 2)), npr.RandomState(0).randn(2), num_iters=400, step_size=0.1)\n"
        "print(np.round(w, 3), sys.argv[1:], __name__, round(float(gammaln(5.0)), 4))\n"
        "import autograd.nothing\n"
    )
    done = subprocess.run([sys.executable, "-m", "funcgrad", "run", str(script), "a"], capture_output=True, text=True)
    assert done.stdout == "[3. 3.] ['a'] __main__ 3.1781\n"
    assert done.returncode == 1 and done.stderr.endswith(
        "ModuleNotFoundError: funcgrad.autograd has no autograd.nothing yet\n"
    )
    assert "running.py" not in done.stderr


def test_a_whole_program_prints_what_it_prints_under_autograd():
    command = [sys.executable, "-m", "funcgrad", "run", EXPECTED / "autograd_program.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == len(FILE["printed"].splitlines())
    for got, want in zip(done.stdout.split(), FILE["printed"].split(), strict=True):
        try:
            assert abs(float(got) - float(want)) < 2e-6
        except ValueError:
            assert got == want


def test_the_swap_refuses_a_loaded_autograd(monkeypatch):
    monkeypatch.setitem(sys.modules, "autograd", type(sys)("autograd"))
    with pytest.raises(ImportError, match="the real autograd is loaded already"):
        swaps.install("autograd")


@pytest.mark.parametrize(
    "operator, f, x",
    [
        ("grad", lambda x: 3.0, 1.0),
        ("value_and_grad", lambda x: np.sum(np.where(x > 0, 1.0, 2.0)), np.ones(2)),
        ("jacobian", lambda x: np.ones(3), np.ones(2)),
        ("elementwise_grad", lambda x: np.ones(2), np.ones(2)),
    ],
)
def test_a_result_that_depends_on_nothing_is_told(operator, f, x):
    with pytest.warns(UserWarning, match="^Output seems independent of input.$"):
        getattr(import_module("funcgrad.autograd"), operator)(f)(x)
