"""Dropout layers."""

from .. import functional
from .module import Module


class _DropoutNd(Module):
    """What the dropout layers share: each applies the function of nn.functional that it names."""

    _function = ""
    _each = ("forward",)

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p, self.inplace = p, inplace

    def forward(self, input):
        return getattr(functional, self._function)(input, self.p, self.training, self.inplace)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    """dropout while training.

    >>> import compat as torch
    >>> torch.nn.Dropout(0.2)
    Dropout(p=0.2, inplace=False)
    """

    _function = "dropout"


class Dropout1d(_DropoutNd):
    """dropout1d while training."""

    _function = "dropout1d"


class Dropout2d(_DropoutNd):
    """dropout2d while training."""

    _function = "dropout2d"


class Dropout3d(_DropoutNd):
    """dropout3d while training."""

    _function = "dropout3d"


class AlphaDropout(_DropoutNd):
    """alpha_dropout while training."""

    def forward(self, input):
        return functional.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """feature_alpha_dropout while training."""

    def forward(self, input):
        return functional.feature_alpha_dropout(input, self.p, self.training)
