"""What a rule computes with, besides operators: one set of functions for NumPy arrays, one for Tensors.

`kept(x)` is x as torch's step would write it down, `number_for(number, x)` a number as it meets x there: both round in half precision
(halves.py), where a step of torch's is made of single operations.

Invariant: the two sets have the same names and meanings. Those of arrays take numbers where those of Tensors also take
0-d Tensors, which a staged step has in the place of numbers.
"""

import types

import numpy as np

from ..functions.register import FUNCTIONS
from ..tensor import Tensor

arrays = types.SimpleNamespace(
    sqrt=np.sqrt,
    sign=np.sign,
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


def approach(mean, x, weight):
    """mean += weight * (x - mean), from the nearer end, as torch.lerp: a weight of 1 gives x itself."""
    if isinstance(weight, Tensor) or weight < 0.5:  # (a staged weight is not known)
        mean += (x - mean) * weight
    else:
        mean[...] = x - (x - mean) * (1 - weight)


def approach_in_one(mean, x, weight):
    """The same rounded once, which torch's vectors do: for float32, where what follows makes a step of the last unit."""
    if not isinstance(mean, np.ndarray) or mean.dtype != np.float32 or isinstance(weight, Tensor):
        return approach(mean, x, weight)
    weight = np.float32(weight)
    start, share = (mean, weight) if abs(weight) < 0.5 else (x, weight - np.float32(1))
    mean[...] = start + np.float64(share) * (x - mean)


def single(x):
    """A Tensor option as what the arithmetic of a recorded step takes: 0-d."""
    return x.squeeze() if isinstance(x, Tensor) and x.dim() else x
