"""The same elements in other places: pixel_shuffle and back, channel_shuffle, windows unfolded and folded."""

from math import prod

from funcgrad.core.primitive import PRIMITIVES

from ...functions.kernels import refuse_in
from ...functions.operands import apart, dtype_of, like_image, shape_of
from ...functions.refusals import refuse
from ...graph import labelled
from ...payload import current
from .axes import per_axis

P = PRIMITIVES


def pixel_shuffle(input, upscale_factor):
    """[*, C * r * r, H, W] -> [*, C, H * r, W * r]."""
    x, r = current(input), upscale_factor
    shape = shape_of(x)
    check_image(shape, "pixel_shuffle")
    if r <= 0:
        raise RuntimeError(f"pixel_shuffle expects a positive upscale_factor, but got {r}")
    *lead, c, h, w = shape
    if c % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but "
            f"input.size(-3)={c} is not divisible by {r * r}"
        )
    k = len(lead)
    x = P["reshape"](x, shape=(*lead, c // (r * r), r, r, h, w))
    x = P["transpose"](x, perm=(*range(k), k, k + 3, k + 1, k + 4, k + 2))
    out = P["reshape"](x, shape=(*lead, c // (r * r), h * r, w * r))
    out = like_image(apart(out, current(input)), current(input), back=None)
    return labelled(out, "PixelShuffleBackward0", (input,))


def pixel_unshuffle(input, downscale_factor):
    """[*, C, H * r, W * r] -> [*, C * r * r, H, W]."""
    x, r = current(input), downscale_factor
    shape = shape_of(x)
    check_image(shape, "pixel_unshuffle")
    if r <= 0:
        raise RuntimeError(f"pixel_unshuffle expects a positive downscale_factor, but got {r}")
    *lead, c, h, w = shape
    for n, what, at in ((h, "height", -2), (w, "width", -1)):
        if n % r:
            raise RuntimeError(
                f"pixel_unshuffle expects {what} to be divisible by downscale_factor, but input.size({at})={n} is not "
                f"divisible by {r}"
            )
    if 0 in shape:
        return labelled(P["copy"](x, x), "PixelUnshuffleBackward0", (input,))
    k = len(lead)
    x = P["reshape"](x, shape=(*lead, c, h // r, r, w // r, r))
    x = P["transpose"](x, perm=(*range(k), k, k + 2, k + 4, k + 1, k + 3))
    out = P["reshape"](x, shape=(*lead, c * r * r, h // r, w // r))
    out = like_image(apart(out, current(input)), current(input), back=None)
    return labelled(out, "PixelUnshuffleBackward0", (input,))


def check_image(shape, name):
    if len(shape) < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {len(shape)} dimension(s)"
        )


def channel_shuffle(input, groups):
    """Channels [N, C, *] dealt out: the first of each of the groups, then the second of each, ..."""
    x = current(input)
    shape = shape_of(x)
    if len(shape) <= 2:
        raise RuntimeError(f"channel_shuffle expects input with > 2 dims, but got input with sizes {list(shape)}")
    if groups <= 0:
        raise RuntimeError(f"Number of groups to divide channels in must be positive. Value of groups:{groups}")
    n, c, *sizes = shape
    if c % groups:
        raise RuntimeError(f"Number of channels must be divisible by groups. Got {c} channels and {groups} groups.")
    out = P["reshape"](x, shape=(n, groups, c // groups, *sizes))
    out = P["transpose"](out, perm=(0, 2, 1, *range(3, len(sizes) + 3)))
    out = apart(P["reshape"](out, shape=shape), x)
    return labelled(like_image(out, x, back=None), "ChannelShuffleBackward0", (input,))


native_channel_shuffle = channel_shuffle


# ------------------------------------------------------------------------------------------------ windows
def of_two(x, name):
    """One entry for each of two axes."""
    if isinstance(x, (tuple, list)) and len(x) != 2:
        raise RuntimeError(f"It is expected {name} equals to 2, but got size {len(x)}")
    return per_axis(x, 2)


def window_params(kernel_size, dilation, padding, stride):
    """The params of the primitives unfold and fold."""
    given = {"kernel_size": kernel_size, "dilation": dilation, "padding": padding, "stride": stride}
    window, dilation, padding, stride = (of_two(v, name) for name, v in given.items())
    for what, name, sizes, least in (
        ("kernel size", "kernel", window, 1), ("dilation", "dilation", dilation, 1), ("padding", "pad", padding, 0),
        ("stride", "stride", stride, 1),
    ):  # fmt: skip
        if min(sizes) < least:
            wanted = "greater than zero" if least else "non-negative"
            raise RuntimeError(f"{what} should be {wanted}, but got {name}_height: {sizes[0]} {name}_width: {sizes[1]}")
    pads = tuple([(p, p) for p in padding])
    return dict(window=window, strides=stride, padding=pads, base_dilation=(1, 1), window_dilation=dilation)


def block_counts(sizes, params):
    """How many windows there are along each axis."""
    rows = zip(sizes, params["window"], params["strides"], params["padding"], params["window_dilation"])
    return tuple([(n + 2 * p - d * (w - 1) - 1) // s + 1 for n, w, s, (p, _), d in rows])


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of images as columns: [N, C, H, W] -> [N, C * window, windows]."""
    alone = input.dim() == 3
    input.size(1), input.size(2)  # (an image has both: torch asks for them before it counts the dimensions)
    if not alone and input.dim() != 4 or 0 in input.shape[-3:]:
        raise RuntimeError(
            "Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but "
            f"got: {list(input.shape)}"
        )
    params = window_params(kernel_size, dilation, padding, stride)
    counts = block_counts(tuple(input.shape[-2:]), params)
    if min(counts) < 1:
        raise RuntimeError(
            f"Given input with spatial size {tuple(input.shape[-2:])}, kernel_size={params['window']}, "
            f"dilation={params['window_dilation']}, padding={tuple([p for p, _ in params['padding']])}, calculated shape of the array of sliding blocks as {counts}, but its components "
            "must be at least one."
        )
    x = current(input)
    if dtype_of(x).kind in "iu":
        refuse("im2col_out_cpu", dtype_of(x))
    lead = shape_of(x)[:-2]
    out = P["unfold"](x, **params)
    shape = (*lead[:-1], lead[-1] * prod(params["window"]), prod(counts))
    return labelled(P["reshape"](out, shape=shape), "Im2ColBackward0", (input,))


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns of windows added up where they come from: [N, C * window, windows] -> [N, C, H, W]."""
    if input.dim() not in (2, 3) or 0 in input.shape[-2:]:
        raise RuntimeError(
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, "
            f"but got: {list(input.shape)}"
        )
    params = window_params(kernel_size, dilation, padding, stride)
    sizes = of_two(output_size, "output_size")
    x = current(input)
    *lead, columns, blocks = shape_of(x)
    taps = prod(params["window"])
    if columns % taps:
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got "
            f"input.size(1)={columns} and kernel_size={params['window']}."
        )
    counts = block_counts(sizes, params)
    if blocks != prod(counts):
        raise RuntimeError(
            f"Given output_size={sizes}, kernel_size={params['window']}, dilation={params['window_dilation']}, "
            f"padding={tuple([p for p, _ in params['padding']])}, stride={params['strides']}, expected size of input's "
            f"dimension 2 to match the calculated number of sliding blocks {counts[0]} * {counts[1]} = {prod(counts)}, but "
            f"got input.size(2)={blocks}."
        )
    x = P["reshape"](x, shape=(*lead, columns // taps, *params["window"], *counts))
    return labelled(P["fold"](x, sizes=sizes, **params), "Col2ImBackward0", (input,))


refuse_in(globals())
