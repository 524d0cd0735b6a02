"""Views: the same memory under another shape or order of axes, stretched, or in windows.

Invariant: what torch gives as a view is one here (`view_of`), so that a write through either is seen by both.
"""

import functools
import gc
import operator

import numpy as np

from funcgrad.core import state, view_strides
from funcgrad.core.aval import Aval
from funcgrad.core.conjugate_views import Mirror
from funcgrad.core.elementwise_layout import noted
from funcgrad.core.halves import SIZE, among
from funcgrad.core.handle import Alias, fresh
from funcgrad.core.mutation import taped_view
from funcgrad.core.mutation import view as core_view
from funcgrad.core.node import TapeNode
from funcgrad.core.strides import geometry, viewed
from funcgrad.core.trace import TAPE, Batch, on_tape, record

from .. import dtypes
from ..deprecations import once
from ..formats import base_of, offset_in
from ..graph import label as set_label
from ..method_arguments import wrapped
from ..payload import current, ground, layout_of_traced
from ..rewriting import spelled
from ..tensor import Tensor
from .call_errors import answer
from .nodes import renamed
from .operands import P, dims_of, dtype_of, integer, lying_of, named_sizes, shape_of, sizes
from .other_memory import leave, strided
from .quick_roads import of_integers, quick_attribute, quick_view
from .register import FUNCTIONS, METHODS, alias, install, operation, publish

ALL = slice(None)
shared, tls = state.shared, state.tls


def view_of(t, prim, name, **params):
    """A view made by one primitive, its node under torch's name."""
    return core_view(t, P[prim], name, **params)


def same_memory(t, name):
    """t as a view of itself."""
    return view_of(t, "getitem", name, idx=(Ellipsis,))


# ------------------------------------------------------------------------------------------------ another shape
def inferred_shape(shape, n):
    """A shape with its one -1 worked out; RuntimeError in torch's words if it does not hold n elements."""
    rest, unknown = 1, None
    for at, k in enumerate(shape):
        if k >= 0:
            rest *= k
        elif k == -1 and unknown is None:
            unknown = at
        elif k == -1:
            raise RuntimeError("only one dimension can be inferred")
        else:
            raise RuntimeError(f"invalid shape dimension {k} at index {at} of shape {list(shape)}")
    if unknown is None:
        if rest == n:
            return shape
    elif rest == 0 and n == 0:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified dimension size "
            "-1 can be "
            "any value and is ambiguous"
        )
    elif rest and n % rest == 0:
        return (*shape[:unknown], n // rest, *shape[unknown + 1 :])
    raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {n}")


def count(shape):
    n = 1
    for k in shape:
        n *= k
    return n


def view(self, *given, **size):
    """The same memory with another shape; RuntimeError if the strides do not allow it (reshape copies then).

    >>> import compat as torch
    >>> torch.arange(4).view(2, -1)
    tensor([[0, 1],
            [2, 3]])
    """
    try:
        t, shape = current(self), given
        if size:
            shape = (size["dtype"],) if "dtype" in size else (named_sizes("view", "size", shape, size),)
        elif not given:
            raise TypeError("view() takes the new shape")
        if len(shape) == 1 and isinstance(shape[0], (dtypes.dtype, type)):
            from .bits import bits_as

            return bits_as(t, dtypes.as_numpy(shape[0]))
        memory = t.val if t.owner is TAPE else layout_of_traced(t) if type(t.owner.under) is Batch else None
        shape = inferred_shape(sizes(shape), count(shape_of(t)) if memory is None else memory.size)
        if memory is None and tls.stage is not None and tls.stage.recorded:
            memory = layout_of_traced(t)
        if memory is not None and not memory.flags.c_contiguous:
            try:
                viewed(memory, shape)
            except ValueError:
                if (
                    memory is not t.val
                ):  # (whoever catches it while it is staged goes where the values would not have it)
                    tls.refused = RuntimeError("it views what does not lie as the view would have it")
                raise RuntimeError(
                    "view size is not compatible with input tensor's size and stride (at least one dimension spans "
                    "across two "
                    "contiguous subspaces). Use .reshape(...) instead."
                ) from None
        return core_view(t, P["reshape"], shape=shape)
    except BaseException as error:
        error = answer(error, "view", (self, *given), size)
        raise error


publish(view, ("view",), False, True)


def reshaped(t, shape):
    """t with another shape: a view where the strides allow it, else a copy."""
    plain = t.owner is TAPE and not shared.staging
    if plain and t.alias is not None:
        fresh(t)
        plain = type(t.alias) is Alias and 1 not in t.val.shape
    if (
        plain
        and t.val.size
        and t.val.flags.c_contiguous
        and len(shape) < 65
        and not (shared.halves and among((t.val,)))
    ):
        return QUICK_RESHAPE(t, shape)  # (which takes all such)
    if plain:
        v = t.val
        out = v.reshape(shape)
        if out.base is not v and (v.base is None or out.base is not v.base):
            if t.mark is None or not tls.grad:
                return on_tape(out)
            if not (shared.halves and among((v,))):
                return copy_recorded(on_tape(out), t, shape)
    out = core_view(t, P["reshape"], shape=shape)
    if out.mark is not None:
        if out.alias is None:
            spelled(out, "UnsafeViewBackward0", copied_and_viewed, shape)
        elif t.owner is TAPE and not t.val.flags.c_contiguous:
            set_label(out, "ReshapeAliasBackward0", None)
    return out


def copy_recorded(out, t, shape):
    """out, which a reshape of t has copied, with its record."""
    avals = (Aval(t.val.shape, t.val.dtype),)
    n = out.mark = record(TapeNode, TAPE, P["reshape"].plan(1, None, "torch"), (t.mark,), {"shape": shape}, (), avals)
    n.versions, n.extra = (), None
    return spelled(out, "UnsafeViewBackward0", copied_and_viewed, shape)


def copied_and_viewed(t, shape):
    """What torch makes of a reshape whose elements have to be moved."""
    return renamed(P["reshape"](FUNCTIONS["clone"](t), shape=shape), "UnsafeViewBackward0")


@operation()
def reshape(input, *shape, **size):
    """The elements in order, in another shape: a view if the memory allows it, else a copy."""
    t = current(input)
    return reshaped(t, inferred_shape(named_sizes("reshape", "shape", shape, size), count(shape_of(t))))


@operation(function=False)
def view_as(self, other):
    """The same memory with the shape of another Tensor."""
    return view(self, tuple(other.shape))


@operation(function=False)
def reshape_as(self, other):
    """The elements in order, in the shape of another Tensor."""
    return reshaped(current(self), inferred_shape(tuple(other.shape), self.numel()))


@operation()
def flatten(input, start_dim=0, end_dim=-1):
    """The dimensions from start_dim to end_dim as one."""
    shape = shape_of(current(input))
    if not shape:
        for dim in (start_dim, end_dim):
            wrapped(dim, 0)
        return reshaped(current(input), (1,))
    first, last = wrapped(start_dim, len(shape)), wrapped(end_dim, len(shape))
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if first == last:
        return input
    return reshaped(current(input), (*shape[:first], count(shape[first : last + 1]), *shape[last + 1 :]))


@operation()
def ravel(input):
    """All elements in one dimension."""
    t = current(input)
    if t.owner is TAPE and not t.val.flags.c_contiguous:
        t = current(t.contiguous())
    return reshaped(t, (count(shape_of(t)),))


@operation()
def unflatten(input, dim, sizes):  # noqa: A002
    """One dimension as several."""
    shape = shape_of(current(input))
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    if type(dim) is bool or type(sizes[0]) is bool:  # (torch looks at the type of the first length alone)
        raise TypeError("unflatten() takes no bool for an int")
    given, dim = dim, wrapped(operator.index(dim), len(shape))
    if not shape:
        raise RuntimeError(
            f"unflatten got an unexpected error:\nDimension specified as {given} but tensor has no dimensions"
        )
    parts = tuple([operator.index(k) for k in sizes])
    try:
        parts = inferred_shape(parts, shape[dim])
    except RuntimeError as error:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(parts)} don't multiply up to the size of dim {dim} ({shape[dim]}) in the input tensor"
            if " is invalid for input of size " in str(error)
            else f"unflatten got an unexpected error:\n{error}"  # (torch shows its own stack below)
        ) from None
    return core_view(current(input), P["reshape"], shape=(*shape[:dim], *parts, *shape[dim + 1 :]))


EVERY = object()  # no dim given, which torch tells from None


def placed(out, t, rule, **params):
    """A view that is a reshape for the graph, with the strides that its rule gives an array (of axes of one element they are not a reshape's)."""
    if type(t.val) is type(out.val) is np.ndarray and (
        out.val.base is t.val or out.val.base is not None is not t.val.base
    ):
        out.val = view_strides.lying(t.val, out.val, rule, **params)
    return out


def squeezed(shape, dim, more):
    """(the dimensions that go, number of torch's node) of squeeze(dim)."""
    if dim is None or type(dim) is bool:
        raise TypeError("squeeze() takes dimensions")
    if more:
        dim = (dim, *more)
    if dim is EVERY:
        return tuple([i for i, k in enumerate(shape) if k == 1]), 0
    dims = dims_of(dim, len(shape)) if not isinstance(dim, (tuple, list)) or dim else ()
    return tuple([i for i in dims if shape[i] == 1]), 2 if isinstance(dim, (tuple, list)) else 1


def without(shape, dims):
    return tuple([k for i, k in enumerate(shape) if i not in dims])


@operation()
def squeeze(input, dim=EVERY, *more):
    """Without the dimensions of length 1, or without those of the named dimensions that have it."""
    t = current(input)
    shape = shape_of(t)
    dims, k = squeezed(shape, dim, more)
    out = view_of(t, "reshape", f"SqueezeBackward{k}", shape=without(shape, dims))
    return placed(out, t, view_strides.without, axes=dims)


def unsqueezed(shape, dim):
    dim = wrapped(dim, len(shape) + 1)
    return (*shape[:dim], 1, *shape[dim:])


@operation()
def unsqueeze(input, dim):
    """With a dimension of length 1 put in at dim."""
    t = current(input)
    shape = unsqueezed(shape_of(t), dim)
    out = view_of(t, "reshape", "UnsqueezeBackward0", shape=shape)
    return placed(out, t, view_strides.unsqueezed, before=wrapped(dim, len(shape)))


# ------------------------------------------------------------------------------------------------ another order
def permuted(t, perm, name):
    return view_of(t, "transpose", name, perm=perm)


def swap(n, dim0, dim1):
    """The permutation that exchanges two of n dimensions."""
    a, b = wrapped(dim0, n), wrapped(dim1, n)
    perm = list(range(n))
    if n:
        perm[a], perm[b] = b, a
    return tuple(perm)


@operation()
def transpose(input, dim0, dim1):
    """Two dimensions exchanged."""
    t = current(input)
    return permuted(t, swap(len(shape_of(t)), dim0, dim1), "TransposeBackward0")


alias("transpose", "swapaxes", "swapdims")


def two_axes(t, name="t"):
    n = len(shape_of(t))
    if n > 2:
        raise RuntimeError(f"{name}() expects a tensor with <= 2 dimensions, but self is {n}D")
    return tuple(range(n))[::-1]


def transposed(input):
    """The transpose of a matrix."""
    x = current(input)
    return permuted(x, two_axes(x), "TBackward0")


@operation()
def t(input):
    """The transpose of a matrix; a 0-d or 1-d Tensor stays as it is."""
    return transposed(input)


@operation()
def permute(input, *dims, **named_dims):
    """The dimensions in another order."""
    x = current(input)
    n = len(shape_of(x))
    dims = named_sizes("permute", "dims", dims, named_dims)
    if len(dims) != n:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the "
            "desired ordering "
            f"of dimensions i.e. input.dim() = {n} is not equal to len(dims) = {len(dims)}"
        )
    perm = tuple([wrapped(d, n) for d in dims])
    if len(set(perm)) != n:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return permuted(x, perm, None)


@operation(aliases=("moveaxis",))
def movedim(input, source, destination):
    """Dimensions moved to other positions, the rest in order."""
    x = current(input)
    n = len(shape_of(x))
    source, destination = (s if isinstance(s, (tuple, list)) else (integer(s, "dim"),) for s in (source, destination))
    if len(source) != len(destination):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(source)} dims) should contain the same "
            "number of "
            f"dims as destination ({list(destination)} dims)"
        )
    given = source, destination
    source, destination = ([wrapped(integer(d, "dim"), n) for d in dims] for dims in given)
    for name, dims, said in (("source", source, given[0]), ("destination", destination, given[1])):
        if len({*dims}) < len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(said)})")
    if not n:
        source = destination = ()
    rest = iter([d for d in range(n) if d not in source])
    at = dict(zip(destination, source))
    return permuted(x, tuple([at[k] if k in at else next(rest) for k in range(n)]), None)


def reversed_axes(self):
    x = current(self)
    n = len(shape_of(x))
    if n == 0:
        once("0-D", "Tensor.T", "This function is the identity in these cases.", place="Tensor.T")
    elif n != 2:
        once("T")
    return permuted(x, tuple(range(n))[::-1], None)


def matrix_transpose(self, what=".mT"):
    x = current(self)
    n = len(shape_of(x))
    if n == 0:
        if what == ".mT":
            once("0-D", "Tensor.mT", "This function is the identity in these cases.", place="Tensor.mT")
        return x
    if n < 2:
        raise RuntimeError(f"tensor{what} is only supported on matrices or batches of matrices. Got {n}-D tensor.")
    return permuted(x, swap(n, -2, -1), "TransposeBackward0")


@operation()
def adjoint(input):
    """The conjugate transpose of matrices."""
    return turned(input, "adjoint()")


def turned(input, called="Tensor.mH"):
    if not input.shape:
        once("0-D", called, "Consider using x.conj().", place=called)
    out = matrix_transpose(input, ".adjoint()" if called == "adjoint()" else ".mH")
    return out.conj() if dtype_of(current(out)).kind == "c" else out


def hermitian(self):
    if self.dim() not in (0, 2):
        more = " For batches of matrices, consider using tensor.mH" if self.dim() > 2 else ""
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {self.dim()}-D tensor.{more}")
    if self.dim():
        return adjoint(self)
    once("0-D", "Tensor.H", "Consider using x.conj().", place="Tensor.H")
    return self.conj() if dtype_of(current(self)).kind == "c" else self


install("nbytes", property(lambda t: t.numel() * t.element_size()))
install("T", property(reversed_axes))
install("mT", property(matrix_transpose))
install("H", property(hermitian))
install("mH", property(turned))


# ------------------------------------------------------------------------------------------------ the box itself
def become(box, prim, name, how=None, **params):
    """box <- prim(box) without moving memory: squeeze_, unsqueeze_, transpose_, t_ and as_strided_."""
    c = current(box)
    c.refuse(())
    if c.owner is not TAPE and tls.stage is not None:
        tls.stage.moved(c)
    new_value = P[prim](c, **params)
    if how is not None and type(new_value.val) is type(c.val) is np.ndarray:
        new_value.val = view_strides.lying(c.val, new_value.val, how[0], **how[1])
    step = P[prim], params
    viewed = c.store is not None  # (else it has no views)
    if c.owner is TAPE:
        c.versioned().version += 1
    if isinstance(c.alias, Alias):
        mirror = type(c.alias) is Mirror
        c.alias = c.alias.onward(step, P[prim].value("torch")(c.alias.memory, **params) if mirror else None)
    elif c.owner is TAPE:
        if viewed:
            leave(c, True)
    elif (root := root_of_its_own(c)) is not None:
        c.alias = Alias(root, (None, step))
    c.val, c.mark, c.owner = new_value.val, new_value.mark, new_value.owner
    noted(c)
    return renamed(box, name)


def root_of_its_own(c):
    """What a traced box stood for, as a root of its own, on which its views go on; None if it has none."""
    views = [a for a in gc.get_referrers(c) if type(a) is Alias and a.base is c]
    if not views:
        return None
    root = Tensor(c.val, c.mark, c.owner)
    root.store, root.cell = c.versioned(), c.cell
    for a in views:
        a.base = root
    return root


@operation(function=False)
def squeeze_(self, dim=EVERY, *more):
    """squeeze, of the Tensor itself."""
    shape = shape_of(current(self))
    dims, k = squeezed(shape, dim, more)
    how = view_strides.without, {"axes": dims}
    return become(self, "reshape", f"SqueezeBackward{(3, 4, 5)[k]}", how, shape=without(shape, dims))


@operation(function=False)
def unsqueeze_(self, dim):
    """unsqueeze, of the Tensor itself."""
    shape = unsqueezed(shape_of(current(self)), dim)
    how = view_strides.unsqueezed, {"before": wrapped(dim, len(shape))}
    return become(self, "reshape", "UnsqueezeBackward1", how, shape=shape)


@operation(function=False, aliases=("swapaxes_", "swapdims_"))
def transpose_(self, dim0, dim1):
    """transpose, of the Tensor itself."""
    return become(self, "transpose", "TransposeBackward1", perm=swap(self.dim(), dim0, dim1))


@operation(function=False)
def t_(self):
    """t, of the Tensor itself."""
    return become(self, "transpose", "TBackward1", perm=two_axes(current(self), "t_"))


for _name in ("squeeze_", "unsqueeze_", "transpose_", "t_"):
    METHODS[_name].__name__ = _name


# ------------------------------------------------------------------------------------------------ windows of memory
@operation()
def as_strided(input, size, stride, storage_offset=None):
    """A view with any strides over the Tensor's memory."""
    t = current(input)
    size, stride = sizes((size,)), sizes((stride,))
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if t.owner is not TAPE:
        own, offset = lying_of(t, size, stride, storage_offset)
        return view_of(t, "strided", "AsStridedBackward0", size=size, stride=stride, offset=offset, own=own)
    if any([s < 0 for s in stride]):
        raise RuntimeError(f"as_strided: Negative strides are not supported at the moment, got strides: {list(stride)}")
    own = ground(t)
    memory = base_of(own)
    offset = offset_in(own, memory) if storage_offset is None else storage_offset
    check_reach(memory, size, stride, offset)
    value = strided(memory, size, stride, offset)
    out = taped_view(t, P["strided"], value, geometry(value, own), "AsStridedBackward0")
    root = t if out.alias is None else out.alias.base
    if (
        type(out.alias) is not Mirror and root is not t and root.val.dtype == t.val.dtype
    ):  # (one step from the root, which may reach further than t does)
        out.alias.in_one((P["strided"], geometry(value, root.val)))
    return out


def itemsize_of(d):
    """How many bytes an element has in torch. (bfloat16 and complex32 are kept in twice as many here.)"""
    return SIZE.get(d, d.itemsize)


def check_reach(memory, size, stride, offset, itemsize=None):
    """RuntimeError in torch's words if a geometry leaves the memory, whose elements have `itemsize` bytes."""
    itemsize = itemsize or itemsize_of(memory.dtype)
    if len(size) != len(stride):
        raise RuntimeError("mismatch in length of strides and shape")
    if offset < 0:
        raise RuntimeError(f"Tensor: invalid storage offset {offset}")
    if min(size, default=0) < 0:
        raise RuntimeError(f"Storage size calculation overflowed with sizes={list(size)} and strides={list(stride)}")
    needed = offset + sum([(k - 1) * s for k, s in zip(size, stride)]) + 1
    if 0 not in size and needed > memory.size:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and itemsize {itemsize} requiring "
            f"a storage size of {needed * itemsize} are out of bounds for storage of size {memory.size * itemsize}"
        )


@operation("UnfoldBackward0", function=False)
def unfold(self, dimension, size, step):
    """Windows of a length along a dimension, `step` apart, as a new last dimension."""
    t = current(self)
    shape = shape_of(t)
    at = wrapped(dimension, len(shape)) if shape else 0
    length = shape[at] if shape else 1
    if size < 0:
        raise RuntimeError(f"size is {size} but must be >= 0")
    if size > length:
        raise RuntimeError(f"maximum size for tensor at dimension {at} is {length} but size is {size}")
    if step <= 0:
        raise RuntimeError(f"step is {step} but must be > 0")
    if not shape:
        one = core_view(t, P["reshape"], shape=(1,))
        return one if size else core_view(one, P["getitem"], idx=(slice(0),))
    if not size:  # (the windows hold nothing, but are counted)
        starts = core_view(t, P["getitem"], idx=(*(ALL,) * at, slice(0), Ellipsis))
        shape = (*shape[:at], length // step + 1, *shape[at + 1 :], 0)
        return core_view(starts, P["reshape"], shape=shape)
    return core_view(t, P["sliding_windows"], axis=at, size=size, step=step)


# ------------------------------------------------------------------------------------------------ the commonest arguments
def widened(v, at):
    """An array with an axis of one element put in, as torch has it."""
    return view_strides.lying(v, v.reshape((*v.shape[:at], 1, *v.shape[at:])), view_strides.unsqueezed, before=at)


@functools.lru_cache
def exchanged(n, a, b):
    """{"perm": the permutation that exchanges two of n dimensions}"""
    return {"perm": swap(n, a, b)}


@functools.lru_cache
def ordered(n, dims):
    """{"perm": n dimensions in this order}"""
    perm = tuple([wrapped(d, n) for d in dims])
    if len(perm) != n or len(set(perm)) != n:
        raise ValueError
    return {"perm": perm}


IN_ONE = "(type(a) is tuple or type(a) is Size) and not more"
IN_FULL = f"(type(a) is int or {IN_ONE})"
RESHAPED = (
    "shape = (a, *more) if type(a) is int else a",
    "whole = v.flags.c_contiguous",
    "out = v.reshape(shape) if whole and (k is None or 1 not in v.shape){others} else lying(v, shape=shape) if whole else None",
    "params = {{'shape': out.shape}}",
    "if out.shape != shape and -1 not in shape: raise ValueError",
)
# a view over memory with gaps is the one there is where no length is 0 or 1 (of which torch and NumPy choose other strides)
APART = " or 1 not in shape and v.size and 1 not in v.shape"
lying = P["reshape"].value("torch")
quick_view("view", "reshape", "a", IN_FULL, [step.format(others=APART) for step in RESHAPED], lying=lying)
METHODS["reshape"] = of_integers(METHODS["reshape"], inferred_shape, reshaped)
quick_view(
    "reshape", "reshape", "a", IN_FULL, [step.format(others="") for step in RESHAPED], function=IN_ONE, lying=lying
)
QUICK_RESHAPE = METHODS["reshape"]
quick_view(
    "view_as",
    "reshape",
    "a",
    "isinstance(a, Face) and a.owner is TAPE and not more",
    ("shape = a.val.shape", *[step.format(others=APART) for step in RESHAPED[1:]]),
    lying=lying,
)
quick_view(
    "flatten",
    "reshape",
    "a",
    "(a is NONE or type(a) is int) and not more",
    (
        "at = 0 if a is NONE else a",
        "fits = v.flags.c_contiguous and v.ndim - 1 > at >= 0 and (k is None or 1 not in v.shape)",
        "out = v.reshape((*v.shape[:at], -1)) if fits else None",
        "params = {'shape': out.shape}",
    ),
    itself="v.ndim == 1 and (a is NONE or a == 0)",
)
quick_view(
    "unsqueeze",
    "reshape",
    "a",
    "type(a) is int and not more",
    (
        "shape = v.shape",
        "at = a if a >= 0 else a + v.ndim + 1",
        "out = None",
        "plain = k is None or v.flags.c_contiguous and v.size and 1 not in shape",  # (then NumPy's strides are torch's)
        "if 0 <= at <= v.ndim: out = v.reshape((*shape[:at], 1, *shape[at:])) if plain else widened(v, at)",
        "params = {'shape': out.shape}",
    ),
    ("UnsqueezeBackward0",),
    widened=widened,
)
quick_view(
    "squeeze",
    "reshape",
    "a",
    "(type(a) is int or a is NONE) and not more",
    (
        "if a is NONE: out, plan = v.squeeze() if 1 in v.shape else v[...], plans[1]",
        "else: out, plan = v.squeeze(a) if v.shape[a] == 1 else v[...], plans[0]",
        "params = {'shape': out.shape}",
    ),
    ("SqueezeBackward1", "SqueezeBackward0"),
    function="(type(a) is int or a is NONE) and not more",
)
quick_view(
    "transpose swapaxes swapdims",
    "transpose",
    "ab",
    "type(a) is type(b) is int and not more",
    ("params = exchanged(v.ndim, a, b)", "out = v.transpose(params['perm'])"),
    ("TransposeBackward0",),
    exchanged=exchanged,
)
QUICK_TRANSPOSE = METHODS["transpose"]
quick_view(
    "permute",
    "transpose",
    "a",
    IN_FULL,
    ("dims = (a, *more) if type(a) is int else a", "out = v.transpose(dims)", "params = ordered(v.ndim, dims)"),
    ordered=ordered,
    function=IN_ONE,
)
TURNED = "params = {'perm': (1, 0)}", "out = v.T if v.ndim == 2 else None"
quick_view("t", "transpose", "", "not more", TURNED, ("TBackward0",))
quick_attribute("T", "transpose", "not more", TURNED, ("",))
quick_attribute(
    "mT",
    "transpose",
    "not more",
    TURNED,
    ("TransposeBackward0",),
)
