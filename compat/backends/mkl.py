"""torch.backends.mkl: True, as torch's CPU wheels have it; NumPy's own kernels compute."""

from ..functions.missing import refusal as _refusal


def is_available():
    """True, as in torch's CPU wheels."""
    return True


__getattr__ = _refusal("torch.backends.mkl", __name__)
