"""torch.cuda: there is none, and it says so, so that device-agnostic scripts take their CPU path.

What torch without CUDA answers or takes is answered and taken here; what it refuses is refused in its words.
"""

import contextlib

from .._no_device import dummy, parts, refuses
from .._unusable import put
from ..amp.older import package
from ..devices import Device
from ..errors import AcceleratorError, OutOfMemoryError  # noqa: F401
from ..functions.missing import refusal

has_half, has_magma = True, False
_initialized = False
default_generators = ()


def is_available():
    """False.

    >>> import compat as torch
    >>> torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device(type='cpu')
    """
    return False


def answer(value, doc, names):
    """Functions, by name, that give a value whatever they are asked."""

    def make(name):
        def f(*args, **kwargs):
            return value() if callable(value) else value

        f.__name__, f.__doc__ = name, doc
        return f

    globals().update({name: make(name) for name in names.split()})


answer(
    False, "False: there is no GPU.", "is_bf16_supported is_initialized is_tf32_supported is_current_stream_capturing"
)
answer(
    0,
    "0: there is no GPU.",
    "device_count max_memory_allocated max_memory_cached max_memory_reserved memory_allocated memory_cached memory_reserved",
)
answer(list, "An empty list: there is no GPU.", "get_arch_list get_rng_state_all memory_snapshot")
answer(
    dict,
    "An empty dict: there is no GPU.",
    "host_memory_stats host_memory_stats_as_nested_dict memory_stats memory_stats_as_nested_dict",
)
answer("", "An empty text: there is no GPU.", "get_gencode_flags")
answer(
    None,
    "Accepted and without effect, as in torch without a GPU.",
    "empty_cache manual_seed manual_seed_all seed seed_all set_rng_state_all reset_peak_memory_stats "
    "reset_max_memory_allocated reset_max_memory_cached reset_accumulated_memory_stats reset_peak_host_memory_stats "
    "reset_accumulated_host_memory_stats caching_allocator_enable",
)


def refuse(names):
    def make(name):
        def missing(*args, **kwargs):
            error = AssertionError("Torch not compiled with CUDA enabled")
            error.add_note(f"[torch.cuda.{name}: compat computes on the CPU only.]")
            raise error

        missing.__name__, missing.__doc__ = name, "Raises torch's AssertionError: there is no GPU."
        return missing

    globals().update({name: make(name) for name in names.split()})


refuse(
    "caching_allocator_alloc caching_allocator_delete can_device_access_peer clock_rate cudart current_solver_handle "
    "device_memory_used get_per_process_memory_fraction get_stream_from_external get_sync_debug_mode graph_pool_handle "
    "list_gpu_processes make_graphed_callables memory_usage power_draw set_per_process_memory_fraction set_stream "
    "set_sync_debug_mode temperature current_blas_handle current_device current_stream default_stream get_device_capability get_device_name "
    "get_device_properties get_rng_state init initial_seed ipc_collect mem_get_info memory_summary "
    "synchronize utilization"
)


def set_device(device):
    """Nothing for a number below 0; torch's AttributeError for any other: there is no GPU."""
    if isinstance(device, (str, Device)):
        device = Device(str(device))
        if device.type != "cuda":
            raise ValueError(f"Expected a cuda device, but got: {device}")
    number = getattr(device, "index", device)
    if not isinstance(number, int):
        raise ValueError(f"Expected a torch.device with a specified index or an integer, but got:{device}")
    if number >= 0:
        error = AttributeError("module 'torch._C' has no attribute '_cuda_setDevice'")
        error.add_note("[torch.cuda.set_device: compat computes on the CPU only.]")
        raise error


class Event:
    """Raises torch's RuntimeError: there is no GPU whose time could be taken."""

    def __init__(self, enable_timing=False, blocking=False, interprocess=False):
        raise RuntimeError("Tried to instantiate dummy base class Event")


class Stream:
    """Raises torch's RuntimeError: there is no GPU that could have streams."""

    def __init__(self, device=None, priority=0):
        raise RuntimeError("torch.cuda.Stream requires CUDA support")


for _name, _base in {
    "CUDAGraph": "_CUDAGraph", "MemPool": "_MemPool", "ExternalStream": "_CudaStreamBase", "CUDAPluggableAllocator": "_CUDAAllocator",
    "graph": "_CUDAGraph",
}.items():  # fmt: skip
    globals()[_name] = dummy(_name, _base)


class CudaError(RuntimeError):
    """What a GPU says; never raised here."""


class DeferredCudaCallError(Exception):
    """What a GPU says later; never raised here."""


class device(contextlib.nullcontext):
    """A block on a device: nothing changes on the CPU, and there is no GPU of any number."""

    def __enter__(self):
        number = getattr(self.enter_result, "index", self.enter_result)
        if isinstance(number, int) and number >= 0:
            raise RuntimeError("PyTorch was compiled without CUDA support")
        return self.enter_result


class device_of(contextlib.nullcontext):
    """A block on the device of a Tensor: nothing changes."""


class StreamContext(contextlib.nullcontext):
    """A block on a stream: nothing changes."""


def stream(stream):
    """A block on a stream: nothing changes."""
    return StreamContext(stream)


def set_rng_state(new_state, device="cuda"):
    """Kept for a GPU that never comes, as in torch."""
    new_state.clone()


def type_without_device(name):
    """torch.cuda.FloatTensor, torch.cuda.FloatStorage and their kin: nothing is one, and none can be made."""

    def new(cls, *args, **kwargs):
        if name.endswith("Storage"):
            raise AssertionError("Torch not compiled with CUDA enabled")
        raise TypeError(f"type torch.cuda.{name} not available. Torch not compiled with CUDA enabled.")

    return type(name, (), {"__new__": new, "__module__": "torch.cuda"})


for _kind in "Float Double Half BFloat16 Long Int Short Char Byte Bool".split():
    globals()[f"{_kind}Tensor"] = type_without_device(f"{_kind}Tensor")
for _kind in "BFloat16 Bool Byte Char ComplexDouble ComplexFloat Double Float Half Int Long Short".split():
    globals()[f"{_kind}Storage"] = type_without_device(f"{_kind}Storage")
parts(__name__, "memory random streams graphs")


put(__name__, {"profiler": "", "nvtx": ""})
NO_NVTX = RuntimeError("NVTX functions not installed. Are you sure you have a CUDA build?")
for _name in "mark range_end range_pop range_push range_start".split():
    setattr(nvtx, _name, refuses(_name, NO_NVTX))  # noqa: F821 (which `put` has set)


def block(start):
    """A block that raises when it is entered."""

    @contextlib.contextmanager
    def entered(*args, **kwargs):
        start()
        yield

    return entered


nvtx.range = block(nvtx.range_push)  # noqa: F821
profiler.start = profiler.stop = cudart  # noqa: F821
profiler.profile = block(cudart)  # noqa: F821
del block, NO_NVTX
amp = package("cuda", "float16")
__getattr__ = refusal(__name__)
