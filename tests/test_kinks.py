"""Every row of the table of kinks (tests/kinks.py), against our rules, jax, and torch's stored figures.

Invariant: a row says what a library gives, or that ours differs, and why.
"""

import json
import pathlib

import jax
import jax.scipy.special
import numpy as np
import oracle
import pytest

import funcgrad as fg
import funcgrad.scipy.special
from funcgrad.core.primitive import PRIMITIVES
from tests.kinks import JAX, KINKS, LIMITS, SAME, TORCH

STORED = json.loads((pathlib.Path(__file__).parent / "expected" / "kinks.json").read_text())
every_row = pytest.mark.parametrize(
    "row", KINKS, ids=lambda r: f"{r.primitive}{r.point}-{r.operand}" + "-twice" * (r.order - 1)
)


def arrays(row):
    return [np.asarray(v) for v in row.point]


def agrees(got, want, tol=1e-12):
    got, want = np.asarray(got), np.asarray(want)
    assert np.allclose(got, want, rtol=tol, atol=0, equal_nan=True), f"got {got}, the table says {want}"


def backward(f):
    def derivative(x):
        out, pull = fg.vjp(f, x)
        return pull(np.ones_like(out))[0]

    return derivative


def tangent(f):
    return lambda x: fg.jvp(f, (x,), (np.ones_like(x),))[1]


def by_jax(f):
    def derivative(x):
        out, pull = jax.vjp(f, x)
        return pull(jax.numpy.ones_like(out))[0]

    return derivative


def nested(derivative, f, order):
    for _ in range(order):
        f = derivative(f)
    return f


def ours(row, face):
    prim = PRIMITIVES[row.primitive]
    kink = {"kink": face} if "kink" in prim.params else {}
    xs = arrays(row)

    def f(x):
        return prim(*xs[: row.operand], x, *xs[row.operand + 1 :], **dict(row.params), **kink)

    with np.errstate(all="ignore"):
        back = nested(backward, f, row.order)(xs[row.operand])
        forward = nested(tangent, f, row.order)(xs[row.operand])
    if np.iscomplexobj(back) == np.iscomplexobj(forward):
        agrees(forward, back)
    return back


@every_row
def test_our_faces(row):
    """Both faces give what the row says, backward and forward."""
    agrees(ours(row, "jax"), row.jax)
    agrees(ours(row, "torch"), row.torch)


@every_row
def test_jax(row):
    """jax gives our value, or the one the row says it gives."""
    if row.by_jax is None:
        pytest.skip("jax has no derivative here")
    f = oracle.lowering(PRIMITIVES[row.primitive])
    xs = [jax.numpy.asarray(v) for v in row.point]
    derivative = nested(
        by_jax, lambda x: f(*xs[: row.operand], x, *xs[row.operand + 1 :], **dict(row.params)), row.order
    )
    agrees(derivative(xs[row.operand]), row.jax if row.by_jax is SAME else row.by_jax)


@pytest.mark.parametrize("row, stored", list(zip(KINKS, STORED["rows"], strict=True)), ids=lambda r: str(r[:3]))
def test_torch(row, stored):
    """torch gives the value of compat's face, or the one the row says it gives."""
    name, point, operand, order, value = stored
    same = (name, point, operand, order) == (row.primitive, repr(row.point), row.operand, row.order)
    assert same, "run tests/expected/make_kinks.py"
    want = row.torch if row.by_torch is SAME else row.by_torch
    if want is None or value is None:
        assert want is None and value is None
        return
    agrees(complex(*value) if isinstance(value, list) else value, want)


@pytest.mark.parametrize("row", LIMITS, ids=lambda r: f"{r.program} at {r.point}" + ", twice" * (r.order - 1))
def test_limits(row):
    """Programs of arrays: ours is the value of the table, by grad and hessian; jax has nan."""
    x = eval(row.point, {"np": np})
    want = eval(row.value, {"np": np})

    def program(**names):
        return lambda x: eval(row.program, {"x": x, **names})

    ours = program(np=np, special=funcgrad.scipy.special)
    theirs = program(np=jax.numpy, special=jax.scipy.special)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose((fg.grad, fg.hessian)[row.order - 1](ours)(x), want, rtol=1e-12, atol=1e-14)
    assert np.isnan((jax.grad, jax.hessian)[row.order - 1](theirs)(x)).any()


def test_versions():
    """The figures are of the versions that the table names."""
    assert jax.__version__ == JAX.split()[1]
    assert STORED["torch"].startswith(TORCH.split()[1])
