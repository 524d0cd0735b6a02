"""Staging a function of Tensors for compat.compile: what it returns, and what it leaves in attributes of modules.

Invariant: a program stands for the whole function. What would be lost or come out otherwise in a later call (a value kept in a
list, an attribute that changes, a number that is asked for) is found out here and raised as Unfit, with all as it was before.
"""

import gc
import weakref
from enum import Enum
from types import CoroutineType, FunctionType, MethodType, ModuleType

import numpy as np

from funcgrad.compile.staged import box, owner_of, pending, stage
from funcgrad.core.aval import aval_of, dtype_of
from funcgrad.core.conjugate_views import maps_of
from funcgrad.core.elementwise_layout import strides_for
from funcgrad.core.graph import GraphNode
from funcgrad.core.halves import COMPLEX32
from funcgrad.core.handle import APART, Alias, Array, Cell, Taped, fresh
from funcgrad.core.layout import by_strides, lying_as, normal
from funcgrad.core.reverse import topological
from funcgrad.core.site import internal, where
from funcgrad.core.state import tls
from funcgrad.core.strides import repeats
from funcgrad.core.trace import TAPE
from funcgrad.errors import ConcretizationError
from funcgrad.transforms.stage import Stage

from ..functions.conversion import Limits
from ..functions.symbolic_floats import Moving, Unknown
from ..inference import is_inference
from ..optim.rule import FirstStepError
from ..payload import layout_of_traced
from ..tensor import Tensor
from .effects import Effects
from .known import bound_to, opaque
from .trees import apart, contents, different
from .watch import CHANGEABLE, Replaced, Unfit, put_back

STRIDES = frozenset(
    "is_contiguous stride view view_as as_strided storage_offset storage untyped_storage data_ptr set_".split()
)
LASTING = type, Enum, ModuleType, Limits, np.finfo, np.iinfo  # made once, or alike by each call


class NotedCell(Cell):
    """A cell that knows whether its first .grad was asked for, or replaced."""

    __slots__ = ("asked", "replaced", "kept")

    def __init__(self):
        super().__init__()
        self.begin(None)

    def begin(self, g):
        self.asked, self.replaced, self.kept = False, False, g

    @property
    def grad(self):
        self.asked = self.asked or not self.replaced
        return self.kept

    @grad.setter
    def grad(self, g):
        self.replaced, self.kept = True, g


class Ungraded:
    """The .grad of a Tensor from outside that does not require grad: None, as each call tests once it was asked for, and nothing is put there."""

    __slots__ = ("tensor", "region", "odd", "__weakref__")
    hooks = None

    def __init__(self, tensor, region):
        self.tensor, self.region = tensor, region

    @property
    def grad(self):
        h = self.tensor
        if h.cell is not None and h.cell.grad is not None:
            raise Unfit("it asks for the .grad of a Tensor that does not require grad")
        self.region.ungraded.append(h)
        return None

    @grad.setter
    def grad(self, g):
        if g is not None or self.grad is not None:
            raise Unfit("it gives a .grad to a Tensor that does not require grad")

    @property
    def leaf(self):
        return None

    @leaf.setter
    def leaf(self, _):
        raise Unfit("it makes a Tensor from outside require grad")


class Region(Stage):
    """A Stage that knows how its inputs lie, and what it made."""

    cell = NotedCell
    recorded = True
    shows = False  # what is printed has to be a value

    def __init__(self, asked):
        super().__init__()
        self.asked = asked  # the attributes that the user's code names
        self.made = []
        self.warned = []
        self.lacking = []  # (Tensor from outside, attribute that it has not, which was asked for)
        self.compared = []  # (place of a float, operator, number, what came out): what each call has to find again
        self.ungraded = []  # Tensors from outside that require no grad, whose .grad was asked for
        self.views = []  # (view from outside, its alias, the steps in it) of those that are made anew from what they are views of
        self.over = []  # (Tensor over memory of NumPy's, its value)
        self.alike = []  # lists of boxes whose numbers each call finds equal, or does not run the program

    def equal(self, boxes):
        """Are these numbers equal now? Then each call tests that they are."""
        values = [
            b.val
            for b in boxes
            if type(b.val) is np.ndarray and b.owner is TAPE and b.alias is None and b.val.size == 1
        ]
        if len(values) < len(boxes) or any(
            [v.dtype != values[0].dtype or v.item() != values[0].item() for v in values]
        ):
            return False
        self.alike.append(list(boxes))
        return True

    def moved(self, h):
        if any([s is h for s, *_ in self.shadows.values()]):
            raise Unfit("it gives a Tensor from outside other strides, or other memory")

    def walked(self, seeds, only):
        computed = {
            mark
            for _, h, n, mark in self.shadows.values()
            if n is not None and mark is not None and h.mark.plan is not None
        }
        if only is not None and len(only) == 1:  # (what comes before it is not asked for)
            computed -= only
        if computed and not computed.isdisjoint(topological([n for n, _ in seeds])):
            raise Unfit("it goes back through the graph of a Tensor that was computed outside")

    def lent(self, h):
        self.over.append((h, h.val))

    def lacks(self, h, name):
        if h.owner.level < self.level:
            self.lacking.append((h, name))

    def input(self, x, aval=None):
        n = super().input(x, aval)
        if isinstance(x, Tensor) and x.owner is TAPE:
            v = x.val
            if not v.flags.c_contiguous:
                if not self.asked.isdisjoint(STRIDES):
                    raise Unfit("it asks how a Tensor lies in memory, of one that lies in no order of its own")
                self.layouts[n] = normal(lying_as(v))
        return n

    def shadow(self, h):
        new = id(h) not in self.shadows
        if not internal[type(h).__module__]:
            raise Unfit(f"it uses a {type(h).__name__}, a class of Tensors of its own")
        s = super().shadow(h)
        if new and isinstance(h.alias, Alias) and not self.by_itself(h):
            self.views.append((h, h.alias, h.alias.link))
        if new and s.mark is not None and s.mark.extra is not None and s.mark.plan is None:
            cell = s.mark.extra.cell
            cell.begin(cell.kept)
        if new and h.mark is None and h.owner is TAPE:
            s.cell = Ungraded(h, self)
        return s

    def by_itself(self, view):
        """As of any stage, and a view that lies in other memory than its root."""
        before, tls.stage = tls.stage, self.around  # (it is brought up to date where it is)
        try:
            fresh(view)
        finally:
            tls.stage = before
        return view.alias.val is APART or super().by_itself(view)

    def writes(self):
        """As of any stage, without the cells that nobody touched; `replaced`: ids of those whose .grad nobody asked for before it was
        replaced."""
        asked, self.replaced = set(), set()
        for _, h, n, mark in self.shadows.values():
            if n is not None and mark is not None and h.mark.extra:
                noted = mark.extra.cell
                if noted.asked or noted.replaced:
                    (asked if noted.asked else self.replaced).add(id(h.mark.extra.cell))
        writes, cells = super().writes()
        cells = [(cell, g) for cell, g in cells if id(cell) in asked or id(cell) in self.replaced]
        self.refuse_shared_gradients([g for cell, g in cells if g is not None and g is not cell.grad])
        return writes, cells

    def refuse_shared_gradients(self, given):
        """Raise Unfit if what becomes a .grad lies in memory that others have, too."""
        self.refuse_lent(given)
        roots = [*map(root_of, given)]
        entered = {id(s) for s, *_ in self.shadows.values()}
        if len({*map(id, given)}) < len(given) or any([r.owner.level < self.level or id(r) in entered for r in roots]):
            raise Unfit("it gives a Tensor a .grad that others have, too")

    def refuse_lent(self, given):
        """Raise Unfit if what outlives the call lies in memory of NumPy's."""
        lent = {id(h) for h, _ in self.over}
        if lent and any([id(root_of(o)) in lent for o in given]):
            raise Unfit("it hands out a Tensor over memory of NumPy's, or of a buffer")

    def process(self, prim, args, params, out=None):
        if Moving in map(type, params.values()):
            raise Unknown
        got = super().process(prim, args, params)
        for h in got if prim.multi else (got,):
            self.made.append(weakref.ref(h))
            if COMPLEX32 in (h.mark.aval.dtype, *[dtype_of(a) for a in args]):
                raise Unfit("it uses complex32, which torch computes an operation at a time")
        return got


class Program:
    """What a function was staged to: `staged` (compile/staged.py); `results`, for each leaf of what it returned the number of an
    output of the graph, or ("same", number of an argument), ("grad", Tensor whose .grad it becomes), ("given", number of a container in one), ("box", Tensor), ("value", x)
    or ("view", what of, views in between, are they recorded);
    `structure` of what it returned, and `changes` (number of a container in the arguments, what it is to have). `attributes`:
    (namespace, key, number of an output, may the next call differ by it) that it leaves in modules. `requires`: which outputs still
    require grad, `used_up`: which have a graph that a backward inside has used up, `orders`: of the axes of each in memory, `inferred`: which are inference Tensors, and `leaves`: ids
    of the boxes that a gradient flows back to from them. `warned`: the warnings that each call gives; `lacking`: (Tensor, attribute that
    it must not have). `elsewhere`: (id of a namespace, key) of the Tensors read there that are found by another way, too. `views`,
    `ungraded`, `compared`: as a Region has them. `named`: ids of the Tensors that the function may name beside its arguments, `keyed`: are some keys
    of dicts or in sets?"""


def program(f, tensors, watch):
    """f(*tensors) as a Program, and the Effects of staging it; `watch` has what f can name."""
    region = Region(watch.asked)
    p = Program()
    p.tensors = tensors
    effects = Effects(f, watch, tensors)
    p.elsewhere = {
        (id(n), k) for n, k in watch.moving if isinstance(n[k], Tensor) and watch.elsewhere(n[k], n, k, effects.reach)
    }
    outside = {id(t): i for i, t in enumerate(tensors)}

    def whole(*args):
        got, made = f(*args)
        outs, p.results, given = [], [], []
        own = {id(x): i for i, (x, _) in enumerate(made)}
        known = own.keys() | effects.reach.ids
        p.structure = apart(got, outs, known)
        p.changes = []
        for i, (x, was) in enumerate(made):
            now = contents(x)
            other, numbers = different(now, was)
            if numbers:
                raise Unfit(f"it changes entry {numbers[0]!r} of an argument, which each call would have to do anew")
            if other:
                p.changes.append((i, apart(now, outs, known - {id(now)})))
        leaves = [
            (h, m.extra.cell)
            for _, h, n, m in region.shadows.values()
            if n is not None and m is not None and h.mark.extra
        ]
        if not all([isinstance(cell, NotedCell) for _, cell in leaves]):
            raise Unfit("it changes requires_grad of a Tensor from outside")
        grads = {id(cell.kept): h for h, cell in leaves}
        for o in outs:
            if id(o) in own:
                p.results.append(("given", own[id(o)]))
            elif type(o) is Moving and o.place is not None:
                p.results.append(("same", o.place))
            elif not isinstance(o, Taped):
                p.results.append(("value", plain_result(o, effects.reach.ids)))
            elif id(o) in grads:
                p.results.append(("grad", grads[id(o)]))
            elif o.owner.level < region.level:
                number = outside.get(id(o))
                p.results.append(("box", o) if number is None else ("same", number))
            elif (number := next((i for i, g in enumerate(given) if g is o), None)) is not None:
                p.results.append(number)
            else:
                if vars(o):
                    raise Unfit(f"it gives the attribute {next(iter(vars(o)))!r} to a Tensor that it returns")
                p.results.append(len(given) if seen_with(o, outs, region, grads) is None else o)
                if p.results[-1] is not o:
                    given.append(o)
                    refuse_hooks_inside(o)
        seen = {}
        for o in p.results:
            if isinstance(o, Tensor) and id(o) not in seen:
                h = seen_with(o, outs, region, grads)
                place = next((k for k, g in enumerate(given) if g is h), None)
                seen[id(o)] = (
                    "view",
                    from_outside(h, outside, grads) if place is None else place,
                    o.alias.chain,
                    o.mark is not None,
                )
        p.results = [seen[id(o)] if isinstance(o, Tensor) else o for o in p.results]
        p.attributes = left_in_modules(watch, region, given, outside, outs, seen, grads)
        region.refuse_lent(given)
        p.requires = [pending(o, region) for o in given]
        p.orders = list(map(axes_of, given))
        p.inferred = list(map(is_inference, given))
        if tls.inference and not all(p.inferred):
            raise Unfit("it gives back what it has made under inference_mode(False)")
        p.used_up = [o.mark is not None and not on for o, on in zip(given, p.requires, strict=True)]
        entered = {mark: id(h) for _, h, n, mark in region.shadows.values() if n is not None}
        p.leaves = set()
        for o in [o for o, on in zip(given, p.requires, strict=True) if on]:
            found = {entered[n] for n in topological([o.mark]) if n in entered}
            if not found:
                raise Unfit("it gives back what requires grad only by a Tensor that it has itself made to")
            p.leaves |= found
        return given

    try:
        with effects.guarded(watch):
            tls.refused = None
            p.staged = stage(whole, tuple(tensors), {}, region)
            if tls.refused is not None:  # (the function has caught it, and gone where it would not have gone)
                raise tls.refused
        watch.refuse_states()
        p.staged.taped = bool(p.leaves)
        if region.decoupled and p.leaves:
            raise Unfit(
                "it writes into a Tensor that requires grad under no_grad(), and the derivative passes the write by"
            )
        if any([h.val is not value for h, value in region.over]):
            raise Unfit("it writes into memory of NumPy's, or of a buffer")
        region.over.clear()
        refuse_shared(p.staged, tensors)
        refuse_hooks_of_leaves(p.staged, tensors)
        p.alike, p.warned, p.lacking, p.views = region.alike, region.warned, region.lacking, region.views
        p.ungraded, p.named, p.keyed, p.compared = (
            region.ungraded,
            effects.reach.handles,
            effects.reach.keyed,
            region.compared,
        )
        region.shadows.clear()
        region.lifts.clear()
        tls.refused = None  # (a refusal that the function caught, and with it the frames it came through)
        refuse_kept(region, watch)
    except BaseException:
        watch.restore()
        effects.restore()
        raise
    return p, effects


def root_of(o):
    """What a Tensor is a view of; else itself."""
    return o.alias.base if isinstance(o.alias, Alias) else o


def axes_of(o):
    """The order of axes, the outermost first, in which eager code would leave a result in memory; None for C order, as far as is known."""
    v = layout_of_traced(o)
    return None if v is None else tuple(by_strides(strides_for(v.shape, (v.shape, v.strides))))


def from_outside(h, outside, grads):
    """Where a call finds what is no new value: it is the .grad of a Tensor, an argument or a box."""
    if id(h) in grads:
        return "grad", grads[id(h)]
    return ("same", outside[id(h)]) if id(h) in outside else ("box", h)


def seen_with(o, outs, region, grads):
    """What a result is a view of, if others have that too: another result, a .grad, an argument or a box; else None."""
    alias, on = o.alias, pending(o, region)
    if type(alias) is not Alias:
        return None
    if o.mark is not None and (alias.base.mark is None or on != pending(alias.base, region) or on and alias.made):
        return None
    if id(alias.base) in grads or any([x is alias.base for x in outs]):
        return alias.base
    return next((h for s, h, n, _ in region.shadows.values() if s is alias.base and n is not None), None)


def plain_result(o, known):
    """A result that is no Tensor: each call gives this one. `known`: ids of what is reached from outside."""
    if type(o) is Moving:
        raise Unknown
    if isinstance(o, (np.ndarray, Array)):
        raise Unfit(f"it returns a {type(o).__name__}, not a Tensor")
    own = o.__self__ if isinstance(o, MethodType) else bound_to(o)
    own = o if own is None else own
    if any([hasattr(type(own), name) for name in ("__next__", "__anext__", "__await__")]):
        if isinstance(own, CoroutineType):
            own.close()  # (nobody will await it)
        raise Unfit(f"it returns a {type(o).__name__}, which each call would have to make anew")
    if isinstance(own, FunctionType):
        new = bool(own.__closure__ or own.__defaults__) and not internal[own.__module__]
    else:
        new = isinstance(own, CHANGEABLE) or hasattr(own, "__dict__") and not isinstance(own, LASTING) or opaque(own)
    if new and id(own) not in known:
        raise Unfit(f"it returns a {type(o).__name__}, which each call would have to make anew")
    return o


def left_in_modules(watch, region, given, outside, outs, seen, grads):
    """Take the Tensors that the function has put into attributes out again: each call will put its own there. (What stands in the place of
    the number of an output: as in `results`.)"""
    found = []

    def number(o):
        at = next((i for i, g in enumerate(given) if g is o), None)
        if at is None:
            refuse_hooks_inside(o)
            at = len(given)
            given.append(o)
        return at

    changed = [(*x, x[0].get(x[1]) if isinstance(x[0], dict) else None) for x in watch.changed()]
    outs = [*outs, *[now for *_, now in changed]]
    for namespace, key, value, name, now in changed:
        if not isinstance(now, Tensor):
            continue
        own = now.owner.level >= region.level
        if (
            isinstance(value, Tensor)
            and (not own or id(value) in region.shadows)
            and (id(namespace), key) not in watch.dynamic
        ):
            raise Replaced(name, namespace, key)
        if own:
            base = seen_with(now, outs, region, grads)
            if id(now) in seen:
                place = seen[id(now)]
            elif id(now) in grads:
                place = "grad", grads[id(now)]
            elif base is None:
                place = number(now)
            else:
                refuse_hooks_inside(now)
                new = base.owner.level >= region.level and id(base) not in grads
                of = number(base) if new else from_outside(base, outside, grads)
                place = seen[id(now)] = "view", of, now.alias.chain, now.mark is not None
        else:
            place = from_outside(now, outside, grads)
        put_back(namespace, key, value)
        found.append((namespace, key, place, watch.leaves(namespace, key, value)))
    return found


def refuse_shared(t, tensors):
    """Raise Unfit if the memory of something that is written is also that of another input."""
    written = [box(h, tensors) for h, _ in t.writes]
    if written and any([isinstance(x, Tensor) and maps_of(x) for x in [box(x, tensors) for x in t.order]]):
        raise Unfit("it writes while it has a Tensor that is the conjugate or negative of others' memory")
    owners = {}  # id of memory -> ids of the Tensors in it
    for x in [box(x, tensors) for x in t.order]:
        if isinstance(x, Tensor):
            owners.setdefault(id(owner_of(x.val)), set()).add(id(x))
    for h, v in zip(written, [v for _, v in t.writes], strict=True):
        aval = v.aval if type(v) is GraphNode else aval_of(v)
        if (aval.shape, aval.dtype) != (h.val.shape, h.val.dtype):
            raise Unfit(f"it gives a Tensor other memory: {aval} for one of {h.val.dtype.name}{list(h.val.shape)}")
        if not h.val.flags.writeable:
            raise Unfit("it writes into read-only memory")
        if not h.val.flags.c_contiguous and repeats(h.val.shape, h.val.strides):
            raise Unfit("it writes into a Tensor that overlaps itself")
        if owners.get(id(owner_of(h.val)), set()) - {id(h)}:
            raise Unfit("it writes into memory that two of its Tensors share")


def refuse_hooks_inside(o):
    """Raise Unfit if a later backward would have to call a hook, or keep a gradient, inside the function."""
    for n in topological([o.mark]) if o.mark is not None else ():
        extra = n.extra
        if extra is not None and (extra.hooks or extra.before or (n.plan is not None and extra.cell is not None)):
            raise Unfit("a hook, or retain_grad(), is on a value that is computed inside")


def leaf_hooks(t):
    """Has a Tensor hooks on its gradient?"""
    extra = None if t.mark is None else t.mark.extra
    return extra is not None and bool(extra.hooks or (extra.cell is not None and extra.cell.hooks))


def delivers(t):
    """Does it give gradients to leaves, or add to those they have?"""
    return bool(t.grads) or any([type(place) is Cell for place, _ in t.writes])


def refuse_hooks_of_leaves(t, tensors):
    """Raise Unfit if gradients are delivered inside the function to a Tensor that has hooks."""
    if delivers(t) and any([leaf_hooks(box(x, tensors)) for x in t.order]):
        raise Unfit("a Tensor whose gradient it computes has hooks")


def refuse_kept(region, watch):
    """Raise Unfit if a value that was made while staging is still held by somebody; FirstStepError if by caches, which the call
    fills that is run as it is."""
    if any([r() is not None for r in region.made]):
        gc.collect()
    if watch.caches and any([r() is not None for r in region.made]):
        if watch.empty_caches() or all([r() is None for r in region.made]):
            raise FirstStepError
    for r in region.made:
        h = r()
        if h is not None:
            raise Unfit(f"it keeps the value computed at {where(h.mark.site)} beyond the call")


def reason_of(error):
    """Why staging failed, in one line."""
    if isinstance(error, Unfit):
        return str(error)
    text = str(error).split("\n")[0]
    if isinstance(error, ConcretizationError):
        return text
    return f"{type(error).__name__}: {text}"


__all__ = ["FirstStepError", "Program", "Region", "Unfit", "delivers", "program", "reason_of"]
