"""torch.xpu: there is none, and it says so, so that device-agnostic scripts take their CPU path."""

from .functions.missing import refusal


def is_available():
    """False."""
    return False


def device_count():
    """0."""
    return 0


def manual_seed(seed):
    """Accepted and without effect."""


manual_seed_all = manual_seed


def empty_cache():
    """Nothing to empty."""


def synchronize(device=None):
    """AssertionError: there is no such device."""
    raise AssertionError("Torch not compiled with XPU enabled")


__getattr__ = refusal("torch.xpu", __name__)
