"""jax.numpy's arithmetic where it differs from NumPy's: integer division, powers, complex arguments, running sums in the operand's dtype."""

import functools
import math
import warnings

import numpy as np

from ... import lax
from ... import numpy as fnp
from ...core.aval import dtype_of, shape_of
from ...core.handle import Handle
from ...numpy import calculus
from ...ops.exponential import complex_log1p
from .. import arrays
from ..apply import face, promoted
from ..arrays import described, raw, wrap
from ..dtypes import default
from .creation import asarray, refuse_out

jnp = arrays.jnp


def polydiv(u, v, *, trim_leading_zeros=False):
    (u, v), _ = promoted("polydiv", (u, v), "inexact")
    quotient, rest, _ = calculus.long_division(u, v)
    while trim_leading_zeros and shape_of(rest)[0] and abs(rest[0]) <= np.finfo(dtype_of(rest)).eps ** 0.5:
        rest = rest[1:]
    return wrap(quotient), wrap(rest)


def polyder(p, m=1):
    """The m-th derivative of a polynomial whose highest power stands first, in the dtype of its numbers."""
    if m < 0:
        raise ValueError("Order of derivative must be positive")
    (p,), weak = promoted("polyder", (p,), "inexact")
    for _ in range(m):
        p = p[:-1] * np.arange(shape_of(p)[0] - 1, 0, -1, dtype=dtype_of(p))
    return wrap(p, weak)


def whole_division(x, y):
    """x // y; of integers by 0 what jax's compiler gives: -1, less 1 where the rounding down then comes."""
    if dtype_of(x).kind not in "iu":
        return np.floor_divide(x, y)
    one, info = dtype_of(x).type, np.iinfo(dtype_of(x))
    beyond = np.where(np.equal(x, 0), one(-1), one(-2)) if info.min else one(info.max)
    return np.where(np.equal(y, 0), beyond, np.floor_divide(x, np.where(np.equal(y, 0), one(1), y)))


def floor_divide(x1, x2, /):
    (x, y), weak = promoted("floor_divide", (x1, x2), "promote")
    if dtype_of(x).kind in "iu" and (isinstance(y, Handle) or np.any(np.equal(y, 0))):
        return wrap(whole_division(x, y), weak)
    return FLOOR(x1, x2)


FLOOR = face(np.floor_divide, "whole")
remainder = mod = face(np.remainder, "whole", "remainder", "numpy")


def divmod(x1, x2, /):
    return floor_divide(x1, x2), remainder(x1, x2)


def power(x1, x2, /):
    """x1 to the power x2. TypeError for a negative Python integer over integers."""
    if type(x2) is int and x2 < 0 and described(x1)[0].kind in "iub":
        raise TypeError(
            f"Integers cannot be raised to negative powers, got integer_pow({described(x1)[0].name}{list(np.shape(x1))}, {x2})"
        )
    if type(x2) is int and described(x1)[0].kind != "b":
        return face(lambda x: np.power(x, x2), "promote", "power")(x1)
    out = POWER(x1, x2)
    return (
        wrap(raw(out)) if out.weak_type and not described(x2)[1] else out
    )  # (an array of integers is no weak exponent)


POWER = face(np.power, "whole", "power")
pow = power


def positive(x, /):
    return face(np.positive, "promote")(x) if described(x)[0].kind != "b" else asarray(x)


def float_power(x, y, /):
    (x, y), weak = promoted("float_power", (x, y), "inexact")
    return POWER(wrap(x, weak), wrap(y, weak))


def ldexp(x1, x2, /):
    """x1 * 2 ** x2, of a whole x2."""
    if described(x2)[0].kind not in "iub":
        raise ValueError(
            f"ldexp: the exponent must be an integer, got {described(x2)[0].name} in position 2; convert it with astype"
        )
    (x,), weak = promoted("ldexp", (x1,), "inexact")
    return wrap(np.ldexp(x, raw(asarray(x2))), weak and described(x2)[1])


def conjugate(x, /):
    return CONJUGATE(x) if described(x)[0].kind == "c" else asarray(x)


conj, CONJUGATE = conjugate, face(np.conjugate, "promote")


def vander(x, N=None, increasing=False):  # noqa: N803
    """The powers of x as columns, in x's dtype."""
    x = asarray(x)
    return face(np.vander, "keep 0")(x, N, increasing).astype(x.dtype)


def of_complex(name, formula):
    """A function of NumPy's that takes no complex numbers, with the formula by which jax takes them."""
    plain, other = face(getattr(np, name), "inexact", name, "numpy"), face(formula, "inexact", name)

    @functools.wraps(plain)
    def call(*args, **kwargs):
        return (other if any([described(a)[0].kind == "c" for a in args]) else plain)(*args, **kwargs)

    if name not in UFUNCS:
        return call
    from .ufuncs import of_numpy

    return of_numpy(call, name)


UFUNCS = ("logaddexp", "logaddexp2")  # those that are ufuncs in jax


arctan2 = atan2 = of_complex("arctan2", lax.atan2)
log1p = of_complex("log1p", complex_log1p)
logaddexp = of_complex("logaddexp", lambda x, y: np.log(np.exp(x) + np.exp(y)))
logaddexp2 = of_complex("logaddexp2", lambda x, y: np.log(np.exp2(x) + np.exp2(y)) * (1 / math.log(2.0)))
deg2rad = radians = of_complex("deg2rad", lambda x: x * (math.pi / 180))
rad2deg = degrees = of_complex("rad2deg", lambda x: x * (180 / math.pi))


def silent(name):
    """NumPy's function without its warnings (of means of nothing, of too few degrees of freedom): the result, nan, says it."""
    f = face(getattr(np, name), "inexact 0", name, "numpy")

    @functools.wraps(f)
    def call(*args, **kwargs):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return f(*args, **kwargs)

    return call


nanmean, nanmedian, nanvar, nanstd, nanquantile, nanpercentile, median, cov, corrcoef = map(
    silent, "nanmean nanmedian nanvar nanstd nanquantile nanpercentile median cov corrcoef".split()
)


def running(name):
    """Sums and products along an axis, in the operand's own dtype unless another is asked for."""
    f = face(getattr(np, name), "whole 0", name)

    def call(a, axis=None, dtype=None, out=None):
        refuse_out(name, out)
        own = asarray(a).dtype
        return f(a, axis=axis, dtype=dtype or (own if own.kind != "b" else default(int)))

    call.__name__, call.__doc__ = name, running.__doc__
    return call


cumsum, cumprod, nancumsum, nancumprod = map(running, ("cumsum", "cumprod", "nancumsum", "nancumprod"))


def standard(name, widened):
    """The array API's running sums (of short integers in longer ones) and products; `include_initial`: that of nothing first."""
    f = face(getattr(fnp, name), "promote 0" if widened else "whole 0", name, "numpy")

    def call(x, /, *, axis=None, dtype=None, include_initial=False):
        x = asarray(x)
        if not x.ndim:
            raise ValueError("The input must be non-scalar to take a cumulative sum or product of.")
        if not widened:
            dtype = dtype or (x.dtype if x.dtype.kind != "b" else default(int))
        return f(x, axis=axis, dtype=dtype, include_initial=include_initial)

    call.__name__, call.__doc__ = name, standard.__doc__
    return call


cumulative_sum, cumulative_prod = standard("cumulative_sum", True), standard("cumulative_prod", False)


def to_whole(name):
    """floor, ceil or trunc; integers are what they are (of which NumPy before 2.1 makes floats)."""
    f = face(getattr(np, name), "promote", name, "numpy")

    @functools.wraps(f)
    def call(x, /):
        return f(x) if described(x)[0].kind not in "iu" else asarray(x)

    return call


floor, ceil, _TRUNC = map(to_whole, ("floor", "ceil", "trunc"))


def trunc(x):
    """Rounded towards zero."""
    return _TRUNC(x)


def count_nonzero(a, axis=None, keepdims=False):
    """How many are not 0, along the axes."""
    return jnp().sum(jnp().not_equal(a, 0), axis=axis, dtype=int, keepdims=keepdims)


def clip(arr=None, /, min=None, max=None):
    """Between two bounds, either of which may be missing."""
    if described(arr)[0].kind == "c":
        raise ValueError("clip: complex numbers have no order; clip x.real and x.imag.")
    for bound, f in ((min, "maximum"), (max, "minimum")):
        if bound is not None:
            arr = getattr(jnp(), f)(arr, bound)
    return asarray(arr)


def round(a, decimals=0, out=None):
    """a to a number of decimals; integers stay what they are, unless decimals is negative. Real numbers are scaled back by the rounded
    reciprocal of 10**decimals, as jax's compiler does it: 0.16 may come as 0.16000001."""
    refuse_out("round", out)
    if described(a)[0].kind == "b":
        raise ValueError("round: not of truth values; convert them with astype")
    if decimals < 0 and described(a)[0].kind in "iu":
        raise NotImplementedError("integer np.round not implemented for decimals < 0")
    return ROUND(a, decimals)


around = round


def rounded(x, decimals=0):
    dtype = dtype_of(x)
    if not decimals or dtype.char not in "fd":
        return np.round(x, decimals)
    factor = dtype.type(10.0**decimals)
    return np.multiply(np.rint(np.multiply(x, factor)), 1 / factor)


ROUND = face(rounded, "keep 0", "round")


def interp(x, xp, fp, left=None, right=None, period=None):
    """What a line through the points (xp, fp) gives at x; beyond them `left` and `right`, or, if these are "extrapolate", the line."""
    ends = {"left": left, "right": right}
    for name, value in ends.items():
        if isinstance(value, str) and value != "extrapolate":
            raise ValueError(f"the only valid string value of `{name}` is 'extrapolate', got {value!r}")
    numbers = [x, xp, fp, *[v for v in ends.values() if not isinstance(v, str) and v is not None]]
    is_complex = [described(v)[0].kind == "c" for v in numbers]
    if is_complex[0] or is_complex[1]:
        raise ValueError("interp: x and xp must be real; fp may be complex")
    if any(is_complex):  # (a face brings its operands to one dtype; x and xp stay real)
        re, im = (
            interp(x, xp, f(fp), *[v if isinstance(v, str) or v is None else f(v) for v in ends.values()], period)
            for f in (jnp().real, jnp().imag)
        )
        return wrap(lax.complex(raw(re), raw(im)))
    plain = {name: None if isinstance(value, str) else value for name, value in ends.items()}
    out = INTERP(x, xp, fp, period=period, **plain)
    if period is not None:
        return out
    x, xp, fp = map(wrap, promoted("interp", (x, xp, fp), "inexact")[0])
    for name, first, second in (("left", 0, 1), ("right", -1, -2)):
        if isinstance(ends[name], str):
            line = fp[first] + (x - xp[first]) * ((fp[second] - fp[first]) / (xp[second] - xp[first]))
            out = jnp().where(x < xp[0] if name == "left" else x > xp[-1], line, out)
    return out


INTERP = face(np.interp, "arrays 0 1 2", "interp")


def unwrap(p, discont=None, axis=-1, period=6.283185307179586):
    """p without jumps of more than half a period; of integers in the float of the moment."""
    p = asarray(p)
    return UNWRAP(p.astype(float) if p.dtype.kind in "iub" else p, discont, axis, period=period)


UNWRAP = face(np.unwrap, "inexact 0", "unwrap")


def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """The polynomial of a degree with the least sum of squares; with `full` or `cov` what goes with it, see numpy.polyfit."""
    (_, y_), _ = promoted("polyfit", (x, y), "inexact")
    dtype = dtype_of(y_)
    x = asarray(x).astype(np.zeros((), dtype).real.dtype if described(x)[0].kind != "c" else dtype)
    out = POLYFIT(x, wrap(y_), deg, rcond, full, w, cov)
    return (*out[:2], asarray(out[2], int), *out[3:]) if full else out


POLYFIT = face(np.polyfit, "keep", "polyfit")


def roots(p, *, strip_zeros=True):
    """The zeros of a polynomial, complex; with strip_zeros=False as many as p has entries less one, as jit must know them."""
    p = asarray(p)
    if strip_zeros:
        found = ROOTS(p)
        return found.astype(np.result_type(found.dtype, np.complex64))
    (p,), _ = promoted("roots", (p,), "inexact")
    p = wrap(p)
    if p.shape[0] < 2:
        return jnp().zeros(0, np.result_type(p.dtype, np.complex64))
    companion = jnp().diag(jnp().ones(p.shape[0] - 2, p.dtype), -1).at[0].set(-p[1:] / p[0])
    return jnp().linalg.eigvals(companion)


ROOTS = face(np.roots, "inexact 0", "roots")


def gradient(f, *varargs, axis=None, edge_order=None):
    """Differences of neighbours, over their distances."""
    if edge_order is not None:
        raise NotImplementedError("The 'edge_order' argument to jnp.gradient is not supported.")
    found = GRADIENT(f, *varargs, axis=axis)
    return [*found] if isinstance(found, tuple) else found


GRADIENT = face(np.gradient, "inexact 0", "gradient")


def polymul(a1, a2, *, trim_leading_zeros=False):
    """The product of two polynomials, leading zeros kept unless they are to be trimmed."""
    if trim_leading_zeros:
        a1, a2 = (jnp().trim_zeros(jnp().atleast_1d(a), trim="f") for a in (a1, a2))
    return jnp().convolve(*[a if np.size(a) else jnp().zeros(1) for a in map(jnp().atleast_1d, (a1, a2))], mode="full")
