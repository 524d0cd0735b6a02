"""Pooling of any rank: maxima, means and p-norms of windows side by side, over the primitives `window_*`."""

import functools

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.tracebacks import drop
from funcgrad.core.written_calls import written_call

from ...functions.kernels import refuse_in
from ...functions.operands import KINDS_OF_INTEGER, dtype_of, in_c_order, like_image, shape_of
from ...functions.out_argument import begin, store
from ...functions.out_rules import check_out
from ...functions.quick_roads import quick
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import half_in, widened
from ...graph import labelled
from ...native import shown_as
from ...payload import current
from .axes import entries, per_axis, strides_of, whole
from .dtypes import dtype_in, refuse_halves

P = PRIMITIVES


def windows_of(shape, window, stride, padding, dilation, ceil_mode, ranked=None):
    """The padding pairs of a pooling over the last axes of a shape: `ceil_mode` pads behind so that a last, partial window
    counts. `ranked()` is asked, in torch's order, before the sizes of the result."""
    k = len(window)
    for s, p, w, d in zip(stride, padding, window, dilation):
        if s == 0:
            raise RuntimeError("stride should not be zero")
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}")
        if p > int((d * (w - 1) + 1) / 2):
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={w} and dilation={d}"
            )
    for what, sizes, letter in (
        ("kernel size", window, "k"),
        ("stride", stride, "d"),
        ("dilation", dilation, "dilation"),
    ):
        if min(sizes) <= 0:
            told = " ".join([f"{letter}{a}: {n}" for a, n in zip("THW"[-k:], sizes)])
            raise RuntimeError(f"{what} should be greater than zero, but got {told}")
    if ranked is not None:
        ranked()
    pairs, counts = [], []
    for n, w, s, p, d in zip(shape[-k:], window, stride, padding, dilation):
        reach = n + 2 * p - d * (w - 1) - 1
        count = reach // s + 1
        if ceil_mode:
            count = -(-reach // s) + 1
            if (count - 1) * s >= n + p:
                count -= 1
        counts.append(count)
        pairs.append((p, max((count - 1) * s + d * (w - 1) + 1 - n - p, p) if ceil_mode else p))
    if min(counts) < 1:
        given, got = ("x".join(map(str, (shape[-k - 1], *sizes))) for sizes in (shape[-k:], counts))
        raise RuntimeError(f"Given input size: ({given}). Calculated output size: ({got}). Output size is too small")
    return tuple(pairs)


def need_bool(x):
    if x is not True and x is not False:
        raise TypeError("a bool is wanted")


def check_rank(shape, k):
    try:
        if len(shape) not in (k + 1, k + 2):
            raise RuntimeError(f"non-empty {k + 1}D or {k + 2}D (batch mode) tensor expected for input")
    except BaseException as error:
        drop(error)
        raise


def need_dimensions(shape, count):
    """IndexError where there are fewer dimensions than that."""
    n = len(shape)
    if not n:
        raise IndexError(f"Dimension specified as -{count} but tensor has no dimensions")
    if n < count:
        raise IndexError(f"Dimension out of range (expected to be in range of [-{n}, {n - 1}], but got -{count})")


def need_images(shape):
    """torch's error for what is no batch of images, or has no channels, height or width."""
    if len(shape) not in (3, 4) or 0 in shape[1:] or len(shape) == 3 and not shape[0]:
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:{list(shape)}"
        )


def need_volumes(shape, name):
    """torch's error for volumes, or batches of them, of which a dimension but that of the batch is empty."""
    if 0 in shape[-4:]:
        raise RuntimeError(
            f"{name}(): Expected input's non-batch dimensions to have positive length, but input has a shape of {list(shape)} and "
            "non-batch dimension 0 has length zero!"  # (as torch says)
        )


def check_line(input, name):
    """avg_pool1d and its kin work on [C, L] and [N, C, L]."""
    if input.dim() not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input.dim()}-dimensional tensor for argument #1 'self' (while checking "
            f"arguments for {name})"
        )


# ------------------------------------------------------------------------------------------------ maxima
def of_maxima(name, shape, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
    """The settings of the primitives for a shape; what is wrong with it, or with the arguments, raises."""
    k = int(name[-2])
    window = entries(kernel_size, k, name, "kernel_size")
    stride = strides_of(stride, window, k, name)
    dilation = entries(dilation, k, name, "dilation")
    padding = entries(padding, k, name, "padding")
    check_rank(shape, k)

    def ranked():
        if k == 2:
            need_images(shape)
        else:
            need_volumes(shape, "max_pool3d_with_indices_out_cpu_template")

    pads = windows_of(shape, window, stride, padding, dilation, ceil_mode, ranked)
    return dict(window=window, strides=stride, padding=pads, base_dilation=(1,) * k, window_dilation=dilation)


def max_pooling(k):
    name = f"max_pool{k}d"

    def max_pool(
        input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False
    ):  # fmt: skip
        placed = True if return_indices else False
        need_bool(ceil_mode)
        x = current(input)
        params = of_maxima(name, shape_of(x), kernel_size, stride, padding, dilation, ceil_mode)
        if dtype_of(x).kind in "bc":
            refuse(name, dtype_of(x))
        label = f"MaxPool{k}DWithIndicesBackward0"
        out = labelled(like_image(P["window_max"](x, **params), x), label, (input,))
        return (out, like_image(P["window_argmax"](x, **params), x)) if placed else out

    max_pool.__name__ = name
    max_pool.__doc__ = f"The maximum of each window over the last {k} axes; its first place takes the gradient."
    return max_pool


def average_pooling(k):
    name = f"avg_pool{k}d"

    def avg_pool(
        input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None, *,
        out=None,
    ):  # fmt: skip
        need_bool(ceil_mode)
        need_bool(count_include_pad)
        x = current(input)
        if out is not None:
            begin(name, out, (input,), {})
        params, count = of_means(
            name, shape_of(x), kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        )
        d = dtype_of(x)
        if out is not None:
            check_out(name, out.owner.dtype(out), d)
        if d.kind in "bc" or d.kind in KINDS_OF_INTEGER and d.name != "int64":
            refuse("avg_pool2d" if k == 2 else "avg_pool3d_out_frame", d)
        if k == 3:
            refuse_halves("avg_pool3d_out_frame", input)
        side_by_side = all([w <= s for w, s in zip(params["window"], params["strides"])])
        half = half_in(x) if side_by_side else None  # (else cotangents are added up in the dtype)
        x = x if half is None else widened(x)
        floats = d.kind == "f" and (
            half is not None or not half_in(x)
        )  # (what half precision rounds has window_sum's rule)
        if floats and type(count) is int:
            mean = P["window_mean"](x, **params, divisors=(count,))
        else:
            total = P["window_mean"](x, **params, divisors=()) if floats else P["window_sum"](x, **params)
            count = np.asarray(count, dtype_of(x))
            mean = P["trunc_divide" if dtype_of(x).kind in KINDS_OF_INTEGER else "div"](total, count)
        mean = mean if half is None else P["cast"](mean, dtype=half)
        got = labelled(
            in_c_order(mean) if k == 3 else like_image(mean, current(input)), f"AvgPool{k}DBackward0", (input,)
        )
        return got if out is None else store(name, out, got, (input,))

    avg_pool.__name__ = name
    avg_pool.__doc__ = f"The mean of each window over the last {k} axes."
    return avg_pool


def of_means(
    name, shape, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):  # fmt: skip
    """(settings of the primitives for a shape, by how much each sum is divided); what is wrong with it, or with the arguments, raises."""
    k = int(name[-2])
    window = entries(kernel_size, k, name, "kernel_size")
    stride = strides_of(stride, window, k, name)
    padding = entries(padding, k, name, "padding")
    if k == 3:
        check_rank(shape, k)
    if divisor_override is not None:
        divisor_override = whole(divisor_override)
        if not divisor_override:
            raise RuntimeError("divisor must be not zero")
    if k == 2:
        need_dimensions(shape, 3)
    sizes = shape[-k:]

    def ranked():
        if k == 2:
            return need_images(shape)
        need_volumes(shape, name)
        if any([n < w for n, w in zip(sizes, window)]):
            raise RuntimeError(
                "input image (T: {} H: {} W: {}) smaller than kernel size (kT: {} kH: {} kW: {})".format(
                    *sizes, *window
                )
            )

    pads = windows_of(shape, window, stride, padding, (1,) * k, ceil_mode, ranked)
    params = dict(window=window, strides=stride, padding=pads, base_dilation=(1,) * k, window_dilation=(1,) * k)
    return params, divisor_override or counts(sizes, window, stride, padding, pads, bool(count_include_pad))


@functools.lru_cache
def counts(sizes, window, stride, padding, pads, include):
    """How many elements each window's mean is over, an int if that is the same for all: padding counts if `include`, what ceil_mode added
    never."""
    out = np.ones((1,) * len(sizes), int)
    for axis, (n, w, s, p, (low, high)) in enumerate(zip(sizes, window, stride, padding, pads)):
        start = np.arange((n + low + high - w) // s + 1) * s - p
        end = np.minimum(start + w, n + p)
        each = end - start if include else np.minimum(end, n) - np.maximum(start, 0)
        out = out * each.reshape([-1 if a == axis else 1 for a in range(len(sizes))])
    return int(out.flat[0]) if out.size and (out == out.flat[0]).all() else out


max_pool2d, max_pool3d = (max_pooling(k) for k in (2, 3))
avg_pool2d, avg_pool3d = (average_pooling(k) for k in (2, 3))


def flat(x, function, name, first=1):
    """A pooling parameter of one axis as that of two, of which the first is the same for all."""
    return None if x is None or isinstance(x, list) and not x else (first, *entries(x, 1, function, name))


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """The maximum of each window over the last axis; its first place takes the gradient."""
    own = "max_pool1d_with_indices" if return_indices else "max_pool1d"
    window = flat(kernel_size, own, "kernel_size")
    stride = flat(stride, own, "stride")
    padding = flat(padding, own, "padding", 0)
    dilation = flat(dilation, own, "dilation")
    if return_indices:
        check_line(input, "max_pool1d")
    else:
        check_plain_line(
            input, window[1], window[1] if stride is None else stride[1], padding[1], dilation[1], ceil_mode
        )
        if dtype_in(input).kind != "f":
            refuse("max_pool1d_impl", dtype_in(input))
    stride = window if stride is None else stride
    out = max_pool2d(input.unsqueeze(-2), window, stride, padding, dilation, ceil_mode, return_indices)
    return tuple([o.squeeze(-2) for o in out]) if return_indices else out.squeeze(-2)


def check_plain_line(input, window, stride, padding, dilation, ceil_mode):
    """What torch says of max_pool1d where no indices are wanted."""
    if input.dim() not in (2, 3) or 0 in input.shape[-2:]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:"
            f"{list(input.shape)}"
        )
    for name, n in (("kernel_size", window), ("stride", stride), ("dilation", dilation)):
        if n <= 0:
            raise RuntimeError(f"max_pool1d() {name} must be greater than zero, but got {n}")
    if padding < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {padding}")
    if 2 * padding > window:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={padding} and kernel_size={window}"
        )
    length = input.shape[-1]
    size = (length + 2 * padding - dilation * (window - 1) - 1 + (stride - 1) * bool(ceil_mode)) // stride + 1
    if ceil_mode and (size - 1) * stride >= length + padding:  # (the last window begins inside)
        size -= 1
    if size <= 0:
        raise RuntimeError(f"max_pool1d() Invalid computed output size: {size}")


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """The mean of each window over the last axis."""
    check_line(input, "avg_pool1d")
    window = flat(kernel_size, "avg_pool1d", "kernel_size")
    stride = flat(stride, "avg_pool1d", "stride")
    padding = flat(padding, "avg_pool1d", "padding", 0)
    stride = window if stride is None else stride
    out = avg_pool2d(input.unsqueeze(-2), window, stride, padding, ceil_mode, count_include_pad)
    return out.squeeze(-2)


def with_indices(f):
    """A maximum pooling that always returns its indices."""

    @shown_as(f)
    def pooled(*args, return_indices=True, **kwargs):
        return f(*args[:6], return_indices=True, **kwargs)  # (return_indices may be the seventh: it changes nothing)

    pooled.__name__, pooled.__doc__ = (
        f"{f.__name__}_with_indices",
        (f.__doc__ or "")[:-1] + "; and the indices of the places.",
    )
    return pooled


max_pool1d_with_indices, max_pool2d_with_indices = with_indices(max_pool1d), with_indices(max_pool2d)
max_pool3d_with_indices = with_indices(max_pool3d)


# ------------------------------------------------------------------------------------------------ p-norms
def lp_pooling(k, maximum, mean):
    def lp_pool(input, norm_type, kernel_size, stride=None, ceil_mode=False):
        if isinstance(norm_type, (int, float)):
            if norm_type == float("inf"):
                return maximum(input.abs(), kernel_size, stride, 0, 1, ceil_mode)
            if norm_type == -float("inf"):
                return -maximum(-input.abs(), kernel_size, stride, 0, 1, ceil_mode)
        taps = [*kernel_size] if k > 1 and hasattr(type(kernel_size), "__iter__") else [kernel_size] * k
        if len(taps) < k:
            raise ValueError(f"not enough values to unpack (expected {k}, got {len(taps)})")
        if len(taps) > k:
            raise ValueError(f"too many values to unpack (expected {k})")
        out = globals()[mean](input.pow(norm_type), kernel_size, stride, 0, ceil_mode)  # (which refuses dtypes)
        count = kernel_size if k == 1 else int(np.prod(per_axis(kernel_size, k)))
        return (T["sign"](out) * T["relu"](out.abs())).mul(count).pow(1.0 / norm_type)

    lp_pool.__name__ = f"lp_pool{k}d"
    lp_pool.__doc__ = (
        f"The sum of the norm_type-th powers of each window over the last {k} axes, to the power 1 / norm_type."
    )
    return lp_pool


lp_pool1d, lp_pool2d = lp_pooling(1, max_pool1d, "avg_pool1d"), lp_pooling(2, max_pool2d, "avg_pool2d")
lp_pool3d = lp_pooling(3, max_pool3d, "avg_pool3d")


# ------------------------------------------------------------------------------------------------ the commonest arguments
refuse_in(globals())
SIZE = (
    "({0} is NONE or type({0}) is int or type({0}) is tuple and len({0}) == 2 and type({0}[0]) is type({0}[1]) is int)"
)


@functools.lru_cache
def known_maxima(shape, *given):
    """of_maxima(), without what was not given (which is None)."""
    named = zip(("kernel_size", "stride", "padding", "dilation", "ceil_mode"), given, strict=True)
    try:
        return of_maxima("max_pool2d", shape, **{n: a for n, a in named if a is not None})
    except RuntimeError as error:  # (what does not fit here, the slow road says)
        raise ValueError from error


max_pool2d = quick(
    written_call,
    max_pool2d,
    "window_max",
    ("kernel_size", "stride", "padding", "dilation", "ceil_mode", "return_indices"),
    " and ".join([SIZE.format(n) for n in ("kernel_size", "stride", "padding", "dilation")])
    + " and (ceil_mode is NONE or type(ceil_mode) is bool) and (return_indices is NONE or return_indices is False)",
    (
        "params = known(v.shape, *[None if a is NONE else a for a in (kernel_size, stride, padding, dilation, ceil_mode)])",
        "out = impl(v, **params)",
    ),
    ("MaxPool2DWithIndicesBackward0",),
    known=known_maxima,
)


@functools.lru_cache
def known_means(shape, *given):
    """of_means(), without what was not given, where every mean is over as many elements."""
    named = zip(("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"), given, strict=True)
    try:
        params, count = of_means("avg_pool2d", shape, **{n: a for n, a in named if a is not None})
    except RuntimeError as error:
        raise ValueError from error
    if type(count) is not int:
        raise ValueError
    return {**params, "divisors": (count,)}


FLAG = "({0} is NONE or type({0}) is bool)"
avg_pool2d = quick(
    written_call,
    avg_pool2d,
    "window_mean",
    ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad"),
    " and ".join(
        [SIZE.format(n) for n in ("kernel_size", "stride", "padding")]
        + [FLAG.format(n) for n in ("ceil_mode", "count_include_pad")]
    ),
    (
        "given = [None if a is NONE else a for a in (kernel_size, stride, padding, ceil_mode, count_include_pad)]",
        "params = known(v.shape, *given)",
        "out = impl(v, **params)",
    ),
    ("AvgPool2DBackward0",),
    known=known_means,
)
