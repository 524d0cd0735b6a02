"""outer, inner, tensordot, kron, trace, cross, chain_matmul."""

import math

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.state import tls

from .. import dtypes
from ..deprecations import once
from ..method_arguments import wrapped
from ..native import shown_as
from ..payload import current
from ..rewriting import spelled
from ..tensor import Tensor
from .arithmetic import MUL
from .joining import need_tensors
from .operands import P, broadcast_shapes, broadcast_to, cast, dtype_of, in_c_order, need_scalar_type, shape_of
from .out_rules import C_NAMES
from .products import DOT, matrices, mm, unsafe_view, vectors
from .quick_roads import quick_call
from .refusals import need_dtype, refuse
from .register import FUNCTIONS, operation
from .shape import reshaped


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


def summed_over(a, b, dims):
    """(the dimensions of a, those of b) that tensordot is to sum over, as `dims` says it; torch's errors if it says nothing of the kind."""
    if not isinstance(dims, (int, tuple, list, Tensor)):
        raise RuntimeError(
            "tensordot expects dims to be int or tuple[list[int], list[int]] or list[list[int]] containing two lists, but got "
            f"dims={dims}"
        )
    if isinstance(dims, Tensor):
        if dims.numel() > 1:
            if dims.shape[0] != 2:
                raise AssertionError(f"dims tensor must have size 2 in first dimension, got {dims.shape[0]}")
            dims = dims.tolist()
        else:
            dims = int(dims.item())
    if isinstance(dims, int):
        if dims < 0:
            raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
        if dims > min(a.dim(), b.dim()):
            raise RuntimeError(f"tensordot expects dims < ndim_a or ndim_b, but got dims={dims}")
        return tuple(range(-dims, 0)), tuple(range(dims))
    one, two = dims
    if not isinstance(one, (list, tuple)) or one and not isinstance(one[0], int):
        from .._calls import C

        C.tensordot(a, b, one, two)
    return one, two


@operation(method=False)
def tensordot(a, b, dims=2):
    """The product summed over pairs of dimensions: the last of a with the first of b, or two lists of them."""
    n, m = a.dim(), b.dim()
    x, y = current(a), current(b)
    one, two = summed_over(a, b, dims)
    if len(one) != len(two):
        raise RuntimeError("both dimension lists should have same length")
    if dtype_of(x) != dtype_of(y):
        raise RuntimeError("both inputs should have same dtype")
    for i, j in zip(one, two):
        s, r = a.size(i), b.size(j)
        if s == r:
            continue
        if 1 not in (s, r):
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {s} in dim {i} and second has size {r} in dim {j}"
            )
        if s == 1:  # (a length of 1 is that of a sum over the other)
            y = current(y.sum(j, True, dtype=y.dtype))
        else:
            x = current(x.sum(i, True, dtype=x.dtype))
    one, two = tuple(wrapped(d, n) for d in one), tuple(wrapped(d, m) for d in two)
    if dtype_of(x).kind == "b":
        refuse("dot" if len(one) == n and len(two) == m else "addmm_impl_cpu_", dtype_of(x))
    if tls.packing is not None:
        return tensordot_in_steps(x, y, one, two)
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
    return noted(unsafe_view(current(MUL(noted(one), noted(two))), tuple([a * b for a, b in zip(s, r)])))


@operation("TraceBackward0")
def trace(input):
    """The sum of the diagonal of a matrix."""
    t = current(input)
    need_dtype("trace", dtype_of(t))
    if len(shape_of(t)) != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {len(shape_of(t))}")
    t = cast(t, np.dtype(np.int64)) if dtype_of(t).kind in "biu" else t
    return P["trace"](t)


quick_call("trace", "trace", (), "v.ndim == 2", ("out, params = impl(v), {}",), ("TraceBackward0",))


def cross_product(input, other, dim):
    if input.dim() != other.dim():
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    lengths = input.size(dim), other.size(dim)
    if lengths != (3, 3):
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {lengths[0]} and {lengths[1]}"
        )
    shape = broadcast_shapes(tuple(input.shape), tuple(other.shape))
    x, y = (broadcast_to(current(t), shape) for t in (input, other))
    dim = wrapped(dim, len(shape))
    need_scalar_type(x, y)

    def turned(t, by):
        return P["roll"](t, shift=(by,), axes=(dim,))

    return in_c_order(MUL(turned(x, -1), turned(y, -2)) - MUL(turned(x, -2), turned(y, -1)))


@operation("LinalgCrossBackward0")
def cross(input, other, dim=None):
    """The vector product along a dimension of length 3 (the first such one by default)."""
    if dim is None:
        once("cross")
        threes = [k for k, n in enumerate(input.shape) if n == 3]
        if not threes:
            raise RuntimeError("no dimension of size 3 in input")
        dim = threes[0]
    return cross_product(input, other, dim)


@operation("LinalgCrossBackward0", name="linalg_cross", method=False)
def linalg_cross(input, other, *, dim=-1):
    """The vector product along a dimension of length 3 (the last by default)."""
    return cross_product(input, other, dim)


@shown_as(lambda *matrices, out=None: None)
@operation(name="chain_matmul", method=False)
def chain_matmul(*matrices):
    """The product of several matrices, in the cheapest order."""
    need_tensors(matrices)
    once("chain_matmul")
    if not matrices:
        raise RuntimeError("chain_matmul(): Expected one or more matrices")
    for t in matrices:
        if t.dim() != 2:
            raise RuntimeError(f"Tensor dimension is {t.dim()}, expected 2 instead.")
    if len(matrices) > 1:
        need_chain(matrices)
    if len(matrices) == 1:
        return matrices[0]
    return in_cheapest_order(list(matrices)).view(matrices[0].shape[0], matrices[-1].shape[1])


def need_chain(ts):
    """Raise what torch says of matrices (the first and the last may be vectors) that have no product in this order."""
    if len(ts) < 2:
        raise RuntimeError(f"multi_dot(): expected at least 2 tensors but got {len(ts)}")
    shapes, last = [list(t.shape) for t in ts], len(ts) - 1
    for at in (0, last, *range(1, last)):
        what = "the first tensor" if at == 0 else "the last tensor" if at == last else f"tensor {at}"
        if len(shapes[at]) not in ((1, 2) if at in (0, last) else (2,)):
            wanted = "1D or 2D" if at in (0, last) else "2D"
            raise RuntimeError(f"multi_dot(): {what} must be {wanted} but got {len(shapes[at])}D")
    names = [C_NAMES[dtypes.name_of(dtype_of(current(t)))] for t in ts]
    for at, name in enumerate(names):
        if name != names[0]:
            raise RuntimeError(
                f"multi_dot(): all tensors must have be the same dtype but tensor 0 is {names[0]} and tensor {at} {name}"
            )
    for at in range(last):
        if shapes[at][-1] != shapes[at + 1][0]:
            raise RuntimeError(
                f"multi_dot(): tensors {at} and {at + 1} with shapes {shapes[at]} and {shapes[at + 1]} cannot be multiplied"
            )


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
