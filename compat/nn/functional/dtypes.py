"""The dtypes that torch's kernels refuse, in its words."""

from funcgrad.core.halves import FLOAT32, HALVES, shared

from ...functions.operands import KINDS_OF_INTEGER, dtype_of, need_scalar_type
from ...functions.writing import spoken
from ...payload import current


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


def need_float_parameters(input, *parameters):
    """RuntimeError where the first of the parameters, None aside, is not of the input's dtype: they may all be float32, of an input of half
    precision."""
    given = [dtype_in(t) for t in parameters if t is not None]
    d = dtype_in(input)
    if given and given[0] != d:
        if any([o != FLOAT32 for o in given]):
            raise RuntimeError("mixed dtype (CPU): expect parameter to have scalar type of Float")
        if d not in HALVES:
            raise RuntimeError("mixed dtype (CPU): all inputs must share same datatype.")


def need_same_parameters(input, *parameters):
    """RuntimeError where one of the parameters is of another dtype than the first, in the words of torch's kernels."""
    given = [t for t in parameters if t is not None]
    for t in given:
        need_scalar_type(current(given[0]), current(t))
