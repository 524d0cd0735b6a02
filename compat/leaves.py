"""Leaves: requires_grad switched on and off, which Tensors may be a `.grad`, and torch's warnings of a Tensor that is no leaf: of its
.grad, of float() of it."""

import sys
import weakref

from funcgrad.core import state
from funcgrad.core.handle import Cell, Taped
from funcgrad.core.site import here, internal, user_frame, warn, where
from funcgrad.core.tracebacks import drop

from . import breaks, inference
from .deprecations import deprecated, is_first
from .dtypes import C_NAMES, SPOKEN
from .errors import type_name
from .graph import shown
from .payload import current

tls = state.tls


def warn_non_leaf(t):
    """torch's warning, with the name and the making of the Tensor."""
    frame = user_frame(sys._getframe(1))
    mark = current(t).mark
    made = where((mark.code, mark.lasti))
    name = None if frame is None else next((k for k, v in frame.f_locals.items() if v is t), None)
    warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
        "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access "
        "the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information.\n"
        f"[{f'`{name}`' if name else 'The Tensor'} was made at {made} by {type(shown(mark)).__name__}.]"
    )


def warn_converted(t):
    """torch's warning that float(t) drops the history, the first time."""
    if current(t).mark is not None and tls.grad and is_first("scalar"):
        deprecated("scalar", here())


def only_value(t):
    """The value of a one-element Tensor, for Python's own conversions."""
    try:
        if t.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return t.item()
    except BaseException as error:
        drop(error)
        raise


def unfit_gradient(t, g):
    """The error for a `.grad` that Tensor t cannot have: of another dtype, device or shape, t itself, or no Tensor."""
    if g is t:
        return RuntimeError("can't assign Variable as its own grad")
    if not isinstance(g, Taped):
        return TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type_name(g)}")
    if g.dtype != t.dtype:
        return RuntimeError(
            f"attempting to assign a gradient with dtype '{C_NAMES.get(g.dtype.name, g.dtype.name)}' to a tensor with "
            f"grad_dtype '{SPOKEN.get(t.dtype.name, t.dtype.name)}'. The gradient must match the tensor's "
            "grad_dtype (defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific "
            "dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its "
            "gradient may break downstream systems that assume they match."
        )
    if g.device != t.device:
        return RuntimeError(
            f"attempting to assign a gradient with device type '{g.device.type}' to a tensor with device type "
            f"'{t.device.type}'. Please ensure that the gradient and the tensor are on the same device"
        )
    return RuntimeError(
        f"attempting to assign a gradient of size '{list(g.shape)}' to a tensor of size '{list(t.shape)}'. "
        "Please ensure that the gradient and the tensor are the same size"
    )


def requires_grad_(self, on, caller):
    """Tensor.requires_grad_ and its setter; `caller`: the frame that asks, which is noted if it is the user's."""
    if on is not True and on is not False:
        from ._calls import C

        C.method.requires_grad_(on)
    t = current(self)
    if on:
        if t.owner.dtype(t).kind not in "fc":
            raise RuntimeError("only Tensors of floating point dtype can require gradients")
        if t.store is not None and not t.store.counted:
            inference.check(t, inference.REQUIRED)
        if t.mark is None:
            if t.cell is None:
                t.cell = Cell()
            t.cell.leaf = weakref.ref(self)
            t.mark = t.owner.leaf(t.cell)
            if t.store is not None and not t.store.counted:
                inference.note_leaf(t.store)
            breaks.seen.leaf = True
            if not internal[caller.f_globals.get("__name__")]:
                self.by_hand = caller.f_code, caller.f_lasti
    elif t.mark is not None:
        if t.mark.plan is not None:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
                "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        self.left = breaks.note("requires_grad = False")
        t.cell = t.mark.extra.cell
        t.mark.extra.cell = Cell()  # (what was computed with it before delivers there: nobody sees it)
        t.mark = None
    return self
