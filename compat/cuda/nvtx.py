"""torch.cuda.nvtx: marks for a profiler of NVIDIA's, refused as torch without CUDA refuses them."""

import contextlib

from .._no_device import refuses

__all__ = ["mark", "range", "range_end", "range_pop", "range_push", "range_start"]
NO_NVTX = RuntimeError("NVTX functions not installed. Are you sure you have a CUDA build?")
mark, range_end, range_pop, range_push, range_start = [refuses(name, NO_NVTX) for name in __all__ if name != "range"]


@contextlib.contextmanager
def range(msg, *args, **kwargs):
    """A block that is a mark; RuntimeError when it is entered."""
    range_push(msg.format(*args, **kwargs))
    yield
