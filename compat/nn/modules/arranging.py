"""Modules that arrange elements anew: shapes, windows, pixels and channels, padding, other sizes."""

from ...names_of_classes import placed
from .. import functional
from .module import Module
from .utils import _ntuple


class Flatten(Module):
    """Dimensions start_dim to end_dim as one."""

    def __init__(self, start_dim=1, end_dim=-1):
        super().__init__()
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self):
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One dimension as several. TypeError unless unflattened_size is a tuple of ints."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        if not isinstance(unflattened_size, (tuple, list)):
            raise TypeError(
                f"unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}"
            )
        for at, n in enumerate(unflattened_size):
            if not isinstance(n, int):
                raise TypeError(
                    f"unflattened_size must be tuple of ints, but found element of type {type(n).__name__} at pos {at}"
                )
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class Unfold(Module):
    """unfold: the windows of images as columns."""

    _options = ("kernel_size", "dilation", "padding", "stride")

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        self._set_up(kernel_size, dilation, padding, stride)

    def _set_up(self, *values):
        super().__init__()
        for name, value in zip(self._options, values):
            setattr(self, name, value)

    def _values(self):
        return [getattr(self, name) for name in self._options]

    def forward(self, input):
        return functional.unfold(input, *self._values())

    def extra_repr(self):
        return ", ".join(f"{name}={value}" for name, value in zip(self._options, self._values()))


class Fold(Unfold):
    """fold: columns of windows added up where they come from."""

    _options = ("output_size", *Unfold._options)

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        self._set_up(output_size, kernel_size, dilation, padding, stride)

    def forward(self, input):
        return functional.fold(input, *self._values())


class PixelShuffle(Module):
    """pixel_shuffle: channels become pixels."""

    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, input):
        return functional.pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self):
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """pixel_unshuffle: pixels become channels."""

    def __init__(self, downscale_factor):
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, input):
        return functional.pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self):
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """channel_shuffle: channels dealt out from groups."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, input):
        return functional.channel_shuffle(input, self.groups)

    def extra_repr(self):
        return f"groups={self.groups}"


class Padding(Module):
    """pad over the last `_rank` axes in one mode."""

    _rank = 0
    _mode = "constant"
    _each = ("__init__", "forward", "extra_repr")

    def __init__(self, padding):
        super().__init__()
        self.padding = self._around(padding)

    def _around(self, padding):
        return _ntuple(2 * self._rank)(padding)

    def forward(self, input):
        if self._mode == "circular":
            k = self._rank
            if input.dim() not in (k + 1, k + 2):
                raise ValueError(f"expected {k + 1}D or {k + 2}D input (got {input.dim()}D input)")
        return functional.pad(input, self.padding, self._mode)

    def extra_repr(self):
        return f"{self.padding}"


class _ConstantPadNd(Padding):
    """A number around the last `_rank` axes."""

    _each = ("__init__",)

    def __init__(self, padding, value):
        Module.__init__(self)
        self.value = value
        self.padding = self._around(padding)

    def forward(self, input):
        return functional.pad(input, self.padding, "constant", self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class _ZeroPadNd(_ConstantPadNd):
    """Zeros around the last `_rank` axes."""

    _each = ("__init__", "extra_repr")

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


def made(kind, base, what, mode="constant"):
    """The classes of one kind of padding for one, two and three axes."""
    if base is Padding:
        base = type(f"_{kind}Nd", (Padding,), {"_each": ("__init__",), "_mode": mode, "__module__": __name__})
    for k in (1, 2, 3):
        doc = f"{what} around the last {k} axes: padding is a number, or (before, after) of each axis, the last first."
        yield type(f"{kind}{k}d", (base,), {"_rank": k, "__doc__": doc, "__module__": __name__})


ConstantPad1d, ConstantPad2d, ConstantPad3d = made("ConstantPad", _ConstantPadNd, "A number")
ZeroPad1d, ZeroPad2d, ZeroPad3d = made("ZeroPad", _ZeroPadNd, "Zeros")
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = made("ReflectionPad", Padding, "A mirror image", "reflect")
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = made("ReplicationPad", Padding, "The border", "replicate")
CircularPad1d, CircularPad2d, CircularPad3d = made("CircularPad", Padding, "The other end", "circular")


class Upsample(Module):
    """interpolate to a size, or by a factor."""

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
        super().__init__()
        self.name = type(self).__name__
        self.size = size
        if isinstance(scale_factor, tuple):
            self.scale_factor = tuple([float(f) for f in scale_factor])
        else:
            self.scale_factor = float(scale_factor) if scale_factor else None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input):
        return functional.interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners,
            recompute_scale_factor=self.recompute_scale_factor,
        )  # fmt: skip

    def extra_repr(self):
        what = "size" if self.scale_factor is None else "scale_factor"
        return f"{what}={getattr(self, what)!r}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Upsample with mode="nearest"."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Upsample with mode="bilinear" and align_corners=True."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)


placed(globals())
