"""autograd.scipy.linalg: funcgrad.scipy.linalg, and the solvers that autograd has beside it, which are SciPy's."""

import numpy as np

from ... import numpy as fnp
from ...callbacks import pure_callback
from ...core.aval import dtype_of, shape_of
from ...lax import custom_linear_solve
from ...numpy.concrete import value_of
from ...scipy import linalg
from ...stages import ShapeDtypeStruct
from ..delegation import attributes_of
from .own import scipys_own

__getattr__, __dir__ = attributes_of("funcgrad.scipy.linalg")


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
