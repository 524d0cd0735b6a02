"""out=: a result is written into the Tensors that are given for it, which take its shape."""

import math
import sys

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import Alias
from funcgrad.core.mutation import ALONE, write
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.strides import reach
from funcgrad.core.trace import TAPE

from .. import dtypes
from ..deprecations import deprecated
from ..errors import type_name
from ..formats import base_of, offset_in
from ..inference import write_outside, written_outside
from ..payload import contiguous_strides, current, ground, strides_of
from ..tensor import Tensor
from .kinds import ALONG, COMPARISONS, iterates
from .levels import is_dual
from .nodes import tensors_in
from .operands import rank
from .other_memory import over_other_memory, strided
from .out_rules import (
    AFRESH,
    APART,
    COUNTED,
    DIFFERENTIABLE,
    IN_ORDER,
    INDICES_FIRST,
    KEPT,
    KERNEL_FIRST,
    LATE,
    LISTS,
    ONCE,
    OVER_FIRST,
    PARTLY,
    REPEATED,
    RESIZED_FIRST,
    ROWS,
    SILENT,
    TWICE,
    WRITABLE_FIRST,
    check_out,
    in_rows,
    kernel_of,
    recorded_as,
)
from .overlapping_memory import in_turn
from .return_types import BY_NAME, with_out
from .writing import check_apart, check_writable, leave_underivable, spoken

tls = state.tls


def out_with_gradient(name):
    return RuntimeError(
        f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
    )


def need_no_gradient(said, out, differentiable):
    """Raise what torch says of an out= where something is to be differentiated: the operands of a function that is recorded as `said`
    (`differentiable`), or out= itself."""
    if said == "!" and out.requires_grad:
        raise RuntimeError("cannot resize variables that require grad")
    if said[0] not in "=-@!" and (differentiable or out.requires_grad):
        raise out_with_gradient(said)
    if said[0] == "@" and out.requires_grad and (out.is_leaf or out._base is not None and out._base.is_leaf):
        raise out_with_gradient("aten::" + said[1:])


def begin(name, out, operands, named, got=()):
    """Raise what torch says before it looks at anything else, where something is to be differentiated and the function refuses an out= then;
    of a function in LATE once there are results (`got`)."""
    said = recorded_as(name, operands, named)
    if not tls.grad or said[0] in "=-@!" or name in LATE and not got:
        return
    several = isinstance(out, (tuple, list))
    fields = BY_NAME.get(name) or BY_NAME.get("linalg_" + name)
    if several and fields is not None and len(fields.fields) != len(out):
        return
    outs = [out[i] for i in DIFFERENTIABLE.get(name, range(len(out)))] if several else [out]
    if (
        name == "svd" and several and isinstance(out[2], Tensor) and out[2].dim() > 1
    ):  # (which is turned round in place first)
        current(out[2]).refuse(())
    given = tensors_in((*outs, *operands, *got, *[x for n, x in named.items() if n != "out"]))
    if all([isinstance(o, Tensor) for o in outs]) and any([t.requires_grad for t in given]):
        raise out_with_gradient(said)


def need_its_dtype(out, dtype):
    """Raise torch's error for a dtype= that is not that of out=."""
    if isinstance(out, Tensor) and dtype is not None and dtypes.as_numpy(dtype) != out.dtype.numpy:
        raise RuntimeError(
            f"dtype {spoken(dtypes.as_numpy(dtype))} does not match dtype of out parameter ({spoken(out.dtype.numpy)})"
        )


def need_tensors(name, out):
    """Raise torch's error for what is no Tensor among several out=."""
    for at, o in enumerate(out):
        if not isinstance(o, Tensor):
            from .._calls import signatures_of

            short = name.removesuffix("_pair")
            own = signatures_of(short, False) or signatures_of(short.removeprefix("linalg_"), False) or ()
            places = [n for s in own for n, p in enumerate(s.parameters) if p.name == "out" and p.kind == "L"]
            raise TypeError(
                f"expected Tensor as element {at} in argument {min(places, default=0)}, but got {type_name(o)}"
            )


STRUCTURED = (
    "Expected out"  # what the kernels say that give one Tensor its shape before they look at the dtype of the next
)


def store_several(name, out, got, operands, named):
    """store, of several results: each into its own of the Tensors `out`."""
    out = tuple(out)
    if len(out) != len(got):
        if name in LISTS:
            raise RuntimeError(f"{LISTS[name]} expected an out= argument of size {len(got)}, got size {len(out)}")
        raise TypeError(f"expected tuple of {len(got)} elements but got {len(out)}")
    need_tensors(name, out)
    begin(name, out, operands, {}, got)
    history = any([t.mark is not None for t in got] + [o.requires_grad for o in out])
    if tls.grad and history and recorded_as(name, operands, named)[0] in "=-@":
        for o, g in zip(out, got, strict=True):
            store(name, o, g, operands)
    else:
        copied = name == "split_copy"  # (into the shapes that out= has)
        pairs = checked_pairs(name, out, got)
        if not copied:
            fit_each(name, pairs, operands, named)
        before, tls.grad = tls.grad, tls.grad and copied  # (one that has no derivative is written, a leaf too)
        try:
            for o, g in zip(out, got):
                o.copy_(g) if copied else put(o, g)
        finally:
            tls.grad = before
    if name in LISTS:
        return None
    return type(got)(out) if type(got) in (tuple, list) else with_out(type(got))(*out)


def row_of(name, at):
    """The row of out_rules.py for one of several results."""
    row = f"{name}[{at}]"
    return row if at and row in ROWS else name


def checked_pairs(name, out, got):
    """[(number, (out, result))] of several results, in the order in which torch gives each its shape; their dtypes are looked at."""
    pairs = [*enumerate(zip(out, got, strict=True))]
    pairs = [pairs[i] for i in IN_ORDER.get(name, range(len(pairs)))]
    if name != "kthvalue" and not ROWS.get(name, STRUCTURED).startswith(STRUCTURED):
        for at, (o, g) in pairs[::-1] if name in INDICES_FIRST else pairs:
            check_out(row_of(name, at), o.owner.dtype(o), g.owner.dtype(g))
    return pairs


def fit_each(name, pairs, operands, named):
    """Each of the Tensors given as out= in the shape of its result."""
    for at, (o, g) in pairs:
        row = row_of(name, at)
        if (
            name in KEPT and g.dim() < operands[0].dim() and o.shape != g.shape
        ):  # (which the kernel keeps the dimension of)
            dim = (*operands[KEPT[name] :], named.get("dim", -1))[0]
            if o.dim() == g.dim():
                resize(o, o.unsqueeze(dim).shape).store.version -= 1
            fit(row, o, g.unsqueeze(dim), operands)
            resize(o, g.shape).store.version -= 1
        elif name == "svd" and at == 2 and o.shape != g.shape:  # (V is made as its transpose)
            if o.dim() > 1:
                resize(o, o.mT.shape).store.version -= 1
            fit(row, o, g.mT, operands)
            resize(o, g.shape, strides_of(g.val)).store.version -= 1
        else:
            fit(row, o, g, operands)


def store(name, out, got, operands=(), again=None, named=None):
    """Write a result into the Tensor(s) given as out=, which take its shape; returns them. `again`: the function, of other operands."""
    if name == "linalg_vecdot" and isinstance(
        out, Tensor
    ):  # (that looks at the dtype before it leaves vectors to vdot)
        check_out(name, out.owner.dtype(out), got.owner.dtype(got))
    name = kernel_of(name, operands)
    if name == "mv" and isinstance(out, Tensor) and out.shape == got.shape:  # (which is the addend then, times 0)
        name = "mv_over"
    if isinstance(got, (tuple, list)):
        return store_several(name, out, got, operands, named)
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type_name(out)}")
    if tls.grad and (got.mark is not None or out.requires_grad):
        said = recorded_as(name, operands, named)
        if ROWS.get(name, "").startswith("^"):  # (transforms of Fourier look at the dtype first)
            check_out(name, out.owner.dtype(out), got.owner.dtype(got))
        need_no_gradient(said, out, got.mark is not None)
        return stored_with_history(said, name, out, got, operands, again)
    if (got.owner is not TAPE or out.owner is not TAPE) and (is_dual(current(got)) or is_dual(current(out))):
        said = f"{name}_out that does not support it because it is an out= function"
        said = (
            said if tensors_in(operands) else f"aten::{name} that does not support it."
        )  # (what makes Tensors of numbers)
        raise NotImplementedError(f"Trying to use forward AD with {said}")
    fit(name, out, got, operands)
    if again is not None and iterates(name):
        got = in_turn(got, current(out), operands, again)
    put(out, got)
    if name == "kron":  # (which writes by another Tensor over its memory)
        current(out).versioned().version -= 1
    return out


def store_row(name, out, got, operands, row):
    """store; a `row` is written as a matrix of one, and its dimension dropped then, as torch has the product of a vector and a matrix."""
    if not row:
        return store(name, out, got, operands)
    return resize(store(name, out, got.unsqueeze(0), operands), got.shape)


def shaped_first(name, out, f, operands, named):
    """What torch does to out= before it finds that it has no kernel for a dtype: refuses it, or gives it the result's shape. That is the
    shape of a result of like operands in a dtype that there is a kernel for."""
    given = tensors_in((*operands, *named.values()))
    lacking = {t.dtype for t in given}
    for dtype in FIRST_TRIED if len(lacking) == 1 and name not in KERNEL_FIRST else ():
        like = lambda x: stand_in(x, dtype) if isinstance(x, Tensor) else x  # noqa: E731, B023
        try:
            got = f(*map(like, operands), **{n: like(x) for n, x in named.items()})
        except (NotImplementedError, RuntimeError):
            continue
        (own,) = lacking
        several = isinstance(got, (tuple, list))
        for o, g in zip(out, got) if several else [(out, got)]:
            fit(name, o, g.to(own) if g.dtype is dtype else g, operands)
        return


FIRST_TRIED = dtypes.BY_NAME["float32"], dtypes.BY_NAME["int64"]


def stand_in(t, dtype):
    """A Tensor of t's shape, of matrices that have an inverse, in another dtype."""
    made = np.eye(*t.shape[-2:]) if t.dim() > 1 else np.ones(())
    return Tensor(np.broadcast_to(made, tuple(t.shape)).astype(dtype.numpy))


def put(out, got):
    """Write a result into an out= of its shape."""
    if written_outside(current(out)):
        return write_outside(write, out, PRIMITIVES["copy"], got)
    write(out, PRIMITIVES["copy"], got)
    return out


def stored_with_history(said, name, out, got, operands, again):
    """store, where something requires grad and torch does not refuse: copied with its derivative, left as having none, or as if nothing did."""
    if said == "=":
        tls.grad = False
        try:
            fit(name, out, got, ())
        finally:
            tls.grad = True
        return out.copy_(got)
    t = current(out)
    root = t.alias.base if type(t.alias) is Alias else None
    marks = [getattr(current(got), "mark", None)]
    tls.grad = False
    try:
        store(name, out, got.detach(), operands, again)
    finally:
        tls.grad = True
    if said[0] == "@":
        leave_underivable("aten::" + said[1:], t, marks, root)
    return out


def fit(name, out, got, operands):
    """Refuse an out= that torch would not write such a result into; give it the result's shape."""
    plain = type(got.val) is np.ndarray and out.owner is TAPE
    strides = strides_of(got.val) if plain and not in_rows(name, out, operands) else None
    fit_shape(name, out, tuple(got.shape), got.owner.dtype(got), operands, strides)


def fit_shape(name, out, shape, d, operands, strides=None):
    """The same for a result of a shape, a dtype d, and strides (none: in C order)."""
    own, single = out.owner.dtype(out), iterates(name)
    bounded = own != d and any([isinstance(o, Tensor) for o in operands[1:]])
    if single:
        check_single(name, out, operands, d, bounded)
    if own != d and name not in RESIZED_FIRST:
        check_out(name, own, d, bounded, operands)
    if not single and name in WRITABLE_FIRST:
        check_writable(current(out))
    short = name.removeprefix("linalg_")
    if short in APART or name in PARTLY:
        check_apart(current(out), tensors_in(operands), short in APART)
        if name in OVER_FIRST:
            check_apart(current(out), tensors_in(operands[1:]), True)
    afresh = name in AFRESH and not out.numel() and own == d
    if tuple(out.shape) != shape or afresh:
        if single and any([o is out for o in operands]):
            raise RuntimeError(f"output with shape {list(out.shape)} doesn't match the broadcast shape {list(shape)}")
        if out.numel() and name in COUNTED:
            n = math.prod(shape)
            deprecated("arange", list(out.shape), out.numel(), n, f"({n},)" if len(shape) == 1 else shape)
        elif out.numel() and name not in SILENT:
            for _ in range(resizings(name, out, d, operands)):
                deprecated("out", list(out.shape), list(shape))
        resize(out, shape, strides).store.version -= 1  # (that and the write are one change)
    if own != d and name in RESIZED_FIRST:
        check_out(name, own, d, bounded)
    if not single and short not in REPEATED:
        check_writable(current(out))


def check_single(name, out, operands, d, bounded=False):
    """Refuse an out= of a function of single elements for its memory, then for its dtype."""
    if name == "float_power":
        check_out(name, out.owner.dtype(out), d)
    check_writable(current(out))
    check_apart(current(out), operands)
    check_out(name, out.owner.dtype(out), d, bounded, operands)


def resizings(name, out, d, operands):
    """How often torch gives an out= another shape: a function of single elements computes into memory of its result's dtype first, and has
    looked whether out= may be written."""
    if name in ONCE or name not in TWICE and (name in ROWS or name in ALONG or name.startswith("logical_")):
        return 1
    check_writable(current(out))
    computed = dtypes.result_dtype([rank(x) for x in operands]) if name in COMPARISONS else d
    return 1 + (out.owner.dtype(out) not in (computed, d))


def grown(array, size):
    """An array, in memory of so many elements, for all who see it."""
    from .._resized import resize

    return resize(array, size * array.itemsize)


def resize(t, shape, strides=None):
    """Give t another shape, in C order if no strides are given, over its memory, of which more is made where it does not suffice."""
    c = current(t)
    c.refuse(())
    array = ground(c)
    unseen = (
        array.base is None and array is c.val and sys.getrefcount(array) <= ALONE + 1
    )  # (asked before a view is made of it)
    memory = base_of(array)
    start = offset_in(array, memory)
    size = 0 if 0 in shape else math.prod(shape) if strides is None else reach(shape, strides)[1] + 1
    if start + size > memory.size:
        if unseen and (c.store is None or c.store.resizable):
            larger = np.zeros(start + size, memory.dtype)
            larger[: memory.size] = memory
            memory = larger
        else:
            memory = base_of(grown(array, start + size))
    over_other_memory(c, strided(memory, shape, strides or contiguous_strides(shape), start))
    c.versioned().version += 1
    return t
