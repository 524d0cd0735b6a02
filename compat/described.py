"""A Tensor's text, as torch prints it."""

import sys

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import Alias, Array, Taped
from funcgrad.core.site import internal
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from . import dtypes, printing
from .graph import shown
from .payload import readable, refusable

tls = state.tls


def history_is_refused(t):
    """Was the base of this view changed as it may not be?"""
    try:
        refusable(t)
    except RuntimeError:
        return True
    return False


def describe(t, tensor_contents=None):
    """A Tensor's text, as torch prints it; `tensor_contents`: what to write for its elements."""
    c = readable(t)
    if tls.func:
        from ._funcs import wrapped_text

        text = wrapped_text(c)
        if text is not None:
            return text
    x = c
    while isinstance(x, (Taped, Array)):
        if isinstance(x, Array) and x.owner.name == "jit":
            if not x.owner.shows:
                concrete(x, "repr")
            return f"<Tensor {list(t.shape)} {t.dtype} under jit>"
        away = x.owner.name == "meta"
        x = x.val
    suffixes = []
    if c.mark is not None:
        stale = type(c.alias) is Alias and (c.alias.val is None or history_is_refused(c))
        name = "Invalid" if stale else c.mark.plan and type(shown(c.mark)).__name__
        suffixes.append(f"grad_fn=<{name}>" if stale or c.mark.plan is not None else "requires_grad=True")
    if away:
        from ._meta import text

        return text(t, suffixes)
    if c.owner is not TAPE and c.owner.under.name == "dual_level":
        from .autograd.forward_ad import unpack_dual

        tangent = unpack_dual(c).tangent
        suffixes += [] if tangent is None else [f"tangent={tangent}"]
    default, x = dtypes.of_numpy(dtypes.Default.numpy), np.asarray(x)
    cls = type(t)
    own = not internal[cls.__module__]
    text = printing.format_tensor(
        x,
        prefix=f"{cls.__name__}(" if own else "tensor(",
        suffixes=tuple(suffixes),
        default_float=default.name,
        dtype_name=dtypes.name_of(x.dtype),
        contents=tensor_contents,
    )
    return f"Parameter({text})" if own and isinstance(t, sys.modules["compat.nn.parameter"].Parameter) else text
