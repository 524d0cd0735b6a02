"""How the memory of a `.grad` lies.

Invariant: a new `.grad` has the strides of its leaf where each element of that has a place of its own and there is none between
them, else it is in C order; one that was given, and lies otherwise, is warned of when it is added to.
"""

import numpy as np

from funcgrad.core.aval import ndarray
from funcgrad.core.laid import copied
from funcgrad.core.strides import is_dense, steps_of

from ..deprecations import once


def is_own(ct, cell):
    """Does a cotangent that nobody else holds lie in memory of its own, as a new `.grad` of the leaf would?"""
    if type(ct) is not ndarray or ct.base is not None:
        return False
    flags = ct.flags
    return (
        flags.writeable and flags.c_contiguous and ct.size and (ct.ndim < 2 or leaf_layout(cell, ct).flags.c_contiguous)
    )


def leaf_layout(cell, ct):
    """The array whose strides the gradient of a cell takes: its leaf's, or the cotangent itself."""
    leaf = cell.leaf and cell.leaf()
    return leaf.val if leaf is not None and type(leaf.val) is ndarray else ct


def laid_out(ct, cell):
    """A copy of a cotangent with the strides of the leaf it belongs to, if each element of that has a place of its own and
    there is none between them; else one in C order, as is what retain_grad() keeps."""
    v = leaf_layout(cell, ct)
    if v is ct or v.shape != ct.shape:
        return np.array(ct, order="C")
    if v.flags.c_contiguous:
        out = np.array(ct, order="C")
        if out.strides == v.strides:  # (not always: those of axes of one element, or of none, may be any)
            return out
    return copied(ct, steps_of(v)) if is_dense(v) else np.array(ct, order="C")


def repeated_copy(v):
    """A copy of an array that some of its axes repeat, in which they repeat the copy."""
    copy = np.array(v[tuple([slice(None if s else 1) for s in v.strides])], order="C")
    return ndarray(v.shape, v.dtype, copy, 0, [s and t for s, t in zip(v.strides, copy.strides)])


def obeys(g, v):
    """Does a gradient lie as one of a leaf whose memory is v would?"""
    if g.strides == v.strides:
        return True
    if not is_dense(v):
        return g.flags.c_contiguous
    return all([a == b if k != 1 else a != 0 for k, a, b in zip(v.shape, g.strides, v.strides)])


def check_layout(cell):
    """Warn if a leaf's `.grad` lies otherwise than its leaf."""
    leaf, g = cell.leaf and cell.leaf(), cell.grad
    if leaf is None or type(leaf.val) is not ndarray or type(g.val) is not ndarray or obeys(g.val, leaf.val):
        return
    once("layout", list(g.shape), list(g.stride()), list(leaf.shape), list(leaf.stride()))
