"""The strides of views as torch has them: of axes of one element and of arrays of none too, of which NumPy has ideas of its own.

Invariant: a rule takes (size, stride, offset) of an array and the parameters of the primitive of its name and gives those of the view, all
in elements; None where torch has no such view. Memory is looked at by `lying` alone.
"""

import functools

from .aval import ndarray
from .strides import Resized, address, contiguous_strides, memory_of, nothing, owner_of, reach, steps_of


def lying(x, out, rule, **params):
    """A view `out` of an array x with the strides and the offset that its rule says."""
    if type(out) is not ndarray or type(x) is not ndarray or out.size and 1 not in out.shape and 1 not in x.shape:
        return out
    found = rule(x.shape, steps_of(x), 0, **params)
    if found is None or found[0] != out.shape:
        return out
    size, stride, offset = found
    step = out.itemsize
    strides = tuple([s * step for s in stride])
    if out.size and strides == out.strides:
        return out
    if x.flags.c_contiguous and out.size:
        return like_writing(ndarray(size, out.dtype, x, offset * step, strides), out)
    owner, memory = owner_of(x), memory_of(x)
    start = address(x) - address(memory) + offset * step
    memory = owner if type(owner) is Resized else memory
    if not out.size:
        return nothing(memory, out.dtype, size, strides, start)
    low, high = reach(size, stride)
    if start + low * step < 0 or start + (high + 1) * step > memory.nbytes:
        return out
    again = ndarray(size, out.dtype, memory, start, strides)
    if again.base is not x.base and owner_of(again) is not owner:
        return out
    return like_writing(again, out)


def like_writing(again, out):
    """An array that may be written if another one may."""
    if not out.flags.writeable:
        again.flags.writeable = False
    return again


def at(size, stride, offset, idx):
    """x[idx] for ints, slices, None and Ellipsis, one after the other, as torch takes them."""
    size, stride, d = list(size), list(stride), 0
    for k, i in enumerate(idx):
        if i is None:
            size.insert(d, 1)
            stride.insert(d, size[d + 1] * stride[d] if d < len(stride) else 1)
            d += 1
        elif i is Ellipsis:
            d = len(size) - sum([j is not None for j in idx[k + 1 :]])
        elif isinstance(i, slice):
            step, n = 1 if i.step is None else i.step, size[d]
            if step < 1:
                return None
            start = within(i.start, 0, n)
            stop = max(within(i.stop, n, n), start)
            offset += start * stride[d]
            size[d], stride[d] = (stop - start + step - 1) // step, stride[d] * step
            d += 1
        else:
            n = size.pop(d)
            offset += (i + n if i < 0 else i) * stride.pop(d)
    return tuple(size), tuple(stride), int(offset)


def within(i, default, n):
    """A bound of a slice, between 0 and n."""
    return default if i is None else max(min(i + n if i < 0 else i, n), 0)


def turned(size, stride, offset, perm):
    """The axes in another order."""
    return tuple([size[d] for d in perm]), tuple([stride[d] for d in perm]), offset


@functools.lru_cache(4096)
def stretched(size, stride, offset, shape, axes):
    """Stretched to a shape, of which `axes` are new."""
    if len(shape) != len(size) + len(axes):
        axes = (*range(len(shape) - len(size) - len(axes)), *[a + len(shape) - len(size) - len(axes) for a in axes])
    if not size:
        return tuple(shape), (0,) * len(shape), offset
    old, out = list(zip(size, stride, strict=True)), []
    for d in range(len(shape) - 1, -1, -1):
        n, s = (1, shape[d + 1] * out[-1] if out else 1) if d in axes else old.pop()
        if n not in (1, shape[d]):
            return None
        out.append(s if n == shape[d] else 0)
    return tuple(shape), tuple(out[::-1]), offset


def diagonal(size, stride, offset, k=0):
    """The k-th diagonals of the last two axes."""
    n, m = size[-2:]
    length = max(0, min(n + min(k, 0), m - max(k, 0)))
    if length:
        offset += k * stride[-1] if k > 0 else -k * stride[-2]
    return (*size[:-2], length), (*stride[:-2], stride[-2] + stride[-1]), offset


def windows(size, stride, offset, axis, width, step):
    """Windows along an axis as a new last one."""
    return (
        (*size[:axis], (size[axis] - width) // step + 1, *size[axis + 1 :], width),
        (*stride[:axis], stride[axis] * step, *stride[axis + 1 :], stride[axis]),
        offset,
    )


def part(size, stride, offset, k):
    """The real (k: 0) or the imaginary parts (1) of complex numbers, as elements of half the length."""
    return size, tuple([2 * s for s in stride]), 2 * offset + k


def whole(size, stride, offset):
    """Complex numbers whose parts the last axis holds."""
    return size[:-1], tuple([s // 2 for s in stride[:-1]]), offset // 2


def read_as(size, stride, offset, own, new):
    """Elements of `own` bytes as ones of `new` bytes."""
    if own == new or not size:
        return size, stride, offset
    if own > new:
        k = own // new
        return (*size[:-1], size[-1] * k), (*[s * k for s in stride[:-1]], 1), offset * k
    k = new // own
    return (*size[:-1], size[-1] // k), (*[s // k for s in stride[:-1]], 1), offset // k


def without(size, stride, offset, axes):
    """Without some axes, which have one element: squeeze."""
    kept = [d for d in range(len(size)) if d not in axes]
    return tuple([size[d] for d in kept]), tuple([stride[d] for d in kept]), offset


@functools.lru_cache(4096)
def reshaped(size, stride, offset, shape):
    """In another shape. The axes that lie together are taken as one, from the innermost outwards, and divided anew."""
    if 0 in size:
        return tuple(shape), stride if tuple(shape) == size else contiguous_strides(shape), offset
    new, out, left, step = shape, [0] * len(shape), 1, stride[-1] if stride else 1
    d = len(new) - 1
    for k in range(len(size) - 1, -1, -1):
        left *= size[k]
        if k and (size[k - 1] == 1 or stride[k - 1] == left * step):
            continue
        made = 1
        while d >= 0 and (made < left or new[d] == 1):
            out[d] = made * step
            made *= new[d]
            d -= 1
        if made != left:
            return None
        left, step = 1, stride[k - 1]
    return (tuple(new), tuple(out) if size else (1,) * len(new), offset) if d < 0 or not size else None


def unsqueezed(size, stride, offset, before):
    """With an axis of one element put in."""
    return at(size, stride, offset, (slice(None),) * before + (None,))
