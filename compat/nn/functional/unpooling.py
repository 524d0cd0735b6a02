"""max_unpool in every rank: maxima back where they came from.

Invariant: sizes are worked out by the comparisons that torch's Python makes, on the arguments as they are given, so that what they
say of wrong ones is torch's; what its kernels look at comes behind that, in their order.
"""

import operator

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE

from ...formats import suggested
from ...functions.each_call import need_places
from ...functions.kernels import refuse_in
from ...functions.levels import concrete_or_none
from ...functions.operands import KINDS_OF_INTEGER, dtype_of, in_format
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS
from ...functions.writing import spoken
from ...graph import labelled
from ...payload import current
from ...tensor import Tensor

P = PRIMITIVES
COUNT = {2: "two elements (height, width)", 3: "three elements (depth, height, width)"}


def each(x, n):
    """x for each of n axes, if it is not many already."""
    return tuple(x) if hasattr(type(x), "__iter__") else (x,) * n


def sizes_of(input, window, stride, padding, output_size):
    """The sizes that an unpooling ends with, as they are given; ValueError for those that no pooling would have shrunk so."""
    shape, k = input.size(), len(window)
    default = [(shape[d - k] - 1) * stride[d] + window[d] - 2 * padding[d] for d in range(k)]
    if output_size is None:
        return not_negative(default, k)
    if len(output_size) == k + 2:
        output_size = output_size[2:]
    if len(output_size) != k:
        raise ValueError(
            f"output_size should be a sequence containing {k} or {k + 2} elements, but it has a length of "
            f"'{len(output_size)}'"
        )
    for d, (n, s) in enumerate(zip(default, stride)):
        low, high = n - s, n + s
        if not low < output_size[d] < high:
            raise ValueError(f'invalid output_size "{output_size}" (dim {d} must be between {low} and {high})')
    return not_negative(output_size, k)


def not_negative(sizes, k):
    for d in range(k):
        fine = sizes[d] >= 0
        if isinstance(fine, Tensor):
            raise TypeError(
                "cond must be a bool, but got a Tensor. For tensor conditions, use torch._check_tensor_all() to assert that all "
                "elements are true."
            )
        if not fine:
            raise ValueError(
                f"max_unpooling: output_size must contain non-negative spatial dimensions, but got output_size[{d}]={sizes[d]}"
            )
    return sizes


def whole(k, input, indices, sizes, *more):
    """`sizes` and the other lists of ints as ints; TypeError in the words of torch's parser."""
    lists = sizes, *more
    if type(indices) is not Tensor or any([type(n) is not int for numbers in lists for n in numbers]):
        from ..._calls import refusal

        refused = refusal(f"max_unpool{k}d", False, (input, indices, *lists), {})
        if refused is not None:
            raise refused
    return [tuple([operator.index(n) for n in numbers]) for numbers in lists]


def check(k, input, indices, sizes, stride=(), padding=()):
    """The errors of torch's kernel over two or three axes, in its order."""
    if indices.dtype.name != "int64":
        kind = spoken(dtype_of(current(indices))) if k == 2 else indices.type()
        raise RuntimeError(f"elements in indices should be type int64 but got: {kind}")
    ranked = input.dim() in (k + 1, k + 2)
    rank = f"Input to max_unpooling{k}d should be a {k + 1}d or {k + 2}d Tensor, but got a tensor with {input.dim()} dimensions."
    if k == 3 and not ranked:
        raise RuntimeError(rank)
    for given, what, end in (
        (sizes, "output_size, but got", " elements."),
        (stride, "stride, but got:", ""),
        (padding, "padding, but got:", ""),
    ):
        if len(given) not in (k, 0):
            raise RuntimeError(f"There should be exactly {COUNT[k]} in {what} {len(given)}{end}")
    if not ranked:
        raise RuntimeError(rank)
    if indices.shape != input.shape:
        raise RuntimeError(
            f"Expected shape of indices to be same as that of the input tensor ({list(input.shape)}) but got indices "
            f"tensor with shape: {list(indices.shape)}"
        )
    name = "max_unpooling2d_forward_out_cpu()" if k == 2 else "max_unpooling3d_forward_out_cpu()"
    for axis, n in enumerate(input.shape):
        if axis and not n:
            raise RuntimeError(
                f"{name}: Expected input to have non-zero size for non-batch dimensions, but got {list(input.shape)} with dimension "
                f"{axis} being empty."
            )
    if k == 3 and min(stride) <= 0:
        raise RuntimeError(f"strides should be greater than zero, but got stride: {list(stride)}")


def scattered(k, input, indices, sizes):
    """The kernel of torch: `input` in zeros of these sizes; its errors of dtypes and of places."""
    if 0 in sizes:
        return input.flatten(-k)[..., :0].reshape((*input.shape[:-k], *sizes))
    x, at = current(input), current(indices)
    if 0 not in input.shape:
        if dtype_of(x).kind in KINDS_OF_INTEGER or dtype_of(x).kind == "c":
            refuse(f"max_unpool{k}d{'_channels_last' if k == 2 and suggestion(x) else ''}", dtype_of(x))
        values = concrete_or_none(at)
        if values is None and input.device.type == "meta":
            return P["window_scatter"](x, at, sizes=sizes, distinct=False)
        if values is None:
            need_places(at, np.prod(sizes))
        else:
            bad = (values < 0) | (values >= np.prod(sizes))
            if bad.any():
                raise RuntimeError(
                    f"Found an invalid max index: {values[bad].flat[-1]} (output volumes are of size "
                    f"{'x'.join(map(str, sizes))})"
                )
    out = P["window_scatter"](written_last(k, x, at, int(np.prod(sizes))), at, sizes=sizes, distinct=False)
    return in_format(out, wanted) if k == 2 and (wanted := suggestion(x)) is not None else out


def suggestion(t):
    """The format in which torch's kernel writes, by the strides of an image over memory."""
    return suggested(t.val) if t.owner is TAPE else None


def written_last(k, x, at, n):
    """x, but x - x where another element goes to the same of n places later: torch writes one over the other, and gives each of them the
    gradient of the place."""
    if 0 in x.shape:
        return x
    places = at.flatten(-k)
    order = FUNCTIONS["arange"](places.shape[-1]).expand(places.shape)
    last = FUNCTIONS["zeros"](*places.shape[:-1], n, dtype=order.dtype).scatter(-1, places, order).gather(-1, places)
    stays = last.eq(order).reshape(at.shape)
    values = concrete_or_none(current(stays))
    if values is not None and values.all():
        return x
    return P["where"](current(stays), x, P["sub"](x, P["stop"](x)))


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """The maxima of max_pool1d where they came from, zeros elsewhere."""
    window = each(kernel_size, 1)
    stride = window if stride is None else each(stride, 1)
    sizes = sizes_of(input, window, stride, each(padding, 1), output_size)
    sizes = sizes + ([1] if isinstance(sizes, list) else (1,))
    x, at = input.unsqueeze(-1), indices.unsqueeze(-1)
    (sizes,) = whole(2, x, at, sizes)
    check(2, x, at, sizes)
    return labelled(scattered(2, x, at, sizes), "MaxUnpool2DBackward0", (x,)).squeeze(-1)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """The maxima of max_pool2d where they came from, zeros elsewhere."""
    window = each(kernel_size, 2)
    stride = window if stride is None else each(stride, 2)
    sizes = sizes_of(input, window, stride, each(padding, 2), output_size)
    (sizes,) = whole(2, input, indices, sizes)
    check(2, input, indices, sizes)
    return labelled(scattered(2, input, indices, sizes), "MaxUnpool2DBackward0", (input,))


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """The maxima of max_pool3d where they came from, zeros elsewhere."""
    window = each(kernel_size, 3)
    stride = window if stride is None else each(stride, 3)
    padding = each(padding, 3)
    sizes = sizes_of(input, window, stride, padding, output_size)
    sizes, stride, padding = whole(3, input, indices, sizes, stride, padding)
    check(3, input, indices, sizes, stride, padding)
    return labelled(scattered(3, input, indices, sizes), "MaxUnpool3DBackward0", (input,))


refuse_in(globals())
