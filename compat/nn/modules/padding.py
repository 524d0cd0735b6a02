"""Padding layers: a class for each mode and number of axes, made below."""

from .. import functional
from .module import Module
from .utils import _ntuple


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
