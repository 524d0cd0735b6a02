"""torch.cuda.profiler: a profiler of NVIDIA's, refused as torch without CUDA refuses it."""

import contextlib

from .._no_device import refuses

NO_CUDA = AssertionError("Torch not compiled with CUDA enabled")
start, stop = [refuses(name, NO_CUDA) for name in ("start", "stop")]


@contextlib.contextmanager
def profile():
    """A block that is profiled; AssertionError when it is entered."""
    start()
    yield
