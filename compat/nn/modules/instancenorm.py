"""Instance normalisation, also lazy."""

from funcgrad.core.site import warn

from .. import functional
from .batchnorm import _NormBase, lazy


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
