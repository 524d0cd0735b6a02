"""Products of vectors and matrices: matmul and its kin, addmm, outer, einsum, tensordot, kron, cross.

Invariant: every contraction is one dot_general; operands of different dtypes are refused, as torch refuses them.
"""

import math

import numpy as np

from funcgrad.core import fast
from funcgrad.core.mutation import view as core_view
from funcgrad.core.tracebacks import drop, trim

from .. import dtypes
from ..deprecations import deprecated
from ..errors import type_name
from ..rewriting import spelled
from ..tensor import Tensor, current, wrapped
from .arithmetic import MUL, quick_binary
from .joining import need_tensors
from .operands import (
    C_INTEGERS,
    P,
    broadcast_shapes,
    broadcast_to,
    cast,
    dtype_of,
    need_scalar_type,
    number,
    rank,
    shape_of,
)
from .pointwise import C_NAMES
from .refusals import need_dtype, refuse
from .register import (
    FUNCTIONS,
    METHODS,
    MISSING,
    answer,
    answering,
    install,
    kept,
    not_a_tensor,
    operation,
    publish,
    renamed,
    rewrite,
    store,
    unusual,
)
from .shape import expanded, expanded_shape, reshaped

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


def need_same_for_vector(x, y):
    if dtype_of(x) != dtype_of(y):
        a, b = (dtypes.SPOKEN[dtypes.name_of(dtype_of(t))] for t in (x, y))
        raise RuntimeError(f"addmv input tensors must have the same dtype, but got {b}, {a}, and {b}")


def matrices(x, y):
    """The product of two matrices; RuntimeError in torch's words if they do not fit."""
    (n, k), (m, p) = shape_of(x), shape_of(y)
    if k != m:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {m}x{p})")
    d = dtype_of(x)
    if d != dtype_of(y):
        need_same_dtype(x, y)
    if d.kind == "b":
        refuse("addmm_impl_cpu_", d)
    return DOT(x, y, dims=MATRIX)


def matrix_vector(x, y):
    (n, k), (m,) = shape_of(x), shape_of(y)
    if k != m:
        raise RuntimeError(f"size mismatch, got input ({n}), mat ({n}x{k}), vec ({m})")
    need_same_for_vector(x, y)
    if dtype_of(x).kind == "b":
        refuse("addmv_impl_cpu", dtype_of(x))
    return renamed(DOT(x, y, dims=VECTOR), "MvBackward0")


def vectors(x, y):
    (k,), (m,) = shape_of(x), shape_of(y)
    if k != m:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{k}] and src [{m}] to have the same number of elements, "
            f"but got {k} "
            f"and {m} elements respectively"
        )
    if dtype_of(x) != dtype_of(y):
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{dtypes.SPOKEN[dtypes.name_of(dtype_of(x))]} and {dtypes.SPOKEN[dtypes.name_of(dtype_of(y))]}"
        )
    need_dtype("dot", dtype_of(x))
    return renamed(DOT(x, y, dims=INNER), "DotBackward0")


def matmul(input=MISSING, other=MISSING, *more, out=None):
    """The matrix product: of vectors, matrices, or stacks of matrices whose leading dimensions broadcast.

    >>> import compat as torch
    >>> torch.eye(2) @ torch.tensor([1.0, 2.0])
    tensor([1., 2.])
    """
    try:
        if more or not isinstance(input, Tensor):
            return unusual(matmul, (input, other, *more), {}, not_a_tensor("matmul", input))
        got = product_of_two(input, other)
        return got if out is None else store("matmul", out, got)
    except BaseException as error:
        error = answer(error, "matmul", (input, other, *more))
        raise error


def product(input, other):
    """matmul of any two operands."""
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
        return got
    except BaseException as error:
        drop(error)
        raise


TWO_MATRICES = fast.Case("vx.dot(vy)", "MATRICES", "vx.ndim == 2 == vy.ndim", MATRICES={"dims": MATRIX})
MATRIX_AND_VECTOR = fast.Case(
    "vx.dot(vy)", "VECTOR", "vx.ndim == 2 and vy.ndim == 1", label="MvBackward0", VECTOR={"dims": VECTOR}
)
TWO_VECTORS = fast.Case("vx.dot(vy)", "INNER", "vx.ndim == 1 == vy.ndim", label="DotBackward0", INNER={"dims": INNER})
product_of_two = product
for _case in (TWO_VECTORS, MATRIX_AND_VECTOR, TWO_MATRICES):
    product_of_two = quick_binary("dot_general", product_of_two, _case)


def stacked(x, y, s, r):
    """matmul with more than two dimensions on one side, or a vector on the left."""
    n, m = len(s), len(r)
    k, rows = s[-1], r[max(m - 2, 0)]
    if n == 1 and m == 2:
        if k != rows:
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied (1x{k} and {rows}x{r[-1]})")
        need_same_dtype(x, y)
        return spelled(DOT(x, y, dims=INNER), "SqueezeBackward4", matmul_in_steps, shapes=(s, r))
    if m <= 2:
        if k != rows:
            lead = int(np.prod(s[:-1]))
            if m == 1:
                raise RuntimeError(f"size mismatch, got input ({lead}), mat ({lead}x{k}), vec ({rows})")
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({lead}x{k} and {rows}x{r[-1]})")
        (need_same_for_vector if m == 1 else need_same_dtype)(x, y)
        if dtype_of(x).kind == "b":
            refuse("addmv_impl_cpu" if m == 1 else "addmm_impl_cpu_", dtype_of(x))
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
    need_scalar_type(x, y)
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
    out = renamed(batched(x, y), "BmmBackward0")
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
    b = len(shape_of(x)) - 2
    stack = tuple(range(b))
    return DOT(x, y, dims=(((b + 1,), (b,)), (stack, stack)))


publish(matmul, ("matmul",), True, True)


def matmul_operator(x, y):
    try:
        return product_of_two(x, y) if isinstance(y, Tensor) else NotImplemented
    except BaseException as error:
        trim(error)
        raise


def matmul_in_place(x, y):
    return rewrite(x, matmul(kept(x, (y,)), y), "MmBackward0", (x, y))


def matmul_reflected(y, x):
    return matmul(x, y) if isinstance(x, Tensor) else NotImplemented


install("__matmul__", matmul_operator)
install("__rmatmul__", matmul_reflected)
install("__imatmul__", matmul_in_place)


@operation()
def mm(input, mat2):
    """The product of two matrices."""
    x, y = current(input), current(mat2)
    for name, t in (("self", x), ("mat2", y)):
        if len(shape_of(t)) != 2:
            raise RuntimeError(f"{name} must be a matrix")
    return matrices(x, y)


@operation()
def mv(input, vec):
    """The product of a matrix and a vector."""
    x, y = current(input), current(vec)
    if len(shape_of(x)) != 2 or len(shape_of(y)) != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {len(shape_of(x))}, {len(shape_of(y))}")
    return matrix_vector(x, y)


@operation()
def dot(input, tensor):
    """The inner product of two vectors."""
    x, y = current(input), current(tensor)
    if len(shape_of(x)) != 1 or len(shape_of(y)) != 1:
        raise RuntimeError(f"1D tensors expected, but got {len(shape_of(x))}D and {len(shape_of(y))}D tensors")
    return vectors(x, y)


@operation("VdotBackward0")
def vdot(input, other):
    """The inner product of two vectors, the first conjugated."""
    return dot(input.conj(), other)


@operation("BmmBackward0")
def bmm(input, mat2):
    """The products of two stacks of matrices."""
    x, y = current(input), current(mat2)
    for at, t in enumerate((x, y), 1):
        if len(shape_of(t)) != 3:
            raise RuntimeError(f"batch{at} must be a 3D tensor")
    (b, _, k), r = shape_of(x), shape_of(y)
    if r[:2] != (b, k):
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {k}] but got: [{r[0]}, {r[1]}]."
        )
    need_scalar_type(x, y)
    if dtype_of(x).kind == "b":
        refuse("bmm", dtype_of(x))
    return batched(x, y)


# ------------------------------------------------------------------------------------------------ with an addend
def combined(input, product, beta, alpha):
    """beta * input + alpha * product; an input weighed by 0 is not looked at, nan or not."""
    t = current(input)
    expanded_shape(shape_of(t), shape_of(product))
    d = dtypes.promote_types(dtype_of(t), dtype_of(product))
    t, product = cast(t, d), cast(product, d)
    if alpha != 1:
        product = P["mul"](product, weight(alpha, d))
    if beta == 0:
        return product
    return P["add"](t if beta == 1 else P["mul"](t, weight(beta, d)), product)


def weight(x, d):
    """A number that Tensors of dtype d are weighed by."""
    if isinstance(x, complex) and d.kind not in "bc":
        name = dtypes.name_of(d)
        raise RuntimeError(f"value cannot be converted to type {C_INTEGERS.get(name, C_NAMES[name])} without overflow")
    return number(x, d) if d.kind == "u" else x


def check_addmm(t, a, b):
    for at, m in enumerate((a, b), 1):
        if len(shape_of(m)) != 2:
            raise RuntimeError(f"mat{at} must be a matrix, got {len(shape_of(m))}-D tensor")
    need_mats(t, a, b)


def need_mats(t, a, b):
    d = dtype_of(b)
    for what, o in (("self", dtype_of(t)), ("mat1", dtype_of(a))):
        if o != d:
            a, b = (dtypes.SPOKEN[dtypes.name_of(x)] for x in (o, d))
            raise RuntimeError(f"{what} and mat2 must have the same dtype, but got {a} and {b}")


def check_addmv(t, a, b):
    ranks = [len(shape_of(x)) for x in (t, a, b)]
    if ranks[0] > 1 or ranks[1:] != [2, 1]:
        raise RuntimeError("vector + matrix @ vector expected, got {}, {}, {}".format(*ranks))
    (n, k), (m,), own = shape_of(a), shape_of(b), math.prod(shape_of(t))
    if k != m or own not in (1, n):
        raise RuntimeError(f"size mismatch, got input ({own}), mat ({n}x{k}), vec ({m})")
    ds = [dtypes.SPOKEN[dtypes.name_of(dtype_of(x))] for x in (t, a, b)]
    if len({*ds}) > 1:
        raise RuntimeError("addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*ds))


def check_stacks(t, a, b, shape):
    """What addbmm and baddbmm say of two stacks, whose product has this shape."""
    expanded_shape(shape_of(t), shape)
    for at, x in enumerate((a, b), 1):
        if len(shape_of(x)) != 3:
            raise RuntimeError(f"batch{at} must be a 3D tensor")


def size_of(t, dim):
    return shape_of(t)[wrapped(dim, len(shape_of(t)))]


def check_addbmm(t, a, b):
    check_stacks(t, a, b, (size_of(a, 1), size_of(b, 2)))
    (n, i, j), (m, k, l) = shape_of(a), shape_of(b)
    if n != m:
        raise RuntimeError(f"batch1 and batch2 must have same number of batches, got {n} and {m}")
    if j != k:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({i}x{j} and {k}x{l})")
    need_mats(t, a, b)


def check_baddbmm(t, a, b):
    check_stacks(t, a, b, (size_of(a, 0), size_of(a, 1), size_of(b, 2)))
    ds = [dtype_of(x) for x in (t, a, b)]
    if ds[0] != ds[1]:
        names = [C_NAMES[dtypes.name_of(d)] for d in ds]
        raise RuntimeError("Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*names))


def with_addend(name, product, shown, check=None):
    def function(input, one, two, *, beta=1, alpha=1):
        beta, alpha = (x.item() if isinstance(x, Tensor) else x for x in (beta, alpha))
        if check is not None:
            check(current(input), current(one), current(two))
        else:  # (addr meets in one dtype before it multiplies)
            d = dtypes.result_dtype([rank(t) for t in (input, one, two)])
            input, one, two = (cast(current(t), d) for t in (input, one, two))
        return combined(input, product(one, two), beta, alpha)

    function.__doc__ = f"beta * input + alpha * {product.__name__} of the other two."
    f = operation(shown, name=name, once=True)(function)

    def inplace(self, one, two, *, beta=1, alpha=1):
        got = f(kept(self, (one, two)), one, two, beta=beta, alpha=alpha)
        if name in ("addmm", "baddbmm") and tuple(got.shape) != tuple(self.shape):
            raise RuntimeError(
                f"Bad in-place call: input tensor size {list(self.shape)} and output tensor size {list(got.shape)} should match"
            )
        return rewrite(self, got, shown, (self, one, two))

    inplace.__name__ = name + "_"
    publish(answering(inplace), (name + "_",), False, True)


def outer_product(one, two):
    x, y = current(one), current(two)
    for at, v in enumerate((x, y), 1):
        if len(shape_of(v)) != 1:
            raise RuntimeError(f"addr: Expected 1-D argument vec{at}, but got {len(shape_of(v))}-D")
    d = dtypes.promote_types(dtype_of(x), dtype_of(y))
    return P["mul"](P["reshape"](cast(x, d), shape=(shape_of(x)[0], 1)), cast(y, d))


def batch_sum(one, two):
    """The sum of the products of two stacks of matrices."""
    stacked = bmm(one, two)
    return cast(P["sum"](stacked, axes=(0,)), dtype_of(stacked))


with_addend("addmm", mm, "AddmmBackward0", check_addmm)
with_addend("addmv", mv, "AddmvBackward0", check_addmv)
with_addend("addr", outer_product, "AddrBackward0")
with_addend("baddbmm", bmm, "BaddbmmBackward0", check_baddbmm)
with_addend("addbmm", batch_sum, "AddbmmBackward0", check_addbmm)


# ------------------------------------------------------------------------------------------------ outer, inner
@operation(aliases=("ger",))
def outer(input, vec2):
    """Every element of one vector times every element of another."""
    for at, v in enumerate((input, vec2)):
        if v.dim() != 1:
            raise RuntimeError(f"outer: Expected 1-D argument {('self', 'vec2')[at]}, but got {v.dim()}-D")
    return MUL(FUNCTIONS["reshape"](input, (input.numel(), 1)), vec2)


@operation()
def inner(input, other):
    """The product summed over the last dimension of both."""
    if input.dim() == 0 or other.dim() == 0:
        return MUL(input, other)
    if input.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(input.shape)} and {list(other.shape)}"
        )
    return tensordot(input, other, ([-1], [-1]))


@operation(method=False)
def tensordot(a, b, dims=2):
    """The product summed over pairs of dimensions: the last of a with the first of b, or two lists of them."""
    x, y = current(a), current(b)
    n, m = len(shape_of(x)), len(shape_of(y))
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(n, m):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        one, two = tuple(range(n - dims, n)), tuple(range(dims))
    else:
        one, two = ((d,) if isinstance(d, int) else tuple(d) for d in dims)
        one, two = tuple(wrapped(d, n) for d in one), tuple(wrapped(d, m) for d in two)
    if len(one) != len(two):
        raise RuntimeError("both dimension lists should have same length")
    if dtype_of(x) != dtype_of(y):
        raise RuntimeError("both inputs should have same dtype")
    for i, j in zip(one, two):
        if shape_of(x)[i] != shape_of(y)[j]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {shape_of(x)[i]} in dim {i - n * isinstance(dims, int)} and "
                f"second has size {shape_of(y)[j]} in dim {j}"
            )
    if dtype_of(x).kind == "b":
        refuse("dot" if len(one) == n and len(two) == m else "addmm_impl_cpu_", dtype_of(x))
    out = DOT(x, y, dims=((one, two), ((), ())))
    return spelled(out, "ViewBackward0", tensordot_in_steps, one, two, shapes=(shape_of(x), shape_of(y)))


def tensordot_in_steps(x, y, one, two):
    """tensordot as torch makes it: one product of matrices."""
    s, r = shape_of(x), shape_of(y)
    rest = [i for i in range(len(s)) if i not in one]
    others = [i for i in range(len(r)) if i not in two]
    x, y = P["transpose"](x, perm=(*rest, *one)), P["transpose"](y, perm=(*two, *others))
    summed = math.prod([s[i] for i in one])
    shape = (*[s[i] for i in rest], *[r[i] for i in others])
    if not shape:
        out = vectors(*[t if len(one) == 1 else reshaped(t, (summed,)) for t in (x, y)])
    else:
        rows, columns = math.prod([s[i] for i in rest]), math.prod([r[i] for i in others])
        out = matrices(reshaped(x, (rows, summed)), reshaped(y, (summed, columns)))
    return P["reshape"](out, shape=shape)


@operation()
def kron(input, other):
    """The Kronecker product."""
    x, y = current(input), current(other)
    n = max(len(shape_of(x)), len(shape_of(y)))
    s, r = ((1,) * (n - len(shape_of(t))) + shape_of(t) for t in (x, y))
    one = unsafe_view(x, tuple([k for a in s for k in (a, 1)]))
    two = unsafe_view(y, tuple([k for b in r for k in (1, b)]))
    return unsafe_view(current(MUL(one, two)), tuple([a * b for a, b in zip(s, r)]))


@operation("TraceBackward0")
def trace(input):
    """The sum of the diagonal of a matrix."""
    t = current(input)
    need_dtype("trace", dtype_of(t))
    if len(shape_of(t)) != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {len(shape_of(t))}")
    t = cast(t, np.dtype(np.int64)) if dtype_of(t).kind in "biu" else t
    return P["sum"](P["diagonal"](t, k=0), axes=(0,))


def cross_product(input, other, dim):
    if input.dim() != other.dim():
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    shape = broadcast_shapes(tuple(input.shape), tuple(other.shape))
    x, y = (broadcast_to(current(t), shape) for t in (input, other))
    if shape[dim] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {input.shape[dim]} and {other.shape[dim]}"
        )

    dim = wrapped(dim, len(shape))
    need_scalar_type(x, y)

    def turned(t, by):
        return P["roll"](t, shift=(by,), axes=(dim,))

    return MUL(turned(x, -1), turned(y, -2)) - MUL(turned(x, -2), turned(y, -1))


@operation("LinalgCrossBackward0")
def cross(input, other, dim=None):
    """The vector product along a dimension of length 3 (the first such one by default)."""
    if dim is None:
        deprecated("cross")
        threes = [k for k, n in enumerate(input.shape) if n == 3]
        if not threes:
            raise RuntimeError("no dimension of size 3 in input")
        dim = threes[0]
    return cross_product(input, other, dim)


@operation("LinalgCrossBackward0", name="linalg_cross", method=False)
def linalg_cross(input, other, *, dim=-1):
    """The vector product along a dimension of length 3 (the last by default)."""
    return cross_product(input, other, dim)


@operation(name="chain_matmul", method=False)
def chain_matmul(*matrices):
    """The product of several matrices, in the cheapest order."""
    need_tensors(matrices)
    if len(matrices) == 1:
        return matrices[0]
    return in_cheapest_order(list(matrices)).view(matrices[0].shape[0], matrices[-1].shape[1])


def in_cheapest_order(ts):
    """The product of matrices in the order of fewest multiplications, by dynamic programming."""
    n = len(ts)
    sizes = [t.shape[0] for t in ts] + [ts[-1].shape[1]]
    cost = [[0] * n for _ in range(n)]
    cut = [[0] * n for _ in range(n)]
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            cuts = range(i, j) if n > 3 else range(j - 1, i - 1, -1)  # (of three, torch prefers the first two)
            cost[i][j], cut[i][j] = min(
                [(cost[i][k] + cost[k + 1][j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in cuts],
                key=lambda found: found[0],
            )

    def product(i, j):
        return ts[i] if i == j else mm(product(i, cut[i][j]), product(cut[i][j] + 1, j))

    return product(0, n - 1)


# ------------------------------------------------------------------------------------------------ einsum
def spelled_out(equation, operands):
    """(letters of each operand, letters of the result) of an equation, with numbers in place of an ellipsis's
    letters.
    """
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        more = "fewer" if len(terms) > len(operands) else "more"
        raise RuntimeError(f"einsum(): {more} operands were provided than specified in the equation")
    letters, dots = [], 0
    for term in terms:
        for at, k in enumerate(term.replace("...", "")):
            if not (k.isascii() and k.isalpha()):
                raise RuntimeError(
                    f"einsum(): invalid subscript given at index {at} in the equation string, subscripts must be in [a-zA-Z]"
                )
    for at, (term, t) in enumerate(zip(terms, operands)):
        head, found, tail = term.partition("...")
        hidden = t.dim() - len(head) - len(tail)
        if hidden < 0 or (hidden and not found):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(head) + len(tail)}) does not match the "
                "number of "
                f"dimensions ({t.dim()}) for operand {at} and no ellipsis was given"
            )
        dots = max(dots, hidden)
        letters.append((head, hidden if found else 0, tail))
    letters = [[*head, *range(dots - hidden, dots), *tail] for head, hidden, tail in letters]
    if arrow:
        head, found, tail = right.partition("...")
        result = [*head, *(range(dots) if found else ()), *tail]
    else:
        seen = [k for term in letters for k in term]
        result = [*range(dots), *sorted({k for k in seen if isinstance(k, str) and seen.count(k) == 1})]
    for k in result:
        if result.count(k) > 1:
            raise RuntimeError(f"einsum(): output subscript {k} appears more than once in the output")
        if not any(k in term for term in letters):
            raise RuntimeError(f"einsum(): output subscript {k} does not appear in the equation for any input operand")
    return letters, result


def laid_out(t, letters, order):
    """A view of t with one axis for each letter of `order`, of length 1 where t lacks it; of an axis that stands twice,
    the diagonal."""
    letters = list(letters)
    for k in dict.fromkeys(letters):
        while letters.count(k) > 1:
            i = letters.index(k)
            j = letters.index(k, i + 1)
            t = METHODS["movedim"](METHODS["diagonal"](t, 0, i, j), -1, i)
            del letters[j]
    t = current(t)
    for k in order:
        if k not in letters:
            t = METHODS["unsqueeze"](t, len(letters))
            letters.append(k)
    return core_view(t, P["transpose"], perm=tuple([letters.index(k) for k in order]))


def check_lengths(operands, terms):
    """RuntimeError in torch's words if a letter has several lengths other than 1."""
    lengths = {}
    for at, (t, letters) in enumerate(zip(operands, terms)):
        for n, k in zip(shape_of(current(t)), letters):
            if lengths.setdefault(k, n) != n and 1 not in (n, lengths[k]):
                raise RuntimeError(
                    f"einsum(): subscript {k} has size {n} for operand {at} which does not broadcast with "
                    "previously seen size "
                    f"{lengths[k]}"
                )
            lengths[k] = max(lengths[k], n)


def sum_of_products(x, y, dims, ordered):
    """x * y summed over dims that both have, which stay with length 1: one product of stacks of matrices. `ordered`: the
    left one is the operand whose own dims come first."""
    s, r = shape_of(x), shape_of(y)
    axes = range(len(s))
    shared = [i for i in axes if i not in dims and s[i] != 1 and r[i] != 1]
    left = [i for i in axes if i not in dims and s[i] != 1 and r[i] == 1]
    right = [i for i in axes if i not in (*dims, *shared, *left)]
    if ordered and left and right and right[0] < left[0]:
        x, y, s, r, left, right = y, x, r, s, right, left
    x = P["transpose"](x, perm=(*shared, *left, *dims, *right))
    y = P["transpose"](y, perm=(*shared, *dims, *right, *left))
    stack, rows, summed, columns = (
        math.prod([of[i] for i in some]) for of, some in ((s, shared), (s, left), (s, dims), (r, right))
    )
    out = batched(reshaped(x, (stack, rows, summed)), reshaped(y, (stack, summed, columns)))
    order = (*shared, *left, *dims, *right)
    lengths = {**{i: s[i] for i in (*shared, *left)}, **{i: 1 for i in dims}, **{i: r[i] for i in right}}
    out = P["reshape"](renamed(out, "BmmBackward0"), shape=tuple([lengths[i] for i in order]))
    return P["transpose"](out, perm=tuple([order.index(i) for i in axes]))


def multiplied(x, y, still, inner, ordered):
    """The product of two operands that are laid out, summed over those of the axes `inner` that no other operand has;
    `still[axis]`: how many operands have it."""
    both, alone = [], ([], [])
    for d in inner:
        in_x, in_y = shape_of(x)[d] != 1, shape_of(y)[d] != 1
        if in_x and in_y:
            still[d] -= 1
        if still[d] == 1 and (in_x or in_y):
            (both if in_x and in_y else alone[in_y]).append(d)
            still[d] = 0
    x, y = (current(METHODS["sum"](t, dims, True)) if dims else t for t, dims in zip((x, y), alone))
    return sum_of_products(x, y, tuple(both), ordered) if both else current(MUL(x, y))


@operation(method=False)
def einsum(*operands):
    """Sums of products by Einstein's convention: "ij,jk->ik" is the product of matrices.

    >>> import compat as torch
    >>> torch.einsum("ij,j->i", torch.eye(2), torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    if len(operands) < 2:
        raise ValueError(
            "einsum(): must specify the equation string and at least one operand, or at least one operand and its subscripts list"
        )
    equation, *operands = operands
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    if not isinstance(equation, str):
        if not isinstance(equation, Tensor):
            raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {type_name(equation)}")
        equation, operands = from_sublists((equation, *operands))
    need_tensors(operands, 1)
    terms, result = spelled_out(equation, operands)
    check_lengths(operands, terms)
    d = {dtype_of(current(u)) for u in operands}
    if len(d) > 1:
        if {k for term in terms for k in term} - {*result}:
            for u in operands[1:]:
                need_scalar_type(current(operands[0]), current(u))
        d = dtypes.result_dtype([rank(u) for u in operands])
        operands = [cast(current(u), d) for u in operands]
    order = [*result, *sorted({k for term in terms for k in term} - {*result}, key=str)]
    if len(operands) == 2:
        got = in_one_product(*map(current, operands), *terms, result, order)
        if got is not None:
            return got
    return in_steps(operands, terms, order, len(result))


def in_one_product(x, y, a, b, result, order):
    """The sum of the products of two operands, if one dot_general gives it as it is wanted; else None."""
    lengths = dict(zip((*a, *b), shape_of(x) + shape_of(y)))
    if len({*a}) < len(a) or len({*b}) < len(b) or (*[lengths[k] for k in (*a, *b)],) != shape_of(x) + shape_of(y):
        return None  # (a diagonal; a length of 1 that is stretched)
    both = [k for k in a if k in b]
    inner = [k for k in both if k not in result]
    batch = [k for k in result if k in both]
    left, right = [k for k in a if k not in both], [k for k in b if k not in both]
    if not inner:
        return None
    dims = [(tuple([t.index(k) for k in inner]), tuple([t.index(k) for k in batch])) for t in (a, b)]
    if [*batch, *left, *right] == result:
        out = DOT(x, y, dims=tuple(zip(*dims)))
        return spelled(out, "ViewBackward0", pair_in_steps, a, b, order, len(result), shapes=(shape_of(x), shape_of(y)))
    if [*batch, *right, *left] == result:
        out = DOT(y, x, dims=tuple(zip(*dims[::-1])))
        turned = lambda y, x: pair_in_steps(x, y, a, b, order, len(result))  # noqa: E731
        return spelled(out, "ViewBackward0", turned, shapes=(shape_of(y), shape_of(x)))
    return None


def pair_in_steps(x, y, a, b, order, count):
    return in_steps((x, y), (a, b), order, count)


def in_steps(operands, terms, order, count):
    """einsum as torch makes it, from left to right; the result has the first `count` letters of `order`."""
    inner = range(count, len(order))
    t, *others = [laid_out(u, letters, order) for u, letters in zip(operands, terms)]
    if not others:
        return METHODS["sum"](t, tuple(inner)) if inner else t
    still = [sum([shape_of(u)[d] != 1 for u in (t, *others)]) for d in range(len(order))]
    for u in others:
        t = multiplied(t, u, still, inner, len(others) == 1)
    return core_view(t, P["reshape"], shape=shape_of(t)[:count]) if inner else t


def from_sublists(arguments):
    """einsum(operand, [0, 1], ..., [0]) as an equation."""
    *pairs, last = arguments if len(arguments) % 2 else (*arguments, None)
    spell = lambda ks: "".join(["..." if k is Ellipsis else chr(ord("a") + k) for k in ks])
    equation = ",".join(map(spell, pairs[1::2]))
    return (equation if last is None else f"{equation}->{spell(last)}"), pairs[::2]
