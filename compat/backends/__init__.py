"""torch.backends: what there is not, and settings that scripts make, kept and without effect.

Invariant: each library is a module of its own, as in torch; what such a module has stands here as the body of a class of its name.
"""

import contextlib
import sys
from types import ModuleType, SimpleNamespace

from .._no_device import gives, refuses
from ..functions.missing import refusal as _refusal
from . import cuda  # noqa: F401

fp32_precision = "none"


@contextlib.contextmanager
def __allow_nonbracketed_mutation():
    """A block in which settings may be assigned, as they may be everywhere."""
    yield


def flags_of(name, settings):
    """`flags(**settings)` of a module: a block in which its settings are others."""

    @contextlib.contextmanager
    def flags(**given):
        space = vars(sys.modules[f"{__name__}.{name}"])
        before = {n: space[n] for n in settings}
        space.update({n: v for n, v in given.items() if n in settings})
        try:
            yield
        finally:
            space.update(before)

    return flags


def get_cpu_capability():
    """ "AVX512", "AVX2" or "DEFAULT", by what NumPy found."""
    from funcgrad.core.blas import WIDE, simd

    found = simd()
    return "AVX512" if any([name in found for name in WIDE]) else "AVX2" if "AVX2" in found else "DEFAULT"


class verbose(contextlib.nullcontext):
    """A block in which MKL would tell what it does: there is none that could."""


def set_flags(_enabled):
    """Accepted and without effect; gives what was set."""
    return (False,)


@contextlib.contextmanager
def flags(enabled=False):
    """A block in which nothing is different."""
    yield


def there(answer):
    return {"is_available": gives("is_available", answer)}


def get_fastpath_enabled():
    """Is attention that is only evaluated computed in one piece, as the layers do it? Here it is only in what order its result lies."""
    return sys.modules[f"{__name__}.mha"]._is_fastpath_enabled


def set_fastpath_enabled(value):
    """Set what get_fastpath_enabled says."""
    sys.modules[f"{__name__}.mha"]._is_fastpath_enabled = value


TF32 = SimpleNamespace(fp32_precision="tf32"), SimpleNamespace(fp32_precision="tf32")
MACOS = RuntimeError("Cannot execute isOnMacOSorNewer() without MPS backend.")
LIBRARIES = {  # (True where torch's wheels for the CPU have a library, although NumPy's own kernels compute)
    "cpu": {"get_cpu_capability": get_cpu_capability},
    "cudnn": {
        **there(False), **dict.fromkeys(("benchmark", "deterministic"), False), **dict.fromkeys(("enabled", "allow_tf32"), True),
        "benchmark_limit": 10, "conv": TF32[0], "rnn": TF32[1], "fp32_precision": "none", "version": gives("version", None),
        "is_acceptable": gives("is_acceptable", False),
        "flags": flags_of("cudnn", ("enabled", "benchmark", "benchmark_limit", "deterministic", "allow_tf32")),
    },
    "cusparselt": {**there(False), "version": gives("version", None)},
    "mha": {
        "_is_fastpath_enabled": True, "get_fastpath_enabled": get_fastpath_enabled, "set_fastpath_enabled": set_fastpath_enabled,
    },
    "mkl": {**there(True), "VERBOSE_OFF": 0, "VERBOSE_ON": 1, "verbose": verbose},
    "mkldnn": {
        **there(True), "enabled": True, "deterministic": False, "allow_tf32": False,
        "flags": flags_of("mkldnn", ("enabled", "deterministic", "allow_tf32")),
    },
    "mps": {
        **there(False), "is_built": gives("is_built", False),
        **{name: refuses(name, MACOS) for name in ("is_macos13_or_newer", "is_macos_or_newer")},
    },
    "nnpack": {**there(False), "set_flags": set_flags, "flags": flags},
    "openmp": there(True),
    "opt_einsum": {**there(False), "enabled": True, "strategy": "auto"},
    "quantized": {"engine": "none", "supported_engines": ["none"]},
}  # fmt: skip


def library(name, has):
    """The module of a library."""
    found = sys.modules[f"{__name__}.{name}"] = ModuleType(f"{__name__}.{name}", f"torch.backends.{name}")
    for f in filter(callable, has.values()):
        f.__module__ = found.__name__
    vars(found).update(has, __getattr__=_refusal(found.__name__))
    return found


globals().update({name: library(name, has) for name, has in LIBRARIES.items()})
for _own in (get_cpu_capability, verbose, set_flags, flags, get_fastpath_enabled, set_fastpath_enabled):
    del globals()[_own.__name__]
__all__ = [*LIBRARIES, "cuda", "fp32_precision"]


def __dir__():
    return __all__


__getattr__ = _refusal(__name__)
