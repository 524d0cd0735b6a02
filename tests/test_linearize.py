"""linearize and linear_transpose: jax's figures (expected/linearize.json), the linear map, and what f may do meanwhile."""

import json
import pathlib
import sys

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
import funcgrad.numpy as fnp

from .expected.linearize_cases import PROGRAMS, USES, T, X

FOUND = json.loads(pathlib.Path(__file__).with_name("expected").joinpath("linearize.json").read_text())["found"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_it_agrees_with_jax(program):
    for use, run in USES.items():
        f = lambda x: PROGRAMS[program](fg, fnp, x)  # noqa: E731
        if f"{use}, {program}" not in FOUND:
            with pytest.raises(NotImplementedError, match="loop without bound"):
                run(fg, f, X, T)
            continue
        got, want = fg.tree.leaves(run(fg, f, X, T)), FOUND[f"{use}, {program}"]
        assert len(got) == len(want)
        for a, b in zip(got, want, strict=True):
            assert np.shape(a) == np.shape(b)
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


# ------------------------------------------------------------------------------------------------ what f may do
def test_f_runs_once_on_values_that_it_can_branch_on_and_print(capsys):
    calls = []

    def f(x):
        calls.append(x)
        print(f"x is {x:.1f}", [v for v in (1.0, 2.0) if v < x])
        while x < 100.0:
            x = x * x
        return x

    out, push = fg.linearize(f, 3.0)
    assert (out, push(1.0), push(2.0)) == (6561.0, 8 * 3.0**7, 16 * 3.0**7)
    assert len(calls) == 1
    assert capsys.readouterr().out == "x is 3.0 [1.0, 2.0]\n"
    with pytest.raises(RuntimeError, match="after the linearize that made it has returned"):
        calls[0] + 1.0


def test_effects_and_a_jitted_part_happen_once():
    seen = []

    @fg.jit
    def g(x):
        fg.debug.callback(seen.append, x)
        return x * x

    push = fg.linearize(lambda x: g(x) * x, 2.0)[1]
    assert seen == [2.0]
    assert (push(1.0), push(0.5)) == (12.0, 6.0)
    assert seen == [2.0]


def test_assignment_trees_aux_and_values_from_outside():
    def f(p):
        a = fnp.zeros(3)
        for i in range(3):
            a[i] = p["x"][i] * p["y"]
        a[1:] *= p["x"][0]
        return {"a": a, "n": 3}, {"seen": a * 2}

    out, push, aux = fg.linearize(f, {"x": X, "y": 2.0}, has_aux=True)
    a = np.array([X[0] * 2, X[1] * 2 * X[0], X[2] * 2 * X[0]])
    np.testing.assert_allclose(out["a"], a)
    np.testing.assert_allclose(aux["seen"], 2 * a)
    got = push({"x": T, "y": 0.5})
    rest = 2 * (T[1:] * X[0] + X[1:] * T[0]) + 0.5 * X[1:] * X[0]
    np.testing.assert_allclose(got["a"], [2 * T[0] + 0.5 * X[0], *rest])
    assert type(got["n"]) is int and got["n"] == 0
    second = fg.grad(lambda w: fg.linearize(lambda x: w * w * x**3, 2.0)[1](1.0))(3.0)  # d/dw of 12 w^2
    assert second == 72.0
    np.testing.assert_allclose(fg.vmap(lambda w: fg.linearize(lambda x: w * x**3, 2.0)[1](1.0))(X), 12 * X)


def test_functions_of_tensors():
    t = torch.tensor([1.0, 2.0], dtype=torch.float64)
    out, push = fg.linearize(lambda t: (t * t if t.sum() > 0 else t).exp(), t)
    assert type(out) is torch.Tensor and type(push(t)) is torch.Tensor
    np.testing.assert_allclose(out.numpy(), np.exp([1.0, 4.0]))
    np.testing.assert_allclose(push(t).numpy(), np.exp([1.0, 4.0]) * [2.0, 8.0])
    d = t.clone().requires_grad_()
    push(d).sum().backward()
    np.testing.assert_allclose(d.grad.numpy(), np.exp([1.0, 4.0]) * [2.0, 4.0])
    (back,) = fg.linear_transpose(push, t)(t)
    np.testing.assert_allclose(back.numpy(), np.exp([1.0, 4.0]) * [2.0, 8.0])
    shape = fg.eval_shape(lambda t, x: {"a": t @ t, "b": (t[:, None] * x, 1.0)}, t, np.ones(3))
    assert [(s.shape, s.dtype.name) for s in (shape["a"], *shape["b"])] == [
        ((), "float64"),
        ((2, 3), "float64"),
        ((), "float64"),
    ]
    w = torch.ones(2)  # (what f closes over; and what it writes into is left alone)
    assert fg.eval_shape(lambda t: t.mul_(2) + w, t).shape == (2,) and t.tolist() == [1.0, 2.0]


def test_nobody_writes_into_what_the_linear_function_keeps():
    mine, buffer = X.copy(), np.ones(3)

    def f(x):
        y = np.exp(x * buffer)
        buffer[:] = 7.0
        return y, y[:2], x

    (y, z, x), push = fg.linearize(f, mine)
    mine[:] = y[:] = z[:] = x[:] = 0.0
    for _ in range(2):
        got = push(T)
        np.testing.assert_allclose(got[0], np.exp(X) * T)
        np.testing.assert_allclose(got[2], T)
        for v in got:
            assert not np.shares_memory(v, T)
            v[:] = 0.0
    large = np.ones(10_000)
    push = fg.linearize(lambda x: x * large, np.ones(10_000))[1]
    large[:] = 2.0
    with pytest.raises(RuntimeError, match=r"changed after it was used at .*test_linearize\.py"):
        push(np.ones(10_000))
    data = np.ones(10_000)
    push = fg.linearize(lambda x: x * 2.0, data)[1]  # (does not read it)
    data[:] = 7.0
    assert push(data)[0] == 14.0


def test_a_long_function_takes_about_as_long_as_its_jvp():
    def f(x):
        for _ in range(2000):
            x = np.sin(x) * 0.99 + x * x * 0.01
        return x

    def called(run):
        """How many functions it calls, of Python and of C."""
        count = 0

        def count_it(frame, event, arg):
            nonlocal count
            count += event in ("call", "c_call")

        run()
        sys.setprofile(count_it)
        try:
            run()
        finally:
            sys.setprofile(None)
        return count

    x = np.ones(10)
    assert called(lambda: fg.linearize(f, x)) < 4 * called(lambda: fg.jvp(f, (x,), (x,)))
    push = fg.linearize(f, x)[1]
    np.testing.assert_allclose(push(x), fg.jvp(f, (x,), (x,))[1])


# ------------------------------------------------------------------------------------------------ the transpose
def test_linear_transpose():
    matrix = np.arange(6.0).reshape(2, 3)
    shape = fg.eval_shape(lambda: np.ones(3))
    for primal in (np.zeros(3), shape):
        (got,) = fg.linear_transpose(lambda x: matrix @ x, primal)(np.array([1.0, 2.0]))
        np.testing.assert_allclose(got, matrix.T @ [1.0, 2.0])
    got = fg.linear_transpose(lambda a, b: {"out": (a * 2.0 - b["x"]).sum()}, np.zeros(2), {"x": 1.0})({"out": 3.0})
    assert got[0].tolist() == [6.0, 6.0] and got[1] == {"x": -6.0} and type(got[1]["x"]) is float
    pad = fg.linear_transpose(lambda x: fg.jit(lambda y: (y * 3.0, y * 2.0))(x)[0][1:], np.zeros(3))
    np.testing.assert_allclose(pad(T[:2])[0], [0, 3 * T[0], 3 * T[1]])
    np.testing.assert_allclose(fg.vmap(pad)(np.eye(2))[0], [[0, 3, 0], [0, 0, 3]])
    assert fg.grad(lambda c: fg.linear_transpose(lambda x: c * c * x, 1.0)(2.0)[0])(3.0) == 12.0


@pytest.mark.parametrize("f", [np.sin, lambda x: x * x, fg.jit(np.exp)])
def test_what_is_not_linear_has_no_transpose(f):
    with pytest.raises(TypeError, match=r"must be linear; its derivative depends on the value of primal 0 \(float64"):
        fg.linear_transpose(f, X)


# ------------------------------------------------------------------------------------------------ bad input
PUSH, BACK = fg.linearize(lambda x, y: x * y, X, 2.0)[1], fg.linear_transpose(lambda x: x * 2.0, X)
PULL = fg.vjp(lambda x: x * x, X)[1]
BAD = {
    "linearize: the first argument must be a function; got float": lambda: fg.linearize(2.0, X),
    "linearize: primal 0 must be an array": lambda: fg.linearize(lambda x: x, "x"),
    r"linearize: tangents must have the structure of the primals, .*; got": lambda: PUSH(X),
    r"linearize: tangent 0 must have the shape of its primal float64\[3\]; got float64\[2\]": lambda: PUSH(X[:2], 1.0),
    r"linearize: tangent 1 must have the dtype of its value float64\[\]; got complex128\[\]": lambda: PUSH(X, 1j),
    "linearize: tangent 1 must be an array, a number or a pytree of them; got str": lambda: PUSH(X, "t"),
    "linearize: with has_aux=True the function must return": lambda: fg.linearize(lambda x: x, X, has_aux=True),
    r"linearize: primal 0 must be float or complex to have a tangent; got int64\[\]": lambda: fg.linearize(abs, 2)[1](
        1
    ),
    r"linearize: the result must be an array.*got str\. Return arrays.*has_aux": lambda: fg.linearize(lambda x: "a", X),
    r"jvp: the result must be an array.*got object": lambda: fg.jvp(lambda x: object(), (X,), (X,)),
    r"vjp: the result must be an array.*got str": lambda: fg.vjp(lambda x: (x, "a"), X),
    r"jit: the result must be an array.*got str\. Return arrays": lambda: fg.jit(lambda x: "a")(X),
    r"vmap: the result must be an array.*got str\. Return arrays": lambda: fg.vmap(lambda x: "a")(X),
    r"jvp: tangent 0 must have the shape of its primal": lambda: fg.jvp(np.sin, (X,), (X[:2],)),
    r"jvp: tangent 0 must have the dtype of its value": lambda: fg.jvp(np.sin, (X,), (X * 1j,)),
    "jvp: tangent 0 must be an array": lambda: fg.jvp(np.sin, (X,), ("t",)),
    r"vjp: a cotangent of float64\[3\] must have its shape; got float64\[2\]": lambda: PULL(X[:2]),
    r"vjp: a cotangent must have the dtype of its value float64\[3\]; got complex128\[3\]": lambda: PULL(X * 1j),
    "vjp: a cotangent must be an array": lambda: PULL("c"),
    "vjp: the cotangent must have the structure of the value": lambda: PULL((X,)),
    "linear_transpose: cotangents must have the structure of the result": lambda: BACK((X,)),
    "linear_transpose: a cotangent of float64.* must have its shape": lambda: BACK(1.0),
    r"linear_transpose: primal 0 must be float or complex; got int64\[\]": lambda: fg.linear_transpose(abs, 2),
    "linear_transpose: there are no named axes": lambda: fg.linear_transpose(abs, X, reduce_axes=("i",)),
}


@pytest.mark.parametrize("words", BAD)
def test_bad_input_is_refused_where_it_was_given(words):
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        BAD[words]()
    assert "test_linearize.py:" in str(caught.value)


def test_integers_have_no_tangent():
    zero = np.zeros((), [("float0", np.void, 0)])
    out, push = fg.linearize(lambda x, n: x * n, 2.0, 3)
    assert (out, push(1.0, zero)) == (6.0, 3.0)
    tangent = fg.jvp(lambda x: x, (np.float32([1, 2]),), (np.ones(2),))[1]
    assert tangent.dtype == np.float32  # in the dtype of the primal
    assert fg.vjp(lambda x: x, np.float32([1, 2]))[1](np.ones(2))[0].dtype == np.float32
