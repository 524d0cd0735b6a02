"""Padding layers: a class for each mode and number of axes, made below."""

from .. import functional
from .module import Module


def around(padding, k):
    """Numbers before and after each of k axes, the last first."""
    return (padding,) * (2 * k) if isinstance(padding, int) else tuple(padding)


class Padding(Module):
    """pad over the last `_rank` axes in one mode."""

    _rank = 0
    _mode = "constant"

    def __init__(self, padding):
        super().__init__()
        self.padding = around(padding, self._rank)

    def forward(self, input):
        if self._mode == "circular":
            k = self._rank
            if input.dim() not in (k + 1, k + 2):
                raise ValueError(f"expected {k + 1}D or {k + 2}D input (got {input.dim()}D input)")
        return functional.pad(input, self.padding, self._mode)

    def extra_repr(self):
        return f"{self.padding}"


class ConstantPadding(Padding):
    """A number around the last `_rank` axes."""

    def __init__(self, padding, value):
        super().__init__(padding)
        self.value = value

    def forward(self, input):
        return functional.pad(input, self.padding, "constant", self.value)

    def extra_repr(self):
        return f"padding={self.padding}, value={self.value}"


class ZeroPadding(ConstantPadding):
    """Zeros around the last `_rank` axes."""

    def __init__(self, padding):
        super().__init__(padding, 0.0)

    def extra_repr(self):
        return f"{self.padding}"


def made(kind, base, what, mode="constant"):
    """The classes of one kind of padding for one, two and three axes."""
    for k in (1, 2, 3):
        doc = f"{what} around the last {k} axes: padding is a number, or (before, after) of each axis, the last first."
        yield type(f"{kind}{k}d", (base,), {"_rank": k, "_mode": mode, "__doc__": doc, "__module__": __name__})


ConstantPad1d, ConstantPad2d, ConstantPad3d = made("ConstantPad", ConstantPadding, "A number")
ZeroPad1d, ZeroPad2d, ZeroPad3d = made("ZeroPad", ZeroPadding, "Zeros")
ReflectionPad1d, ReflectionPad2d, ReflectionPad3d = made("ReflectionPad", Padding, "A mirror image", "reflect")
ReplicationPad1d, ReplicationPad2d, ReplicationPad3d = made("ReplicationPad", Padding, "The border", "replicate")
CircularPad1d, CircularPad2d, CircularPad3d = made("CircularPad", Padding, "The other end", "circular")
