"""out=: a result is written into the Tensors that are given for it, which take its shape."""

import math
import sys

import numpy as np

from funcgrad.core import state
from funcgrad.core.in_turn import in_turn
from funcgrad.core.mutation import ALONE, write
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE

from .. import dtypes
from ..deprecations import deprecated
from ..errors import type_name
from ..formats import base_of, offset_in
from ..inference import write_outside, written_outside
from ..payload import contiguous_strides, current, ground, strides_of
from ..tensor import Tensor
from .kinds import ALONG, COMPARISONS, iterates
from .nodes import tensors_in
from .operands import is_dual, rank
from .other_memory import over_other_memory, strided
from .results import ROWS, check_out
from .return_types import with_out
from .writing import check_apart, check_writable

tls = state.tls
APART = frozenset(  # of whose operands no memory is written, not even all of it
    "cat stack hstack vstack row_stack dstack column_stack concat concatenate index_select gather take masked_select scatter "
    "scatter_add scatter_reduce cross nonzero".split()
)
NO_DERIVATIVE = ("gcd", "lcm", "softmax", "log_softmax", "arange", "randint")  # (as out= functions, in torch)
MADE_BY = {
    **dict.fromkeys("hstack vstack dstack row_stack column_stack concat concatenate".split(), "cat"),
    "norm": "linalg_vector_norm",
    "kron": "mul",
    "frobenius_norm": "norm",
    "linalg_svdvals": "_linalg_svd",
    **{name: f"special_{name}" for name in "entr erfcx i0e i1 i1e log_ndtr ndtri zeta xlog1py".split()},
}
MADE = frozenset(
    "bernoulli empty eye full linspace logspace multinomial ones rand randint randn randperm range zeros".split()
)  # (what makes Tensors gives out= its shape without a word)


def out_with_gradient(name):
    if name.startswith("bitwise_") or name in NO_DERIVATIVE or name in MADE:
        name = "aten::" + name
    name = MADE_BY.get(name, name)
    return RuntimeError(
        f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
    )


def store(name, out, got, operands=(), again=None):
    """Write a result into the Tensor(s) given as out=, which take its shape; returns them. `again`: the function, of other operands."""
    if isinstance(got, (tuple, list)):
        out = tuple(out)
        if len(out) != len(got):
            raise TypeError(f"expected tuple of {len(got)} elements but got {len(out)}")
        for o, g in zip(out, got, strict=True):
            store(name, o, g)
        return type(got)(out) if type(got) in (tuple, list) else with_out(type(got))(*out)
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type_name(out)}")
    if (got.mark is not None and not name.startswith("bitwise_") or out.requires_grad) and tls.grad:
        if name not in COMPARISONS:
            if ROWS.get(name, "").startswith("^"):  # (transforms of Fourier look at out= first)
                check_out(name, out.owner.dtype(out), got.owner.dtype(got))
                name = "_fft_r2c" if name[0] == "r" else "_fft_c2r" if "r" in name[:2] or name[0] == "h" else name
            raise out_with_gradient(name)
        store(name, out.detach(), got, operands)
        return out
    if (got.owner is not TAPE or out.owner is not TAPE) and (is_dual(current(got)) or is_dual(current(out))):
        raise NotImplementedError(
            f"Trying to use forward AD with {name}_out that does not support it because it is an out= function"
        )
    if type(out.val) is np.ndarray and 0 in out.val.strides:
        if iterates(name):
            check_writable(current(out))
    check_out(name, out.owner.dtype(out), got.owner.dtype(got), any([isinstance(o, Tensor) for o in operands[1:]]))
    wholly = name.removeprefix("linalg_") in APART
    check_apart(current(out), tensors_in(operands) if wholly else operands, wholly)
    if tuple(out.shape) != tuple(got.shape):
        if out.numel() and name == "arange":
            shape = tuple(got.shape)
            deprecated(
                "arange", list(out.shape), out.numel(), got.numel(), f"({got.numel()},)" if len(shape) == 1 else shape
            )
        elif out.numel() and name not in MADE:
            for _ in range(resizings(name, out, got, operands)):
                deprecated("out", list(out.shape), list(got.shape))
        strides = strides_of(got.val) if type(got.val) is np.ndarray and out.owner is TAPE else None
        resize(out, tuple(got.shape), strides).store.version -= 1  # (that and the write are one change)
    check_writable(current(out))
    if again is not None and iterates(name):
        got = in_turn(got, current(out), operands, again)
    if written_outside(current(out)):
        return write_outside(write, out, PRIMITIVES["copy"], got)
    write(out, PRIMITIVES["copy"], got)
    return out


def resizings(name, out, got, operands):
    """How often torch gives an out= another shape: a function of single elements computes into memory of its result's dtype first, and has
    looked whether out= may be written."""
    if name in ROWS or name in ALONG or name.startswith("logical_"):
        return 1
    check_writable(current(out))
    computed = dtypes.result_dtype([rank(x) for x in operands]) if name in COMPARISONS else got.owner.dtype(got)
    return 1 + (out.owner.dtype(out) not in (computed, got.owner.dtype(got)))


def grown(array, size):
    """An array, in memory of so many elements, for all who see it."""
    from .._resized import resize

    return resize(array, size * array.itemsize)


def resize(t, shape, strides=None):
    """Give t another shape, in C order if no strides are given, over its memory, of which more is made where it does not suffice."""
    c = current(t)
    c.refuse(())
    array = ground(c)
    memory = base_of(array)
    start = offset_in(array, memory)
    size = 0 if 0 in shape else math.prod(shape)  # (strides only change the order of the same slots)
    if start + size > memory.size:
        if array.base is None and array is c.val and sys.getrefcount(array) <= ALONE + 1:  # (nobody else sees it)
            larger = np.zeros(start + size, memory.dtype)
            larger[: memory.size] = memory
            memory = larger
        else:
            memory = base_of(grown(array, start + size))
    over_other_memory(c, strided(memory, shape, strides or contiguous_strides(shape), start))
    c.versioned().version += 1
    return t
