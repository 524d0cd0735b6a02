"""rule(spec): the primitive of a function that brings its own derivative (custom_vjp, custom_jvp, checkpoint, compat's Function).

A trace meets it like any other primitive: running it runs the function; Record, Jvp and Batch ask the spec. A spec's functions
take and return flat lists of values; nothing here knows a level. Invariant: `need` (a bit mask of operands) and a cotangent
or tangent that is None say what is known to carry no derivative; zeros are made of it only for rules that do not ask.
"""

from contextlib import nullcontext
from functools import WRAPPER_ASSIGNMENTS, partial
from types import CellType, FunctionType

from .. import tree
from ..containers import KINDS
from ..core.aval import Aval, aval_of, ndarray, shape_of
from ..core.axes import name_of
from ..core.handle import FROZEN, Handle, Taped
from ..core.node import TapeNode
from ..core.primitive import PRIMITIVES, define, helpers
from ..core.state import tls
from ..core.trace import TAPE, Slots
from ..ops.effects import outermost
from .boundary import inner, own
from .captured import Captured, look, opened
from .forward_mode import zero_tangent
from .vectorize import vmap


def standing(x):
    """What tells a value from others: what its traces, from the innermost, remember of it, and the array (by identity)."""
    marks = []
    while isinstance(x, Handle):
        marks += [id(x.owner), id(x.mark)]
        x = x.val
    return (*marks, id(x))


class Spec:
    """What a function with its own rule does: `run(*xs)`, `record(*xs) -> (outs, residuals)`,
    `pull(residuals, cts) -> cotangents of all operands`, `push(primals, tangents) -> tangents of the results` (None: zero).

    A rule that is to know which operands are differentiated, or which tangents and cotangents are zero, has `record_needed`,
    `pull_needed`, `push_needed` in their places. `layers`: in how many vmaps of Mapped it runs now. `looks_itself`: is its `pull_node`
    called, too, when what was saved is gone or was changed in place, or when no cotangent has come (of results like its `out_avals`)?
    `forgets`: are residuals that are neither operands nor results constants to the derivative of the rule?
    `pulls`: has it a derivative without a node (else a tape's `pull_node` alone)? `stands`: is a call that was differentiated while it was
    staged still a call in the graph (else what its rule did stands there, as where nothing is staged)?"""

    layers = 0
    looks_itself = forgets = False
    pulls = stands = True

    def record_needed(self, vals, need):
        return self.record(*vals)

    def again(self, vals, need):
        """The residuals of a rule that is differentiated itself."""
        return self.record_needed(vals, need)[1]

    def pull_needed(self, residuals, slots, need):
        """`slots.cts`: the cotangents of the results, None where nothing reached one."""
        return self.pull(residuals, slots.filled(helpers["zeros_of"]))

    def push_needed(self, primals, tangents):
        """`tangents`: None where one is known to be zero."""
        filled = [
            zero_tangent(x) if t is None and aval_of(x).dtype.kind in "fc" else t
            for x, t in zip(primals, tangents, strict=True)
        ]
        return self.push(primals, filled)

    def known(self, vals, outs, residuals):
        """(operands, a Known of this spec): the values, the results, and the residuals that are neither."""
        known = [*vals, *outs]
        nodes = list(map(standing, (*known, *residuals)))
        sources = [next((i for i, n in enumerate(nodes[: len(known)]) if n == r), None) for r in nodes[len(known) :]]
        own = [PRIMITIVES["stop"](r) if self.forgets else r for r, i in zip(residuals, sources) if i is None]
        return [*known, *own], Known(self, len(vals), sources)

    def gives_views(self, i, main):
        """In compat: which kind of view the i-th result is, of which torch says something of its own; None of most."""

    def mapped(self, size, dims):
        """The same spec with every part mapped; its results have the mapped axis in front."""
        return Mapped(self, size, dims)

    def batched(self, size, xs, dims):
        """The results on operands that are mapped, with the mapped axis in front."""
        return rule(*xs, spec=self.mapped(size, dims))

    def pull_node(self, slots, n, again):
        """The cotangents of a node's operands. `again`: record again, on Tensors, so that the pull itself is recorded."""
        residuals, vals = n.saved if isinstance(n, TapeNode) else (n.saved, None)
        if again:
            parents = dict(zip(n.plan.operands, n.ins, strict=True))
            face = n.owner.face
            inputs = [
                face(v, parents[i], n.owner, FROZEN) if i in parents and not isinstance(v, Taped) else v
                for i, v in enumerate(vals)
            ]
            residuals = self.again(inputs, n.plan.need)
        return self.pull_needed(residuals, slots, n.plan.need)


class Mapped(Spec):
    """A spec under vmap: each of its parts, mapped."""

    def __init__(self, inner, size, dims):
        self.inner, self.size, self.dims = inner, size, tuple(dims)
        self.name, self.root, self.stands = inner.name, getattr(inner, "root", inner), inner.stands
        self.options = {"axis_size": int(size), "axis_name": name_of(size), "randomness": tls.randomness}

    def over(self, f, dims):
        """f, mapped over operands."""

        def deeper(*xs):
            self.root.layers += 1
            try:
                return f(*xs)
            finally:
                self.root.layers -= 1

        return vmap(deeper, dims, **self.options)

    def run(self, *xs):
        return self.over(lambda *a: tuple(self.inner.run(*a)), self.dims)(*xs)

    def record_needed(self, vals, need):
        return self.over(lambda *a: tuple(map(tuple, self.inner.record_needed(a, need))), self.dims)(*vals)

    def pull_needed(self, residuals, slots, need):
        avals = [Aval(a.shape[1:], a.dtype, a.weak) for a in slots.avals]

        def pull(rs, cts):
            inner_slots = Slots(avals)
            inner_slots.cts = list(cts)
            return tuple(self.inner.pull_needed(rs, inner_slots, need))

        gs = vmap(pull, **self.options)(tuple(residuals), tuple(slots.cts))
        sum_ = PRIMITIVES["sum"]
        back = []
        for g, d in zip(gs, self.dims, strict=True):
            if g is None or d == 0:
                back.append(g)
            elif d is None:
                back.append(sum_(g, axes=(0,)))
            else:
                perm = list(range(1, len(shape_of(g))))
                perm.insert(d, 0)
                back.append(PRIMITIVES["transpose"](g, perm=tuple(perm)))
        return back

    def push_needed(self, primals, tangents):
        dims = tuple([None if t is None else d for t, d in zip(tangents, self.dims, strict=True)])
        push = self.over(lambda p, t: tuple(self.inner.push_needed(p, t)), (self.dims, dims))
        return push(tuple(primals), tuple(tangents))


class Known(Spec):
    """A spec whose results, and those residuals that are its own, are operands after its: what a graph that is being staged keeps of a rule
    that a tape has met, whose primitives are in the graph already. `sources`: which operand or result a residual is, None: its own."""

    def __init__(self, spec, operands, sources):
        self.spec, self.name, self.operands, self.sources = spec, spec.name, operands, sources
        self.recorded = tls.stage.recorded

    def run(self, *xs):
        return xs[self.operands : len(xs) - self.sources.count(None)]

    def residuals(self, outs, xs):
        known, own = [*xs[: self.operands], *outs], iter(xs[len(xs) - self.sources.count(None) :])
        return [next(own) if i is None else known[i] for i in self.sources]

    def record_needed(self, vals, need):
        outs = self.run(*vals)
        return outs, self.residuals(outs, vals)

    def again(self, vals, need):
        return self.residuals(rule(*vals, spec=self), vals)  # (results are differentiated by the rule, too)

    def pull_needed(self, residuals, slots, need):
        with tls.stage.pulled() if self.recorded and tls.stage is not None else nullcontext():
            got = self.spec.pull_needed(residuals, slots, need)
        return [*got, *[None] * (len(slots.avals) + self.sources.count(None))]

    def push_needed(self, primals, tangents):
        return self.spec.push_needed(primals[: self.operands], tangents[: self.operands])


def _record(vals, params, need):
    spec = params["spec"]
    outs, residuals = spec.record_needed(vals, need)
    outs, residuals = tuple(map(inner, outs)), tuple(map(inner, residuals))
    if (
        spec.pulls
        and spec.stands
        and tls.stage is not None
        and any([isinstance(v, Handle) and v.owner is tls.stage for v in vals])
    ):
        if type(spec) is not Known:
            vals, spec = spec.known(vals, outs, residuals)
        outs = rule(*vals, spec=spec)
        residuals = spec.residuals(outs, vals)
    return outs, residuals


def _pull_handles(slots, n, again):
    return n.params["spec"].pull_node(slots, n, again)


def _pull(n, slots, cts, owned):
    gs = _pull_handles(slots, n, False)
    for p, i in zip(n.ins, n.plan.operands, strict=True):
        g = gs[i]
        if g is not None:
            if isinstance(g, Taped) and g.owner is TAPE and g.mark is None:
                g = g.val  # (a walk over arrays goes on with arrays, whatever the function's own rule gives)
            c = cts.get(p)
            cts[p] = g if c is None else helpers["add_cts"](c, g)


@define
class rule:
    """The results of a function that brings its own rules."""

    variadic = multi = True
    saves = ()
    record = _record
    pull = _pull
    pull_handles = _pull_handles

    def impl(*xs, spec):
        return tuple(map(inner, spec.run(*xs)))

    def aval(*xs, spec):
        from .stage import graph_and_outer

        graph, outer = graph_and_outer(lambda *a: list(spec.run(*a)), list(xs))
        flat = getattr(getattr(spec, "root", spec), "flat", None)
        if outer and flat is not None and flat.top is not None:
            raise Captured(flat)
        return tuple(graph.out_avals)

    def batch(size, xs, ds, *, spec):
        outs = spec.batched(size, xs, ds)
        return outs, [0] * len(outs)


def _rule_jvp(ts, outs, *xs, spec):
    return [None] * len(outs) if all(t is None for t in ts) else spec.push_needed(xs, ts)


rule.jvp = _rule_jvp
rule.users = True
rule.fills = False  # (each Spec does it: an autograd.Function may want to know what nothing reached)


# ------------------------------------------------------------------------------------------------ functions of the user's
class Calls:
    """An object of ours that calls functions of the user's, which are its attributes `calls`."""

    calls = ()


PLAIN = {type(None), ndarray, int, float, str, bool}  # (what needs no look)


def content(cell):
    try:
        return cell.cell_contents
    except ValueError:  # assigned later, or never
        return None


def contents(x):
    """What a function's closure and defaults, a partial, an object that calls functions, or a container, holds; None of anything else.

    (Of attributes nothing is said: they are the object's, as those of any other object.)"""
    kind = type(x)
    if kind in PLAIN:
        return None
    if kind is FunctionType:
        held = [x.__defaults__, x.__kwdefaults__]
        return [*map(content, x.__closure__ or ()), *held] if x.__closure__ or held != [None, None] else None
    if kind is partial:
        return [x.func, x.args, x.keywords]
    if issubclass(kind, Calls):
        return [getattr(x, name) for name in x.calls]
    if kind is dict:  # (the globals of some code are in the cells of what rebuilds functions; they may hold everything)
        return None if "__builtins__" in x else list(x.values())
    container = KINDS[kind]
    return None if container is None else list(container.flatten(x)[0])


def empty(x):
    """Function that makes another like x, which holds nothing yet, and a function that gives it its contents. None: x is made of its contents.

    Attributes are the same dict: what a function counts in its own is counted in the user's."""
    kind = type(x)
    if kind is FunctionType:
        code, space, name, count = x.__code__, x.__globals__, x.__name__, len(x.__closure__ or ())
        attributes, told = vars(x), [(k, getattr(x, k)) for k in WRAPPER_ASSIGNMENTS if hasattr(x, k)]

        def function():
            cells = tuple([CellType() for _ in range(count)])
            g = FunctionType(code, space, name, None, cells)
            g.__dict__ = attributes
            for k, v in told:
                setattr(g, k, v)

            def fill(values):
                *values, g.__defaults__, g.__kwdefaults__ = values
                for c, v in zip(cells, values, strict=True):
                    c.cell_contents = v

            return g, fill

        return function
    if kind is partial:
        attributes = vars(x)

        def applied():
            g = partial(max)
            return g, lambda values: g.__setstate__((*values, attributes))

        return applied
    if kind is list:

        def listed():
            g = []
            return g, g.extend

        return listed
    if kind is dict:
        keys = list(x)

        def keyed():
            g = {}
            return g, lambda values: g.update(zip(keys, values, strict=True))

        return keyed
    if not issubclass(kind, Calls):
        return None
    rest = {k: v for k, v in vars(x).items() if k not in x.calls and k != "__wrapped__"}

    def caller():
        g = object.__new__(kind)
        vars(g).update(rest)
        return g, lambda values: vars(g).update(zip(kind.calls, values, strict=True))

    return caller


def whole(x):
    """Function that makes another like the container x of its contents."""
    container = KINDS[type(x)]
    aux = container.flatten(x)[1]
    return lambda values: container.unflatten(aux, values)


def reached(start, traced):
    """({id: (function, object or container, what it holds)}, {id: handle}) of all that these lead to."""
    items, found, todo = {}, {}, list(start)
    while todo:
        x = todo.pop()
        if issubclass(type(x), traced):
            found[id(x)] = x
        elif id(x) not in items and (held := contents(x)):
            items[id(x)] = x, held
            todo += held
    return items, found


def holding(items, found):
    """The ids of what was found and of all that holds some of it, itself or through others."""
    holders = {}
    for k, (_, held) in items.items():
        for y in held:
            holders.setdefault(id(y), []).append(k)
    changed, todo = set(found), list(found)
    while todo:
        more = set(holders.get(todo.pop(), ())) - changed
        changed |= more
        todo += more
    return changed


def in_order(made_of):
    """The items of {id: (container, [(constant, id)])}, each after those that it is made of."""
    while made_of:
        ready = [k for k, (_, filling) in made_of.items() if not any([at in made_of for _, at in filling])]
        if not ready:
            raise RecursionError(
                "custom rule: a container that a function closes over contains itself and a traced value."
            )
        for k in ready:
            yield k, made_of.pop(k)


def closed_over(f, traced=Handle):
    """(handles that f's closure, and what it calls, hold; function that gives f with others in their place). f: a function, or several in a tuple.
    `traced`: the class of what counts as a handle. What holds none of them stays the same object, and what is met twice is made once."""
    start = f if type(f) is tuple else (f,)
    if not any(map(contents, start)):
        return [], lambda new: f
    items, found = reached(start, traced)
    if not found:
        return [], lambda new: f
    changed = holding(items, found)
    # what is kept with a graph must not hold values that it was staged with: neither they nor what holds them is in `plan`
    plan, made_of = [], {}
    for k, (x, held) in items.items():
        if k in changed:
            filling = [(None, id(y)) if id(y) in changed else (y, None) for y in held]
            again = empty(x)
            if again is None:
                made_of[k] = x, filling
            else:
                plan.append((k, again, filling))
    wholes = [(k, whole(x), filling) for k, (x, filling) in in_order(made_of)]
    keys, roots = list(found), [(None, id(x)) if id(x) in changed else (x, None) for x in start]
    several = start is f

    def rebuilt(new):
        made = dict(zip(keys, new))  # (more may follow)
        fills = []
        for k, again, _ in plan:
            made[k], fill = again()
            fills.append(fill)
        for k, make, filling in wholes:
            made[k] = make([y if at is None else made[at] for y, at in filling])
        for fill, (_, _, filling) in zip(fills, plan, strict=True):
            fill([y if at is None else made[at] for y, at in filling])
        got = tuple([x if k is None else made[k] for x, k in roots])
        return got if several else got[0]

    return list(found.values()), rebuilt


def call_rule(make, f, args, kwargs, rules=()):
    """Call the rule primitive with f's arguments, and what f and its rules close over of traced values, as flat operands."""
    hidden, rebuilt = closed_over(f)
    leaves, structure = tree.flatten((args, kwargs))
    traced = [
        i
        for i, x in enumerate(leaves)
        if isinstance(x, Handle) or hasattr(x, "dtype") or type(x) in (int, float, complex)
    ]
    given = [leaves[i] for i in traced]
    read, again = len(hidden), lambda new: rules
    top = outermost([*hidden, *given])
    if top is not None:  # (else no rule is asked)
        held, with_others = closed_over(rules)
        if not any([h.owner.done for h in held]):  # (one of what has returned is an error where its rule is asked for)
            hidden, again = [*hidden, *held], with_others
            top = outermost([*hidden, *given])
    flat = Flat(rebuilt, again, read, len(hidden), leaves, traced, structure)
    spec = make(flat)
    flat.top = top and top.level
    try:
        outs = rule(*hidden, *given, spec=spec)
    except Captured as found:
        if found.flat is not flat:
            raise
        flat.top = None
        more, rebuilt = opened(flat, [*hidden, *given])
        hidden = [*more, *hidden]
        spec = make(Flat(rebuilt, again, read + len(more), len(hidden), leaves, traced, structure))
        outs = rule(*hidden, *given, spec=spec)
    flat.top = None
    return tree.unflatten(spec.flat.out_structure, list(outs))


class Flat:
    """A function of pytrees as one of flat operands: first what it closes over (`read` of them), and what its rules do, then its traced leaves.

    `top`: the level of the rule's operands, while it is called; results are then looked at for what else they were made of.
    `differentiates`: is its derivative by all that it reads, or does a rule say what it is?"""

    top = None
    differentiates = False

    def __init__(self, rebuilt, rules, read, hidden, leaves, traced, structure):
        self.rebuilt, self.rebuilt_rules, self.read, self.hidden = rebuilt, rules, read, hidden
        self.traced, self.structure = traced, structure
        at = set(traced)
        self.leaves = [None if i in at else x for i, x in enumerate(leaves)]
        self.out_structure = None

    def rules(self, xs):
        """The rules, with what they close over as it is among these operands."""
        return self.rebuilt_rules(list(map(own, xs[self.read : self.hidden])))

    def arguments(self, xs):
        full = list(self.leaves)
        for i, x in zip(self.traced, xs[self.hidden :], strict=True):
            full[i] = x
        return tree.unflatten(self.structure, full)

    def __call__(self, *xs):
        xs = list(map(own, xs))
        args, kwargs = self.arguments(xs)
        outs, self.out_structure = tree.flatten(self.rebuilt(xs[: self.hidden])(*args, **kwargs))
        if self.top is not None:
            look(self, xs, outs)
        return outs


__all__ = ["Calls", "Flat", "Mapped", "Spec", "call_rule", "closed_over", "rule"]
