"""Rounding, remainders, and the parts of a float. What is piecewise constant has the derivative zero, not none."""

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define, elementwise
from ..core.sample import Sample, draw, strided
from ..errors import NotDifferentiableError
from .elementwise import div, equal, mul, neg, not_equal, sub, where  # noqa: F401  (formulas name them)
from .floats import few_samples, in_place, over_floats, real_function, samples_with
from .shape import fit, front, zeros_like


def step(name, ufunc, dtypes="fi", **fields):
    """A piecewise constant function of one operand."""
    return elementwise(name, ufunc, "zeros_like(t)", **{"jax": f"numpy.{name}", "dtypes": dtypes} | fields)


def whole(name, ufunc):
    """One that leaves integers what they are. (NumPy makes floats of them before 2.1.)"""
    if ufunc(np.int64(1)).dtype.kind == "i":
        return step(name, ufunc)

    def impl(x):
        return np.array(x)[()] if np.result_type(x).kind in "biu" else ufunc(x)

    def dtype(given):
        return given if given.kind in "biu" else ufunc.resolve_dtypes((given, None))[-1]

    return step(name, ufunc, impl=impl, into=in_place(impl), dtype=dtype)


floor = whole("floor", np.floor)
ceil = whole("ceil", np.ceil)
trunc = whole("trunc", np.trunc)
rint = step("rint", np.rint, kinks=((0.5,), (1.5,)))
spacing = step(
    "spacing",
    np.spacing,
    "f",
    jax=lambda jax, x: jax.numpy.spacing(jax.lax.stop_gradient(x)),  # jax has no rule for it
)


def sign_rule(t):
    """Zero. A complex sign is no step function, and its derivative no formula of this kind."""
    if dtype_of(t).kind == "c":
        raise NotDifferentiableError("sign: of a complex number it has no rule. Write x / abs(x) instead.")
    return zeros_like(t)


sign = elementwise("sign", np.sign, "sign_rule(t)", jax="numpy.sign", dtypes="fi", kinks=((0.0,),))


def _sign_or_zero(x):
    s = np.asarray(np.sign(x))
    if s.dtype.kind == "f":
        lost = np.isnan(s)
        if np.count_nonzero(lost):
            s[lost] = 0
    return s[()] if not s.ndim else s


# sign(x), and 0 where x is nan: torch's sign
sign_or_zero = step(
    "sign_or_zero",
    np.sign,
    impl=_sign_or_zero,
    into=in_place(_sign_or_zero),
    jax=lambda jax, x: jax.numpy.where(x == x, jax.numpy.sign(x), 0).astype(jax.numpy.asarray(x).dtype),
    kinks=((0.0,), (np.nan,)),
)


def _round(x, *, decimals):
    return np.round(x, decimals)


def _round_of_jax(jax, x, *, decimals):
    """jax does not round integers to tens."""
    x = jax.numpy.asarray(x)
    exact = x.astype(float) if x.dtype.kind in "iu" else x
    return jax.numpy.round(exact, decimals).astype(x.dtype)


round_ = step(
    "round",
    _round,
    arity=1,
    params=("decimals",),
    aval=lambda x, *, decimals: Aval(shape_of(x), dtype_of(x)),
    into=in_place(_round),
    jax=_round_of_jax,
    samples=samples_with("round", *({"decimals": k} for k in (0, 2, -1)), move=lambda x: np.round(x, 2) + 0.002),
)


def _heaviside_torch(x, y):
    """That of nan is 0."""
    return np.heaviside(np.fmax(x, -1.0) if np.result_type(x).kind == "f" else x, y)


# 0 for x < 0, y at x = 0, 1 for x > 0
heaviside = elementwise(
    "heaviside",
    np.heaviside,
    "zeros_like(t)",
    "where(equal(x, 0), t, 0)",
    impl_torch=_heaviside_torch,
    jax="numpy.heaviside",
    kinks=((0.0, 0.5),),
)

# ------------------------------------------------------------------------------------------------ division
floor_divide = elementwise(
    "floor_divide",
    np.floor_divide,
    "zeros_like(t)",
    "zeros_like(t)",
    symbol="//",
    jax="numpy.floor_divide",
    dtypes="fi",
    domain=("real", "nonzero"),
)


def _trunc_divide(x, y):
    """x / y rounded towards zero; of integers without the detour through floats."""
    if np.result_type(x, y).kind == "f":
        return np.trunc(np.divide(x, y))
    down = np.floor_divide(x, y)
    return down + ((down < 0) & (down * y != x))


trunc_divide = elementwise(
    "trunc_divide",
    np.floor_divide,
    "zeros_like(t)",
    "zeros_like(t)",
    impl=_trunc_divide,
    into=in_place(_trunc_divide),
    jax=lambda jax, x, y: jax.numpy.trunc(x / y).astype(jax.numpy.result_type(x, y)),
    dtypes="fi",
    domain=("real", "nonzero"),
)
# x - floor(x / y) * y, with the sign of y. floor_divide, not floor of the quotient: x / y may round up to an integer.
remainder = elementwise(
    "remainder",
    np.remainder,
    "t",
    "-t * floor_divide(x, y)",
    symbol="%",
    jax="numpy.remainder",
    dtypes="fi",
    domain=("real", "nonzero"),
)
# x - trunc(x / y) * y, with the sign of x: (x - out) / y is that integer, up to rounding
fmod = elementwise(
    "fmod",
    np.fmod,
    "t",
    "-t * rint((x - out) / y)",
    tape=("t", "-t * trunc_divide(x, y)"),
    jax="numpy.fmod",
    dtypes="fi",
    domain=("real", "nonzero"),
)


def _nextafter_of_jax(jax, x, y):
    """jax has no rule for it: x, for the derivative, where the result is another number."""
    jnp, fixed = jax.numpy, jax.lax.stop_gradient
    return jnp.nextafter(fixed(x), fixed(y)) + jnp.where(jnp.isfinite(x) & (x != y), x - fixed(x), 0)


# The derivative by x is that of x itself where the neighbour is another number (as in torch; jax has none).
nextafter = elementwise(
    "nextafter",
    np.nextafter,
    "where(not_equal(x, y), t, 0)",
    "zeros_like(t)",
    jax=_nextafter_of_jax,
    kinks=((1.0, 1.0),),
)


def _reduced(x, *, exponent_bits, mantissa_bits):
    """As the compiler of jax rounds: to even; beyond the greatest number to inf, below the least normal one to zero."""
    info = np.finfo(x.dtype)
    words = np.dtype(f"u{x.itemsize}").type
    bits = x.view(words)
    spare = info.nmant - mantissa_bits
    if spare > 0:
        half = ((bits >> words(spare)) & words(1)) + words((1 << (spare - 1)) - 1)
        bits = (bits + half) & ~words((1 << spare) - 1)
    if exponent_bits < info.iexp:
        bias, reach = (1 << (info.iexp - 1)) - 1, (1 << (exponent_bits - 1)) - 1
        magnitude = bits & words((1 << (8 * x.itemsize - 1)) - 1)
        exponent, signs = magnitude >> words(info.nmant), bits ^ magnitude
        infinity = words(((1 << info.iexp) - 1) << info.nmant)
        bits = np.where(exponent > bias + reach, signs | infinity, np.where(exponent <= bias - reach, signs, bits))
    return np.where(np.isnan(x), x, bits.view(x.dtype))


# x rounded to floats of fewer bits; jax rounds tangents and cotangents the same
reduce_precision_values = over_floats(_reduced)
reduce_precision = elementwise(
    "reduce_precision",
    np.exp,
    "reduce_precision(t, exponent_bits=exponent_bits, mantissa_bits=mantissa_bits)",
    impl=reduce_precision_values,
    params=("exponent_bits", "mantissa_bits"),
    arity=1,
    jax=lambda jax, x, *, exponent_bits, mantissa_bits: jax.lax.reduce_precision(x, exponent_bits, mantissa_bits),
    samples=few_samples(
        "reduce_precision", {"exponent_bits": 5, "mantissa_bits": 10}, {"exponent_bits": 8, "mantissa_bits": 7}
    ),
    without={"edge": "its samples are few", "finite differences": "the function is steps"},
    **real_function(reduce_precision_values),
)


def _ldexp_samples(rng):
    for dtype, integer, kind in ((np.float64, np.int64, "plain"), (np.float32, np.int32, "float32")):
        yield Sample(draw(rng, "real", (3, 2), dtype), draw(rng, "integer", (3, 2), integer), kind=kind)
    yield Sample(np.zeros((0, 2)), np.zeros((0, 2), int), kind="empty")
    yield Sample(np.array(1.5), np.array(-2), kind="0-d")
    yield Sample(strided(draw(rng, "real", (2, 3))), strided(draw(rng, "integer", (2, 3), np.int64)), kind="strided")
    yield Sample(draw(rng, "real", (3, 1, 2)), draw(rng, "integer", (4, 1), np.int64), kind="broadcast")
    yield Sample(draw(rng, "real", (3,)), 3, kind="weak", order=1)


# x * 2**y for integers y
ldexp = elementwise("ldexp", np.ldexp, "ldexp(t, y)", None, jax="numpy.ldexp", samples=_ldexp_samples)


@define
class frexp:
    """(mantissa, exponent) with x = mantissa * 2**exponent and 1/2 <= |mantissa| < 1; the exponents are int32."""

    multi = True
    saves = ((0,),)
    without = {"bool": "jax has no frexp of bools"}
    jax = "numpy.frexp"

    def impl(x):
        return tuple(np.frexp(x))

    def aval(x):
        dtype = np.frexp.resolve_dtypes((dtype_of(x), None, None))[1]
        return Aval(shape_of(x), dtype), Aval(shape_of(x), np.dtype(np.int32))

    def batch(size, xs, ds):
        return frexp(front(xs[0], ds[0])), (0, 0)

    def jvp(ts, out, x):
        return None if ts[0] is None else (ldexp(ts[0], neg(out[1])), None)

    def vjp(ct, out, x, need):
        return [fit(ldexp(ct[0], neg(frexp(x)[1])), x)]

    def samples(rng):
        yield Sample(draw(rng, "nonzero", (3, 2)))
        yield Sample(draw(rng, "nonzero", (3,), np.float32), kind="float32")
        yield Sample(np.array([3, -4, 0]), kind="int64")
        yield Sample(np.zeros((0, 2)), kind="empty")
        yield Sample(np.array(0.7), kind="0-d")
        yield Sample(strided(draw(rng, "nonzero", (2, 3))), kind="strided")
