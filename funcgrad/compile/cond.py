"""`cond(index, *operands, branches)`: one of several graphs of the same operands, chosen by a number that is clamped to them.

Invariant: every branch has the same input and result avals. Only the branch chosen is run; where the index differs between
mapped samples each branch that any takes is, for all of them at once, and the results are selected; samples that do not take
it are stood in for, so that no inf or nan of theirs meets a derivative. In reverse mode the residuals of the branch that was run are kept:
all branches share the places for them, an aval each, so that their number is that of the greediest.
"""

from ..core.aval import aval_of, is_float
from ..core.graph import Graph, GraphNode, evaluate
from ..core.nested import reached
from ..core.primitive import PRIMITIVES
from ..core.quiet import quiet
from ..errors import GraphError
from ..transforms.named import free_names
from .closed import (
    Closed,
    active,
    aval_of_operand,
    fronts,
    input_numbers,
    mapped,
    numbers,
    of_avals,
    outputs,
    pushed,
    retried,
    zero,
)
from .joint import joint, narrowed, optimised
from .narrow import needed
from .source import compiled


def clamped(index, n):
    return min(max(int(index), 0), n - 1)


def _impl(index, *xs, branches):
    graph = branches[clamped(index, len(branches))]
    with quiet():
        return outputs(retried(lambda args, _: compiled(graph)(*args), xs, (graph,)), xs)


def _code(n, args, constant):
    branches = n.params["branches"]
    runs = [constant(compiled(g)) for g in branches]
    if len(branches) == 2 and aval_of_operand(n.ins[0]).dtype.kind == "b":
        return f"({runs[1]} if {args[0]} else {runs[0]})({', '.join(args[1:])})"
    return f"({', '.join(runs)},)[{constant(clamped)}({args[0]}, {len(runs)})]({', '.join(args[1:])})"


def _aval(index, *xs, branches):
    want = branches[0].out_avals
    for i, g in enumerate(branches):
        if [a.shape for a in g.in_avals] != [aval_of(x).shape for x in xs] or g.out_avals != want:
            raise GraphError(
                f"cond: branch {i} is a function of {g.in_avals} with results {g.out_avals}; the operands are "
                f"{list(map(aval_of, xs))} and branch 0 gives {want}"
            )
    return tuple(want)


# ------------------------------------------------------------------------------------------------ reverse
class Reverse:
    """Forward branches for one set of differentiated operands, and what backward branches are made of: for each branch its
    joint graph and where its residuals are; the operands `kept` as residuals; `backward`, by the cotangents there are."""

    __slots__ = ("forward", "joints", "sources", "kept", "places", "wanted", "backward")


def reverse_of(branches, need):
    key = ("cond vjp", need, tuple([id(g) for g in branches[1:]]))
    got = branches[0].cache.get(key)
    if got is not None:
        return got[0]
    m = len(branches[0].outs)
    joints = [joint(g, need) for g in branches]
    kept = []  # operands that some backward branch reads
    places = []  # avals of the residuals that are kept beside them
    sources = []  # for each branch, where each of its residuals is: (is it an operand, number)
    for got in joints:
        at = input_numbers(got.forward)
        free = list(range(len(places)))
        sources.append([])
        for r in got.forward.outs[m:]:
            if r in at:
                if at[r] not in kept:
                    kept.append(at[r])
                sources[-1].append((True, kept.index(at[r])))
                continue
            place = next((p for p in free if places[p] == r.aval), None)
            if place is None:
                places.append(r.aval)
                place = len(places) - 1
            else:
                free.remove(place)
            sources[-1].append((False, place))
    rev = Reverse()
    rev.joints, rev.sources, rev.kept, rev.places, rev.wanted, rev.backward = (
        joints,
        sources,
        kept,
        places,
        numbers(need),
        {},
    )
    rev.forward = tuple([with_places(j.forward, m, s, places) for j, s in zip(joints, sources, strict=True)])
    branches[0].cache[key] = rev, branches  # (the branches: an id must stay theirs)
    return rev


def with_places(forward, m, sources, places):
    """The forward graph of a branch whose results after the first m are one residual (or zero) a place."""
    filled = {p: r for (known, p), r in zip(sources, forward.outs[m:], strict=True) if not known}
    rest = []
    for p, aval in enumerate(places):
        if p in filled or aval.weak:
            rest.append(filled[p] if p in filled else zero(aval))
        else:
            rest.append(GraphNode(PRIMITIVES["full"], (), {"shape": aval.shape, "value": 0, "dtype": aval.dtype}, aval))
    return optimised(Graph(forward.ins, forward.outs[:m] + rest, forward.effects))


def backward_of(rev, branches, live):
    """The backward branches: functions of the operands kept, the residuals, and the cotangents of the results in `live`."""
    if live not in rev.backward:
        ins, outs = branches[0].in_avals, branches[0].out_avals
        k = len(rev.kept)

        def pulled(joint, sources):
            def f(*a):
                cts = [zero(aval) for aval in outs]
                for j, c in zip(live, a[k + len(rev.places) :], strict=True):
                    cts[j] = c
                return evaluate(joint.backward, *[a[i] if known else a[k + i] for known, i in sources], *cts)

            return f

        avals = [ins[i] for i in rev.kept] + rev.places + [outs[j] for j in live]
        want = [ins[i] for i in rev.wanted]
        graphs = [of_avals(pulled(*parts), avals, want) for parts in zip(rev.joints, rev.sources, strict=True)]
        rev.backward[live] = tuple(graphs)
    return rev.backward[live]


def _forward(vals, need, *, branches):
    rev = reverse_of(branches, need >> 1)
    index, *xs = vals
    outs = PRIMITIVES["cond"](index, *xs, branches=rev.forward)
    m = len(branches[0].outs)
    return outs[:m], (index, *[xs[i] for i in rev.kept], *outs[m:])


def _backward(residuals, cts, need, *, branches):
    rev = reverse_of(branches, need >> 1)
    live = tuple([j for j, c in enumerate(cts) if c is not None])
    gs = PRIMITIVES["cond"](*residuals, *[cts[j] for j in live], branches=backward_of(rev, branches, live))
    full = [None] * (len(branches[0].ins) + 1)
    for i, g in zip(rev.wanted, gs, strict=True):
        full[i + 1] = g
    return full


# ------------------------------------------------------------------------------------------------ forward mode, batching
def _dual(ts, vals, params):
    branches = params["branches"]
    on = [i for i, t in enumerate(ts[1:]) if t is not None]
    moving = [active(g, on)[1] for g in branches]
    outs = [j for j, a in enumerate(branches[0].out_avals) if is_float(a.dtype) and any([m[j] for m in moving])]
    m = len(branches[0].outs)
    if not outs:
        return PRIMITIVES["cond"](*vals, **params), [None] * m
    both = PRIMITIVES["cond"](*vals, *[ts[i + 1] for i in on], branches=tuple([pushed(g, on, outs) for g in branches]))
    tangents = [None] * m
    for j, t in zip(outs, both[m:], strict=True):
        tangents[j] = t
    return both[:m], tangents


def _batch(size, vals, ds, *, branches):
    index, *xs = vals
    xs = fronts(xs, ds[1:])
    flags = [d is not None for d in ds[1:]]
    if ds[0] is None or len(branches) == 1 or not size:
        index = 0 if ds[0] is not None else index
        every = [mapped(g, size, flags)[1] for g in branches]
        differ = [j for j in range(len(branches[0].outs)) if any([dims[j] for dims in every])]
        graphs = tuple([mapped(g, size, flags, differ)[0] for g in branches])
        dims = [0 if j in differ else None for j in range(len(branches[0].outs))]
        return PRIMITIVES["cond"](index, *xs, branches=graphs), dims
    avals = branches[0].out_avals
    out = None
    across = bool(free_names({"branches": branches}))  # (a collective sees every sample, whichever branch it takes)
    for i, g in enumerate(branches):
        taken = takers(index, i, len(branches))
        graph, _ = mapped(g, size, flags, range(len(avals)))
        ys = if_any(taken, graph, xs if across else stand_ins(taken, size, xs, flags, g.in_avals))
        out = (
            ys
            if i == 0
            else [
                PRIMITIVES["where"](spread(taken, size, aval), y, before)
                for y, before, aval in zip(ys, out, avals, strict=True)
            ]
        )
    return tuple(out), [0] * len(avals)


def takers(index, i, n):
    """Which samples take branch i of n."""
    if aval_of(index).dtype.kind == "b":
        return index if i else PRIMITIVES["logical_not"](index)
    name = "less_equal" if i == 0 else "greater_equal" if i == n - 1 else "equal"
    return PRIMITIVES[name](index, i)


def stand_ins(taken, size, xs, flags, avals):
    """The operands of a branch: samples that do not take it have those of one that does, so that nothing is computed from
    values that the branch is not for. (A derivative passes to the samples that take it only, and finite zeros to the rest.)"""
    first = PRIMITIVES["argmax"](taken, axis=0)
    where, gather, stop = PRIMITIVES["where"], PRIMITIVES["gather"], PRIMITIVES["stop"]
    return [
        where(spread(taken, size, a), x, stop(gather(x, first))) if flag else x
        for x, flag, a in zip(xs, flags, avals, strict=True)
    ]


def if_any(taken, graph, xs):
    """The results of a graph if any sample wants them, else zeros."""
    zeros = of_avals(lambda *_: [zero(a) for a in graph.out_avals], graph.in_avals, graph.out_avals)
    return cond(PRIMITIVES["any"](taken, axes=(0,)), *xs, branches=(zeros, graph))


def spread(mask, size, aval):
    """One truth value a sample, with axes for those of a result."""
    return PRIMITIVES["reshape"](mask, shape=(size,) + (1,) * len(aval.shape)) if aval.shape else mask


def _narrow(outs, *, branches):
    ins = sorted(set().union(*[needed(g, outs) for g in branches]))
    graphs = tuple([narrowed(g, ins, outs) for g in branches])
    return [0, *[i + 1 for i in ins]], {"branches": graphs}, outs


def _dependent(on, *, branches):
    if 0 in on:
        return [True] * len(branches[0].outs)
    return [any(d) for d in zip(*[reached(g, [i - 1 for i in on]) for g in branches], strict=True)]


cond = Closed(
    "cond",
    globals(),
    __doc__="The results of one of several graphs of the same operands.",
    impl=_impl,
    aval=_aval,
    batch=_batch,
    forward=_forward,
    backward=_backward,
    dual=_dual,
    code=_code,
    narrow=_narrow,
    dependent=_dependent,
)
__all__ = ["cond", "spread"]
