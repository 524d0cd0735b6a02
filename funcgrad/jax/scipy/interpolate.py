"""jax.scipy.interpolate: RegularGridInterpolator, over funcgrad.scipy.interpolate's."""

from ...scipy import interpolate as _engine
from ..apply import face as _face
from ..apply import parameter as _parameter
from ..numpy.creation import asarray as _asarray


class RegularGridInterpolator:
    """Values on a grid, as a function of places between its points: see funcgrad.scipy.interpolate."""

    def __init__(self, points, values, method="linear", bounds_error=False, fill_value=float("nan")):
        points = [_parameter(_asarray(p)) for p in points]
        self.call = _engine.RegularGridInterpolator(
            points, _parameter(_asarray(values)), method, bounds_error, _parameter(fill_value)
        )

    def __call__(self, xi, method=None):
        return _face(lambda *xi: self.call(xi if len(xi) > 1 else xi[0], method), "keep", "RegularGridInterpolator")(
            *(xi if isinstance(xi, tuple) else (_asarray(xi),))
        )
