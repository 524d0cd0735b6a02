"""The class of sparse Tensors in coordinates (torch.sparse_coo), and the level they live on.

Invariant: a sparse Tensor's owner is no tape, so that no quick road of dense Tensors takes it; its node and its gradient are those of its
values. A function that has not been told of such Tensors ends at `Coordinates.process`, which refuses as torch does: none takes one for dense.
"""

from numbers import Number

import numpy as np

from funcgrad.core.trace import Trace
from funcgrad.lazy import Late, LateProperty

from .._intercept import original, put
from ..devices import CPU, LAYOUTS
from ..functions.register import METHODS
from ..graph import labelled
from ..native import read_only
from ..tensor import Tensor
from . import text
from .entries import added_to, coalesced, dense, merged, tensor
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
        if prim.name == "sub" and type(args[1]) is Sparse:
            return total(args[0], -args[1])
        raise refusal(prim.name)


LEVEL = Coordinates()


class Begun:
    done = False  # has there been a sparse Tensor?


def begin():
    """The first sparse Tensor is about to be made: from now on additions in place to dense ones ask for them."""
    Begun.done = True
    put("layout", adding, [METHODS[name] for name in ADDING])


def adding(inner, f):
    """The layer around an addition in place."""
    sign = next(ADDING[name] for name in ADDING if METHODS[name] is original.get(f, f))

    def call(self, *args, **options):
        if not args or type(args[0]) is not Sparse or type(self) is Sparse:
            return inner(self, *args, **options)
        return added_to(self, args[0].val, sign * options.get("alpha", 1))

    return call


ADDING = {"add_": 1, "__iadd__": 1, "sub_": -1, "subtract_": -1, "__isub__": -1}
adding.plain = frozenset({Tensor, int, float, complex}).issuperset


def total(a, b):
    """The sum of two gradients, of which one at least is sparse."""
    if type(a) is type(b):
        return sparse(merged(a.val, b.val))
    s, other = (a, b) if type(a) is Sparse else (b, a)
    other = other if isinstance(other, Tensor) else tensor(np.asarray(other))
    return other + dense(s.val)


def sparse(entries, label=None, operands=()):
    """A Tensor of entries, made by an operation of this name."""
    if not Begun.done:
        begin()
    if label is not None:
        labelled(entries.values, label, operands)
    t = object.__new__(Sparse)
    t.val, t.owner, t.alias, t.cell = entries, LEVEL, None, None
    t.store = entries.values.versioned()
    return t


def refusing(error, said):
    def refuse(self, *args, **options):
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

    requires_grad = property(lambda t: t.mark is not None)
    grad = property(lambda t: None)
    data = property(lambda t: t.detach())
    is_contiguous = lambda t, **named: False
    storage_offset = lambda t: 0
    sparse_dim = _dimI = lambda t: t.val.dims
    dense_dim = _dimV = lambda t: len(t.val.dense_shape)
    _nnz = lambda t: t.val.nnz
    _indices = lambda t: tensor(t.val.indices)
    _values = lambda t: t.val.values.detach()
    is_coalesced = lambda t: t.val.coalesced
    resolve_conj = resolve_neg = lambda t: t

    def requires_grad_(self, requires_grad=True):
        if requires_grad:
            raise refusal("requires_grad_")
        return self

    def detach(self):
        """The same entries without the history."""
        return sparse(self.val.like(self.val.values.detach()))

    def detach_(self):
        self.val = self.val.like(self.val.values.detach())
        return self

    def clone(self, *, memory_format=None):
        """A Tensor of the same entries in memory of its own."""
        return sparse(self.val.like(self.val.values.clone(), self.val.indices.copy()), "CloneBackward0", (self,))

    def to_dense(self, dtype=None, *, masked_grad=None):
        """The Tensor with these entries and zeros elsewhere."""
        out = labelled(dense(self.val), "ToDenseBackward0", (self,))
        return out if dtype is None else out.to(dtype)

    def coalesce(self):
        """The same Tensor, its entries in order and those in one place as one."""
        return self if self.val.coalesced else sparse(coalesced(self.val), "CoalesceBackward0", (self,))

    def indices(self):
        """Where the entries of a coalesced Tensor are: int64 [sparse dimensions, entries]."""
        return tensor(self.own("indices").indices)

    def values(self):
        """The values of a coalesced Tensor: [entries, *dense sizes]."""
        values = self.own("values").values
        return (
            labelled(values.view(values.shape), "ValuesBackward0", (self,)) if values.requires_grad else values.detach()
        )

    def own(self, what):
        if not self.val.coalesced:
            raise RuntimeError(f"Cannot get {what} on an uncoalesced tensor, please call .coalesce() first")
        return self.val

    def zero_(self):
        self.val = self.val.picked(np.empty(0, np.int64), coalesced=True)
        return self

    def norm(self, p="fro", **options):
        """The norm of all elements."""
        return labelled(coalesced(self.val).values.norm(p, **options), "NormBackward1", (self,))

    def __neg__(self):
        return sparse(self.val.like(-self.val.values))

    def __mul__(self, other):
        if not isinstance(other, Number) and not (isinstance(other, Tensor) and not other.dim()):
            raise refusal("mul.Tensor")
        return sparse(self.val.like(self.val.values * other))

    def mul_(self, other):
        self.val = (self * other).val
        return self

    def add_(self, other, *, alpha=1):
        self.val = (self + (other if alpha == 1 else other * alpha)).val
        return self

    def __truediv__(self, other):
        return self * 1.0 if other == 1 else sparse(self.val.like((self * 1).val.values / other))

    def __add__(self, other):
        if isinstance(other, Tensor) and not isinstance(other, Sparse) or isinstance(other, Number):
            raise RuntimeError("add(sparse, dense) is not supported. Use add(dense, sparse) instead.")
        return total(self, other)

    def __sub__(self, other):
        return self + -other

    neg, mul, div, add, sub, __rmul__ = __neg__, __mul__, __truediv__, __add__, __sub__, __mul__
    __imul__, __iadd__ = mul_, add_

    def __radd__(self, other):
        return total(self, other)

    def __rsub__(self, other):
        return total(-self, other)

    def numpy(self, *args, **kwargs):
        raise TypeError("can't convert Sparse layout tensor to numpy. Use Tensor.to_dense() first.")

    def stride(self, dim=None):
        return (0,) * self.dim() if dim is None else 0

    item = data_ptr = tolist = refusing(RuntimeError, "Cannot access data pointer of Tensor that doesn't have storage")
    untyped_storage = storage = is_shared = share_memory_ = refusing(
        NotImplementedError, "Cannot access storage of SparseTensorImpl"
    )

    def __repr__(self, *, tensor_contents=None):
        return text.describe(self)

    def __deepcopy__(self, memo):
        return memo.setdefault(id(self), self.detach().clone())

    def __reduce_ex__(self, protocol):
        raise NotImplementedError("compat has no pickles of sparse Tensors: to_dense() before saving")


def by_values(name):
    def convert(self, *args, **options):
        got = METHODS[name](self.val.values, *args, **options)
        return self if got is self.val.values else sparse(self.val.like(got))

    return convert


def refused(name):
    def refuse(self, *args, **options):
        raise refusal(name)

    return refuse


for _name in "to float double half bfloat16 cpu".split():
    setattr(Sparse, _name, by_values(_name))
for _name, _value in vars(Tensor).items():  # (what a family of functions makes knows dense ones alone)
    if isinstance(_value, Late) and _name not in vars(Sparse) and _name != "__copy__":
        _refuse = refused(_name)
        setattr(Sparse, _name, property(_refuse) if isinstance(_value, LateProperty) else _refuse)
for _name, _value in tuple(vars(Sparse).items()):
    if type(_value) is property and _value.fset is None:
        setattr(Sparse, _name, read_only(_name, _value.fget))
Sparse.__name__ = Sparse.__qualname__ = "Tensor"
Sparse.__module__ = Tensor.__module__
