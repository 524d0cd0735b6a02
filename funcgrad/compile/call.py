"""`call(graph)`: a graph as a primitive, so that a compiled function differentiates, maps and stages like any other.

It is the simplest primitive over graphs: its derivatives are calls of the graphs that joint.py and closed.py derive.
"""

from ..core.aval import PYTHON_SCALARS, is_float, strengthened
from ..core.graph import once
from ..core.nested import reached
from ..core.node import Node
from ..core.quiet import quiet
from .closed import Closed, active, fronts, mapped, numbers, pushed, zero
from .joint import joint, narrowed
from .narrow import needed
from .passes import pure
from .source import compiled


def _impl(*xs, graph):
    with quiet():
        return compiled(graph)(*xs)


def with_more(graph, wider, args):
    """(results of a graph, what a wider graph computes beside them for a derivative). Where Python scalars raise, and
    NumPy gives inf or nan, only the results must."""
    m = len(graph.outs)
    try:
        out = call(*args, graph=wider)
    except (ArithmeticError, ValueError) as error:
        if getattr(error, "from_effect", False) or not any(type(x) in PYTHON_SCALARS for x in args):
            raise
        return call(*args[: len(graph.ins)], graph=graph), call(*map(strengthened, args), graph=pure(wider))[m:]
    return out[:m], out[m:]


def _forward(vals, need, *, graph):
    return with_more(graph, joint(graph, need).forward, vals)


@once
def heard(graph, given):
    """The numbers of the inputs to which a cotangent may come; `given`: for each result, has it one?"""
    return needed(graph, [i for i, on in enumerate(given) if on])


def _backward(residuals, cts, need, *, graph):
    given = [zero(a) if c is None else c for c, a in zip(cts, graph.out_avals, strict=True)]
    full, hearing = [None] * len(graph.ins), heard(graph, tuple([c is not None for c in cts]))
    for i, g in zip(numbers(need), call(*residuals, *given, graph=joint(graph, need).backward), strict=True):
        full[i] = g if i in hearing else None
    return full


def _dual(ts, xs, params):
    """(results, tangents), of one graph: what both need is computed once, and an effect happens once."""
    graph = params["graph"]
    on = [i for i, t in enumerate(ts) if t is not None]
    moving = active(graph, on)[1]
    outs = [j for j, a in enumerate(graph.out_avals) if moving[j] and is_float(a.dtype)]
    tangents = [None] * len(moving)
    if not outs:
        return call(*xs, graph=graph), tangents
    values, more = with_more(graph, pushed(graph, on, outs), (*xs, *[ts[i] for i in on]))
    for j, t in zip(outs, more, strict=True):
        tangents[j] = t
    return values, tangents


def _batch(size, xs, ds, *, graph):
    together, differ = mapped(graph, size, [d is not None for d in ds])
    return call(*fronts(xs, ds), graph=together), [0 if d else None for d in differ]


def _narrow(outs, *, graph):
    ins = sorted(needed(graph, outs))
    return ins, {"graph": narrowed(graph, ins, outs)}, outs


class Call(Closed):
    def pull(self, n, slots, cts, owned):
        """Over plain values the backward half is called as it is: nothing else can be listening."""
        if type(n) is not Node or n.params["graph"].effects:
            super().pull(n, slots, cts, owned)
            return
        graph = n.params["graph"]
        given = [zero(a) if c is None else c for c, a in zip(slots.cts, slots.avals, strict=True)]
        hearing = heard(graph, tuple([c is not None for c in slots.cts]))
        got = compiled(joint(graph, n.plan.need).backward)(*n.saved, *given)
        for i, p, g in zip(numbers(n.plan.need), n.ins, got, strict=True):
            if i in hearing:
                c = cts.get(p)
                cts[p] = g if c is None else c + g


call = Call(
    "call",
    globals(),
    __doc__="The results of a graph, run by the engine.",
    impl=_impl,
    aval=lambda *xs, graph: tuple(graph.out_avals),
    batch=_batch,
    forward=_forward,
    backward=_backward,
    dual=_dual,
    narrow=_narrow,
    dependent=lambda on, *, graph: reached(graph, on, True),
)
__all__ = ["call"]
