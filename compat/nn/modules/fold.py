"""Fold and Unfold."""

from .. import functional
from .module import Module


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
