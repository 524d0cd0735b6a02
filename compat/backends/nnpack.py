"""torch.backends.nnpack: there is no NNPACK."""

import contextlib

from ..functions.missing import refusal as _refusal


def is_available():
    """False."""
    return False


def set_flags(_enabled):
    """Accepted and without effect; gives what was set."""
    return (False,)


@contextlib.contextmanager
def flags(enabled=False):
    """A block in which nothing is different."""
    yield


__getattr__ = _refusal("torch.backends.nnpack", __name__)
