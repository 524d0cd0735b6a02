"""Pooling layers: each applies the function of nn.functional for its number of axes, with the attributes it was made of."""

from .. import functional
from .module import Module
from .utils import _ntuple


def call(name, module, *args, **kwargs):
    return getattr(functional, f"{name}{module._rank}d")(*args, **kwargs)


def shown(module, *names):
    return ", ".join(f"{name}={getattr(module, name)}" for name in names)


def ranked(base, name, *ranks):
    """The classes of one kind of pooling for each number of axes."""
    for k in ranks:
        doc = f"{(base.__doc__ or '').split('.')[0]}, over {k} ax{'i' if k == 1 else 'e'}s."
        yield type(f"{name}{k}d", (base,), {"_rank": k, "__doc__": doc, "__module__": __name__})


class _MaxPoolNd(Module):
    """The maximum of windows."""

    _each = ("forward",)

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.dilation = padding, dilation
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input):
        own = (self.kernel_size, self.stride, self.padding, self.dilation)
        return call("max_pool", self, input, *own, ceil_mode=self.ceil_mode, return_indices=self.return_indices)

    def extra_repr(self):
        return shown(self, "kernel_size", "stride", "padding", "dilation", "ceil_mode")


class _MaxUnpoolNd(Module):
    """Maxima put back where they came from."""

    _each = ("__init__", "forward")

    def __init__(self, kernel_size, stride=None, padding=0):
        super().__init__()
        own = (kernel_size, kernel_size if stride is None else stride, padding)
        self.kernel_size, self.stride, self.padding = (_ntuple(self._rank)(v) for v in own)

    def forward(self, input, indices, output_size=None):
        return call("max_unpool", self, input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self):
        return shown(self, "kernel_size", "stride", "padding")


class _AvgPoolNd(Module):
    """The mean of windows."""

    _each = ("__init__", "forward")

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):  # fmt: skip
        super().__init__()
        self.kernel_size, self.stride = kernel_size, kernel_size if stride is None else stride
        self.padding, self.ceil_mode = padding, ceil_mode
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override

    def forward(self, input):
        own = (self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)
        return call("avg_pool", self, input, *own, self.divisor_override)

    def extra_repr(self):
        return shown(self, "kernel_size", "stride", "padding")


class AvgPool1d(_AvgPoolNd):
    """The mean of windows, over 1 axis."""

    _rank = 1

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        own = (kernel_size, kernel_size if stride is None else stride, padding)
        super().__init__(*[_ntuple(1)(v) for v in own], ceil_mode, count_include_pad)
        del self.divisor_override

    def forward(self, input):
        own = (self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)
        return functional.avg_pool1d(input, *own)


class _FractionalMaxPoolNd(Module):
    """The maximum of windows that begin at random steps."""

    _each = ("__init__", "forward")

    def __init__(
        self, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
    ):  # fmt: skip
        super().__init__()
        k, name = self._rank, type(self).__name__
        sizes = [kernel_size] if isinstance(kernel_size, int) else kernel_size
        if k == 3 and isinstance(sizes, (tuple, list)) and not all([n > 0 for n in sizes]):
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
        self.kernel_size = _ntuple(k)(kernel_size)
        self.return_indices = return_indices
        self.register_buffer("_random_samples", _random_samples)
        self.output_size = None if output_size is None else _ntuple(k)(output_size)
        ratio = output_ratio
        self.output_ratio = ratio if ratio is None or isinstance(ratio, (tuple, list)) else (ratio,) * k
        if output_size is None and output_ratio is None:
            raise ValueError(f"{name} requires specifying either an output size, or a pooling ratio")
        if output_size is not None and output_ratio is not None:
            raise ValueError("only one of output_size and output_ratio may be specified")
        if self.output_ratio is not None and not all(0 < r < 1 for r in self.output_ratio):
            raise ValueError(f"output_ratio must be between 0 and 1 (got {output_ratio})")

    def forward(self, input):
        own = (self.kernel_size, self.output_size, self.output_ratio, self.return_indices)
        return call("fractional_max_pool", self, input, *own, _random_samples=self._random_samples)


class _LPPoolNd(Module):
    """The p-norm of windows."""

    _each = ("forward",)

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__()
        self.norm_type, self.kernel_size, self.stride, self.ceil_mode = norm_type, kernel_size, stride, ceil_mode

    def forward(self, input):
        return call("lp_pool", self, input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self):
        return shown(self, "norm_type", "kernel_size", "stride", "ceil_mode")


class _AdaptiveMaxPoolNd(Module):
    """The maxima of as many even parts as output_size says."""

    _each = ("forward",)

    def __init__(self, output_size, return_indices=False):
        super().__init__()
        self.output_size, self.return_indices = output_size, return_indices

    def forward(self, input):
        return call("adaptive_max_pool", self, input, self.output_size, self.return_indices)

    def extra_repr(self):
        return shown(self, "output_size")


class _AdaptiveAvgPoolNd(Module):
    """The means of as many even parts as output_size says."""

    _each = ("forward",)

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        return call("adaptive_avg_pool", self, input, self.output_size)

    def extra_repr(self):
        return shown(self, "output_size")


MaxPool1d, MaxPool2d, MaxPool3d = ranked(_MaxPoolNd, "MaxPool", 1, 2, 3)
MaxUnpool1d, MaxUnpool2d, MaxUnpool3d = ranked(_MaxUnpoolNd, "MaxUnpool", 1, 2, 3)
AvgPool2d, AvgPool3d = ranked(_AvgPoolNd, "AvgPool", 2, 3)
FractionalMaxPool2d, FractionalMaxPool3d = ranked(_FractionalMaxPoolNd, "FractionalMaxPool", 2, 3)
LPPool1d, LPPool2d, LPPool3d = ranked(_LPPoolNd, "LPPool", 1, 2, 3)
AdaptiveMaxPool1d, AdaptiveMaxPool2d, AdaptiveMaxPool3d = ranked(_AdaptiveMaxPoolNd, "AdaptiveMaxPool", 1, 2, 3)
AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveAvgPool3d = ranked(_AdaptiveAvgPoolNd, "AdaptiveAvgPool", 1, 2, 3)
