"""Indices of one vector of integers behind slices of all, x[:, k]: the slices that it names, without what an index of any kind has to ask; and how
what any index arrays have picked lies in memory."""

from funcgrad.core.handle import Handle
from funcgrad.core.laid import filled, moved, noted, stretched
from funcgrad.core.strides import order_of
from funcgrad.core.trace import TAPE

from ..payload import strides_of
from ..tensor import Tensor
from .nodes import named
from .operands import INT64, P, in_c_order, shape_of


def as_picked(out, t, v, arrays, front):
    """What index arrays have picked of t, as torch lays it out: by the strides of t, and then of the arrays. `v`: t with the axes that they
    index in front; `front`: how many of its other axes stand before theirs in the result."""
    if out.owner is not TAPE or v.owner is not TAPE:
        return out
    shape, places = out.val.shape, [i.val if isinstance(i, Handle) else i for i in arrays]
    if out.val.flags.c_contiguous and t.val.flags.c_contiguous and all([i.flags.c_contiguous for i in places]):
        return in_c_order(out)
    rest = strides_of(v.val)[len(arrays) :]
    k, after = len(shape) - len(rest), len(rest) - front
    source = (*rest[:front], *(0,) * k, *rest[front:])
    given = [(0,) * front + stretched(shape[front : front + k], i.shape, strides_of(i)) + (0,) * after for i in places]
    out.val = moved(out.val, filled(shape, order_of(shape, source, *given)))
    return noted(out)


def one_array(idx, shape):
    """The dimension that a vector of integers among slices of all stands for, behind the first; None of another index."""
    at = None
    for d, i in enumerate(idx):
        if type(i) is slice:
            if i.start is not None or i.stop is not None or i.step is not None:
                return None
        elif at is None and type(i) is Tensor and i.owner is TAPE and i.val.ndim == 1 and i.val.dtype is INT64:
            at = d
        else:
            return None
    return at if at and len(idx) <= len(shape) else None


def along_one(t, index, at):
    """The slices of t along a dimension that a vector of its places names, as torch's indexing gives them."""
    before = range(1, at + 1)
    behind = range(at + 1, len(shape_of(t)))
    turned = P["transpose"](t, perm=(at, *range(at), *behind))
    out = P["transpose"](P["gather"](turned, index), perm=(*before, 0, *behind))
    as_picked(out, t, turned, [index], at)
    return named(out, "IndexBackward0", (t,))
