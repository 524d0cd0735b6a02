"""torch.accelerator: there is none."""

from ._no_device import parts as _parts
from .devices import NO_ACCELERATOR
from .functions.missing import refusal as _refusal


def is_available():
    """False."""
    return False


def current_accelerator(check_available=False):
    """None: there is no accelerator."""
    return None


def device_count():
    """0."""
    return 0


def _refused(name):
    def f(*args, **kwargs):
        raise RuntimeError(NO_ACCELERATOR)

    f.__name__, f.__doc__ = name, "Raises torch's RuntimeError: there is no accelerator."
    return f


for _name in (
    "current_device_idx current_device_index current_stream device_index empty_cache empty_host_cache get_device_capability get_memory_info "
    "max_memory_allocated max_memory_reserved memory_allocated memory_reserved memory_stats reset_accumulated_memory_stats "
    "reset_peak_memory_stats set_device_idx set_device_index set_stream synchronize"
).split():
    globals()[_name] = _refused(_name)

_parts(__name__, "memory graphs")
__getattr__ = _refusal("torch.accelerator", __name__)
