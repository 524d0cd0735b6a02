"""In which order of memory the results of elementwise operations on Tensors lie: torch's, by the strides of their operands.

Invariant: a Tensor over NumPy memory that is not in C order has an alias: a view's, or LAID where it is no view. So an operation on Tensors in C
order, which have none, looks at nothing; the others ask `astray`. (What reaches a Tensor by a road that does not note it has NumPy's order.)
"""

import functools
import itertools

import numpy as np

from .aval import ndarray
from .handle import Alias, Frozen, Handle, fresh
from .strides import order_of


class Laid:
    """The alias of a Tensor that is no view and does not lie in C order."""

    __slots__ = ()
    store = None


LAID = Laid()


def astray(h):
    """A handle with an alias brought up to date: its alias if it is a snapshot, LAID if the order of its elements in NumPy memory may decide
    in which order a result lies; None of most."""
    alias = h.alias
    if type(alias) is not Alias:
        fresh(h)
        if type(alias) is Frozen:
            return alias
    elif (
        alias.base.val is not alias.val
        or alias.base.mark is not alias.mark
        or alias.mark is not None
        and alias.version != alias.store.version
    ):
        fresh(h)
    v = h.val
    if type(v) is ndarray:
        steps = v.strides
        n = len(steps)
        if n > 1 and (steps[0] <= steps[1] if n == 2 else rising(steps)) and not v.flags.c_contiguous:
            return LAID
    return None


def rising(steps):
    """Is a step in memory as large as that of an axis further out? (Else the elements lie in C order, perhaps with gaps.)"""
    return any([a <= b for a, b in itertools.pairwise(steps)])


def noted(h):
    """A Tensor over memory that may not lie in C order, which its alias says from now on."""
    if h.alias is None:
        v = h.val
        if type(v) is ndarray and not v.flags.c_contiguous and rising(v.strides):
            h.alias = LAID
    return h


def as_torch(out, *operands):
    """A new array in the order in which torch lays out the result of an elementwise operation on these: that of the strides of the first,
    then of the next where it does not say. (NumPy prefers C order where two differ.)"""
    if out.ndim < 2:
        return out
    given = []
    for a in operands:
        if type(a) is ndarray:
            given += (a.shape, a.strides)
    like = arrangement(out.shape, out.strides, out.itemsize, *given)
    if like is None:
        return out
    memory = np.ndarray(out.shape, out.dtype, strides=like)
    memory[...] = out
    return memory


@functools.lru_cache(1024)
def arrangement(shape, strides, itemsize, *operands):
    """The strides that the result of these operands (the shape and strides of each) has in torch; None if it has them already."""
    wanted = strides_for(shape, itemsize, operands)
    return wanted if any([n > 1 and a != b for n, a, b in zip(shape, wanted, strides, strict=True)]) else None


def strides_for(shape, itemsize, operands):
    """The strides that torch gives a result of operands, of which the shapes and strides are told in turn."""
    order = order_of(shape, *map(functools.partial(stretched, shape), operands[::2], operands[1::2]))
    wanted, step = [0] * len(shape), itemsize
    for d in reversed(order):
        wanted[d] = step
        step *= shape[d]
    return tuple(wanted)


def stretched(shape, own, strides):
    """The strides of an operand that is broadcast to a shape."""
    missing = len(shape) - len(own)
    return (0,) * missing + tuple([0 if k != n else s for n, k, s in zip(shape[missing:], own, strides, strict=True)])


def relaid(h, tape, *operands):
    """The result of an operation on Tensors of a tape, written out for NumPy's order, in torch's."""
    if isinstance(h, Handle) and h.owner is tape:
        h.val = as_torch(h.val, *[o.val for o in operands if isinstance(o, Handle)])
        noted(h)
    return h


__all__ = ["LAID", "as_torch", "astray", "noted", "relaid", "rising", "strides_for"]
