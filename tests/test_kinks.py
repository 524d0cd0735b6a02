"""Every row of the table of kinks (funcgrad/ops/kinks.py), against our rules, jax, and torch's stored figures.

Invariant: a row says what a library gives, or that ours differs, and why.
"""

import json
import pathlib

import jax
import numpy as np
import oracle
import pytest

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.ops.kinks import JAX, KINKS, SAME, TORCH

STORED = json.loads((pathlib.Path(__file__).parent / "expected" / "kinks.json").read_text())
every_row = pytest.mark.parametrize("row", KINKS, ids=lambda r: f"{r.primitive}{r.point}-{r.operand}")


def arrays(row):
    return [np.asarray(v) for v in row.point]


def agrees(got, want, tol=1e-12):
    got, want = np.asarray(got), np.asarray(want)
    assert np.allclose(got, want, rtol=tol, atol=0, equal_nan=True), f"got {got}, the table says {want}"


def ours(row, face):
    prim = PRIMITIVES[row.primitive]
    kink = {"kink": face} if "kink" in prim.params else {}
    xs = arrays(row)

    def f(x):
        return prim(*xs[: row.operand], x, *xs[row.operand + 1 :], **dict(row.params), **kink)

    with np.errstate(all="ignore"):
        out, pull = fg.vjp(f, xs[row.operand])
        back = pull(np.ones_like(out))[0]
        forward = fg.jvp(f, (xs[row.operand],), (np.ones_like(xs[row.operand]),))[1]
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
    out, pull = jax.vjp(lambda x: f(*xs[: row.operand], x, *xs[row.operand + 1 :], **dict(row.params)), xs[row.operand])
    agrees(pull(jax.numpy.ones_like(out))[0], row.jax if row.by_jax is SAME else row.by_jax)


@pytest.mark.parametrize("row, stored", list(zip(KINKS, STORED["rows"], strict=True)), ids=lambda r: str(r[:3]))
def test_torch(row, stored):
    """torch gives the value of compat's face, or the one the row says it gives."""
    name, point, operand, value = stored
    assert (name, point, operand) == (row.primitive, repr(row.point), row.operand), "run tests/expected/make_kinks.py"
    want = row.torch if row.by_torch is SAME else row.by_torch
    if want is None or value is None:
        assert want is None and value is None
        return
    agrees(complex(*value) if isinstance(value, list) else value, want)


def test_versions():
    """The figures are of the versions that the table names."""
    assert jax.__version__ == JAX.split()[1]
    assert STORED["torch"].startswith(TORCH.split()[1])
