"""torch.backends.cpu: what the CPU can do."""

from ..functions.missing import refusal as _refusal


def get_cpu_capability():
    """ "AVX512", "AVX2" or "DEFAULT", by what NumPy found."""
    from funcgrad.core.blas import WIDE, simd

    found = simd()
    return "AVX512" if any([name in found for name in WIDE]) else "AVX2" if "AVX2" in found else "DEFAULT"


__getattr__ = _refusal("torch.backends.cpu", __name__)
