"""Gamma variates as torch draws them, one element after the other: the rejection method of Marsaglia and Tsang.

G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM Transactions on Mathematical Software 26,
2000. Below 1 the variate of a + 1 is scaled by U^(1/a). Invariant: of the stream exactly as many uniforms and normals are taken,
in the same order, as torch takes, and constants are float32 where torch's are.
"""

import math

import numpy as np

THIRD = np.float32(1.0) / np.float32(3.0)
SQUEEZE = float(np.float32(0.0331))


def gamma_numbers(a, stream):
    """Gamma numbers of rate 1 and these concentrations, float[*s], from a streams.Generator; none below the least normal number.

    >>> from funcgrad.streams import Generator
    >>> gamma_numbers(np.array([0.5, 3.0]), Generator(0)).round(4).tolist()
    [0.0008, 1.2728]
    """
    a = np.asarray(a)

    uniform, normal = stream.one_uniform, stream.one_normal
    out = np.array([one(x, uniform, normal) for x in a.ravel()], a.dtype).reshape(a.shape)
    return np.maximum(out, np.finfo(a.dtype).tiny)


def one(a, uniform, normal):
    """One variate; a is a NumPy float, in whose precision torch takes a third from it."""
    scale = 1.0
    if a < 1:
        if a == 0:
            return 0.0
        scale = (1 - uniform()) ** float(a.dtype.type(1) / a)
        a = a + a.dtype.type(1)
    d = float(a - a.dtype.type(THIRD))
    c = 1 / math.sqrt(9 * d)
    while True:
        x = normal()
        y = 1 + c * x
        while y <= 0:
            x = normal()
            y = 1 + c * x
        v = y * y * y
        u = 1 - uniform()
        xx = x * x
        if u < 1 - SQUEEZE * xx * xx or math.log(u) < 0.5 * xx + d * (1 - v + math.log(v)):
            return scale * d * v
