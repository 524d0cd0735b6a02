"""Fold and Unfold."""

from .. import functional
from .module import Module


class Unfold(Module):
    """unfold: the windows of images as columns."""

    _options = ("kernel_size", "dilation", "padding", "stride")

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

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
        super().__init__(kernel_size, dilation, padding, stride)
        self.output_size = output_size

    def forward(self, input):
        return functional.fold(input, *self._values())
