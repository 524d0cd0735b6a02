"""Batch and instance normalisation, also lazy."""

from funcgrad.core.site import warn
from funcgrad.core.state import tls

from ...dtypes import BY_NAME
from ...functions.register import FUNCTIONS as T
from ...names_of_classes import placed
from .. import functional, init
from ..parameter import UninitializedBuffer, UninitializedParameter
from .lazy import LazyModuleMixin
from .linear import empty
from .module import Module


def no_batches(device=None):
    return T["zeros"]((), dtype=BY_NAME["int64"], device=device)


class _NormBase(Module):
    """What batch and instance normalisation share. `_ranks`: how many dimensions an input may have."""

    _ranks = ()
    _version = 2
    _each = ("__init__",)

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *,
        bias=True,
    ):  # fmt: skip
        super().__init__()
        self.num_features, self.eps, self.momentum, self.affine = num_features, eps, momentum, affine
        self.track_running_stats = track_running_stats
        self.register_parameter("weight", empty(num_features, device=device, dtype=dtype) if affine else None)
        self.register_parameter("bias", empty(num_features, device=device, dtype=dtype) if affine and bias else None)
        keep = track_running_stats
        self.register_buffer("running_mean", T["zeros"](num_features, device=device, dtype=dtype) if keep else None)
        self.register_buffer("running_var", T["ones"](num_features, device=device, dtype=dtype) if keep else None)
        self.register_buffer("num_batches_tracked", no_batches(device) if keep else None)
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
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input):
        if input.dim() not in self._ranks:
            expected = " or ".join(f"{r}D" for r in self._ranks)
            raise ValueError(f"expected {expected} input (got {input.dim()}D input)")

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):  # fmt: skip
        version = local_metadata.get("version")
        if (version is None or version < 2) and self.track_running_stats:  # (before 2 nobody counted)
            state_dict.setdefault(
                prefix + "num_batches_tracked",
                no_batches() if self.num_batches_tracked is None else self.num_batches_tracked,
            )
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )

    def extra_repr(self):
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


class _BatchNorm(_NormBase):
    """Mean 0 and variance 1 for each channel over the batch while training, by running statistics afterwards."""

    def forward(self, input):
        self._check_input_dim(input)
        factor = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                count = self.num_batches_tracked
                factor = (
                    1.0 / float(count) if tls.stage is None else 1.0 / count.double()
                )  # (staged it has no value yet)
        own = self.training or (self.running_mean is None and self.running_var is None)
        keep = not self.training or self.track_running_stats
        mean, variance = (self.running_mean, self.running_var) if keep else (None, None)
        return functional.batch_norm(input, mean, variance, self.weight, self.bias, own, factor, self.eps)


BatchNorm = _BatchNorm


class BatchNorm1d(_BatchNorm):
    """BatchNorm of [N, C] or [N, C, L].

    >>> import compat as torch
    >>> torch.nn.BatchNorm1d(3)(torch.ones(2, 3)).sum().item()
    0.0
    """

    _ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """BatchNorm of [N, C, H, W]."""

    _ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """BatchNorm of [N, C, D, H, W]."""

    _ranks = (5,)


class SyncBatchNorm(_BatchNorm):
    """BatchNorm of any rank; between several processes there is nothing to be in step with here."""

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, process_group=None, device=None,
        dtype=None, *, bias=True,
    ):  # fmt: skip
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def forward(self, input):
        return super().forward(input)

    def _check_input_dim(self, input):
        if input.dim() < 2:
            raise ValueError(f"expected at least 2D input (got {input.dim()}D input)")
        if input.shape[1] == 0:
            raise ValueError("SyncBatchNorm number of input channels should be non-zero")

    @classmethod
    def convert_sync_batchnorm(cls, module, process_group=None):
        """The module with every BatchNorm in it replaced by a SyncBatchNorm of the same state."""
        out = module
        if isinstance(module, _BatchNorm):
            out = SyncBatchNorm(
                module.num_features, module.eps, module.momentum, module.affine, module.track_running_stats,
                process_group, bias=module.bias is not None,
            )  # fmt: skip
            for name in ("weight", "bias") if module.affine else ():
                setattr(out, name, getattr(module, name))
            for name in ("running_mean", "running_var", "num_batches_tracked"):
                setattr(out, name, getattr(module, name))
            out.training = module.training
        for name, child in module.named_children():
            out.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return out


# ------------------------------------------------------------------------------------------------ lazy
class _LazyNormBase(LazyModuleMixin, _NormBase):
    """What takes num_features from its first input."""

    def __init__(
        self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None, *, bias=True
    ):  # fmt: skip
        super().__init__(0, eps, momentum, False, False, device, dtype, bias=False)
        self.affine, self.track_running_stats = affine, track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = no_batches()

    def _has_sizes(self):
        return self.num_features != 0

    def initialize_parameters(self, input):
        """Take num_features from an input."""
        if self.has_uninitialized_params():
            self.num_features = input.shape[1]
            for name in ("weight", "bias") if self.affine else ():
                p = getattr(self, name)
                if not (isinstance(p, UninitializedParameter) or p is None and name == "bias"):
                    raise AssertionError(f"self.{name} must be an UninitializedParameter")
                if p is not None:
                    p.materialize((self.num_features,))
            for p in (self.running_mean, self.running_var) if self.track_running_stats else ():
                p.materialize((self.num_features,))
            self.reset_parameters()


def lazy(cls, base):
    """The lazy form of a normalisation."""
    doc = f"{cls.__name__} that takes num_features from its first input."
    names = {"cls_to_become": cls, "_ranks": cls._ranks, "__doc__": doc, "__module__": cls.__module__}
    return type(f"Lazy{cls.__name__}", (_LazyNormBase, base), names)


LazyBatchNorm1d, LazyBatchNorm2d, LazyBatchNorm3d = (
    lazy(cls, _BatchNorm) for cls in (BatchNorm1d, BatchNorm2d, BatchNorm3d)
)


class _InstanceNorm(_NormBase):
    """Mean 0 and variance 1 for each sample and channel."""

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None, *,
        bias=True,
    ):  # fmt: skip
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)

    def forward(self, input):
        self._check_input_dim(input)
        alone = input.dim() == self._ranks[0]
        channels = input.shape[0 if alone else 1]
        if channels != self.num_features:
            if self.affine:
                raise ValueError(
                    f"expected input's size at dim={0 if alone else 1} to match num_features ({self.num_features}), but got: "
                    f"{channels}."
                )
            warn(
                f"input's size at dim={0 if alone else 1} does not match num_features. You can silence this warning by not "
                "passing in num_features, which is not used because affine=False",
            )
        out = functional.instance_norm(
            input.unsqueeze(0) if alone else input, self.running_mean, self.running_var, self.weight, self.bias,
            self.training or not self.track_running_stats, 0.0 if self.momentum is None else self.momentum, self.eps,
        )  # fmt: skip
        return out.squeeze(0) if alone else out


class InstanceNorm1d(_InstanceNorm):
    """InstanceNorm of [C, L] or [N, C, L]."""

    _ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """InstanceNorm of [C, H, W] or [N, C, H, W]."""

    _ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """InstanceNorm of [C, D, H, W] or [N, C, D, H, W]."""

    _ranks = (4, 5)


LazyInstanceNorm1d, LazyInstanceNorm2d, LazyInstanceNorm3d = (
    lazy(cls, _InstanceNorm) for cls in (InstanceNorm1d, InstanceNorm2d, InstanceNorm3d)
)


placed(globals())
