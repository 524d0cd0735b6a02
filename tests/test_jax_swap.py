"""funcgrad.jax against jax 0.10.2: the outcomes that jax gave for the expressions and programs of expected/jax_swap_cases.py."""

import ast
import contextlib
import copy
import importlib
import io
import os
import pathlib
import pickle
import subprocess
import sys

import numpy as np
import pytest

import funcgrad.jax as jax
import funcgrad.jax.numpy as jnp
from funcgrad.random import KeyArray

EXPECTED = pathlib.Path(__file__).parent / "expected"
sys.path.append(str(EXPECTED))
import jax_swap_cases as cases  # noqa: E402

from tests import packed  # noqa: E402

STORED = packed.read("jax_swap")["found"]
LOOSE = {
    "stax_and_optimizers": 1e-4
}  # (steps that are scaled by the size of gradients, some of which are rounding errors)
BUILTIN = {
    "TypeError",
    "ValueError",
    "IndexError",
    "AttributeError",
    "OverflowError",
    "NotImplementedError",
    "RuntimeError",
}


def is_key(r):
    return isinstance(r, KeyArray)


@pytest.fixture(scope="module")
def names():
    space = {"jax": jax, "jnp": jnp, "np": np}
    exec(cases.SETUP, space)
    return space


def close(got, want, dtype, rtol):
    numbers = [np.array([complex(v) if isinstance(v, str) else v for v in vs]) for vs in (got, want)]
    rtol = rtol or {"float16": 2e-3, "float64": 1e-12}.get(dtype, 3e-6)
    largest = float(np.max(np.abs(np.nan_to_num(numbers[1], posinf=0, neginf=0)), initial=0))
    np.testing.assert_allclose(*numbers, rtol=rtol, atol=rtol * max(largest, 0.05))


def same(got, want, rtol=None):
    if isinstance(want, list) and want and want[0] == "raises":
        kinds = set(want[1:])
        assert got[0] == "raises", got
        assert kinds & BUILTIN <= set(got[1:]) and kinds - BUILTIN - {"LookupError", "ArithmeticError"} <= set(
            got[1:]
        ), (got, want)
    elif isinstance(want, list) and want and want[0] in ("array", "np"):
        n = 4 if want[0] == "array" else 3
        assert got[:n] == want[:n], (got, want)
        close(got[n], want[n], want[1], rtol)
        if got[n] == want[n]:  # (to the last bit: then it prints the same)
            assert got == want
    elif isinstance(want, list):
        assert isinstance(got, list) and len(got) == len(want), (got, want)
        for g, w in zip(got, want, strict=True):
            same(g, w, rtol)
    elif isinstance(want, dict):
        assert got.keys() == want.keys()
        for k in want:
            same(got[k], want[k], rtol)
    else:
        assert got == want, (got, want)


@pytest.mark.parametrize("expression", cases.expressions())
def test_expression(expression, names):
    same(cases.outcome(lambda: eval(expression, dict(names)), jax, is_key), STORED[expression])


@pytest.mark.parametrize("name", cases.PROGRAMS)
def test_program(name):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        got = cases.outcome(lambda: cases.PROGRAMS[name](jax, jnp, np), jax, is_key)
    same(got, STORED[name], LOOSE.get(name))
    assert out.getvalue() == STORED[name + " prints"]


SCRIPT = """
import sys
import jax, jax.numpy as jnp
import numpy as np
from jax import config, grad, jit, lax, random, vmap
from jax.flatten_util import ravel_pytree
from jax.scipy.stats import norm
from jax.experimental.ode import odeint
import jax.nn as nn
print(jax.__name__, sys.modules["jax.numpy"] is jnp, type(jnp.ones(1)) is type(jnp.zeros(2)), sys.argv[1:])
print(repr(grad(lambda x: norm.logpdf(x))(1.5)), odeint(lambda y, t: -y, jnp.array([1.0]), jnp.array([0.0, 1.0]))[1].round(4))
import jax.nothing
"""


def run(script, **env):
    env = {k: v for k, v in os.environ.items() if k != "JAX_ENABLE_X64"} | env
    command = [sys.executable, "-m", "funcgrad", "run", "-c", script, "argument"]
    return subprocess.run(command, capture_output=True, text=True, env=env, cwd=EXPECTED.parents[1])


def test_a_script_as_it_stands():
    done = run(SCRIPT)
    assert done.stdout == (
        "funcgrad.jax True True ['argument']\nArray(-1.5, dtype=float32, weak_type=True) [0.36789998]\n"
    ), done.stderr
    assert done.stderr.endswith("ModuleNotFoundError: funcgrad.jax has no jax.nothing yet\n")
    assert run("import jax.numpy as jnp; print(jnp.ones(1).dtype)", JAX_ENABLE_X64="1").stdout == "float64\n"


def test_arrays_are_immutable_and_share_nothing():
    a = np.ones(3)
    views = [jnp.asarray(a), jnp.reshape(a, (3, 1)), jnp.atleast_1d(a), jnp.array(a)[1:], jax.jit(lambda x: x)(a)]
    a[:] = 7.0
    assert all(float(v.sum()) in (2.0, 3.0) for v in views)
    x = jnp.ones(2)
    for attempt in (
        lambda: x.fill(0),
        lambda: x.__setitem__(0, 1),
        lambda: np.asarray(x).__setitem__(0, 1),
        lambda: x.put(0, 1),
    ):
        with pytest.raises((TypeError, ValueError, AttributeError)):
            attempt()
    y = x
    y += 1
    assert x[0] == 1 and y[0] == 2 and copy.deepcopy(x) is x
    assert repr(pickle.loads(pickle.dumps(jnp.array(2.0)))) == "Array(2., dtype=float32, weak_type=True)"


def test_no_derivative_is_written_in_the_swap():
    """It declares no primitive, and its rules are the program's: by the names that its files use."""
    for path in (EXPECTED.parents[1] / "funcgrad" / "jax").rglob("*.py"):
        found = {n.id for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Name)}
        assert not found & {"define", "elementwise", "Primitive", "stop_gradient"}, path


def test_what_jax_caught_under_a_transform():
    """The engine's errors come as jax's, through every transform in between."""

    def caught(x):
        try:
            return x if x > 0 else -x
        except jax.errors.TracerBoolConversionError:
            return jnp.where(x > 0, x, -x)

    assert float(jax.jit(jax.grad(caught))(-2.0)) == -1.0
    kept = []
    jax.grad(lambda x: (kept.append(x), x)[1])(1.0)
    with pytest.raises(jax.errors.UnexpectedTracerError):
        kept[0] + 1


def test_dtypes_that_numpy_lacks_are_refused_with_a_remedy():
    assert not hasattr(jnp, "float8_e5m2") and getattr(jnp, "float8_e5m2", jnp.bfloat16) is jnp.bfloat16
    with contextlib.suppress(ImportError):  # (jax loads it: NumPy knows the name then)
        importlib.import_module("ml_dtypes")
    for attempt in (
        lambda: jnp.float8_e5m2,
        lambda: jnp.ones(3, "float8_e5m2"),
        lambda: jnp.ones(3).astype("float8_e5m2"),
        lambda: jnp.zeros_like(jnp.ones(3), dtype="float8_e5m2"),
        lambda: jax.random.normal(jax.random.key(0), (3,), "float8_e5m2"),
        lambda: jnp.finfo("float8_e5m2"),
    ):
        with pytest.raises((TypeError, AttributeError), match="use jnp.bfloat16 in its place"):
            attempt()
    with pytest.raises(AttributeError, match="use jnp.int8 in its place"):
        jnp.int4  # noqa: B018


def test_debug_nans_looks_at_what_is_not_traced():
    with jax.debug_nans(True), pytest.raises(FloatingPointError, match="nan.* in log"):
        jnp.log(jnp.array(-1.0))
    assert jnp.isnan(jnp.log(jnp.array(-1.0)))


def test_meshes_of_more_devices_are_refused():
    with pytest.raises(ValueError, match="8 devices, .*there is one, the CPU"):
        jax.make_mesh((4, 2), ("data", "model"))
    with pytest.raises(ValueError, match="rows of P.*is not found in mesh"):
        jax.sharding.NamedSharding(jax.make_mesh((1,), ("data",)), jax.sharding.PartitionSpec("rows"))
