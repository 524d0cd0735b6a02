"""Values of special functions: against figures computed at 50 digits, at poles and infinities, in every dtype."""

import json
import pathlib

import numpy as np
import pytest
import scipy.special

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.errors import ArgumentError, DTypeError, NotDifferentiableError
from funcgrad.ops.special_values import blocks

WHOLE = json.loads((pathlib.Path(__file__).parent / "expected" / "special_values.json").read_text())
STORED, WAVES = WHOLE["values"], WHOLE["waves"]
ULPS = {  # the largest error at the stored points, in units in the last place
    "erf": 2, "erfc": 5, "erfinv": 4, "lgamma": 7, "digamma": 10, "polygamma 1": 6, "polygamma 2": 20,
    "polygamma 5": 10, "i0": 12, "i1": 12, "i0e": 10, "i1e": 10, "erfcx": 8, "log_ndtr": 60, "ndtri": 5,
    "bessel_k nu=0 scaled_by_exp=0": 10, "bessel_k nu=1 scaled_by_exp=0": 10, "bessel_k nu=0 scaled_by_exp=1": 10,
    "bessel_k nu=1 scaled_by_exp=1": 10, "airy_ai nth=0": 400, "airy_ai nth=1": 800,
}  # fmt: skip
SCIPY = {"lgamma": scipy.special.gammaln, "digamma": scipy.special.digamma}


def function(name):
    name, *params = name.split(" ")
    params = dict([p.split("=") if "=" in p else ("nth", p) for p in params])
    prim, params = PRIMITIVES[name], {k: int(v) for k, v in params.items()}
    return (lambda x: prim(x, **params)) if params else prim


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


@pytest.mark.parametrize("name", WAVES)
def test_waves(name):
    """Functions with zeros: within 4e-15 of the true value, absolutely."""
    x, want = np.array(WAVES[name]).T
    np.testing.assert_allclose(function(name)(x), want, rtol=0, atol=4e-15)


def test_the_slope_of_zeta_by_its_second_operand():
    """-s zeta(s + 1, q); by the first operand there is no rule."""
    s, q = np.array([1.5, 2.0, 6.5]), np.array([0.25, 3.0, 1.0])
    slope = fg.grad(lambda q: np.sum(PRIMITIVES["zeta"](s, q)))(q)
    np.testing.assert_allclose(slope, -s * scipy.special.zeta(s + 1, q), rtol=1e-13)
    with pytest.raises(NotDifferentiableError, match="first operand"):
        fg.grad(lambda s: np.sum(PRIMITIVES["zeta"](s, q)))(s)


@pytest.mark.parametrize("name", [n for n in STORED if " " not in n])
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


def test_second_derivatives_far_out():
    """Of log_ndtr -1 on the left and 0 on the right, where erfcx is infinite; of i0e 3 / (4 x**2) of its value."""
    second = lambda f: fg.grad(lambda x: np.sum(fg.grad(lambda x: np.sum(f(x)))(x)))  # noqa: E731
    left, right = np.array([-1e10, -1e5]), np.array([40.0, 1e3, np.inf])
    np.testing.assert_allclose(second(PRIMITIVES["log_ndtr"])(left), -1 + left**-2.0, rtol=1e-14)
    np.testing.assert_array_equal(second(PRIMITIVES["log_ndtr"])(right), 0)
    x = np.array([1e8, -1e12])
    want = 0.75 * x**-2.0 / np.sqrt(2 * np.pi * np.abs(x))
    np.testing.assert_allclose(second(PRIMITIVES["i0e"])(x), want, rtol=1e-7)


def test_incomplete_gamma_by_a_large_parameter():
    """d P(a, x) / da where a is large, to the figures of central differences by mpmath at 60 digits; at x = a it is near -1 / sqrt(2 pi a)."""
    a, of_a = 1e6, fg.vmap(fg.grad(fg.scipy.special.gammainc))
    x = a + np.array([-4, -1, 0, 0.5, 3]) * 1e3
    want = [
        -1.3125971406151063e-07, -2.4201106639974455e-04, -3.989423136466252e-04, -3.519920296234105e-04, -4.465130758962506e-06,
    ]  # fmt: skip
    np.testing.assert_allclose(of_a(np.full(5, a), x), want, rtol=1e-13)
    far = np.array([1e8, 1e10, 1e14])
    np.testing.assert_allclose(of_a(far, far), -1 / np.sqrt(2 * np.pi * far), rtol=1e-8)


def test_the_real_part_of_log1p_of_small_complex_numbers():
    """log |1 + z|, to mpmath's figures at 40 digits, in compat, and in jax's names; softplus of complex numbers is made of it."""
    import compat as torch
    import funcgrad.jax as jax

    z = [1e-10 + 1e-9j, -3.855240318143317e-17 - 4.3506945438875075e-18j, 1e-5j, -0.3 + 0.2j]
    want = [1.00000000495e-10, -3.855240318143317e-17, 4.999999999750001e-11, -0.31743913621798475]
    x = torch.tensor(z, dtype=torch.complex128, requires_grad=True)
    out = torch.log1p(x)
    np.testing.assert_allclose(out.detach().numpy().real, want, rtol=1e-14, atol=0)
    assert out.grad_fn.name() == "Log1PBackward0"
    out.backward(torch.ones_like(out))
    np.testing.assert_allclose(x.grad.numpy(), np.conj(1 / (1 + np.array(z))), rtol=1e-15)
    assert torch.log1p(torch.tensor(complex(np.inf, 1))).real == np.inf
    with jax.enable_x64():
        np.testing.assert_allclose(np.asarray(jax.numpy.log1p(np.array(z))).real, want, rtol=1e-14, atol=0)
    # on the circle |1 + z| = 1 the two parts of |1 + z|**2 - 1 cancel, to exactly 0 at the last two points
    z = [-0.04 + 0.28j, -0.2 + 0.6j, -0.0012 + 0.04897509571200448j, -0.0074 + 0.1214299798237651j]
    want = [6.66133814775094e-18, -2.220446049250313e-17, -1.214974938493587e-19, -6.903334074923019e-20]
    x = torch.tensor(z, dtype=torch.complex128, requires_grad=True)
    out = torch.log1p(x)
    np.testing.assert_allclose(out.detach().numpy().real, want, rtol=0, atol=3e-17)
    out.backward(torch.ones_like(out))
    np.testing.assert_allclose(x.grad.numpy(), np.conj(1 / (1 + np.array(z))), rtol=1e-15)
    got = fg.scipy.special.softplus(-46.36829903697915 - 0.3196744984192213j)
    np.testing.assert_allclose([got.real, got.imag], [6.917104681015845e-21, -2.2897566865596358e-21], rtol=1e-14)


@pytest.mark.parametrize("derivative", [fg.grad, fg.jacfwd])
def test_the_derivatives_of_arccosh_at_both_ends(derivative):
    """1 / sqrt(x**2 - 1), which has no sign at -1, and -x / (x**2 - 1)**1.5: jax's figures."""
    once, twice = derivative(np.arccosh), derivative(derivative(np.arccosh))
    with np.errstate(all="ignore"):
        assert [once(1.0), once(-1.0), twice(1.0), twice(-1.0)] == [np.inf, np.inf, -np.inf, np.inf]
        np.testing.assert_allclose([once(-2.0), twice(-2.0)], [3**-0.5, 2 * 3**-1.5], rtol=1e-15)
    np.testing.assert_allclose(once(1 + 2.0**-30), 2.0**15 / np.sqrt(2 + 2.0**-30), rtol=1e-15)


def test_second_derivatives_of_the_sine_integral():
    """(cos(x) - sin(x) / x) / x, which cancels near 0: there -x / 3 + x**3 / 30."""
    second = fg.grad(fg.grad(lambda x: fg.scipy.special.sici(x)[0]))
    assert second(0.0) == 0.0
    for x in (1e-300, 1e-10, -1e-3):
        np.testing.assert_allclose(second(x), -x / 3 + x**3 / 30, rtol=1e-13)
    for x in (0.999, 1.001, 30.0):
        np.testing.assert_allclose(second(x), (np.cos(x) - np.sin(x) / x) / x, rtol=1e-13)
