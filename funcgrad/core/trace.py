"""The interpreters that run online: Record (vjp), Jvp, Batch (vmap), Tape (compat), and Root, the level of NumPy memory.

The highest level among the arguments decides: its trace unwraps its own handles and calls the primitive one level out.
That is the whole of nesting. Functional traces take fresh even levels; every level has a stateless tape just above it,
on which the Tensors whose payload lives on that level record.
"""

import functools
import weakref

import numpy as np

from ..errors import LeakedTracerError
from . import halves, quiet
from .aval import PYTHON_SCALARS, Aval, aval_of, dtype_of, is_float, is_weak, ndarray, shape_of, strengthened
from .constants import kept
from .elementwise_layout import LAID, as_torch, astray, goes_back, lying, noted
from .handle import Alias, Array, Frozen, Handle, Taped, fresh, snap
from .node import Node, TapeNode, extra_of, leaf_node
from .primitive import PRIMITIVES, Primitive
from .site import site, where
from .state import fresh_level, shared, tick, tls
from .strides import owner_of


class Trace:
    """A level. `flat`: it runs over plain values only, so that the primitive one level out is NumPy itself."""

    done = flat = deep = False
    reshapes = False  # have its handles another shape than what they hold?
    mode = None  # a Record that minds no_grad (torch.func's do, fg.grad's do not) knows the grad mode outside it
    face = Array
    concrete = True  # its handles have values that Python may branch on
    settles = True  # at its end, boxes made outside that it lifted go back to plain values
    transparent = False  # is it one with the tape below it, to whoever walks that back?
    name = "transform"
    refusal = None  # the error of a trace without values, by what asks for one
    _tape = staticmethod(
        lambda: None
    )  # its tape, while there are Tensors on it: a level that kept it would form a cycle with it

    def __init__(self):
        self.level = fresh_level()
        self.lifted = []
        if tls.mapping is not None:  # (a collective in it may give a value of that vmap, of plain operands)
            self.deep, self.flat = True, False

    @property
    def tape(self):
        tape = self._tape()
        if tape is None:
            tape = Tape(self)
            self._tape = weakref.ref(tape)
        return tape

    def shape(self, h):
        return shape_of(h.val)

    def dtype(self, h):
        v = h.val
        return v.dtype if type(v) is ndarray else dtype_of(h)

    def weak(self, h):
        return is_weak(h.val)

    def leaked(self, what):
        raise LeakedTracerError(
            f"{what}: a traced value is used after the {self.name} that made it has returned, at {where(site(2))}. Return the value from the "
            "function instead of storing it, or store fg.value_of(x)."
        )


class Root(Trace):
    """Level 0: NumPy arrays in a box, so that assignment works on arrays made inside a transform."""

    name = "root"

    def __init__(self):
        self.level = 0
        self.lifted = []

    def process(self, prim, args, params, out=None):
        if out is None:
            out = prim.impl(*[a.val if isinstance(a, Handle) else a for a in args], **params)
        return tuple(Array(o, None, self) for o in out) if prim.multi else Array(out, None, self)


def record(kind, trace, plan, ins, params, saved, avals):
    n = kind()
    n.owner = trace
    n.plan = plan
    n.ins = ins
    n.params = params
    n.saved = saved
    n.avals = avals
    n.code, n.lasti = site(3)
    n.index = tick()
    return n


class Record(Trace):
    """Reverse mode: every operation on its handles leaves a node."""

    flat = True
    name = "grad/vjp"
    of_tensors = ()  # the leaves of those of its arguments that are Tensors
    watched = None  # large plain arrays that the nodes hold (core/constants.py)

    @functools.cached_property
    def extras(self):
        """What few nodes have: node -> Extra."""
        self.deep, self.flat = True, False  # (a hook may return a handle)
        return {}

    def leaf(self):
        return leaf_node(self, tick())

    def process(self, prim, args, params, out=None):
        if self.done:
            self.leaked(prim.name)
        vals = []
        ins = []
        need = 0
        bit = 1
        for a in args:
            if isinstance(a, Handle):
                if a.owner is self:
                    vals.append(a.val)
                    if a.mark is not None:
                        ins.append(a.mark)
                        need |= bit
                else:
                    a = snap(a)
                    vals.append(a)
                    if isinstance(a, Handle):
                        self.deep = True
                        self.flat = False
            else:
                vals.append(a)
            bit += bit
        deep = self.deep
        if prim.record is not None:
            out, saved = prim.record(vals, params, need)
            if deep:
                out, saved = [[snap(v) if isinstance(v, Handle) else v for v in vs] for vs in (out, saved)]
            avals = None
            plan = prim.plan(need)
        else:
            if out is None:
                out = prim(*vals, **params) if deep else prim.impl(*vals, **params)
            if prim.nondiff or not need:
                return out  # a constant for this level
            if prim.multi:
                if deep:
                    out = tuple(snap(o) if isinstance(o, Handle) else o for o in out)
            else:
                if deep and isinstance(out, Handle):
                    out = snap(out)  # what a record holds is frozen
                if not is_float(dtype_of(out)):
                    return out
            plan = prim.plan(need, params.get("kink"))
            for i in plan.reads:
                if i < len(args) and args[i] is vals[i]:
                    vals[i] = kept(vals[i], self)
            saved, avals = plan.keep(vals, out)
        n = record(Node, self, plan, tuple(ins), params, saved, avals)
        if prim.multi:
            return several(self, n, out)
        return Array(out, n, self)


class Slots:
    """The cotangents of a primitive with several results, gathered from the nodes that pick them."""

    __slots__ = ("cts", "avals")

    def __init__(self, avals):
        self.cts = [None] * len(avals)
        self.avals = avals

    def mapped(self, f):
        """The same slots with f done to what is in them."""
        slots = Slots([f(a) for a in self.avals])
        slots.cts = [None if c is None else f(c) for c in self.cts]
        return slots

    def filled(self, zeros):
        return [zeros(a) if c is None else c for c, a in zip(self.cts, self.avals, strict=True)]


def pick_pull(n, ct, cts, owned):
    main = n.ins[0]
    slots = cts.get(main)
    if slots is None:
        slots = cts[main] = Slots(n.params["avals"])
    c = slots.cts[n.params["i"]]
    slots.cts[n.params["i"]] = ct if c is None else c + ct


PICK = Primitive("pick", globals(), impl=None, saves=((),), arity=1, pull=pick_pull)


def several(trace, n, outs):
    """Handles on the results of a primitive with several; those without derivative are plain."""
    avals = tuple(aval_of(o) for o in outs)
    handles = []
    for i, o in enumerate(outs):
        if type(o) is Aval:  # (a result that is not kept)
            handles.append(o)
            continue
        if n is None or not is_float(avals[i].dtype):
            handles.append(o if n is not None and type(trace) is Record else trace.face(o, None, trace))
            continue
        pick = record(type(n), trace, PICK.plan(1), (n,), {"i": i, "avals": avals}, (), None)
        if type(pick) is TapeNode:
            pick.versions = ()
            pick.extra = None
        handles.append(trace.face(o, pick, trace))
    return tuple(handles)


class Jvp(Trace):
    """Forward mode, online: the mark of a handle is its tangent (None: zero)."""

    name = "jvp"

    def process(self, prim, args, params, out=None):
        if self.done:
            self.leaked(prim.name)
        vals, ts = unwrap(self, args)
        if tls.inference:  # (compat's inference mode propagates none)
            return prim(*vals, **params)
        if prim.dual is not None:
            out, t = self.both(prim, ts, vals, params)
        else:
            out = prim(*vals, **params)
            if prim.nondiff:
                return out
            if prim.shares and isinstance(out, Taped):
                noted(out)
            t = None if all([t is None for t in ts]) else push_quietly(prim, ts, out, vals, params)
        if prim.multi:
            ts = t or [None] * len(out)
            return tuple(Array(o, x, self) if is_float(dtype_of(o)) else o for o, x in zip(out, ts, strict=True))
        if not is_float(dtype_of(out)):
            return out
        return Array(out, t, self)

    def both(self, prim, ts, vals, params):
        """(results, tangents) of a primitive that computes both at once."""
        return prim.dual(ts, vals, params)


def push_quietly(prim, ts, out, vals, params):
    """The rule for tangents, without warnings; again with NumPy's scalars where Python's raise instead of giving inf."""
    token = quiet.enter(quiet.IGNORE)
    try:
        return prim.jvp(ts, out, *vals, **params)
    except (ArithmeticError, ValueError):
        scalars = [x for x in (*ts, out, *vals) if type(x) in PYTHON_SCALARS]
        if not scalars:
            raise
        out = strengthened(out) if not prim.multi else out
        return prim.jvp([strengthened(t) for t in ts], out, *map(strengthened, vals), **params)
    finally:
        quiet.leave(token)


class Batch(Trace):
    """vmap, online: the mark of a handle is the axis of its value that is mapped (None: not mapped)."""

    concrete = False
    reshapes = True
    name = "vmap"
    around = None  # the vmap in which this one runs

    def __init__(self, size, randomness="same"):
        super().__init__()
        self.size = size
        self.randomness = randomness  # of draws: "error", "same" or "different"

    def __enter__(self):
        """From here on draws ask this trace."""
        self.around, tls.mapping = tls.mapping, self

    def __exit__(self, *error):
        tls.mapping = self.around

    def runs(self):
        """Is it among the traces that draws ask?"""
        trace = tls.mapping
        while trace is not None and trace is not self:
            trace = trace.around
        return trace is self

    def drawn(self, prim, args, params):
        """A primitive that draws, one level out, as this trace's `randomness` wants it."""
        before = tls.mapping, tls.randomness
        tls.mapping, tls.randomness = self.around, self.randomness
        try:
            return self.process(prim, args, params)
        finally:
            tls.mapping, tls.randomness = before

    def shape(self, h):
        v = h.val
        s = v.shape if type(v) is ndarray else v.own_shape() if isinstance(v, Handle) else shape_of(v)
        d = h.mark
        return s if d is None else s[:d] + s[d + 1 :]

    def process(self, prim, args, params, out=None):
        if self.done:
            self.leaked(prim.name)
        if prim.record is not None and self.runs():  # (a function or a graph, which may draw)
            return self.drawn(prim, args, params)
        vals, ds = unwrap(self, args)
        out, d = prim.batch(self.size, vals, ds, **params)
        if prim.multi:
            return tuple(o if x is None else Array(o, x, self) for o, x in zip(out, d, strict=True))
        return out if d is None else Array(out, d, self)


def unwrap(trace, args):
    """(values one level out, marks) of the arguments; handles of lower levels as frozen copies, without a mark."""
    vals = []
    marks = []
    for a in args:
        if isinstance(a, Handle):
            if a.owner is trace:
                vals.append(a.val)
                marks.append(a.mark)
                continue
            a = snap(a)
        vals.append(a)
        marks.append(None)
    return vals, marks


class Tape(Trace):
    """The tape of one level. It has no state: an operation on Tensors unwraps those of this level, runs the primitive one
    level out, and makes a node if any Tensor among the arguments, of this level or a lower one, requires grad."""

    face = Taped
    name = "tape"
    leaf_error = RuntimeError

    def __init__(self, under):
        self.under = under
        self.level = under.level + 1
        self.transparent = under.transparent
        self.flat = self.level == 1
        self.deep = not self.flat

    lifted = property(lambda self: self.under.lifted)
    done = property(lambda self: self.under.done)

    def leaf(self, cell=None):
        n = leaf_node(self, tick(), TapeNode)
        if cell is not None:
            extra_of(n).cell = cell
        return n

    def above(self, prim, vals, params):
        """The value one level out, where that is not NumPy memory."""
        under, mode = self.under, tls.grad
        if under.mode is not None:
            tls.grad = mode and under.mode
        try:
            out = halves.value(prim, prim, vals, params) if shared.halves else prim(*vals, **params)
        finally:
            tls.grad = mode
        return out if mode or under.mode is None else unrecorded(out, under)

    def over_memory(self, prim, args, params):
        """The operation on Tensors of a Record or of a Batch below which no level listens, or of a Record over such a Batch: what
        the general road comes to over three or five levels, done at once. None where something else is among the operands."""
        under = self.under
        batch = under if type(under) is Batch else None  # what maps
        kept = []
        arrays = []
        marks = []
        axes = []
        memory = None  # the first operand's Tensor over memory
        for a in args:
            mark = axis = None
            if isinstance(a, Handle):
                if a.mark is not None:
                    return None
                if a.owner is self:
                    a = a.val
                    if type(a) is Array:
                        if a.owner is not under:
                            return None
                        mark = a.mark
                        a = a.val
                below = a
                if not isinstance(a, Taped) or a.mark is not None:
                    return None
                if batch is under:
                    mark, axis = None, mark
                elif a.owner is not TAPE:
                    below = a.val
                    if type(below) is not Array or a.owner.under is not below.owner:
                        return None
                    if batch is None:
                        batch = below.owner
                        if type(batch) is not Batch or batch.done:
                            return None
                    elif batch is not below.owner:
                        return None
                    axis = below.mark
                    below = below.val
                    if not isinstance(below, Taped) or below.mark is not None:
                        return None
                if below.owner is not TAPE:
                    return None
                if below.alias is not None:
                    fresh(below)
                if memory is None:
                    memory = below
                arrays.append(below.val)
            else:
                arrays.append(a)
            kept.append(a)
            marks.append(mark)
            axes.append(axis)
        if under.done:
            under.leaked(prim.name)
        if batch is not None:
            if shared.halves and halves.among(arrays):
                return None
            out, d = batched(prim, batch.size, arrays, axes, params)
        else:
            out = silently(prim, arrays, params)
        if type(out) is not ndarray:
            out = np.asarray(out)
        t = on_tape(out)
        if prim.shares:
            sharing(t, args[0] if args[0].owner is TAPE else memory)
        if batch is not None and d is not None:
            tape = batch.tape
            t = tape.face(Array(t, d, batch), None, tape)
            if batch is under:
                return t
        if prim.nondiff:
            return t
        ins = tuple([m for m in marks if m is not None])
        if not ins or out.dtype.kind not in "fc" or not (tls.grad or under.mode is None):
            return t if t.owner is self else self.face(t, None, self)
        need = sum([1 << i for i, m in enumerate(marks) if m is not None])
        plan = prim.plan(need, params.get("kink"), "torch")
        if batch is None:
            t.alias = Frozen(*t.stamp())
            saved, avals = plan.keep(arrays, out)
        else:
            t = snap(t)
            avals = [
                Aval(x.shape if k is None else x.shape[:k] + x.shape[k + 1 :], x.dtype) if type(x) is ndarray else x
                for x, k in zip(arrays, axes, strict=True)
            ]
            saved, avals = plan.keep(avals, Aval(t.own_shape(), out.dtype))
        if saved:
            reads = [kept[i] for i in plan.reads if i < len(kept)]
            saved = tuple([snap(v) if isinstance(v, Handle) else v for v in reads])
            if plan.keeps:
                saved += (t,)
        n = record(Node, under, plan, ins, params, saved, avals)
        return self.face(Array(t, n, under), None, self)

    def process(self, prim, args, params, out=None, store=None):
        if out is None and type(self.under) in (Record, Batch) and prim.plain and not shared.staging:
            done = self.over_memory(prim, args, params)
            if done is not None:
                return done
        if shared.staging and tls.choosing is not None and out is None and self.level == 1:
            return tls.choosing.primitive(prim, args, params)
        vals = []
        ins = []
        need = 0
        bit = 1
        bottom = self.level == 1
        laid = False  # does an operand's order in memory decide that of the result?
        for a in args:
            if isinstance(a, Handle):
                vals.append(a.val if a.owner is self else snap(a))
                if a.alias is not None and bottom and (lying(a.val) if type(a.alias) is Frozen else astray(a)) is LAID:
                    laid = True
                if isinstance(a, Taped) and a.mark is not None:
                    ins.append(a.mark)
                    need |= bit
            else:
                vals.append(a)
            bit += bit
        face = self.face
        laid = laid and out is None and not (prim.multi or prim.shares)
        if need and shared.staging and shared.unheard is not None and shared.unheard(prim, args):
            need = 0
        if not (need and tls.grad) or prim.nondiff:
            if out is None:
                out = silently(prim, vals, params) if bottom else self.above(prim, vals, params)
                if laid and prim.elementwise:
                    out = as_torch(np.asarray(out), *vals)
            stage = tls.stage
            if (
                not tls.grad
                and self.under is stage
                and stage.recorded
                and (need or stage.pulling)
                and prim.name != "stop"
            ):
                stop = PRIMITIVES["stop"]
                out = tuple(map(stop, out)) if prim.multi else stop(out)
            if prim.nondiff and not bottom and not prim.multi:  # a constant may come back from below this level
                if isinstance(out, Taped):
                    return out
                return face(out, None, out.owner.tape if isinstance(out, Array) else TAPE)
            if prim.multi:
                return tuple(face(np.asarray(o) if bottom else o, None, self) for o in out)
            t = face(np.asarray(out) if bottom else out, None, self)
            if laid:
                noted(t)
            return sharing(t, args[0]) if prim.shares and bottom else t
        if prim.record is not None:
            out, saved = prim.record(vals, params, need)
            n = record(TapeNode, self, prim.plan(need), tuple(ins), params, (saved, vals), None)
            n.extra = None
            if shared.staging and shared.recorded is not None:
                shared.recorded(n)
            if bottom:
                out = [o.val if isinstance(o, Taped) else o if type(o) is ndarray else np.asarray(o) for o in out]
            outs = several(self, n, out)
            n.versions = ()
            if bottom:  # versions of the residuals that a user can reach: arguments and results
                kept = {id(v) for v in saved}
                stamped = [a for a in (*args, *map(noted, outs)) if isinstance(a, Taped) and id(a.val) in kept]
                n.versions = tuple((*a.stamp(), i) for i, a in enumerate(stamped))
            return outs
        if out is None:
            out = silently(prim, vals, params) if bottom else self.above(prim, vals, params)
            if bottom:
                out = (
                    tuple(np.asarray(o) for o in out)
                    if prim.multi
                    else out
                    if type(out) is ndarray
                    else np.asarray(out)
                )
                if laid and prim.elementwise:
                    out = as_torch(out, *vals)
        if not prim.multi and not is_float(dtype_of(out)):
            return face(out, None, self)
        plan = prim.plan(need, params.get("kink"), halves.face(vals) if shared.halves else "torch")
        saved, avals = plan.keep(vals, out)
        n = record(TapeNode, self, plan, tuple(ins), params, saved, avals)
        n.extra = None
        n.versions = ()
        if shared.staging and shared.recorded is not None:
            shared.recorded(n)
        if prim.multi:
            outs = several(self, n, out)
            if bottom:
                n.versions = saved_versions(plan, args)
                if plan.keeps:
                    kept = range(len(outs)) if plan.results is None else plan.results
                    n.versions += tuple([(*outs[k].stamp(), -1) for k in kept])
                if shared.staging and tls.packing is not None:
                    tls.packing.show(n, args, outs)
            return outs
        t = face(out, n, self)
        if laid:
            noted(t)
            if prim.elementwise and out.ndim > 3:
                goes_back(n)
        if bottom:  # NumPy memory can change: remember the version of what is saved
            if prim.shares:
                sharing(t, args[0])
            n.versions = saved_versions(plan, args)
            if plan.keeps:
                if store is not None:
                    t.store = store
                n.versions += ((*t.stamp(), -1),)
            if shared.staging and tls.packing is not None:
                tls.packing.show(n, args, t)
        return t


def sharing(t, x):
    """t, made of x by a primitive that may give a view: if it is one, whatever changes x's memory changes t's."""
    memory, v = t.val.base, x.val
    if memory is not None and not t.val.size:  # (which lies nowhere, as far as NumPy says)
        memory, v = owner_of(t.val), owner_of(v)
    if t.val is v or (memory is not None and (memory is v or memory is v.base or np.may_share_memory(t.val, v))):
        t.store = x.store or x.stamp()[0]
    return t


def silently(prim, vals, params):
    """The value over NumPy memory. torch never warns of inf or nan."""
    token = quiet.enter(quiet.IGNORE)
    try:
        compute = prim.value("torch")
        return halves.value(prim, compute, vals, params) if shared.halves else compute(*vals, **params)
    finally:
        quiet.leave(token)


def batched(prim, size, arrays, axes, params):
    """(the value of a primitive over the memory of Tensors that are mapped along `axes`, its own mapped axis)."""
    if not prim.elementwise:
        token = quiet.enter(quiet.IGNORE)
        try:
            return prim.batch_of_arrays(size, arrays, axes, **params)
        finally:
            quiet.leave(token)
    ndims = [np.ndim(x) - (d is not None) for x, d in zip(arrays, axes, strict=True)]
    ndim = max(ndims)
    aligned = []
    for x, d, own in zip(arrays, axes, ndims, strict=True):
        if d is not None:
            if d:
                x = in_front(x, d)
            if own < ndim:
                x = x.reshape(size, *(1,) * (ndim - own), *x.shape[1:])
        aligned.append(x)
    return silently(prim, aligned, params), 0


def in_front(x, d):
    """An array with axis d first (np.moveaxis takes ten times as long)."""
    return x.transpose(d, *range(d), *range(d + 1, x.ndim))


def unrecorded(out, trace):
    """What a Record has computed, as a constant to it."""
    if isinstance(out, (tuple, list)):
        return type(out)([unrecorded(o, trace) for o in out])
    return out.val if isinstance(out, Array) and out.owner is trace else out


def saved_versions(plan, args):
    """((store, version, operand), ...) of the Tensors among the operands that the node keeps."""
    found = [(*args[i].stamp(), i) for i in plan.reads if i < len(args) and isinstance(args[i], Taped)]
    again = plan.prim.again
    return tuple(
        [(Later(store, v), v, i) if i in again else (store, v, i) for store, v, i in found] if again else found
    )


class Later:
    """Stands for the store of an operand that a rule reads only where it is recorded in turn: that it was changed matters
    to a walk that records, and to no other."""

    __slots__ = ("store", "version")

    def __init__(self, store, version):
        self.store, self.version = store, version


def current(h):
    """A handle brought up to date."""
    if h.alias is not None:
        fresh(h)
    return h


ROOT = Root()
TAPE = ROOT.tape
bare = object.__new__


def on_tape(val, mark=None):
    """A new handle of the tape over an array that is nobody else's: what `TAPE.face(val, mark, TAPE)` makes, in half of its time."""
    h = bare(TAPE.face)
    h.val, h.mark, h.owner = val, mark, TAPE
    h.alias = h.cell = None
    h.store = shared.made and shared.made()
    return h


__all__ = [
    "Alias", "Batch", "Frozen", "Jvp", "PICK", "ROOT", "Record", "Root", "Slots", "TAPE", "Tape", "Trace", "current",
    "on_tape", "record", "several", "sharing", "unwrap",
]  # fmt: skip
