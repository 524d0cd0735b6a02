"""Values of special functions, with NumPy and the standard library alone: the impls behind ops/special.py.

Every function takes real arrays of any float dtype, computes in float64, and is silent (no warnings). The errors stated
are in units in the last place (ulp), the largest seen against mpmath at some thousand points.
"""

from .bessel import bessel_decay, bessel_ratio, i0, i0e, i1, i1e
from .error import erf, erfc, erfinv, gaussian
from .gamma import digamma, lgamma, polygamma

__all__ = [
    "bessel_decay", "bessel_ratio", "digamma", "erf", "erfc", "erfinv", "gaussian", "i0", "i0e", "i1", "i1e", "lgamma", "polygamma",
]  # fmt: skip
