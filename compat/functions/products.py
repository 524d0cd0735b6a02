"""Products of vectors and matrices: matmul and its kin, addmm, outer, einsum, tensordot, kron, cross.

Invariant: every contraction is one dot_general; operands of different dtypes are refused, as torch refuses them.
"""

import numpy as np

from .. import dtypes
from ..tensor import Tensor, current, wrapped
from .arithmetic import MUL
from .operands import P, broadcast_shapes, broadcast_to, cast, dtype_of, shape_of
from .pointwise import C_NAMES
from .register import FUNCTIONS, kept, named, not_a_tensor, operation, publish, renamed, rewrite, store
from .shape import expanded_shape

DOT = P["dot_general"]
MATRIX = (((1,), (0,)), ((), ()))
VECTOR = (((1,), (0,)), ((), ()))
INNER = (((0,), (0,)), ((), ()))


def need_same_dtype(x, y, name="m1 and m2"):
    a, b = dtype_of(x), dtype_of(y)
    if a != b:
        raise RuntimeError(f"expected {name} to have the same dtype, but got: {C_NAMES[a.name]} != {C_NAMES[b.name]}")


def matrices(x, y):
    """The product of two matrices; RuntimeError in torch's words if they do not fit."""
    (n, k), (m, p) = shape_of(x), shape_of(y)
    if k != m:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {m}x{p})")
    if dtype_of(x) != dtype_of(y):
        need_same_dtype(x, y)
    return DOT(x, y, dims=MATRIX)


def matrix_vector(x, y):
    (n, k), (m,) = shape_of(x), shape_of(y)
    if k != m:
        raise RuntimeError(f"size mismatch, got input ({n}), mat ({n}x{k}), vec ({m})")
    need_same_dtype(x, y, "mat and vec")
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
            f"{dtypes.SPOKEN[dtype_of(x).name]} and {dtypes.SPOKEN[dtype_of(y).name]}"
        )
    return renamed(DOT(x, y, dims=INNER), "DotBackward0")


def matmul(input, other, *, out=None):
    """The matrix product: of vectors, matrices, or stacks of matrices whose leading dimensions broadcast.

    >>> import compat as torch
    >>> torch.eye(2) @ torch.tensor([1.0, 2.0])
    tensor([1., 2.])
    """
    if not isinstance(input, Tensor):
        raise not_a_tensor("matmul", input)
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
    return got if out is None else store("matmul", out, got)


def stacked(x, y, s, r):
    """matmul with more than two dimensions on one side, or a vector on the left."""
    n, m = len(s), len(r)
    k, rows = s[-1], r[max(m - 2, 0)]
    if n == 1 and m == 2:
        if k != rows:
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied (1x{k} and {rows}x{r[-1]})")
        need_same_dtype(x, y)
        return named(DOT(x, y, dims=INNER), "SqueezeBackward4", (x, y))
    if m <= 2:
        if k != rows:
            lead = int(np.prod(s[:-1]))
            if m == 1:
                raise RuntimeError(f"size mismatch, got input ({lead}), mat ({lead}x{k}), vec ({rows})")
            raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({lead}x{k} and {rows}x{r[-1]})")
        need_same_dtype(x, y)
        return named(DOT(x, y, dims=(((n - 1,), (0,)), ((), ()))), "UnsafeViewBackward0", (x, y))
    if n == 1:
        got = stacked(P["reshape"](x, shape=(1, k)), y, (1, k), r)
        return named(P["reshape"](got, shape=shape_of(got)[:-2] + shape_of(got)[-1:]), "SqueezeBackward1", (x, y))
    lead = broadcast_shapes(s[:-2], r[:-2])
    if k != rows:
        b = int(np.prod(lead))
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {k}] but got: [{b}, {rows}]."
        )
    need_same_dtype(x, y)
    got = batched(broadcast_to(x, lead + s[-2:]), broadcast_to(y, lead + r[-2:]))
    return named(got, "UnsafeViewBackward0", (x, y))


def batched(x, y):
    """The products of two stacks of matrices with the same leading dimensions."""
    b = len(shape_of(x)) - 2
    stack = tuple(range(b))
    return DOT(x, y, dims=(((b + 1,), (b,)), (stack, stack)))


publish(matmul, ("matmul",), True, True)


def matmul_operator(x, y):
    return matmul(x, y) if isinstance(y, Tensor) else NotImplemented


def matmul_in_place(x, y):
    return rewrite(x, matmul(kept(x, (y,)), y), "MmBackward0", (x, y))


Tensor.__matmul__ = matmul_operator
Tensor.__imatmul__ = matmul_in_place


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
    need_same_dtype(x, y, "batch1 and batch2")
    return batched(x, y)


# ------------------------------------------------------------------------------------------------ with an addend
def combined(input, product, beta, alpha):
    """beta * input + alpha * product; an input weighed by 0 is not looked at, nan or not."""
    t = current(input)
    expanded_shape(shape_of(t), shape_of(product))
    if alpha != 1:
        product = P["mul"](product, alpha)
    if beta == 0:
        return product
    return P["add"](t if beta == 1 else P["mul"](t, beta), product)


def with_addend(name, product, shown):
    def function(input, one, two, *, beta=1, alpha=1):
        return combined(input, product(one, two), beta, alpha)

    function.__doc__ = f"beta * input + alpha * {product.__name__} of the other two."
    f = operation(shown, name=name)(function)

    def inplace(self, one, two, *, beta=1, alpha=1):
        return rewrite(self, f(kept(self, (one, two)), one, two, beta=beta, alpha=alpha), shown, (self, one, two))

    inplace.__name__ = name + "_"
    publish(inplace, (name + "_",), False, True)


def outer_product(one, two):
    x, y = current(one), current(two)
    return P["mul"](P["reshape"](x, shape=(shape_of(x)[0], 1)), y)


def batch_sum(one, two):
    """The sum of the products of two stacks of matrices."""
    return P["sum"](bmm(one, two), axes=(0,))


with_addend("addmm", mm, "AddmmBackward0")
with_addend("addmv", mv, "AddmvBackward0")
with_addend("addr", outer_product, "AddrBackward0")
with_addend("baddbmm", bmm, "BaddbmmBackward0")
with_addend("addbmm", batch_sum, "AddbmmBackward0")


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


@operation("ViewBackward0", method=False)
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
    for i, j in zip(one, two):
        if shape_of(x)[i] != shape_of(y)[j]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {shape_of(x)[i]} in dim {i} and second "
                "has size "
                f"{shape_of(y)[j]} in dim {j}"
            )
    need_same_dtype(x, y, "both tensors")
    return DOT(x, y, dims=((one, two), ((), ())))


@operation("UnsafeViewBackward0")
def kron(input, other):
    """The Kronecker product."""
    x, y = current(input), current(other)
    n = max(len(shape_of(x)), len(shape_of(y)))
    s, r = ((1,) * (n - len(shape_of(t))) + shape_of(t) for t in (x, y))
    one = P["reshape"](x, shape=tuple([k for a in s for k in (a, 1)]))
    two = P["reshape"](y, shape=tuple([k for b in r for k in (1, b)]))
    return P["reshape"](current(MUL(one, two)), shape=tuple([a * b for a, b in zip(s, r)]))


@operation("TraceBackward0")
def trace(input):
    """The sum of the diagonal of a matrix."""
    t = current(input)
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

    def turned(t, by):
        return P["roll"](t, shift=(by,), axes=(dim,))

    return MUL(turned(x, -1), turned(y, -2)) - MUL(turned(x, -2), turned(y, -1))


@operation("LinalgCrossBackward0")
def cross(input, other, dim=None):
    """The vector product along a dimension of length 3 (the first such one by default)."""
    if dim is None:
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
    """The product of several matrices."""
    got = matrices[0]
    for m in matrices[1:]:
        got = mm(got, m)
    return got


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
        if not any(k in term for term in letters):
            raise RuntimeError(f"einsum(): output subscript {k} does not appear in the equation for any input operand")
    return letters, result


def without_repeats(t, letters):
    """t with letters that stand twice merged into a diagonal."""
    for k in sorted(set(letters), key=letters.index):
        while letters.count(k) > 1:
            i = letters.index(k)
            j = letters.index(k, i + 1)
            t = t.diagonal(0, i, j)
            letters = [x for at, x in enumerate(letters) if at not in (i, j)] + [k]
    return t, letters


def summed(t, letters, keep):
    """t summed over the letters that nobody else needs."""
    gone = tuple([i for i, k in enumerate(letters) if k not in keep])
    return (t.sum(gone) if gone else t), [k for k in letters if k in keep]


def contracted(x, a, y, b, keep, at):
    """(product, letters) of two operands, summed over the letters that are not kept."""
    x, a = summed(x, a, {*b, *keep})
    y, b = summed(y, b, {*a, *keep})
    x, y = current(x), current(y)
    lengths = {}
    for t, letters in ((x, a), (y, b)):
        for n, k in zip(shape_of(t), letters):
            if lengths.setdefault(k, n) != n and 1 not in (n, lengths[k]):
                raise RuntimeError(
                    f"einsum(): subscript {k} has size {n} for operand {at} which does not broadcast with "
                    "previously seen size "
                    f"{lengths[k]}"
                )
            lengths[k] = max(lengths[k], n)
    x = broadcast_to(x, tuple([lengths[k] for k in a]))
    y = broadcast_to(y, tuple([lengths[k] for k in b]))
    both = [k for k in a if k in b]
    inner_letters = [k for k in both if k not in keep]
    batch = [k for k in both if k in keep]
    place = lambda letters, ks: tuple([letters.index(k) for k in ks])
    out = DOT(x, y, dims=((place(a, inner_letters), place(b, inner_letters)), (place(a, batch), place(b, batch))))
    return out, [*batch, *[k for k in a if k not in both], *[k for k in b if k not in both]]


@operation(method=False)
def einsum(equation, *operands):
    """Sums of products by Einstein's convention: "ij,jk->ik" is the product of matrices.

    >>> import compat as torch
    >>> torch.einsum("ij,j->i", torch.eye(2), torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    if not isinstance(equation, str):
        equation, operands = from_sublists((equation, *operands))
    terms, result = spelled_out(equation, operands)
    given = [*operands]
    left = [without_repeats(t, letters) for t, letters in zip(operands, terms)]
    t, letters = left[0]
    for at, (u, others) in enumerate(left[1:], 1):
        need_same_dtype(current(t), current(u), "operands")
        later = {k for _, ks in left[at + 1 :] for k in ks}
        t, letters = contracted(t, letters, u, others, {*result, *later}, at)
    t, letters = summed(t, letters, set(result))
    perm = tuple([letters.index(k) for k in result])
    if perm != tuple(range(len(perm))) or len(given) == 1:
        t = t.permute(perm)
    if len(given) > 1:
        named(t, "ViewBackward0", given)
    return t


def from_sublists(arguments):
    """einsum(operand, [0, 1], ..., [0]) as an equation."""
    *pairs, last = arguments if len(arguments) % 2 else (*arguments, None)
    spell = lambda ks: "".join(["..." if k is Ellipsis else chr(ord("a") + k) for k in ks])
    equation = ",".join(map(spell, pairs[1::2]))
    return (equation if last is None else f"{equation}->{spell(last)}"), pairs[::2]
