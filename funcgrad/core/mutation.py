"""Assignment and views, one mechanism under both faces.

`view(x, prim)` links a view to its root. `write(box, prim, *args)` computes the view's new value functionally, carries
it back to the root through each view primitive's `unview` (an inverse, or `put`: torch's CopySlices), and re-points the
root; other views replay their chain when they are next read. Over memory that may be written (a Tensor's NumPy array, or
a traced array that nobody else holds) the same steps are recorded, with the memory itself as their value, written once.
"""

import sys

import numpy as np

from ..errors import NotDifferentiableError, ShapeError
from . import halves, state
from .aval import Aval, describe, dtype_of, ndarray, shape_of
from .conjugate_views import MAPS, Mirror
from .elementwise_layout import LAID
from .handle import FROZEN, Alias, Array, Frozen, Handle, Taped, fresh, root_of
from .node import TapeNode
from .primitive import PRIMITIVES
from .quiet import IGNORE, enter, leave, quiet
from .site import internal, site, user_frame, where
from .state import tick
from .strides import as_one_step, in_rounds, reads_written, repeats
from .trace import ROOT, TAPE, Jvp, Record, Root, Tape

tls, shared, running = state.tls, state.shared, state.running
new = object.__new__
getframe = sys._getframe


def view(x, prim, label=None, **params):
    """`prim(x)` as a view of x: a write through either is seen by both, and by their siblings. `label`: what a face calls
    the operation."""
    if (
        isinstance(x, Taped)
        and x.owner is TAPE
        and (
            not shared.staging or shared.staging == 1 and tls.packing is not None
        )  # (a view saves nothing to be packed)
        and prim.nondiff is None
    ):
        if x.alias is not None:
            fresh(x)
        memory = x.val if type(x.alias) is not Mirror else x.alias.memory
        if type(x.alias) is not Frozen and (
            prim.name != "reshape" or memory.flags.c_contiguous or type(x.alias) is Mirror
        ):  # (else it may be a copy)
            value = prim.value("torch")(memory, **params)
            if type(value) is ndarray and value.base is not None:
                if value.base is memory or value.base is memory.base:
                    return taped_view(x, prim, value, params, label)
    out = viewed(x, prim, params)
    if label is not None and isinstance(out, Taped) and out.mark is not None and out.mark.plan is not None:
        out.mark.plan = out.mark.plan.labelled(label)
    return out


def taped_view(x, prim, value, params, label):
    """The view of a Tensor over NumPy memory, whose array is `value`: what `viewed` comes to, written out."""
    out = new(TAPE.face)
    out.owner = TAPE
    out.cell = None
    out.val = value
    store = out.store = x.store or x.stamp()[0]
    alias = x.alias
    if alias is None or alias is LAID:
        out.alias = Alias(x, (None, (prim, params)), store)
    elif type(alias) is Frozen:
        out.alias = None
    else:
        out.alias = alias.onward((prim, params), value)
        if type(alias) is Mirror:
            out.val = alias.mapped(value)
    mark = x.mark
    if mark is None:
        out.mark = None
    elif tls.grad:
        n = out.mark = TapeNode()
        n.owner = TAPE
        n.plan = prim.plan(1, None, halves.face((x.val,)) if shared.halves else "torch", label)
        n.ins = (mark,)
        n.params = params
        n.saved = n.versions = ()
        n.avals = (Aval(x.val.shape, x.val.dtype),)
        n.index = tick()
        n.extra = None
        f = getframe(3)
        if internal[f.f_globals.get("__name__")]:
            f = user_frame(f) or f
        n.code = f.f_code
        n.lasti = f.f_lasti
    else:
        unrecorded_view(out)
    return out


def unrecorded_view(h):
    """Note that a view of what requires grad was made while nothing was recorded: as in torch it requires grad all the same (but of an
    inference Tensor, where nothing is counted)."""
    if h.store is not None and not h.store.counted:
        h.mark = None
        return
    h.mark = TAPE.leaf()
    alias = h.alias
    alias.link = (*alias.link[:2], "inference" if tls.inference else "no_grad")


def mirrored(x, name, label=None):
    """The conjugate ("conj") or the negative ("neg") of a Tensor over NumPy memory that is up to date, as a view."""
    prim = PRIMITIVES[name]
    alias, owner = x.alias, x.owner
    if type(alias) is Frozen or shared.staging:
        return prim(x)
    base, link, maps, memory = x, None, 0, x.val
    if isinstance(alias, Alias):
        base, link = alias.base, alias.link
    if type(alias) is Mirror:
        maps, memory = alias.maps, alias.memory
    out = owner.process(prim, (x,), {}, out=memory)
    if label is not None and out.mark is not None:
        out.mark.plan = out.mark.plan.labelled(label)
    out.store = x.versioned()
    alias = out.alias = Mirror(base, (link, (prim, {})), out.store, memory, maps ^ 1 << MAPS.index(name))
    out.val = alias.mapped(memory)
    if out.mark is None and x.mark is not None:
        unrecorded_view(out)
    return out


def viewed(x, prim, params):
    """`view` of any handle."""
    if shared.staging and tls.stage is not None:
        (x,) = tls.stage.capture((x,))
    out = prim(x, **params)  # (dispatch has brought x up to date)
    if not isinstance(x, Handle):
        return out
    alias = x.alias
    if alias is None or alias is LAID:
        base, link = x, None
    elif type(alias) is Frozen:
        return out
    else:
        base, link = alias.base, alias.link
    if x.owner is TAPE:
        if type(alias) is Mirror:  # (a copy; or it would not have come here)
            out.store = None
            return out
        if out.store is None or out.store is not x.store:  # (the primitive shares the store if it shares the memory)
            return out
        out.alias = Alias(base, (None, (prim, params)), out.store) if link is None else alias.onward((prim, params))
        if out.mark is None and x.mark is not None:
            unrecorded_view(out)
        return out
    if prim.name == "reshape" and not contiguous(x):
        from .layout import is_view

        if not is_view(x, params["shape"]):
            return out
    out.alias = Alias(base, (link, (prim, params)))
    return out


def contiguous(x):
    """Is it plain to see that the elements lie in C order? (Else layout.py is asked.)"""
    while isinstance(x, Handle):
        if not x.owner.concrete and x.mark:
            return False
        x = x.val
    return type(x) is ndarray and x.flags.c_contiguous


def as_it_lay(root, new):
    """The new value of a root in the order of memory that it has now, which NumPy's writes leave as it is."""
    from .layout import in_order, layout_of

    return in_order(new, layout_of(root))


def references(box):
    return sys.getrefcount(box.val)


class Probe:
    __slots__ = ("val",)


_probe = Probe()
_probe.val = np.empty(0)
ALONE = references(_probe)  # what `references` says of an array that only its box holds


def unshared(box, root, chain):
    """Does nobody else hold the root's array (no node, no other handle, no user)? Then a write may go into it."""
    val = root.val
    if type(val) is not ndarray or val.base is not None or not val.flags.writeable:
        return False
    del val
    extra = 0
    if chain:
        if type(box.val) is not ndarray or box.val.base is not root.val or references(box) > ALONE:
            return False  # (a node that keeps the view's array does not show in the root's count)
        extra = 2  # the view's own alias, and the base of its array
    return references(root) <= ALONE + extra


def memory_of(box, root, chain, args, top):
    """The memory to write through, or None where the write must make a new value."""
    if isinstance(box, Taped):
        if box.owner is root.owner is TAPE and all(
            a.owner is TAPE or a.owner is ROOT for a in args if isinstance(a, Handle)
        ):
            return box.val
        return None
    plain = type(top) is Root or (type(top) is Record and top.flat)
    if plain and (box.owner is top or box.owner is ROOT) and unshared(box, root, chain):
        if all(a.owner is top or a.owner is ROOT for a in args if isinstance(a, Handle)):
            return box.val
    return None


def highest(handles):
    top = ROOT
    for h in handles:
        if isinstance(h, Handle) and h.owner.level > top.level:
            top = h.owner
    return top


def accumulate(box, value, line):
    """box += value in its NumPy memory, recorded nowhere: for `.grad`, whose history nobody asked for."""
    store = box.versioned()
    if not store.counted:
        box.refuse((value,))
    if shared.halves:
        into(PRIMITIVES["add"], box.val, (value,), {})
    else:
        np.add(box.val, value, out=box.val)
    store.version += 1
    store.changed = line


def into(prim, mem, values, params):
    """prim of what NumPy memory behind a Tensor holds, and of values, written into it."""
    if not mem.flags.c_contiguous and shares_elements(mem) or prim.elementwise and reads_written(mem, values):
        in_rounds(prim, mem, values, params)
    elif shared.halves and halves.among((mem,)):
        halves.into(prim, mem, values, params)
    else:
        prim.into(mem, *values, **params)


def lies_with(t, others):
    """May elements of t, or of these operands, share memory? (False of most, at once.)"""
    v = t.val
    if type(v) is not ndarray or not v.flags.c_contiguous:
        return True
    return any(
        [isinstance(o, Handle) and (v.base is not None or getattr(o.val, "base", None) is not None) for o in others]
    )


def shares_elements(mem):
    """Do elements of an array share memory, as in overlapping windows?"""
    return repeats(mem.shape, mem.strides)


def unrecorded(box, prim, args, params):
    """The write into NumPy memory that nothing tracks, which is what optimisers do: True if it was one, and is done.
    `box`, a Tensor, is up to date."""
    alias = box.alias
    root = box if alias is None or alias is LAID else alias.base if type(alias) is Alias else None
    if prim.into is None or shared.staging or root is None or box.owner is not TAPE or root.owner is not TAPE:
        return False
    recording = tls.grad
    if recording and (root.mark is not None or box.mark is not None):
        return False
    store = box.store = root.versioned()
    if not store.counted and not tls.inference:
        return False
    if running:
        box.refuse(args)
    mem = box.val
    values = []
    for a in args:
        if isinstance(a, Handle):
            if a.alias is not None:
                fresh(a)
            if a.owner is not TAPE or (recording and a.mark is not None):
                return False
            a = a.val
        values.append(a)
    token = enter(IGNORE)
    try:
        into(prim, mem, values, params)
    finally:
        leave(token)
    store.version += 1
    store.changed = site(3)
    return True


def with_history(new, old, kinds):
    """The value `new` in which every trace of these kinds finds the history (or tangent) that `old` had."""
    if not isinstance(old, Handle):
        return new.val if isinstance(new, Handle) and new.owner.level <= TAPE.level else new
    a, b = new.owner if isinstance(new, Handle) else ROOT, old.owner
    if a.level < b.level:  # (it has become a constant there)
        return b.face(with_history(new, old.val, kinds), old.mark, b) if isinstance(b, kinds) else new
    if a is ROOT:
        return new
    inner = with_history(new.val, old.val if a is b else old, kinds)
    mark = new.mark
    if a is b and isinstance(a, kinds):
        mark = old.mark
    elif a is b and isinstance(a, Jvp) and isinstance(old.mark, Handle):  # (a tangent has a history too)
        mark = with_history(mark, old.mark, kinds)
    return a.face(inner, mark, a)


def put_node(old, mark, idx, own, part, line):
    """A new node of a write of `part` at idx, where `own` is written (both Avals), of these marks."""
    n = TapeNode()
    n.owner = TAPE
    n.plan = PRIMITIVES["put"].plan((old is not None) + 2 * (mark is not None), None, "torch")
    n.ins = (old, mark) if mark is not None is not old else (mark if old is None else old,)
    n.params = {"idx": idx}
    n.saved = n.versions = ()
    n.avals = (own, part)
    n.index = tick()
    n.code, n.lasti = line
    n.extra = None
    return n


def minds_no_grad(v):
    """Is a value recorded by a transform of torch.func, which no_grad stops?"""
    while isinstance(v, Handle):
        if v.owner.mode is not None:
            return True
        v = v.val
    return False


def detached(box):
    """Is it a traced Tensor's detach(): a view of the values, without the history?"""
    return isinstance(box.alias, Alias) and through_stop(box.alias.chain)


def through_stop(chain):
    return any([p.name == "stop" for p, _ in chain])


def behind(user, box, prim, args, params):
    """A write into a detach() of a traced Tensor: its values change, and its history does not know."""
    for a in args:
        if isinstance(a, Handle) and a.mark is not None and isinstance(a, Taped):
            raise NotDifferentiableError(
                f"{prim.name}: in place, into a detach() of a traced Tensor, of a Tensor that requires grad, at {where(site(3))}. Detach "
                "the operand too, or clone() first."
            )
    tls.grad = False
    try:
        write(box, prim, *args, **params)
    finally:
        tls.grad = True
    return user


def repeating(mem, root, chain, taped):
    """A chain with views in it in which elements share memory, as one that a write goes through; None if there is none."""
    return as_one_step(mem, root.val, chain) if taped else None


def last_counts(up, chain, mem):
    """The mark of a view that is written, in which elements share memory, the last of a chain's views, of `up`: of several cotangents of
    one element the last one counts, as in torch."""
    prim, params = chain[-1]
    return TAPE.process(prim, (up,), {**params, "latest": True}, out=mem).mark


def before_writing(c):
    """The mark of a Tensor over NumPy memory, up to date, for a result that will be written into it."""
    alias = c.alias
    if c.mark is None or type(alias) is not Alias or c.val.flags.c_contiguous or not shares_elements(c.val):
        return c.mark
    chain = repeating(c.val, alias.base, alias.chain, True)
    if chain is None:
        return c.mark
    up = alias.base
    for p, kw in chain[:-1]:
        up = p(up, **kw)
    return last_counts(up, chain, c.val)


def carried_back(new, chain, steps, mem, run, prim):
    """The new value of the root, of which `new` is that of the view: each view's inverse, from the last to the first."""
    for (p, kw), up in zip(reversed(chain), reversed(steps), strict=True):
        if p.name == "stop":
            continue
        if p.unview is None and mem is not None and p.name in MAPS:
            new = run(p, (new,), kw, up.val)
            continue
        if p.unview is None:
            raise NotDifferentiableError(
                f"{prim.name}: in place, through a view of a traced array by {p.name}, at {where(site(3))}. Take a copy of the view."
            )
        q, operands, k = p.unview(up, new, **kw)
        new = run(q, operands, k, up.val if mem is not None else None)
    return new


def write(box, prim, *args, **params):
    """box <- prim(box, *args), in place: behind x[i] = v, x += v, x.mul_(v), and y = x.view(-1); y.add_(1)."""
    if isinstance(box, Taped):
        if box.alias is not None and not shared.staging:
            fresh(box)
        if unrecorded(box, prim, args, params):
            return box
    user = box
    if shared.staging and tls.stage is not None:
        box, *args = tls.stage.capture((box, *args))
    for h in (box, *args):
        if isinstance(h, Handle) and h.alias is not None:
            fresh(h)
    if box.alias is not None and tls.grad and root_of(box)[0].owner is not TAPE and detached(box):
        return behind(user, box, prim, args, params)
    box.refuse(args)
    root, chain = root_of(box)
    top = highest((box, *args))
    if top.done:
        top.leaked(prim.name)
    mem = memory_of(box, root, chain, args, top) if prim.into is not None else None
    if mem is not None:
        taped = isinstance(box, Taped)
        tracked = tls.grad and any(isinstance(a, Handle) and a.mark is not None for a in (box, *args))
        old = box
        again = False
        if tracked and chain and any([p.unview is None or p.name == "strided" for p, _ in chain]):
            mirror = type(box.alias) is Mirror
            own, again = chain, shares_elements(mem)
            chain = box.alias.in_one_step() if mirror else repeating(mem, root, chain, taped)
            if chain is None:
                raise NotDifferentiableError(
                    f"{prim.name}: in place, through a view in which one element of memory stands in several places "
                    f"({', '.join(p.name for p, _ in own)}), at {where(site(2))}. Take a copy of the view first."
                )
        if tracked:  # if the rule reads what the write destroys, that is what is copied (torch clones too)
            need = sum(1 << i for i, a in enumerate((box, *args)) if isinstance(a, Handle) and a.mark is not None)
            reads = prim.plan(need, params.get("kink"), "torch" if taped else "numpy").reads
            face = type(box) if not taped else box.owner.face
            old = face(mem.copy(), box.mark, box.owner, FROZEN) if 0 in reads else box.frozen()
            if shared.staging and tls.packing is not None:
                tls.packing.overwritten.append(old)
            if chain and taped and old.mark is not None and old.mark.extra is not None:
                old.mark = old.mark.twin()  # (hooks of the view as it was see nothing of what goes through the new one)
            args = [a.frozen() if isinstance(a, Taped) else a for a in args]
            for i, a in enumerate(args, 1):
                if i in reads and isinstance(a, Taped):
                    store = a.stamp()[0]  # (of what may not be kept this is refused, before anything is written)
                    if shared.staging and tls.packing is not None and store is root.store:
                        tls.packing.form_early(a)
            if shared.to_be_written is not None:
                shared.to_be_written(root)
        values = [a.val if isinstance(a, Handle) else a for a in args]
        store = None
        if not taped:
            prim.into(mem, *values, **params)
        else:
            with quiet():
                into(prim, mem, values, params)
            if type(box.alias) is Mirror:
                box.alias.written(mem)
            store = root.versioned()
            box.store = store
            store.version += 1
            store.changed = site(2)
        if not tracked:
            return user

        def run(q, operands, kw, value):
            if taped:
                return TAPE.process(q, operands, kw, out=value, store=store)
            return top.process(q, operands, kw, out=value)
    else:
        old, again = box, False

        def run(q, operands, kw, value):
            return q(*operands, **kw)

    steps = [root]  # the values between the root and the view
    for p, kw in chain[:-1]:
        steps.append(p(steps[-1], **kw))
    if again and old.mark is not None:
        old.mark = last_counts(steps[-1], chain, mem)
    new = run(prim, (old, *args), params, mem)
    if shape_of(new) != shape_of(box):
        raise ShapeError(
            f"{prim.name}: in place, a result of {describe(new)} does not fit {describe(box)}, at {where(site(2))}. Write the operation out "
            "of place, or reshape the operand."
        )
    if dtype_of(new) != dtype_of(box):
        new = PRIMITIVES["cast"](new, dtype=dtype_of(box))
    if chain:
        new = carried_back(new, chain, steps, mem, run, prim)
    if not isinstance(new, Handle):
        new = Array(new, None, ROOT)
    mark, cell = root.mark, getattr(root, "cell", None)
    if mem is None and len(shape_of(new)) > 1 and not (contiguous(root) and contiguous(new)):
        new = as_it_lay(root, new)
    before = None
    if isinstance(root, Taped) and not tls.grad and root.owner is not TAPE:
        if through_stop(chain):
            before, kinds = root.frozen(), (Record, Tape, Jvp)
        elif minds_no_grad(root.val):
            before, kinds = root.frozen(), (Record, Tape)
    root.repoint(new)
    if isinstance(root, Taped) and not tls.grad:  # no_grad: the value changes, its history stays
        if before is not None:
            kept = with_history(new, before, kinds)
            root.val, root.owner = kept.val, kept.owner
        root.mark = mark
        root.cell = cell
        if mark is not None and tls.stage is not None:
            tls.stage.decoupled = True
    if root.home is not None:
        root.at_home()
    return user
