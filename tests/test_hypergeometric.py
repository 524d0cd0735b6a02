"""1F1 and 2F1 and their derivatives by every operand, against mpmath's; what they give at the ends; spherical harmonics against SciPy's."""

import json
import pathlib

import numpy as np
import pytest
import scipy.special

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.scipy import special

ROWS = json.loads((pathlib.Path(__file__).parent / "expected" / "hypergeometric.json").read_text())["rows"]
PARAMS = {"hyp1f1": ("da", "db", "dx"), "hyp2f1": ("da", "db", "dc", "dz")}


ORDERS = sorted({(row[0], *row[1]) for row in ROWS})


@pytest.mark.parametrize("name, order", [(n, o) for n, *o in ORDERS], ids=[f"{n} {o}" for n, *o in ORDERS])
def test_derivatives(name, order):
    """Also of large parameters of both signs, where another solution of the differential equation is far larger."""
    args, want = zip(*[row[2:] for row in ROWS if row[:2] == [name, order]])
    got = PRIMITIVES[name](*np.array(args).T, **dict(zip(PARAMS[name], order, strict=True)))
    np.testing.assert_allclose(got, want, rtol=1e-11)


def test_where_rounding_errors_would_grow():
    """A value of 8.55 found among terms of 1e115, and one that mpmath's own function misses by 103 digits (its series, summed at 600)."""
    np.testing.assert_allclose(special.hyp1f1(-4.268, -423.132, 187.586), -2.9414473053483127e103, rtol=1e-14)
    np.testing.assert_allclose(special.hyp2f1(9.135, 8.424, -45.269, -0.893), 8.5530527744830153, rtol=1e-14)


def test_by_transforms():
    """The gradient and the Hessian are those values, also of arrays, mapped and compiled."""
    value = lambda *order: float(PRIMITIVES["hyp1f1"](0.5, 1.5, 2.0, **dict(zip(PARAMS["hyp1f1"], order))))  # noqa: E731
    first = fg.grad(special.hyp1f1, (0, 1, 2))(0.5, 1.5, 2.0)
    assert np.allclose(first, [value(1, 0, 0), value(0, 1, 0), value(0, 0, 1)], rtol=1e-14)
    assert np.isclose(fg.hessian(special.hyp1f1, (0, 1))(0.5, 1.5, 2.0)[0][1], value(1, 1, 0), rtol=1e-14)
    b = np.array([1.5, 2.5])
    mapped = fg.vmap(fg.grad(special.hyp1f1, 1), (None, 0, None))(0.5, b, 2.0)
    assert np.allclose(mapped, fg.jit(fg.grad(lambda b: np.sum(special.hyp1f1(0.5, b, 2.0))))(b), rtol=1e-14)


ENDS = [
    ("hyp1f1", (1.0, 2.0, 0.0), 1.0), ("hyp1f1", (-3.0, 2.0, 800.0), scipy.special.hyp1f1(-3.0, 2.0, 800.0)),
    ("hyp1f1", (1.0, 2.0, 800.0), np.inf), ("hyp1f1", (1.0, 1.0, -800.0), 0.0), ("hyp1f1", (1.0, 2.0, np.nan), np.nan),
    ("hyp1f1", (0.0, 2.0, 3.0), 1.0), ("hyp2f1", (1.0, 1.0, 2.5, 1.0), 3.0), ("hyp2f1", (3.0, 2.0, 3.0, 1.0), np.inf),
    ("hyp2f1", (-2.0, 3.0, 1.0, 5.0), 121.0), ("hyp2f1", (-2.0, 3.0, -4.0, 5.0), 33.5), ("hyp2f1", (1.0, 2.0, 3.0, 2.0), np.nan),
]  # fmt: skip


@pytest.mark.parametrize("name, args, want", ENDS)
def test_ends(name, args, want):
    np.testing.assert_allclose(getattr(special, name)(*args), want, rtol=1e-14)


def test_spherical_harmonics():
    """Value, first and second derivatives of every degree and order up to 8, at the poles too."""
    n, m = np.array([(n, m) for n in range(9) for m in range(-n, n + 1)]).T
    rng = np.random.default_rng(0)
    angles = np.append(rng.uniform(0.05, 3.1, n.size - 2), [0.0, np.pi]), rng.uniform(-4, 4, n.size)
    f = lambda t, p: special.sph_harm_y(n, m, t, p)  # noqa: E731
    want = scipy.special.sph_harm_y(n, m, *angles, diff_n=2)
    ones = np.ones(n.size)
    by = lambda g, i: lambda *x: fg.jvp(g, x, tuple(ones * (k == i) for k in (0, 1)))[1]  # noqa: E731
    np.testing.assert_allclose(f(*angles), want[0], rtol=0, atol=2e-15)
    for i in (0, 1):
        np.testing.assert_allclose(by(f, i)(*angles), want[1][..., i], rtol=0, atol=3e-14)
    np.testing.assert_allclose(by(by(f, 0), 0)(*angles)[:-2], want[2][:-2, 0, 0], rtol=0, atol=3e-13)
    mapped = fg.vmap(fg.jit(lambda n, m, t, p: special.sph_harm_y(n, m, t, p, n_max=8)))(n, m, *angles)
    np.testing.assert_allclose(mapped, want[0], rtol=0, atol=2e-15)
    assert special.sph_harm_y(2, 1, np.float32(0.5), np.float32(0.3)).dtype == np.complex64
    with pytest.raises(TypeError, match="largest degree"):
        fg.jit(lambda n: special.sph_harm_y(n, 0, 0.1, 0.2))(np.array(2))
    with pytest.raises(TypeError, match="whole numbers"):
        special.sph_harm_y(1.5, 0, 0.1, 0.2)


def test_shares_keep_their_digits():
    """The gradient of logsumexp has no rounding error of its value, however large that is."""
    x = np.array([0.3, -1.0, 0.125])
    weights = np.exp(x) / np.exp(x).sum()
    for shift in (0.0, 2.0**10, 2.0**20):  # (to which x adds up exactly enough for ten digits)
        y = x + shift
        want = np.exp(y - y[0]) / np.exp(y - y[0]).sum()
        for f in (special.logsumexp, fg.jit(special.logsumexp)):
            np.testing.assert_allclose(fg.grad(f)(y), want, rtol=4e-16)
    np.testing.assert_allclose(fg.grad(special.logsumexp)(x), weights, rtol=4e-16)
