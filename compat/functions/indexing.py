"""x[...] and x[...] = v for everything torch takes as an index.

An index is split as torch splits it: integers, slices, None and Ellipsis first, as one view; then what is indexed by
Tensors, by one gather (or scatter) over the axes brought to the front. An integer beside an index Tensor is a
select, not an array of one element as in NumPy.
"""

import contextlib
import math

import numpy as np

from funcgrad.core import state, view_strides
from funcgrad.core.aval import Aval
from funcgrad.core.elementwise_layout import filled, moved, noted, stretched
from funcgrad.core.handle import Alias, Handle, root_of, same_view
from funcgrad.core.mutation import view as core_view
from funcgrad.core.node import extra_of
from funcgrad.core.quiet import quiet
from funcgrad.core.site import site
from funcgrad.core.strides import as_one_step, order_of, overlaps, repeats
from funcgrad.core.trace import PICK, TAPE
from funcgrad.core.tracebacks import trim
from funcgrad.core.written_views import written_view

from .._recorded_writes import assigned_at_once, ends_here
from ..deprecations import deprecated
from ..dtypes import LONG, OVERFLOW
from ..errors import type_name
from ..graph import label as set_label
from ..payload import current, strides_of
from ..rewriting import spelled
from ..tensor import Tensor
from ..unrecorded_writes import assigned, read_at
from .image_gradients import rows_back
from .index_entries import (
    ALL,
    GETITEM,
    Index,
    array_out_of_bounds,
    is_mask,
    is_whole,
    out_of_bounds,
    plain_slice,
    scalar_index,
    step_by_step,
)
from .nodes import named
from .operands import (
    BOOL,
    INT64,
    P,
    dtype_of,
    fitting,
    in_c_order,
    name_places,
    new,
    overflowing,
    shape_of,
    without_imaginary,
)
from .out_rules import type_text
from .quick_roads import quick
from .register import install
from .shape import view_of
from .stretching import expanded_shape
from .writing import check_apart, check_writable, in_place, same_elements, spoken, written


def as_picked(out, t, v, arrays, front):
    """What index arrays have picked of t, as torch lays it out: by the strides of t, and then of the arrays. `v`: t with the axes that they
    index in front; `front`: how many of its other axes stand before theirs in the result."""
    if out.owner is not TAPE or v.owner is not TAPE:
        return in_c_order(out)
    shape, places = out.val.shape, [i.val if isinstance(i, Handle) else i for i in arrays]
    if out.val.flags.c_contiguous and t.val.flags.c_contiguous and all([i.flags.c_contiguous for i in places]):
        return in_c_order(out)
    rest = strides_of(v.val)[len(arrays) :]
    k, after = len(shape) - len(rest), len(rest) - front
    source = (*rest[:front], *(0,) * k, *rest[front:])
    given = [(0,) * front + stretched(shape[front : front + k], i.shape, strides_of(i)) + (0,) * after for i in places]
    out.val = moved(out.val, filled(shape, order_of(shape, source, *given)))
    return noted(out)


def one_array(idx, shape):
    """The dimension that a vector of integers among slices of all stands for, behind the first; None of another index."""
    at = None
    for d, i in enumerate(idx):
        if type(i) is slice:
            if i.start is not None or i.stop is not None or i.step is not None:
                return None
        elif at is None and type(i) is Tensor and i.owner is TAPE and i.val.ndim == 1 and i.val.dtype is INT64:
            at = d
        else:
            return None
    return at if at and len(idx) <= len(shape) else None


def along_one(t, index, at):
    """The slices of t along a dimension that a vector of its places names, as torch's indexing gives them."""
    before = range(1, at + 1)
    behind = range(at + 1, len(shape_of(t)))
    turned = P["transpose"](t, perm=(at, *range(at), *behind))
    out = P["transpose"](P["gather"](turned, index), perm=(*before, 0, *behind))
    as_picked(out, t, turned, [index], at)
    return named(rows_back(out, t), "IndexBackward0", (t,))


tls = state.tls


def select(t, i):
    """t[i] for an int: the commonest index."""
    shape = t.val.shape if t.owner is TAPE else t.owner.shape(t)
    if not shape:
        raise out_of_bounds(i, 0, 0) if i else scalar_index()
    n = shape[0]
    if not -n <= i < n:
        raise out_of_bounds(i, 0, n)
    return core_view(t, GETITEM, "SelectBackward0", idx=(i, Ellipsis))


# ------------------------------------------------------------------------------------------------ reading
def getitem(t, idx):
    """t[idx]."""
    try:
        if type(idx) is int:
            return select(current(t), idx)
        if state.shared.staging and tls.packing is not None and not tls.packing.within:
            return tls.packing.around(getitem, t, idx)
        t = current(t)
        shape = shape_of(t)
        if type(idx) is slice and shape:
            return view_of(t, "getitem", "SliceBackward0", idx=(plain_slice(idx), Ellipsis))
        if shape and is_number(idx):
            return select(t, int(current(idx).val))
        if type(idx) is tuple and t.owner is TAPE and not state.shared.staging:
            if True in map(is_number, idx):
                return t[tuple([int(current(i).val) if is_number(i) else i for i in idx])]
        if t.owner is TAPE and (t.mark is None or not tls.grad) and not state.shared.staging:
            out = read_at(t.val, idx)
            if out is not None:
                return new(out)
        found = only_arrays(idx, shape)
        if found:
            return as_picked(gathered(t, found), t, t, found, 0)
        if type(idx) is tuple and t.owner is TAPE:
            at = one_array(idx, shape)
            if at is not None and name_places((i := current(idx[at])).val, shape[at]):
                return along_one(t, i, at)
            with contextlib.suppress(IndexError, OverflowError):  # (which is said below, in torch's words)
                found = basic_index(idx, shape)
                if found is not None and found[1] > 1:
                    out = core_view(t, GETITEM, idx=found[0])
                    if out.mark is not None:
                        spelled(out, NAMES[found[2]], step_by_step, found[0])
                    return out
        index = Index(shape, idx)
        x = index.view(t)
        if not index.found:
            return x
        index.finish(shape_of(x))
        perm, front = index.order(len(shape_of(x)))
        arrays = list(index.arrays.values())
        v = x if perm is None else P["transpose"](x, perm=perm)
        out = gathered(v, arrays)
        if front:
            k, n = len(shape_of(out)) - len(shape_of(v)) + len(arrays), len(shape_of(out))
            rest = list(range(k, n))
            out = P["transpose"](out, perm=(*rest[:front], *range(k), *rest[front:]))
        as_picked(out, x, v, arrays, front)
        rows_back(out, x)
        return named(out, "IndexBackward0", (x,)) if perm is not None or front else out
    except BaseException as error:
        trim(error)
        raise


def is_number(i):
    """Is an entry of an index a Tensor of one whole number, which stands for that?"""
    return type(i) is Tensor and i.owner is TAPE and not i.val.ndim and i.val.dtype is INT64


def only_arrays(idx, shape):
    """The index arrays of an index that holds nothing else (Tensors of integers, masks of what they stand for); None of another."""
    found = []
    for i in idx if type(idx) is tuple else (idx,):
        if type(i) is not Tensor or (i := current(i)).owner is not TAPE:
            return None
        v = i.val
        n = v.ndim
        if n and v.dtype is INT64:
            found.append(i)
        elif n and v.dtype is BOOL and v.shape == shape[len(found) : len(found) + n]:
            found += v.nonzero()
        else:
            return None
    return found if len(found) <= len(shape) else None


def gathered(v, arrays):
    """P["gather"] with torch's errors."""
    try:
        return P["gather"](v, *arrays)
    except IndexError as error:
        raise index_error(arrays, shape_of(v)) or error from None


def index_error(arrays, shape):
    """The IndexError for index arrays that do not broadcast, or of which one leaves its dimension; or None."""
    values = [np.asarray(a.val if isinstance(a, Handle) else a) for a in arrays]
    try:
        np.broadcast_shapes(*[a.shape for a in values])
    except ValueError:
        shapes = ", ".join(str(list(a.shape)) for a in values)
        return IndexError(f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}")
    return first_outside([(a, n, dim) for dim, (a, n) in enumerate(zip(values, shape))])


def first_outside(places, shape=None):
    """The error for the first place of all index arrays together that leaves its dimension, or None. `places`: (array, size, dimension)."""
    bad = [(a, n, dim) for a, n, dim in places if a.size and (a.max() >= n or a.min() < -n)]
    if not bad:
        return None
    shape = np.broadcast_shapes(*[a.shape for a, _, _ in places]) if shape is None else shape
    found = []
    for a, n, dim in bad:
        wrong = np.flatnonzero(np.broadcast_to((a >= n) | (a < -n), shape))
        if wrong.size:
            found.append((wrong[0], dim, n, np.broadcast_to(a, shape).flat[wrong[0]]))
    return array_out_of_bounds(int(min(found)[3]), *min(found)[1:3]) if found else None


def along(t, index, dim):
    """One element of t for each of index, which stands in place of its position along `dim`: torch.gather."""
    return P["take_along"](within(t, shape_of(index), dim), index, axis=dim)


def within(t, shape, dim):
    """The part of t that an index of this shape reads along `dim`: the index may be shorter along the others."""
    own = shape_of(t)
    if all(n == k for d, (n, k) in enumerate(zip(own, shape)) if d != dim):
        return t
    return P["getitem"](t, idx=tuple([ALL if d == dim else slice(k) for d, k in enumerate(shape)]))


# ------------------------------------------------------------------------------------------------ writing
def value_for(t, v):
    """What is assigned, as an operand: a number, or a Tensor that is up to date."""
    if isinstance(v, Tensor):
        return current(v)
    if isinstance(v, Handle):
        return v
    if isinstance(v, np.integer):
        v = int(v)
    d = dtype_of(t)
    if isinstance(v, complex) and d.kind not in "bc":
        raise overflowing(d if d.itemsize != 2 or d.kind != "f" else np.dtype(float))
    if isinstance(v, int) and not LONG[0] <= v <= LONG[1]:
        raise ValueError(OVERFLOW)
    if (
        d.kind in "iu"
        and isinstance(v, (int, float))
        or d.isnative
        and d.char in "fF"
        and isinstance(v, (int, float, complex))
    ):
        return fitting(v, d)
    if isinstance(v, (bool, int, float, complex)):
        return v
    raise TypeError(f"can't assign a {type_name(v)} to a torch.{spoken(d)}Tensor")


def trimmed(v, ndim):
    """torch lets a value have more axes than its target if the first ones have length 1."""
    if not isinstance(v, Handle):
        return v
    own = shape = tuple(shape_of(v))
    while len(shape) > ndim and shape[0] == 1:
        shape = shape[1:]
    return v if shape is own or shape == own else P["reshape"](v, shape=shape)


def bare(shape):
    """A shape without the ones in front: what torch's errors say of a value that is assigned."""
    shape = tuple(shape)
    while shape and shape[0] == 1:
        shape = shape[1:]
    return shape


def setitem(t, idx, v):
    """t[idx] = v; torch's errors are raised before anything is written."""
    try:
        if type(v) is Tensor and type(v.alias) is Alias and v.alias.base is t and ends_here(t, v, idx, basic_index):
            copied_onto_itself(t, v, False)
            return
        if assigned(t, idx, v) or isinstance(t, Tensor) and assigned_at_once(t, idx, v):
            return
        c = current(t)
        given = v
        v = value_for(c, v)
        if idx is False:  # (which selects nothing, whatever is assigned)
            return
        index = Index(shape_of(c), None if idx is True else idx)
        before = root_of(c)[0].mark
        if not index.found:
            basic = tuple(index.basic)
            if isinstance(given, Handle) and same_view(t, basic, given) and (c.owner is not TAPE or was_written(given)):
                everything = is_everything(basic, shape_of(c))
                refuse_leaf(c, everything, v)
                c.refuse((v,))
                if c.owner is TAPE:
                    copied_onto_itself(c, given, everything)
                return
            target = np.broadcast_to(np.int8(0), shape_of(c))[basic].shape
            v = trimmed(v, len(target))
            if isinstance(v, Handle):
                expanded_shape(bare(shape_of(v)), target) if len(shape_of(v)) <= len(target) else too_many(v, target)
                if shape_of(v) != target and v.mark is None and type(v.val) is type(c.val) is np.ndarray:
                    if np.may_share_memory(v.val, c.val):  # (which torch lets it do where it is stretched)
                        v = new(np.broadcast_to(v.val, target).copy())
            v = without_imaginary(v, dtype_of(c)) if isinstance(v, Tensor) else v
            label, everything = "CopySlices", is_everything(basic, shape_of(c))
            refuse_leaf(c, everything, v)
            if not everything and tls.grad and (c.of_function or getattr(root_of(c)[0], "of_function", None)):
                c[idx].refuse(())  # (torch's words name the part)
            if c.owner is TAPE and not c.val.flags.c_contiguous and repeats(c.val.shape, c.val.strides):
                part = core_view(c, GETITEM, idx=basic)  # (whether that part may be written is what counts)
                in_place(part, P["put"], v, idx=(Ellipsis,), label=label, fills=everything and same_elements(part, v))
                return
            if everything:
                copied = isinstance(v, Handle) and (shape_of(v) or not target) or idx == ()
                basic, label = (Ellipsis,), "CopyBackwards" if copied else "FillBackward3"
            in_place(t, P["put"], v, idx=basic, label=label, fills=given is t)
            return
        x = index.view(t if isinstance(t, Tensor) else c)
        whole = x is t or x is c
        write_arrays(t if whole else x, index, v)
        if whole:
            written(t, "IndexPutBackward0", before, (getattr(given, "mark", None),), True)
    except BaseException as error:
        trim(error)
        raise


def was_written(part):
    """Is it, as in `t[idx] += 1`, a view that has just been written, or one that nothing records? (torch copies it onto itself)"""
    n = root_of(part)[0].mark
    return n is None or n.plan is None or n.extra is not None


def is_everything(basic, shape):
    """Is a basic index without effect, as far as torch sees when it assigns?"""
    at = 0
    for i in basic:
        if i is not Ellipsis:
            if not isinstance(i, slice) or not is_whole(i, shape[at]):
                return False
            at += 1
    return True


def copied_onto_itself(c, part, everything):
    """What ends `t[idx] += 1`: torch copies the part onto itself. Nothing moves here; the graph shows the copy if somebody looks."""
    store = c.versioned()
    store.version += 1
    store.changed = site(3)
    root, chain = root_of(part)
    n = root.mark
    if n is not None and n.plan is not None and n.extra is not None and tls.grad and n.plan.prim is not PICK:
        if any([p.unview is None for p, _ in chain]):
            chain = as_one_step(part.val, root.val, chain)
        if n.avals is None:
            n.avals = (Aval(shape_of(root), dtype_of(root)),) * n.plan.prim.arity
        name = "CopyBackwards" if everything and root is c else "CopySlices"
        spelled(root, name, written_twice, n.plan.prim, n.params, n.extra.label, n.extra.span, chain, name)


def written_twice(*given):
    """The write of one node, then the copy of the part that it wrote onto itself."""
    *xs, prim, params, label, span, chain, name = given
    first = prim(*xs, **params)
    extra = extra_of(first.mark)
    extra.label, extra.span, extra.release = label, span, True
    steps = [first]
    for p, kw in chain:
        steps.append(p(steps[-1], **kw))
    part = new = steps.pop()
    set_label(part, "AsStridedBackward0", (first,))
    for (p, kw), up in zip(reversed(chain), reversed(steps)):
        q, operands, k = p.unview(up, new, **kw)
        new = q(*operands, **k)
    set_label(new, name, (first, part))
    return new


def refuse_leaf(c, everything, v):
    """torch's error for a write of v into part of a leaf: it speaks of the view."""
    if c.mark is not None and c.mark.plan is None and tls.grad and not everything:
        if tls.func:
            from .._funcs import check_outside

            check_outside(c, (v,))
        raise c.owner.leaf_error("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def too_many(v, target):
    raise RuntimeError(
        f"expand({type_text(dtype_of(v))}{{{list(shape_of(v))}}}, size={list(target)}): the number of "
        "sizes provided "
        f"({len(target)}) must be greater or equal to the number of dimensions in the tensor ({len(shape_of(v))})"
    )


def write_arrays(x, index, v, prim="scatter_set", trims=True):
    """x[arrays] = v (or += with scatter_add) for an index with arrays in it, x being the view of its basic part. `trims`: dimensions of
    length 1 in front of v are left off where it has more than are written (by an assignment, but not by index_put)."""
    given = v
    c = current(x)
    c.refuse(())
    one = not isinstance(v, Handle) or math.prod(shape_of(v)) == 1
    if one:  # (which torch makes a masked_fill)
        one = prim == "scatter_set" and len(index.found) == 1 and is_mask(index.found[0][1])
    if not (one and index.bytes):
        check_apart(c, (v,), wholly=True)
    index.finish(shape_of(c), warns=not one)
    if one and index.bytes:
        raise RuntimeError("masked_fill_ only supports boolean masks, but got mask with dtype unsigned char")
    if one and isinstance(v, Handle) and dtype_of(v) != dtype_of(c):
        if v.owner is TAPE:
            fitting(v.val.item(), dtype_of(c))  # (which refuses what does not fit)
        v = P["cast"](v, dtype=dtype_of(c))
    fills = not isinstance(v, Handle) or not shape_of(v)
    if type(c.val) is np.ndarray and overlaps(c.val):  # (the last of what comes to one place stays)
        deprecated("expanded", "index_put_", "indices] = tensor")
        if one:
            deprecated("expanded", "masked_fill_", "mask] = scalar")
        fills = True
    check_writable(c, fills=fills)
    check_apart(c, tuple(index.arrays.values()), wholly=True)
    perm, front = index.order(len(shape_of(c)))
    arrays = list(index.arrays.values())
    ordered = shape_of(c) if perm is None else tuple([shape_of(c)[k] for k in perm])
    try:
        got = np.broadcast_shapes(*[tuple(a.shape) for a in arrays])
    except ValueError:
        raise index_error(arrays, ordered) from None
    if 0 in ordered[: len(arrays)] and 0 not in got:
        raise IndexError("index is out of bounds for dimension with size 0")
    rest = ordered[len(arrays) :]
    target = (*rest[:front], *got, *rest[front:])
    v = trimmed(v, len(target)) if trims or one else v
    shape = tuple(shape_of(v)) if isinstance(v, Handle) else ()
    try:
        fits = np.broadcast_shapes(target, shape) == target
    except ValueError:
        fits = False
    if not fits:
        raise RuntimeError(
            f"shape mismatch: value tensor of shape {list(bare(shape) if trims else shape)} cannot be broadcast to indexing result of shape "
            f"{list(target)}"
        )
    if isinstance(v, Handle) and dtype_of(v) != dtype_of(c):
        raise RuntimeError(
            f"Index put requires the source and destination dtypes match, got {spoken(dtype_of(c))} for the "
            "destination and "
            f"{spoken(dtype_of(v))} for the source."
        )
    known = [a.val if isinstance(a, Handle) and a.owner is TAPE else a for a in arrays]
    error = first_outside(
        [(i, n, dim) for dim, (i, n) in enumerate(zip(known, ordered)) if isinstance(i, np.ndarray)], got
    )
    if error is not None:
        raise error
    k = len(got)
    if front and shape:
        if len(shape) < len(target):
            v = P["reshape"](v, shape=(1,) * (len(target) - len(shape)) + shape)
        v = P["transpose"](v, perm=(*range(front, front + k), *range(front), *range(front + k, len(target))))
    if isinstance(v, (bool, int, float, complex)):
        with quiet():
            v = dtype_of(c).type(v)
    w = x if perm is None else core_view(x, P["transpose"], perm=perm)
    in_place(w, P[prim], v, *arrays, operands=(w, given), fills=fills)


NAMES = ("SelectBackward0", "SliceBackward0", "UnsqueezeBackward0")  # of the last step of a basic index
BASIC = frozenset((int, slice, tuple, type(None)))
BOUNDS = frozenset((int, type(None)))


def put_in_steps(v, out, idx):
    """out = v[idx] of an array in C order, for a basic index with None in it, with torch's strides of the axes that it puts in."""
    steps, d, at, start = list(out.strides), 0, 0, 0
    for i in idx:
        if i is None:
            steps[at] = v.shape[d] * v.strides[d] if d < v.ndim else v.itemsize
            at += 1
        elif i is not Ellipsis:  # (which is the last)
            first = i.start or 0 if type(i) is slice else i
            at += type(i) is slice
            start += (first + v.shape[d] if first < 0 else first) * v.strides[d]
            d += 1
    return np.ndarray(out.shape, v.dtype, v, start, steps) if out.size and start >= 0 else None


def basic_index(idx, shape):
    """(a tuple as `Index` writes it, how many views torch makes of it, which kind the last of them is: select, slice or unsqueeze, how many
    unsqueeze), if there are only ints, slices, None and Ellipsis in it; or None."""
    entries, made, last, dim, put_in, seen = [], 0, 0, 0, 0, False
    for i in idx:
        if i is None:
            made += 1
            put_in += 1
            last = 2
        elif (kind := type(i)) is slice:
            if i.start is not None or i.stop is not None or i.step is not None:
                if type(i.start) not in BOUNDS or type(i.stop) not in BOUNDS:
                    return None
                if i.step is not None and (type(i.step) is not int or i.step < 1):
                    return None
                if not is_whole(i, shape[dim]):
                    made += 1
                    last = 1
            dim += 1
        elif kind is int:
            made += 1
            last = 0
            dim += 1
        elif i is Ellipsis and not seen:
            seen = True
            rest = len(shape) - sum([k is not None and k is not Ellipsis for k in idx])
            entries += [ALL] * rest
            dim += rest
            continue
        else:
            return None
        entries.append(i)
    entries.append(Ellipsis)
    return tuple(entries), made, last, put_in


def between(s):
    """A slice with the ints that its bounds are, of which some are Tensors; None where one is neither."""
    start, stop = s.start, s.stop
    start = start.__index__() if type(start) is Tensor else start
    stop = stop.__index__() if type(stop) is Tensor else stop
    return slice(start, stop, s.step) if type(start) in BOUNDS and type(stop) in BOUNDS else None


install(
    "__getitem__",
    quick(
        written_view,
        getitem,
        "getitem",
        "a",
        "type(a) in BASIC",
        (
            "out, made = None, 1",
            "if type(a) is int:",
            "    params, plan = {'idx': (a, Ellipsis)}, plans[0]",
            "    out = v[a, ...]",
            "elif type(a) is slice:",
            "    if a.step is None or type(a.step) is int and a.step > 0:",
            "        i = a if type(a.start) in BOUNDS and type(a.stop) in BOUNDS else between(a)",
            "        if i is not None:",
            "            params, plan = {'idx': (i, Ellipsis)}, plans[1]",
            "            out = v[i, ...]",
            "else:",
            "    found = basic_index((None,) if a is None else a, v.shape)",
            "    if found is not None:",
            "        index, made, kind, put_in = found",
            "        if made or x.mark is None:",
            "            params, plan = {'idx': index}, plans[kind]",
            "            out = v[index]",
            "            if put_in:",  # (axes of one element, of which NumPy says no strides but in a reshape)
            "                if v.flags.c_contiguous and (k is None or 1 not in v.shape):",
            "                    out = v.reshape(out.shape) if put_in == made else put_in_steps(v, out, index)",
            "                else: out = lying(v, out, at, idx=index)",
        ),
        NAMES,
        after="if made > 1: spelled(h, NAMES[kind], step_by_step, index)",
        NAMES=NAMES,
        spelled=spelled,
        step_by_step=step_by_step,
        BASIC=BASIC,
        BOUNDS=BOUNDS,
        between=between,
        basic_index=basic_index,
        put_in_steps=put_in_steps,
        lying=view_strides.lying,
        at=view_strides.at,
    ),
)
install("__setitem__", setitem)
