"""config(check_nans=True) and jit: a jitted function is looked into, and tells what the function itself would tell."""

import pathlib
import re

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
from funcgrad import errors

X = np.array([0.0, 4.0])
HERE = pathlib.Path(__file__)


def rooted(x):
    return np.sum(np.where(x > 0, np.sqrt(x), 0.0))  # the derivative of a root at 0


def masked(x):
    y = x - x
    z = y / y  # a quotient 0 / 0
    return np.sum(np.where(x > 9, z, x))


def faded(x):
    return np.sum(np.sqrt(x) * 0.0)  # a tangent inf * 0


def doubly(x):
    return np.sum(fg.jit(rooted)(x)) * 2.0


@pytest.fixture
def checking():
    with fg.config(check_nans=True), np.errstate(all="ignore"):
        yield


def message(run, jit):
    with pytest.raises(errors.NaNError) as caught:
        run(jit)
    return str(caught.value)


FOUND = {  # what is found -> (a program, words of the message, the line it names)
    "grad of jit": (lambda jit: fg.grad(jit(rooted))(X), "the derivative of sqrt", "the derivative of a root"),
    "jit of grad": (lambda jit: jit(fg.grad(rooted))(X), "the derivative of sqrt", "the derivative of a root"),
    "vmap of grad of jit": (lambda jit: fg.vmap(fg.grad(jit(rooted)))(X), "the derivative of sqrt", "of a root"),
    "grad of jit in jit": (lambda jit: fg.grad(jit(doubly))(X), "the derivative of sqrt", "the derivative of a root"),
    "hessian of jit": (lambda jit: fg.hessian(jit(rooted))(X), "sqrt.*tangent", "the derivative of a root"),
    "masked, grad of jit": (lambda jit: fg.grad(jit(masked))(X), "div.*in the result", "a quotient"),
    "masked, jit of grad": (lambda jit: jit(fg.grad(masked))(X), "div.*in the result", "a quotient"),
    "jvp of jit": (lambda jit: fg.jvp(jit(faded), (X,), (X + 1,)), "mul.*in the tangent", "a tangent"),
    "jit of jvp": (lambda jit: jit(lambda x: fg.jvp(faded, (x,), (x + 1,)))(X), "mul.*in the tangent", "a tangent"),
    "linearize of jit": (lambda jit: fg.linearize(jit(faded), X)[1](X + 1), "mul.*in the tangent", "a tangent"),
}


@pytest.mark.parametrize("name", FOUND)
def test_under_jit_what_is_found_is_what_is_found_without(checking, name):
    run, words, where = FOUND[name]
    text = message(run, fg.jit)
    assert re.search(words, text) and ("0., " in text or "inf, " in text)  # (the inputs)
    lines = [
        k for k, one in enumerate(HERE.read_text().splitlines(), 1) if where in one and "#" in one and ":" not in one
    ]
    assert f"{HERE.name}:{lines[0]}" in text
    assert text == message(run, lambda f: f)
    assert X.tolist() == [0.0, 4.0]


def test_a_jitted_function_is_looked_into_even_alone(checking):
    assert "div, called at" in message(lambda jit: jit(masked)(X), fg.jit)
    assert fg.jit(rooted)(X) == 2.0  # its value has no NaN, its derivative is not asked for


def test_a_compiled_function_is_looked_into_when_the_check_is_switched_on():
    f = fg.jit(fg.grad(rooted))
    assert np.isnan(f(X)[0])
    with fg.config(check_nans=True):
        message(lambda jit: f(X), fg.jit)
    assert np.isnan(f(X)[0])


def test_a_nan_that_was_given_is_no_error(checking):
    assert fg.jit(rooted)(np.array([np.nan])) == 0.0
    assert fg.grad(fg.jit(lambda x: x * 2.0))(np.nan) == 2.0


def writes(x):
    x[0] = 7.0
    return {"a": x, "b": x, "c": x[::-1], "n": x.sum()}


def test_results_are_those_of_jit():
    """Values, structure, dtypes, and that nothing handed out is what was handed in or is handed out twice."""
    programs = [(writes, (X,)), (lambda x, n: (x * n, n), (np.float32([1, 2]), 3.0)), (lambda x: 1.0, (X,))]
    for f, args in programs:
        want = fg.jit(f)(*args)
        with fg.config(check_nans=True):
            got = fg.jit(f)(*args)
        assert fg.tree.structure(got) == fg.tree.structure(want)
        arrays = []
        for a, b in zip(fg.tree.leaves(got), fg.tree.leaves(want), strict=True):
            assert type(a) is type(b) and np.asarray(a).dtype == np.asarray(b).dtype and np.array_equal(a, b)
            if isinstance(a, np.ndarray):
                assert a.flags.writeable and not any(np.shares_memory(a, c) for c in [*arrays, X])
                arrays.append(a)
    assert X.tolist() == [0.0, 4.0]


def test_static_arguments_keywords_effects_and_tensors(checking, capsys):
    f = fg.jit(lambda x, n, *, k=1.0: (fg.debug.print("{}", x), x * n * k)[1], static_argnums=1)
    assert f(2.0, 3, k=2.0) == 12.0
    assert capsys.readouterr().out == "2.0\n"
    t = torch.tensor([1.0, 2.0], requires_grad=True)
    fg.jit(lambda t: (t * t).sum())(t).backward()
    assert t.grad.tolist() == [2.0, 4.0]


def test_a_pullback_made_before_is_looked_at_as_one_operation():
    pull = fg.vjp(fg.jit(rooted), X)[1]
    with fg.config(check_nans=True):
        text = message(lambda jit: pull(1.0), fg.jit)
    assert "the derivative of a function compiled by jit" in text
