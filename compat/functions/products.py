"""Products of vectors and matrices: matmul and its kin.

Invariant: every contraction is one dot_general; operands of different dtypes are refused, as torch refuses them.
"""

import math

import numpy as np

from funcgrad.core.state import shared, tls
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop, trim
from funcgrad.core.written_tape import Case
from funcgrad.ops._few_rows import LARGE
from funcgrad.ops._few_rows import product as in_pieces_or_whole
from funcgrad.ops.dot import stacks_of_matrices

from .. import dtypes
from ..graph import labelled
from ..payload import current
from ..rewriting import spelled
from ..tensor import Tensor
from .arithmetic import quick_binary
from .call_errors import MISSING, answer, need_function, not_a_tensor, to_places, unusual
from .nodes import as_one, renamed
from .operands import P, broadcast_shapes, broadcast_to, dtype_of, in_c_order, need_scalar_type, shape_of
from .out_argument import store_row
from .out_rules import C_NAMES
from .refusals import need_dtype, refuse
from .register import FUNCTIONS, METHODS, install, operation, publish
from .shape import reshaped
from .stretching import expanded

DOT = P["dot_general"]
MATRIX = (((1,), (0,)), ((), ()))
VECTOR = (((1,), (0,)), ((), ()))
INNER = (((0,), (0,)), ((), ()))


def need_same_dtype(x, y, name="m1 and m2"):
    a, b = dtype_of(x), dtype_of(y)
    if a != b:
        raise RuntimeError(
            f"expected {name} to have the same dtype, but got: {C_NAMES[dtypes.name_of(a)]} != {C_NAMES[dtypes.name_of(b)]}"
        )


def need_same_for_vector(x, y, out=None):
    ds = [dtype_of(t) for t in (y if out is None else out, x, y)]
    if len({*ds}) > 1:
        names = [dtypes.SPOKEN[dtypes.name_of(d)] for d in ds]
        raise RuntimeError("addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*names))


def matrices(x, y):
    """The product of two matrices; RuntimeError in torch's words if they do not fit."""
    (n, k), (m, p) = shape_of(x), shape_of(y)
    if k != m:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {m}x{p})")
    d = dtype_of(x)
    if d != dtype_of(y):
        need_same_dtype(x, y)
    if d.kind == "b" and n and k and p:
        refuse("addmm_impl_cpu_", d)
    out = DOT(x, y, dims=MATRIX)
    return out if out.owner is TAPE else in_c_order(out)


def matrix_vector(x, y):
    (n, k), (m,) = shape_of(x), shape_of(y)
    if k != m:
        raise RuntimeError(f"size mismatch, got input ({n}), mat ({n}x{k}), vec ({m})")
    need_same_for_vector(x, y)
    if dtype_of(x).kind == "b" and n and k:
        refuse("addmv_impl_cpu", dtype_of(x))
    return renamed(DOT(x, y, dims=VECTOR), "MvBackward0")


def vectors(x, y):
    (k,), (m,) = shape_of(x), shape_of(y)
    if dtype_of(x) != dtype_of(y):
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{dtypes.SPOKEN[dtypes.name_of(dtype_of(x))]} and {dtypes.SPOKEN[dtypes.name_of(dtype_of(y))]}"
        )
    if k != m:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{k}] and src [{m}] to have the same number of elements, "
            f"but got {k} "
            f"and {m} elements respectively"
        )
    need_dtype("dot", dtype_of(x))
    return renamed(DOT(x, y, dims=INNER), "DotBackward0")


def matmul(input=MISSING, other=MISSING, /, *more, out=None, **unknown):
    """The matrix product: of vectors, matrices, or stacks of matrices whose leading dimensions broadcast.

    >>> import compat as torch
    >>> torch.eye(2) @ torch.tensor([1.0, 2.0])
    tensor([1., 2.])
    """
    try:
        if unknown:
            input, other = to_places((input, other), unknown)
        if more or unknown or not isinstance(input, Tensor):
            return unusual(matmul, (input, other, *more), unknown, not_a_tensor("matmul", input))
        if out is not None and input.dim() > 2 and isinstance(other, Tensor) and other.dim() == 1:
            need_same_for_vector(current(input), current(other), current(out))
        got = product_of_two(input, other)
        if out is None:
            return got
        need_function("matmul", (input, other), out)
        name = {(2, 2): "mm", (2, 1): "mv", (1, 1): "dot", (1, 2): "mm"}.get((input.dim(), other.dim()), "matmul")
        return store_row(name, out, got, (input, other), name == "mm" and got.dim() == 1)
    except BaseException as error:
        error = of_stacks(error, input, other)
        error = answer(error, "matmul", (input, other, *more), unknown if out is None else {**unknown, "out": out})
        raise error


def of_stacks(error, x, y):
    """The error of a product of a stack by a matrix that torch does not make one matrix of: it multiplies two stacks then."""
    if isinstance(error, RuntimeError) and isinstance(y, Tensor) and x.dim() >= 3 and y.dim() in (1, 2):
        if not is_folded(current(x), current(y)):
            x, y = x.flatten(0, -3), y if y.dim() == 2 else y.unsqueeze(1)
            try:
                METHODS["bmm"](x.detach(), y.detach().expand(x.shape[0], *y.shape))
            except RuntimeError as other:
                return other
    return error


def is_several(input, other):
    """Is it a product of stacks, which torch makes of several operations (each of which hooks see by itself)?"""
    if not (isinstance(input, Tensor) and isinstance(other, Tensor)):
        return False
    ranks = input.dim(), other.dim()
    return max(ranks) > 2 and min(ranks) > 1


OWN_NAMES = {(2, 2): "mm", (2, 1): "mv", (1, 1): "dot"}  # of products, by the ranks of their operands


def product(input, other):
    """matmul of any two operands."""
    if shared.staging and tls.packing is not None and not tls.packing.within and not is_several(input, other):
        return tls.packing.around(product, input, other)
    try:
        if not isinstance(other, Tensor):
            raise not_a_tensor("matmul", other, 2, "other")
        x, y = current(input), current(other)
        s, r = shape_of(x), shape_of(y)
        n, m = len(s), len(r)
        if n == 2 and m == 2:
            got = matrices(x, y)
        elif n == 2 and m == 1:
            got = matrix_vector(x, y)
        elif n == 1 and m == 1:
            got = vectors(x, y)
        elif n == 0 or m == 0:
            raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {n}D and {m}D")
        else:
            got = stacked(x, y, s, r)
        return got if got.owner is TAPE else in_c_order(got)
    except BaseException as error:
        if tls.packing is not None and isinstance(error, RuntimeError) and (n, m) in OWN_NAMES:
            tls.packing.failed(OWN_NAMES[n, m], (x, y))
        drop(error)
        raise


TWO_MATRICES = Case(
    "vx.dot(vy) if vy.size < LARGE else times(vx, vy)", "MATRICES", "vx.ndim == 2 == vy.ndim",
    MATRICES={"dims": MATRIX}, LARGE=LARGE, times=in_pieces_or_whole,
)  # fmt: skip
MATRIX_AND_VECTOR = Case(
    "vx.dot(vy)", "VECTOR", "vx.ndim == 2 and vy.ndim == 1", label="MvBackward0", VECTOR={"dims": VECTOR}
)
TWO_VECTORS = Case("vx.dot(vy)", "INNER", "vx.ndim == 1 == vy.ndim", label="DotBackward0", INNER={"dims": INNER})
product_of_two = product
for _case in (TWO_VECTORS, MATRIX_AND_VECTOR):
    product_of_two = quick_binary("dot_general", product_of_two, _case)
of_vectors = product_of_two
STACKS = [(((n - 1,), (n - 2,)), (tuple(range(n - 2)),) * 2) for n in range(65)]  # of matrices, by the number of axes


def product_of_stacks(x, y):
    """Two stacks of as many matrices of floats over NumPy memory, as those of attention are, at once; all else as it is."""
    if isinstance(y, Tensor) and x.owner is y.owner is TAPE and not shared.staging and not shared.halves:
        s, r, d = x.val.shape, y.val.shape, x.val.dtype
        n = len(s)
        if n == len(r) > 2 and d is y.val.dtype and d.kind == "f" and s[-1] == r[-2] and s[:-2] == r[:-2]:
            return spelled(DOT(x, y, dims=STACKS[n]), "UnsafeViewBackward0", matmul_in_steps, shapes=(s, r))
    return of_vectors(x, y)


product_of_two = quick_binary("dot_general", product_of_stacks, TWO_MATRICES)


def stacked(x, y, s, r):
    """matmul with more than two dimensions on one side, or a vector on the left."""
    n, m = len(s), len(r)
    k, rows = s[-1], r[max(m - 2, 0)]
    if n == 1 and m == 2:
        if k != rows:
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied (1x{k} and {rows}x{r[-1]})")
        need_same_dtype(x, y)
        if dtype_of(x).kind == "b":
            refuse("addmm_impl_cpu_", dtype_of(x))
        if tls.packing is not None:
            return matmul_in_steps(x, y)
        return spelled(DOT(x, y, dims=INNER), "SqueezeBackward4", matmul_in_steps, shapes=(s, r))
    if m <= 2:
        if k != rows:
            lead = int(np.prod(s[:-1]))
            if m == 1:
                raise RuntimeError(f"size mismatch, got input ({lead}), mat ({lead}x{k}), vec ({rows})")
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({lead}x{k} and {rows}x{r[-1]})")
        (need_same_for_vector if m == 1 else need_same_dtype)(x, y)
        if dtype_of(x).kind == "b" and 0 not in (*s, *r):
            refuse("addmv_impl_cpu" if m == 1 else "addmm_impl_cpu_", dtype_of(x))
        if tls.packing is not None:
            return matmul_in_steps(x, y)
        out = DOT(x, y, dims=(((n - 1,), (0,)), ((), ())))
        return spelled(out, "UnsafeViewBackward0", matmul_in_steps, shapes=(s, r))
    lead = broadcast_shapes(s[:-2], r[:-2])
    if k != rows:
        if is_folded(x, y):
            return matmul_in_steps(x, y)  # (which says so in its own words)
        b = int(np.prod(lead))
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {k}] but got: [{b}, {rows}]."
        )
    if dtype_of(x).kind == "b" and 0 not in (*s, *r):
        refuse("bmm", dtype_of(x))
    need_scalar_type(x, y)
    if tls.packing is not None:
        return matmul_in_steps(x, y)
    if n == 1:
        out = DOT(y, x, dims=(((m - 2,), (0,)), ((), ())))
        return spelled(out, "UnsafeViewBackward0", lambda y, x: matmul_in_steps(x, y), shapes=(r, s))
    if n == 2 and x.mark is not None:
        out = DOT(y, x, dims=(((m - 2,), (1,)), ((), ())))
        out = spelled(out, "UnsafeViewBackward0", turned_in_steps, shapes=(r, s))
        return METHODS["contiguous"](METHODS["transpose"](out, -2, -1))
    wide = [broadcast_to(t, lead + own[-2:]) for t, own in ((x, s), (y, r))]
    if all([t is w or t.mark is None for t, w in zip((x, y), wide)]):
        return spelled(batched(*wide), "UnsafeViewBackward0", matmul_in_steps, shapes=(lead + s[-2:], lead + r[-2:]))
    return matmul_in_steps(x, y)


@as_one
def of_as_many(x, y):
    """The products of as many matrices, as torch's kernel makes them."""
    return renamed(batched(x, y), "BmmBackward0")


def matmul_in_steps(x, y):
    """matmul as torch makes it, with its rule for when a stack of matrices is one matrix with more rows."""
    s, r = shape_of(x), shape_of(y)
    n, m = len(s), len(r)
    if n == 1 and m == 2:
        got = matrices(METHODS["unsqueeze"](x, 0), y)
        return renamed(P["reshape"](got, shape=r[1:]), "SqueezeBackward4")
    if is_folded(x, y):
        if n >= m:
            return folded(x, y)
        out = turned_in_steps(y, x)
        return out if n == 1 else METHODS["contiguous"](METHODS["transpose"](out, -2, -1))
    if n == m == 3 and s[0] != r[0]:
        if s[0] == 1 and x.mark is not None:
            return matmul_in_steps(METHODS["squeeze"](x, 0), y)
        if r[0] == 1 and y.mark is not None:
            return matmul_in_steps(x, METHODS["squeeze"](y, 0))
    lead = broadcast_shapes(s[:-2], r[:-2])
    stack = math.prod(lead)
    rows, inner, columns = s[-2] if n > 1 else 1, s[-1], r[-1] if m > 1 else 1
    x = reshaped(expanded(x, (*lead, rows, inner)), (stack, rows, inner))
    y = reshaped(expanded(y, (*lead, *r[-2:])), (stack, *r[-2:]))
    if m == 1:
        y = METHODS["unsqueeze"](y, 2)
    out = of_as_many(x, y)
    if m == 1:
        out = METHODS["squeeze"](out, -1)
    return unsafe_view(out, lead + ((rows,) if n > 1 else ()) + ((columns,) if m > 1 else ()))


def turned_in_steps(y, x):
    """The transposes multiplied: a stack of matrices by a matrix or a vector, where the latter stood on the left."""
    return folded(METHODS["transpose"](y, -2, -1), METHODS["t"](x) if len(shape_of(x)) == 2 else x)


def folded(stack, y):
    """The matrices of a stack, one under the other, times a matrix or a vector."""
    *lead, k = shape_of(stack)
    rows = reshaped(stack, (math.prod(lead), k))
    if len(shape_of(y)) == 1:
        return unsafe_view(matrix_vector(rows, y), tuple(lead))
    return unsafe_view(matrices(rows, y), (*lead, shape_of(y)[1]))


def is_folded(x, y):
    """Does torch lay the matrices of the larger operand one under the other?"""
    n, m = len(shape_of(x)), len(shape_of(y))
    big, small = (x, y) if n >= m else (METHODS["transpose"](y, -2, -1), x)
    shape = shape_of(big)
    if len(shape) < 3 or len(shape_of(small)) > 2:
        return False
    if small.mark is not None:
        return True
    steps = big.stride()
    return n != 2 and (0 in shape or all(steps[i] == steps[i + 1] * shape[i + 1] for i in range(len(shape) - 2)))


def unsafe_view(t, shape):
    return renamed(P["reshape"](t, shape=shape), "UnsafeViewBackward0")


def batched(x, y):
    """The products of two stacks of matrices with the same leading dimensions."""
    return DOT(x, y, dims=STACKS[len(shape_of(x))])


publish(matmul, ("matmul",), True, True)


def matmul_operator(x, y):
    try:
        if not isinstance(y, Tensor):
            return NotImplemented
        v = y.val
        return of_vectors(x, y) if type(v) is np.ndarray and v.ndim == 1 else product_of_two(x, y)
    except BaseException as error:
        trim(error)
        raise


def matmul_reflected(y, x):
    return matmul(x, y) if isinstance(x, Tensor) else NotImplemented


install("__matmul__", matmul_operator)
install("__rmatmul__", matmul_reflected)


def have_ranks(x, y, n, m):
    """Are these two Tensors over NumPy memory, with so many dimensions? Then the written-out product does what the function does."""
    return (
        isinstance(x, Tensor)
        and isinstance(y, Tensor)
        and x.owner is y.owner is TAPE
        and x.val.ndim == n
        and y.val.ndim == m
        and not shared.staging
    )


@operation()
def mm(input, mat2):
    """The product of two matrices."""
    if have_ranks(input, mat2, 2, 2):
        return product_of_two(input, mat2)
    x, y = current(input), current(mat2)
    for name, t in (("self", x), ("mat2", y)):
        if len(shape_of(t)) != 2:
            raise RuntimeError(f"{name} must be a matrix")
    return matrices(x, y)


FUNCTIONS["spmm"] = FUNCTIONS["dsmm"] = FUNCTIONS["mm"]  # (of dense ones)


@operation()
def mv(input, vec):
    """The product of a matrix and a vector."""
    if have_ranks(input, vec, 2, 1):
        return product_of_two(input, vec)
    x, y = current(input), current(vec)
    if len(shape_of(x)) != 2 or len(shape_of(y)) != 1:
        if not shape_of(x):
            raise IndexError("Dimension specified as 0 but tensor has no dimensions")
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {len(shape_of(x))}, {len(shape_of(y))}")
    return matrix_vector(x, y)


@operation()
def dot(input, tensor):
    """The inner product of two vectors."""
    if have_ranks(input, tensor, 1, 1):
        return product_of_two(input, tensor)
    x, y = current(input), current(tensor)
    if len(shape_of(x)) != 1 or len(shape_of(y)) != 1:
        raise RuntimeError(f"1D tensors expected, but got {len(shape_of(x))}D and {len(shape_of(y))}D tensors")
    return vectors(x, y)


@operation("VdotBackward0")
def vdot(input, other):
    """The inner product of two vectors, the first conjugated."""
    if other.is_conj() and not input.is_conj():
        return dot(input, other.conj()).conj()
    return dot(FUNCTIONS["conj_physical"](input), other)


@operation()
def bmm(input, mat2):
    """The products of two stacks of matrices."""
    return product_of_three_axes(input, mat2)


def stacks_of_any(input, mat2):
    """bmm of any two operands."""
    x, y = current(input), current(mat2)
    for at, t in enumerate((x, y), 1):
        if len(shape_of(t)) != 3:
            raise RuntimeError(f"batch{at} must be a 3D tensor")
    (b, _, k), r = shape_of(x), shape_of(y)
    if r[:2] != (b, k):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {k}] but got: [{r[0]}, {r[1]}]."
        )
    if dtype_of(x).kind == "b" and 0 not in (*shape_of(x), r[2]):
        refuse("bmm", dtype_of(x))
    need_scalar_type(x, y)
    return labelled(batched(x, y), "BmmBackward0", (x, y))


THREE_AXES = Case(
    "stacks(vx, vy)", "STACKED", "vx.ndim == 3 == vy.ndim and len(vx) == len(vy)", label="BmmBackward0",
    STACKED={"dims": STACKS[3]}, stacks=stacks_of_matrices,
)  # fmt: skip
product_of_three_axes = quick_binary("dot_general", stacks_of_any, THREE_AXES)
