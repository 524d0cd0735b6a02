"""The node that a result shows: one, under torch's name, of what several primitives compute."""

import functools

from funcgrad.core import state
from funcgrad.core.node import extra_of
from funcgrad.core.trace import PICK, TAPE

from ..graph import label as set_label
from ..rewriting import grouped
from ..tensor import Tensor

tls = state.tls


def as_one(f):
    """f, which hooks of what is saved see as one operation of torch, whatever it is made of."""

    @functools.wraps(f)
    def g(*args, **kwargs):
        if tls.packing is None or tls.packing.within:
            return f(*args, **kwargs)
        return tls.packing.around(f, *args, **kwargs)

    return g


def tensors_in(args):
    """The Tensors among arguments, also those in lists, in order."""
    found = []
    for a in args:
        if isinstance(a, Tensor):
            found.append(a)
        elif type(a) in (list, tuple):
            found += [b for b in a if isinstance(b, Tensor)]
    return found


def parents_in(args):
    """The Tensors among arguments that torch shows as operands of a node: not indices and masks."""
    found = []
    for a in args:
        if isinstance(a, Tensor):
            if (a.val.dtype if a.owner is TAPE else a.owner.dtype(a)).kind in "fc":
                found.append(a)
        elif type(a) is list or type(a) is tuple:
            found += [b for b in a if isinstance(b, Tensor) and b.owner.dtype(b).kind in "fc"]
    return found


def named(out, name, args):
    """Show the node(s) of a result under torch's name, with the marks the arguments had; returns the result."""
    if isinstance(out, Tensor):
        if out.mark is not None and out.mark.plan is not None:
            operands = parents_in(args)
            for o in operands:
                if o.mark is out.mark:
                    return out
            set_label(out, name, operands)
    elif isinstance(out, (tuple, list)):
        for o in out:
            named(o, name, args)
        made = [o for o in out if isinstance(o, Tensor) and o.mark is not None and o.mark.plan is not None]
        if len({o.mark.ins[0] if o.mark.plan.prim is PICK else o.mark for o in made}) > 1:
            grouped(out, name, tuple([o.mark for o in parents_in(args)]))
    return out


def renamed(out, name):
    """Show the node of a result of one primitive under torch's name; its operands stay as they are."""
    if out.mark is not None and out.mark.plan is not None:
        set_label(out, name, None)
    return out


def released(out, by_backward):
    """A result whose node a backward uses up, or does not, whatever the node keeps: torch's nodes differ from ours here
    where a constant is an operand of ours (which is kept, and freed), and where torch keeps what no rule needs."""
    if out.mark is not None and out.mark.plan is not None:
        extra_of(out.mark).release = by_backward
    return out
