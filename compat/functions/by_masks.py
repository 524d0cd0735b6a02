"""Elements by a mask: nonzero, argwhere, masked_select, masked_scatter.

Invariant: elements are taken and written in the order of their places, whatever the order of memory.
"""

import math

import numpy as np

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from ..payload import current
from .mapped_by_loop import by_samples, refuse_mapped
from .operands import INT64, P, broadcast_shapes, broadcast_to, cast, dtype_of, new, shape_of
from .out_argument import store
from .register import FUNCTIONS, operation, twin
from .writing import spoken


def positions(mask, what):
    """The indices at which a mask or any Tensor is not zero."""
    return np.nonzero(np.asarray(concrete(current(mask), what)))


@operation()
def nonzero(input, *, as_tuple=False, out=None):
    """The indices of the elements that are not zero: one a row, or, as_tuple, one Tensor a dimension."""
    if out is not None:
        if as_tuple:
            raise RuntimeError("nonzero does not support the out kwarg when as_tuple is True")
        return store("nonzero", out, nonzero(input), (input,))
    if as_tuple:
        refuse_mapped("nonzero_numpy", input)
    v = np.asarray(concrete(current(input), "nonzero"))
    found = (v.reshape(1) if v.ndim == 0 else v).nonzero()
    if as_tuple:
        return new(np.stack(found)).unbind(0)
    return noted(
        new(np.ndarray((len(found[0]), v.ndim), found[0].dtype, np.array(found), 0, (8, 8 * len(found[0]))))
    )  # (torch's columns lie together)


@operation()
@by_samples
def argwhere(input):
    """The indices of the elements that are not zero, one a row."""
    return nonzero(input)


@operation("MaskedSelectBackward0")
def masked_select(input, mask):
    """The elements where a mask holds, in order."""
    t, m = current(input), current(mask)
    if dtype_of(m).kind != "b":
        raise RuntimeError("masked_select: expected BoolTensor for mask")
    shape = broadcast_shapes(shape_of(m), shape_of(t))
    t, m = broadcast_to(t, shape), broadcast_to(m, shape)
    if not shape:
        t, m = P["reshape"](t, shape=(1,)), P["reshape"](m, shape=(1,))
    return P["gather"](t, *positions(m, "masked_select"))


@operation("MaskedScatterBackward0")
def masked_scatter(input, mask, source):
    """The input with the elements where a mask holds replaced by those of source, in order."""
    t, m = current(input), current(mask)
    if dtype_of(current(source)) != dtype_of(t):
        a, b = spoken(dtype_of(t)), spoken(dtype_of(current(source)))
        raise RuntimeError(f"masked_scatter: expected self and source to have same dtypes but got{a} and {b}")
    shape = broadcast_shapes(shape_of(m), shape_of(t))
    if dtype_of(m).kind != "b":
        raise RuntimeError(
            f"masked_scatter_ only supports boolean masks, but got mask with dtype {spoken(dtype_of(m))}"
        )
    if m.owner is not TAPE:
        return masked_in_order(t, m, source, shape)
    found = positions(broadcast_to(m, shape), "masked_scatter")
    count = len(found[0])
    if source.numel() < count:
        raise RuntimeError("Number of elements of source < number of ones in mask")
    flat = P["reshape"](current(source), shape=(source.numel(),))
    values = P["getitem"](flat, idx=(slice(count),))
    return P["scatter_set"](broadcast_to(t, shape), cast(values, dtype_of(t)), *found)


def masked_in_order(t, m, source, shape):
    """masked_scatter of a mask that is not known: the running count of the mask says which element of source comes."""
    m = broadcast_to(m, shape)
    flat = P["reshape"](m, shape=(math.prod(shape),))
    number = P["sub"](P["cumsum"](cast(flat, INT64), axis=0, reverse=False), 1)
    number = P["clamp"](number, 0, source.numel() - 1, kink="torch")
    values = FUNCTIONS["take"](source, P["reshape"](number, shape=shape))
    return P["where"](m, cast(current(values), dtype_of(t)), broadcast_to(t, shape))


def into(self, mask, source):
    if source.dtype == self.dtype:
        mask.expand(self.shape)  # (which refuses a mask that is larger)
    return masked_scatter(self, mask, source)


twin("masked_scatter", "MaskedScatterBackward0", into)
