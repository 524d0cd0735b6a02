"""torch's warnings of what Tensors are asked for, each once for a line: .grad of one that has none, float() of one with a history."""

import sys

from funcgrad.core import state
from funcgrad.core.site import here, user_frame, warn, where

from .graph import shown
from .payload import current

tls = state.tls


_warned = set()  # lines warned of: (that read .grad, that made the Tensor), or one that converts a Tensor


def first_time(place):
    """Is a line to be warned of: the first time, or, by set_warn_always, any?"""
    if place in _warned and not sys.modules[__package__].is_warn_always_enabled():
        return False
    _warned.add(place)
    return True


def warn_non_leaf(t):
    """torch's warning, once for each pair of lines, with the name and the making of the Tensor."""
    frame = user_frame(sys._getframe(1))
    mark = current(t).mark
    made = where((mark.code, mark.lasti))
    if not first_time((here(), made)):
        return
    name = None if frame is None else next((k for k, v in frame.f_locals.items() if v is t), None)
    warn(
        "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
        "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
        "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access "
        "the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information.\n"
        f"[{f'`{name}`' if name else 'The Tensor'} was made at {made} by {type(shown(mark)).__name__}.]"
    )


def warn_converted(t):
    """torch's warning that float(t) drops the history, once for each line."""
    if current(t).mark is None or not tls.grad:
        return
    if first_time(place := here()):
        warn(
            "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
            f"Consider using tensor.detach() first.\n[at {place}: what is computed with the number has no gradient; compute with "
            "the Tensor, or say item() where a plain number is meant.]"
        )
