"""Conv1d, Conv2d, Conv3d, their transposes, and the lazy forms of both."""

from funcgrad.core.site import warn

from ...autograd.grad_mode import call_in
from .. import functional
from ..functional.convolution import padding_of
from ..parameter import UninitializedParameter
from .lazy import LazyModuleMixin
from .linear import draw_affine, empty
from .module import Module
from .utils import _ntuple

MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(Module):
    """What convolutions of every rank share; `_rank` is the number of axes."""

    _rank = 0
    _each = ("__init__", "forward")
    _transposed = False

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
        padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        padding = padding if isinstance(padding, str) else self._per_axis(padding)
        own = (in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode)
        self._set_up(own, bias, device, dtype)

    def _per_axis(self, x):
        return _ntuple(self._rank)(x)

    def _set_up(self, own, bias, device, dtype, output_padding=0):
        """What __init__ does, for convolutions of both kinds; `own`: the attributes."""
        super().__init__()
        in_channels, out_channels, kernel_size, stride, padding, dilation, groups, padding_mode = own
        kernel_size, stride, dilation = map(self._per_axis, (kernel_size, stride, dilation))
        check_options(in_channels, out_channels, groups, padding, stride, padding_mode)
        self.in_channels, self.out_channels, self.kernel_size = in_channels, out_channels, kernel_size
        self.stride, self.padding, self.dilation, self.transposed = stride, padding, dilation, self._transposed
        self.output_padding, self.groups, self.padding_mode = self._per_axis(output_padding), groups, padding_mode
        self._reversed_padding_repeated_twice = around(padding, kernel_size, dilation)
        self.weight = empty(*self._weight_shape(), device=device, dtype=dtype)
        self.register_parameter("bias", empty(out_channels, device=device, dtype=dtype) if bias else None)
        self.reset_parameters()

    def _weight_shape(self):
        first, second = self.out_channels, self.in_channels
        if self._transposed:
            first, second = second, first
        return first, second // self.groups, *self.kernel_size

    def reset_parameters(self):
        """Draw weight and bias anew, whatever the order of memory."""
        weight = self.weight
        if weight.is_contiguous():
            draw_affine(weight, self.bias)
        else:
            drawn = weight.detach().contiguous()
            draw_affine(drawn, self.bias)
            call_in(False, weight.copy_, drawn)

    def forward(self, input):
        return self._conv_forward(input, self.weight, self.bias)

    def _conv_forward(self, input, weight, bias):
        conv = getattr(functional, f"conv{self._rank}d")
        padding = self.padding
        if self.padding_mode != "zeros":
            input = functional.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
            padding = 0
        return conv(input, weight, bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self):
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        for name, default in ("padding", 0), ("dilation", 1), ("output_padding", 0):
            given = getattr(self, name)
            if given != (default,) * len(given):
                parts.append(f"{name}={given}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)

    def __setstate__(self, state):
        super().__setstate__({"padding_mode": "zeros"} | state)


def around(padding, kernel_size, dilation):
    """The numbers for functional.pad, the last axis first: a tuple, of words a list, as in torch."""
    if not isinstance(padding, str):
        return tuple(n for n in reversed(padding) for _ in range(2))
    pairs = padding_of(padding, kernel_size, (1,) * len(kernel_size), dilation)
    return [n for pair in reversed(pairs) for n in pair]


def check_options(in_channels, out_channels, groups, padding, stride, padding_mode):
    if groups <= 0:
        raise ValueError("groups must be a positive integer")
    if in_channels % groups:
        raise ValueError("in_channels must be divisible by groups")
    if out_channels % groups:
        raise ValueError("out_channels must be divisible by groups")
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}")
        if padding == "same" and any(s != 1 for s in stride):
            raise ValueError("padding='same' is not supported for strided convolutions")
    if padding_mode not in {*MODES}:  # (a set, as in torch, whose order is Python's own)
        listed = ", ".join(map(repr, {*MODES}))
        raise ValueError(f"padding_mode must be one of {{{listed}}}, but got padding_mode='{padding_mode}'")


class _ConvTransposeNd(_ConvNd):
    """What transposed convolutions of every rank share."""

    _transposed = True
    _each = ("__init__", "forward")

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
        padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        own = (in_channels, out_channels, kernel_size, stride, self._per_axis(padding), dilation, groups, padding_mode)
        self._set_up(own, bias, device, dtype, output_padding)

    def _extra_positions(self, input, output_size):
        """output_padding for a wanted output size; ValueError for one that no convolution would have shrunk so."""
        if output_size is None:
            return self.output_padding
        k = self._rank
        whole = k + (2 if input.dim() == k + 2 else 1)
        wanted = output_size[-k:] if len(output_size) == whole else output_size
        if len(wanted) != k:
            raise ValueError(
                f"ConvTranspose{k}D: for {input.dim()}D input, output_size must have {k} or {whole} elements (got "
                f"{len(wanted)})"
            )
        sizes = [input.size(d) for d in range(whole - k, whole)]
        rows = zip(sizes, self.stride, self.padding, self.dilation, self.kernel_size)
        low = [(n - 1) * s - 2 * p + d * (t - 1) + 1 for n, s, p, d, t in rows]
        high = [n + s - 1 for n, s in zip(low, self.stride)]
        if any(n < a or n > b for n, a, b in zip(wanted, low, high)):
            raise ValueError(
                f"requested an output size of {output_size}, but valid sizes range from {low} to {high} (for an input of "
                f"{input.shape[2:]})"
            )
        return tuple([n - a for n, a in zip(wanted, low)])

    def forward(self, input, output_size=None):
        conv = getattr(functional, f"conv_transpose{self._rank}d")
        extra = self._extra_positions(input, output_size)
        return conv(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)


class Conv1d(_ConvNd):
    """Cross-correlation over one axis: [N, C, L]."""

    _rank = 1


class Conv2d(_ConvNd):
    """Cross-correlation over two axes: [N, C, H, W].

    >>> import compat as torch
    >>> torch.nn.Conv2d(1, 2, 3, padding=1)
    Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    """

    _rank = 2


class Conv3d(_ConvNd):
    """Cross-correlation over three axes: [N, C, D, H, W]."""

    _rank = 3


class _ConvTransposeMixin(_ConvTransposeNd):
    """Its former name, which some ask `isinstance` of."""

    def __init__(self, *args, **kwargs):
        warn("`_ConvTransposeMixin` is a deprecated internal class. Please consider using public APIs.", FutureWarning)
        super().__init__(*args, **kwargs)


class ConvTranspose1d(_ConvTransposeNd):
    """The transpose of Conv1d."""

    _rank = 1


class ConvTranspose2d(_ConvTransposeNd):
    """The transpose of Conv2d."""

    _rank = 2


class ConvTranspose3d(_ConvTransposeNd):
    """The transpose of Conv3d."""

    _rank = 3


# ------------------------------------------------------------------------------------------------ lazy
class _LazyConvXdMixin(LazyModuleMixin):
    """What takes in_channels from its first input: the arguments are the convolution's without in_channels."""

    def _set_up(self, own, bias, device, dtype, output_padding=0):
        super()._set_up((0, 0, *own[2:]), False, device, dtype, output_padding)
        self.out_channels = own[1]
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        if bias:
            self.bias = UninitializedParameter(device=device, dtype=dtype)

    def _has_sizes(self):
        return self.in_channels != 0

    def initialize_parameters(self, input, *args, **kwargs):
        """Take in_channels from an input."""
        if not self.has_uninitialized_params():
            return
        k = self._rank
        if input.dim() not in (k + 1, k + 2):
            raise RuntimeError(
                f"Expected {k + 1}D (unbatched) or {k + 2}D (batched) input to {type(self).__name__}, but got input of size: "
                f"{input.shape}"
            )
        self.in_channels = input.shape[1 if input.dim() == k + 2 else 0]
        if self.in_channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        self.weight.materialize(self._weight_shape())
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


class _LazyConv(_LazyConvXdMixin):
    """How the lazy forms are made: of the convolution's arguments without in_channels."""

    _each = ("__init__",)

    def __init__(
        self, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, padding_mode="zeros", device=None,
        dtype=None,
    ):  # fmt: skip
        own = (kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype)
        super().__init__(0, out_channels, *own)


class _LazyConvTranspose(_LazyConvXdMixin):
    """The same of transposed ones."""

    _each = ("__init__",)

    def __init__(
        self, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
        padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        own = (kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode, device, dtype)
        super().__init__(0, out_channels, *own)


def lazy(cls, mixin=_LazyConv):
    """The lazy form of a convolution."""
    doc = f"{cls.__name__} that takes in_channels from its first input."
    names = {"cls_to_become": cls, "__doc__": doc, "__module__": __name__}
    return type(f"Lazy{cls.__name__}", (mixin, cls), names)


LazyConv1d, LazyConv2d, LazyConv3d = (lazy(cls) for cls in (Conv1d, Conv2d, Conv3d))
LazyConvTranspose1d, LazyConvTranspose2d, LazyConvTranspose3d = (
    lazy(cls, _LazyConvTranspose) for cls in (ConvTranspose1d, ConvTranspose2d, ConvTranspose3d)
)
