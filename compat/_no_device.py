"""The namespaces of accelerators that are not there, and say so: device-agnostic scripts take their CPU path.

Invariant: a function gives, or refuses in its words, what torch's does on a machine without such a device.
"""

import contextlib
import sys

from .functions.missing import refusal

GIVEN = {  # namespace -> {what its functions give: their names}
    "xpu": {
        "0": "device_count max_memory_allocated max_memory_reserved memory_allocated memory_reserved",
        "False": "is_available is_bf16_supported is_initialized is_tf32_supported is_current_stream_capturing",
        "None": "empty_cache manual_seed manual_seed_all seed seed_all set_rng_state_all reset_peak_memory_stats "
        "reset_accumulated_memory_stats",
        "[]": "get_arch_list get_rng_state_all memory_snapshot",
        "{}": "memory_stats memory_stats_as_nested_dict",
        "''": "get_gencode_flags",
    },
    "mtia": {
        "0": "device_count max_memory_allocated memory_allocated",
        "False": "is_available is_initialized",
        "True": "is_bf16_supported",
        "None": "empty_cache manual_seed manual_seed_all record_memory_history reset_peak_memory_stats seed seed_all set_rng_state_all",
        "[]": "get_rng_state_all",
        "{}": "memory_stats",
    },
    "mps": {"0": "device_count", "False": "is_available", "None": "manual_seed"},
}
REFUSED = {  # namespace -> {name: torch's function beneath it, which the RuntimeError names; none: an AssertionError}
    "xpu": {
        n: ""
        for n in "can_device_access_peer current_device current_stream get_device_capability get_device_name get_device_properties "
        "get_per_process_memory_fraction get_rng_state init initial_seed mem_get_info set_device set_per_process_memory_fraction "
        "set_rng_state set_stream synchronize".split()
    },
    "mtia": {n: "" for n in "get_rng_state init initial_seed set_rng_state".split()}
    | {
        n: "getCurrentDevice"
        for n in "current_device current_stream default_stream get_device_capability get_device_properties set_device set_stream "
        "synchronize".split()
    }
    | {"snapshot": "memorySnapshot", "graph_pool_handle": "graphPoolHandle"},
    "mps": {
        "empty_cache": "emptyCache", "current_allocated_memory": "getCurrentAllocatedMemory", "driver_allocated_memory": "getDriverAllocatedMemory",
        "get_rng_state": "getDefaultGenerator", "seed": "getDefaultGenerator", "set_rng_state": "getDefaultGenerator",
        "recommended_max_memory": "getRecommendedMaxMemory", "set_per_process_memory_fraction": "setMemoryFraction",
        "synchronize": "deviceSynchronize",
    },
}  # fmt: skip


def gives(name, value):
    """A function that gives a value whatever it is asked."""

    def f(*args, **kwargs):
        return value.copy() if isinstance(value, (list, dict)) else value

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"{value!r}: there is no such device."
    return f


def refuses(name, error):
    """A function that raises."""

    def f(*args, **kwargs):
        raise type(error)(*error.args)

    f.__name__ = f.__qualname__ = name
    f.__doc__ = f"Raises torch's {type(error).__name__}: there is no such device."
    return f


def dummy(name, base):
    """A class that nothing can be made of."""

    def __init__(self, *args, **kwargs):
        raise RuntimeError(f"Tried to instantiate dummy base class {base}")

    return type(name, (), {"__init__": __init__, "__doc__": "Raises torch's RuntimeError: there is no such device."})


def parts(module, names):
    """Let the submodules of a device's namespace be that namespace itself, which has all their names."""
    this = sys.modules[module]
    for name in names.split():
        sys.modules[f"{module}.{name}"] = this
        setattr(this, name, this)


def namespace(name):
    """What torch.<name> has."""
    import ast

    found = {n: gives(n, ast.literal_eval(value)) for value, names in GIVEN[name].items() for n in names.split()}
    for n, beneath in REFUSED[name].items():
        text = f"Cannot execute {beneath}() without {name.upper()} backend."
        none = AssertionError(f"Torch not compiled with {name.upper()} enabled")
        found[n] = refuses(n, RuntimeError(text) if beneath else none)
    if name != "mps":
        found |= {
            "device": contextlib.nullcontext,
            "stream": contextlib.nullcontext,
            "StreamContext": contextlib.nullcontext,
        }
        found |= {"Event": dummy("Event", "Event"), "Stream": dummy("Stream", "Stream"), "default_generators": ()}
    return found | {"__getattr__": refusal(f"compat.{name}")}
