"""Settings of the process that scripts make: threads, precision of products, determinism, warnings, anomaly detection.

What has no counterpart here is kept, checked as torch checks it, and read back; it changes nothing.
"""

import os

from .autograd.anomaly_mode import is_anomaly_check_nan_enabled, is_anomaly_enabled  # noqa: F401
from .deprecations import deprecated
from .errors import need_bool, type_name
from .native import of_arguments

DEBUG_MODES = ("default", "warn", "error")


class Kept:
    """What has been set."""

    threads = None
    interop_threads = os.cpu_count() or 1
    precision = "highest"
    on_cuda = "none"  # the same by its name in torch.backends.cuda.matmul, once it has been set
    deterministic = 0
    warn_always = False


def positive(name, n):
    if not isinstance(n, int) or isinstance(n, bool):
        raise RuntimeError(f"{name} expects an int, but got {type_name(n)}")
    if n < 1:
        raise RuntimeError(f"{name} expects a positive integer")
    return n


@of_arguments(1)
def set_num_threads(int):  # noqa: A002  (torch's name)
    """How many threads products of matrices (where NumPy's BLAS can be asked) and compiled code run on; RuntimeError for less than 1."""
    from funcgrad.core.blas import loaded
    from funcgrad.core.config import config

    Kept.threads = positive("set_num_threads", int)
    config(threads=Kept.threads)
    for blas in loaded():
        blas.threads = Kept.threads


@of_arguments(0)
def get_num_threads():
    """How many threads products of matrices run on.

    >>> import compat as torch
    >>> torch.get_num_threads() >= 1
    True
    """
    from funcgrad.core.blas import loaded

    return Kept.threads or next((blas.threads for blas in loaded()), 1)


@of_arguments(1)
def set_num_interop_threads(int):  # noqa: A002
    """Kept, without effect: operations run one after the other."""
    Kept.interop_threads = positive("set_num_interop_threads", int)


@of_arguments(0)
def get_num_interop_threads():
    """What set_num_interop_threads has set."""
    return Kept.interop_threads


def set_float32_matmul_precision(precision):
    """Kept, without effect: products of float32 are computed in float32."""
    if not isinstance(precision, str):
        raise RuntimeError(f"set_float32_matmul_precision expects a str, but got {type_name(precision)}")
    if precision in ("highest", "high", "medium"):
        Kept.precision, Kept.on_cuda = precision, "ieee" if precision == "highest" else "tf32"
    else:
        deprecated("precision", precision)


def get_float32_matmul_precision():
    """What set_float32_matmul_precision has set: "highest", "high" or "medium"."""
    return Kept.precision


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Kept, without effect: every operation gives the same figures each time."""
    need_bool(mode, "_set_deterministic_algorithms", "mode")
    Kept.deterministic = (1 if warn_only else 2) if mode else 0


def are_deterministic_algorithms_enabled():
    """Has use_deterministic_algorithms(True) been called?"""
    return Kept.deterministic > 0


def is_deterministic_algorithms_warn_only_enabled():
    """Was it called with warn_only?"""
    return Kept.deterministic == 1


def set_deterministic_debug_mode(debug_mode):
    """use_deterministic_algorithms by "default", "warn", "error", or 0, 1, 2."""
    if not isinstance(debug_mode, (str, int)):
        raise TypeError(f"debug_mode must be str or int, but got {type(debug_mode)}")
    if isinstance(debug_mode, str):
        if debug_mode not in DEBUG_MODES:
            raise RuntimeError(
                f"invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got {debug_mode}"
            )
        debug_mode = DEBUG_MODES.index(debug_mode)
    elif debug_mode not in (0, 1, 2):
        raise RuntimeError(f"invalid value of debug_mode, expected 0, 1, or 2, but got {debug_mode}")
    Kept.deterministic = debug_mode


def get_deterministic_debug_mode():
    """0, 1 or 2: nothing, a warning, an error where an operation is not deterministic."""
    return Kept.deterministic


@of_arguments(1)
def set_flush_denormal(mode):
    """False: NumPy does not flush denormal numbers."""
    if type(mode) is not bool:
        raise RuntimeError(f"flush_denormal expects a bool, but got {type_name(mode)}")
    return False


def set_warn_always(b, /):
    """Kept, without effect: torch's own once-only warnings come once for each line here."""
    if type(b) is not bool:
        raise RuntimeError(f"setWarnOnlyOnce expects a bool, but got {type_name(b)}")
    Kept.warn_always = b


def is_warn_always_enabled():
    """What set_warn_always has set."""
    return Kept.warn_always


def set_anomaly_enabled(mode, check_nan=True):
    """Switch anomaly detection on or off."""
    from .autograd.anomaly_mode import set_detect_anomaly

    set_detect_anomaly(mode, check_nan)


def compiled_with_cxx11_abi():
    """True, as torch's wheels have it."""
    return True


def get_device_module(device=None):
    """The module of a kind of device: torch.cpu, torch.cuda."""
    from importlib import import_module

    from .devices import Device

    return import_module(f".{Device('cpu' if device is None else device).type}", __package__)
