"""Functions that transforms have no rule for: vmap runs an operation for one sample after the other, as torch does where results depend on
values; a function of NumPy arrays, the shapes of whose results are known before the values are, goes one way in eager code, vmap and jit.

Invariant: such a function is called with arrays, now if they are known, else for each sample or in each run of the graph. What it
gives has no derivative, and it writes into none of its arguments.
"""

import functools

import numpy as np

from funcgrad.core.aval import Aval
from funcgrad.core.handle import Array
from funcgrad.core.primitive import helpers
from funcgrad.core.trace import TAPE, Batch
from funcgrad.transforms.boundary import enter

from ..payload import current
from ..tensor import Tensor
from .levels import concrete_or_none, mapped_innermost, mapping_of
from .operands import in_c_order, new
from .register import FUNCTIONS


def by_samples(f):
    """f, run for each sample of what a vmap maps: the results, which have to be of one size, are stacked."""

    @functools.wraps(f)
    def each(*args, **kwargs):
        trace = mapped_innermost((*args, *kwargs.values()))
        if trace is None:
            return f(*args, **kwargs)

        def of_sample(a, i):
            if not isinstance(a, Tensor) or current(a).owner.under is not trace:
                return a
            return a.val.val if a.val.mark is None else a.val.val.select(a.val.mark, i)

        outs = [
            each(*[of_sample(a, i) for a in args], **{k: of_sample(a, i) for k, a in kwargs.items()})
            for i in range(trace.size)
        ]
        return enter(trace, FUNCTIONS["stack"](outs), 0)

    return each


def through_maps(f, t, axis):
    """f(t, axis), which gives integers of a Tensor over memory, of one that is mapped or followed: of all samples at once, the axis where
    it is of them all."""
    v = t.val
    if t.owner is TAPE or type(v) is not Array or not isinstance(v.val, Tensor):
        return f(t, axis)
    mapping = type(v.owner) is Batch
    if not mapping and not v.owner.concrete:
        return f(t, axis)
    d = v.mark if mapping else None
    if d is None:
        return through_maps(f, current(v.val), axis)
    return enter(v.owner, through_maps(f, helpers["front"](current(v.val), d), axis + 1), 0)


def stacked(t):
    """A result of what torch maps sample by sample, for want of a rule: those of the samples stand one after another."""
    return t if mapping_of(t) is None else in_c_order(t)


OLDER = "Batching rule not implemented for aten::{}. We could not generate a fallback."


def refuse_mapped(name, *tensors, text=OLDER):
    """RuntimeError where a vmap maps one of the Tensors: torch has no rule for this operation, and runs it for no sample either."""
    if mapped_innermost(tensors) is not None:
        raise RuntimeError(text.format(name))


def on_values(f, results, *tensors):
    """The arrays f(*arrays) as Tensors; `results`: the shape and dtype of each."""
    ts = [current(t.detach()) for t in tensors]
    arrays = [concrete_or_none(t) for t in ts]
    if all([a is not None for a in arrays]):
        return tuple([new(a) for a in f(*arrays)])
    from funcgrad.callbacks import pure_callback_p

    shapes = tuple([Aval(tuple(shape), np.dtype(d)) for shape, d in results])

    def called(xs, _):
        return f(*[np.asarray(x) for x in xs])

    return tuple(pure_callback_p(*ts, callback=called, shapes=shapes, method="sequential"))
