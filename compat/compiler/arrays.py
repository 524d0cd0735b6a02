"""Functions of arrays as functions of Tensors: what torch.compiler.wrap_numpy makes."""

import functools

import numpy as np

import funcgrad.numpy  # noqa: F401  (NumPy's functions of Arrays)
from funcgrad.core.handle import Array
from funcgrad.core.trace import TAPE

from ..functions.creation import from_numpy
from ..payload import current
from ..tensor import Tensor
from ..utils._pytree import tree_map_only


def of_tensors(fn):
    @functools.wraps(fn)
    def wrapped(*args, **kwargs):
        args, kwargs = tree_map_only(Tensor, array_of, (args, kwargs))
        return tree_map_only((np.ndarray, Array), tensor_of, fn(*args, **kwargs))

    return wrapped


def array_of(t):
    """The memory of a Tensor, or what stands for it while a function is staged (the tape keeps no Array: one that requires grad is refused)."""
    t = current(t)
    return t.numpy() if t.owner is TAPE or t.requires_grad else Array(t.val, t.mark, t.owner)


def tensor_of(a):
    return from_numpy(a) if isinstance(a, np.ndarray) else Tensor(a.val, a.mark, a.owner)
