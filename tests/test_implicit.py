"""lax.custom_root and lax.custom_linear_solve: against jax under every transform, closed forms, SciPy's solvers, and mistakes."""

import json
import pathlib
import sys

import numpy as np
import pytest
import scipy.optimize

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad import lax

EXPECTED = pathlib.Path(__file__).parent / "expected"
sys.path.append(str(EXPECTED))
from implicit_cases import ALL, CASES, X, Y, dense, newton  # noqa: E402

WANT = json.loads((EXPECTED / "implicit.json").read_text())


@pytest.mark.parametrize("make,use", CASES)
def test_figures_of_jax(make, use):
    got = fg.tree.leaves(ALL[use](fg, make(fg, fnp))(X, Y))
    want = WANT[f"{use}: {make.__name__}"]
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10)


def cube_root(a):
    def by_hand(f, t):  # values are known here, under grad too
        while abs(f(t)) > 1e-13:
            t = t - f(t) / fg.grad(f)(t)
        return t

    return lax.custom_root(lambda t: t * t * t - a, 2.0, by_hand, lambda g, y: y / g(1.0))


def test_derivatives_of_every_order():
    f, a = cube_root, 5.0
    for order in range(4):
        factor = np.prod([1 / 3 - k for k in range(order)])
        np.testing.assert_allclose(f(a), factor * a ** (1 / 3 - order), rtol=1e-12)
        f = fg.grad(f)


def test_a_solver_of_scipy():
    def f(a, b):
        x = lax.custom_root(
            lambda x: np.tanh(b * x) + x - a,
            np.zeros(2),
            lambda f, x: scipy.optimize.root(f, x, tol=1e-14).x,
            dense(fg, np),
        )
        return np.sum(x**2)

    a, b = np.array([0.5, -1.0]), 0.7
    x = scipy.optimize.root(lambda x: np.tanh(b * x) + x - a, np.zeros(2), tol=1e-14).x
    bend = 1 / np.cosh(b * x) ** 2
    ga, gb = fg.grad(f, (0, 1))(a, b)
    np.testing.assert_allclose(ga, 2 * x / (1 + b * bend), rtol=1e-10)
    np.testing.assert_allclose(gb, np.sum(-2 * x * x * bend / (1 + b * bend)), rtol=1e-10)


def test_complex_systems():
    a = np.array([[2 + 1j, 0.5], [0.3j, 1 - 1j]])
    b = np.array([1.0 + 2j, -1j])
    x = lambda a, b: lax.custom_linear_solve(
        lambda v: a @ v, b, lambda g, b: np.linalg.solve(a, b), lambda g, b: np.linalg.solve(a.T, b)
    )  # noqa: E501,E731
    direct = lambda a, b: np.linalg.solve(a, b)  # noqa: E731
    loss = lambda solve: lambda a, b: np.sum(np.abs(solve(a, b)) ** 2)  # noqa: E731
    for got, want in zip(fg.grad(loss(x), (0, 1))(a, b), fg.grad(loss(direct), (0, 1))(a, b), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)


def test_tensors():
    import compat as torch

    a = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
    x = lax.custom_root(lambda t: t * t - a, torch.ones(2).double(), newton(fg, torch), dense(fg, torch))
    x.sum().backward()
    np.testing.assert_allclose(a.grad.numpy(), 0.5 / np.sqrt([2.0, 3.0]), rtol=1e-12)


def test_mistakes():
    good = lambda f, x: x  # noqa: E731
    for call, kind, text in (
        (lambda: lax.custom_root(lambda x: (x, x), 1.0, good, good), TypeError, "f must return a value built as"),
        (lambda: lax.custom_root(lambda x: np.ones(2) * x, 1.0, good, good), ValueError, "f must return arrays of"),
        (lambda: lax.custom_root(lambda x: x, 1.0, lambda f, x: [x], good), TypeError, "solve must return a value"),
        (lambda: lax.custom_root(lambda x: x, 1.0, good, good, True), TypeError, "a pair .solution, aux.; got float"),
        (lambda: lax.custom_root(3, 1.0, good, good), TypeError, "custom_root"),
        (
            lambda: fg.grad(lambda a: lax.custom_root(lambda x: x - a, 1.0, good, lambda g, y: (y, y)))(1.0),
            TypeError,
            "tangent_solve must return",
        ),
        (lambda: lax.custom_linear_solve(lambda x: x[:1], np.ones(2), good), ValueError, "matvec must return arrays"),
        (
            lambda: fg.grad(lambda b: lax.custom_linear_solve(lambda x: x, b, good))(1.0),
            TypeError,
            "reverse mode needs transpose_solve.*symmetric=True",
        ),
    ):
        with pytest.raises(kind, match=text):
            call()


def test_globals_that_a_closure_holds_are_not_looked_through():
    """`space = globals()` makes a namespace that contains itself; a function that holds it keeps no values of ours in it."""
    from funcgrad.transforms.rules import closed_over

    space = {"__builtins__": {}}
    space["space"] = space
    held, _ = closed_over(lambda: space)
    assert held == []
