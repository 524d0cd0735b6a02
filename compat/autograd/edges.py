"""GradientEdge: a place in the graph where a gradient arrives.

Invariant: an edge names the node that is shown and the number of the result, so it keeps the graph alive and no Tensor.
"""

from typing import NamedTuple

import numpy as np

from ..graph import Node, output_number, shown


class GradientEdge(NamedTuple):
    """The place where the gradient of the `output_nr`-th result of `node` arrives."""

    node: Node
    output_nr: int
    ownership_token: Node | None = None

    def value(self):
        """A Tensor to walk back from: of the edge's mark, shape and dtype, without the values."""
        raise NotImplementedError(
            "a GradientEdge made by hand does not say its shape; use torch.autograd.graph.get_gradient_edge(tensor)."
        )


class TensorEdge(GradientEdge):
    """The edge of a Tensor, of which it knows shape, dtype and mark."""

    def value(self):
        shape, dtype, mark = self.of
        return mark.owner.face(np.broadcast_to(np.zeros((), dtype), shape), mark, mark.owner)


TensorEdge.__name__ = "GradientEdge"


def edge_of(t):
    """The edge of an up-to-date Tensor."""
    edge = TensorEdge(shown(t.mark), output_number(t.mark), None)
    edge.of = tuple(t.owner.shape(t)), t.owner.dtype(t), t.mark
    return edge
