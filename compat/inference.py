"""Inference Tensors: what is made under inference_mode().

Invariant: such a Tensor is known by the store of its memory (stores.py), so its views and detached twins are inference Tensors
too, and reading the version of that store, which keeping it for a backward does, is refused.
"""

import weakref

from funcgrad.core.handle import Handle
from funcgrad.core.state import shared, tls

from .stores import note

UNCOUNTED = "Inference tensors do not track version counter."
WRITTEN = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor "
    "before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
)
REQUIRED = "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."


def is_inference(t):
    """Was this Tensor made under inference_mode()?"""
    return t.store is not None and not t.store.counted


def check(t, text):
    """RuntimeError in torch's words if an inference Tensor is used, outside the mode, as only others may be."""
    if not tls.inference and is_inference(t):
        raise RuntimeError(text)


def written_outside(t, others=()):
    """Is an inference Tensor to be written outside of the mode? What torch refuses first is refused here: autograd looks at leaves if one
    of the other operands is an ordinary Tensor."""
    if t.store is None or t.store.counted or tls.inference or tls.func:
        return False
    if any(map(is_heard, others)) and tls.grad and t.mark is not None and t.mark.plan is None:
        raise t.owner.leaf_error("a leaf Variable that requires grad is being used in an in-place operation.")
    return True


def is_heard(operand):
    """Is it an ordinary Tensor, or a number of which torch makes one?"""
    store = getattr(operand, "store", None)
    return operand is not None and (store is None or store.counted)


def write_outside(f, t, *args, **kwargs):
    """f(t, ...), which writes an inference Tensor outside of the mode: done, and then refused, as in torch (but of a detached twin)."""
    before, grad = switch(True), tls.grad
    tls.grad = False
    try:
        f(t, *args, **kwargs)
    finally:
        tls.grad = grad
        switch(before)
    if not t.store.loose:
        raise RuntimeError(WRITTEN)
    t.store.changes += 1
    return t


WRAPPED = ("add", "sub", "mul", "div")  # of whose numbers torch makes Tensors


MADE_FIRST = ("where", "copy", "cast")  # of which torch first makes something that is no inference Tensor


def unheard(prim, args):
    """Does autograd not hear of an operation outside of the mode? It does not where all operands are inference Tensors."""
    if tls.inference or prim.name in MADE_FIRST:
        return False
    heard = [a for a in args if isinstance(a, Handle) or prim.name in WRAPPED]
    return bool(heard) and not any(map(is_heard, heard))


def note_leaf(store):
    """From now on there is memory of an inference Tensor that requires grad: operations ask whether they are heard of."""
    with shared.lock:
        shared.staging += 1
        shared.unheard = unheard
    weakref.finalize(store, forget_leaf).atexit = False


def forget_leaf():
    with shared.lock:
        shared.staging -= 1


ASKED = 0  # the grad mode of enable_grad() under inference mode: on, as far as one can ask, but nothing is recorded


def switch(on):
    """Turn the mode of this thread on or off; returns what it was."""
    before, tls.inference = tls.inference, on
    note(on - before)
    return before
