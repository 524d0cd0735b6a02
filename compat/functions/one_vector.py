"""Indices of one vector of integers behind slices of all, x[:, k]: the slices that it names, without what an index of any kind has to ask."""

from funcgrad.core.trace import TAPE

from ..tensor import Tensor
from .nodes import named
from .operands import INT64, P, in_c_order, shape_of


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
    out = P["gather"](P["transpose"](t, perm=(at, *range(at), *behind)), index)
    out = P["transpose"](out, perm=(*before, 0, *behind))
    in_c_order(out)
    return named(out, "IndexBackward0", (t,))
