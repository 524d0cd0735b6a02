"""jax.ops: sums, products and extrema of segments."""

from ..core.aval import dtype_of
from .numpy import asarray, full, iinfo, inf


def segments(name, start):
    def f(
        data, segment_ids, num_segments=None, indices_are_sorted=False, unique_indices=False, bucket_size=None, mode=None
    ):  # fmt: skip
        data, ids = asarray(data), asarray(segment_ids)
        n = int(ids.max()) + 1 if num_segments is None else num_segments
        first = start(dtype_of(data))
        rows = full((n, *data.shape[1:]), first, data.dtype).at[ids]
        return getattr(rows, name)(data, mode=mode, wrap_negative_indices=False)

    f.__name__ = f"segment_{name}"
    f.__doc__ = f"The rows of data put together by `{name}`, by the number in segment_ids; ids out of range, negative ones too, are left out."
    return f


segment_sum, segment_prod = segments("add", lambda d: 0), segments("multiply", lambda d: 1)
segment_max = segments("max", lambda d: -inf if d.kind == "f" else iinfo(d).min)
segment_min = segments("min", lambda d: inf if d.kind == "f" else iinfo(d).max)
