"""torch.backends.cusparselt: there is no cuSPARSELt."""

from ..functions.missing import refusal as _refusal


def is_available():
    """False."""
    return False


def version():
    """None: there is no such library."""
    return None


__getattr__ = _refusal("torch.backends.cusparselt", __name__)
