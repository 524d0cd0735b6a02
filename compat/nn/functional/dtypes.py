"""The dtypes that torch's kernels refuse, in its words."""

from funcgrad.core.halves import FLOAT32, HALVES, shared

from ...functions.operands import KINDS_OF_INTEGER, dtype_of
from ...functions.register import spoken
from ...tensor import current


def dtype_in(t):
    """The NumPy dtype of a Tensor."""
    return dtype_of(current(t))


OF_COMPLEX = (
    "silu_cpu",
    "rms_norm",
)  # (they take complex numbers too)


def refuse_integers(kernel, *tensors):
    """NotImplementedError where the kernel is not there for the Tensors' dtype."""
    for t in tensors:
        d = dtype_in(t)
        if d.kind in KINDS_OF_INTEGER or d.kind == "c" and kernel not in OF_COMPLEX:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{spoken(d)}'")


def refuse_halves(kernel, *tensors):
    """NotImplementedError where the kernel is not there for half precision."""
    for t in tensors:
        if shared.halves and dtype_in(t) in HALVES:
            raise NotImplementedError(f"\"{kernel}\" not implemented for '{spoken(dtype_in(t))}'")


def need_one_dtype(input, *others):
    """RuntimeError where the input's dtype is not that of the parameters and statistics, None aside. Those of an input of half
    precision may all be float32."""
    d = dtype_in(input)
    others = [dtype_in(t) for t in others if t is not None]
    if others.count(d) != len(others) and not (d in HALVES and all([o == FLOAT32 for o in others])):
        if others[0] != d and any([o != FLOAT32 for o in others]):
            raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
        raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")
