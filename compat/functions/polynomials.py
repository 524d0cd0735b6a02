"""Orthogonal polynomials: torch.special.chebyshev_polynomial_t and its kin, by their recurrences.

Invariant: a polynomial of degree n is n steps p[k+1] = (a x + b) p[k] - c p[k-1] from p[0] = 1 (DLMF 18.9.1), for every n
that occurs; degrees below 0 give 0. The recurrences are composed of primitives, so they can be differentiated by x.
"""

import numpy as np

from funcgrad.numpy.concrete import concrete

from .. import dtypes
from ..payload import current
from ..tensor import Tensor
from .operands import P, broadcast_shapes, broadcast_to, cast, dtype_of, iterating, new, rank, shape_of
from .refusals import need_real
from .register import operation

# name: (p[1] as (slope, constant), (a, b, c) of step k = 1, 2, ...)
RECURRENCES = {
    "chebyshev_polynomial_t": ((1, 0), lambda k: (2, 0, 1)),
    "chebyshev_polynomial_u": ((2, 0), lambda k: (2, 0, 1)),
    "chebyshev_polynomial_v": ((2, -1), lambda k: (2, 0, 1)),
    "chebyshev_polynomial_w": ((2, 1), lambda k: (2, 0, 1)),
    "hermite_polynomial_h": ((2, 0), lambda k: (2, 0, 2 * k)),
    "hermite_polynomial_he": ((1, 0), lambda k: (1, 0, k)),
    "laguerre_polynomial_l": ((-1, 1), lambda k: (-1 / (k + 1), (2 * k + 1) / (k + 1), k / (k + 1))),
    "legendre_polynomial_p": ((1, 0), lambda k: ((2 * k + 1) / (k + 1), 0, k / (k + 1))),
}
SHIFTED = [name for name in RECURRENCES if name.startswith("chebyshev")]  # of 2 x - 1 in place of x


def operands(name, x, n):
    """(x as floats, the degrees as an int array, the shape of the result)."""
    d = dtypes.result_dtype([rank(x), rank(n)])
    need_real(f"{name}_cpu", d, False)
    d = d if d.kind == "f" else dtypes.Default.numpy
    degrees = np.asarray(concrete(n.detach(), "a degree")) if isinstance(n, Tensor) else np.asarray(n)
    degrees = degrees.astype(np.int64)
    t = cast(current(x), d) if isinstance(x, Tensor) else new(np.asarray(x, d))
    return t, degrees, broadcast_shapes(shape_of(t), degrees.shape)


def linear(t, a, b):
    """a t + b."""
    out = t if a == 1 else P["mul"](t, float(a))
    return P["add"](out, float(b)) if b else out


def evaluated(t, degrees, shape, first, step):
    """The polynomial of each degree at each point."""
    before = new(np.ones(shape_of(t), dtype_of(t)))
    now = linear(t, *first)
    out = broadcast_to(before, shape)
    for k in range(1, int(degrees.max(initial=0)) + 1):
        if (degrees == k).all():
            out = broadcast_to(now, shape)
        elif (degrees == k).any():
            out = P["where"](np.broadcast_to(degrees == k, shape), broadcast_to(now, shape), out)
        a, b, c = step(k)
        before, now = now, P["sub"](P["mul"](linear(t, a, b), now), before if c == 1 else P["mul"](before, float(c)))
    if (degrees < 0).any():
        out = P["where"](np.broadcast_to(degrees >= 0, shape), out, 0.0)
    return out


def polynomial(name, shifted=False):
    """torch.special.<name>(input, n)."""
    first, step = RECURRENCES[name.removeprefix("shifted_")]

    def f(input, n):
        t, degrees, shape = operands(name, input, n)
        return evaluated(linear(t, 2, -1) if shifted else t, degrees, shape, first, step)

    f.__doc__ = f"The {name.replace('_', ' ')} of degree n, an integer or a Tensor of such, at each element."
    label = "Special" + "".join(part.capitalize() for part in name.split("_")) + "Backward0"
    return operation(label, name=name, function=False, method=False, numbers=True)(iterating(f))


NAMES = {name: polynomial(name) for name in RECURRENCES} | {
    f"shifted_{name}": polynomial(f"shifted_{name}", True) for name in SHIFTED
}
