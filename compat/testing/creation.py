"""make_tensor: random Tensors for tests, the same figures as torch's."""

import math

from funcgrad.core.site import warn

from .. import dtypes
from ..functions.register import FUNCTIONS as T


def bounds(low, high, dtype, lowest, highest, defaults):
    """The interval to draw from; ValueError if it is empty, NaN or out of the dtype's range."""
    low = defaults[0] if low is None else low
    high = defaults[1] if high is None else high
    if any(isinstance(v, float) and math.isnan(v) for v in (low, high)):
        raise ValueError(f"`low` and `high` cannot be NaN, but got {low=} and {high=}")
    if low == high and dtype.numpy.kind in "fc":
        warn(
            "Passing `low==high` to `torch.testing.make_tensor` for floating or complex types is deprecated since 2.1 and will be "
            "removed in 2.3. Use `torch.full(...)` instead.",
            FutureWarning,
        )
    elif low >= high:
        raise ValueError(f"`low` must be less than `high`, but got {low} >= {high}")
    elif high < lowest or low >= highest:
        raise ValueError(
            f"The value interval specified by `low` and `high` is [{low}, {high}), but {dtype} only supports [{lowest}, {highest})"
        )
    low, high = [min(max(v, lowest), highest) for v in (low, high)]
    return (low, high) if dtype.numpy.kind in "fc" else (math.ceil(low), math.ceil(high))


def make_tensor(
    *shape,
    dtype,
    device,
    low=None,
    high=None,
    requires_grad=False,
    noncontiguous=False,
    exclude_zero=False,
    memory_format=None,
):
    """A Tensor of random numbers in [low, high): by default -9 to 9, integers 0 to 9 or -9 to 9, bools both.

    >>> import compat as torch
    >>> torch.testing.make_tensor(2, 3, dtype=torch.float32, device="cpu").shape
    torch.Size([2, 3])
    """
    if len(shape) == 1 and isinstance(shape[0], (tuple, list)):
        shape = shape[0]
    shape = tuple(shape)
    if noncontiguous and memory_format is not None:
        raise ValueError(
            "The parameters `noncontiguous` and `memory_format` are mutually exclusive, but got "
            f"{noncontiguous=} and {memory_format=}"
        )
    floating = isinstance(dtype, dtypes.dtype) and dtype.numpy.kind in "fc"
    if not isinstance(dtype, dtypes.dtype):
        raise TypeError(
            f"The requested dtype '{dtype}' is not supported by torch.testing.make_tensor(). To request support, file an issue at: "
            "https://github.com/pytorch/pytorch/issues"
        )
    if requires_grad and not floating:
        raise ValueError(f"`requires_grad=True` is not supported for boolean and integral dtypes, but got {dtype=}")
    noncontiguous = noncontiguous and math.prod(shape) > 1
    if noncontiguous:
        shape = (*shape[:-1], 2 * shape[-1])
    if floating:
        range_ = T["finfo"](dtype)
        low, high = bounds(low, high, dtype, range_.min, range_.max, (-9, 9))
        result = T["empty"](shape, dtype=dtype, device=device)
        drawn_uniformly(T["view_as_real"](result) if dtype.is_complex else result, low, high)
    else:
        flag = dtype.name == "bool"
        range_ = None if flag else T["iinfo"](dtype)
        top = 2 if flag else range_.max + (dtype.name != "int64")
        low, high = bounds(low, high, dtype, 0 if flag else range_.min, top, (0, 2) if flag else (-9, 10))
        result = T["randint"](low, high, shape, device=device, dtype=dtype)
    if noncontiguous:
        result = result[..., 1::2]
    elif memory_format is not None:
        result = result.clone(memory_format=memory_format)
    if exclude_zero:
        result[result == 0] = T["finfo"](dtype).tiny if floating else 1
    result.requires_grad = requires_grad
    return result


def drawn_uniformly(t, low, high):
    """Fill with numbers from [low, high); a range that overflows is drawn at half the size, as torch does."""
    if high - low < T["finfo"](t.dtype).max:
        t.uniform_(low, high)
    else:
        t.uniform_(low / 2, high / 2).mul_(2)
