"""torch.compiler's set_stance, wrap_numpy, default backend and recompile limit; the words are torch 2.13's."""

import warnings

import numpy as np
import pytest

import compat as torch


@pytest.fixture
def counted():
    """(a compiled function, its stats); the default stance again in the end."""

    @torch.compile
    def plain(x):
        return x.sin() * 2

    yield plain, plain.stats
    torch.compiler.set_stance("default")


def test_force_eager_runs_functions_as_they_are(counted):
    f, stats = counted
    with torch.compiler.set_stance("force_eager"):
        f(torch.ones(3))
    assert not stats().compilations
    f(torch.ones(3))
    assert len(stats().compilations) == 1


def test_eager_on_recompile_makes_no_more_programs(counted):
    f, stats = counted
    f(torch.ones(3))
    torch.compiler.set_stance("eager_on_recompile")
    assert f(torch.ones(3)).shape == (3,) and f(torch.ones(2, 2)).shape == (2, 2)
    assert len(stats().compilations) == 1


def test_fail_on_recompile_raises_torchs_words(counted):
    f, stats = counted
    said = "Detected recompile when torch.compile stance is 'fail_on_recompile'. filename: .*test_stance.py', function name: 'plain', line number: "
    with torch.compiler.set_stance("fail_on_recompile"), pytest.raises(RuntimeError, match=said):
        f(torch.ones(3))
    f(torch.ones(3))
    with torch.compiler.set_stance("fail_on_recompile"):
        f(torch.ones(3))
        with pytest.raises(
            RuntimeError, match=r"triggered by the following guard failure\(s\):\n    - the shape of args\[0\]"
        ):
            f(torch.ones(2, 2))
    assert f(torch.ones(2, 2)).shape == (2, 2)  # (the stance before is in force again)


def test_a_stance_as_a_decorator_holds_in_the_function_alone(counted):
    f, stats = counted

    @torch.compiler.set_stance("force_eager")
    def g():
        f(torch.ones(3))

    g()
    assert g.__name__ == "g" and not stats().compilations
    f(torch.ones(3))
    assert len(stats().compilations) == 1


def test_stances_that_there_are_not(counted):
    f, _ = counted
    with pytest.raises(RuntimeError, match="non-default stance cannot have force_backend set"):
        torch.compiler.set_stance("force_eager", force_backend="eager")
    said = r"invalid torch.compile stance 'DynamoStance\(stance='nope', skip_guard_eval_unsafe=False, backend=None\)'"
    with torch.compiler.set_stance("nope"), pytest.raises(RuntimeError, match=said):
        f(torch.ones(3))


def test_the_default_backend_is_a_name_or_callable():
    try:
        torch.compiler.set_default_backend("eager")
        assert torch.compiler.get_default_backend() == "eager"
        with pytest.raises(TypeError, match="backend must be a string or callable, got <class 'int'>"):
            torch.compiler.set_default_backend(3)
        assert torch.compiler.compile(lambda x: x + 1)(torch.ones(2)).tolist() == [2, 2]
    finally:
        torch.compiler.set_default_backend(None)
    assert torch.compiler.get_default_backend() == "inductor"


def test_a_recompile_limit_is_that_of_its_function():
    f = torch.compile(lambda x: x + 1, recompile_limit=2)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        for n in range(1, 6):
            assert f(torch.ones(n)).shape == (n,)
    assert len(f.stats().compilations) == 2 and [str(w.message) for w in said if "compiled 2 times" in str(w.message)]


def test_functions_of_arrays_as_functions_of_tensors():
    f = torch.compiler.wrap_numpy(lambda x, *, y: {"out": np.exp(x) + np.where(y > 0, y, 0).sum(axis=0), "n": 3})
    x = torch.tensor([0.0, 1.0])
    want = [1 + 3, float(np.exp(np.float32(1))) + 3]
    for g in (f, torch.compile(f, fullgraph=True)):
        got = g(x, y=torch.tensor([-5.0, 3.0]))
        assert type(got["out"]) is torch.Tensor and got["n"] == 3
        assert np.allclose(got["out"].tolist(), want)
    with pytest.raises(RuntimeError, match=r"Can't call numpy\(\) on Tensor that requires grad"):
        f(x.requires_grad_(), y=x)
