"""Values of special functions: against figures computed at 50 digits, at poles and infinities, in every dtype."""

import json
import pathlib

import numpy as np
import pytest
import scipy.special

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.errors import ArgumentError, DTypeError
from funcgrad.ops.special_values import blocks

STORED = json.loads((pathlib.Path(__file__).parent / "expected" / "special_values.json").read_text())["values"]
ULPS = {  # the largest error at the stored points, in units in the last place
    "erf": 2, "erfc": 5, "erfinv": 4, "lgamma": 7, "digamma": 10, "polygamma 1": 6, "polygamma 2": 20,
    "polygamma 5": 10, "i0": 12, "i1": 12, "i0e": 10, "i1e": 10,
}  # fmt: skip
SCIPY = {"lgamma": scipy.special.gammaln, "digamma": scipy.special.digamma}


def function(name):
    name, _, nth = name.partition(" ")
    prim = PRIMITIVES[name]
    return (lambda x: prim(x, nth=int(nth))) if nth else prim


@pytest.mark.parametrize("many", [False, True], ids=["few", "blocks"])
@pytest.mark.parametrize("name", STORED)
def test_values(name, many):
    """A few ulp from the true value; arrays of any size, in one block or several."""
    x, want = np.array(STORED[name]).T
    repeats = 1 + 2 * blocks.BLOCK // len(x) if many else 1
    got = np.concatenate([function(name)(part) for part in ([np.tile(x, repeats)] if many else np.split(x, len(x)))])
    error = np.abs(got - np.tile(want, repeats)) / np.spacing(np.maximum(np.abs(np.tile(want, repeats)), 1e-300))
    at = np.argmax(error)
    assert error[at] <= ULPS[name], f"{name}({np.tile(x, repeats)[at]!r}) = {got[at]!r}, {error[at]:.1f} ulp off"


@pytest.mark.parametrize("name", [n for n in STORED if not n.startswith("polygamma")])
def test_special_points(name):
    """At signed zero, infinities, nan and poles: what SciPy gives."""
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, -2.0])
    got, want = function(name)(x), SCIPY.get(name, getattr(scipy.special, name, None))(x)
    if name in ("i0", "i1"):  # SciPy gives nan at infinity, where the functions grow without bound
        want[2:4] = np.inf, np.inf if name == "i0" else -np.inf
    if name == "lgamma":  # SciPy gives -inf at -inf; the C library, jax and torch inf
        want[3] = np.inf
    assert np.allclose(got, want, rtol=1e-14, atol=0, equal_nan=True), f"{got}, SciPy {want}"
    odd = name in ("erf", "erfinv", "i1", "i1e")
    assert not odd or list(np.signbit(got[:2])) == [False, True]


@pytest.mark.parametrize("name", STORED)
def test_dtypes_and_shapes(name):
    """The result has the shape, and the float dtype NumPy would choose; it is computed in double and rounded once."""
    f = function(name)
    x = np.linspace(0.25, 0.875, 6).reshape(2, 3)
    assert f(x).shape == (2, 3) and f(x[:, :0]).shape == (2, 0)
    assert np.array_equal(f(np.asfortranarray(x)), f(x)) and np.array_equal(f(x[::-1, ::-1]), f(x)[::-1, ::-1])
    for dtype in (np.float32, np.float16):
        y = x.astype(dtype)
        got = f(y)
        with np.errstate(over="ignore"):
            want = f(y.astype(np.float64)).astype(dtype)
        assert got.dtype == dtype and np.array_equal(got, want)
    scalar = f(0.5)
    assert isinstance(scalar, np.float64) and scalar == f(np.array([0.5]))[0]
    assert f(np.array(1)).dtype == np.float64 and f(np.array([1], np.uint8)).dtype == np.float16


def test_refusals():
    """Complex operands and a negative order are refused in words."""
    with pytest.raises(DTypeError, match="real operands"):
        PRIMITIVES["erf"](np.array([1j]))
    with pytest.raises(ArgumentError, match="nth must be an int"):
        PRIMITIVES["polygamma"](np.array([1.0]), nth=-1)


def test_silence():
    """No warning at poles, zeros or where the result overflows."""
    hard = np.array([0.0, -0.0, -1.0, 1.0, 2.0, np.inf, -np.inf, np.nan, 1e308, -1e308, 1e-308])
    with np.errstate(all="ignore"):
        short = hard.astype(np.float32)
    with np.errstate(all="raise"):
        for name in STORED:
            function(name)(hard)
            function(name)(short)
