"""Operations whose results depend on values, under vmap: torch has no rule for them, and runs them for one sample after the other."""

import functools

from funcgrad.core.trace import Batch
from funcgrad.transforms.boundary import enter

from ..payload import current
from ..tensor import Tensor
from .register import FUNCTIONS


def mapped_by(t):
    """The vmap that maps a Tensor as the innermost of the transforms that it belongs to, or None."""
    if not isinstance(t, Tensor):
        return None
    trace = current(t).owner.under
    return trace if type(trace) is Batch and t.val.mark is not None else None


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


OLDER = "Batching rule not implemented for aten::{}. We could not generate a fallback."


def refuse_mapped(name, *tensors, text=OLDER):
    """RuntimeError where a vmap maps one of the Tensors: torch has no rule for this operation, and runs it for no sample either."""
    if mapped_innermost(tensors) is not None:
        raise RuntimeError(text.format(name))


def mapped_innermost(values):
    traces = [trace for v in values if (trace := mapped_by(v)) is not None]
    return max(traces, key=lambda trace: trace.level, default=None)
