"""torch.backends.mps: there is none."""

from ..functions.missing import refusal as _refusal


def is_available():
    """False."""
    return False


def is_built():
    """False."""
    return False


def is_macos13_or_newer(*_):
    """Raises torch's RuntimeError: there is no such device."""
    raise RuntimeError("Cannot execute isOnMacOSorNewer() without MPS backend.")


is_macos_or_newer = is_macos13_or_newer


__getattr__ = _refusal("torch.backends.mps", __name__)
