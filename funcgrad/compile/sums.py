"""Carries of a scan that only add up, added up after the loop: a sum of products of matrices is one product over all steps.

The gradient of weights that each step uses is such a sum. Invariant: the last value is the first one plus what every step gives, in whatever order;
what is stacked for it is at most LIMIT bytes.
"""

from ..core.aval import Aval
from ..core.graph import Graph, GraphNode, once
from ..core.primitive import PRIMITIVES
from .joint import optimised
from .rows import FEWEST, LIMIT, listed
from .texts import nbytes


class Sums:
    """`step`: the graph without these carries, its last results what is stacked for them; `numbers`: those of the carries; `rows`: those of the
    inputs that are read as they are; `after`: the graph of the last values, of the first ones, these rows and what was stacked."""

    __slots__ = ("after", "numbers", "rows", "step")


@once
def sums(graph, consts, carries, length):
    """Sums, or None where no carry only adds up."""
    if length < FEWEST:
        return None
    count = {}
    for x in [*[x for n in graph.nodes for x in n.ins], *graph.outs]:
        if type(x) is GraphNode:
            count[x] = count.get(x, 0) + 1
    fixed = {*graph.ins[:consts]}
    terms = {}  # number of a carry -> what each step adds, and the factors of that
    total = 0
    for j in range(carries):
        term = added(graph, consts + j, j, count)
        operands = (
            None if term is None or count[term] > 1 else factors(term, fixed, graph.ins[consts : consts + carries])
        )
        size = length * sum(map(of, operands or ()))
        if operands and total + size <= LIMIT:
            total += size
            terms[j] = term, operands
    if not terms:
        return None
    got = Sums()
    got.numbers = list(terms)
    used = dict.fromkeys([x for _, operands in terms.values() for x in operands])
    places = {n: i for i, n in enumerate(graph.ins)}
    got.rows = [places[x] for x in used if x in places]
    stacked = [x for x in used if x not in places]
    ins = [n for i, n in enumerate(graph.ins) if i - consts not in terms]
    outs = [o for j, o in enumerate(graph.outs) if j not in terms]
    got.step = optimised(Graph(ins, [*outs, *stacked], graph.effects))
    firsts = [GraphNode(None, (), None, graph.ins[consts + j].aval) for j in terms]
    rows = {x: GraphNode(None, (), None, Aval((length, *x.aval.shape), x.aval.dtype)) for x in used}
    lasts = [
        node("add", first, over_steps(term, [rows[x] for x in operands]))
        for first, (term, operands) in zip(firsts, terms.values(), strict=True)
    ]
    given = [rows[x] for x in [*[graph.ins[i] for i in got.rows], *stacked]]
    got.after = optimised(Graph([*firsts, *given], lasts))
    return got


def of(x):
    return nbytes(x.aval)


def added(graph, i, j, count):
    """What a step adds to the carry that is input i and result j, if it does no more with it: a node of the carry's form."""
    carry, n = graph.ins[i], graph.outs[j]
    if type(n) is not GraphNode or n.prim is not PRIMITIVES["add"] or count.get(carry) != 1 or count[n] != 1:
        return None
    term = n.ins[1] if n.ins[0] is carry else n.ins[0] if n.ins[1] is carry else None
    same = type(term) is GraphNode and term.prim is not None and term.aval == carry.aval == n.aval
    return term if same and carry.aval.shape and carry.aval.dtype.kind == "f" else None


def factors(term, fixed, carried):
    """The operands of a product of matrices or of a sum, if all may differ from step to step and are rows or computed in it; or None."""
    if term.prim is not PRIMITIVES["sum"] and (
        term.prim is not PRIMITIVES["dot_general"] or term.params["dims"][1] != ((), ())
    ):
        return None
    known = [type(x) is not GraphNode or x in fixed or x in carried or x.aval.weak for x in term.ins]
    return None if any(known) else list(term.ins)


def over_steps(term, operands):
    if term.prim is PRIMITIVES["sum"]:
        return node("sum", *operands, axes=(0, *[i + 1 for i in term.params["axes"]]))
    (xc, yc), _ = term.params["dims"]
    over = (0, *[i + 1 for i in xc]), (0, *[i + 1 for i in yc])
    return node("dot_general", *operands, dims=(over, ((), ())))


def node(name, *ins, **params):
    prim = PRIMITIVES[name]
    return GraphNode(prim, ins, params, prim.aval(*[x.aval for x in ins], **params))


def text(graph, sums, consts, carries):
    """Source of the scan: the `loop` without the sums, then these."""
    operands = [f"a{i}" for i in range(len(graph.ins))]
    firsts = [operands[consts + j] for j in sums.numbers]
    results = [f"r{j}" for j in range(len(graph.outs))]
    lasts = [f"r{j}" for j in sums.numbers]
    read = [operands[i] for i in sums.rows]
    stacked = [f"s{i}" for i in range(len(sums.after.ins) - len(lasts) - len(read))]
    loop = listed([r for r in results if r not in lasts] + stacked)
    lines = [
        f"def run({', '.join(operands)}):",
        f"    {loop}= loop({', '.join([a for a in operands if a not in firsts])})",
        f"    {listed(lasts)}= after({', '.join(firsts + read + stacked)})",
        f"    return ({listed(results)})",
    ]
    return "\n".join(lines)


__all__ = ["sums", "text"]
