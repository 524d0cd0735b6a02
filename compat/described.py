"""A Tensor's text, as torch prints it."""

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import Alias, Array, Taped
from funcgrad.core.site import internal
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from . import dtypes, printing
from .graph import shown
from .payload import readable

tls = state.tls


def describe(t):
    """A Tensor's text, as torch prints it."""
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
        stale = type(c.alias) is Alias and c.alias.val is None  # (whose history is refused)
        name = "Invalid" if stale else type(shown(c.mark)).__name__
        suffixes.append("requires_grad=True" if c.mark.plan is None else f"grad_fn=<{name}>")
    if away:
        from ._meta import text

        return text(t, suffixes)
    if c.owner is not TAPE and c.owner.under.name == "dual_level":
        from .autograd.forward_ad import unpack_dual

        tangent = unpack_dual(c).tangent
        suffixes += [] if tangent is None else [f"tangent={tangent}"]
    default, x = dtypes.of_numpy(dtypes.Default.numpy), np.asarray(x)
    cls = type(t)
    return printing.format_tensor(
        x,
        prefix="tensor(" if internal[cls.__module__] else f"{cls.__name__}(",
        suffixes=tuple(suffixes),
        default_float=default.name,
        dtype_name=dtypes.name_of(x.dtype),
    )
