"""jax.lax's names: faces of funcgrad.lax, and control flow (control.py). Operands of different dtypes promote, where jax.lax
refuses them."""

import sys as _sys

from ...lax import __all__ as _all
from ...lazy import NoSuchName as _NoSuchName
from .. import control as _control
from ..apply import faces as _faces

_CONTROL = "associative_scan cond custom_linear_solve custom_root fori_loop map scan switch while_loop"
_FLOAT = "acos acosh asin asinh atan atan2 atanh bessel_i0e bessel_i1e betainc cbrt cos cosh digamma erf erf_inv erfc exp exp2 expm1 " \
    "igamma igammac lgamma log log1p logistic polygamma reciprocal rsqrt sin sinh sqrt tan tanh zeta nextafter complex pow"  # fmt: skip
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


def __getattr__(name):
    if name in _CONTROL.split():
        value = getattr(_control, name)
        setattr(_sys.modules[__name__], name, value)
        return value
    if name in _all or name == "linalg":
        return _faced(name)
    if name.endswith("_p"):
        from ..jaxprs import ENGINE, primitive

        if name[:-2] in ENGINE:
            return primitive(ENGINE[name[:-2]])
    raise _NoSuchName(_sys.modules[__name__], name)
