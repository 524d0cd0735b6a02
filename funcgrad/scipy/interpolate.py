"""jax.scipy.interpolate's RegularGridInterpolator: functions on a grid, read between its points."""

import itertools

import numpy as np

from .. import numpy as fnp
from ..core.aval import dtype_of, shape_of
from ..errors import ArgumentValueError, ShapeError
from ..numpy.arguments import as_array, inexact

__all__ = ["RegularGridInterpolator"]
METHODS = ("linear", "nearest")


class RegularGridInterpolator:
    """Values on a grid, as a function of places [..., axes] between its points; linear, or those of the nearest point.

    Outside the grid the values are fill_value, or (fill_value=None) those of the outermost cells, continued.
    ValueError for points that do not ascend, and for grids and values that do not fit.

    >>> import numpy as np
    >>> f = RegularGridInterpolator((np.array([0.0, 1.0, 3.0]),), np.array([0.0, 10.0, 20.0]))
    >>> f(np.array([[0.5], [2.0]]))
    array([ 5., 15.])
    """

    def __init__(self, points, values, method="linear", bounds_error=False, fill_value=np.nan):
        if method not in METHODS:
            raise ArgumentValueError(f"RegularGridInterpolator: method must be one of {METHODS}; got {method!r}")
        if bounds_error:
            raise NotImplementedError(
                "RegularGridInterpolator: bounds_error=True is not offered, as in jax: no error by values"
            )
        self.values = inexact(as_array(values))
        self.grid = tuple([as_array(p) for p in points])
        self.method, self.bounds_error, self.fill_value = method, bounds_error, fill_value
        if len(self.grid) > len(shape_of(self.values)):
            raise ShapeError(
                f"RegularGridInterpolator: {len(self.grid)} grids for values of shape {shape_of(self.values)}"
            )
        for i, p in enumerate(self.grid):
            if shape_of(p) != (shape_of(self.values)[i],):
                raise ShapeError(
                    f"RegularGridInterpolator: points {i} must be a vector of {shape_of(self.values)[i]}; got shape {shape_of(p)}"
                )
            if isinstance(p, np.ndarray) and not np.all(np.diff(p) > 0):
                raise ArgumentValueError(f"RegularGridInterpolator: points {i} must be strictly ascending")

    def __call__(self, xi, method=None):
        """The values at places xi, [..., axes]; or at a tuple of arrays, one for each axis."""
        method = self.method if method is None else method
        if method not in METHODS:
            raise ArgumentValueError(f"RegularGridInterpolator: method must be one of {METHODS}; got {method!r}")
        if isinstance(xi, tuple):
            xi = fnp.stack(fnp.broadcast_arrays(*xi), -1)
        xi = as_array(xi)
        if shape_of(xi)[-1:] != (len(self.grid),) and not (len(self.grid) == 1 and len(shape_of(xi)) == 1):
            raise ShapeError(
                f"RegularGridInterpolator: places must be [..., {len(self.grid)}]; got shape {shape_of(xi)}"
            )
        places = fnp.unstack(xi, axis=-1) if shape_of(xi)[-1:] == (len(self.grid),) else [xi]
        cells, outside = [], False
        for x, p in zip(places, self.grid, strict=True):
            at = fnp.clip(fnp.searchsorted(p, x, side="right") - 1, 0, shape_of(p)[0] - 2)
            low, high = p[at], p[at + 1]
            cells.append((at, (x - low) / (high - low)))
            outside = fnp.logical_or(outside, fnp.logical_or(x < p[0], x > p[-1]))
        trailing = (1,) * (len(shape_of(self.values)) - len(self.grid))
        if method == "nearest":
            out = self.values[tuple([at + fnp.where(part <= 0.5, 0, 1) for at, part in cells])]
        else:
            out = None
            for corner in itertools.product((0, 1), repeat=len(cells)):
                weight = None
                for (_, part), up in zip(cells, corner, strict=True):
                    w = part if up else 1 - part
                    weight = w if weight is None else weight * w
                value = self.values[tuple([at + up for (at, _), up in zip(cells, corner, strict=True)])]
                term = fnp.reshape(weight, (*shape_of(weight), *trailing)) * value
                out = term if out is None else out + term
        if self.fill_value is not None:
            outside = fnp.reshape(outside, (*shape_of(outside), *trailing))
            out = fnp.where(outside, np.asarray(self.fill_value).astype(dtype_of(out)), out)
        return out
