"""Gates: the identity on several values at once, a node that sees all their cotangents together; one that lets none through; and one
beside which something else gets zeros.

No derivative is computed here: cotangents go on as they are, or as `see` returns them.
"""

import numpy as np

from funcgrad.core import state
from funcgrad.core.aval import aval_of
from funcgrad.core.handle import Taped
from funcgrad.core.node import extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.transforms.rules import Spec

tls = state.tls


class Through(Spec):
    """The identity; `see(cts)` gets the cotangents that pass, and returns those that go on."""

    name = "BackwardHookFunctionBackward"
    pulls = False

    def __init__(self, see=list):
        self.see = see

    def run(self, *xs):
        return xs

    def record(self, *xs):
        return xs, ()

    def pull_node(self, slots, n, again):
        return self.see(list(slots.cts))

    def gives_views(self, i, main):
        """Is the i-th result a view, of torch's hooks of modules ("function") or one of several ("several")?"""
        return "function" if main.extra is not None and main.extra.label == self.name else "several"


class Refusal(Spec):
    """The identity, whose derivative, in either direction, is an error with this text."""

    name = "once_differentiable"

    def __init__(self, text, error=RuntimeError):
        self.text, self.error = text, error

    def run(self, *xs):
        return xs

    def record(self, *xs):
        return xs, ()

    def refuse(self, *args):
        raise self.error(self.text)

    pull_needed = push_needed = refuse


class Underivable(Spec):
    """The last of several values, made of the others by an operation of this name, whose derivatives torch refuses."""

    def __init__(self, name, error=RuntimeError, text="derivative for {} is not implemented"):
        self.name, self.error, self.text = name, error, text

    def run(self, *xs):
        return xs[-1:]

    def record(self, *xs):
        return xs[-1:], ()

    def pull(self, residuals, cts):
        raise self.error(self.text.format(self.name))

    def pull_node(self, slots, n, again):
        self.pull((), ())

    def push_needed(self, primals, tangents):
        raise NotImplementedError(f"Trying to use forward AD with {self.name} that does not support it.")


class Tie(Spec):
    """g, of (x, g): what goes back to x is zeros (nothing, if x is None: of a shape that is not known). `again(ct, node of x, owner, name)`:
    what ties a recorded derivative in turn, if any."""

    def __init__(self, x, name, again):
        self.aval, self.name, self.again = None if x is None else aval_of(x), name, again

    def run(self, x, g):
        return (g,)

    def record(self, x, g):
        return (g,), ()

    def push(self, primals, tangents):
        return tangents[1:]

    def pull(self, residuals, cts):
        return [None if self.aval is None else np.zeros(self.aval.shape, self.aval.dtype), cts[0]]

    def pull_node(self, slots, n, again):
        (ct,) = slots.cts
        if again and self.again and isinstance(ct, Taped) and 0 in n.plan.operands:
            ct = self.again(ct, n.ins[0], n.owner, self.name)
        return self.pull((), (ct,))


class Phases(Through):
    """Complex vectors that an operation knows up to a factor e^{i phi} each, as columns (and, of singular vectors, as rows that turn the other
    way): a RuntimeError where what comes back changes with phi."""

    def __init__(self, text, columns, rows=None):
        self.text, self.parts, self.recorded = text, (columns, rows), False
        super().__init__(self.checked)

    def checked(self, cts):
        if self.recorded:  # (of a second derivative only a part passes here)
            return cts
        self.recorded, turned = tls.grad, 0.0
        for v, ct, axis, sign in zip(self.parts, cts, (-2, -1), (1, -1)):
            if ct is not None:
                of_each = (v * (ct.val if isinstance(ct, Taped) else ct)).sum(axis).imag
                k = (
                    of_each.shape[-1]
                    if self.parts[1] is None
                    else min(p.shape[a] for p, a in zip(self.parts, (-1, -2)))
                )
                turned = turned + sign * of_each[..., :k]
        if np.any(np.abs(turned) > 1e-2):
            raise RuntimeError(self.text)
        return cts


class Flat(Tie):
    """What a result that does not change with x sends back to it: zeros, which a recorded derivative gives as something that has none:
    `refused(marks)` is their mark."""

    def __init__(self, x, refused):
        super().__init__(x, "flat", None)
        self.refused = refused

    def pull_node(self, slots, n, again):
        back = super().pull_node(slots, n, again)
        if again:
            back[0] = n.owner.face(back[0], self.refused(n.ins[:1]), n.owner)
        return back


def beside(out, *operands, refused=None, nothing=False):
    """out, which changes with none of the operands, and which torch records all the same: they get zeros back (`refused`: the mark of zeros
    that cannot be differentiated), or `nothing`."""
    for x in operands:
        spec = Flat(x, refused) if refused else Tie(None if nothing else x, "beside", None)
        (out,) = PRIMITIVES["rule"](x, out, spec=spec)
    return out


def gate(nodes, see=list):
    """(the gate's node, one node for each that goes through it), None among them where nothing does."""
    owner = max((n.owner for n in nodes if n is not None), key=lambda o: o.level)
    values = [0.0 if n is None else owner.face(0.0, n, n.owner) for n in nodes]
    grad, tls.grad = tls.grad, True
    try:
        behind = [out.mark for out in owner.process(PRIMITIVES["rule"], values, {"spec": Through(see)})]
    finally:
        tls.grad = grad
    main = behind[0].ins[0]
    extra_of(main).release = False
    return main, [None if n is None else b for n, b in zip(nodes, behind, strict=True)]
