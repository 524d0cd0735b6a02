"""The bits of a Tensor: read as another dtype over the same memory (view(dtype), without a gradient, as in torch), and hashed.

Invariant: what torch refuses is refused before anything is made. bfloat16 and complex32 alone are copied: their bits are not what
memory holds here (docs/decisions/bfloat16.md).
"""

import numpy as np

from funcgrad.core.conjugate_views import maps_of
from funcgrad.core.halves import SIZE, bits, of_bits
from funcgrad.core.trace import TAPE
from funcgrad.core.view_strides import lying, read_as

from ..formats import base_of, offset_in
from ..payload import current, strides_of
from ..tensor import Tensor
from .mapped_by_loop import on_values
from .operands import dims_of, dtype_of, shape_of
from .refusals import refuse
from .register import operation
from .writing import spoken


def check(v, own, new):
    """RuntimeError in torch's words if elements of `own` bytes cannot be read as ones of `new` (both dtypes of `v`'s Tensor)."""
    a, b = size_of(own), size_of(new)
    if a == b:
        return
    views = f"to view {spoken(own)} as {spoken(new)} (different element sizes)"
    if v.ndim == 0:
        raise RuntimeError(f"self.dim() cannot be 0 {views}")
    steps, ratio = strides_of(v), max(a, b) // min(a, b)
    if b > a:
        offset = offset_in(v, base_of(v))
        for what, n in (("size(-1)", v.shape[-1]), ("storage_offset()", offset)):
            if n % ratio:
                raise RuntimeError(f"self.{what} must be divisible by {ratio} {views}, but got {n}")
    if steps[-1] != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {views}, but got {steps[-1]}")
    for d, n in enumerate(steps[:-1] if b > a else ()):
        if n % ratio:
            raise RuntimeError(f"self.stride({d}) must be divisible by {ratio} {views}, but got {n}")


def size_of(d):
    """The bytes of an element in torch's memory."""
    return SIZE.get(d, d.itemsize)


def bits_as(t, d):
    """A Tensor that is up to date with its bits read as NumPy dtype d.

    >>> import compat as torch
    >>> torch.tensor([1.0]).view(torch.int32)
    tensor([1065353216], dtype=torch.int32)
    """
    if t.owner is not TAPE:
        raise RuntimeError("view(dtype): the bits of a Tensor that is traced cannot be read as another dtype.")
    v, own = t.val, dtype_of(t)
    if maps := maps_of(t):
        raise RuntimeError(
            f"torch.Tensor.view is not supported for {'conjugate view tensors' if maps & 1 else 'tensors with negative bit set'} when "
            "converting to a different dtype."
        )
    check(v, own, d)
    if own == d or own.isnative and d.isnative:
        if v.ndim and v.shape[-1] == 1 and own.itemsize != d.itemsize and not v.flags.c_contiguous:
            v = v[..., 0][..., None]  # (NumPy asks for the stride of the one element, which says nothing)
        out = Tensor(lying(v, v.view(d), read_as, own=own.itemsize, new=d.itemsize), None, TAPE)
        out.store = t.versioned()
        return out
    v = v if own.isnative else bits(v)
    return Tensor(v.view(d) if d.isnative else of_bits(v, d), None, TAPE)


@operation()
def hash_tensor(input, dim=None, *, keepdim=False, mode=0):
    """The exclusive or of the elements' bits, as float64 or int64, over dimensions (default: all): uint64."""
    t = current(input)
    d, shape = dtype_of(t), shape_of(t)
    if mode:
        raise RuntimeError(f"Unknown hash_tensor mode: {mode}")
    dims = dims_of(dim, len(shape))
    if 0 in shape and not dim and dim != 0:
        raise RuntimeError(
            "hash_tensor: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument."
        )
    for k, said in zip(dims, dim if isinstance(dim, (tuple, list)) else (dim,)):
        if not shape[k]:
            raise IndexError(f"hash_tensor: Expected reduction dim {said} to have non-zero size.")
    if d.kind == "c":
        refuse("xor_sum_cpu", d)
    wide = np.dtype(np.float64 if d.kind == "f" else np.uint64 if d == np.uint64 else np.int64)
    left = tuple([1 if k in dims else n for k, n in enumerate(shape) if keepdim or k not in dims])

    def of_arrays(x):
        return (np.asarray(np.bitwise_xor.reduce(x.astype(wide, order="C").view(np.uint64), dims)).reshape(left),)

    return on_values(of_arrays, [(left, np.uint64)], input)[0]
