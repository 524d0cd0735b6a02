"""Arithmetic of sparse Tensors, entry by entry."""

from numbers import Number

import numpy as np

from funcgrad.core.halves import HALVES, rounded

from ..functions.register import FUNCTIONS as T
from ..functions.register import METHODS
from ..graph import labelled
from ..payload import wrap
from ..tensor import Tensor
from .coordinates import Sparse, sparse, wrapped
from .entries import added, at_places, coalesced, keys, merged, rows, tensor
from .meeting import answers

BY_VALUES = (  # zero where their operand is, so that the values alone change; those in one place are added first
    "abs asin asinh atan atanh ceil conj_physical deg2rad erf erfinv expm1 floor frac isinf isnan isneginf isposinf log1p nan_to_num "
    "rad2deg relu round sgn sign signbit sin sinh sqrt square tan tanh trunc absolute arcsin arcsinh arctan arctanh fix __abs__"
).split()


# ------------------------------------------------------------------------------------------------ one operand
def by_values(own):
    def f(input, *args, **kwargs):
        e = coalesced(input.val)
        return sparse(e.like(own(e.values, *args, **kwargs)))

    return f


for _name in BY_VALUES:
    answers(_name)(by_values(METHODS[_name]))


@answers("neg", "negative", "__neg__")
def neg(input):
    return sparse(input.val.like(-input.val.values))


@answers("positive", "__pos__", "resolve_conj", "resolve_neg", "conj")
def positive(input):
    return input


@answers()
def result_type(tensor1, tensor2):
    """The dtype of what arithmetic of both gives: a sparse Tensor counts as one of its dimensions, whatever its entries are."""
    both = [x.val.values if isinstance(x, Sparse) else x for x in (tensor1, tensor2)]
    return T["result_type"](*both)


@answers("pow", "__pow__")
def power(input, exponent):
    if isinstance(exponent, Tensor):
        from .refused import refusal

        raise refusal("pow.Tensor_Tensor")
    if exponent == 0:
        raise RuntimeError("pow: cannot raise to zeroth power on sparse tensor; it would make the result tensor dense")
    e = coalesced(input.val)
    return sparse(e.like(T["pow"](e.values, exponent)))


@answers()
def dropout(input, p=0.5, training=True, inplace=False):
    if training and p:
        from .refused import refusal

        raise refusal("bernoulli_.float")
    return input


# ------------------------------------------------------------------------------------------------ sums
def sizes_of(name, a, b, note=""):
    return RuntimeError(
        f"{name}: expected sizes of 'self' and 'other' to match, but {list(a.shape)} != {list(b.shape)}{note}"
    )


@answers("add", "__add__", "__radd__")
def add(input, other, *, alpha=1):
    return total(input, other, alpha, "AddBackward0")


@answers("sub", "subtract", "__sub__")
def sub(input, other, *, alpha=1):
    return total(input, other, -alpha, "SubBackward0")


@answers("__rsub__", "rsub")
def rsub(input, other, alpha=1):
    return total(other, input, -alpha, "RsubBackward1")


def total(a, b, alpha, label):
    if isinstance(a, Sparse) and isinstance(b, Sparse):
        if a.shape != b.shape:
            raise sizes_of("add", a, b)
        if a.val.dims != b.val.dims:
            raise RuntimeError(
                f"add: expected 'self' and 'other' to have same density, but 'self' has {a.val.dims} sparse dimensions while 'other' has "
                f"{b.val.dims} sparse dimensions"
            )
        return sparse(merged(a.val, b.val, alpha), label, (a, b))
    if isinstance(a, Sparse) and isinstance(b, np.ndarray):
        a, b = wrap(Tensor, b), a
    if isinstance(a, Sparse):
        if isinstance(b, Number) or isinstance(b, Tensor):
            raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
        return NotImplemented
    a = a if isinstance(a, Tensor) else T["tensor"](a)
    if a.shape != b.shape:
        raise RuntimeError(
            f"add: expected 'self' and 'other' to have same size, but self has size {list(a.shape)} while other has size {list(b.shape)} "
            "(FYI: dense-sparse addition does not currently support broadcasting)"
        )
    return labelled(spread(a, b.val, alpha), label, (a, b))


def spread(x, e, alpha):
    """x + alpha * the entries, for a dense x."""
    values = e.values if isinstance(alpha, int) and alpha == 1 else e.values * alpha
    both = T["result_type"](x, values)
    count = int(np.prod(e.sparse_shape, dtype=np.int64))
    flat = x.to(both).reshape((count, *e.dense_shape))
    return flat.index_add(0, tensor(keys(e.indices, e.sparse_shape)), values.to(both)).reshape(x.shape)


# ------------------------------------------------------------------------------------------------ products
def factor(x):
    """A factor that is one number: as a number, or as a Tensor without dimensions; None of another."""
    if isinstance(x, Number):
        return x
    if isinstance(x, Sparse):
        return None
    if isinstance(x, Tensor) and not x.dim():
        return x
    return None


@answers("mul", "multiply", "__mul__", "__rmul__")
def mul(input, other):
    a, b = (input, other) if isinstance(input, Sparse) else (other, input)
    one = factor(b)
    if one is not None:
        if not isinstance(one, Tensor) and a.val.dtype in HALVES:
            one = rounded(one, a.val.dtype).item()  # (for values of a dense Tensor it would be of float32)
        return sparse(
            a.val.like(a.val.values * one), "MulBackward0", (input, other) if isinstance(other, Tensor) else (a,)
        )
    if not isinstance(b, Tensor):
        return NotImplemented
    if isinstance(b, Sparse):
        return meeting(a, b)
    e = a.val
    if a.shape != b.shape:
        b = T["broadcast_to"](b, a.shape)
    return sparse(e.like(e.values * at_places(b, e)), "MulBackward0", (input, other))


def meeting(a, b):
    """The product of two sparse Tensors, where both have entries."""
    if a.shape != b.shape:
        raise RuntimeError(
            f"mul: expected 'self' and 'other' to have same sizes, but {list(a.shape)} != {list(b.shape)}"
        )
    x, y = a.val, b.val
    if x.coalesced and not y.coalesced:
        x, y = y, x
    y = coalesced(y)
    mine, theirs = keys(x.indices, x.sparse_shape), keys(y.indices, y.sparse_shape)
    at = np.searchsorted(theirs, mine)
    at[at == len(theirs)] = 0
    there = np.nonzero(theirs[at] == mine)[0] if len(theirs) else np.empty(0, np.int64)
    found = x.picked(there)
    return sparse(found.like(found.values * rows(y.values, at[there])), "MulBackward0", (a, b))


@answers("div", "divide", "true_divide", "__truediv__")
def div(input, other, *, rounding_mode=None):
    one = factor(other)
    if not isinstance(input, Sparse) or one is None:
        if isinstance(other, Tensor):
            raise RuntimeError(
                f"Sparse division requires a scalar or zero-dim dense tensor divisor (got shape {list(other.shape)} for divisor)"
            )
        return NotImplemented
    e = input.val if rounding_mode is None else coalesced(input.val)
    return sparse(e.like(T["div"](e.values, one, rounding_mode=rounding_mode)))


@answers("floor_divide", "__floordiv__")
def floor_divide(input, other):
    return div(input, other, rounding_mode="floor")


@answers("__rtruediv__", "__rdiv__")
def divided_by(input, other):
    from .refused import refusal

    raise refusal("reciprocal")


# ------------------------------------------------------------------------------------------------ softmax
def over(input, dim, dtype=None, log=False):
    """The softmax along a dimension of what is there: what is not counts as minus infinity."""
    e = coalesced(input.val if dtype is None else input.to(dtype).val)
    dim = wrapped(dim, len(e.shape))
    of = (input,)
    if dim >= e.dims:
        f = T["log_softmax" if log else "softmax"]
        values = f(e.values, dim - e.dims + 1)
    else:
        others = [d for d in range(e.dims) if d != dim]
        _, at = np.unique(keys(e.indices[others], [e.shape[d] for d in others]), return_inverse=True)
        count = int(at.max(initial=-1)) + 1
        highest = np.full((count, *e.dense_shape), -np.inf, e.dtype)
        np.maximum.at(highest, at, e.values.detach().numpy())
        moved = e.values - tensor(highest[at])
        sums = added((count, *e.dense_shape), at, moved.exp())
        values = moved - rows(sums.log(), at) if log else moved.exp() / rows(sums, at)
    return sparse(e.like(values), "SparseLogSoftmaxBackward0" if log else "SparseSoftmaxBackward0", of)
