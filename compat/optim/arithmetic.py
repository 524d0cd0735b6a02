"""What a rule computes with, besides operators: one set of functions for NumPy arrays, one for Tensors.

`kept(x)` is x as torch's step would write it down, `number_for(number, x)` a number as it meets x there: both round in half precision
(halves.py), where a step of torch's is made of single operations.

Invariant: the two sets have the same names and meanings. Those of arrays take numbers where those of Tensors also take
0-d Tensors, which a staged step has in the place of numbers.
"""

import types

import numpy as np

from funcgrad.core.state import tls

from ..functions.fused import interpolated, product_added, scaled_sum
from ..functions.register import FUNCTIONS
from ..functions.symbolic_floats import Moving
from ..tensor import Tensor

SMALL = (
    1 << 12
)  # elements of a parameter: what torch's step rounds once is rounded once up to here, where it takes 1 to 5 us; beyond, twice


def plain_add_(x, y, alpha):
    x += y * alpha


def plain_addcmul_(x, y, z, value):
    x += y * value * z


def plain_lerp_(x, y, weight):
    if isinstance(weight, Tensor) or abs(weight) < 0.5:  # (a staged weight is not known)
        x += (y - x) * weight
    else:
        x[...] = y - (y - x) * (1 - weight)


PLAIN = {  # step by step, with operators: of arrays, Tensors and numbers in half precision
    "add": lambda x, y, alpha: x + y * alpha,
    "add_": plain_add_,
    "addcmul": lambda x, y, z, value: x + y * value * z,
    "addcmul_": plain_addcmul_,
    "lerp_": plain_lerp_,
}


def add(x, y, alpha):
    """x + alpha * y."""
    return scaled_sum(x, y, alpha).astype(x.dtype, copy=False) if x.size <= SMALL else x + y * alpha


def add_(x, y, alpha):
    """x += alpha * y."""
    if x.size <= SMALL:
        x[...] = scaled_sum(x, y, alpha)
    else:
        x += y * alpha


def addcmul(x, y, z, value):
    """x + value * y * z."""
    return product_added(x, y, z, value).astype(x.dtype, copy=False) if x.size <= SMALL else x + y * value * z


def addcmul_(x, y, z, value):
    """x += value * y * z."""
    if x.size <= SMALL:
        x[...] = product_added(x, y, z, value)
    else:
        x += y * value * z


def lerp_(x, y, weight):
    """x += weight * (y - x), from the nearer end: a weight of 1 gives y itself."""
    if x.size <= SMALL:
        x[...] = interpolated(x, y, weight)
    else:
        plain_lerp_(x, y, weight)


def sign(x):
    """-1, 0 or 1, and 0 where x is nan, as torch has it."""
    return np.subtract(x > 0, x < 0, dtype=x.dtype)


arrays = types.SimpleNamespace(
    add=add,
    add_=add_,
    addcmul=addcmul,
    addcmul_=addcmul_,
    lerp_=lerp_,
    sqrt=np.sqrt,
    sign=sign,
    maximum=np.maximum,
    where=np.where,
    clip=np.clip,
    copy=np.array,
    zeros_like=np.zeros_like,
    at_least=max,
    at_most=min,
    number=lambda x: x.item(),
    norm=lambda x: float(np.linalg.norm(x)),
    eps=lambda x: float(np.finfo(x.dtype).eps),
    float32=np.float32,
    like=lambda x, other: x.astype(other.dtype, copy=False),
    kept=lambda x: x,
    number_for=lambda number, x: number,
    either=lambda condition, f, g: f() if condition else g(),
)


class OnTensors:
    """The same for Tensors, which may be staged; what is not written here is torch's function of that name."""

    def __getattr__(self, name):
        if name not in FUNCTIONS:
            raise AttributeError(f"torch has no function {name} for a rule to use", name=name, obj=self)
        return FUNCTIONS[name]

    def add(self, x, y, alpha):
        return FUNCTIONS["add"](x, y, alpha=alpha) if rounded_once(x, alpha) else x + y * alpha

    def add_(self, x, y, alpha):
        if rounded_once(x, alpha):
            x.add_(y, alpha=alpha)
        else:
            x += y * alpha

    def addcmul(self, x, y, z, value):
        return FUNCTIONS["addcmul"](x, y, z, value=value) if rounded_once(x, value) else x + y * value * z

    def addcmul_(self, x, y, z, value):
        if rounded_once(x, value):
            x.addcmul_(y, z, value=value)
        else:
            x += y * value * z

    def lerp_(self, x, y, weight):
        if rounded_once(x, weight):
            x.lerp_(y, weight)
        else:
            plain_lerp_(x, y, weight)

    def maximum(self, x, y):
        return FUNCTIONS["maximum"](x.clone(), y.clone())  # (it keeps its operands, and rules write to them)

    def copy(self, x):
        return x.detach().clone()

    def at_least(self, x, low):
        return x.clamp(min=low) if isinstance(x, Tensor) else max(x, low)

    def at_most(self, x, high):
        return x.clamp(max=high) if isinstance(x, Tensor) else min(x, high)

    def number(self, x):
        return x.clone() if isinstance(x, Tensor) else x  # (the state that it is may be changed after its use)

    def eps(self, x):
        return float(np.finfo(x.dtype.numpy).eps)

    def float32(self, x):
        return x.float()

    def like(self, x, other):
        return x.to(other.dtype)

    def kept(self, x):
        return x

    def number_for(self, number, x):
        return number

    def either(self, condition, f, g):
        if isinstance(condition, Tensor):
            return FUNCTIONS["where"](condition, f(), g())
        return f() if condition else g()


tensors = OnTensors()


def rounded_once(x, number):
    """Is what is added to a Tensor rounded once, as in the step on arrays? (A Tensor may take the number's place. A compiled loop, whose
    other operations are not rounded one by one either, had better be quick.)"""
    return tls.stage is None and not isinstance(number, Tensor) and x.numel() <= SMALL


def single(x):
    """A Tensor option as what the arithmetic of a recorded step takes: 0-d. (So is what stands for a float in a compiled function.)"""
    x = x.number if type(x) is Moving else x
    return x.squeeze() if isinstance(x, Tensor) and x.dim() else x
