"""jax.lax's names: faces of funcgrad.lax, and control flow (control.py). Nothing is promoted (accepts.py)."""

import functools as _functools
import sys as _sys

from ...lax import __all__ as _all
from ...lazy import NoSuchName as _NoSuchName
from .. import control as _control
from ..accepts import LAX as _LAX
from ..accepts import refusing as _refusing
from ..apply import faces as _faces
from ..dtypes import requested as _requested
from ..numpy.creation import asarray as _asarray
from ..numpy.creation import full as _full

_CONTROL = "associative_scan cond custom_linear_solve custom_root fori_loop map pmean psum scan switch while_loop"
_FLOAT = "acos acosh asin asinh atan atan2 atanh bessel_i0e bessel_i1e betainc cbrt cos cosh digamma erf erf_inv erfc exp exp2 expm1 " \
    "igamma igammac lgamma log log1p logistic polygamma reciprocal rsqrt sin sinh sqrt tan tanh zeta nextafter complex"  # fmt: skip
_RULES = {
    "promote": "eq ne lt le gt ge is_finite abs add bitwise_and bitwise_not bitwise_or bitwise_xor clamp conj div max min mul neg rem shift_left "
    "shift_right_arithmetic shift_right_logical sign square sub ceil floor real imag clz population_count " + _FLOAT,
    "promote 0": "round cumsum cumprod cummax cummin cumlogsumexp",
    "promote 0 1": "dot dot_general",
    "promote 1 2": "select",
    "sequence 0": "concatenate stack",
    "list": "top_k",
    "same": "ConvGeneralDilatedDimensionNumbers PrecisionLike after_all composite create_token dce_sink pcast platform_dependent",
    "keep 0": "integer_pow",
    "keep": "iota broadcasted_iota empty",
    "tell": "broadcast_shapes dtype conv_dimension_numbers axis_size conv_general_permutations conv_shape_tuple conv_general_shape_tuple "
    "conv_transpose_shape_tuple padtype_to_pads reduce_window_shape_tuple",
}
_faced, __dir__ = _faces(__name__, "funcgrad.lax", _RULES, "keep 0")
_guarded = _refusing(__name__, _faced, _LAX, alike=True)


_pad, _BITCAST, _BROADCAST = _faced("pad"), _faced("bitcast_convert_type"), _faced("broadcast")
_CONCATENATE = _guarded("concatenate")


def bitcast_convert_type(operand, new_dtype):
    """The bits of operand read as another dtype: a last axis more (or one less) where the sizes differ."""
    new, old = _requested(new_dtype, "bitcast_convert_type"), _asarray(operand).dtype
    if new != old and "b" in (new.kind, old.kind):
        raise TypeError(f"bitcast_convert_type: truth values have no bits to share; got {old.name} and {new.name}")
    return _BITCAST(operand, new)


def broadcast(operand, sizes, *, out_sharding=None):
    """operand repeated along axes of these lengths in front of its own."""
    if any(isinstance(n, int) and n < 0 for n in sizes):
        raise TypeError(f"broadcast: lengths must not be negative, got {tuple(sizes)}")
    return _BROADCAST(operand, sizes)


def concatenate(operands, dimension):
    """Arrays of one dtype behind one another; their axis is counted from the front."""
    if isinstance(dimension, int) and dimension < 0:
        raise TypeError(
            f"concatenate: the axis {dimension} must be counted from the front; jnp.concatenate takes negative ones"
        )
    return _CONCATENATE(operands, dimension)


def _indexed(name, position):
    """A function of indices, with `allow_negative_indices`: without them what is known to be negative is refused, and others begin at 0."""
    f = _guarded(name)

    @_functools.wraps(f)
    def call(*args, allow_negative_indices=True, **kwargs):
        if allow_negative_indices is not True and len(args) > position:
            index, several = args[position], isinstance(args[position], (list, tuple))
            given = list(index) if several else [index]
            allowed = (
                [allow_negative_indices] * len(given)
                if isinstance(allow_negative_indices, bool)
                else allow_negative_indices
            )
            given = [i if ok else _from_zero(name, i) for i, ok in zip(given, allowed, strict=True)]
            args = (*args[:position], given if several else given[0], *args[position + 1 :])
        return f(*args, **kwargs)

    return call


def _from_zero(name, i):
    if isinstance(i, int) and i < 0 and "index" not in name:
        raise ValueError(f"{name}: index {i} is out of bounds if allow_negative_indices=False")
    return _asarray(i).clip(0)


_MUL, _TOP_K = _guarded("mul"), _guarded("top_k")


def mul(x, y, *, out_dtype=None):
    """x * y, in the dtype asked for."""
    if out_dtype is not None:
        x, y = _asarray(x).astype(out_dtype), _asarray(y).astype(out_dtype)
    return _MUL(x, y)


_INDEXED = {
    "dynamic_index_in_dim": 1, "dynamic_slice": 1, "dynamic_slice_in_dim": 1, "dynamic_update_index_in_dim": 2, "dynamic_update_slice": 2,
    "dynamic_update_slice_in_dim": 2,
}  # fmt: skip


def top_k(operand, k, *, axis=-1):
    """The k largest entries along an axis, and where they are."""
    if k < 0 or _asarray(operand).dtype.kind == "c":
        raise ValueError(
            f"top_k: k must not be negative, and complex numbers have no order; got k={k} of {_asarray(operand).dtype}"
        )
    return _TOP_K(operand, k, axis=axis)


def full(shape, fill_value, dtype=None, *, sharding=None):
    """An array of one number, weak if that is and no dtype is asked for."""
    return _full(shape, fill_value, dtype)


def shape_as_value(shape):
    """A shape as an array."""
    return _asarray(shape, "int32")


def pad(operand, padding_value, padding_config):
    """operand with padding_value, of its dtype, around and between its elements."""
    operand, padding_value = _asarray(operand), _asarray(padding_value)
    if operand.dtype != padding_value.dtype:
        raise TypeError(
            f"pad operand and padding_value must be same dtype: got {operand.dtype.name} and {padding_value.dtype.name}; convert one "
            "with astype."
        )
    return _pad(operand, padding_value, padding_config)


def __getattr__(name):
    if name in _CONTROL.split():
        value = getattr(_control, name)
        setattr(_sys.modules[__name__], name, value)
        return value
    if name in _INDEXED:
        globals()[name] = _indexed(name, _INDEXED[name])
        return globals()[name]
    if name in _all or name == "linalg":
        return _guarded(name)
    if name.endswith("_p"):
        from ..jaxprs import ENGINE, primitive

        if name[:-2] in ENGINE:
            return primitive(ENGINE[name[:-2]])
    raise _NoSuchName(_sys.modules[__name__], name)
