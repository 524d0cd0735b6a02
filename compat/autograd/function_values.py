"""What a call of a Function asks of values: the levels they live on, the memory they share, whose they are."""

import numpy as np

from funcgrad.core.handle import Array, Frozen, Handle, fresh, root_of
from funcgrad.core.mutation import write
from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE, Jvp
from funcgrad.transforms.boundary import as_tensor, inner
from funcgrad.transforms.stage import Stage

from ..payload import current
from ..tensor import Tensor


def value_below(t, level, below):
    """A Tensor as a value below the tape of a level: its payload, or the Tensor itself if it belongs further out."""
    t = current(t)
    if t.owner is TAPE and t.mark is not None and below:
        return inner(t)
    return t.val if t.owner.level == level or (t.owner is TAPE and t.mark is None) else inner(t)


def seen_by(tensors):
    """The levels that differentiate or map some of the Tensors; one that stages does neither."""
    found = set()
    for v in tensors:
        while isinstance(v, Handle):
            if not isinstance(v.owner, Stage) and (not isinstance(v, Tensor) or v.mark is not None):
                found.add(v.owner)
            v = v.val
    return found


def structure(x):
    """Nested tuples as torch shows the structure of a tree."""
    return (
        f"TreeSpec(tuple, None, [{''.join([',', chr(10), '  ']).join('*' * len(x))}])" if isinstance(x, tuple) else "*"
    )


def is_among(t, things):
    return any([t is x for x in things])


def in_front(t, dim, size):
    """A value whose mapped dimension is the first; None: it is the same for all."""
    if dim is None:
        shape = (size, *t.shape)
        return inner(P["broadcast"](t, shape=shape, axes=(0,)))
    rest = [i for i in range(len(t.shape)) if i != dim % len(t.shape)]
    return inner(P["transpose"](t, perm=(dim % len(t.shape), *rest)))


def forward_level(vals):
    """The innermost level among values, if it is one of forward mode, else None."""
    top = innermost(vals)
    return top if isinstance(top, Jvp) else None


def innermost(vals):
    """The innermost level among values, or None."""
    return max([v.owner for v in vals if isinstance(v, Array)], key=lambda t: t.level, default=None)


def boxed(v):
    return v if isinstance(v, Tensor) else as_tensor(v)


def thawed(t):
    """A Tensor that forward may write into, of one that stands for what the memory held when it was made (who keeps that one is told)."""
    if t.owner is not TAPE or type(t.alias) is not Frozen or t.alias.store is None:
        return t
    fresh(t)  # (forward, run a second time for a derivative of a tangent, would change twice what it changes)
    new = TAPE.face(t.val, t.mark, TAPE)
    new.store = t.alias.store
    return new


def zeros(aval):
    return as_tensor(np.zeros(aval.shape, aval.dtype))


def stretches(shape, to):
    """Does `shape` broadcast to `to`?"""
    return len(shape) <= len(to) and all(k in (1, m) for k, m in zip(reversed(shape), reversed(to)))


def number_of(t, tensors):
    """The position of the very Tensor t among Tensors, or None."""
    return next((k for k, u in enumerate(tensors) if u is t), None)


def shares(t, tensors):
    """Is a result an argument, or a view of one?"""
    if t.owner is not TAPE or t._base is None and not is_among(t, tensors):
        return False
    return any([u.owner is TAPE and np.may_share_memory(t.val, u.val) for u in tensors])


def source_of(t, tensors, results):
    k = number_of(t, tensors)
    if k is not None:
        return "in", k
    k = number_of(t, results)
    return ("new", 0) if k is None else ("out", k)


SEVERAL = (
    "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return more than one Tensor. This is "
    "not supported by the current autograd engine. You should either make sure the input is not a view (using .clone() for example) or make "
    "your Function only return one Tensor (potentially splitting it into two Functions: one doing the inplace that returns a single Tensor "
    "and a second one that does the other operations). You can ask on the forum https://discuss.pytorch.org/ if you need help to do this "
    "change."
)


def changed_in_place(t, new, count):
    """The user's Tensor t, which forward changed in place, with the history of the result `new`, one of `count`."""
    given, t = t, t if tls.stage is None else current(t)  # (its shadow, in a compiled function)
    root, chain = root_of(t)
    if new.mark is None:
        if new.owner is TAPE:
            return given
        if chain:
            write(t, P["copy"], new)
            return given
        t.repoint(new)
        return given
    if chain and count > 1 and t.owner is TAPE:
        raise RuntimeError(SEVERAL)
    if root.mark is not None and root.mark.plan is None:
        if chain:
            raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")
        raise RuntimeError("a leaf Variable that requires grad has been used in an in-place operation.")
    if chain or t.of_function:
        t.refuse(())
    if chain:
        version = t.versioned().version
        write(t, P["copy"], new)
        t.versioned().version = version  # (mark_dirty has counted it)
    else:
        t.repoint(new)
    return given
