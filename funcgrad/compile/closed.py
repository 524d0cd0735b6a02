"""Primitives over closed graphs (cond, scan, while_loop): what they share.

A `Closed` primitive has graphs among its params, each a function of its operands alone. It brings four rules, each made
from graphs of the same kind: `forward(vals, need, **params) -> (results, residuals)`, `backward(residuals, cts, need,
**params) -> cotangents of all operands`, `dual(ts, vals, params) -> (results, tangents)` and `batch`; and for passes
`narrow(outs, **params) -> (operand numbers, params, results)`, the same with fewer results (at least those asked for), and
`dependent(on, **params)`, which results depend on the operands numbered in `on`. What is derived from a graph (its mapped, pushed and joint forms, its code) is kept in that graph's cache, so that it is made once.
"""

from ..core.aval import PYTHON_SCALARS, Aval, aval_of, dtype_of, ndarray, shape_of, strengthened
from ..core.axes import name_of
from ..core.graph import Graph, GraphNode, evaluate, once
from ..core.handle import FROZEN, Handle, Taped
from ..core.nested import graphs_in, reached, with_graphs
from ..core.node import TapeNode
from ..core.primitive import PRIMITIVES, helpers
from ..core.state import tls
from ..core.trace import TAPE, Batch, Record
from ..ops.effects import Effect, outermost
from ..transforms.boundary import enter, inside, leave
from ..transforms.forward_mode import jvp
from ..transforms.named import at_binder, free_names
from ..transforms.stage import graph_of
from .joint import optimised, partial, split
from .narrow import unmixed
from .passes import inline, pure


class Closed(Effect):
    """A primitive whose params hold graphs of its operands."""

    fresh = False  # are all results always new arrays?
    fills = False  # a rule makes zeros only of the cotangents it reads

    def __call__(self, *args, **params):
        if tls.mapping is not None:  # (a named axis may be meant inside, where no operand differs along it)
            names = free_names(params)
            got = at_binder(self, args, params, names) if names else NotImplemented
            if got is not NotImplemented:
                return got
        outs = super().__call__(*args, **params)
        top = outermost(args)
        return self.without_constants(top, args, params, outs) if type(top) is Record or top is TAPE else outs

    def without_constants(self, top, args, params, outs):
        """The results of a call that is recorded: those that depend on nothing with a derivative are plain values, so that
        what is computed with them keeps no residuals for their sake."""
        on = tuple([i for i, a in enumerate(args) if isinstance(a, Handle) and a.owner is top and a.mark is not None])
        if not on or len(on) == len(args) and top is not TAPE:
            return outs
        graphs = graphs_in(params)
        key = ("dependent", self.name, on, tuple([id(g) for g in graphs[1:]]))
        if key not in graphs[0].cache:
            graphs[0].cache[key] = self.dependent(on, **params), graphs  # (the graphs: an id must stay theirs)
        flags = graphs[0].cache[key][0]
        mine = [isinstance(o, Handle) and o.owner is top and not d for o, d in zip(outs, flags, strict=True)]
        plain = (lambda o: TAPE.face(o.val, None, TAPE)) if top is TAPE else (lambda o: o.val)
        return tuple([plain(o) if m else o for o, m in zip(outs, mine, strict=True)])

    def effect(self, **params):
        return any(
            [g.effects and inline(g).effects for g in graphs_in(params)]
        )  # (of a `rule` only its graph can tell)

    def draws(self, **params):
        return any([drawing(g) for g in graphs_in(params)])

    def record(self, vals, params, need):
        return self.forward(vals, need, **params) if need else (self(*vals, **params), ())

    def parts(self, ts, vals, params):
        """(results, tangents), as `dual` gives them, where the values are known before the tangents are: one graph of each, that
        of the tangents reading what that of the values keeps."""
        on = [i for i, t in enumerate(ts) if t is not None]
        if not on:
            return self(*vals, **params), [None] * len(self.aval(*map(aval_of, vals), **params))
        call = PRIMITIVES["call"]
        values, tangents, moving, known = self.linear(on, [aval_of(x) for x in vals], params)
        got = call(*vals, graph=values)
        pushed = iter(call(*got[known:], *[ts[i] for i in on], graph=tangents))
        return got[:known], [next(pushed) if m else None for m in moving]

    def linear(self, on, avals, params):
        """(graph of results and residuals, graph of tangents, which results have one, how many results there are)."""
        graphs = graphs_in(params)
        rest = [(k, v) for k, v in params.items() if not graphs_in({k: v})]
        key = ("linear", self.name, tuple(on), tuple([id(g) for g in graphs]), *rest, *avals)
        if key not in graphs[0].cache:
            k = len(avals)
            found = []

            def both(*a):
                given = dict(zip(on, a[k:], strict=True))
                outs, tangents = self.dual([given.get(i) for i in range(k)], a[:k], params)
                found.extend([t is not None for t in tangents])
                return [*outs, *[t for t in tangents if t is not None]]

            whole = optimised(inline(graph_of(both, [*avals, *[avals[i] for i in on]]), ("call",)))
            known = len(found)
            values, tangents = split(optimised(unmixed(whole, k)), k, known)
            graphs[0].cache[key] = (values, tangents, found, known), graphs  # (the graphs: an id must stay theirs)
        return graphs[0].cache[key][0]

    def pull_handles(self, slots, n, again):
        residuals, vals = n.saved if isinstance(n, TapeNode) else (n.saved, None)
        params = n.params
        if again:  # create_graph: forward once more, on Tensors, so that what it computes is recorded
            params = with_graphs(params, pure)
            parents = dict(zip(n.plan.operands, n.ins, strict=True))
            inputs = [
                n.owner.face(v, parents[i], n.owner, FROZEN) if i in parents and not isinstance(v, Taped) else v
                for i, v in enumerate(vals)
            ]
            residuals = self.forward(inputs, n.plan.need, **params)[1]
        return self.backward(residuals, slots.cts, n.plan.need, **params)

    def pull(self, n, slots, cts, owned):
        gs = self.pull_handles(slots, n, False)
        for p, i in zip(n.ins, n.plan.operands, strict=True):
            if gs[i] is not None:
                c = cts.get(p)
                cts[p] = gs[i] if c is None else c + gs[i]


# ------------------------------------------------------------------------------------------------ values and avals
def bits(on):
    """Operand numbers as the bit mask that plans use."""
    return sum([1 << i for i in on])


def numbers(need):
    return [i for i in range(need.bit_length()) if need >> i & 1]


def zero(aval):
    """Zero of an aval: a Python number where it is weak."""
    return dtype_of(aval).type(0).item() if aval.weak else helpers["zeros_of"](aval)


def as_aval(x, aval):
    """x with the dtype and weakness of an aval of its shape."""
    have = aval_of(x)
    if have.weak == aval.weak and have.dtype == aval.dtype:
        return x
    if not aval.weak:
        return PRIMITIVES["cast"](x, dtype=aval.dtype)
    return PRIMITIVES["weak"](x if have.dtype == aval.dtype else PRIMITIVES["cast"](x, dtype=aval.dtype))


def of_avals(f, avals, outs):
    """The optimised graph of a function of flat values whose results are to have the avals `outs` (None: any)."""

    def fitted(*xs):
        return [v if a is None else as_aval(v, a) for v, a in zip(f(*xs), outs, strict=True)]

    return optimised(graph_of(fitted, avals))


def own(x):
    """A value in memory of its own."""
    return x.copy() if type(x) is ndarray else x


def outputs(values, given):
    """Results of a graph that share no memory with the operands, nor one with another."""
    seen = list(given)
    out = []
    for v in values:
        if type(v) is ndarray:
            if v.base is not None or any([v is x for x in seen]):
                v = v.copy()
            seen.append(v)
        out.append(v)
    return tuple(out)


def retried(run, args, graphs):
    """run(args); where Python numbers raise and NumPy's give inf, nan, or wrap around, once more with NumPy's."""
    try:
        return run(args, False)
    except (ArithmeticError, ValueError):
        if any([g.effects for g in graphs]) or not any([a.weak for g in graphs for a in g.in_avals]):
            raise
        return run([strengthened(x) if type(x) in PYTHON_SCALARS else x for x in args], True)


def aval_of_operand(x):
    return x.aval if type(x) is GraphNode else aval_of(x)


def called(run, n, args, constant):
    """The expression that calls `run`, or, where that is None, the implementation of a node."""
    given = [] if run is not None else [f"{k}={constant(v)}" for k, v in n.params.items()]
    return f"{constant(run or n.prim.impl)}({', '.join([*args, *given])})"


@once
def drawing(graph):
    """Does running the graph draw (ops/draws.py), itself or in the graphs inside it?"""
    effects = inline(graph).effects if graph.effects else ()
    return any([isinstance(n.prim, Effect) and n.prim.draws(**n.params) for n in effects])


# ------------------------------------------------------------------------------------------------ derived graphs
def active(graph, on, loops=()):
    """The numbers of the inputs that carry a derivative, if those in `on` do: `loops` are pairs (result, input) of a loop's
    carries. And for each result, does it carry one?"""
    return spreading(graph, on, loops, True)


def dependent(graph, on, loops=()):
    """For each result of a loop: does it depend on an input in `on`?"""
    return spreading(graph, on, loops, False)[1]


def spreading(graph, on, loops, floats):
    """A carry depends on its first value too: a loop may take no step."""
    on = set(on)
    while True:
        outs = reached(graph, on, floats)
        more = {i for o, i in loops if outs[o]} - on
        if not more:
            for o, i in loops:
                outs[o] = outs[o] or i in on
            return sorted(on), outs
        on |= more


def pushed(graph, on, outs):
    """The graph of the results of a graph and of the tangents of those numbered `outs`, from its inputs and the tangents of
    those numbered `on`; each tangent has the aval of its primal."""
    key = ("pushed", tuple(on), tuple(outs))
    if key not in graph.cache:
        k, m = len(graph.ins), len(graph.outs)

        def f(*a):
            values, tangents = jvp(partial(graph, on, a[:k]), tuple([a[i] for i in on]), a[k:])
            return [*values, *[tangents[i] for i in outs]]

        want = graph.out_avals
        avals = graph.in_avals + [graph.in_avals[i] for i in on]
        graph.cache[key] = of_avals(f, avals, want + [want[i] for i in outs])
        assert len(graph.cache[key].outs) == m + len(outs)
    return graph.cache[key]


def mapped(graph, size, flags, force=()):
    """(the graph of all samples at once, does each result differ between samples). `flags`: which inputs have a mapped axis,
    in front. Results numbered in `force` get one anyway."""
    key = ("mapped", int(size), name_of(size), tuple(flags), tuple(force), tls.randomness)
    if key not in graph.cache:
        dims = []

        def f(*xs):
            trace = Batch(size, tls.randomness)
            trace.deep = True
            with inside(trace), trace:
                ins = [enter(trace, x, 0) if flag else x for x, flag in zip(xs, flags, strict=True)]
                low = [leave(trace, o) for o in evaluate(graph, *ins)]
            dims.extend([d is not None or i in force for i, (_, d, _) in enumerate(low)])
            fronted = [helpers["batched"](size, v, d) if flag else v for (v, d, _), flag in zip(low, dims, strict=True)]
            return [
                as_aval(v, Aval(shape_of(v), a.dtype, a.weak and not flag))
                for v, a, flag in zip(fronted, graph.out_avals, dims, strict=True)
            ]

        avals = [
            Aval((int(size), *a.shape), a.dtype) if flag else a for a, flag in zip(graph.in_avals, flags, strict=True)
        ]
        graph.cache[key] = optimised(graph_of(f, avals)), dims
    return graph.cache[key]


def fronts(xs, ds):
    """Operands with their mapped axes in front."""
    return [x if d is None else helpers["front"](x, d) for x, d in zip(xs, ds, strict=True)]


def arranged(graph, ins, outs):
    """The same graph with its inputs and results in another order."""
    return Graph([graph.ins[i] for i in ins], [graph.outs[i] for i in outs], graph.effects)


def input_numbers(graph):
    return {n: i for i, n in enumerate(graph.ins)}


__all__ = [
    "Closed", "active", "arranged", "as_aval", "aval_of_operand", "bits", "called", "dependent", "fronts", "input_numbers", "mapped", "numbers", "of_avals",
    "outputs", "own", "pushed", "retried", "zero",
]  # fmt: skip
