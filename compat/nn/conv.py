"""Conv1d, Conv2d, Conv3d and their transposes."""

import math

from . import functional, init
from .linear import empty
from .module import Module
from .windows import per_axis


class Convolution(Module):
    """What convolutions of every rank share; a subclass is made for each rank below."""

    rank = 0
    transposed = False

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True,
        padding_mode="zeros", device=None, dtype=None, output_padding=0,
    ):  # fmt: skip
        super().__init__()
        k = self.rank
        if groups <= 0:
            raise ValueError("groups must be a positive integer")
        if in_channels % groups:
            raise ValueError("in_channels must be divisible by groups")
        if out_channels % groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"Invalid padding string {padding!r}, should be one of {{'valid', 'same'}}")
        if padding_mode not in ("zeros", "reflect", "replicate", "circular"):
            raise ValueError(
                "padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got "
                f"padding_mode='{padding_mode}'"
            )
        self.in_channels, self.out_channels, self.groups, self.padding_mode = (
            in_channels,
            out_channels,
            groups,
            padding_mode,
        )
        self.kernel_size = per_axis(kernel_size, k, "kernel_size")
        self.stride = per_axis(stride, k, "stride")
        self.padding = padding if isinstance(padding, str) else per_axis(padding, k, "padding")
        self.dilation = per_axis(dilation, k, "dilation")
        self.output_padding = per_axis(output_padding, k, "output_padding")
        first, second = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        self.weight = empty(first, second // groups, *self.kernel_size, dtype=dtype)
        if bias:
            self.bias = empty(out_channels, dtype=dtype)
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def forward(self, input):
        conv = getattr(functional, f"conv{self.rank}d")
        padding = self.padding
        if self.padding_mode != "zeros":
            around = []
            for low, high in reversed(functional.padding_of(padding, self.kernel_size, self.stride, self.dilation)):
                around += [low, high]
            input = functional.pad(input, around, mode=self.padding_mode)
            padding = 0
        return conv(input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)

    def extra_repr(self):
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        if self.padding != (0,) * self.rank:
            parts.append(f"padding={self.padding}")
        if self.dilation != (1,) * self.rank:
            parts.append(f"dilation={self.dilation}")
        if self.output_padding != (0,) * self.rank:
            parts.append(f"output_padding={self.output_padding}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


class TransposedConvolution(Convolution):
    """What transposed convolutions of every rank share."""

    transposed = True

    def __init__(
        self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1,
        padding_mode="zeros", device=None, dtype=None,
    ):  # fmt: skip
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype,
            output_padding,
        )  # fmt: skip

    def extra_positions(self, input, output_size):
        """output_padding for a wanted output size."""
        if output_size is None:
            return self.output_padding
        wanted = tuple(output_size)[-self.rank :]
        rows = zip(input.shape[-self.rank :], wanted, self.stride, self.padding, self.dilation, self.kernel_size)
        return tuple([m - ((n - 1) * s - 2 * p + d * (k - 1) + 1) for n, m, s, p, d, k in rows])

    def forward(self, input, output_size=None):
        conv = getattr(functional, f"conv_transpose{self.rank}d")
        extra = self.extra_positions(input, output_size)
        return conv(input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation)


class Conv1d(Convolution):
    """Cross-correlation over one axis: [N, C, L]."""

    rank = 1


class Conv2d(Convolution):
    """Cross-correlation over two axes: [N, C, H, W].

    >>> import compat as torch
    >>> torch.nn.Conv2d(1, 2, 3, padding=1)
    Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    """

    rank = 2


class Conv3d(Convolution):
    """Cross-correlation over three axes: [N, C, D, H, W]."""

    rank = 3


class ConvTranspose1d(TransposedConvolution):
    """The transpose of Conv1d."""

    rank = 1


class ConvTranspose2d(TransposedConvolution):
    """The transpose of Conv2d."""

    rank = 2


class ConvTranspose3d(TransposedConvolution):
    """The transpose of Conv3d."""

    rank = 3
