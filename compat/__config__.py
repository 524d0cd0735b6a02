"""torch.__config__: what this torch was built with, which is NumPy."""

import numpy as _np

from ._settings import get_num_threads as _threads
from .functions.missing import refusal as _refusal


def show():
    """A text about the build."""
    return f"PyTorch by compat:\n  - NumPy {_np.__version__}\n  - Build settings: CPU only\n"


def parallel_info():
    """A text about threads."""
    return f"ATen/Parallel:\n\tat::get_num_threads() : {_threads()}\n"


__getattr__ = _refusal(__name__)
