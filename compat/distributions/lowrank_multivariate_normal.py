"""The multivariate normal distribution of a covariance that is a diagonal and a few columns.

Inverse and determinant are those of a matrix as small as the columns are few (Woodbury's identity).
"""

import math

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution
from .multivariate_normal import mahalanobis
from .utils import lazy_property, standard_normal


class LowRankMultivariateNormal(Distribution):
    """Normal vectors of mean loc and covariance cov_factor cov_factor' + diag(cov_diag)."""

    arg_constraints = {
        "loc": constraints.real_vector, "cov_factor": constraints.independent(constraints.real, 2),
        "cov_diag": constraints.independent(constraints.positive, 1),
    }  # fmt: skip
    support = constraints.real_vector
    has_rsample = True

    def __init__(self, loc, cov_factor, cov_diag, validate_args=None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        event = loc.shape[-1:]
        if cov_factor.dim() < 2:
            raise ValueError("cov_factor must be at least two-dimensional, with optional leading batch dimensions")
        if cov_factor.shape[-2:-1] != event:
            raise ValueError(f"cov_factor must be a batch of matrices with shape {event[0]} x m")
        if cov_diag.shape[-1:] != event:
            raise ValueError(f"cov_diag must be a batch of vectors with shape {event}")
        try:
            batch = tuple(torch.broadcast_shapes(loc.shape[:-1], cov_factor.shape[:-2], cov_diag.shape[:-1]))
        except RuntimeError as error:
            raise ValueError(
                f"Incompatible batch shapes: loc {loc.shape}, cov_factor {cov_factor.shape}, cov_diag {cov_diag.shape}"
            ) from error
        self.loc, self.cov_diag = loc.expand(batch + (-1,)), cov_diag.expand(batch + (-1,))
        self.cov_factor = cov_factor.expand(batch + (-1, -1))
        weighted = cov_factor.mT / cov_diag.unsqueeze(-2)
        small = weighted @ cov_factor
        small_root = torch.linalg.cholesky(small + torch.eye(small.shape[-1], dtype=small.dtype))
        super().__init__(batch, event, validate_args=validate_args)
        self._weighted, self._small_root = weighted.expand(batch + (-1, -1)), small_root.expand(batch + (-1, -1))

    mean = property(lambda d: d.loc)
    mode = property(lambda d: d.loc)
    variance = property(lambda d: d.cov_factor.pow(2).sum(-1) + d.cov_diag)

    @lazy_property
    def covariance_matrix(self):
        """The covariance."""
        return self.cov_factor @ self.cov_factor.mT + torch.diag_embed(self.cov_diag)

    @lazy_property
    def scale_tril(self):
        """The lower triangular root of the covariance: that of 1 + (something), which is well away from singular."""
        root = self.cov_diag.sqrt().unsqueeze(-1)
        scaled = self.cov_factor / root
        return root * torch.linalg.cholesky(scaled @ scaled.mT + torch.eye(self._event_shape[0], dtype=root.dtype))

    @lazy_property
    def precision_matrix(self):
        """The inverse of the covariance."""
        part = torch.linalg.solve_triangular(self._small_root, self._weighted, upper=False)
        return torch.diag_embed(self.cov_diag.reciprocal()) - part.mT @ part

    def _log_det(self):
        return 2 * self._small_root.diagonal(dim1=-2, dim2=-1).log().sum(-1) + self.cov_diag.log().sum(-1)

    def rsample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        few = standard_normal(shape[:-1] + self.cov_factor.shape[-1:], self.loc.dtype)
        many = standard_normal(shape, self.loc.dtype)
        return self.loc + (self.cov_factor @ few.unsqueeze(-1)).squeeze(-1) + self.cov_diag.sqrt() * many

    def log_prob(self, value):
        self._validate_sample(value)
        x = value - self.loc
        small = mahalanobis(self._small_root, (self._weighted @ x.unsqueeze(-1)).squeeze(-1))
        square = (x.pow(2) / self.cov_diag).sum(-1) - small
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + self._log_det() + square)

    def entropy(self):
        return 0.5 * (self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + self._log_det())
