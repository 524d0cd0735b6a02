"""LayerNorm, RMSNorm, GroupNorm, LocalResponseNorm, CrossMapLRN2d."""

from numbers import Integral

from ...autograd.grad_mode import is_grad_enabled
from ...functions.register import FUNCTIONS as T
from .. import functional, init
from .linear import empty
from .module import Module


def ones_and_zeros(module):
    """Set a module's weight to one and its bias to zero, as far as it has them."""
    if module.weight is not None:
        init.ones_(module.weight)
    if getattr(module, "bias", None) is not None:
        init.zeros_(module.bias)


class LayerNorm(Module):
    """layer_norm over the last dimensions, with a weight and a bias."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = shape_tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            self.register_parameter(name, empty(self.normalized_shape, device=device, dtype=dtype) if wanted else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Weight one, bias zero."""
        ones_and_zeros(self)

    def forward(self, input):
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        text = f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        return text + f", bias={self.bias is not None}"


def shape_tuple(shape):
    return (shape,) if isinstance(shape, Integral) else tuple(shape)


class RMSNorm(Module):
    """rms_norm over the last dimensions, with a weight."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = shape_tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter(
            "weight", empty(self.normalized_shape, device=device, dtype=dtype) if elementwise_affine else None
        )
        self.reset_parameters()

    def reset_parameters(self):
        """Weight one."""
        ones_and_zeros(self)

    def forward(self, x):
        return functional.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """group_norm, with a weight and a bias by channel."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None, *, bias=True):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.register_parameter("weight", empty(num_channels, device=device, dtype=dtype) if affine else None)
        self.register_parameter("bias", empty(num_channels, device=device, dtype=dtype) if affine and bias else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Weight one, bias zero."""
        ones_and_zeros(self)

    def forward(self, input):
        return functional.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, bias={self.bias is not None}"


class LocalResponseNorm(Module):
    """local_response_norm: each channel over the size of its neighbours."""

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        return functional.local_response_norm(input, self.size, self.alpha, self.beta, self.k)

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"


def once_only(cotangents):
    """Refuse, as torch does, to differentiate the derivative of CrossMapLRN2d."""
    if is_grad_enabled():
        raise RuntimeError(
            "mul(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
        )


class CrossMapLRN2d(Module):
    """LocalResponseNorm of [N, C, H, W] by its former function, which leaves the first channel in every sum that it was once in."""

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, input):
        if input.dim() != 4:
            raise ValueError(f"CrossMapLRN2d: Expected input to be 4D, got {input.dim()}D instead.")
        reach, count = int((self.size - 1) / 2 + 1), input.shape[1]
        squares, sums = input * input, []
        for c in range(count):
            low = c - reach + 1
            parts = [] if low <= 0 or c < reach else [squares[:, :1]]
            sums.append(sum([*parts, *squares.split(1, 1)[max(low, 0) : c + reach]]))
        scale = T["cat"](sums, 1) * (self.alpha / self.size) + self.k
        out = input * scale.pow(-self.beta)
        if out.grad_fn is not None:
            out.grad_fn.register_prehook(once_only)
        return out

    def extra_repr(self):
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
