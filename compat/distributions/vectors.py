"""Distributions of vectors and matrices."""

import math

import compat as torch
from funcgrad.core.site import warn

from ..names_of_classes import placed
from ..size import Size
from ..types import Number
from . import constraints
from .distribution import Distribution, sized
from .exp_family import ExponentialFamily
from .fractions import Beta
from .positive import Chi2
from .utils import broadcast_all, lazy_property, standard_normal


class MultivariateNormal(Distribution):
    """Normal vectors of mean loc, and a covariance, its inverse, or the lower triangular root of it."""

    arg_constraints = {
        "loc": constraints.real_vector, "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite, "scale_tril": constraints.lower_cholesky,
    }  # fmt: skip
    support = constraints.real_vector
    has_rsample = True
    _fixed = ("_unbroadcasted_scale_tril",)

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        if loc.dim() < 1:
            raise ValueError("loc must be at least one-dimensional.")
        matrices = {
            "covariance_matrix": covariance_matrix, "precision_matrix": precision_matrix, "scale_tril": scale_tril,
        }  # fmt: skip
        chosen = [(name, m) for name, m in matrices.items() if m is not None]
        if len(chosen) != 1:
            raise ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.")
        ((name, matrix),) = chosen
        if matrix.dim() < 2:
            kind = "scale_tril matrix" if name == "scale_tril" else name
            raise ValueError(f"{kind} must be at least two-dimensional, with optional leading batch dimensions")
        batch = torch.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.loc = loc.expand(batch + (-1,))
        setattr(self, name, matrix.expand(batch + (-1, -1)))
        super().__init__(batch, self.loc.shape[-1:], validate_args=validate_args)
        self._unbroadcasted_scale_tril = root_of(name, matrix)  # (torch's name, which subclasses give)

    _root = property(lambda d: d._whole(d._unbroadcasted_scale_tril))

    def _whole(self, matrix):
        """One matrix for each of the batch."""
        return matrix.expand(self._batch_shape + 2 * self._event_shape)

    @lazy_property
    def scale_tril(self):
        """The lower triangular root of the covariance."""
        return self._root

    @lazy_property
    def covariance_matrix(self):
        """The covariance."""
        root = self._unbroadcasted_scale_tril
        return self._whole(root @ root.mT)

    @lazy_property
    def precision_matrix(self):
        """The inverse of the covariance."""
        return self._whole(torch.cholesky_inverse(self._unbroadcasted_scale_tril))

    mean = property(lambda d: d.loc)
    mode = property(lambda d: d.loc)
    variance = property(lambda d: d._root.pow(2).sum(-1))

    def rsample(self, sample_shape=Size()):
        eps = standard_normal(self._extended_shape(sample_shape), self.loc.dtype)
        return self.loc + _batch_mv(self._root, eps)

    def log_prob(self, value):
        self._validate_sample(value)
        square = mahalanobis(self._root, value - self.loc)
        return -0.5 * (self._event_shape[0] * math.log(2 * math.pi) + square) - half_log_det(self)

    def entropy(self):
        return 0.5 * self._event_shape[0] * (1.0 + math.log(2 * math.pi)) + half_log_det(self)


def root_of(name, matrix):
    """The lower triangular root of a covariance, of which this matrix is given by name."""
    if name == "scale_tril":
        return matrix
    if name == "covariance_matrix":
        return torch.linalg.cholesky(matrix)
    return _precision_to_scale_tril(matrix)


def _precision_to_scale_tril(matrix):
    """The lower triangular root of the inverse: by the root of the matrix turned about both diagonals, whose inverse is turned back."""
    root = torch.flip(torch.linalg.cholesky(torch.flip(matrix, (-2, -1))), (-2, -1)).mT
    eye = torch.eye(matrix.shape[-1], dtype=matrix.dtype)
    return torch.linalg.solve_triangular(root, eye.expand(matrix.shape), upper=False)


def half_log_det(d):
    """Half the logarithm of the determinant of the covariance."""
    return d._root.diagonal(dim1=-2, dim2=-1).log().sum(-1)


def _batch_mv(matrix, x):
    """A matrix times each vector of a batch."""
    return (matrix @ x.unsqueeze(-1)).squeeze(-1)


def mahalanobis(root, x):
    """x' (root root')^-1 x, along the last dimension."""
    shape = torch.broadcast_shapes(root.shape[:-1], x.shape)
    x = x.expand(shape).unsqueeze(-1)
    return (
        torch.linalg.solve_triangular(root.expand(tuple(shape) + root.shape[-1:]), x, upper=False).pow(2).sum((-2, -1))
    )


_batch_mahalanobis = mahalanobis


class LowRankMultivariateNormal(Distribution):
    """Normal vectors of mean loc and covariance cov_factor cov_factor' + diag(cov_diag): inverse and determinant
    are those of a matrix as small as the factor's columns are few (Woodbury's identity)."""

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
        super().__init__(sized(batch), event, validate_args=validate_args)
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


class LKJCholesky(Distribution):
    """Triangular roots of dim x dim correlations, of density proportional to det(root root')^(concentration - 1)
    (Lewandowski, Kurowicka and Joe 2009)."""

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
            _instance, LKJCholesky(self.dim, self.concentration.expand(Size(batch_shape)), validate_args=False)
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


placed(globals())
