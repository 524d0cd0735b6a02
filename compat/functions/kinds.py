"""Which functions torch treats alike: those along dimensions, comparisons, those of single elements."""

import re
from functools import cache

from .out_rules import ROWS

ALONG = {  # functions that take a dimension: its place among their arguments
    **dict.fromkeys(
        "softmax log_softmax amin amax cummin cummax logcumsumexp sort argsort median nanmedian mode argmax argmin nansum nanmean max min "
        "cumsum cumprod prod sum mean var std logsumexp any all".split(), 1
    ),
    **dict.fromkeys(("kthvalue", "topk"), 2),
    "aminmax": 9,
}  # fmt: skip
COMPARISONS = frozenset(
    "eq ne ge gt le lt greater greater_equal less less_equal not_equal logical_and logical_or logical_xor".split()
)
OF_BOTH = frozenset(  # functions of several operands that are stretched to one shape, and of the dtype in which those meet
    "add sub subtract rsub mul multiply div divide true_divide floor_divide fmod remainder atan2 arctan2 copysign xlogy hypot logaddexp "
    "logaddexp2 nextafter gcd lcm igamma igammac gammainc gammaincc lerp addcmul addcdiv clamp clip clamp_min clamp_max fmin fmax "
    "maximum minimum heaviside ldexp float_power pow zeta xlog1py bitwise_and bitwise_or bitwise_xor bitwise_left_shift "
    "bitwise_right_shift polygamma".split()
)
SPECIAL = re.compile(r"\w*_polynomial_\w+|\w*bessel_\w+|(log_)?ndtri?|erf\w*|entr|i[01]e?|logit|lgamma|digamma|sinc")
ALONE = frozenset(  # functions of single elements whose out= takes what their result can be cast to
    "acos acosh arccos arccosh arcsin arcsinh arctan arctanh asin asinh atan atanh cos cosh deg2rad exp exp2 expm1 log log10 log1p log2 "
    "rad2deg reciprocal rsqrt sigmoid sin sinh sqrt square tan tanh angle logical_not bitwise_not positive".split()
)


def stretches(own):
    """Is it a function of several operands that are stretched to one shape?"""
    name = own.rstrip("_").removeprefix("special_")
    return name in OF_BOTH or name in COMPARISONS or SPECIAL.fullmatch(name) is not None


@cache
def iterates(own):
    """Is it a function of single elements, of which torch looks at the memory of out= first?"""
    return stretches(own) or ROWS.get(own, "").startswith("Found dtype") or own in ALONE
