"""hash_tensor: a number of 64 bits that a change of one element changes."""

import numpy as np

from ..payload import current
from .hosted import on_values
from .operands import dims_of, dtype_of, shape_of
from .refusals import refuse
from .register import operation


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
