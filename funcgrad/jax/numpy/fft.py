"""jax.numpy.fft: faces of funcgrad.numpy.fft."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(
    __name__, "funcgrad.numpy.fft", {"keep": "fftfreq rfftfreq", "keep 0": "fftshift ifftshift"}, "single 0"
)
