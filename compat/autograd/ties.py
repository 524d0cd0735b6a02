"""What a recorded derivative depends on in torch although it does not change with it: the operand of relu and its kin.

Invariant: a tie is the identity on a gradient, beside an operand to which it passes zeros on, so figures stay; a second derivative is
zeros where torch's is, and not missing. Those zeros depend on nothing themselves.
"""

from funcgrad.core.handle import FROZEN, Taped
from funcgrad.core.primitive import PRIMITIVES as P

from ..graph import label
from ..names import node_name

OF = {"relu", "leaky_relu", "window_max", "window_gather", "picked_loss", "where"}
CHOICES = {  # of `where`, which stands for more than these
    f"{name}Backward0" for name in "Hardtanh Threshold Hardshrink Softshrink PreluKernel RreluWithNoise".split()
}
FROM_RESULT = "relu"  # whose derivative reads the result, not the operand
AGAIN = "ReluBackwardBackward0"  # a tie whose own derivative torch ties again


def tied(g, mark, owner, name):
    """A gradient, tied to what the node `mark` made."""
    from .._gate import Tie  # (rarely needed, and it loads the custom rules)

    x = owner.face(g.val, mark, owner, FROZEN)
    (out,) = P["rule"](x, g, spec=Tie(x, name, tied if name == AGAIN else None))
    label(out, name, (g, x))
    return out


def tie(n, cts):
    """Let the gradients that a node of these primitives has passed on depend on its operands."""
    name = node_name(n)
    if n.plan.prim.name == "where" and name not in CHOICES:
        return
    for p in n.ins:
        g = cts.get(p)
        if isinstance(g, Taped) and g.owner is n.owner:
            mark = n if n.plan.prim.name == FROM_RESULT else p.params["of"] if p.params and "of" in p.params else p
            cts[p] = tied(g, mark, n.owner, f"{name[:-1]}Backward0")


tie.of = OF
