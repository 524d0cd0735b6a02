"""What need not be done in a loop's steps: before it, or after it for all steps at once."""

import math

from ..core.aval import Aval
from ..core.graph import Graph, GraphNode, live_nodes, once
from ..core.primitive import PRIMITIVES
from .closed import Closed, mapped
from .elements import elementwise_graph
from .joint import optimised
from .passes.rewriting import rebuild
from .rows import LIMIT, listed
from .texts import nbytes

# ------------------------------------------------------------------------------------------------ widened
# Operands of a loop's step that are the same at every step and that NumPy would repeat row by row, repeated once before the loop.
#
# To add a vector to each row of a matrix NumPy runs a loop of its own for each row, 15 ns before its first number: 64 rows of 24 numbers take 1.3 us, and 0.4 with the vector as a
# matrix. Invariant: the step computes what it did; an operand is repeated only up to MOST numbers.
ROWS, LONGEST, MOST = (
    16,
    128,
    1 << 14,
)  # rows that are worth it, numbers of a row above which it is not, and numbers of all rows


def widened(graph, fixed):
    """The graph with such operands as copies of what they are repeated to. `fixed`: the nodes that are the same at every step."""
    wide = {}

    def repeated(x, aval):
        key = x, aval.shape
        if key not in wide:
            whole = Aval(aval.shape, x.aval.dtype)
            params = {"shape": aval.shape, "axes": tuple(range(len(aval.shape) - len(x.aval.shape)))}
            view = GraphNode(PRIMITIVES["broadcast"], (x,), params, whole, x.site)
            wide[key] = GraphNode(PRIMITIVES["copy"], (view, x), {}, whole, x.site)
        return wide[key]

    def replace(n, ins):
        if slow(n):
            ins = tuple(
                repeated(y, n.aval) if type(x) is GraphNode and x in fixed and is_row(x.aval, n.aval) else y
                for x, y in zip(n.ins, ins, strict=True)
            )
        return GraphNode(n.prim, ins, n.params, n.aval, n.site)

    got = rebuild(graph, replace)
    return got if wide else graph


def slow(n):
    """Is it an elementwise operation on rows that are short and many?"""
    if not n.prim.elementwise or type(n.aval) is tuple or len(n.aval.shape) < 2:
        return False
    size = math.prod(n.aval.shape)
    return n.aval.shape[-1] <= LONGEST and size <= MOST and size >= ROWS * n.aval.shape[-1]


def is_row(aval, whole):
    """Is it repeated along first axes, and along these alone?"""
    return (
        0 < len(aval.shape) < len(whole.shape) and aval.shape == whole.shape[-len(aval.shape) :] and aval.shape[-1] > 1
    )


# ------------------------------------------------------------------------------------------------ late
# What the steps of a scan over numbers give as rows and need no more, computed for all steps at once, after the loop.
#
# Most residuals of a derivative are such: the loop keeps the carry that each step began with, and NumPy computes them of that in a few calls. Invariant: each is computed as the step
# says; a step computes no more than before, and what is kept for this is at most LIMIT bytes.
FEWEST = 32  # steps that are worth it
CALL = 16  # operations on numbers that a call of NumPy for all steps takes, beside one of them for each


class Late:
    """`step`: the graph without the rows numbered in `ys`, its last results the carries numbered in `kept` as they come in; `after`: the graph of those rows for all steps, of the inputs
    numbered in `read`."""

    __slots__ = ("after", "kept", "read", "step", "ys")


@once
def late(graph, consts, carries, length):
    """A Late, or None where there is nothing to compute after the loop."""
    if length < FEWEST or elementwise_graph(graph) is None:
        return None
    carried = set(live_nodes(graph.ins, graph.outs[:carries]))
    ys = [
        j
        for j, o in enumerate(graph.outs)
        if j >= carries and type(o) is GraphNode and o.prim is not None and o not in carried
    ]
    ys += [
        j
        for j, o in enumerate(graph.outs)
        if j >= carries and j not in ys and type(o) is GraphNode and o in carried and o.prim is not None
    ]
    if not ys:
        return None
    nodes = live_nodes(graph.ins, [graph.outs[j] for j in ys])
    if any([isinstance(n.prim, Closed) or n.prim.batch is None or n.aval.weak or n.effect for n in nodes]):
        return None
    read = {x for x in [*[x for n in nodes for x in n.ins], *[graph.outs[j] for j in ys]] if type(x) is GraphNode}
    got = Late()
    got.ys = sorted(ys)
    got.read = [i for i, n in enumerate(graph.ins) if n in read]
    got.kept = [i - consts for i in got.read if consts <= i < consts + carries]
    stacks = [graph.ins[consts + j].aval for j in got.kept]
    if any([graph.ins[i].aval.weak for i in got.read]) or length * sum(map(nbytes, stacks)) > LIMIT:
        return None
    spared = sum([math.prod(n.aval.shape) for n in nodes if n not in carried and n.prim.view is None])
    spared += sum([math.prod(graph.outs[j].aval.shape) for j in ys]) - sum([math.prod(a.shape) for a in stacks])
    calls = sum([n.prim.view is None for n in nodes])
    if length * spared < 2 * (CALL * calls + length * sum([math.prod(n.aval.shape) for n in nodes]) / CALL):
        return None
    ins = [graph.ins[i] for i in got.read]
    whole = optimised(Graph(ins, [graph.outs[j] for j in got.ys]))
    got.after = mapped(whole, length, [i >= consts for i in got.read], range(len(ys)))[0]
    outs = [o for j, o in enumerate(graph.outs) if j not in got.ys]
    got.step = optimised(Graph(graph.ins, [*outs, *[graph.ins[consts + j] for j in got.kept]]))
    return got


def text(graph, late, consts, carries):
    """Source of the scan: the `loop` without these rows, then `after`."""
    operands = [f"a{i}" for i in range(len(graph.ins))]
    stacks = {consts + j: f"s{j}" for j in late.kept}
    results = [f"h{j}" if j in late.ys else f"r{j}" for j in range(len(graph.outs))]
    return "\n".join(
        [
            f"def run({', '.join(operands)}):",
            f"    {listed([r for r in results if r[0] == 'r'] + list(stacks.values()))}= loop({', '.join(operands)})",
            f"    {listed([results[j] for j in late.ys])}= after({', '.join([stacks.get(i, operands[i]) for i in late.read])})",
            f"    return ({listed([f'own({r})' if r[0] == 'h' else r for r in results])})",
        ]
    )


__all__ = ["late", "text", "widened"]
