"""Sparse gradients: of rows that were looked up, and of sparse Tensors.

A derivative that is itself sparse is a Tensor of entries: the walk back adds it up by `Coordinates.process`, and a leaf's `.grad` keeps it.
No derivative is computed here: the values of a row's gradient are what has come back for that row.
"""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import here
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE
from funcgrad.errors import ConcretizationError
from funcgrad.numpy.concrete import raising
from funcgrad.transforms.rules import Spec

from .. import autograd
from ..functions.register import FUNCTIONS as T
from ..tensor import Tensor
from .coordinates import Sparse, sparse
from .entries import Entries, at_places, of_places, tensor
from .meeting import answers


class Rows(Spec):
    """The rows of a table that were looked up, of which the table's gradient has those alone. `left_out`: a row without gradient."""

    name = "EmbeddingBackward0"
    pulls = False

    def __init__(self, at, left_out=None, refused=None):
        self.at, self.left_out, self.refused = at, left_out, refused

    def run(self, table):
        self.shape = table.shape
        return (PRIMITIVES["gather"](table, self.at),)

    def record(self, table):
        return self.run(table), ()

    def pull(self, residuals, cts):
        if self.refused is not None:
            raise RuntimeError(self.refused)
        (ct,) = cts
        values = (ct if isinstance(ct, Tensor) else tensor(np.asarray(ct))).reshape(-1, self.shape[1])
        at = self.at.reshape(-1)
        if self.left_out is not None:
            there = at != self.left_out
            at, values = at[there], T["index_select"](values, 0, tensor(np.nonzero(there)[0]))
        e = Entries(at[None].astype(np.int64), values, self.shape, at.size < 2)
        return [sparse(e, "SparseCooTensorWithDimsAndTensorsBackward0", cts)]

    def pull_node(self, slots, n, again):
        return self.pull((), slots.cts)


def looked_up(table, at, left_out=None, refused=None):
    """The rows of a leaf, whose gradient will be sparse; None where only a dense one can be: of what was computed, or inside a transform. (`at` is
    None of what is not known while it is staged: torch.compile runs it as it is.)"""
    mark = table.mark
    if mark is None or mark.plan is not None or not tls.grad or tls.func:
        return None
    if tls.stage is not None and tls.stage.recorded:
        raising(ConcretizationError(f"sparse=True: a program gives dense gradients alone, at {here()}."))
    if table.owner is not TAPE or at is None or tls.stage is not None:
        return None
    return PRIMITIVES["rule"](table, spec=Rows(at, left_out, refused))[0]


# ------------------------------------------------------------------------------------------------ of sparse Tensors
def values_of(x):
    return x.val.values if isinstance(x, Sparse) else x


def listed(x):
    return (x,) if isinstance(x, Tensor) else tuple(x)


def gradients_of(outputs, given):
    """The gradients of values for those of sparse Tensors: in their places."""
    if given is None:
        given = (None,) * len(outputs)
    found = []
    for t, g in zip(outputs, listed(given)):
        if isinstance(t, Sparse) and g is not None:
            g = at_places(g.to_dense() if isinstance(g, Sparse) else g, t.val)
        elif isinstance(g, Sparse):
            g = g.to_dense()
        elif isinstance(t, Sparse) and t.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        found.append(g)
    return found


@answers("autograd.backward", "backward")
def backward(
    tensors, grad_tensors=None, retain_graph=None, create_graph=False, grad_variables=None, inputs=None, gradient=None
):
    tensors = listed(tensors)
    given = {"grad_tensors": grad_tensors if gradient is None else gradient, "grad_variables": grad_variables}
    given = {name: gradients_of(tensors, g) for name, g in given.items() if g is not None}
    autograd.backward(
        [values_of(t) for t in tensors], retain_graph=retain_graph, create_graph=create_graph,
        inputs=None if inputs is None else [values_of(t) for t in listed(inputs)],
        **given or {"grad_tensors": gradients_of(tensors, None)},
    )  # fmt: skip


@answers("autograd.grad")
def grad(outputs, inputs, grad_outputs=None, *args, **kwargs):
    outputs, inputs = listed(outputs), listed(inputs)
    found = autograd.grad(
        [values_of(t) for t in outputs],
        [values_of(t) for t in inputs],
        gradients_of(outputs, grad_outputs),
        *args,
        **kwargs,
    )
    return tuple(
        [
            sparse(of_places(x.val.like(g)))
            if isinstance(x, Sparse) and g is not None and not isinstance(g, Sparse)
            else g
            for x, g in zip(inputs, found)
        ]
    )
