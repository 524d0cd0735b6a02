"""jax.scipy.signal's names: convolutions, trends, spectra, for traced arrays and plain ones."""

from ...lazy import attributes as _attributes

_INDEX = {
    "convolution": "convolve convolve2d correlate correlate2d fftconvolve",
    "spectral": "csd detrend istft stft welch",
}
__getattr__, __dir__ = _attributes(__name__, _INDEX)
__all__ = sorted(" ".join(_INDEX.values()).split())
