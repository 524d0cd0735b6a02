"""torch.backends.mkl: True, as torch's CPU wheels have it; NumPy's own kernels compute."""

import contextlib

from ..functions.missing import refusal as _refusal


def is_available():
    """True, as in torch's CPU wheels."""
    return True


VERBOSE_OFF, VERBOSE_ON = 0, 1


class verbose(contextlib.nullcontext):
    """A block in which MKL would tell what it does: there is none that could."""


__getattr__ = _refusal("torch.backends.mkl", __name__)
