"""Tensors made of others: grids of coordinates, products and combinations, powers, complex numbers of two parts."""

import numpy as np

from funcgrad.core.halves import BFLOAT16, FLOAT16
from funcgrad.core.trace import TAPE

from .. import dtypes
from ..deprecations import once
from ..payload import current
from .creation import function, seldom
from .joining import need_tensors
from .nodes import released
from .operands import P, check_sizes, dtype_of, new
from .register import FUNCTIONS, operation


def tensors_argument(tensors):
    return tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors


@function
def meshgrid(*tensors, indexing=None):
    """The coordinate grids of 1-d Tensors, each an expanded view; indexing "xy" swaps the first two axes."""
    tensors = tensors_argument(tensors)
    need_tensors(tensors)
    if indexing not in (None, "ij", "xy"):
        raise RuntimeError(f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}')
    if indexing is None:
        once("meshgrid")
    if not tensors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    swapped = indexing == "xy" and len(tensors) > 1
    if swapped:
        tensors = (tensors[1], tensors[0], *tensors[2:])
    shape = tuple([t.numel() for t in tensors])
    if any(t.dtype != tensors[0].dtype for t in tensors):
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    out = []
    for k, t in enumerate(tensors):
        if t.dim() > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {t.dim()}D")
        out.append(t.view([-1 if i == k else 1 for i in range(len(shape))]).expand(shape))
    if swapped:
        out[:2] = out[1::-1]
    return tuple(out)


@function
def cartesian_prod(*tensors):
    """All combinations of the elements of 1-d Tensors, one a row."""
    need_tensors(tensors)
    for t in tensors:
        if t.dim() != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(t.shape)}")
    if any(t.dtype != tensors[0].dtype for t in tensors):
        raise RuntimeError("meshgrid expects all tensors to have the same dtype")
    if len(tensors) == 1:
        return tensors[0]
    return FUNCTIONS["stack"]([g.flatten() for g in meshgrid(*tensors, indexing="ij")], 1)


@operation(method=False)
def combinations(input, r=2, with_replacement=False):
    """All combinations of r elements of a 1-d Tensor, one a row."""
    if input.dim() != 1:
        raise RuntimeError(f"Expect a 1D vector, but got shape {list(input.shape)}")
    if r < 0:
        raise RuntimeError(f"Expect a non-negative number, but got {r}")
    if r == 0:
        return input.new_empty((0,))
    places = np.indices((input.numel(),) * r)
    chosen = np.ones(places.shape[1:], bool)
    for one, two in zip(places, places[1:]):
        chosen &= one <= two if with_replacement else one < two
    if current(input).owner is not TAPE:
        return input[new(np.stack([one[chosen] for one in places], 1))]
    return FUNCTIONS["stack"](
        [g.masked_select(new(chosen)) for g in FUNCTIONS["meshgrid"](*[input] * r, indexing="ij")], 1
    )


@seldom
def vander(x, N=None, increasing=False):
    """The powers of a 1-d Tensor as columns, falling unless `increasing`."""
    if x.dim() != 1:
        raise RuntimeError("x must be a one-dimensional tensor.")
    n = x.numel() if N is None else N
    if n < 0:
        raise RuntimeError("N must be non-negative.")
    powers = np.arange(n) if increasing else np.arange(n)[::-1]
    t = x if x.is_floating_point() or x.is_complex() else x.to(dtypes.BY_NAME["int64"])
    return t.unsqueeze(1) ** new(powers.copy())


@operation("ComplexBackward0", method=False)
def complex(real, imag):  # noqa: A001
    """real + 1j * imag, of float32 (or float64) parts."""
    need_two_floats(real, imag)
    check_sizes(current(real), current(imag))
    return released(P["complex"](current(real), current(imag)), True)


def need_two_floats(*parts):
    """RuntimeError, in torch's words, if these are not of one float dtype."""
    pair = [dtype_of(current(t)) for t in parts]
    if any(d.kind != "f" or d == BFLOAT16 for d in pair):
        said = " and ".join(dtypes.SPOKEN[dtypes.name_of(d)] for d in pair)
        raise RuntimeError(f"Expected both inputs to be Half, Float or Double tensors but got {said}")
    if pair[0] == FLOAT16:
        once("complex32")
    if pair[0] != pair[1]:
        raise RuntimeError(
            f"Expected object of scalar type {dtypes.SPOKEN[dtypes.name_of(pair[0])]} but got scalar type "
            f"{dtypes.SPOKEN[dtypes.name_of(pair[1])]} for second argument"
        )


@operation("PolarBackward0", method=False)
def polar(abs, angle):  # noqa: A002
    """abs * (cos(angle) + 1j * sin(angle))."""
    need_two_floats(abs, angle)
    if dtype_of(current(abs)) == FLOAT16:
        raise NotImplementedError("\"polar_cpu\" not implemented for 'Half'")
    return P["polar"](current(abs), current(angle))
