"""What a user sees of the graph: `grad_fn` objects with torch's names, over the core's nodes.

Invariant: one object for one operation of torch. Where torch's operation is several nodes here, the node of its result
stands for all of them (`span`: the operands); where one node is several operations of torch, or several nodes are the
results of one, torch's nodes are put in their place when somebody looks (rewriting.py).
"""

import weakref

from funcgrad.core.node import extra_of
from funcgrad.core.trace import PICK

from .names import node_name
from .rewriting import unfold, whole

_classes = {}
_alive = weakref.WeakValueDictionary()  # id of a node -> the object that shows it, while somebody holds that


class Node:
    """One operation of the graph, as torch shows it."""

    __slots__ = ("node", "__weakref__")

    def __init__(self, node):
        self.node = node

    def __repr__(self):
        return f"<{type(self).__name__} object at {id(self):#x}>"

    def name(self):
        """torch's name of the operation."""
        return type(self).__name__

    @property
    def next_functions(self):
        """((function, index), ...) of the operands: where their gradients go."""
        return tuple((None, 0) if p is None else (shown(p), index_of(p)) for p in parents(self.node))

    @property
    def variable(self):
        """The leaf whose gradient this AccumulateGrad accumulates."""
        cell = self.node.extra and self.node.extra.cell
        if self.node.plan is not None or cell is None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute 'variable'")
        return cell.leaf()

    @property
    def metadata(self):
        return {}

    def __eq__(self, other):
        return isinstance(other, Node) and other.node is self.node

    def __hash__(self):
        return hash(id(self.node))


def parents(n):
    """The parents torch would show: those of the whole torch operation, None for an operand without gradient."""
    if n.plan is None:
        return ()
    if n.extra is not None:
        if n.extra.spelling is not None:
            unfold(n)
        if n.extra.span is not None:
            return n.extra.span
    got = dict(zip(n.plan.operands, n.ins, strict=True))
    count = max(n.plan.prim.arity if not n.plan.prim.variadic else 0, n.plan.need.bit_length())
    return tuple(got.get(i) for i in range(count))


def index_of(n):
    return n.params["i"] if n.plan is not None and n.plan.prim is PICK else 0


def shown(n):
    """The grad_fn object of a node: the same one as long as somebody holds it."""
    n = whole(n)
    got = _alive.get(id(n))
    if got is None:
        name = node_name(n)
        cls = _classes.get(name)
        if cls is None:
            cls = _classes[name] = type(name, (Node,), {"__slots__": (), "__module__": ""})
        got = _alive[id(n)] = cls(n)
    return got


def label(t, name, operands=()):
    """Call the operation that made t by torch's name; `operands` are the Tensors it was made of, in torch's order."""
    n = t.mark
    extra = extra_of(n.ins[0] if n.plan.prim is PICK else n)
    extra.label = name
    if operands is not None:
        extra.span = tuple([getattr(o, "mark", None) for o in operands])


def labelled(out, name, operands):
    """out, its operation called by torch's name; None among the operands where torch shows a missing one."""
    if out.mark is not None and out.mark.plan is not None:
        label(out, name, operands)
    return out
