"""torch.cpu: the one device there is, asked as other devices are asked."""

import contextlib

from .amp.older import package
from .functions.missing import refusal


def is_available():
    """True."""
    return True


def is_initialized():
    """True."""
    return True


def device_count():
    """1."""
    return 1


def current_device():
    """ "cpu"."""
    return "cpu"


def set_device(device):
    """Nothing to choose from."""


def synchronize(device=None):
    """Nothing to wait for: every operation is done when it returns."""


class Stream:
    """A queue of operations: there is one, which is empty after each of them."""

    def __init__(self, priority=-1):
        pass


class StreamContext(contextlib.nullcontext):
    """A block on a stream: nothing changes."""


stream = StreamContext


def current_stream(device=None):
    """The stream."""
    return Stream()


amp = package("cpu", "bfloat16")
__getattr__ = refusal(__name__)
