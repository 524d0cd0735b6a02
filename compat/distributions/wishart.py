"""The Wishart distribution, of sums of squares of normal vectors."""

import math

import compat as torch
from funcgrad.core.site import warn

from ..size import Size
from ..types import Number
from . import constraints
from .chi2 import Chi2
from .exp_family import ExponentialFamily
from .multivariate_normal import MultivariateNormal, half_log_det, root_of
from .utils import lazy_property


class Wishart(ExponentialFamily):
    """Positive definite matrices with df degrees of freedom, of a covariance, its inverse, or the lower triangular root of it.

    ValueError for too few degrees of freedom, AssertionError unless exactly one of the matrices is given.
    """

    support = constraints.positive_definite
    has_rsample = True
    scale_tril = lazy_property(lambda d: d._root)
    covariance_matrix = lazy_property(lambda d: d._root @ d._root.mT)
    precision_matrix = lazy_property(lambda d: torch.cholesky_inverse(d._root))
    _mean_carrier_measure = 0

    @property
    def arg_constraints(self):
        """What the degrees of freedom and the matrices have to be."""
        matrices = {name: MultivariateNormal.arg_constraints[name] for name in MATRICES}
        return matrices | {"df": constraints.greater_than(self.event_shape[-1] - 1)}

    def __init__(self, df, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        chosen = [(n, m) for n, m in zip(MATRICES, (covariance_matrix, precision_matrix, scale_tril)) if m is not None]
        if len(chosen) != 1:
            raise AssertionError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = chosen
        if matrix.dim() < 2:
            raise ValueError("scale_tril must be at least two-dimensional, with optional leading batch dimensions")
        batch, n = matrix.shape[:-2], matrix.shape[-1]
        if isinstance(df, Number):  # (as in torch 2.13 it stays without dimensions, and moments of batches are refused)
            self.df = torch.tensor(df, dtype=matrix.dtype)
        else:
            batch = torch.broadcast_shapes(batch, df.shape)
            self.df = df.expand(batch)
        if self.df.le(n - 1).any():
            raise ValueError(f"Value of df={df} expected to be greater than ndim - 1 = {n - 1}.")
        shape = tuple(batch) + (-1, -1)
        setattr(self, name, matrix.expand(shape))
        if self.df.lt(n).any():
            text = "Low df values detected. Singular samples are highly likely to occur for ndim - 1 < df < ndim."
            warn(text)
        super().__init__(batch, matrix.shape[-2:], validate_args=validate_args)
        self._root = root_of(name, matrix).expand(shape)

    @property
    def _chi2(self):
        return Chi2(
            self.df.unsqueeze(-1)
            - torch.arange(self.event_shape[-1], dtype=self._root.dtype).expand(self._batch_shape + (-1,))
        )

    def _wide(self, x):
        return x.view(self._batch_shape + (1, 1))

    mean = property(lambda d: d._wide(d.df) * d.covariance_matrix)

    @property
    def mode(self):
        """df - n - 1 times the covariance, NaN where that is not positive."""
        factor = self.df - self.event_shape[-1] - 1
        return self._wide(torch.where(factor > 0, factor, math.nan)) * self.covariance_matrix

    @property
    def variance(self):
        """Of each element."""
        v = self.covariance_matrix
        diagonal = v.diagonal(dim1=-2, dim2=-1)
        return self._wide(self.df) * (v.square() + diagonal.unsqueeze(-1) * diagonal.unsqueeze(-2))

    def _drawn(self, sample_shape):
        """Bartlett's way: a triangular root with chi-squared lengths and normal numbers below."""
        n, lengths = self.event_shape[-1], self._chi2.rsample(sample_shape)
        noise = lengths.clamp(min=torch.finfo(lengths.dtype).eps).sqrt().diag_embed()
        i, j = torch.tril_indices(n, n, offset=-1)
        shape = tuple(sample_shape) + tuple(self.batch_shape) + (n * (n - 1) // 2,)
        noise[..., i, j] = torch.randn(shape, dtype=noise.dtype)
        root = self._root @ noise
        return root @ root.mT

    def rsample(self, sample_shape=Size(), max_try_correction=None):
        """Draws of matrices. (As in torch 2.13, those that are sound are drawn once more, with its warning.)"""
        sample = self._drawn(sample_shape)
        again = self._any(self.support.check(sample))
        if again.any():
            warn("Singular sample detected.")
            for _ in range(max_try_correction or 10):
                new = self._drawn(again[again].shape)
                sample[again] = new
                again[again.clone()] = self._any(~self.support.check(new))
                if not again.any():
                    break
        return sample

    def _any(self, mask):
        axes = [-k - 1 for k in range(len(self.batch_shape))]
        return mask.amax(axes) if axes else mask

    def log_prob(self, value):
        self._validate_sample(value)
        nu, n, root = self.df, self.event_shape[-1], self._root
        within = torch.cholesky_solve(value, root).diagonal(dim1=-2, dim2=-1).sum(-1)
        scale = nu * (n * math.log(2) / 2 + half_log_det(self))
        return (nu - n - 1) / 2 * torch.linalg.slogdet(value).logabsdet - scale - torch.mvlgamma(nu / 2, n) - within / 2

    def entropy(self):
        nu, n = self.df, self.event_shape[-1]
        slope = (nu - n - 1) / 2 * mvdigamma(nu / 2, n)
        scale = (n + 1) * (n * math.log(2) / 2 + half_log_det(self))
        return scale + torch.mvlgamma(nu / 2, n) - slope + nu * n / 2

    _natural_params = property(lambda d: (-0.5 * d.precision_matrix, 0.5 * (d.df - d.event_shape[-1] - 1)))

    def _log_normalizer(self, x, y):
        n = self.event_shape[-1]
        a = y + (n + 1) / 2
        return a * (-torch.linalg.slogdet(-2 * x).logabsdet + n * math.log(2)) + torch.mvlgamma(a, n)


MATRICES = ("covariance_matrix", "precision_matrix", "scale_tril")


def mvdigamma(x, n):
    """The derivative of mvlgamma."""
    return torch.digamma(x.unsqueeze(-1) - 0.5 * torch.arange(n, dtype=x.dtype)).sum(-1)
