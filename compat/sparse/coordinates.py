"""The class of sparse Tensors in coordinates (torch.sparse_coo), and the level they live on.

Invariant: a sparse Tensor's owner is no tape, so that no quick road of dense Tensors takes it; its node and its gradient are those of its
values. The first one that is made has torch's functions ask for such Tensors (meeting.py): a program without them pays nothing.
"""

import numpy as np

from funcgrad.core.handle import Cell
from funcgrad.core.node import extra_of
from funcgrad.core.trace import Trace

from ..autograd.hooks import LeafHooks
from ..devices import CPU, LAYOUTS
from ..graph import labelled
from ..leaves import unfit_gradient
from ..native import read_only
from ..tensor import Tensor
from . import text
from .entries import Entries, dense, lies_whole, of_places, tensor
from .meeting import Begun, answer, begin
from .refused import refusal


class Coordinates(Trace):
    """The level of sparse Tensors, above that of the tape of arrays: what a walk back adds up there is added entry by entry."""

    name = "sparse_coo"

    def __init__(self):
        self.level, self.lifted = 1.5, []

    def shape(self, h):
        return h.val.shape

    def dtype(self, h):
        return h.val.dtype

    def process(self, prim, args, params, out=None):
        if prim.name == "add":
            return total(*args)
        if prim.name in ("copy", "stop"):
            (s,) = args[:1]
            return sparse(s.val.like(s.val.values.clone() if prim.name == "copy" else s.val.values.detach()))
        raise refusal(prim.name)

    def keep(self, cell, g, create_graph):
        """Add a sparse gradient to the `.grad` of a leaf: in place, unless the sum is itself recorded. The first one is a copy where a hook
        may hold what it is made of, or its values share memory."""
        old, leaf = cell.grad, cell.leaf and cell.leaf()
        if old is None:
            seen = cell.hooks or leaf is not None and extra_of(leaf.mark).hooks
            cell.grad = answer("clone")(g) if create_graph or seen or not lies_whole(g.val.values) else g
        elif create_graph or cell.leaf is None:
            cell.grad = answer("add")(old, g)
        else:
            answer("add_")(old, g)


LEVEL = Coordinates()


def total(a, b):
    """The sum of two gradients, of which one at least is sparse: torch's walk adds what was there to what comes if that was sparse."""
    if type(a) is Sparse:
        a, b = b, a
    return answer("add")(a if isinstance(a, Tensor) else tensor(np.asarray(a)), b)


def sparse(entries, label=None, operands=()):
    """A Tensor of entries, made by an operation of this name."""
    if Begun.kind is None:
        begin(Sparse)
    if label is not None:
        labelled(entries.values, label, operands)
    t = object.__new__(Sparse)
    t.val, t.owner, t.alias, t.cell = entries, LEVEL, None, None
    t.store = entries.values.versioned()
    return t


class Accumulation(LeafHooks):
    """The hooks of a sparse leaf: what arrives is a gradient of its values, and what is kept and shown one of the leaf's own layout."""

    __slots__ = ("places",)

    def at_gradient(self, g):
        if g is not None and type(g) is not Sparse:
            g = sparse(of_places(self.places.like(g)))
        return super().at_gradient(g)


def without_values(e):
    return Entries(e.indices, None, e.shape, e.coalesced)


def own_cell(e):
    """Give entries without a history the cell in which their gradient is kept as a sparse Tensor."""
    if e.values.mark is None and e.values.cell is None:
        e.values.cell = cell = Cell()
        cell.hooks = Accumulation()
        cell.hooks.places = without_values(e)


def wrapped(dim, ndim):
    """A dimension counted from the front; IndexError in torch's words if there is none."""
    if not -ndim <= dim < ndim:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-ndim}, {ndim - 1}], but got {dim})")
    return dim % ndim


def refusing(error, said):
    def refuse(self, *args, **kwargs):
        raise error(said)

    return refuse


class Sparse(Tensor):
    """A Tensor that keeps where its entries are and their values."""

    __array_ufunc__ = None  # (NumPy leaves an addition of an array to this class)

    @property
    def mark(self):
        return self.val.values.mark

    @mark.setter
    def mark(self, node):
        self.val.values.mark = node

    def frozen(self):
        return sparse(self.val)

    layout = property(lambda t: LAYOUTS["sparse_coo"])
    is_sparse = property(lambda t: True)
    device = property(lambda t: CPU)
    _grad = property(lambda t: t.grad)
    T = property(lambda t: t.permute(*reversed(range(t.dim()))))
    mT = property(lambda t: t.transpose(-2, -1))

    @property
    def nbytes(self):
        raise RuntimeError(
            "nbytes is not defined for sparse tensors.  If you want the size of the constituent tensors, add the nbytes of the indices and "
            "values.  If you want the size of the  equivalent dense tensor, multiply numel() by element_size()"
        )

    @property
    def requires_grad(self):
        return self.val.values.requires_grad

    @requires_grad.setter
    def requires_grad(self, on):
        own_cell(self.val)
        self.val.values.requires_grad = on

    def requires_grad_(self, requires_grad=True):
        own_cell(self.val)
        self.val.values.requires_grad_(requires_grad)
        return self

    @property
    def grad(self):
        g = self.val.values.grad
        if g is None or type(g) is Sparse or self.is_leaf:
            return g
        return sparse(of_places(self.val.like(g)))

    @grad.setter
    def grad(self, g):
        if g is not None and (
            g is self or not isinstance(g, Tensor) or g.dtype != self.dtype or tuple(g.shape) != tuple(self.shape)
        ):
            raise unfit_gradient(self, g)
        own_cell(self.val)
        mark = self.mark
        (self.val.values.cell if mark is None else mark.extra.cell).grad = g

    @property
    def data(self):
        return self.detach()

    @data.setter
    def data(self, new):
        self.become(new.detach().val, counted=False)

    def become(self, e, counted=True):
        """Have these entries from now on. Not recorded, it stays the leaf, or what was computed, that it was; the write is counted."""
        old, values = self.val.values, e.values
        if values is not old and values.mark is None:
            mark, values = old.mark, values.detach()
            e = e.like(values)
            if mark is None or mark.plan is None:
                values.cell = old.cell if mark is None else mark.extra.cell
                if values.cell is not None:
                    values.cell.hooks.places = without_values(e)
                values.requires_grad_(mark is not None)
            else:
                values.mark = mark
        before = old.versioned()
        if values is not old:
            self.store = values.store = before.apart()
            self.store.version = before.version
            if counted and old.is_leaf:
                before.version += 1  # (who has kept the values of before has not what is there now)
        self.store.version += counted
        self.val = e

    def retain_grad(self):
        self.val.values.retain_grad()

    def register_hook(self, hook):
        """Call hook(grad) with the gradient of this Tensor, which is sparse."""

        def on_values(g):
            got = hook(sparse(self.val.like(g)))
            return got.val.values if type(got) is Sparse else got

        return self.val.values.register_hook(on_values)

    def detach(self):
        """The same entries without the history."""
        return sparse(self.val.like(self.val.values.detach()))

    def detach_(self):
        self.val = self.val.like(self.val.values.detach())
        return self

    @property
    def _version(self):
        return self.val.values._version

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        """The derivative of this Tensor, weighted by a sparse gradient."""
        answer("backward")(self, gradient, retain_graph, create_graph, inputs=inputs)

    def _coalesced_(self, coalesced):
        """Say of the entries that they are in order and in places of their own, or that they need not be."""
        self.become(self.val.like(coalesced=coalesced), counted=False)
        return self

    def __copy__(self):
        return sparse(self.val)

    def __int__(self):
        if self.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return int(self.item())

    def _dimI(self):
        return self.val.dims

    def _dimV(self):
        return self.val.values.dim() - 1

    def numpy(self, *args, **kwargs):
        raise TypeError("can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.")

    def item(self):
        if self.numel() != 1:
            raise RuntimeError(f"a Tensor with {self.numel()} elements cannot be converted to Scalar")
        return dense(self.val).item()

    def __bool__(self):
        if self.numel() != 1:
            return super().__bool__()
        return bool(self.item())

    def stride(self, dim=None):
        return (0,) * self.dim() if dim is None else 0

    def is_contiguous(self, **named):
        return False

    def storage_offset(self):
        return 0

    data_ptr = tolist = refusing(RuntimeError, "Cannot access data pointer of Tensor that doesn't have storage")
    untyped_storage = storage = is_shared = share_memory_ = refusing(
        NotImplementedError, "Cannot access storage of SparseTensorImpl"
    )

    def __repr__(self, *, tensor_contents=None):
        return text.describe(self)

    def __deepcopy__(self, memo):
        got = memo.get(id(self))
        if got is None:
            if not self.is_leaf:
                return super().__deepcopy__(memo)
            e = self.val
            got = sparse(e.like(e.values.detach().clone(), e.indices.copy())).requires_grad_(self.requires_grad)
            if vars(self).get("_is_param"):
                got._is_param = True
            memo[id(self)] = got
        return got

    def __reduce_ex__(self, protocol):
        from .._utils import _rebuild_sparse_tensor

        e = self.val
        return _rebuild_sparse_tensor, (self.layout, (tensor(e.indices), e.values.detach(), self.shape, e.coalesced))


for _name, _value in tuple(vars(Sparse).items()):
    if type(_value) is property and _value.fset is None:
        setattr(Sparse, _name, read_only(_name, _value.fget))
Sparse.__name__ = Sparse.__qualname__ = "Tensor"
Sparse.__module__ = Tensor.__module__
