"""What a user sees of the graph: `grad_fn` objects with torch's names, over the core's nodes.

Invariant: one object for one operation of torch. Where torch's operation is several nodes here, the node of its result
stands for all of them (`span`: the operands); where one node is several operations of torch, or several nodes are the
results of one, torch's nodes are put in their place when somebody looks (rewriting.py).
"""

import weakref
from typing import NamedTuple

import numpy as np

from funcgrad.core.aval import PYTHON_SCALARS
from funcgrad.core.handle import Handle
from funcgrad.core.node import extra_of
from funcgrad.core.reverse import check_versions, rewrapped, second_message
from funcgrad.core.trace import PICK, record
from funcgrad.errors import ModifiedError
from funcgrad.transforms.boundary import as_tensor

from .errors import modified
from .names import full_name, node_name
from .native import of_arguments
from .rewriting import spelling_of, unfold, whole

_classes = {}
_alive = weakref.WeakValueDictionary()  # id of a node -> the object that shows it, while somebody holds that


class Node:
    """One operation of the graph, as torch shows it."""

    __slots__ = ("node", "forms", "__weakref__")

    def __init__(self, node, forms=None):
        self.node = node
        self.forms = forms  # of the results, where there are several

    def __repr__(self):
        return f"<{type(self).__name__} object at {id(self):#x}>"

    @of_arguments(0, "")
    def name(self):
        """torch's name of the operation: those that belong to autograd itself say so."""
        return full_name(type(self).__name__)

    @property
    def next_functions(self):
        """((function, index), ...) of the operands: where their gradients go."""
        return tuple((None, 0) if p is None else (shown(p), index_of(p)) for p in parents(self.node))

    @property
    def variable(self):
        """The leaf whose gradient this AccumulateGrad accumulates."""
        cell = self.node.extra and self.node.extra.cell
        if self.node.plan is not None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute 'variable'")
        return cell and cell.leaf and cell.leaf()

    @property
    def metadata(self):
        """A dict that stays with the operation, for remarks of the user's."""
        extra = extra_of(self.node)
        if extra.notes is None:
            extra.notes = {}
        return extra.notes

    @property
    def requires_grad(self):
        return True

    @of_arguments(0, "")
    def _sequence_nr(self):
        return int(self.node.index)

    def __getattr__(self, name):
        """`_saved_self` and its kin: a Tensor that this operation has saved, as its derivative would see it now; `_raw_saved_self`:
        its place, which takes hooks."""
        if name.startswith(("_saved_", "_raw_saved_")):
            from . import _saved_fields

            stepwise(self.node)
            got = _saved_fields.saved(self.node, name, saved_tensor, place_of)
            if got is not _saved_fields.NOTHING:
                return got
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __dir__(self):
        from ._saved_fields import listed

        n = self.node
        stepwise(n)
        own = [k for k in object.__dir__(self) if k not in ("node", "forms") and (k != "variable" or n.plan is None)]
        return own + listed(n)

    def __reduce_ex__(self, protocol):
        raise TypeError(f"cannot pickle '{type(self).__name__}' object")

    def __eq__(self, other):
        return isinstance(other, Node) and other.node is self.node

    def __hash__(self):
        return hash(id(self.node))


def call(self, *gradients):
    """What the derivative of this operation makes of the gradients of its results: one for each operand."""
    from .autograd.node_calls import called

    return called(self, gradients)


def place_of(n, k):
    """The k-th of what a node saved, as a place that takes hooks."""
    from .autograd.saved import SavedTensor

    return SavedTensor(n, k)


def saved_tensor(n, k):
    """The k-th of what a node saved; RuntimeError once a backward has freed it, or if it was changed in place since."""
    if n.saved is None:
        raise RuntimeError(second_message(n))
    try:
        check_versions(n)
    except ModifiedError as error:
        raise modified(error) from None
    kept = n.saved
    k, part = k if type(k) is tuple else (k, None)  # (one of several results that are kept)
    if n.extra is not None and n.extra.unpack is not None:
        if part is None:
            shown = n.extra.unpack(kept[k : k + 1])
        else:
            shown = (n.extra.unpack((kept[k][part],)) * len(kept[k]),)  # (no hook is asked about the others)
        n.saved = (*kept[:k], *shown, *kept[k + 1 :])
    try:
        v = rewrapped(n)[k] if part is None else rewrapped(n)[k][part]
        if type(v) in PYTHON_SCALARS:
            return as_tensor(np.array(v))  # (torch has made a Tensor of a number that stands for one)
        return face_of(n, v)
    finally:
        n.saved = kept


def face_of(n, v):
    """A saved value as a Tensor of its own, which may be used in a graph (the leaf itself, which torch keeps); a number stays one."""
    leaf = leaf_of(v)
    if leaf is not None and leaf.val is v.val:
        return leaf
    if not isinstance(v, Handle):
        return v if type(v) in PYTHON_SCALARS else n.owner.face(v, None, n.owner)
    made = v.owner.face(v.val, v.mark, v.owner)
    store = getattr(v.alias, "store", None)
    if store is not None:  # (a change in place of what is shown is one of what is saved)
        made.store = store
    return made


def leaf_of(v):
    """The leaf that is the node of a saved value, while somebody holds it."""
    mark = v.mark if isinstance(v, Handle) else None
    cell = mark.extra and mark.extra.cell if mark is not None and mark.plan is None else None
    return cell and cell.leaf and cell.leaf()


def stepwise(n):
    """Put the nodes of torch's own steps in the place of one of ours, which somebody looks at."""
    if spelling_of(n) is not None:
        unfold(n)


def parents(n):
    """The parents torch would show: those of the whole torch operation, None for an operand without gradient."""
    if n.plan is None:
        return ()
    stepwise(n)
    if n.extra is not None:
        if n.extra.span is not None:
            return n.extra.span
    if n.plan.shown:
        return n.ins
    got = dict(zip(n.plan.operands, n.ins, strict=True))
    count = max(n.plan.prim.arity if not n.plan.prim.variadic else 0, n.plan.need.bit_length())
    return tuple(got.get(i) for i in range(count))


def index_of(n):
    return n.params["i"] if n.plan is not None and n.plan.prim is PICK else 0


def output_number(n):
    """The number of a node's value among the results of the operation that torch shows."""
    whole(n)
    return index_of(n)


def shown(n):
    """The grad_fn object of a node: the same one as long as somebody holds it."""
    result, n = n, whole(n)
    got = _alive.get(id(n))
    if got is None:
        name = node_name(n)
        cls = _classes.get(name)
        if cls is None:
            cls = _classes[name] = type(name, (Node,), {"__slots__": (), "__module__": "builtins", "__call__": call})
        got = _alive[id(n)] = cls(n, result.params["avals"] if result is not n else None)
    return got


def label(t, name, operands=()):
    """Call the operation that made t by torch's name; `operands` are the Tensors it was made of, in torch's order."""
    n = t.mark
    if n.plan is None:  # (a view made under no_grad)
        return
    if n.plan.prim is PICK:
        n = n.ins[0]
    if operands is None and n.extra is None:
        n.plan = n.plan.labelled(name)
        return
    if operands is not None and n.extra is None and n.plan.prim.arity == len(operands) == len(n.ins):
        for o, p in zip(operands, n.ins):
            if getattr(o, "mark", None) is not p:
                break
        else:  # (the operands of torch's operation are those of ours)
            n.plan = n.plan.labelled(name)
            return
    extra = extra_of(n)
    extra.label = name
    if operands is not None:
        extra.span = tuple([getattr(o, "mark", None) for o in operands])


def labelled(out, name, operands):
    """out, its operation called by torch's name; None among the operands where torch shows a missing one."""
    if out.mark is not None and out.mark.plan is not None:
        label(out, name, operands)
    return out


# ------------------------------------------------------------------------------------------------ where gradients arrive
class GradientEdge(NamedTuple):
    """The place where the gradient of the `output_nr`-th result of `node` arrives: it keeps the graph alive, and no Tensor."""

    node: Node
    output_nr: int
    ownership_token: Node | None = None

    def value(self, gradient):
        """A Tensor to walk back from: of the edge's mark, shape and dtype (those of the gradient), without the values."""
        if self.output_nr >= len(self.node.forms or (None,)):
            raise IndexError("tuple index out of range")
        mark = result_of(self.node.node, self.node.forms, self.output_nr)
        if gradient is None:
            raise NotImplementedError(
                "a GradientEdge made by hand does not say its shape; give a gradient, or use torch.autograd.graph.get_gradient_edge(tensor)."
            )
        return mark.owner.face(
            np.broadcast_to(np.zeros((), gradient.dtype.numpy), tuple(gradient.shape)), mark, mark.owner
        )


def result_of(n, forms, i):
    """A node for the i-th result of an operation."""
    if n.plan is None or forms is None:
        return n
    pick = record(type(n), n.owner, PICK.plan(1), (n,), {"i": i, "avals": forms}, (), None)
    pick.versions, pick.extra = (), None
    return pick


class TensorEdge(GradientEdge):
    """The edge of a Tensor, of which it knows shape, dtype and mark."""

    def value(self, gradient):
        shape, dtype, mark = self.of
        return mark.owner.face(np.broadcast_to(np.zeros((), dtype), shape), mark, mark.owner)


TensorEdge.__name__ = "GradientEdge"


def edge_of(t):
    """The edge of an up-to-date Tensor."""
    edge = TensorEdge(shown(t.mark), output_number(t.mark), None)
    edge.of = tuple(t.owner.shape(t)), t.owner.dtype(t), t.mark
    return edge
