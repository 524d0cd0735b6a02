"""torch.backends.mps: there is none."""

from ..functions.missing import refusal as _refusal


def is_available():
    """False."""
    return False


def is_built():
    """False."""
    return False


__getattr__ = _refusal("torch.backends.mps", __name__)
