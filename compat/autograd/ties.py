"""What a recorded derivative depends on in torch although it does not change with it: the operand of relu and its kin.

Invariant: a tie adds an operand of derivative zero, so figures stay; a second derivative is zeros where torch's is, and not missing.
"""

from funcgrad.core.handle import FROZEN, Taped
from funcgrad.core.primitive import PRIMITIVES as P

from ..graph import label
from ..names import node_name

OF = {"relu", "leaky_relu", "window_max", "window_gather", "picked_loss", "where"}
CHOICES = {  # of `where`, which stands for more than these
    f"{name}Backward0" for name in "Hardtanh Threshold Hardshrink Softshrink PreluKernel RreluWithNoise".split()
}
AGAIN = "ReluBackwardBackward0"  # a tie's own, which torch ties again


def tie(n, cts):
    """Let the gradients that a node of these primitives has passed on depend on its operands."""
    name = node_name(n)
    if n.plan.prim.name == "where" and name not in CHOICES and name != AGAIN:
        return
    for p in n.ins:
        g = cts.get(p)
        if isinstance(g, Taped) and g.owner is n.owner:
            mark = p.params["of"] if p.params and "of" in p.params else p
            x = n.owner.face(g.val, mark, n.owner, FROZEN)
            cts[p] = tied = P["where"](False, x, g)
            label(tied, name if name == AGAIN else f"{name[:-1]}Backward0", (g, x))


tie.of = OF
