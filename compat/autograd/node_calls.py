"""grad_fn(gradients): the derivative of one operation, by itself.

Invariant: the graph stays as it is. A copy of the operation's nodes is walked back to stand-ins for its operands, one for each place
where an operand stands; no hooks are called, and nothing is freed. What was broadcast is not summed, and keeps the dtype of the gradients:
in torch it is the engine that sees to that.
"""

from collections import Counter

from funcgrad.core.aval import Aval, is_float, shape_of
from funcgrad.core.node import TapeNode, by_index, leaf_node
from funcgrad.core.state import tls
from funcgrad.core.trace import Slots

from ..graph import parents
from ..names import node_name
from ..rewriting import reading
from ..tensor import Tensor
from .gradient_layout import conjugated
from .sharing import Sharing
from .walks import accumulator, payload, walk

ADDED_TO = {f"Add{name}Backward0" for name in ("mm", "mv", "r", "bmm")} | {
    "BaddbmmBackward0"
}  # a product and what is added


def stand_in(p):
    """A leaf in the place of an operand, for which values that the operation has saved of it are taken to be the leaf's."""
    n = leaf_node(p.owner, p.index, TapeNode)
    n.params = {"of": p}
    return n


def ungated(m):
    """What a node was made from; where hooks have put a gate before an operand, the operand behind the gate."""
    return [p.params["of"] if p.plan is not None and p.params and "of" in p.params else p for p in m.ins]


def steps(n, operands):
    """What each node on the way from the operands to n was made from, the last made first."""
    made = {}
    left = [n]
    while left:
        m = left.pop()
        made[m] = ungated(m)
        left += [p for p in made[m] if p not in made and p not in operands]
    return {m: made[m] for m in sorted(made, key=by_index, reverse=True)}


def is_formula(n):
    prim = n.plan.prim
    return prim.elementwise and bool(prim.formulas) and not n.plan.half


def unsummed(made, copies, shape):
    """Let what is elementwise among copies of nodes pass a gradient of this shape on as it is."""
    readers = Counter([p for ins in made.values() for p in ins])
    arriving = {next(iter(made)): shape}
    for m, ins in made.items():
        shape = arriving.get(m)
        if shape is None or not is_formula(m):
            continue
        avals = m.avals and list(m.avals)
        for p, i in zip(ins, m.plan.operands, strict=True):
            if p not in made or readers[p] == 1 and is_formula(p):
                arriving[p] = shape
                if avals:
                    avals[i] = Aval(shape, avals[i].dtype, True)
        copies[m].avals = avals and tuple(avals)


def copied(n, span, shape):
    """(a copy of an operation's node, the stand-ins for the operands in `span`, None where one has no gradient). `shape`: of the
    gradient that it is asked with, None of several."""
    made = steps(n, {p for p in span if p is not None})
    stands = [p and stand_in(p) for p in span]
    copies = {m: m.twin() for m in made}
    for m, ins in reading(n, made, span, stands).items():
        copies[m].ins = tuple([copies.get(p, p) for p in ins])
    if shape is not None and (
        all(map(is_formula, made)) or node_name(n) in ADDED_TO and made.keys() - (made := {n: made[n]})
    ):
        unsummed(made, copies, shape)
    return copies[n], stands


def called(fn, gradients):
    """What the derivative of the operation that fn shows makes of gradients: a Tensor or None for each operand, alone if there is one.

    TypeError for another number of gradients, or what is no Tensor; RuntimeError if a backward has freed what the operation saved.
    """
    for i, g in enumerate(gradients):
        if g is not None and not isinstance(g, Tensor):
            raise TypeError(f"argument {i} is not a Variable")
    n = fn.node
    forms = [a for a in fn.forms or () if is_float(a.dtype)]
    count = len(forms) or 1
    if len(gradients) != count:
        raise TypeError(f"expected {count} arguments, got {len(gradients)} instead")
    if n.plan is None:
        if gradients[0] is not None:
            accumulator(n.owner, tls.grad)(n.extra.cell, payload(conjugated(gradients[0]), n.owner))
        return ()
    span = parents(n)
    create = tls.grad
    cts = [None if g is None else conjugated(g) for g in gradients]
    cts = [c if create or c is None else payload(c, n.owner) for c in cts]
    if all(c is None for c in cts):
        found = [None] * len(span)
    else:
        node, stands = copied(n, span, None if forms else shape_of(cts[0]))
        ct = cts[0]
        if forms:
            ct = Slots(fn.forms)
            left = iter(cts)
            ct.cts = [next(left) if is_float(a.dtype) else None for a in fn.forms]
        want = [s for s in stands if s is not None]
        got = dict(
            zip(want, walk([(node, ct)], n.owner, create, want=want, deliver=lambda cell, ct: None), strict=True)
        )
        found = Sharing((), ()).handed_out([None if s is None else got[s] for s in stands], ())
    return found[0] if len(found) == 1 else tuple(found)


__all__ = ["called"]
