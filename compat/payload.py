"""What a Tensor holds now: its payload as it is after the writes so far, its node, its memory and the strides of that."""

import numpy as np

from funcgrad.core import state
from funcgrad.core.conjugate_views import Mirror
from funcgrad.core.halves import settle
from funcgrad.core.handle import Alias, Array, Handle, fresh
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.strides import contiguous_strides as contiguous_strides
from funcgrad.core.strides import steps_of as strides_of  # noqa: F401
from funcgrad.core.trace import TAPE, Record, on_tape

tls, shared = state.tls, state.shared


def keep_freed(size=1 << 24):
    """Let the C library keep memory that is freed for what is asked for next. glibc's gives blocks of 128 KB and more back to the system,
    and gets them back page by page, until a larger block has been freed once (mallopt(3), M_MMAP_THRESHOLD): this one, which nobody touches."""
    np.empty(size, np.uint8)


keep_freed()


def current(t):
    """A Tensor as it is now: its shadow if a Stage is running, its view replayed."""
    if shared.staging and tls.stage is not None:
        (t,) = tls.stage.capture((t,))
    alias = t.alias
    if alias is not None:
        fresh(t)
    return t


def readable(t):
    """current(t); of a view whose history is refused, since it is one of several, the view as it was: its memory may be read."""
    try:
        return current(t)
    except RuntimeError:
        if memory(t) is None:
            raise
        return t


def memory(t):
    """The array of a Tensor over NumPy memory, whatever has become of its history; None for another."""
    if t.owner is TAPE and not shared.staging and (type(t.alias) is not Alias or t.alias.base.owner is TAPE):
        if type(t.alias) is Mirror:
            t.alias.stale(t)
        return t.val
    t = current(t)
    return t.val if t.owner is TAPE else None


def memory_below(t):
    """The array under all levels of a Tensor: that of all samples where it is mapped."""
    while isinstance(t, Handle):
        t = t.val
    return t


def ground(t):
    """The array that says where a Tensor's elements lie: of one that is seen through a map (core/conjugate_views.py) not that of its values."""
    if t.alias is None and t.owner is TAPE and not shared.staging:
        return t.val
    if type(t.alias) is Mirror:
        return t.alias.memory
    v = memory(t)
    if v is None and tls.dual is not None and t.owner is tls.dual.tape:
        v = memory_below(current(t))
        return v if isinstance(v, np.ndarray) else None
    return v


def recorded(t):
    """The node by which the torch.func.grad (or vjp, jacrev) that an up-to-date Tensor belongs to knows it, None if there is none."""
    v = t.val
    return v.mark if type(v) is Array and type(v.owner) is Record and v.owner.mode is not None else None


def node_of(t):
    """The node of an up-to-date Tensor: its own, or in torch.func.grad and its kin that of the transform."""
    return t.mark if t.mark is not None or t.owner is TAPE else recorded(t)


def refusable(t):
    """A view, up to date, for whoever asks about its history: RuntimeError in every grad mode if its base was changed as is not allowed."""
    alias = t.alias
    if type(alias) is not Alias or alias.made is None:
        return current(t)
    before, tls.grad = tls.grad, True
    try:
        return current(t)
    finally:
        tls.grad = before


def history(t):
    """The node of a Tensor for who asks of its history; None if it has none."""
    if t.alias is None and t.owner is TAPE and not shared.staging:
        return t.mark
    return node_of(current(t) if tls.grad or t.alias is None else refusable(t))


def layout_of_traced(t):
    """The order in which a traced Tensor's value will lie in memory (core/layout.py); None for C order."""
    from funcgrad.core.layout import VIEWS, dense, layout_of, reshaped

    t = current(t)
    alias = t.alias
    if (
        type(alias) is Alias and isinstance(t.val, Handle) and not t.val.owner.concrete
    ):  # (staged: a view lies in its root)
        v = layout_of_traced(alias.base)
        v = dense(alias.base.shape) if v is None else v
        for prim, params in alias.chain:
            if prim.name == "reshape":
                v = reshaped(v, params["shape"])
            elif prim.name in VIEWS:
                v = prim.impl(v, **params)
            if prim.name not in VIEWS and prim.name != "reshape" or not isinstance(v, np.ndarray):
                return layout_of(t)
        return None if v.flags.c_contiguous else v
    return layout_of(t)


def placed(t):
    """The device of a Tensor that is not over NumPy memory."""
    from ._meta import place

    return place(t)


OWN = (
    "by_hand",
    "moved",
    "left",
    "of_function",
    "home",
    "hidden",
)  # what a Tensor may have in its __dict__ that no user gave it


def added_to(t):
    """The attributes that a user has given a Tensor, None if there are none."""
    return {k: v for k, v in t.__dict__.items() if k not in OWN} or None


def wrap(cls, array, requires_grad=False):
    """A new Tensor over an array. Inside a Stage it is a value of the graph (made anew in every run)."""
    if shared.halves:
        settle(array)
    stage = tls.stage
    if stage is None:
        t = on_tape(array) if cls is TAPE.face else cls(array, None, TAPE)
    else:
        t = cls(stage.process(PRIMITIVES["cast"], (array,), {"dtype": array.dtype}), None, stage.tape)
    return t.requires_grad_() if requires_grad else t
