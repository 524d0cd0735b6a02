"""Filling: every element, or the diagonal, set in place to a value."""

import numpy as np

from funcgrad.core.strides import meets, partly
from funcgrad.core.trace import TAPE

from .. import dtypes
from .._recorded_writes import filled_at_once
from ..payload import current
from ..tensor import Tensor
from .levels import is_dual
from .operands import P, as_operand, dtype_of, fitting, need_room, new, shape_of, without_imaginary
from .overlapping_memory import in_turn
from .quick_writes import overwritten, replaced
from .register import FUNCTIONS, operation
from .writing import in_place, same_elements


def overwrite(t, value, label, operands):
    """t[...] = value; where t is recorded, or has a tangent, its old value gets the derivative zero, as torch has it, not none."""
    fills = (
        len(operands) == 1 or value is t or t.alias is not None and same_elements(t, value)
    )  # (nothing is moved in torch)
    if filled_at_once(t, value, label, operands):
        return t
    c = current(t)
    if c.mark is None and not is_dual(c):
        return in_place(t, P["copy"], value, label=label, operands=operands, fills=fills)
    return in_place(t, P["put"], value, label=label, operands=operands, fills=fills, idx=(Ellipsis,))


@operation(function=False)
def fill_(self, value):
    """Every element set to a number or to a 0-d Tensor, in place."""
    if type(value) is float and -1e30 < value < 1e30 and overwritten(replaced, self, value):
        return self
    if isinstance(value, Tensor):
        if value.dim():
            raise RuntimeError(
                f"fill_ only supports 0-dimension value tensor but got tensor with {value.dim()} dimensions."
            )
        v = without_imaginary(current(value), dtype_of(current(self)))
        return overwrite(self, v, "FillBackward3", (self, value))
    if not isinstance(value, (int, float, complex, np.generic)):
        raise TypeError("fill_() takes a number or a Tensor")
    return overwrite(self, fitting(value, dtype_of(current(self))), "FillBackward2", (self,))


@operation(function=False)
def fill_diagonal_(self, fill_value, wrap=False):
    """The diagonal of a matrix (with `wrap` also of what stands below its square part) or of a cube set to a number, in place."""
    shape = tuple(self.shape)
    if len(shape) < 2:
        raise RuntimeError("dimensions must larger than 1")
    if len(shape) == 2 and not wrap:
        FUNCTIONS["diagonal"](self).fill_(fill_value)
        return self
    if len(shape) > 2 and len(set(shape)) > 1:
        raise RuntimeError("all dimensions of input must be of equal length")
    step = sum(int(np.prod(shape[k + 1 :])) for k in range(len(shape)))
    at = np.unravel_index(np.arange(0, int(np.prod(shape)), step), shape)
    self[tuple([new(k) for k in at])] = fill_value
    return self


@operation(function=False)
def zero_(self):
    """Every element set to zero, in place."""
    if overwritten(replaced, self, 0):
        return self
    return overwrite(self, 0, "ZeroBackward0", (self,))


def itself(t):
    return t


@operation(function=False)
def copy_(self, src, non_blocking=False):
    """The elements of another Tensor, broadcast and cast to this dtype, written into this Tensor."""
    if non_blocking is False and src is not self and isinstance(src, Tensor) and overwritten(replaced, self, src):
        return self
    src = as_operand(src)
    if src is NotImplemented or non_blocking is not False and non_blocking is not True:
        raise TypeError("copy_(): argument 'other' (position 1) must be Tensor")
    if isinstance(src, Tensor):
        if src.is_meta and not self.is_meta:
            raise NotImplementedError("Cannot copy out of meta tensor; no data!")
        own, given = tuple(self.shape), shape_of(current(src))
        if given != own:
            need_room(own, given)
        value, c = without_imaginary(current(src), dtype_of(current(self))), current(self)
        shared = value.mark is None and value.owner is TAPE is c.owner and meets(c.val, value.val)
        if shared and not partly(c.val, value.val, False):
            value = in_turn(new(value.val.copy()), c, (value,), itself)
        return overwrite(self, value, "CopyBackwards", (self, src))
    if isinstance(src, int) and (error := dtypes.beyond(src)) is not None:
        raise error
    return overwrite(self, src, "CopyBackwards", (self, src))


FUNCTIONS["zero_"] = zero_
