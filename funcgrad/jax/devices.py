"""The one device there is, the CPU, by the names a jax program asks for it."""


class Device:
    """The CPU."""

    id = process_index = local_hardware_id = 0
    platform = client = "cpu"
    device_kind = "cpu"

    def __repr__(self):
        return "CpuDevice(id=0)"

    __str__ = lambda self: "cpu:0"  # noqa: E731

    def memory_stats(self):
        """(Nothing is counted.)"""


CPU = Device()


class SingleDeviceSharding:
    """Where an array is: whole, on the CPU."""

    memory_kind = "device"
    is_fully_replicated = is_fully_addressable = True

    def __init__(self, device=CPU, **options):
        self.device_set = {device}

    def __repr__(self):
        return "SingleDeviceSharding(device=CpuDevice(id=0), memory_kind=device)"

    def __eq__(self, other):
        return isinstance(other, SingleDeviceSharding)

    def __hash__(self):
        return hash(SingleDeviceSharding)


def devices(backend=None):
    """The devices there are: one CPU. RuntimeError for another platform."""
    if backend not in (None, "cpu"):
        raise RuntimeError(f"Unknown backend {backend}: there is the CPU only")
    return [CPU]


local_devices = devices


def device_count(backend=None):
    return len(devices(backend))


local_device_count = device_count


def process_count(backend=None):
    return 1


def process_index(backend=None):
    return 0


def default_backend():
    return "cpu"


def device_put(x, device=None, *, src=None, donate=False, may_alias=None):
    """x with arrays for the numbers and ndarrays in it."""
    from .. import tree
    from .arrays import PYTHON
    from .numpy.creation import array

    if isinstance(device, str):
        raise ValueError(f"jax.device_put only accepts None, a jax.Device or a jax.sharding.Sharding; got {device!r}")
    return tree.map(lambda v: array(v) if hasattr(v, "dtype") or type(v) in PYTHON else v, x)


def device_get(x):
    """x with ndarrays for the arrays in it."""
    import numpy as np

    from .. import tree

    return tree.map(lambda v: np.asarray(v) if hasattr(v, "dtype") else v, x)


def block_until_ready(x):
    """x: nothing runs in the background."""
    return x


def ready(*args, **kwargs):
    """(Nothing to wait for, nothing to clear.)"""


effects_barrier = clear_caches = ready
