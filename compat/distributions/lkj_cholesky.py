"""The distribution of Lewandowski, Kurowicka and Joe (2009), of the roots of matrices of correlations."""

import math

import compat as torch

from ..size import Size
from . import constraints
from .beta import Beta
from .distribution import Distribution, sized
from .utils import broadcast_all


class LKJCholesky(Distribution):
    """Triangular roots of dim x dim correlations, of density proportional to det(root root')^(concentration - 1)."""

    arg_constraints = {"concentration": constraints.positive}
    support = constraints.corr_cholesky
    _fixed = ("dim",)

    def __init__(self, dim, concentration=1.0, validate_args=None):
        if dim < 2:
            raise ValueError(f"Expected dim to be an integer greater than or equal to 2. Found dim={dim}.")
        self.dim = dim
        (self.concentration,) = broadcast_all(concentration)
        event_shape = sized((dim, dim))
        rows = torch.arange(dim, dtype=self.concentration.dtype).sub(1).clamp(min=0)
        along = self.concentration.unsqueeze(-1) + 0.5 * (dim - 2) - 0.5 * rows
        self._beta = Beta(rows + 0.5, along)
        super().__init__(self.concentration.shape, event_shape, validate_args=validate_args)

    def expand(self, batch_shape, _instance=None):
        return self._filled(
            _instance, LKJCholesky(self.dim, self.concentration.expand(batch_shape), validate_args=False)
        )

    def sample(self, sample_shape=Size()):
        """Rows that point anywhere, as long as Beta draws say; what is left of length 1 is on the diagonal (the "onion")."""
        length = self._beta.sample(sample_shape).unsqueeze(-1)
        ways = torch.randn(self._extended_shape(sample_shape), dtype=length.dtype).tril(-1)
        ways = ways / ways.norm(dim=-1, keepdim=True)
        ways[..., 0, :] = 0.0
        rows = length.sqrt() * ways
        left = (1 - rows.square().sum(-1)).clamp(min=torch.finfo(rows.dtype).tiny).sqrt()
        return rows + left.diag_embed()

    def log_prob(self, value):
        self._validate_sample(value)
        n = self.dim - 1
        powers = 2 * (self.concentration - 1).unsqueeze(-1) + torch.arange(n - 1, -1, -1)
        density = (powers * value.diagonal(dim1=-1, dim2=-2)[..., 1:].log()).sum(-1)
        alpha = self.concentration + 0.5 * n
        return density - (0.5 * n * math.log(math.pi) + torch.mvlgamma(alpha - 0.5, n) - n * torch.lgamma(alpha))
