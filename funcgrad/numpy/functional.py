"""NumPy's functions that call a function of the user's: apply_along_axis, apply_over_axes, vectorize."""

import functools

import numpy as np

from ..core.aval import shape_of
from ..core.primitive import PRIMITIVES
from .arguments import as_array, axis_of, holds_handle
from .protocol import implements, no_rule

P = PRIMITIVES


@implements(np.apply_along_axis)
def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    arr = as_array(arr)
    axis = axis_of(axis, len(arr.shape))
    rows = np.moveaxis(arr, axis, -1)
    lead = rows.shape[:-1]
    if not all(lead):
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [as_array(func1d(rows[at], *args, **kwargs)) for at in np.ndindex(*lead)]
    shape = shape_of(results[0])
    out = np.reshape(np.stack(results), lead + shape)
    k = len(lead)
    return np.transpose(out, (*range(axis), *range(k, k + len(shape)), *range(axis, k)))


@implements(np.apply_over_axes)
def apply_over_axes(func, a, axes):
    out = as_array(a)
    n = len(out.shape)
    for d in np.atleast_1d(axes).tolist():
        d = axis_of(d, n)
        got = as_array(func(out, d))
        out = got if len(got.shape) == n else np.expand_dims(got, d)
        if len(out.shape) != n:
            raise ValueError("function is not returning an array of the correct shape")
    return out


class vectorize(np.vectorize):
    """NumPy's vectorize; on traced arrays a Python loop over the elements (fg.vmap does the same at once)."""

    def __call__(self, *args, **kwargs):
        if not holds_handle([*args, *kwargs.values()]):
            return super().__call__(*args, **kwargs)
        if self.signature is not None or self.excluded:
            return no_rule("numpy.vectorize with signature= or excluded=")
        names = [None] * len(args) + list(kwargs)
        arrays = np.broadcast_arrays(*[as_array(a) for a in (*args, *kwargs.values())])
        if len(arrays) == 1:
            arrays = (as_array(arrays[0]),)
        shape = shape_of(arrays[0])
        results = []
        for at in np.ndindex(*shape):
            values = [a[at] for a in arrays]
            named = {k: v for k, v in zip(names, values, strict=True) if k is not None}
            results.append(self.pyfunc(*[v for k, v in zip(names, values, strict=True) if k is None], **named))
        if not results:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        if isinstance(results[0], tuple):
            return tuple(joined(column, shape) for column in zip(*results, strict=True))
        return joined(results, shape)


def joined(values, shape):
    values = np.stack([as_array(v) for v in values]) if holds_handle(list(values)) else values
    return np.reshape(values, shape)


functools.update_wrapper(vectorize, np.vectorize, updated=())
