"""Functions with a kink or a tie. Where torch chose another derivative there than jax, both formulas stand.

`where(..., t, 0)` is exact (an infinite cotangent does not become nan) and costs no more than a product.
"""

import operator

import numpy as np

from ..core.aval import Aval, dtype_of, ndarray, promotion_key, shape_of
from ..core.primitive import PRIMITIVES, elementwise
from ..core.sample import Sample
from .complex import complex_, conj, imag, real
from .elementwise import (  # noqa: F401  (formulas name them)
    add,
    div,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    mul,
    neg,
    sub,
    where,
)
from .floats import clip, float_aval, held, in_place, over_floats, samples_with
from .logic import bitwise_and, bitwise_or, isfinite, isnan  # noqa: F401  (formulas name them)  # noqa: F401  (formulas name them)
from .shape import zeros_like  # noqa: F401  (formulas name it)


# ------------------------------------------------------------------------------------------------ absolute value, sign
def unit(x):
    """x / |x|, and 0 at 0, with the derivative 0 there."""
    size = abs_(x)
    none = equal(size, 0)
    return mul(x, where(none, 0, div(1, where(none, 1, size))))


def abs_rule(t, x):
    """Right of 0 and at it, t: jax's choice for real x. Complex: t conj(x) / |x|, and 0 at 0."""
    return mul(t, conj(unit(x))) if dtype_of(x).kind == "c" else mul(t, copysign(1, add(x, 0)))  # -0 + 0 is 0


def abs_rule_torch(t, x):
    """t times 0 at 0, and where x is nan."""
    return abs_rule(t, x) if dtype_of(x).kind == "c" else mul(t, where(isnan(x), 0, PRIMITIVES["sign"](x)))


# |x|. At 0: jax 1, torch 0; for complex x both 0.
abs_ = elementwise(
    "abs",
    np.absolute,
    "abs_rule(t, x)",
    torch=("abs_rule_torch(t, x)",),
    symbol="abs",
    impl=operator.abs,
    into=in_place(np.absolute),
    jax="numpy.abs",
    dtypes="fci",
    kinks=((0.0,), (-0.0,), (0j,)),
)


def copysign_rule(t, x, y):
    """t times the signs of x (+ at -0, as in abs) and y. The ones take x's dtype: y may be a Python scalar."""
    one = copysign(1, add(x, 0))
    return mul(t, mul(one, copysign(one, y)))


# |x| with the sign of y, signed zeros included. At x = 0: jax the sign of y, torch 0; at infinities torch nan.
copysign = elementwise(
    "copysign",
    np.copysign,
    "copysign_rule(t, x, y)",
    "zeros_like(t)",
    torch=("t * where(equal(x, 0), 0, out / x)", "zeros_like(t)"),
    into=in_place(np.copysign),
    jax="numpy.copysign",
    domain="nonzero",
    kinks=((0.0, 1.0), (-0.0, 1.0), (0.0, -1.0)),
    scalar="math.copysign({0}, {1})",
)


# ------------------------------------------------------------------------------------------------ maximum and minimum
def won(t, x, y):
    """What maximum(x, y) gives x of t: all where x is larger, half at ties."""
    return add(where(greater(x, y), t, 0), mul(where(equal(x, y), t, 0), 0.5))


def won_torch(t, x, y):
    """The same, but all of t (to both operands) where one is nan."""
    return add(where(less_equal(x, y), 0, t), mul(where(equal(x, y), t, 0), 0.5))


def extremum(name, ufunc, formulas, torch, scalar=None):
    return elementwise(
        name,
        ufunc,
        *formulas,
        torch=torch,
        into=in_place(ufunc),
        jax=f"numpy.{name}",
        dtypes="fi",
        kinks=((1.0, 1.0), (0.0, -0.0), (np.inf, np.inf)),
        scalar=scalar,
    )


# Ties: half each in both. Where an operand is nan: jax 0, torch 1 for both operands.
maximum = extremum(
    "maximum",
    np.maximum,
    ("won(t, x, y)", "won(t, y, x)"),
    ("won_torch(t, x, y)", "won_torch(t, y, x)"),
    scalar="{0} if {0} >= {1} or {0} != {0} else {1}",
)
minimum = extremum(
    "minimum",
    np.minimum,
    ("won(t, y, x)", "won(t, x, y)"),
    ("won_torch(t, y, x)", "won_torch(t, x, y)"),
    scalar="{0} if {0} <= {1} or {0} != {0} else {1}",
)
# These pass over nan. Ties: jax all to y, torch all to x.
fmax = extremum(
    "fmax",
    np.fmax,
    ("where((x > y) | isnan(y), t, 0)", "where((x > y) | isnan(y), 0, t)"),
    ("where((x >= y) | isnan(y), t, 0)", "where((x >= y) | isnan(y), 0, t)"),
)
fmin = extremum(
    "fmin",
    np.fmin,
    ("where((x < y) | isnan(y), t, 0)", "where((x < y) | isnan(y), 0, t)"),
    ("where((x <= y) | isnan(y), t, 0)", "where((x <= y) | isnan(y), 0, t)"),
)


NUMBERS = int, float


def leaves_room(low, high):
    """Where is the lower bound below the upper one, or no upper one given?"""
    return True if type(high) is float and high == np.inf else less(low, high)


def _clamp(x, low, high):
    return np.minimum(np.maximum(x, low), high)


def _clamp_torch(x, low, high, kink=None):
    """The same, where numbers are the bounds of floats by NumPy's clip."""
    if type(x) is not ndarray or x.dtype.char not in "fd" or type(low) not in NUMBERS or type(high) not in NUMBERS:
        return _clamp(x, low, high)
    return held(x, low, high)


def _clamp_into(x, low, high, kink=None):
    if x.dtype.char in "fd" and type(low) in NUMBERS and type(high) in NUMBERS:
        held(x, low, high, x)
    else:
        np.copyto(x, _clamp(x, low, high), casting="same_kind")


def _clamp_text(w, out, x, low, high):
    bounds = [w.constant_of(v) for v in (low, high)]
    if w.now.params.get("kink") != "torch" or x.aval.dtype.char not in "fd" or None in bounds:
        return None
    return w.call(clip, "clip", [x, *[w.number_like(v, x) for v in bounds]], out)


# minimum(maximum(x, low), high). At x = low or x = high: jax's numpy.clip shares ties (1/2 to x, 1/2 to the bound),
# torch gives all to x. One bound alone: pass -inf or inf for the other.
clamp = elementwise(
    "clamp",
    _clamp,
    "won(won(t, z, maximum(x, y)), x, y)",
    "won(won(t, z, maximum(x, y)), y, x)",
    "won(t, maximum(x, y), z)",
    torch=(
        "where((x >= y) & (x <= z), t, 0)",
        "where((x < y) & leaves_room(y, z), t, 0)",
        "where((x > z) | (z < y), t, 0)",
    ),
    impl_torch=_clamp_torch,
    into=_clamp_into,
    numpy=_clamp_text,
    jax="numpy.clip",
    dtypes="fi",
    kinks=((0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (0.5, 1.0, 0.0), (0.0, 0.0, 0.0)),
)


def _relu(x):
    return np.maximum(x, 0)


UPWARDS = {np.dtype(c): (np.array(0.0, c), np.array(np.inf, c)) for c in "fd"}


def _relu_torch(x, kink=None, out=None):
    """The same, in less time; -0.0 stays, as torch has it."""
    if type(x) is ndarray and x.dtype in UPWARDS:
        low, high = UPWARDS[x.dtype]
        return clip(x, low, high, out)  # (see held)
    return np.maximum(x, 0, out=out)


def _relu_text(w, out, x):
    if w.now.params.get("kink") == "torch" and x.aval.dtype.char in "fd":
        return w.call(clip, "clip", [x, w.number_like(0, x), w.number_like(np.inf, x)], out)
    return w.call(np.maximum, "maximum", [x, w.number_like(0, x)], out)


# maximum(x, 0), but at 0 the derivative is 0 in both. It reads the result alone. Where x is nan: jax 0, torch 1.
relu = elementwise(
    "relu",
    _relu,
    "where(out > 0, t, 0)",
    torch=("where(out <= 0, 0, t)",),
    aval=lambda x, **_: Aval(shape_of(x), np.maximum.resolve_dtypes((promotion_key(x), int, None))[-1]),
    impl_torch=_relu_torch,
    into=lambda memory, kink=None: _relu_torch(memory, out=memory),
    jax="nn.relu",
    kinks=((0.0,), (-0.0,)),
    scalar="0.0 if {0} <= 0.0 else {0}",
    numpy=_relu_text,
)


@over_floats
def _leaky(x, y):
    return np.where(x >= 0, x, x * y)


def _leaky_relu(x, y):
    if type(y) is float and 0 <= y <= 1 and type(x) is np.ndarray and x.shape and x.dtype.kind == "f":
        out = x * y
        return np.maximum(x, out, out=out)  # (np.where takes three times as long)
    return _leaky(x, y)


# x where x >= 0, else x * y
leaky_relu = elementwise(
    "leaky_relu",
    _leaky_relu,
    "where(x >= 0, t, t * y)",
    "where(x >= 0, 0, t * x)",
    torch=("where(x > 0, t, t * y)", "where(x > 0, 0, t * x)"),
    aval=float_aval,
    into=in_place(_leaky_relu),
    jax="nn.leaky_relu",
    kinks=((0.0, 0.5), (-0.0, 0.5)),
)


# ------------------------------------------------------------------------------------------------ nan and infinities
def finite_only(t, x):
    """t where x is finite; part by part where x is complex."""
    if dtype_of(x).kind == "c":
        return complex_(finite_only(real(t), real(x)), finite_only(imag(t), imag(x)))
    return where(isfinite(x), t, 0)


def _nan_to_num(x, *, nan, posinf, neginf):
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)


def _nan_to_num_samples(rng):
    choices = {"nan": 0.0, "posinf": None, "neginf": None}, {"nan": 1.0, "posinf": 2.0, "neginf": -3.0}
    yield from samples_with("nan_to_num", *choices)(rng)
    for params in choices:
        yield Sample(np.array([np.nan, np.inf, -np.inf, 1.0]), kind="kink", order=1, **params)


# nan and infinities replaced (None: by the largest and smallest finite number); there the derivative is 0
nan_to_num = elementwise(
    "nan_to_num",
    _nan_to_num,
    "finite_only(t, x)",
    tape=("t * isfinite(x)",),
    params=("nan", "posinf", "neginf"),
    aval=lambda x, **_: Aval(shape_of(x), dtype_of(x)),
    into=in_place(_nan_to_num),
    jax="numpy.nan_to_num",
    dtypes="fc",
    samples=_nan_to_num_samples,
)
