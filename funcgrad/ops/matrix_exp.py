"""matrix_exp: the exponential of square matrices, by the Taylor polynomials that torch takes, so that figures are torch's.

P. Bader, S. Blanes, F. Casas, "Computing the matrix exponential with an optimized Taylor polynomial approximation", Mathematics 7 (2019), 1174:
polynomials of degree 1 to 18 in one to five products, the degree chosen by the 1-norm (of several matrices 18 for all); above the largest
norm a matrix is halved, and the result squared. In degree 8 torch 2.13 has another x5 than the paper, so that x**5 counts 0.9023 / 5!: a
single matrix of norm 0.5 is right to five digits in float32. Derivatives come from the exponential of [[x, t], [0, x]], as torch's do.
"""

import numpy as np

from ..core.aval import Aval, shape_of
from ..core.primitive import define
from .assignment import getitem
from .joining import concatenate
from .matrix import MATRICES, linalg_dtype, matrix_samples, square, stack_batch, swapped
from .shape import fit, zeros_like

# Norms up to which the polynomials of degree 1, 2, 4, 8, 12 and 18 serve.
LIMITS = {
    4: (1.192092800768788e-07, 5.978858893805233e-04, 0.05116619363445086, 0.5800524627688768, 1.461661507209034, 3.010066362817634),
    8: (2.220446049250313e-16, 2.580956802971767e-08, 3.397168839976962e-04, 0.04991228871115323, 0.299615891381158, 1.090863719290036),
}  # fmt: skip
ROOT = 177.0**0.5
X3 = 2 / 3
OF_4 = ((0, X3 * (1 + ROOT) / 88, X3 * (1 + ROOT) / 352),)
OF_8 = (
    (0, 0, X3, 1),
    ((-271 + 29 * ROOT) / (315 * X3), (-11 + 11 * ROOT) / (1260 * X3), (-99 + 11 * ROOT) / (5040 * X3), (89 - ROOT) / (5040 * X3)),
    (1, 1, (857 - 58 * ROOT) / 630),
)  # fmt: skip
OF_12 = (
    (9.0198e-16, 0.4693211759541824, -0.20099424927047285, -0.04623946134063072),
    (5.315978957598713, 1.1992679041713223, 0.01179296240992997, 0.01108844528519168),
    (0.18188869982170436, 0.05502798439925399, 0.09351590770535415, 0.006107005288980582),
    (-2.0861320e-13, -0.13181061013830184, -0.02027855540589259, -0.006759518468630863),
)
OF_18 = (
    (0, -0.10036558103014462, -0.00802924648241157, -0.00089213849804573, 0),
    (0, 0.3978497494996451, 1.3678377846041172, 0.49828962252538267, -0.0006378981945947233),
    (-10.967639605296206, 1.680158138789062, 0.05717798464788655, -0.0069821012248805206, 3.349750170860705e-05),
    (-0.09043168323908106, -0.06764045190713819, 0.06759613017704597, 0.029555257042931552, -1.391802575160607e-05),
    (0, 0, -0.09233646193671186, -0.016936493900208172, -1.400867981820361e-05),
)  # fmt: skip


def combined(powers, factors):
    return sum([x * f for x, f in zip(powers, factors, strict=False) if f])


def degree_1(one, x):
    return one + x


def degree_2(one, x):
    return one + x + x @ x / 2


def degree_4(one, x):
    x2 = x @ x
    return one + x + x2 @ combined((one, x, x2), (1 / 2, 1 / 6, 1 / 24))


def degree_8(one, x):
    x2 = x @ x
    powers = [one, x, x2, x2 @ combined((one, x, x2), OF_4[0])]
    return combined(powers, OF_8[2]) + combined(powers, OF_8[0]) @ combined(powers, OF_8[1])


def degree_12(one, x):
    x2 = x @ x
    a, b, c, d = [combined((one, x, x2, x2 @ x), row) for row in OF_12]
    c = c + d @ d
    return a + (b + c) @ c


def degree_18(one, x):
    x2 = x @ x
    x3 = x2 @ x
    a, b, c, d, e = [combined((one, x, x2, x3, x3 @ x3), row) for row in OF_18]
    d = d + a @ e
    return b + (c + d) @ d


DEGREES = (degree_1, degree_2, degree_4, degree_8, degree_12, degree_18)


def exponential(x):
    n = x.shape[-1]
    if n < 2 or not x.size:
        return np.exp(x)
    stack = x.reshape(-1, n, n)
    one = np.eye(n, dtype=x.dtype)
    limits = LIMITS[x.real.itemsize]
    norms = np.abs(stack).sum(-2).max(-1)
    steps = np.zeros(norms.shape)
    large = norms > limits[-1]
    with np.errstate(invalid="ignore"):
        steps[large] = np.ceil(np.log2(norms[large] / limits[-1]))
    lost = ~np.isfinite(norms)
    steps[lost] = 0
    degree = DEGREES[np.searchsorted(limits[:-1], norms[0], side="right") if len(stack) == 1 else -1]
    out = degree(one, stack / (2.0**steps)[:, None, None].astype(norms.dtype))
    for step in range(int(steps.max())):
        at = steps > step
        out[at] = out[at] @ out[at]
    out[lost] = np.nan
    return out.reshape(x.shape)


def along(x, t):
    """The derivative of the exponential at x along t."""
    n = shape_of(x)[-1]
    above = concatenate(x, t, axis=len(shape_of(x)) - 1)
    below = concatenate(zeros_like(x), x, axis=len(shape_of(x)) - 1)
    both = matrix_exp(concatenate(above, below, axis=len(shape_of(x)) - 2))
    return getitem(both, idx=(..., slice(None, n), slice(n, None)))


@define
class matrix_exp:
    """The exponential of square matrices, (..., n, n)."""

    saves = ((0,),)
    dtypes = "fcib"
    without = MATRICES
    batch = stack_batch("matrix_exp")

    def jax(jax, x):
        return jax.scipy.linalg.expm(x)

    def impl(x):
        return exponential(x.astype(linalg_dtype("matrix_exp", x), copy=False))

    def aval(x):
        return Aval(square("matrix_exp", x), linalg_dtype("matrix_exp", x))

    def vjp(ct, out, x, *, need):
        return [fit(along(swapped(x), ct), x)]

    def jvp(ts, out, x):
        return along(x, ts[0])

    def samples(rng):
        yield from matrix_samples(rng, _large)


def _large(x):
    """x with a norm that is no matter of the polynomial of degree 8."""
    return (x + 2 * np.eye(x.shape[-1])).astype(x.dtype)
