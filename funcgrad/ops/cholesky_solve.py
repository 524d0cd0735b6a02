"""cholesky_solve: systems whose matrix is known by its Cholesky factor.

Invariant: the value reads one triangle of the factor; with `whole` the derivative is torch's, which counts the other one as part of it.
"""

from ..core.aval import Aval, shape_of
from ..core.laid import by_columns
from ..core.primitive import define
from .elementwise import neg, sub
from .linalg_solve import _pairs, _triangle, triangular_solve
from .matrix import MATRICES, adjoint, conj, linalg_dtype, matmul, same_stack, solve_batch, swapped
from .shape import add_cts, fit


def product_tangent(c, tc, lower):
    """The tangent of c c^H, or of c^H c for an upper triangle."""
    half = matmul(tc, adjoint(c)) if lower else matmul(adjoint(c), tc)
    return add_cts(half, adjoint(half))


@define
class cholesky_solve:
    """x with (c c^H) x = b, or (c^H c) x = b for an upper triangle c: (..., n, n), (..., n, k) -> (..., n, k).

    The derivative of x is that of the inverse of the product; it reads x, and factors nothing.
    """

    saves = ((0, "out"), (0,))
    dtypes = "fcib"
    without = MATRICES
    batch = solve_batch("cholesky_solve")

    def jax(jax, c, b, *, lower, whole=False):
        dtype = linalg_dtype("cholesky_solve", c, b)
        return jax.scipy.linalg.cho_solve((c.astype(dtype), lower), b.astype(dtype))

    def impl(c, b, *, lower, whole=False):
        first, second = ({"lower": lower, "transpose_a": turn, "conjugate_a": turn} for turn in (not lower, lower))
        return triangular_solve.impl(c, triangular_solve.impl(c, b, **first), **second)

    impl_torch = by_columns(impl)

    def aval(c, b, **params):
        same_stack("cholesky_solve", c, b)
        return Aval(shape_of(b), linalg_dtype("cholesky_solve", c, b))

    def vjp(ct, out, c, b, *, need, lower, whole=False):
        gb = conj(cholesky_solve(c, conj(ct), lower=lower, whole=whole))
        gc = None
        if need & 1:
            part = conj(c if whole else _triangle(c, lower, False))
            of_product = neg(matmul(gb, swapped(out)))
            of_product = add_cts(of_product, adjoint(of_product))
            gc = matmul(of_product, part) if lower else matmul(part, of_product)
            gc = fit(gc if whole else _triangle(gc, lower, False), c)
        return [gc, fit(gb, b) if need & 2 else None]

    def jvp(ts, out, c, b, *, lower, whole=False):
        tc, tb = ts
        if tc is not None:
            if not whole:
                c, tc = _triangle(c, lower, False), _triangle(tc, lower, False)
            moved = matmul(product_tangent(c, tc, lower), out)
            tb = neg(moved) if tb is None else sub(tb, moved)
        return cholesky_solve(c, tb, lower=lower, whole=whole)

    def samples(rng):
        for i, sample in enumerate(_pairs(rng, lower=True)):
            sample.params["lower"] = i % 3 != 1
            yield sample


__all__ = ["cholesky_solve"]
