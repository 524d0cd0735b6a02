"""torch.accelerator: there is none; and torch.Stream and torch.Event, the queue of the CPU, which is empty after each operation."""

from ._no_device import parts as _parts
from .devices import NO_ACCELERATOR, Device
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
__getattr__ = _refusal(__name__)


def no_events(*args, **kwargs):
    """RuntimeError: the CPU has no events."""
    raise RuntimeError("cpu backend doesn't support events.")


class OfCPU:
    """What both have: a device, and nothing to wait for."""

    device, device_type, device_index = Device("cpu"), 0, -1

    def __init__(self, device=None, **options):
        if device is not None and Device(device).type != "cpu":
            raise RuntimeError(f"PyTorch is not linked with support for {Device(device).type} devices")

    def query(self):
        """True: everything is done."""
        return True

    def synchronize(self):
        """Nothing to wait for."""


class Stream(OfCPU):
    """A queue of operations: of the CPU, since there is no other device.

    >>> Stream("cpu").query()
    True
    """

    stream_id = 0
    wait_stream = record_event = no_events

    def __init__(self, device=None, *, priority=0):
        super().__init__(device)

    def wait_event(self, event):
        """Nothing to wait for."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def __eq__(self, other):
        return isinstance(other, Stream)

    def __repr__(self):
        return "torch.Stream device_type=cpu, device_index=-1, stream_id=0"


class Event(OfCPU):
    """A mark in a queue."""

    event_id = 0
    record = no_events

    def __init__(self, device=None, *, enable_timing=False, blocking=False, interprocess=False):
        super().__init__(device)
        self.timing = enable_timing

    def wait(self, stream=None):
        """Nothing to wait for."""

    def elapsed_time(self, end_event):
        """Two events that were recorded would be needed."""
        if not (self.timing and end_event.timing):
            raise ValueError("Both events must be created with argument 'enable_timing=True'.")
        raise ValueError("Both events must be recorded before calculating elapsed time.")

    def __repr__(self):
        return f"torch.Event device_type=cpu, device_index=-1, event_flag={int(self.timing)}, event_id=0"
