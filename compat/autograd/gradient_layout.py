"""How the memory of a `.grad` lies.

Invariant: a new `.grad` has the strides of its leaf where each element of that has a place of its own and there is none between
them, else it is in C order; one that was given, and lies otherwise, is warned of when it is added to. What autograd.grad() hands out lies
as the rule has left it, but for what a kernel of torch's would have made in C order. What is conjugated lies as before.
"""

import numpy as np

from funcgrad.core.aval import dtype_of, ndarray
from funcgrad.core.elementwise_layout import copied, noted
from funcgrad.core.node import extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.strides import contiguous_strides, is_dense, steps_of
from funcgrad.core.trace import TAPE

from ..deprecations import once
from ..names import node_name
from ..tensor import Tensor
from .grad_mode import enforce_grad_layout_policy

ARRAYS = ndarray, np.generic

# Whose gradients, by these operands, torch's kernels write into new memory in C order, however the operation's own gradient lies.
IN_C_ORDER = {
    f"{name}Backward{form}": operands
    for names, form, operands in (
        ("Convolution GridSampler2D IndexCopy", 0, (0, 1)),
        ("Addmm", 0, (1, 2)),
        ("NativeLayerNorm", 0, (2,)),
        ("IndexAdd LinalgLstsq", 0, (1,)),
        ("Index IndexFill IndexSelect Roll Slice Unfold ChannelShuffle PixelShuffle PixelUnshuffle Mean", 0, (0,)),
        ("AdaptiveAvgPool2D AdaptiveAvgPool3D UpsampleBilinear2D UpsampleBicubic2D UpsampleTrilinear3D", 0, (0,)),
        (
            "UpsampleNearest1D UpsampleNearest2D UpsampleNearest3D UpsampleNearestExact1D UpsampleNearestExact2D",
            0,
            (0,),
        ),
        ("UpsampleNearestExact3D UpsampleLinear1D", 0, (0,)),
        ("ReflectionPad1D ReflectionPad2D ReflectionPad3D", 0, (0,)),
        ("ReplicationPad1D ReplicationPad2D ReplicationPad3D", 0, (0,)),
        ("IndexFill Mean Prod", 1, (0,)),
    )
    for name in names.split()
}
IN_ORDER_OF = {
    "MmBackward0": (0, 1),
    "AddmmBackward0": (1, 2),
    "SqueezeBackward4": (1,),  # of a vector and a matrix
}  # in the order of the factor, if that is the order of columns


def is_own(ct, cell):
    """Does an array that nobody else holds, and that is no view, lie as a new `.grad` of the leaf would?"""
    flags = ct.flags
    if flags.carray and ct.size and (ct.ndim < 2 or leaf_layout(cell, ct).flags.c_contiguous):
        return True
    return not enforce_grad_layout_policy.now() and flags.writeable and is_dense(ct)


def leaf_layout(cell, ct):
    """The array whose strides the gradient of a cell takes: its leaf's, or the cotangent itself."""
    leaf = cell.leaf and cell.leaf()
    return leaf.val if leaf is not None and type(leaf.val) is ndarray else ct


def laid_out(ct, cell):
    """A copy of a cotangent with the strides of the leaf it belongs to, if each element of that has a place of its own and
    there is none between them; else one in C order, as is what retain_grad() keeps."""
    return laid_as(ct, leaf_layout(cell, ct))


def laid_as(ct, v):
    """A copy of a cotangent with the strides of its leaf's array v."""
    if v is ct or v.shape != ct.shape:
        return np.array(ct, order="C")
    if v.flags.c_contiguous:
        out = np.array(ct, order="C")
        if out.strides == v.strides:  # (not always: those of axes of one element, or of none, may be any)
            return out
    return copied(ct, steps_of(v)) if is_dense(v) else np.array(ct, order="C")


def lies_oddly(g):
    """Is it a gradient of several dimensions that is not in C order?"""
    if type(g) is not Tensor or g.owner is not TAPE:
        return False
    return odd(g.val)


def odd(v):
    """Does an array of several dimensions lie otherwise than in C order, if only in a dimension of one element, or without any?"""
    if v.ndim < 2:
        return False
    return not v.flags.c_contiguous or (1 in v.shape or not v.size) and steps_of(v) != contiguous_strides(v.shape)


def root(t):
    """The Tensor that one is a view of, or itself."""
    base = t._base
    return t if base is None else base


def any_oddly(tensors):
    """Does any of Tensors (and of what may stand among them) lie oddly?"""
    for t in tensors:
        if type(t) is Tensor:
            v = t.val
            if type(v) is ndarray and odd(v):
                return True
    return False


def as_kernels_lay(got, inputs, marks, roots, given):
    """The gradients, in C order (of the factors of a product: in the order of the factor) where an input was used by nothing but operations
    of IN_C_ORDER, whose memory is new too: not that of one of those `given`."""
    orders = {m: order for g, m, x in zip(got, marks, inputs) if (order := wanted_order(g, x)) is not None}
    roots_given = {id(root(t)) for t in given if t is not None}  # (as a set: there may be as many as gradients)
    if roots_given:
        orders |= {
            m: "C" for g, m in zip(got, marks) if m not in orders and g is not None and id(root(g)) in roots_given
        }
    if orders:
        uses, seen, stack = {}, set(roots), list(roots)
        while stack:
            n = stack.pop()
            if n.plan is None:
                continue
            span = n.extra and n.extra.span
            for k, p in zip(n.plan.operands, n.ins) if span is None else enumerate(span):
                uses.setdefault(p, []).append((n, k))
                if p is not None and p not in seen:
                    seen.add(p)
                    stack.append(p)
        orders = {m: order for m, order in orders.items() if is_left(m, order, uses)}
    return tuple([in_order(g, orders[m]) if m in orders else g for g, m in zip(got, marks)])


def is_left(mark, order, uses):
    """Do the kernels of all that a node's value was used by leave its gradient in an order? (A matrix that was used turned is asked as such.)"""
    if mark not in uses:  # (of what a walk starts from: no kernel has made it)
        return False
    for n, k in uses[mark]:
        if n.extra is not None and n.extra.lays is not None:
            return False
        if n.plan.prim.name == "affine":  # (whose bias stands last, and first in torch's)
            k += 1
        if k in (IN_ORDER_OF if order == "F" else IN_C_ORDER).get(node_name(n), ()):
            continue
        turned = n.plan.prim.name == "transpose" and n.params["perm"] == (1, 0)
        if not turned or not is_left(n, "C" if order == "F" else "F", uses):
            return False
    return True


def in_order(g, order):
    if g.is_conj():
        return in_order(g.conj(), order).conj()
    return Tensor(np.array(g.val, order=order), g.mark, TAPE)


FACTORS = {"mul": (0, 1), "div": (1,), "dot_general": (0, 1)}  # the operands that torch conjugates in a gradient
VIEWS = {"transpose", "reshape"}


def note_factors(tensors, start):
    """Products and quotients that a walk has recorded, the nodes after number `start`, know which of their operands its rules have found:
    torch conjugates those."""
    seen, stack = set(), [t.mark for t in tensors]
    while stack:
        n = stack.pop()
        if n is None or n in seen or n.index <= start:
            continue
        seen.add(n)
        stack += n.ins
        if n.plan and (places := FACTORS.get(n.plan.prim.name)):
            taken = [m for k, m in zip(n.plan.operands, n.ins) if k in places and m is not None]
            extra_of(n).factors = {m for m in taken if behind(m).index <= start}


def behind(n):
    """The node that a view of its value was made of, step by step."""
    while n.plan and n.plan.prim.name in VIEWS:
        (n,) = n.ins
    return n


def conjugate_views(marks, roots):
    """Those of some nodes whose gradients are conjugates of others, as views: of what only a conjugate was made of, or of a factor in a
    rule of torch's, which conjugates it there."""
    uses, seen, stack = {}, set(roots), list(roots)
    while stack:
        n = stack.pop()
        for p in n.ins:
            uses.setdefault(p, []).append(n)
            if p not in seen:
                seen.add(p)
                stack.append(p)
    found = set()
    for mark in marks:
        m, turned = mark, False
        while len(uses.get(m, ())) == 1:
            (n,) = uses[m]
            name = n.plan.prim.name
            view = name == "conj" and n.plan.label  # (the other conj computes)
            factor = n.extra and n.extra.factors and m in n.extra.factors
            if view or factor:
                turned = not turned
            if factor or not view and name not in VIEWS:
                break
            m = n
        if turned:
            found.add(mark)
    return found


def wanted_order(g, x):
    """The order in which a kernel would leave a gradient that lies otherwise; None of one that stays as it is."""
    if not isinstance(x, Tensor) or not lies_oddly(g) and not lies_oddly(x):
        return None
    if not lies_oddly(x) or type(g) is Tensor and g.owner is TAPE and 0 in g.val.strides:
        return "C"
    v = x.val if x.owner is TAPE else None
    return (
        "F"
        if v is not None and v.ndim == 2 and v.flags.f_contiguous and type(g) is Tensor and g.owner is TAPE
        else None
    )


def lying(v, like):
    """An array of memory of its own, laid as another of its shape: with its gaps, and repeated where that is."""
    steps = like.strides
    if not v.size:
        return copied(v, steps_of(like))
    if v.strides == steps or min(steps) < 0:
        return v
    part = v[tuple([slice(None if s else 1) for s in steps])]
    memory = np.zeros(1 + sum([(n - 1) * s for n, s in zip(part.shape, steps)]) // v.itemsize, v.dtype)
    ndarray(part.shape, v.dtype, memory, 0, steps)[...] = part
    return ndarray(v.shape, v.dtype, memory, 0, steps)


def conjugated(ct):
    """A cotangent in the other of the two conventions. (Of a real derivative torch's imaginary part is 0, not -0.)"""
    if dtype_of(ct).kind != "c":
        return ct
    if isinstance(ct, ARRAYS):
        out = np.array(ct)
        np.subtract(0, out.imag, out=out.imag)
        return lying(out, ct)
    out = PRIMITIVES["conj"](ct)
    if out.owner is TAPE:
        out.val.imag += 0  # (its memory is its own)
        out.val = lying(out.val, ct.val)
    return out


def as_primal(t, primal):
    """A tangent in memory that lies as that of its primal, as torch keeps it: t, or another Tensor with its history."""
    v, p = t.val, primal.val
    if type(v) is not ndarray or type(p) is not ndarray or v.strides == p.strides or not v.size:
        return t
    pairs = [(a, b) for n, a, b in zip(v.shape, steps_of(v), steps_of(p)) if n > 1 and a != b]
    if not pairs or any([b <= 0 for _, b in pairs]):  # (what a primal repeats its tangent may not)
        return t
    return noted(Tensor(lying(v, p) if v.dtype == p.dtype else copied(v, steps_of(p)), t.mark, TAPE))


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
    if not enforce_grad_layout_policy.now():
        return
    once("layout", list(g.shape), list(g.stride()), list(leaf.shape), list(leaf.stride()))
