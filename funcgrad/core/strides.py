"""Where the elements of an array lie: strides and offsets in elements, the slots of memory that they name, and writes where elements share one.

Invariant: nothing here knows of traces; a geometry is (size, stride, offset), all in elements.
"""

import functools

import numpy as np

from .aval import ndarray
from .primitive import PRIMITIVES


def viewed(array, shape):
    """The array in another shape, over the same memory; ValueError where no strides make that of it."""
    if RESHAPE_MAY_REFUSE:
        return np.reshape(array, shape, copy=False)
    out = array.view()
    try:
        out.shape = shape
    except AttributeError as error:
        raise ValueError(str(error)) from None
    return out


# Before that a shape that was set refused, which NumPy 2.5 deprecates.
RESHAPE_MAY_REFUSE = np.lib.NumpyVersion(np.__version__) >= "2.1.0"


def contiguous_strides(shape):
    """The strides, in elements, of an array of this shape in C order."""
    out = []
    k = 1
    for n in reversed(shape):
        out.append(k)
        k *= max(n, 1)
    return tuple(reversed(out))


def steps_of(v):
    """The strides of an array in elements. (NumPy's own memory of no elements has none: those count as in C order.)"""
    steps = tuple([s // v.itemsize for s in v.strides])
    return steps if v.size or v.base is not None or any(steps) else contiguous_strides(v.shape)


def reach(size, stride):
    """(lowest, highest) slot of a geometry, relative to its first."""
    ends = [(n - 1) * s for n, s in zip(size, stride, strict=True)]
    return sum([e for e in ends if e < 0]), sum([e for e in ends if e > 0])


def distinct(size, stride):
    """Does every element have a slot of its own? (False is said only where two have the same one.)"""
    step = 1
    for s, n in sorted([(abs(s), n) for s, n in zip(stride, size, strict=True) if n > 1]):
        if s < step:
            at = slots(size, stride)
            return at.size == np.unique(at).size
        step = s * (n - 1) + step
    return True


@functools.lru_cache(1024)
def repeats(shape, strides):
    """Do two elements of an array of this shape and these strides share memory?"""
    return not distinct(shape, strides)


def slots(size, stride, offset=0):
    """The slot of each element."""
    at = np.full((1,) * len(size), offset)
    for d, (n, s) in enumerate(zip(size, stride, strict=True)):
        at = at + (np.arange(n) * s).reshape((n,) + (1,) * (len(size) - 1 - d))
    return at


@functools.lru_cache(256)
def order_of(size, *strides):
    """The axes from the outermost to the innermost as torch goes through operands of these strides; a later write wins."""
    perm = list(range(len(size)))[::-1]
    for i in range(1, len(perm)):
        moved = i
        for at in range(i - 1, -1, -1):
            turn = turned(perm[at], perm[moved], size, strides)
            if turn > 0:
                perm[at], perm[moved] = perm[moved], perm[at]
                moved = at
            elif turn < 0:
                break
    return tuple(perm[::-1])


def turned(a, b, size, strides):
    """Should axis a stand outside axis b (1), inside (-1), or does no operand say?"""
    for stride in strides:
        if stride[a] and stride[b]:
            if stride[a] != stride[b]:
                return 1 if stride[a] > stride[b] else -1
            if size[a] > size[b]:
                return 1
    return 0


def in_turn(size, stride):
    """The elements, by their numbers in C order, in the order in which torch goes through them."""
    return np.arange(int(np.prod(size))).reshape(size).transpose(order_of(size, stride)).reshape(-1)


def last_of(size, stride):
    """For each element: is it the last one to be written of those in its slot?"""
    turn = in_turn(size, stride)
    at = slots(size, stride).reshape(-1)[turn][::-1]
    mine = np.zeros(at.size, bool)
    mine[turn[::-1][np.unique(at, return_index=True)[1]]] = True
    return mine.reshape(size)


def owner_of(array):
    """The array that owns the memory, as far as NumPy tells. (Between an as_strided and its array there is an object of NumPy's own.)"""
    while True:
        base = array.base
        if not isinstance(base, np.ndarray):
            base = getattr(base, "base", None)
        if not isinstance(base, np.ndarray):
            return array
        array = base


class Resized(np.ndarray):
    """The bytes behind arrays whose memory has been made larger or smaller; `shown`: how many of them count as there."""

    shown = None


def address(array):
    return array.__array_interface__["data"][0]


def memory_of(array):
    """All the memory that an array lies in, as one axis of bytes' worth of its owner's elements."""
    owner = owner_of(array)
    if type(owner) is Resized:
        return owner.view(np.ndarray)[: owner.shown]
    if not owner.flags.c_contiguous:
        order = sorted(range(owner.ndim), key=lambda d: -owner.strides[d])
        owner = owner.transpose(order)
    if owner.flags.c_contiguous:
        return owner.reshape(-1)
    span = owner.itemsize + sum([(n - 1) * s for n, s in zip(owner.shape, owner.strides, strict=True)])
    return np.lib.stride_tricks.as_strided(owner, (span // owner.itemsize,), (owner.itemsize,))


def nothing(memory, dtype, size, strides, start):
    """An array of no elements with these strides, `start` bytes behind the first of a memory, which may end before: NumPy takes a place of
    such an axis without a look at where that is."""
    if 0 <= start <= memory.nbytes:
        return np.ndarray(size, dtype, memory, start, strides)
    one = np.ndarray((*size, abs(start) + 1), dtype, memory, 0, (*strides, 1 if start >= 0 else -1))
    return one[..., abs(start)]


def view_of_memory(x, size, stride, offset):
    """The view of x's memory with these strides, `offset` elements behind x's first; None where the memory does not reach so far."""
    memory, step = memory_of(x), x.itemsize
    start = address(x) - address(memory) + offset * step
    low, high = reach(size, stride)
    if 0 in size:
        return nothing(memory, x.dtype, size, [s * step for s in stride], start)
    if start + low * step < 0 or start + (high + 1) * step > memory.nbytes:
        return None
    return np.ndarray(size, x.dtype, memory, start, [s * step for s in stride])


def lies_so(x, own):
    """Does an array lie in memory with these strides? (Of an axis of one element any will do.)"""
    return all([n == 1 or s == k * x.itemsize for n, s, k in zip(x.shape, x.strides, own, strict=True)])


REPEATING = {"broadcast", "sliding_windows", "strided"}  # views in which an element may stand several times
OTHER_KIND = {"real", "imag", "as_real", "as_complex"}  # views whose elements are of another dtype


def as_one_step(memory, root, chain):
    """The steps from a root's array to a view of it, `memory`, those as one through which an element may stand several times; None where
    no strides say it."""
    before = max([k + 1 for k, (p, _) in enumerate(chain) if p.name in OTHER_KIND], default=0)
    first = chain[:before]
    if any([p.name in REPEATING for p, _ in first]):
        if not (root.dtype.kind == "c" and memory.dtype.kind == "f"):
            return None
        first = ((PRIMITIVES["as_real"], {}),)
    for p, kw in first:
        root = p.value("torch")(root, **kw)
    return *first, (PRIMITIVES["strided"], geometry(memory, root))


def geometry(array, root):
    """The params of `strided` that make an array of another one in the same memory; of one in other memory, as if both began at one place."""
    step = root.itemsize
    own, stride = steps_of(root), tuple([s * array.itemsize // step for s in steps_of(array)])
    ahead = address(array) - address(root)
    if array.base is not root and owner_of(array) is not owner_of(root):
        ahead += address(memory_of(root)) - address(memory_of(array))
    return {"size": array.shape, "stride": stride, "offset": ahead // step, "own": own}


def in_rounds(prim, memory, values, params):
    """prim, in place, in memory in which elements share slots: one after another, as torch goes through them."""
    if prim.name == "put":
        prim, memory, params = PRIMITIVES["copy"], memory[params["idx"]], {}
        if not repeats(memory.shape, memory.strides):
            memory[...] = values[0]
            return
    if not (prim.elementwise or prim.name == "copy"):
        prim.into(memory, *values, **params)
        return
    for here in groups(memory, values):
        part = memory[here]
        prim.into(part, *[np.broadcast_to(v, memory.shape)[here] if np.ndim(v) else v for v in values], **params)
        memory[here] = part


def reads_written(memory, values):
    """Does one of some values share memory with what is written, element for element otherwise?"""
    return any([type(v) is ndarray and v is not memory and meets(memory, v) for v in values])


def meets(v, w):
    """Do two arrays have elements in the same memory, and not each in the place of its own?"""
    if v.base is None and w.base is None or not np.may_share_memory(v, w):
        return False
    if v.shape == w.shape and v.strides == w.strides and address(v) == address(w):
        return False
    try:
        return np.shares_memory(v, w, max_work=10000)
    except np.exceptions.TooHardError:
        return True


def groups(memory, values):
    """The elements of memory that is written (index arrays), in groups, as torch's kernels go through them one after the other: none of a
    group reads, there or in a value that shares the memory, what another of the group has written."""
    shape = memory.shape
    given = [np.broadcast_to(v, shape) for v in values if type(v) is ndarray]
    order = order_of(shape, memory.strides, *[v.strides for v in given])
    turn = np.arange(memory.size).reshape(shape).transpose(order).reshape(-1)
    to = slots(shape, memory.strides, address(memory)).reshape(-1)[turn]
    places, rank = np.unique(to, return_inverse=True)
    n = to.size
    written = np.sort(rank * n + np.arange(n))  # (the place, then when)
    before = np.full(n, -1)  # which element has last written what this one reads
    for v in [memory, *[v for v in given if np.may_share_memory(v, memory)]]:
        read = slots(shape, v.strides, address(v)).reshape(-1)[turn]
        at = np.minimum(np.searchsorted(places, read), places.size - 1)
        k = np.searchsorted(written, at * n + np.arange(n)) - 1
        hit = (places[at] == read) & (k >= 0) & (written[k] // n == at)
        before = np.where(hit, np.maximum(before, written[k] % n), before)
    start = 0
    for k, last in enumerate(before.tolist()):
        if last >= start:
            yield np.unravel_index(turn[start:k], shape)
            start = k
    yield np.unravel_index(turn[start:], shape)


def overlaps(v):
    return v.size > 0 and any([s == 0 and k > 1 for s, k in zip(v.strides, v.shape)])


def partly(v, w, wholly):
    """Do two dense arrays share memory without being the same? (`wholly`: or being the same)"""
    if not np.may_share_memory(v, w):
        return False
    start, other = v.__array_interface__["data"][0], w.__array_interface__["data"][0]
    if not (start < other + w.nbytes and other < start + v.nbytes and v.size and w.size):
        return False
    if start == other and v.nbytes == w.nbytes and steps_of(v) == steps_of(w) and not wholly:
        return False
    return is_dense(v) and is_dense(w)


def is_dense(v):
    """Do the elements fill their memory, each in a place of its own?"""
    return fills(v.shape, tuple([s // v.itemsize for s in v.strides]))


@functools.lru_cache(1024)
def fills(size, stride):
    """Do elements of these strides fill their memory, each in a place of its own? (Of axes of one element, or of no elements, any do.)"""
    if 0 in size:
        return True
    step = 1
    for s, n in sorted([(s, n) for s, n in zip(stride, size, strict=True) if n > 1]):
        if s != step:
            return False
        step *= n
    return True
