"""Embedding, dropout, normalisation, pooling and reshaping layers."""

import numpy as np

from ..functions.register import FUNCTIONS as T
from ..tensor import Tensor, wrap
from . import functional, init
from .linear import empty
from .module import Module
from .parameter import Parameter


class Embedding(Module):
    """Rows of a table, named by integers: [*] -> [*, embedding_dim]."""

    def __init__(
        self, num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False,
        sparse=False, _weight=None, _freeze=False, device=None, dtype=None,
    ):  # fmt: skip
        super().__init__()
        self.num_embeddings, self.embedding_dim = num_embeddings, embedding_dim
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise AssertionError("Padding_idx must be within num_embeddings")
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse = (
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
        )
        if _weight is None:
            self.weight = Parameter(T["empty"](num_embeddings, embedding_dim, dtype=dtype), requires_grad=not _freeze)
            self.reset_parameters()
        else:
            self.weight = Parameter(_weight, requires_grad=not _freeze)

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None, **options):
        """An Embedding of given rows."""
        rows, width = embeddings.shape
        return cls(rows, width, padding_idx, _weight=embeddings, _freeze=freeze, **options)

    def reset_parameters(self):
        """Draw the table anew; the row of padding_idx is zero."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            init.zeros_(self.weight.detach()[self.padding_idx])

    def forward(self, input):
        return functional.embedding(
            input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse
        )

    def extra_repr(self):
        text = f"{self.num_embeddings}, {self.embedding_dim}"
        return text if self.padding_idx is None else text + f", padding_idx={self.padding_idx}"


# ------------------------------------------------------------------------------------------------ dropout
class Dropout(Module):
    """dropout while training.

    >>> import compat as torch
    >>> torch.nn.Dropout(0.2)
    Dropout(p=0.2, inplace=False)
    """

    function = "dropout"

    def __init__(self, p=0.5, inplace=False):
        super().__init__()
        functional.check_probability(p)
        self.p, self.inplace = p, inplace

    def forward(self, input):
        return getattr(functional, self.function)(input, self.p, self.training, self.inplace)

    def extra_repr(self):
        return f"p={self.p}, inplace={self.inplace}"


class Dropout1d(Dropout):
    """dropout1d while training."""

    function = "dropout1d"


class Dropout2d(Dropout):
    """dropout2d while training."""

    function = "dropout2d"


class Dropout3d(Dropout):
    """dropout3d while training."""

    function = "dropout3d"


# ------------------------------------------------------------------------------------------------ normalisation
class LayerNorm(Module):
    """layer_norm over the last dimensions, with a weight and a bias."""

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.weight = empty(*self.normalized_shape, dtype=dtype) if elementwise_affine else None
        self.bias = empty(*self.normalized_shape, dtype=dtype) if elementwise_affine and bias else None
        for name in ("weight", "bias"):
            if name not in self._parameters:
                del self.__dict__[name]
                self.register_parameter(name, None)
        self.reset_parameters()

    def reset_parameters(self):
        """Weight one, bias zero."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input):
        return functional.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self):
        text = f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
        return text + f", bias={self.bias is not None}"


class RMSNorm(Module):
    """rms_norm over the last dimensions, with a weight."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        self.register_parameter("weight", empty(*self.normalized_shape, dtype=dtype) if elementwise_affine else None)
        self.reset_parameters()

    def reset_parameters(self):
        """Weight one."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, input):
        return functional.rms_norm(input, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(Module):
    """group_norm, with a weight and a bias by channel."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, bias=True, device=None, dtype=None):
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.register_parameter("weight", empty(num_channels, dtype=dtype) if affine else None)
        self.register_parameter("bias", empty(num_channels, dtype=dtype) if affine and bias else None)
        self.reset_parameters()

    reset_parameters = LayerNorm.reset_parameters

    def forward(self, input):
        return functional.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self):
        return f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, bias={self.bias is not None}"


class ChannelNorm(Module):
    """What batch and instance normalisation share. `ranks`: how many dimensions an input may have."""

    ranks = ()
    _version = 2

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, bias=True, device=None, dtype=None
    ):  # fmt: skip
        super().__init__()
        self.num_features, self.eps, self.momentum, self.affine = num_features, eps, momentum, affine
        self.track_running_stats = track_running_stats
        self.register_parameter("weight", empty(num_features, dtype=dtype) if affine else None)
        self.register_parameter("bias", empty(num_features, dtype=dtype) if affine and bias else None)
        keep = track_running_stats
        self.register_buffer("running_mean", T["zeros"](num_features, dtype=dtype) if keep else None)
        self.register_buffer("running_var", T["ones"](num_features, dtype=dtype) if keep else None)
        self.register_buffer("num_batches_tracked", wrap(Tensor, np.zeros((), np.int64)) if keep else None)
        self.reset_parameters()

    def reset_running_stats(self):
        """Forget the statistics."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self):
        """Forget the statistics; weight one, bias zero."""
        self.reset_running_stats()
        LayerNorm.reset_parameters(self)

    def check(self, input):
        if input.dim() not in self.ranks:
            expected = " or ".join(f"{r}D" for r in self.ranks)
            raise ValueError(f"expected {expected} input (got {input.dim()}D input)")

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class BatchNorm(ChannelNorm):
    """Mean 0 and variance 1 for each channel over the batch while training, by running statistics afterwards."""

    def forward(self, input):
        self.check(input)
        factor = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                factor = 1.0 / float(self.num_batches_tracked)
        own = self.training or self.running_mean is None
        keep = not self.training or self.track_running_stats
        mean, variance = (self.running_mean, self.running_var) if keep else (None, None)
        return functional.batch_norm(input, mean, variance, self.weight, self.bias, own, factor, self.eps)


class BatchNorm1d(BatchNorm):
    """BatchNorm of [N, C] or [N, C, L]."""

    ranks = (2, 3)


class BatchNorm2d(BatchNorm):
    """BatchNorm of [N, C, H, W]."""

    ranks = (4,)


class BatchNorm3d(BatchNorm):
    """BatchNorm of [N, C, D, H, W]."""

    ranks = (5,)


class InstanceNorm(ChannelNorm):
    """Mean 0 and variance 1 for each sample and channel."""

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=False,
        track_running_stats=False,
        bias=True,
        device=None,
        dtype=None,
    ):
        super().__init__(num_features, eps, momentum, affine, track_running_stats, bias, device, dtype)

    def forward(self, input):
        self.check(input)
        alone = input.dim() == self.ranks[0]
        out = functional.instance_norm(
            input.unsqueeze(0) if alone else input, self.running_mean, self.running_var, self.weight, self.bias,
            self.training or not self.track_running_stats, self.momentum or 0.0, self.eps,
        )  # fmt: skip
        return out.squeeze(0) if alone else out


class InstanceNorm1d(InstanceNorm):
    """InstanceNorm of [C, L] or [N, C, L]."""

    ranks = (2, 3)


class InstanceNorm2d(InstanceNorm):
    """InstanceNorm of [C, H, W] or [N, C, H, W]."""

    ranks = (3, 4)


# ------------------------------------------------------------------------------------------------ pooling
class MaxPool(Module):
    """The maximum of windows."""

    rank = 0

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__()
        self.kernel_size, self.padding, self.dilation = kernel_size, padding, dilation
        self.stride = kernel_size if stride is None else stride
        self.return_indices, self.ceil_mode = return_indices, ceil_mode

    def forward(self, input):
        pool = getattr(functional, f"max_pool{self.rank}d")
        return pool(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )

    def extra_repr(self):
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, dilation={self.dilation}, "
            f"ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(MaxPool):
    """max_pool1d."""

    rank = 1


class MaxPool2d(MaxPool):
    """max_pool2d."""

    rank = 2


class MaxPool3d(MaxPool):
    """max_pool3d."""

    rank = 3


class AvgPool(Module):
    """The mean of windows."""

    rank = 0

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        super().__init__()
        self.kernel_size, self.padding, self.ceil_mode = kernel_size, padding, ceil_mode
        self.stride = kernel_size if stride is None else stride
        self.count_include_pad, self.divisor_override = count_include_pad, divisor_override
        if self.rank == 1:
            own = (self.kernel_size, self.stride, self.padding)
            self.kernel_size, self.stride, self.padding = (functional.per_axis(v, 1) for v in own)

    def forward(self, input):
        pool = getattr(functional, f"avg_pool{self.rank}d")
        more = () if self.rank == 1 else (self.divisor_override,)
        return pool(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad, *more)

    def extra_repr(self):
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(AvgPool):
    """avg_pool1d."""

    rank = 1


class AvgPool2d(AvgPool):
    """avg_pool2d."""

    rank = 2


class AvgPool3d(AvgPool):
    """avg_pool3d."""

    rank = 3


class AdaptiveAvgPool(Module):
    """The means of as many even parts as output_size says."""

    rank = 0

    def __init__(self, output_size):
        super().__init__()
        self.output_size = output_size

    def forward(self, input):
        return getattr(functional, f"adaptive_avg_pool{self.rank}d")(input, self.output_size)

    def extra_repr(self):
        return f"output_size={self.output_size}"


class AdaptiveAvgPool1d(AdaptiveAvgPool):
    """adaptive_avg_pool1d."""

    rank = 1


class AdaptiveAvgPool2d(AdaptiveAvgPool):
    """adaptive_avg_pool2d."""

    rank = 2


# ------------------------------------------------------------------------------------------------ shape, distance
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
    """One dimension as several."""

    def __init__(self, dim, unflattened_size):
        super().__init__()
        self.dim, self.unflattened_size = dim, unflattened_size

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self):
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"


class CosineSimilarity(Module):
    """cosine_similarity."""

    def __init__(self, dim=1, eps=1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        return functional.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """pairwise_distance."""

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        super().__init__()
        self.norm, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        return functional.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
