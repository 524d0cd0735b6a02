"""jax.lax's names: faces of funcgrad.lax, and control flow (control.py). Nothing is promoted (accepts.py)."""

import sys as _sys

from ...lax import __all__ as _all
from ...lazy import NoSuchName as _NoSuchName
from .. import control as _control
from ..accepts import LAX as _LAX
from ..accepts import refusing as _refusing
from ..apply import faces as _faces
from ..numpy.creation import asarray as _asarray

_CONTROL = "associative_scan cond custom_linear_solve custom_root fori_loop map scan switch while_loop"
_FLOAT = "acos acosh asin asinh atan atan2 atanh bessel_i0e bessel_i1e betainc cbrt cos cosh digamma erf erf_inv erfc exp exp2 expm1 " \
    "igamma igammac lgamma log log1p logistic polygamma reciprocal rsqrt sin sinh sqrt tan tanh zeta nextafter complex"  # fmt: skip
_RULES = {
    "promote": "eq ne lt le gt ge is_finite abs add bitwise_and bitwise_not bitwise_or bitwise_xor clamp conj div max min mul neg rem shift_left "
    "shift_right_arithmetic shift_right_logical sign square sub ceil floor real imag clz population_count " + _FLOAT,
    "promote 0": "integer_pow round cumsum cumprod cummax cummin cumlogsumexp",
    "promote 1 2": "select",
    "sequence 0": "concatenate",
    "list": "top_k",
    "keep": "full iota broadcasted_iota empty",
    "tell": "broadcast_shapes dtype conv_dimension_numbers axis_size",
}
_faced, __dir__ = _faces(__name__, "funcgrad.lax", _RULES, "keep 0")
_guarded = _refusing(__name__, _faced, _LAX, alike=True)


_pad = _faced("pad")


def pcast(x, axis_name=None, *, to=None):
    """x: over axes of one device everything is alike."""
    return x


def pad(operand, padding_value, padding_config):
    """operand with padding_value, of its dtype, around and between its elements."""
    operand, padding_value = _asarray(operand), _asarray(padding_value)
    if operand.dtype != padding_value.dtype and not (
        padding_value.weak_type and padding_value.dtype.kind == operand.dtype.kind
    ):
        raise TypeError(
            f"pad operand and padding_value must be same dtype: got {operand.dtype.name} and {padding_value.dtype.name}; convert one "
            "with astype."
        )
    return _pad(operand, padding_value.astype(operand.dtype), padding_config)


def __getattr__(name):
    if name in _CONTROL.split():
        value = getattr(_control, name)
        setattr(_sys.modules[__name__], name, value)
        return value
    if name in _all or name == "linalg":
        return _guarded(name)
    if name.endswith("_p"):
        from ..jaxprs import ENGINE, primitive

        if name[:-2] in ENGINE:
            return primitive(ENGINE[name[:-2]])
    raise _NoSuchName(_sys.modules[__name__], name)
