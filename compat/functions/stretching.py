"""Views stretched along dimensions of length 1: expand, and the broadcasting of several to one shape."""

import functools
from collections.abc import Sequence

from funcgrad.core.view_strides import stretched

from ..errors import type_name
from ..payload import current
from ..size import Size
from ..tensor import Tensor
from .operands import P, broadcast_shapes, dtype_of, named_sizes, shape_of, sizes
from .out_rules import type_text
from .quick_roads import quick_view
from .register import operation
from .shape import IN_FULL, count, placed, same_memory, view_of


def expanded(t, shape):
    """t as a view stretched to a shape."""
    own = shape_of(t)
    gained = tuple(range(len(shape) - len(own)))
    if shape == own:
        return same_memory(t, "ExpandBackward0")
    if count(shape) == count(own) and 0 not in shape:  # nothing stands twice: there may be written into it
        out = view_of(t, "reshape", "ExpandBackward0", shape=shape)
        return placed(out, t, stretched, shape=shape, axes=gained)
    return view_of(t, "broadcast", "ExpandBackward0", shape=shape, axes=gained)


def expanded_shape(own, shape):
    """The shape of expand(): -1 keeps a length; RuntimeError in torch's words if one cannot be stretched."""
    new_axes = len(shape) - len(own)
    out = []
    for at in reversed(range(len(shape))):  # (the order in which torch finds what is wrong)
        k = shape[at]
        have = own[at - new_axes] if at >= new_axes else None
        if k < 0 and (not own or k < -1 and have in (None, 1)):
            raise RuntimeError("numel: integer multiplication overflow")
        if k == -1:
            if have is None:
                raise RuntimeError(
                    f"The expanded size of the tensor ({k}) isn't allowed in a leading, non-existing dimension {at}"
                )
            k = have
        elif have is not None and have != k and have != 1:
            # (torch names the last such dimension)
            at = max([i for i in range(at, len(shape)) if shape[i] != -1 and own[i - new_axes] not in (1, shape[i])])
            raise RuntimeError(
                f"The expanded size of the tensor ({shape[at]}) must match the existing size ({own[at - new_axes]}) at "
                f"non-singleton dimension {at}.  Target sizes: {list(shape)}.  Tensor sizes: {list(own)}"
            )
        out.append(k)
    return tuple(reversed(out))


@functools.lru_cache(1024)
def strides_over(own, strides, shape, gained):
    """The strides, in bytes, of memory of a shape and strides stretched to another, of which the axes `gained` are new; None if it cannot be."""
    found = stretched(own, strides, 0, shape, gained) if len(shape) >= len(own) else None
    return None if found is None else found[1]


@operation(function=False)
def expand(self, *shape, implicit=False, **size):
    """A view stretched along its dimensions of length 1; -1 keeps a length."""
    if type(implicit) is not bool:
        raise TypeError("implicit is a bool")
    t = current(self)
    shape = named_sizes("expand", "size", shape, size)
    own = shape_of(t)
    if len(shape) < len(own):
        raise RuntimeError(
            f"expand({type_text(dtype_of(t))}{{{list(own)}}}, size={list(shape)}): the number of sizes provided ({len(shape)}) must be "
            f"greater or equal to the number of dimensions in the tensor ({len(own)})"
        )
    return expanded(t, expanded_shape(own, shape))


@operation(function=False)
def expand_as(self, other):
    """A view stretched to the shape of another Tensor."""
    return expand(self, tuple(other.shape))


@operation()
def broadcast_to(input, *size, **named_size):
    """A view stretched to a shape."""
    return expand(input, sizes(size or (named_size["size"],)))


@operation(name="broadcast_tensors", method=False)
def broadcast_tensors(*tensors):
    """The Tensors as views stretched to their common shape."""
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    for at, x in enumerate(tensors):
        if not isinstance(x, Tensor):
            raise TypeError(f"expected Tensor as element {at} in argument 0, but got {type_name(x)}")
    shape = broadcast_shapes(*[tuple(x.shape) for x in tensors])
    return tuple([x if tuple(x.shape) == shape else expanded(current(x), shape) for x in tensors])


@operation(name="broadcast_shapes", method=False)
def broadcast_shapes_(*shapes):
    """The shape that shapes broadcast to."""
    shapes = [(s,) if isinstance(s, int) else s for s in shapes if s is not None]
    for s in shapes:
        if not isinstance(s, Sequence):
            raise RuntimeError(f"Input shapes should be of type ints, a tuple of ints, or a list of ints, got {s}")
    full = [1] * max(map(len, shapes), default=0)
    for at, shape in enumerate(shapes):
        for k in range(-1, -1 - len(shape), -1):
            if shape[k] == full[k]:
                continue
            if full[k] == 1:
                if shape[k] < 0:
                    raise ValueError("Attempting to broadcast a dimension with negative length!")
                full[k] = shape[k]
            elif shape[k] != 1:
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {shape[k]} at {k}! Mismatching argument at "
                    f"index {at} had {shape}; but expected shape should be broadcastable to {full}"
                )
    return Size(full)


quick_view(
    "expand",
    "broadcast",
    "a",
    IN_FULL,
    (
        "shape = (a, *more) if type(a) is int else a if type(a) is tuple else (*a,)",
        "own, d = v.shape, v.dtype",
        "gained = len(shape) - len(own)",
        "if -1 in shape: shape = (*shape[:gained], *[n if s == -1 else s for s, n in zip(shape[gained:], own)])",
        "params = {'shape': shape, 'axes': tuple(range(gained))}",
        "steps = strides_over(own, v.strides, shape, params['axes']) if v.flags.c_contiguous and v.size else None",
        "out = ndarray(shape, d, v, 0, steps) if steps is not None else stretched(v, **params)",
        "if out.size == v.size: out = None",  # (nothing stands twice: a view that may be written into)
    ),
    ("ExpandBackward0",),
    stretched=P["broadcast"].value("torch"),
    strides_over=strides_over,
)
