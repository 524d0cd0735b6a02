"""GradientEdge: a place in the graph where a gradient arrives.

Invariant: an edge names the node that is shown and the number of the result, so it keeps the graph alive and no Tensor.
"""

from typing import NamedTuple

import numpy as np

from funcgrad.core.trace import PICK, record

from ..graph import Node, output_number, shown


class GradientEdge(NamedTuple):
    """The place where the gradient of the `output_nr`-th result of `node` arrives."""

    node: Node
    output_nr: int
    ownership_token: Node | None = None

    def value(self, gradient):
        """A Tensor to walk back from: of the edge's mark, shape and dtype (those of the gradient), without the values."""
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
