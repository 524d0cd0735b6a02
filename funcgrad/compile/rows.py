"""What the steps of a scan compute from their rows and constants alone, computed for all steps at once, before the loop.

The product of an input with weights becomes one product of all inputs, a draw from a row of keys one draw from all of them. Invariant: a step
computes no more than before, and what is kept for the loop is at most LIMIT bytes.
"""

from ..core.aval import Aval
from ..core.graph import Graph, GraphNode, once
from .closed import Closed, mapped
from .joint import cut, optimised
from .texts import nbytes

LIMIT = 1 << 22  # bytes of what is computed before the loop
FEWEST = 4  # steps that are worth it


class Early:
    """`rows`: the graph of what is computed before, of the constants and the rows of all steps; `step`: what is left, of the constants, the
    carries, the rows `kept` of it, and rows of what was computed; `ys`: (number of a result, number of what it is of that)."""

    __slots__ = ("kept", "rows", "step", "ys")


@once
def early(graph, consts, carries, length):
    """An Early, or None where there is nothing to compute before."""
    if length < FEWEST:
        return None
    first = consts + carries
    nodes = from_rows(graph, consts, first, length)
    if all([n.prim.view is not None for n in nodes]):
        return None
    rest = [n for n in graph.nodes if n not in nodes]
    read = {x for x in [*[x for n in rest for x in n.ins], *graph.outs] if type(x) is GraphNode}
    crossing = [n for n in graph.nodes if n in nodes and n in read]
    got = Early()
    ins = [*graph.ins[:consts], *graph.ins[first:]]
    whole = optimised(Graph(ins, crossing))
    flags = [False] * consts + [True] * (len(ins) - consts)
    got.rows = mapped(whole, length, flags, range(len(crossing)))[0]
    got.ys = [
        (j, crossing.index(o)) for j, o in enumerate(graph.outs) if j >= carries and type(o) is GraphNode and o in nodes
    ]
    outs = [o for j, o in enumerate(graph.outs) if j not in dict(got.ys)]
    stand_ins = {n: GraphNode(None, (), None, n.aval) for n in crossing}
    left = cut(stand_ins, crossing, graph.ins, outs, graph.effects)
    used = {x for x in [*[x for n in left.nodes for x in n.ins], *left.outs] if type(x) is GraphNode}
    got.kept = [i for i, n in enumerate(graph.ins[first:]) if n in used]
    rows = [graph.ins[first + i] for i in got.kept]
    got.step = optimised(Graph([*graph.ins[:first], *rows, *stand_ins.values()], left.outs, left.effects))
    return got


def from_rows(graph, consts, first, length):
    """The nodes that rows decide, and constants, as far as what they take stays below the limit."""
    fixed = set(graph.ins[:consts])
    rows = {n for n in graph.ins[first:] if not n.aval.weak}
    nodes, total = set(), 0
    for n in graph.nodes:
        operands = [x for x in n.ins if type(x) is GraphNode]
        if not all([x in fixed or x in rows or x in nodes for x in operands]) or n.effect:
            continue
        if all([x in fixed for x in operands]):
            fixed.add(n)
        elif type(n.aval) is Aval and not n.aval.weak and not isinstance(n.prim, Closed) and n.prim.batch is not None:
            size = length * nbytes(n.aval)
            if total + size <= LIMIT:
                total += size
                nodes.add(n)
    return nodes


def text(graph, early, consts, carries):
    """Source of the scan: what is computed before, then the `loop` of what is left."""
    k, m = len(graph.ins), len(graph.outs)
    operands = [f"a{i}" for i in range(k)]
    first = consts + carries
    new = [f"h{i}" for i in range(len(early.rows.outs))]
    given = operands[:first] + [operands[first + i] for i in early.kept] + new
    of_rows = dict(early.ys)
    results = [f"own(h{of_rows[j]})" if j in of_rows else f"r{j}" for j in range(m)]
    lines = [
        f"def run({', '.join(operands)}):",
        f"    {listed(new)}= rows({', '.join(operands[:consts] + operands[first:])})",
    ]
    loop = f"loop({', '.join(given)})"
    if early.step.outs:
        lines.append(f"    {listed([r for r in results if r[0] == 'r'])}= {loop}")
    elif early.step.effects:
        lines.append(f"    {loop}")
    lines.append(f"    return ({listed(results)})")
    return "\n".join(lines)


def listed(names):
    return "".join([f"{n}, " for n in names])


__all__ = ["early", "text"]
