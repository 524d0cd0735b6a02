"""jax.scipy.ndimage: faces of funcgrad.scipy.ndimage."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(__name__, "funcgrad.scipy.ndimage", {}, "keep")
