"""What the laws do not reach of elementwise primitives: powers, masks, dtypes of scalars, functions made of primitives.

Expected figures are closed forms, jax's, or exact by construction.
"""

import math

import jax
import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.errors import NotDifferentiableError
from funcgrad.scipy import special

jax.config.update("jax_enable_x64", True)


# ------------------------------------------------------------------------------------------------ powers
@pytest.mark.parametrize("n", range(-4, 9))
def test_integer_powers_are_exact(n):
    """Derivatives of x**n at integers are the exact integers (or fractions), of first and second order."""
    x = np.array([1.0, -2.0, 3.0, -5.0])
    first = fg.grad(lambda x: np.sum(x**n))
    second = fg.grad(lambda x: np.sum(first(x)))
    if n >= 0:
        assert first(x).tolist() == [n * v ** (n - 1) if n else 0 for v in x.astype(int).tolist()]
        assert second(x).tolist() == [n * (n - 1) * v ** (n - 2) if n > 1 else 0 for v in x.astype(int).tolist()]
    else:
        assert np.allclose(first(x), n * x ** (n - 1.0), rtol=4e-16, atol=0)


@pytest.mark.parametrize("n, work", [(0, 0), (1, 0), (2, 2), (3, 3)])
def test_work_of_a_power(n, work):
    """x**2 costs at most one addition and one product backward, x**3 one more square: never a power by logarithms."""
    graph = fg.make_graph(fg.grad(lambda x: np.sum(x**n)))(np.ones(3))
    names = [node.prim.name for node in graph.nodes]
    assert "power" not in names and "log" not in names
    assert len([k for k in names if k in ("add", "mul", "integer_power")]) <= work


def test_power_at_zero():
    """0 where x**y has a finite limit of its derivative, as in torch; a jax float exponent gives nan."""
    for y in (0, 0.0, np.zeros(2), np.zeros(2, np.float32)):
        assert fg.grad(lambda x: np.sum(x**y))(np.zeros(2)).tolist() == [0, 0]  # noqa: B023
    assert fg.grad(lambda y: np.sum(0.0**y))(np.array([0.0, 2.0])).tolist() == [0, 0]
    assert fg.grad(lambda y: np.sum(np.zeros(2) ** y))(np.array([0.0, 2.0])).tolist() == [0, 0]
    mixed = fg.jacobian(fg.grad(lambda x, y: np.sum(x**y)), 1)(np.array([0.0, 1.5]), np.array([0.0, 0.0]))
    assert mixed[1, 1] == 1 / 1.5


def test_exponents_of_one_value_agree():
    """An exponent written as an int, a float, a scalar or an array gives one derivative."""
    x = np.array([0.5, -1.25, 3.0])
    want = jax.grad(lambda x: (x**3).sum())(x)
    for y in (3, 3.0, np.int64(3), np.float64(3), np.array(3), np.full(3, 3.0)):
        assert np.allclose(fg.grad(lambda x: np.sum(x**y))(x), want, rtol=1e-15)  # noqa: B023


# ------------------------------------------------------------------------------------------------ masks
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.complex128, np.int64])
def test_where_selects_exactly(dtype):
    """where(mask, x, 0) and its mirror keep nan, inf and signed zeros, for broadcast and strided operands too."""
    values = np.array([1, -2, 3, 0], dtype) if dtype == np.int64 else np.array([np.nan, np.inf, -0.0, -1.5], dtype)
    mask = np.array([[True], [False]])
    stretched = np.broadcast_to(values[:, None], (4, 600))
    whole = np.arange(2400).reshape(4, 600) % 3 == 0
    pairs = [(values, mask), (values[::-1], mask), (values[None, ::2], mask[::-1]), (values, mask[0])]
    pairs += [
        (stretched, whole),
        (stretched.T, whole.T),
        (stretched.T, whole.reshape(600, 4)),
        (stretched[:, :1], whole),
    ]
    for x, m in pairs:
        for args in ((m, x, 0), (m, 0, x), (m, x, 0.0), (m, 0.0, x), (m, x, -0.0)):
            got, want = P["where"](*args), np.where(*args)
            assert got.dtype == want.dtype and got.strides == want.strides and got.tobytes() == want.tobytes()


def test_masked_cotangents():
    """A cotangent that is infinite or nan does not reach the operand that lost."""
    ct = np.array([np.inf, np.nan])
    for name, loser in (("maximum", 0.0), ("fmax", 0.0), ("minimum", 2.0), ("fmin", 2.0)):
        pull = fg.vjp(lambda x: P[name](x, np.ones(2)), np.full(2, loser))[1]  # noqa: B023
        assert pull(ct)[0].tolist() == [0, 0]
    assert fg.vjp(P["relu"], np.full(2, -1.0))[1](ct)[0].tolist() == [0, 0]


# ------------------------------------------------------------------------------------------------ dtypes
SINGLE = [n for n, p in P.items() if p.elementwise and not p.nondiff and "f" in p.dtypes and p.arity == 2]


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("name", SINGLE)
def test_a_python_scalar_does_not_widen(name, dtype):
    """Beside a Python scalar, value and gradient keep the array's dtype, on the written-out and the general road."""
    prim = P[name]
    x = np.array([0.5, 0.75], dtype)
    for f in (getattr(prim, "fast", prim), prim):
        for g in (lambda x: f(x, 2.0), lambda x: f(2.0, x)):  # noqa: B023
            try:
                out, pull = fg.vjp(g, x)
            except TypeError:
                continue  # ldexp takes an integer there
            if out.dtype != dtype:
                continue
            try:
                gradient, tangent = pull(np.ones_like(out))[0], fg.jvp(g, (x,), (x,))[1]
            except NotDifferentiableError:
                assert name == "zeta"  # (by its first operand it has no rule)
                continue
            assert gradient.dtype == dtype and tangent.dtype == dtype


def test_python_scalars_stay_weak():
    """What Python makes of two numbers stays a Python number for NumPy's promotion, under every transform."""
    single = np.ones(2, np.float32)
    for f in (lambda s: -s * single, lambda s: (s * 2 - 1) / 3 * single, lambda s: abs(s) ** 2 * single):
        assert f(1.5).dtype == np.float32
        assert fg.jvp(f, (1.5,), (1.0,))[1].dtype == np.float32
        assert fg.vjp(f, 1.5)[0].dtype == np.float32
        assert fg.jit(f)(1.5).dtype == np.float32


# ------------------------------------------------------------------------------------------------ made of primitives
def test_functions_of_primitives():
    """divmod, modf and betaln of traced arrays, by NumPy and jax. (The fractional part rises by 1 on both sides of a whole number, and there.)"""
    x = np.array([7.5, -7.5, 0.3, -0.0, 2.0, -2.0, np.inf, -np.inf, np.nan])
    (rest, whole), (slope, flat) = fg.jvp(np.modf, (x,), (np.ones(9),))
    for got, want in zip((rest, whole), np.modf(x), strict=True):
        np.testing.assert_array_equal(got, want)
        assert np.signbit(got[:-1]).tolist() == np.signbit(want[:-1]).tolist()
    assert slope[:6].tolist() == jax.jvp(jax.numpy.modf, (x[:6],), (np.ones(6),))[1][0].tolist() == [1.0] * 6
    assert not flat.any()
    got, _ = fg.jvp(lambda x: np.divmod(x, 2.0), (x[:6],), (np.ones(6),))
    assert all(np.array_equal(a, b) for a, b in zip(got, np.divmod(x[:6], 2.0), strict=True))
    a, b = np.array([0.5, 3.0]), np.array([2.0, 4.5])
    want = jax.scipy.special.betaln(a, b)
    assert np.allclose(special.betaln(a, b), want)
    got = fg.grad(lambda a: np.sum(special.betaln(a, b)))(a)
    assert np.allclose(got, jax.grad(lambda a: jax.scipy.special.betaln(a, b).sum())(a))


def test_complex_sign_is_refused():
    """The primitive `sign` has no derivative for complex numbers, and says what has."""
    with pytest.raises(NotImplementedError, match=r"Write x / abs\(x\)"):
        fg.jvp(P["sign"], (np.array(1j),), (np.array(1j),))


def test_sinc_near_zero():
    """-pi**2 x / 3 + pi**4 x**3 / 30 - ...: no digits are lost near 0, nor where the series ends."""
    slope = fg.grad(lambda x: np.sum(P["sinc"](x)))
    x = np.array([1e-9, -1e-5, 1e-3])
    assert np.allclose(slope(x), -(math.pi**2) * x / 3 + math.pi**4 * x**3 / 30, rtol=1e-11, atol=0)
    edge = 0.25
    assert np.allclose(slope(np.array([edge - 1e-13])), slope(np.array([edge + 1e-13])), rtol=1e-11)


def test_logistic_functions_do_not_overflow():
    """At +-1000 they are at their limits, without a warning, and so are their derivatives."""
    x = np.array([1000.0, -1000.0])
    with np.errstate(all="raise", under="ignore"):
        for name, value, slope in (
            ("sigmoid", [1, 0], [0, 0]), ("softplus", [1000, 0], [1, 0]), ("log_sigmoid", [0, -1000], [0, 1]),
        ):  # fmt: skip
            out, pull = fg.vjp(P[name], x)
            assert out.tolist() == value and pull(np.ones(2))[0].tolist() == slope


def test_remainder_near_a_multiple():
    """d(x % y)/dy = -floor(x / y), where x / y itself rounds up to an integer."""
    x, y, quotient = 3.9, 1.3, 2
    assert x / y == 3 and x // y == quotient
    assert fg.grad(lambda y: x % y)(y) == -quotient
    assert fg.grad(lambda y: np.fmod(x, y))(y) == -quotient
