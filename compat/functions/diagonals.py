"""Diagonals and triangles of matrices.

Invariant: a diagonal that is read is a view; a matrix that is made of one is new.
"""

import functools

import numpy as np

from funcgrad.core.mutation import view as core_view
from funcgrad.core.strides import repeats
from funcgrad.core.trace import TAPE

from ..method_arguments import wrapped
from ..payload import current
from .call_errors import answering
from .nodes import named, released
from .operands import P, dtype_of, in_c_order, number_of_dim, shape_of
from .overlapping_memory import of_a_copy
from .quick_roads import quick_call, quick_view
from .register import operation, publish
from .writing import kept, rewrite


# ------------------------------------------------------------------------------------------------ diagonals, triangles
@operation()
def diagonal(input, offset=0, dim1=0, dim2=1):
    """The diagonals of the matrices that two dimensions make, as a view's last dimension."""
    t = current(input)
    n = len(shape_of(t))
    a, b = wrapped(dim1, n), wrapped(dim2, n)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return named(diagonal_view(t, offset, a, b), "DiagonalBackward0", (input,))


def diagonal_view(t, offset, a, b):
    """The diagonals of axes a and b as the last axis."""
    rest = [i for i in range(len(shape_of(t))) if i not in (a, b)]
    perm = (*rest, a, b)
    if perm != tuple(range(len(perm))):
        t = core_view(t, P["transpose"], perm=perm)
    return core_view(t, P["diagonal"], k=offset)


def spread(t, offset=0):
    """Vectors on the diagonals of square matrices, zero elsewhere."""
    shape = shape_of(t)
    k = shape[-1]
    n = k + abs(offset)
    start = offset if offset >= 0 else -offset * n
    flat = P["full"](shape=(*shape[:-1], n * n), value=0, dtype=dtype_of(t))
    idx = (Ellipsis, slice(start, start + k * (n + 1), n + 1)) if k else (Ellipsis, slice(0, 0))
    return P["reshape"](in_c_order(P["put"](flat, t, idx=idx)), shape=(*shape[:-1], n, n))


@operation("DiagEmbedBackward0")
def diag_embed(input, offset=0, dim1=-2, dim2=-1):
    """Matrices with the input's last dimension on their diagonals."""
    n = input.dim() + 1
    a, b = wrapped(dim1, n), wrapped(dim2, n)
    t = spread(current(input), offset)
    if a == b:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    if (a, b) == (n - 2, n - 1):
        return t
    rest = iter(range(n - 2))
    return in_c_order(
        P["transpose"](t, perm=tuple([n - 2 if i == a else n - 1 if i == b else next(rest) for i in range(n)]))
    )


@operation()
def diag(input, diagonal=0):
    """The diagonal matrix of a vector, or the diagonal of a matrix."""
    t = current(input)
    n = len(shape_of(t))
    if n == 1:
        return named(spread(t, diagonal), "DiagEmbedBackward0", (input,))
    if n != 2:
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {n}D")
    out = diagonal_view(t, diagonal, 0, 1)
    return named(P["copy"](out, out), "DiagonalBackward0_copy", (input,))


@operation()
def diagflat(input, offset=0):
    """The diagonal matrix of all elements."""
    return diag(input.reshape(-1), offset)


FEW = 1 << 14  # elements, of which a mask is kept


def in_matrices(v):
    """Does torch clear a triangle of matrices in their own memory? (If batches of them stand one after the other; else it writes a whole copy
    back.)"""
    expected = v.shape[-1] * v.shape[-2] * v.itemsize
    if v.ndim < 4 or v.flags.c_contiguous:
        return True
    for d in range(v.ndim - 3, -1, -1):
        if d == 0 and (v.strides[0] == 0 or v.shape[0] == 1):
            break
        if v.strides[d] != expected:
            return False
        expected *= v.shape[d]
    return True


def cleared(v, where):
    """A copy of an array whose elements share memory, those of a mask set to zero there, and so all that stand in their places."""
    (v,) = of_a_copy(v)
    v[np.broadcast_to(where, v.shape)] = 0
    return v.copy()


def triangle(name, keep):
    """torch.tril and triu, and their in-place twins."""

    def new_mask(shape, diagonal):
        return keep(np.ones(shape, bool), diagonal)

    @functools.lru_cache(64)
    def kept_mask(shape, diagonal):
        made = new_mask(shape, diagonal)
        made.flags.writeable = False
        return made

    def mask(shape, diagonal):
        shape = shape[-2:]
        return (kept_mask if shape[0] * shape[1] <= FEW else new_mask)(shape, diagonal)

    def kept_part(input, diagonal=0):
        t = current(input)
        if type(diagonal) is not int:
            diagonal = number_of_dim(diagonal)
        if len(shape_of(t)) < 2:
            raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions")
        return released(in_c_order(P["where"](mask(shape_of(t), diagonal), t, number_zero(dtype_of(t)))), False)

    kept_part.__doc__ = f"The {'lower' if name == 'tril' else 'upper'} triangle of matrices, zero elsewhere."
    f = operation(f"{name.capitalize()}Backward0", name=name)(kept_part)

    def in_place_twin(self, diagonal=0):
        got, c = f(kept(self), diagonal), current(self)
        inside = c.owner is TAPE and in_matrices(c.val)
        if inside and got.owner is TAPE and repeats(c.val.shape, c.val.strides):
            got.val = cleared(c.val, ~mask(c.val.shape, number_of_dim(diagonal)))
        return rewrite(self, got, f"{name.capitalize()}Backward0", (self,), fills=inside)

    in_place_twin.__name__ = name + "_"
    publish(answering(in_place_twin), (name + "_",), False, True)
    quick_call(
        name, "where", ("diagonal",), "v.ndim > 1 and (diagonal is NONE or type(diagonal) is int)",
        ("m, zero, params = mask(v.shape, 0 if diagonal is NONE else diagonal), 0.0, {}", "out = where(m, v, 0)"),
        (f"{name.capitalize()}Backward0",), "released(h, False)", {"m": None, "zero": None}, at=1,
        mask=mask, where=np.where, released=released,
    )  # fmt: skip
    return f


def number_zero(d):
    return False if d.kind == "b" else 0 if d.kind in "iu" else 0.0


tril = triangle("tril", np.tril)
triu = triangle("triu", np.triu)

quick_view(
    "diagonal",
    "diagonal",
    ("offset", "a", "b"),
    "(offset is NONE or type(offset) is int) and (a is NONE is b or type(a) is type(b) is int) and not more",
    (
        "n = v.ndim",
        "last = n == 2 if a is NONE else n > 1 and a in (-2, n - 2) and b in (-1, n - 1)",
        "params = {'k': 0 if offset is NONE else offset}",
        "out = diagonal_of(v, **params) if last else None",
    ),
    ("DiagonalBackward0",),
    diagonal_of=P["diagonal"].value("torch"),
)
for _name, _offset in (("diag", "diagonal"), ("diag_embed", "offset")):
    _whole = f"({_offset} is NONE or type({_offset}) is int)"
    _k = f"0 if {_offset} is NONE else {_offset}"
    if _name == "diag":
        quick_call(
            _name, "diagonal", (_offset,), f"v.ndim == 2 and {_whole}",
            (f"params = {{'k': {_k}}}", "out = v.diagonal(params['k']).copy()"), ("DiagonalBackward0_copy",),
        )  # fmt: skip
    quick_call(
        _name, "diag_embed", (_offset,), f"v.ndim {'==' if _name == 'diag' else '>='} 1 and {_whole}",
        (f"k = {_k}", "n = v.shape[-1] + abs(k)", "params = {'k': k, 'shape': (n, n)}", "out = impl(v, **params)"), ("DiagEmbedBackward0",),
    )  # fmt: skip
