"""out=: a result is written into the Tensors that are given for it, which take its shape."""

import math
import sys

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import Alias
from funcgrad.core.in_turn import in_turn
from funcgrad.core.mutation import ALONE, write
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE

from .. import dtypes
from ..deprecations import deprecated
from ..errors import type_name
from ..formats import base_of, offset_in
from ..inference import write_outside, written_outside
from ..payload import contiguous_strides, current, ground, strides_of
from ..tensor import Tensor
from .kinds import ALONG, COMPARISONS, iterates
from .nodes import tensors_in
from .operands import is_dual, rank
from .other_memory import over_other_memory, strided
from .outs import (
    APART,
    COPIED,
    COUNTED,
    DIFFERENTIABLE,
    INDICES_FIRST,
    KERNEL_FIRST,
    LATE,
    ONCE,
    OVER_FIRST,
    PARTLY,
    REPEATED,
    RESIZED_FIRST,
    SILENT,
    TWICE,
    WRITABLE_FIRST,
    in_rows,
    recorded_as,
)
from .results import ROWS, check_out
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
    if said[0] not in "=-@" and (differentiable or out.requires_grad):
        raise out_with_gradient(said)
    if said[0] == "@" and out.requires_grad and out.is_leaf:
        raise out_with_gradient("aten::" + said[1:])


def begin(name, out, operands, named, got=()):
    """Raise what torch says before it looks at anything else: that something is to be differentiated, of a function that says so; of one
    that is LATE once there are results (`got`)."""
    said = recorded_as(name, operands, named)
    if not tls.grad or said[0] in "=-@" or name in LATE and not got:
        return
    several = isinstance(out, (tuple, list))
    fields = BY_NAME.get(name) or BY_NAME.get("linalg_" + name)
    if several and fields is not None and len(fields.fields) != len(out):
        return
    outs = [out[i] for i in DIFFERENTIABLE.get(name, range(len(out)))] if several else [out]
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


def store(name, out, got, operands=(), again=None, named=None):
    """Write a result into the Tensor(s) given as out=, which take its shape; returns them. `again`: the function, of other operands."""
    if isinstance(got, (tuple, list)):
        out = tuple(out)
        if len(out) != len(got):
            raise TypeError(f"expected tuple of {len(got)} elements but got {len(out)}")
        need_tensors(name, out)
        begin(name, out, operands, {}, got)
        if (
            tls.grad
            and recorded_as(name, operands, named)[0] in "=-@"
            and any([t.mark is not None for t in got] + [o.requires_grad for o in out])
        ):
            for o, g in zip(out, got, strict=True):
                store(name, o, g, operands)
        else:
            pairs = [*enumerate(zip(out, got, strict=True))]
            if name in INDICES_FIRST:
                check_out(f"{name}[1]", out[1].owner.dtype(out[1]), got[1].owner.dtype(got[1]))
            for at, (o, g) in pairs if name not in COPIED else ():
                fit(f"{name}[{at}]" if at and f"{name}[{at}]" in ROWS else name, o, g, operands)
            before, tls.grad = (
                tls.grad,
                tls.grad and name in COPIED,
            )  # (one that has no derivative is written, a leaf too)
            try:
                for _, (o, g) in pairs:
                    put(o, g) if name not in COPIED else o.copy_(g)
            finally:
                tls.grad = before
        return type(got)(out) if type(got) in (tuple, list) else with_out(type(got))(*out)
    if not isinstance(out, Tensor):
        raise TypeError(f"{name}(): argument 'out' must be Tensor, not {type_name(out)}")
    if tls.grad and (got.mark is not None or out.requires_grad):
        said = recorded_as(name, operands, named)
        if ROWS.get(name, "").startswith("^"):  # (transforms of Fourier look at the dtype first)
            check_out(name, out.owner.dtype(out), got.owner.dtype(got))
        need_no_gradient(said, out, got.mark is not None)
        return stored_with_history(said, name, out, got, operands, again)
    if (got.owner is not TAPE or out.owner is not TAPE) and (is_dual(current(got)) or is_dual(current(out))):
        raise NotImplementedError(
            f"Trying to use forward AD with {name}_out that does not support it because it is an out= function"
        )
    fit(name, out, got, operands)
    if again is not None and iterates(name):
        got = in_turn(got, current(out), operands, again)
    return put(out, got)


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
    elif name in WRITABLE_FIRST:
        check_writable(current(out))
    if own != d and name not in RESIZED_FIRST:
        check_out(name, own, d, bounded)
    short = name.removeprefix("linalg_")
    if short in APART or name in PARTLY:
        check_apart(current(out), tensors_in(operands), short in APART)
        if name in OVER_FIRST:
            check_apart(current(out), tensors_in(operands[1:]), True)
    if tuple(out.shape) != shape:
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
    check_writable(current(out))
    check_apart(current(out), operands)
    check_out(name, out.owner.dtype(out), d, bounded)


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
    memory = base_of(array)
    start = offset_in(array, memory)
    size = 0 if 0 in shape else math.prod(shape)  # (strides only change the order of the same slots)
    if start + size > memory.size:
        if array.base is None and array is c.val and sys.getrefcount(array) <= ALONE + 1:  # (nobody else sees it)
            larger = np.zeros(start + size, memory.dtype)
            larger[: memory.size] = memory
            memory = larger
        else:
            memory = base_of(grown(array, start + size))
    over_other_memory(c, strided(memory, shape, strides or contiguous_strides(shape), start))
    c.versioned().version += 1
    return t
