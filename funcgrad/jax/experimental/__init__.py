"""jax.experimental: enable_x64, disable_x64, ode, and the names of what has moved."""

import contextlib

from ...callbacks import io_callback as _io_callback
from ...lazy import attributes as _attributes
from ..config import enable_x64
from ..transforms import enter, pure_callback, wrapped

__getattr__, __dir__ = _attributes(__name__, {})


@contextlib.contextmanager
def disable_x64():
    """32 bits inside."""
    with enable_x64(False):
        yield


def io_callback(callback, result_shape_dtypes, *args, sharding=None, ordered=False, **kwargs):
    """callback's result (NumPy in, NumPy out), in each run, in order."""
    return wrapped(_io_callback(callback, result_shape_dtypes, *enter(args)[0], ordered=ordered, **enter(kwargs)[0]))


__all__ = ["disable_x64", "enable_x64", "io_callback", "pure_callback"]
