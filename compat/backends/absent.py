"""torch.backends.mkl, nnpack, openmp and cusparselt: what they say where NumPy's own kernels compute."""

import contextlib
import sys
from types import ModuleType

from ..functions.missing import refusal


def made(name, here, **names):
    """A module of torch.backends, and in it the answer to whether it is there: as torch's CPU wheels have it."""
    module = ModuleType(f"{__package__}.{name}", f"torch.backends.{name}: {here}, as torch's CPU wheels have it.")

    def is_available():
        return here

    own = {"is_available": is_available, "__getattr__": refusal(f"torch.backends.{name}", module.__name__)}
    for f in (is_available, *[v for v in names.values() if callable(v)]):
        f.__module__ = module.__name__
    vars(module).update(own | names)
    sys.modules[module.__name__] = module
    return module


class verbose(contextlib.nullcontext):
    """A block in which MKL would tell what it does: there is none that could."""


def set_flags(_enabled):
    """Accepted and without effect; gives what was set."""
    return (False,)


@contextlib.contextmanager
def flags(enabled=False):
    """A block in which nothing is different."""
    yield


def version():
    """None: there is no such library."""
    return None


mkl = made("mkl", True, VERBOSE_OFF=0, VERBOSE_ON=1, verbose=verbose)
nnpack = made("nnpack", False, set_flags=set_flags, flags=flags)
openmp = made("openmp", True)
cusparselt = made("cusparselt", False, version=version)
