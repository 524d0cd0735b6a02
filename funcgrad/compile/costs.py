"""What a graph costs, counted by its operations: an estimate that does not know what is fused or kept in a cache."""

import math

from ..core.aval import aval_of
from ..core.graph import GraphNode
from ..core.nested import graphs_in
from .passes import inline

TRANSCENDENTAL = set(
    "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh "
    "sigmoid erf erfc erfinv gammaln digamma logaddexp logaddexp2 sqrt rsqrt cbrt power".split()
)
SUMS = set(
    "sum prod max min mean any all argmax argmin cumsum cumprod cummax cummin logsumexp softmax log_softmax".split()
)
MOVES = set(  # no arithmetic
    "pick barrier named rule copy cast weak reshape transpose broadcast getitem put gather scatter concatenate pad flip roll tile "
    "diagonal diag_embed full where stop real imag conj complex tril triu dynamic_slice dynamic_update_slice".split()
)


def sizes(avals):
    return sum([math.prod(a.shape) for a in avals])


def several(aval):
    return aval if type(aval) is tuple else (aval,)


def cost_of(graph):
    """{"flops", "transcendentals", "bytes accessed"}, and "not counted" if there is anything."""
    total = {"flops": 0.0, "transcendentals": 0.0, "bytes accessed": 0.0}
    unknown = set()
    work = [(inline(graph), 1)]
    for g, times in work:  # (it grows on the way)
        for n in g.nodes:
            name = n.prim.name
            inside = graphs_in(n.params)
            if inside:
                work += [(inline(h), times * n.params.get("length", 1)) for h in inside]
                continue
            operands = [x.aval if type(x) is GraphNode else aval_of(x) for x in n.ins]
            operands = [a for x in operands for a in several(x)]
            if name != "pick":
                total["bytes accessed"] += times * sum(
                    [math.prod(a.shape) * a.dtype.itemsize for a in (*operands, *several(n.aval))]
                )
            out = sizes(several(n.aval))
            if name == "dot_general":
                total["flops"] += times * 2 * out * math.prod([operands[0].shape[i] for i in n.params["dims"][0][0]])
            elif name in ("conv", "conv_bias"):
                total["flops"] += times * 2 * out * math.prod(operands[1].shape[1:])
            elif name in TRANSCENDENTAL:
                total["transcendentals"] += times * out
            elif name in SUMS:
                total["flops"] += times * sizes(operands)
            elif name in MOVES or n.prim.view is not None or n.effect:
                continue
            elif n.prim.elementwise:
                total["flops"] += times * out
            else:
                unknown.add(name)
    return {**total, "not counted": tuple(sorted(unknown))} if unknown else total


__all__ = ["cost_of"]
