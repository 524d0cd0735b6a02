"""Norms of gradients, and gradients held within limits."""

import math
from types import GeneratorType

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.quiet import quiet
from funcgrad.core.site import warn
from funcgrad.core.state import shared
from funcgrad.core.trace import TAPE
from funcgrad.ops.torch_order import ALL_AXES, square_sums_of

from ...autograd.grad_mode import call_in
from ...functions.quick_writes import each_overwritten
from ...functions.register import FUNCTIONS as T
from ...native import named_as
from ...payload import wrap
from ...tensor import Tensor
from ...unrecorded_writes import changed, root_to_write

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
NORM = PRIMITIVES["length"].value("torch")


def gradients(parameters, tell=False):
    listed = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    if tell and not listed and isinstance(parameters, GeneratorType):
        warn("`parameters` is an empty generator, no gradient clipping will occur.")
    return [g for p in listed if (g := p.grad) is not None]


@named_as("_get_total_norm")
def get_total_norm(tensors, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """The p-norm of the p-norms of Tensors, without a history."""
    return call_in(False, total_norm, tensors, norm_type, error_if_nonfinite)


def total_norm(tensors, norm_type, error_if_nonfinite):
    tensors = [tensors] if isinstance(tensors, Tensor) else list(tensors)
    norm_type = float(norm_type)
    if not tensors:
        return T["tensor"](0.0)
    for at, t in enumerate(tensors):
        if t is None and at and isinstance(tensors[0], Tensor):
            raise RuntimeError(
                f"Tensors of the first list of nested Tensor lists are supposed to be defined but the {at}-th Tensor is not."
            )
        if not isinstance(t, Tensor):
            raise AttributeError(f"{type(t).__name__!r} object has no attribute 'device'")
    if norm_type == 2 and plain(tensors):
        with quiet():
            total = wrap(Tensor, lengths([lengths([t.val for t in tensors])]).reshape(()))
    else:
        if any([t.is_sparse for t in tensors]):
            from ...sparse.refused import refusal

            raise refusal("linalg_vector_norm")
        total = T["norm"](T["stack"]([T["norm"](t, norm_type) for t in tensors]), norm_type)
    if error_if_nonfinite and not math.isfinite(total.item()):
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, so it cannot be clipped. To "
            "disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def plain(tensors):
    """Are they all of float32 or of float64, over NumPy memory of their own? It is the commonest case."""
    if shared.staging or any([t.owner is not TAPE or t.alias is not None for t in tensors]):
        return False
    return {t.val.dtype for t in tensors} in ({FLOAT32}, {FLOAT64})


def lengths(arrays):
    """The 2-norm of each array, added up in torch's order."""
    if all([v.flags.c_contiguous for v in arrays]):
        return np.sqrt(square_sums_of(arrays))
    return np.array([NORM(v, axes=ALL_AXES[v.ndim]) for v in arrays])


def scale_down(grads, max_norm, total):
    if not grads:
        return
    if isinstance(total, Tensor) and plain([*grads, total]) and not total.val.ndim:
        with quiet():
            factor = np.minimum(np.reciprocal(total.val + 1e-6) * max_norm, 1)
        if each_overwritten(np.multiply, grads, factor):
            return
    factor = T["clamp"](max_norm / (total + 1e-6), max=1.0)
    if factor.dim():
        raise RuntimeError(
            f"scalar tensor expected to be 0 dim but it has {factor.dim()} dimensions and {factor.numel()} elements."
        )
    for g in grads:
        g.mul_(factor)


def clip_grads_with_norm_(parameters, max_norm, total_norm, foreach=None):
    """Scale the gradients in place by max_norm / total_norm where that is below 1."""
    call_in(False, scale_down, gradients(parameters), float(max_norm), total_norm)


_get_total_norm = get_total_norm
_clip_grads_with_norm_ = named_as("_clip_grads_with_norm_")(clip_grads_with_norm_)


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Scale the gradients in place so that their norm as one vector is at most max_norm; returns the norm they had.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> (w * torch.tensor([3.0, 4.0])).sum().backward()
    >>> torch.nn.utils.clip_grad_norm_([w], 1.0), w.grad
    (tensor(5.), tensor([0.6000, 0.8000]))
    """
    grads = gradients(parameters, tell=True)
    total = get_total_norm(grads, float(norm_type), error_if_nonfinite)
    call_in(False, scale_down, grads, float(max_norm), total)
    return total


def need_some(tensors):
    """torch's own words for a list without Tensors."""
    if not tensors:
        raise RuntimeError(
            "Expected !nested_tensorlist[0].empty() to be true, but got false.  (Could this error message be improved?  If so, "
            "please report an enhancement request to PyTorch.)"
        )


def clip_grad_value_(parameters, clip_value, foreach=None):
    """Limit every element of the gradients, in place, to +-clip_value."""
    clip_value = float(clip_value)
    grads = gradients(parameters)
    need_some(grads)
    call_in(False, hold, grads, clip_value, foreach)


LARGEST = float(np.finfo(np.float32).max)


def limited(v, low, high):
    np.maximum(v, low, out=v)
    np.minimum(v, high, out=v)


def hold(grads, limit, foreach):
    limits = {d: (np.asarray(-limit, d), np.asarray(limit, d)) for d in (FLOAT32, FLOAT64) if abs(limit) <= LARGEST}
    for g in grads:
        root = root_to_write(g)
        plain = root is not None and g.val.dtype in limits and g.val.flags.carray
        if not (plain and changed(g, root, limited, *limits[g.val.dtype])):
            if g.is_sparse and foreach is not False:
                g.clamp_min_(-limit)  # (which torch asks for first, and has no kernel of)
            g.clamp_(-limit, limit)


def clip_grad_norm(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """clip_grad_norm_, by its former name."""
    warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)
