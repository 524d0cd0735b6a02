"""The multivariate normal distribution."""

import math

import compat as torch

from ..size import Size
from . import constraints
from .distribution import Distribution
from .utils import lazy_property, standard_normal


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
        batch = tuple(torch.broadcast_shapes(matrix.shape[:-2], loc.shape[:-1]))
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
