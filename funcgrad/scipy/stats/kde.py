"""jax.scipy.stats' gaussian_kde: a density estimated from points, as the mean of normal densities around them."""

import math
import operator

import numpy as np

from ... import numpy as fnp
from ... import random
from ...core.aval import shape_of
from ...errors import ArgumentValueError, ShapeError
from ...numpy.arguments import as_array, cast, inexact
from ..linalg import solve_triangular
from ..special import logsumexp
from .continuous import norm

__all__ = ["gaussian_kde"]


class gaussian_kde:  # noqa: N801  (SciPy's name)
    """The density of points [d, n] or [n]; bandwidth by "scott" (the default), "silverman", a factor, or a function of this.

    ValueError for complex or empty points, and for weights that are no vector of n.

    >>> import numpy as np
    >>> bool(abs(gaussian_kde(np.array([-1.0, 1.0])).integrate_box_1d(-50.0, 50.0) - 1) < 1e-12)
    True
    """

    def __init__(self, dataset, bw_method=None, weights=None):
        dataset = inexact(as_array(dataset))
        self.dataset = dataset if len(shape_of(dataset)) == 2 else fnp.reshape(dataset, (1, -1))
        self.d, self.n = shape_of(self.dataset)
        if len(shape_of(dataset)) > 2 or self.n < 2:
            raise ShapeError(f"gaussian_kde: expected points [d, n], n > 1; got shape {shape_of(dataset)}")
        if self.dataset.dtype.kind == "c":
            raise NotImplementedError("gaussian_kde: takes real points, as in jax")
        if weights is None:
            self.weights = np.full(self.n, 1 / self.n, self.dataset.dtype)
        else:
            weights = cast(as_array(weights), self.dataset.dtype)
            if shape_of(weights) != (self.n,):
                raise ShapeError(f"gaussian_kde: weights must be a vector of {self.n}; got shape {shape_of(weights)}")
            self.weights = weights / fnp.sum(weights)
        if bw_method is None or (isinstance(bw_method, str) and bw_method in ("scott", "silverman")):
            factor = (self.neff * ((self.d + 2) / 4 if bw_method == "silverman" else 1.0)) ** (-1 / (self.d + 4))
        elif callable(bw_method):
            factor = bw_method(self)
        elif isinstance(bw_method, str):
            raise ArgumentValueError(
                f"gaussian_kde: bw_method must be scott, silverman, a factor or a function; got {bw_method!r}"
            )
        else:
            factor = bw_method
        about = self.dataset - fnp.sum(self.weights * self.dataset, 1, keepdims=True)
        data = fnp.matmul(about * self.weights, about.T) / (1 - fnp.sum(self.weights**2))
        self.covariance = data * factor**2
        self.inv_cov = fnp.linalg.inv(data) / factor**2

    @property
    def neff(self):
        """How many points of equal weights count as much."""
        return 1 / fnp.sum(self.weights**2)

    def places(self, points):
        points = cast(as_array(points), self.dataset.dtype)
        points = fnp.atleast_2d(points)
        d, m = shape_of(points)
        if d != self.d:
            if d == 1 and m == self.d:
                return fnp.reshape(points, (self.d, 1))
            raise ShapeError(f"gaussian_kde: expected places [{self.d}, m]; got shape {shape_of(points)}")
        return points

    def logpdf(self, x):
        """The logarithm of the density at places [d, m]."""
        return self.log_sum(self.places(x), self.dataset, self.weights, self.covariance)

    def log_sum(self, places, centres, weights, covariance):
        factor = fnp.linalg.cholesky(covariance)
        to = lambda v: solve_triangular(factor, v, lower=True)  # noqa: E731
        away = fnp.sum((to(places)[:, :, None] - to(centres)[:, None, :]) ** 2, 0)  # [m, n]
        norm_ = 0.5 * self.d * math.log(2 * math.pi) + fnp.sum(fnp.log(fnp.diagonal(factor)))
        return logsumexp(-0.5 * away, 1, weights) - norm_

    def evaluate(self, points):
        """The density at places [d, m]."""
        return fnp.exp(self.logpdf(points))

    __call__ = pdf = evaluate

    def integrate_gaussian(self, mean, cov):
        """The integral of the density times that of a normal distribution."""
        mean, cov = fnp.atleast_1d(as_array(mean)), fnp.atleast_2d(as_array(cov))
        if shape_of(mean) != (self.d,) or shape_of(cov) != (self.d, self.d):
            raise ShapeError(
                f"gaussian_kde: expected a mean [{self.d}] and cov [{self.d}, {self.d}]; got {shape_of(mean)}, {shape_of(cov)}"
            )
        return fnp.exp(self.log_sum(mean[:, None], self.dataset, self.weights, self.covariance + cov))[0]

    def integrate_box_1d(self, low, high):
        """The integral from low to high, of one dimension."""
        if self.d != 1:
            raise ShapeError(f"integrate_box_1d: only for points of one dimension; these have {self.d}")
        width = fnp.sqrt(self.covariance[0, 0])
        ends = [norm.cdf((v - self.dataset[0]) / width) for v in (high, low)]
        return fnp.sum(self.weights * (ends[0] - ends[1]))

    def integrate_kde(self, other):
        """The integral of the product of two densities."""
        if other.d != self.d:
            raise ShapeError(f"integrate_kde: both must be of one dimension; got {self.d} and {other.d}")
        a, b = (self, other) if self.n <= other.n else (other, self)
        rows = fnp.exp(self.log_sum(a.dataset, b.dataset, b.weights, a.covariance + b.covariance))
        return fnp.sum(a.weights * rows)

    def resample(self, key, shape=()):
        """Draws [d, *shape] from the density."""
        shape = tuple([operator.index(k) for k in shape])
        which, around = random.split(key)
        at = random.choice(which, self.n, shape, p=self.weights)
        spread = fnp.linalg.cholesky(self.covariance)
        noise = random.normal(around, (*shape, self.d), self.dataset.dtype)
        return fnp.moveaxis(self.dataset.T[at] + fnp.matmul(noise, spread.T), -1, 0)
