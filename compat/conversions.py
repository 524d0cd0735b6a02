"""torch's warnings of what Tensors are asked for: .grad of one that has none, float() of one with a history."""

import sys

from funcgrad.core import state
from funcgrad.core.site import here, user_frame, warn, where

from .deprecations import deprecated, is_first
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
