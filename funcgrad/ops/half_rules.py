"""Derivatives of half precision as torch's CPU kernels round them, where that is neither one rounding at the end nor one for each
operation of the rule: primitive by primitive, over arrays.

Each function takes `r`, which rounds a float32 array to the dtype and gives float32 again, the cotangent, the result and the operands as
float32, and gives the operands' cotangents; None where the primitive's own rule does. Loaded when half precision is first asked for.
"""

import numpy as np

from ..core.halves import is_bfloat16
from ..core.primitive import helper
from .losses import both_signs, terms


def sigmoid(r, ct, out, x, *, need):
    """float16 alone: ct (1 - s) s, an operation after the other."""
    if is_bfloat16(r):
        return None
    if out is None:
        with np.errstate(over="ignore"):
            out = r(1 / (1 + np.exp(-x)))
    return [r(r(ct * r(1 - out)) * out)]


def squared_error(r, ct, out, x, y, *, need, mean):
    """2/n (x - y) ct, with each factor and product rounded."""
    n = max(terms(x.size, mean), 1)
    return both_signs(r(r(r(np.float32(2 / n)) * r(x - y)) * ct), need)


def huber_error(r, ct, out, x, y, *, need, mean, delta, linear):
    """The same of 1/n (x - y) ct where |x - y| < delta, and of 1/n ct delta beyond."""
    if linear != delta:
        return None
    d, share, edge = r(x - y), r(np.float32(1 / max(terms(x.size, mean), 1))), r(np.float32(delta))
    return both_signs(np.where(np.abs(d) < edge, r(r(share * d) * ct), r(r(share * ct) * edge) * np.sign(d)), need)


@helper
def half_rules():
    """The rules by their primitives' names."""
    return {f.__name__: f for f in (sigmoid, squared_error, huber_error)}
