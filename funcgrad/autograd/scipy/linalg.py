"""autograd.scipy.linalg: funcgrad.scipy.linalg, and the solvers that autograd has beside it, which are SciPy's."""

import numpy as np

from ... import numpy as fnp
from ...callbacks import pure_callback
from ...core.aval import dtype_of, shape_of
from ...lax import custom_linear_solve
from ...lazy import delegated
from ...numpy.concrete import value_of
from ...scipy import linalg
from ...stages import ShapeDtypeStruct
from . import scipys_own

globals().update(delegated("funcgrad.scipy.linalg"))


def solved_by_scipy(name, *args):
    """scipy.linalg's solver of this name; the result is like the last argument. Under vmap and jit too."""

    def call(*args):
        return getattr(scipys_own("linalg", name), name)(*args)

    like = ShapeDtypeStruct(shape_of(args[-1]), np.result_type(*map(dtype_of, args)))
    return pure_callback(call, like, *args, vmap_method="sequential")


def sqrtm(A):
    """The principal square root of a square matrix that has a basis of eigenvectors: real where A and the root are.

    >>> import numpy as np
    >>> sqrtm(np.array([[5.0, 4.0], [4.0, 5.0]])).round(9)
    array([[2., 1.],
           [1., 2.]])
    """
    root = linalg.sqrtm(A)
    return fnp.real(root) if dtype_of(A).kind != "c" and not np.any(value_of(root).imag) else root


def solve_sylvester(a, b, q):
    """The X with  a X + X b = q.

    >>> import numpy as np
    >>> solve_sylvester(np.eye(2), np.eye(2), np.ones((2, 2)))
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    return custom_linear_solve(
        lambda x: fnp.matmul(a, x) + fnp.matmul(x, b),
        q,
        lambda _, q: solved_by_scipy("solve_sylvester", a, b, q),
        lambda _, q: solved_by_scipy("solve_sylvester", fnp.transpose(a), fnp.transpose(b), q),
    )


def solve_banded(l_and_u, ab, b):
    """The x with M x = b, M having l diagonals below its own and u above, the rows of `ab`, as SciPy lays them out.

    >>> import numpy as np
    >>> solve_banded((1, 0), np.array([[2.0, 4.0], [1.0, 0.0]]), np.array([2.0, 5.0]))
    array([1., 1.])
    """
    low, up = l_and_u
    size = shape_of(ab)[1]

    def times(x):
        """M x, diagonal by diagonal."""
        total, more = 0.0, len(shape_of(x)) - 1
        for k in range(low + up + 1):
            shift = up - k  # ab[k, j] is M[j - shift, j]
            row = fnp.reshape(ab[k], (size,) + (1,) * more) * x
            part = row[max(shift, 0) : size + min(shift, 0)]
            total = total + fnp.pad(part, [(max(-shift, 0), max(shift, 0))] + [(0, 0)] * more)
        return total

    def solve(ab, low, up, b):
        return solved_by_scipy("solve_banded", (low, up), ab, b)

    def turned():
        return fnp.stack([fnp.roll(ab[up - shift], -shift) for shift in range(-low, up + 1)])

    return custom_linear_solve(times, b, lambda _, b: solve(ab, low, up, b), lambda _, b: solve(turned(), up, low, b))


def solveh_banded(ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True):
    """The x with M x = b, M hermitian, positive definite and banded: the rows of `ab` are its upper diagonals (its lower ones where
    `lower`), as SciPy lays them out. What may be overwritten, or is to be checked, changes nothing.

    >>> import numpy as np
    >>> solveh_banded(np.array([[2.0, 2.0], [1.0, 0.0]]), np.array([3.0, 3.0]), lower=True)
    array([1., 1.])
    """
    k = shape_of(ab)[0] - 1
    rows = ab if lower else ab[::-1]  # by their distance from the diagonal
    turned = [fnp.roll(fnp.conj(rows[d]), d if lower else -d) for d in range(1, k + 1)]
    mine = [rows[d] for d in range(1, k + 1)]
    above, below = (turned, mine) if lower else (mine, turned)
    return solve_banded((k, k), fnp.stack([*above[::-1], fnp.real(rows[0]), *below]), b)


def cholesky_banded(ab, overwrite_ab=False, lower=False, check_finite=True):
    """The Cholesky factor of a hermitian, positive definite, banded matrix, both laid out as for solveh_banded.

    >>> import numpy as np
    >>> cholesky_banded(np.array([[4.0, 10.0], [2.0, 0.0]]), lower=True)
    array([[2., 3.],
           [1., 0.]])
    """
    size, rows = shape_of(ab)[1], ab if lower else fnp.conj(ab[::-1])
    low = [fnp.diag(rows[d, : size - d] if lower else rows[d, d:], -d) for d in range(shape_of(ab)[0])]
    factor = fnp.linalg.cholesky(sum(low[1:], low[0]))  # (which reads the lower triangle)
    out = [fnp.pad(fnp.diagonal(factor, -d), (0, d) if lower else (d, 0)) for d in range(len(low))]
    return fnp.stack(out) if lower else fnp.conj(fnp.stack(out[::-1]))
