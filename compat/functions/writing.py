"""Writing into the memory of a Tensor: what torch refuses is refused before anything is written.

`in_place` and `rewrite` are the only ways a function here writes into a Tensor.
"""

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import FROZEN, Alias, root_of
from funcgrad.core.mutation import before_writing, unrecorded, write
from funcgrad.core.node import extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.strides import overlaps, partly
from funcgrad.core.trace import TAPE
from funcgrad.lazy import deferred

from .. import dtypes
from ..inference import WRAPPED, write_outside, written_outside
from ..names import node_name
from ..payload import current
from ..tensor import Tensor

tls = state.tls


def recorded(name):
    """A function of _recorded_writes.py, which is loaded when it is first called."""

    def load():
        from .. import _recorded_writes

        return getattr(_recorded_writes, name)

    return deferred(load)


as_it_was, rewritten_at_once, stands_apart = map(recorded, ("as_it_was", "rewritten_at_once", "stands_apart"))


def spoken(numpy_dtype):
    """The name of a dtype in torch's errors: Float, Long, Bool."""
    name = dtypes.name_of(numpy_dtype)
    return dtypes.SPOKEN.get(name, name)


def check_castable(own, d):
    """torch's rule for writing a result of dtype d into memory of dtype own: the category may not grow."""
    if dtypes.CATEGORY[d.kind] > dtypes.CATEGORY[own.kind]:
        raise RuntimeError(f"result type {spoken(d)} can't be cast to the desired output type {spoken(own)}")


SHARED = (
    "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the "
    "tensor before performing the operation."
)


def check_writable(t, idx=None, fills=False):
    """Refuse memory in which one number stands for several elements (of what idx selects; unless they all get the same one, by what
    `fills`), or that is read-only."""
    v = t.val
    if type(v) is np.ndarray:
        flags = v.flags
        if not flags.c_contiguous and not fills and 0 in v.strides and overlaps(v if idx is None else v[idx]):
            raise RuntimeError(SHARED)
        if not flags.writeable:
            raise RuntimeError(
                "the Tensor's memory is read-only (it came from a read-only ndarray, or is a copy of the parts of complex32 numbers); clone() it first."
            )
    elif not fills and idx is None and t.owner is not TAPE:
        from funcgrad.core.layout import layout_of

        layout = layout_of(t)
        if layout is not None and overlaps(layout):
            raise RuntimeError(SHARED)


def same_elements(t, value):
    """Is a value that is written into t what stands there: the same Tensor, or one of the same memory, shape and strides?"""
    v, w = t.val, getattr(value, "val", None)
    if value is t or not (type(v) is type(w) is np.ndarray and v.base is not None is not w.base):
        return value is t
    same = v.shape == w.shape and v.strides == w.strides and v.dtype == w.dtype
    return same and v.__array_interface__["data"][0] == w.__array_interface__["data"][0]


def check_apart(t, others, wholly=False, idx=None):
    """Refuse operands that share part of their memory with (the part at idx of) the Tensor that is written (`wholly`: or all of it);
    torch looks at dense memory only."""
    v = t.val
    for o in others:
        if isinstance(o, Tensor):
            w = o.val
            if w is v and not wholly and idx is None:
                continue
            if type(w) is type(v) is np.ndarray and (w is v or v.base is not None or w.base is not None):
                if (
                    w is v
                    and wholly
                    or partly(v if idx is None else PRIMITIVES["getitem"].value("torch")(v, idx=idx), w, wholly)
                ):
                    raise RuntimeError(
                        "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
                        "location. Please clone() the tensor before performing the operation."
                    )


def in_place(t, prim, *args, label=None, operands=None, fills=False, **params):
    """t <- prim(t, *args) in its memory; torch's CopySlices if t is a view. `label` and `operands` rename the node."""
    c = current(t)
    if written_outside(c, args if prim.name in WRAPPED else [a for a in args if isinstance(a, Tensor)]):
        return write_outside(in_place, t, prim, *args, label=label, operands=operands, fills=fills, **params)
    try:
        check_writable(c, params.get("idx"), fills)
        for a in args if prim.elementwise else args[:1]:
            if isinstance(a, Tensor) and type(a.val) is type(c.val) is np.ndarray:
                if a.val.base is not None or c.val.base is not None or a.val is c.val:
                    check_apart(c, (a,), False, params.get("idx"))
    except RuntimeError:
        c.refuse(args)  # (which torch asks first)
        raise
    if unrecorded(c, prim, args, params):
        return t
    before = root_of(c)[0].mark
    others = args if operands is None else operands[1:]
    marks = tuple([getattr(o, "mark", None) for o in others])
    if prim.into is None and t.owner is TAPE:
        t.refuse(args)
        got = prim(kept(t, args), *args, **params)
        write(t, PRIMITIVES["copy"], got)
        if got.mark is not None and label is None:
            label, operands = node_name(got.mark), (None, *args)
    else:
        write(t, prim, *args, **params)
    return written(t, label, before, marks, operands is not None)


def rewrite(t, result, label=None, operands=(), fills=False):
    """t <- result in its memory, the result being computed from `kept(t)`; for in-place forms of several primitives."""
    if rewritten_at_once(t, result, label, operands):
        return t
    c = current(t)
    if written_outside(c, [o for o in operands if isinstance(o, Tensor) and o is not t]):
        return write_outside(rewrite, t, result, label, operands, fills)
    t.refuse(())
    check_writable(c, None, fills)
    check_apart(c, operands)
    if type(c.val) is np.ndarray is type(result.val) and c.val.shape == result.val.shape:
        if c.val.dtype == result.val.dtype and unrecorded(c, PRIMITIVES["copy"], (result,), {}):
            return t
    if tuple(result.shape) != tuple(t.shape):
        raise RuntimeError(f"output with shape {list(t.shape)} doesn't match the broadcast shape {list(result.shape)}")
    check_castable(t.owner.dtype(t), result.owner.dtype(result))
    before = root_of(c)[0].mark
    marks = tuple([getattr(o, "mark", None) for o in operands[1:]])
    write(t, PRIMITIVES["copy"], result)
    return written(t, label, before, marks, True)


def written(t, label, before, marks, whole):
    """Name the node that a write has left: CopySlices over a view's root, else `label`. `before`: the mark that the
    root had; `marks`: those of the other operands; `whole`: are these all the operands that torch shows?"""
    root, chain = root_of(current(t))
    if root.mark is not None and root.mark is not before and root.mark.plan is not None:
        extra = extra_of(root.mark)
        if chain or label is not None:
            extra.label = "CopySlices" if chain else label
            if chain or whole:
                extra.span = (before, *marks)
            if extra.label == "CopySlices":
                extra.release = True  # torch's holds the operation itself, which one backward uses up
    return t


def kept(t, args=()):
    """t's value as it is now, for a result that will be written into t: a copy if a rule may read it later."""
    c = current(t)
    if c.owner is not TAPE or not tls.grad:
        return c
    if c.mark is None and all(a.mark is None for a in args if isinstance(a, Tensor)):
        return c
    asked = type(c.alias) is Alias and c.mark is not None and c.mark.extra is not None
    old = Tensor(c.val.copy(), c.mark.twin() if asked else before_writing(c), TAPE, FROZEN)
    if tls.packing is not None:
        tls.packing.overwritten.append(old)
    return old


def underivable(name, marks, label="NotImplemented", error=RuntimeError, text="derivative for {} is not implemented"):
    """The mark of what an operation has made that torch records, but whose backward raises."""

    def refuse(cts):
        raise error(text.format(name))

    from .._gate import gate  # (rarely needed, and it loads the custom rules)

    node, (mark, *_) = gate([m for m in marks if m is not None], refuse)
    extra = extra_of(node)
    extra.label, extra.span = label, tuple(marks)
    return mark


def own_words(label):
    """What `underivable` says of operations for which torch has a node with this name."""
    return {"label": label, "error": NotImplementedError, "text": "the derivative for '{}' is not implemented."}


def leave_underivable(name, t, marks, root):
    """Say of a Tensor that an operation without a derivative has written that it is its result, of operands with these marks; of a view (`root`:
    what it is one of) that this was changed, as by everything in place."""
    if root is None:
        t.mark = underivable(name, [t.mark, *marks])
    else:
        root.mark = underivable(name, [root.mark, *marks], "CopySlices")
