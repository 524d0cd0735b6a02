"""Transforms made of others, side by side along a dimension; of a distribution's own function; and onto matrices.

Invariant: as of every Transform (transforms.py, which gives these names out).
"""

import math

import compat as torch

from . import constraints
from .transforms import LowerCholeskyTransform, Transform
from .utils import sum_rightmost

F = torch.nn.functional


class _SideBySide(Transform):
    """Transforms of the parts of a value along a dimension. Subclasses say what the parts are and put them together again."""

    def __init__(self, tseq, dim, cache_size):
        if not all(isinstance(t, Transform) for t in tseq):
            raise AssertionError("All elements of tseq must be Transform instances")
        super().__init__(cache_size=cache_size)
        self.transforms = [t.with_cache(cache_size) if cache_size else t for t in tseq]
        self.dim = dim

    def _pieces(self, x, name="tensor"):
        """The parts; AssertionError where there are others than the transforms are for."""
        if not -x.dim() <= self.dim < x.dim():
            raise AssertionError(f"dim {self.dim} out of range for {name} with {x.dim()} dimensions")
        known = "length" if isinstance(self, CatTransform) else "len(transforms)"
        n = self.length if isinstance(self, CatTransform) else len(self.transforms)
        if x.size(self.dim) != n:
            raise AssertionError(
                f"{'x' if name == 'tensor' else name}.size({self.dim}) = {x.size(self.dim)} must equal {known} {n}"
            )
        return self._parts(x)

    bijective = property(lambda t: all(part.bijective for part in t.transforms))

    def _call(self, x):
        return self._together([t(part) for t, part in zip(self.transforms, self._pieces(x), strict=True)])

    def _inverse(self, y):
        return self._together([t.inv(part) for t, part in zip(self.transforms, self._pieces(y, "y"), strict=True)])

    def log_abs_det_jacobian(self, x, y):
        parts = zip(self.transforms, self._pieces(x, "x"), self._pieces(y, "y"), strict=True)
        return self._together_jacobians([self._whole(t, t.log_abs_det_jacobian(u, v)) for t, u, v in parts])

    def _whole(self, t, jacobian):
        return jacobian


class CatTransform(_SideBySide):
    """Each transform of its own piece along `dim`; `lengths`: of the pieces (default: 1 each)."""

    def __init__(self, tseq, dim=0, lengths=None, cache_size=0):
        super().__init__(tseq, dim, cache_size)
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.transforms):
            raise AssertionError(f"lengths ({len(self.lengths)}) must match transforms ({len(self.transforms)})")

    def with_cache(self, cache_size=1):
        """The same, remembering its last value or not."""
        return (
            self
            if self._cache_size == cache_size
            else CatTransform(self.transforms, self.dim, self.lengths, cache_size)
        )

    event_dim = property(lambda t: max(part.event_dim for part in t.transforms))
    domain = property(lambda t: constraints.cat([part.domain for part in t.transforms], t.dim, t.lengths))
    codomain = property(lambda t: constraints.cat([part.codomain for part in t.transforms], t.dim, t.lengths))

    @property
    def length(self):
        """The length of all pieces together."""
        return sum(self.lengths)

    def _parts(self, x):
        return x.split(self.lengths, self.dim)

    def _together(self, parts):
        return torch.cat(parts, self.dim)

    def _whole(self, t, jacobian):
        self._seen = jacobian.dim() + t.event_dim
        return sum_rightmost(jacobian, self.event_dim - t.event_dim)

    def _together_jacobians(self, jacobians):
        dim = self.dim - self._seen if self.dim >= 0 else self.dim
        dim += self.event_dim
        return torch.cat(jacobians, dim) if dim < 0 else sum(jacobians)


class StackTransform(_SideBySide):
    """The i-th transform of the i-th entry along `dim`."""

    def __init__(self, tseq, dim=0, cache_size=0):
        super().__init__(tseq, dim, cache_size)

    def with_cache(self, cache_size=1):
        """The same, remembering its last value or not."""
        return self if self._cache_size == cache_size else StackTransform(self.transforms, self.dim, cache_size)

    domain = property(lambda t: constraints.stack([part.domain for part in t.transforms], t.dim))
    codomain = property(lambda t: constraints.stack([part.codomain for part in t.transforms], t.dim))

    def _parts(self, x):
        return x.unbind(self.dim)

    def _together(self, parts):
        return torch.stack(parts, self.dim)

    _together_jacobians = _together


class CumulativeDistributionTransform(Transform):
    """A distribution's cdf: what it makes of its own samples is uniform in [0, 1]."""

    bijective = True
    codomain = constraints.unit_interval
    sign = +1

    def __init__(self, distribution, cache_size=0):
        super().__init__(cache_size=cache_size)
        self.distribution = distribution

    domain = property(lambda t: t.distribution.support)

    def _call(self, x):
        return self.distribution.cdf(x)

    def _inverse(self, y):
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x, y):
        return self.distribution.log_prob(x)

    def with_cache(self, cache_size=1):
        return (
            self if self._cache_size == cache_size else CumulativeDistributionTransform(self.distribution, cache_size)
        )


class PositiveDefiniteTransform(Transform):
    """Any square matrix made positive definite, by the triangular root that LowerCholeskyTransform makes of it."""

    domain = constraints.independent(constraints.real, 2)
    codomain = constraints.positive_definite

    def __eq__(self, other):
        return isinstance(other, PositiveDefiniteTransform)

    __hash__ = None

    def _call(self, x):
        root = LowerCholeskyTransform()(x)
        return root @ root.mT

    def _inverse(self, y):
        return LowerCholeskyTransform().inv(torch.linalg.cholesky(y))


UNSQUARE = (
    "The size of last dimension is {} which cannot be expressed as the lower triangular part of a square D x D matrix."
)


def below(matrix, diagonal):
    """The entries on a diagonal of a square matrix and below it, row by row."""
    n = matrix.shape[-1]
    rows, columns = torch.tril_indices(n, n, diagonal)
    return matrix[..., rows, columns]


class CorrCholeskyTransform(Transform):
    """Numbers as the triangular root of a matrix of correlations: of their tanh each is a partial correlation."""

    domain = constraints.real_vector
    codomain = constraints.corr_cholesky
    bijective = True

    @staticmethod
    def _size(count, text="Input is not a flattened lower-diagonal number"):
        n = round((0.25 + 2 * count) ** 0.5 + 0.5)
        if n * (n - 1) // 2 != count:
            raise ValueError(text)
        return n

    def _call(self, x):
        eps = torch.finfo(x.dtype).eps
        x = torch.tanh(x).clamp(min=-1 + eps, max=1 - eps)
        n = self._size(x.shape[-1], UNSQUARE.format(x.shape[-1]))
        rows, columns = torch.tril_indices(n, n, -1)
        partial = torch.zeros(x.shape[:-1] + (n, n), dtype=x.dtype)
        partial[..., rows, columns] = x
        left = (1 - partial**2).sqrt().cumprod(-1)
        return (partial + torch.eye(n, dtype=x.dtype)) * F.pad(left[..., :-1], [1, 0], value=1)

    def _inverse(self, y):
        left = F.pad((1 - (y * y).cumsum(-1))[..., :-1], [1, 0], value=1)
        return torch.atanh(below(y, -1) / below(left, -1).sqrt())

    def log_abs_det_jacobian(self, x, y, intermediates=None):
        sticks = 0.5 * below(1 - (y * y).cumsum(-1), -2).log().sum(-1)
        return sticks - 2 * (x + F.softplus(-2 * x) - math.log(2.0)).sum(-1)

    def forward_shape(self, shape):
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        n = self._size(shape[-1])
        return shape[:-1] + (n, n)

    def inverse_shape(self, shape):
        if len(shape) < 2:
            raise ValueError("Too few dimensions on input")
        if shape[-2] != shape[-1]:
            raise ValueError("Input is not square")
        return shape[:-2] + (shape[-1] * (shape[-1] - 1) // 2,)


__all__ = [
    "CatTransform", "CorrCholeskyTransform", "CumulativeDistributionTransform", "PositiveDefiniteTransform", "StackTransform",
]  # fmt: skip
