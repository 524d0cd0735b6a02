"""numpy.linalg on traced arrays, over the primitives of linear algebra.

Values are NumPy's for every operand. cholesky and eigh read one triangle, as NumPy's do; their derivatives are those on
Hermitian matrices, spread evenly over both triangles, as in jax and torch.
"""

import functools

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from .arguments import as_array, axis_tuple, cast, inexact, into, kept
from .concrete import levels_of
from .products import matmul, vecdot
from .protocol import UFUNCS, implements, no_rule

P = PRIMITIVES
LinAlgError = np.linalg.LinAlgError


def stack_of(a, name):
    """A stack of matrices, in a dtype that linear algebra computes in."""
    a = inexact(as_array(a))
    if len(a.shape) < 2:
        raise LinAlgError(f"{len(a.shape)}-dimensional array given. Array must be at least two-dimensional")
    return a


@functools.cache
def result_type(name):
    """The named tuple that NumPy's function of this name returns."""
    return type(getattr(np.linalg, name)(np.eye(1)))


def swapped(x):
    n = len(shape_of(x))
    return P["transpose"](x, perm=(*range(n - 2), n - 1, n - 2))


def adjoint(x):
    return P["conj"](swapped(x)) if dtype_of(x).kind == "c" else swapped(x)


def values_of(x):
    """The plain value of a traced array, of all samples under vmap; None where it is not known yet."""
    return levels_of(x)[1] if isinstance(x, Handle) else x


# ------------------------------------------------------------------------------------------------ one triangle
def hermitian(a, lower):
    """What LAPACK makes of a: the Hermitian matrix of one of its triangles, with the derivative of (a + a^H) / 2."""
    value = values_of(a)
    if value is not None and same(value, np.conj(np.swapaxes(value, -1, -2))) and not moved_axes(a):
        return a, "both"
    n = shape_of(a)[-1]
    keep = np.tri(n, n, -1 if lower else 0, dtype=bool)
    one = P["where"](keep if lower else ~keep, a, 0)
    diagonal = P["where"](np.eye(n, dtype=bool), P["real"](a), 0)
    read = P["add"](P["add"](one, adjoint(one)), cast(diagonal, dtype_of(a)))
    average = P["mul"](P["add"](a, adjoint(a)), 0.5)
    return P["add"](average, P["stop"](P["sub"](read, average))), "both"


def same(x, y):
    return x.shape == y.shape and np.array_equal(x, y)


def moved_axes(a):
    """Does the plain value of a have mapped axes, so that its last two are not those of the matrices?"""
    while isinstance(a, Handle):
        if a.owner.name == "vmap" and a.mark is not None:
            return True
        a = a.val
    return False


@implements(np.linalg.cholesky)
def cholesky(a, /, *, upper=False):
    x, part = hermitian(stack_of(a, "cholesky"), not upper)
    low = P["cholesky"](x, part=part)
    return adjoint(low) if upper else low


def triangle(UPLO):
    letter = UPLO.upper()
    if letter not in ("L", "U"):
        raise ValueError("UPLO argument must be 'L' or 'U'")
    return letter == "L"


@implements(np.linalg.eigh)
def eigh(a, UPLO="L"):
    x, part = hermitian(stack_of(a, "eigh"), triangle(UPLO))
    return result_type("eigh")(*P["eigh"](x, part=part))


@implements(np.linalg.eigvalsh)
def eigvalsh(a, UPLO="L"):
    return eigh(a, UPLO)[0]


# ------------------------------------------------------------------------------------------------ factorisations
def real_if_known(a, *parts):
    """What eig gives: real arrays where a is real and every eigenvalue turns out to be; under jit always complex."""
    w = values_of(parts[0])
    if dtype_of(a).kind != "c" and w is not None and not np.any(np.imag(w)):
        return tuple(P["real"](p) for p in parts)
    return parts


@implements(np.linalg.eig)
def eig(a):
    a = stack_of(a, "eig")
    return result_type("eig")(*real_if_known(a, *P["eig"](a)))


@implements(np.linalg.eigvals)
def eigvals(a):
    a = stack_of(a, "eigvals")
    return real_if_known(a, P["eig"](a)[0])[0]


@implements(np.linalg.svd)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    a = stack_of(a, "svd")
    if not compute_uv:
        return svdvals(a)
    return result_type("svd")(*P["svd"](a, full_matrices=bool(full_matrices)))


@implements("linalg.svdvals")
def svdvals(x, /):
    return P["svd"](stack_of(x, "svdvals"), full_matrices=False)[1]


@implements(np.linalg.qr)
def qr(a, mode="reduced"):
    a = stack_of(a, "qr")
    if mode == "r":
        return P["qr"](a, mode="reduced")[1]
    if mode not in ("reduced", "complete"):
        if mode == "raw":
            return no_rule("numpy.linalg.qr with mode='raw'")
        raise ValueError(f"Unrecognized mode '{mode}'")
    return result_type("qr")(*P["qr"](a, mode=mode))


# ------------------------------------------------------------------------------------------------ equations, determinants
@implements(np.linalg.solve)
def solve(a, b):
    a, b = stack_of(a, "solve"), inexact(as_array(b))
    vector = len(b.shape) == 1
    b = P["reshape"](b, shape=(*b.shape, 1)) if vector else b
    if a.shape[-1] != a.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    if b.shape[-2] != a.shape[-1]:
        raise ValueError(
            f"solve: the matrices are {a.shape[-1]} by {a.shape[-1]}, but the right-hand sides have {b.shape[-2]} rows."
        )
    lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    out = P["solve"](np.broadcast_to(a, lead + a.shape[-2:]), np.broadcast_to(b, lead + b.shape[-2:]))
    return P["reshape"](out, shape=shape_of(out)[:-1]) if vector else out


@implements(np.linalg.inv)
def inv(a):
    return P["inv"](stack_of(a, "inv"))


@implements(np.linalg.det)
def det(a):
    return P["det"](stack_of(a, "det"))


@implements(np.linalg.slogdet)
def slogdet(a):
    return result_type("slogdet")(*P["slogdet"](stack_of(a, "slogdet")))


@implements(np.linalg.pinv)
def pinv(a, rcond=None, hermitian=False, *, rtol=np._NoValue):
    a = stack_of(a, "pinv")
    if rcond is not None and rtol is not np._NoValue:
        raise ValueError("`rtol` and `rcond` can't be both set.")
    if rcond is None:
        rcond = 1e-15 if rtol is np._NoValue else rtol
    if rcond is None:
        rcond = max(a.shape[-2:]) * np.finfo(a.dtype).eps
    return P["pinv"](a, rcond=float(rcond))


@implements(np.linalg.lstsq)
def lstsq(a, b, rcond=None):
    """(x, residuals, rank, singular values); without a known rank the residuals are given wherever there are more rows."""
    a, b = stack_of(a, "lstsq"), inexact(as_array(b))
    dtype = np.result_type(dtype_of(a), dtype_of(b))
    a, b = cast(a, dtype), cast(b, dtype)
    if len(a.shape) != 2 or len(b.shape) > 2:
        raise LinAlgError("lstsq takes one matrix, and one vector or matrix of right-hand sides")
    m, n = a.shape
    if b.shape[0] != m:
        raise LinAlgError("Incompatible dimensions")
    rcond = np.finfo(a.dtype).eps * max(n, m) if rcond is None else 0.0 if rcond < 0 else float(rcond)
    x = matmul(P["pinv"](a, rcond=rcond), b)
    s = svdvals(a)
    rank = P["sum"](cast(P["greater"](s, P["mul"](P["max"](s, axes=(0,)), rcond)), np.intp), axes=(0,))
    full_rank = True if values_of(rank) is None else np.all(np.asarray(values_of(rank)) == n)
    if m > n and full_rank:
        residuals = P["sum"](squared(P["sub"](b, matmul(a, x))), axes=(0,))
        residuals = P["reshape"](residuals, shape=(1,)) if len(b.shape) == 1 else residuals
    else:
        residuals = np.empty(0, s.dtype)
    return x, residuals, rank if isinstance(rank, Handle) else int(rank), s


@implements(np.linalg.tensorsolve)
def tensorsolve(a, b, axes=None):
    a, b = as_array(a), as_array(b)
    n = len(a.shape)
    if axes is not None:
        order = [k for k in range(n) if k not in axes] + list(axes)
        a = np.transpose(a, order)
    shape = a.shape[-(n - len(b.shape)) :]
    size = int(np.prod(shape))
    if size != int(np.prod(b.shape)):
        raise LinAlgError("Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == prod(a.shape[:b.ndim])")
    return np.reshape(solve(np.reshape(a, (size, size)), np.ravel(b)), shape)


@implements(np.linalg.tensorinv)
def tensorinv(a, ind=2):
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    a = as_array(a)
    rows = int(np.prod(a.shape[ind:]))
    return np.reshape(inv(np.reshape(a, (rows, -1))), a.shape[ind:] + a.shape[:ind])


# ------------------------------------------------------------------------------------------------ norms and what follows from them
def squared(x):
    return P["real"](P["mul"](x, P["conj"](x))) if dtype_of(x).kind == "c" else P["square"](x)


def euclidean(x, axes):
    return P["sqrt"](P["sum"](squared(x), axes=axes)) if dtype_of(x).kind == "c" else P["norm"](x, axes=axes)


def vector_norm_over(x, axes, ord):
    """The norm over axes taken together as one vector."""
    if ord is None or ord == 2:
        return euclidean(x, axes)
    if isinstance(ord, str):
        raise ValueError(f"Invalid norm order '{ord}' for vectors")
    size = P["abs"](x)
    if ord in (np.inf, -np.inf):
        return P["max" if ord > 0 else "min"](size, axes=axes)
    if ord == 0:
        return P["sum"](cast(P["not_equal"](x, 0), dtype_of(size)), axes=axes)
    if ord == 1:
        return P["sum"](size, axes=axes)
    # by a power of two, which changes no digit: the largest number is between 1/2 and 1, and what is raised stays in range
    top = P["stop"](P["max"](size, axes=axes)) if 0 not in shape_of(x) else 0.0
    exponent = P["frexp"](P["where"](P["isfinite"](top), top, 0))[1]
    unit = P["ldexp"](size, P["neg"](kept(exponent, x, axes)))
    return P["ldexp"](P["power"](P["sum"](P["power"](unit, ord), axes=axes), 1.0 / ord), exponent)


def matrix_norm_over(x, row, column, ord):
    """The norm of the matrices that two axes span."""
    if row == column:
        raise ValueError("Duplicate axes given.")
    if ord in (None, "fro", "f"):
        return euclidean(x, (row, column))
    if ord in (2, -2, "nuc"):
        rest = [d for d in range(len(shape_of(x))) if d not in (row, column)]
        s = svdvals(P["transpose"](x, perm=(*rest, row, column)))
        return P[{2: "max", -2: "min", "nuc": "sum"}[ord]](s, axes=(len(rest),))
    if ord not in (1, -1, np.inf, -np.inf):
        raise ValueError("Invalid norm order for matrices.")
    along, over = (row, column) if ord in (1, -1) else (column, row)
    sums = P["sum"](P["abs"](x), axes=(along,))
    return P["max" if ord > 0 else "min"](sums, axes=(over - (over > along),))


@implements(np.linalg.norm)
def norm(x, ord=None, axis=None, keepdims=False):
    x = inexact(as_array(x))
    n = len(x.shape)
    if axis is None:
        axes = tuple(range(n))
        if ord is None or (ord in ("f", "fro") and n == 2) or (ord == 2 and n == 1):
            result = euclidean(x, axes)
            return kept(result, x, axes) if keepdims else result
    else:
        axes = axis_tuple(tuple(axis) if isinstance(axis, (tuple, list)) else axis, n)
    if len(axes) == 1:
        result = vector_norm_over(x, axes, ord)
    elif len(axes) == 2:
        result = matrix_norm_over(x, *axes, ord)
    else:
        raise ValueError("Improper number of dimensions to norm.")
    return kept(result, x, axes) if keepdims else result


@implements("linalg.vector_norm")
def vector_norm(x, /, *, axis=None, keepdims=False, ord=2):
    x = inexact(as_array(x))
    axes = tuple(range(len(x.shape))) if axis is None else axis_tuple(axis, len(x.shape))
    result = vector_norm_over(x, axes, ord)
    return kept(result, x, axes) if keepdims else result


@implements("linalg.matrix_norm")
def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    return norm(x, ord, (-2, -1), keepdims)


@implements(np.linalg.cond)
def cond(x, p=None):
    x = stack_of(x, "cond")
    if p in (None, 2, -2):
        s = svdvals(x)
        largest, smallest = s[..., 0], s[..., -1]
        return P["div"](smallest, largest) if p == -2 else P["div"](largest, smallest)
    return P["mul"](norm(x, p, (-2, -1)), norm(inv(x), p, (-2, -1)))


@implements(np.linalg.matrix_rank)
def matrix_rank(A, tol=None, hermitian=False, *, rtol=None):
    A = inexact(as_array(A))
    if len(A.shape) < 2:
        out = P["any"](P["not_equal"](A, 0), axes=tuple(range(len(A.shape))))
        return cast(out, np.intp) if isinstance(out, Handle) else int(out)
    s = svdvals(A)
    if tol is None:
        rtol = max(A.shape[-2:]) * np.finfo(s.dtype).eps if rtol is None else np.asarray(rtol)[..., None]
        tol = P["mul"](kept(P["max"](s, axes=(len(s.shape) - 1,)), s, (len(s.shape) - 1,)), rtol)
    else:
        tol = np.asarray(tol)[..., None]
    return P["sum"](cast(P["greater"](s, tol), np.intp), axes=(len(s.shape) - 1,))


# ------------------------------------------------------------------------------------------------ products
@implements(np.linalg.matrix_power)
def matrix_power(a, n):
    a = as_array(a)
    if len(a.shape) < 2 or a.shape[-1] != a.shape[-2]:
        raise LinAlgError("Last 2 dimensions of the array must be square")
    if n == 0:
        return np.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    if n < 0:
        a, n = inv(a), -n
    result = None
    while n:
        n, bit = divmod(n, 2)
        if bit:
            result = a if result is None else matmul(result, a)
        a = matmul(a, a) if n else a
    return result


def cheapest_order(sizes):
    """Where to split each chain of matrices (sizes[i], sizes[i + 1]), for the fewest multiplications."""
    n = len(sizes) - 1
    cost, split = np.zeros((n, n)), np.zeros((n, n), int)
    for width in range(1, n):
        for i in range(n - width):
            j = i + width
            ways = [cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1] for k in range(i, j)]
            split[i, j] = i + int(np.argmin(ways))
            cost[i, j] = min(ways)
    return split


@implements(np.linalg.multi_dot)
def multi_dot(arrays, *, out=None):
    arrays = [as_array(a) for a in arrays]
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    first, last = len(arrays[0].shape) == 1, len(arrays[-1].shape) == 1
    if first:
        arrays[0] = P["reshape"](arrays[0], shape=(1, *arrays[0].shape))
    if last:
        arrays[-1] = P["reshape"](arrays[-1], shape=(*arrays[-1].shape, 1))
    for a in arrays:
        if len(a.shape) != 2:
            raise LinAlgError(f"{len(a.shape)}-dimensional array given. Array must be two-dimensional")
    split = cheapest_order([a.shape[0] for a in arrays] + [arrays[-1].shape[1]])

    def chain(i, j):
        return arrays[i] if i == j else matmul(chain(i, split[i, j]), chain(split[i, j] + 1, j))

    result = chain(0, len(arrays) - 1)
    shape = result.shape[1 if first else 0 : 1 if last else 2]
    result = result if shape == result.shape else P["reshape"](result, shape=shape)
    return into(out, result, "numpy.linalg.multi_dot")


@implements("linalg.matmul")
def matmul_of_linalg(x1, x2, /):
    return UFUNCS[np.matmul](x1, x2)


@implements("linalg.vecdot")
def vecdot_of_linalg(x1, x2, /, *, axis=-1):
    return vecdot(x1, x2, axis=axis)
