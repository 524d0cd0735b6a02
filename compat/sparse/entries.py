"""What is in a sparse Tensor: where its entries are, and their values.

Invariant: `indices` is an int64 array [sparse_dim, nnz]; `values` is a Tensor [nnz, *dense sizes] with a graph of its own, and nothing else
here has one: what is done to the entries are operations on it, so their derivatives are those of these. Entries in one place add up.
"""

import numpy as np

from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE

from ..functions.fused import multiply_add
from ..functions.register import FUNCTIONS as T
from ..functions.storage_dtypes import refusal
from ..payload import current, wrap
from ..tensor import Tensor

FOLLOWED = 1024  # entries, up to which those in one place are added in the order in which torch's unstable sort leaves them (0.6 ms)


class Entries:
    """The payload of a sparse Tensor."""

    __slots__ = ("indices", "values", "shape", "coalesced")

    def __init__(self, indices, values, shape, coalesced=False):
        self.indices, self.values, self.shape, self.coalesced = indices, values, tuple(shape), coalesced

    nnz = property(lambda e: e.indices.shape[1])
    dims = property(lambda e: e.indices.shape[0])  # how many dimensions are sparse
    dtype = property(lambda e: e.values.owner.dtype(e.values))
    ndim = property(lambda e: len(e.shape))
    sparse_shape = property(lambda e: e.shape[: e.dims])
    dense_shape = property(lambda e: e.shape[e.dims :])

    def like(self, values=None, indices=None, shape=None, coalesced=None):
        return Entries(
            self.indices if indices is None else indices,
            self.values if values is None else values,
            self.shape if shape is None else shape,
            self.coalesced if coalesced is None else coalesced,
        )

    def picked(self, which, **changed):
        """The entries at these positions."""
        return self.like(rows(self.values, which), self.indices[:, which], **changed)


def tensor(array):
    return wrap(Tensor, array)


def rows(values, which):
    return T["index_select"](values, 0, tensor(which))


def added(shape, which, values):
    """Zeros to which the i-th of values is added in row which[i], one after the other."""
    if values.dtype.name == "bool":
        return T["zeros"](shape, dtype=values.dtype).index_put((tensor(which),), values)
    return T["zeros"](shape, dtype=values.dtype).index_add(0, tensor(which), values)


def keys(indices, shape):
    """The place of each entry, as one number."""
    found = np.zeros(indices.shape[1], np.int64)
    for at, n in zip(indices, shape):
        found = found * n + at
    return found


def places(numbers, shape):
    """The indices of which those are the keys."""
    found = np.unravel_index(numbers, shape) if shape else ()
    return np.array(found, np.int64).reshape(len(shape), len(numbers))


def coalesced(e):
    """The entries in order, those in one place as one."""
    if e.coalesced:
        return e
    if e.nnz < 2:
        return e.like(e.values.clone(), e.indices.copy(), coalesced=True)
    numbers = keys(e.indices, e.sparse_shape)
    order = np.argsort(numbers, kind="stable")
    found, at, met = np.unique(numbers[order], return_inverse=True, return_counts=True)
    if e.nnz <= FOLLOWED and met.max() > 2:  # (the sum of two is the same in any order)
        order = current(T["argsort"](tensor(numbers))).val
    values = rows(e.values, order)
    if len(found) < e.nnz:
        values = added((len(found), *e.dense_shape), at, values)
    return Entries(places(found, e.sparse_shape), values, e.shape, True)


def of_places(e):
    """The gradient of a sparse Tensor, of that of its values: entries that add up in one place have the same one, which counts once."""
    if e.coalesced:
        return e
    numbers, first = np.unique(keys(e.indices, e.sparse_shape), return_index=True)
    return Entries(places(numbers, e.sparse_shape), rows(e.values, first), e.shape, True)


def dense(e):
    """The Tensor with these entries and zeros elsewhere."""
    count = int(np.prod(e.sparse_shape, dtype=np.int64))
    return added((count, *e.dense_shape), keys(e.indices, e.sparse_shape), e.values).reshape(e.shape)


def at_places(x, e):
    """What a dense Tensor has in the places of the entries."""
    count = int(np.prod(e.sparse_shape, dtype=np.int64))
    return rows(x.reshape((count, *e.dense_shape)), keys(e.indices, e.sparse_shape))


def merged(a, b, alpha=1):
    """a + alpha * b, as torch has it: the two lists are gone through at once, and only entries that meet become one."""
    if b.nnz == 0:
        return a.like(a.values.clone().to(result(a, b)), a.indices.copy())
    right = b.values if isinstance(alpha, int) and alpha == 1 else b.values * alpha
    if a.nnz == 0:
        return b.like(right.clone() if right is b.values else right, b.indices.copy())
    together = lies_whole(a.values) and lies_whole(b.values)
    if (d := result(a, b)).name in ("float16", "bool"):
        raise refusal("cadd_sparse" if together else "add_out_sparse_cpu", d)
    if not together:
        return Entries(np.concatenate([a.indices, b.indices], 1), T["cat"]([a.values, right]), a.shape)
    first, second = keys(a.indices, a.sparse_shape), keys(b.indices, b.sparse_shape)
    if a.coalesced and b.coalesced:
        at = np.union1d(first, second)
        left, second, n = np.searchsorted(at, first), np.searchsorted(at, second), len(at)
        indices = places(at, a.sparse_shape)
    else:
        left, second, n = walked(first, second)
        indices = np.empty((a.dims, n), np.int64)
        indices[:, left], indices[:, second] = a.indices, b.indices
    first, second_values = a.values.to(d), right.to(d)
    if right is not b.values and unrecorded(a.values, b.values) and len(a.dense_shape):
        whole = current(added((n, *a.dense_shape), left, first)).val
        whole[second] = scaled_onto(whole[second], np.arange(len(second)), current(b.values.to(d)).val, alpha)
        values = tensor(whole)
    else:
        values = added((n, *a.dense_shape), left, first).index_add(0, tensor(second), second_values)
    return Entries(indices, values, a.shape, a.coalesced and b.coalesced)


def unrecorded(*tensors):
    """Are they arrays of which no graph is to be made?"""
    return not any([t.requires_grad or t.owner is not TAPE for t in map(current, tensors)]) and tls.stage is None


def scaled_onto(held, at, values, alpha):
    """held with alpha * values added in rows `at`, one after the other, each sum rounded once, as torch's kernel of rows has it."""
    order = np.argsort(at, kind="stable")
    ordered = at[order]
    turn = np.arange(len(at)) - np.searchsorted(ordered, ordered)  # (the how-manieth of its row each one is)
    for k in range(turn.max(initial=-1) + 1):
        now = order[turn == k]
        held[at[now]] = multiply_add(held[at[now]], values[now], alpha)
    return held


def result(a, b):
    return T["result_type"](a.values, b.values)


def lies_whole(values):
    values = current(values)
    return not isinstance(values.val, np.ndarray) or values.val.flags.c_contiguous


def walked(first, second):
    """(where each of two lists of numbers ends up, and how long the whole is): the smaller of two heads comes first, equal ones together."""
    a, b = len(first), len(second)
    left, right = np.empty(a, np.int64), np.empty(b, np.int64)
    i = j = n = turns = 0
    while i < a and j < b and 16 * turns < min(a + b - 128, n + 1024):  # (stretches, while they are long enough to pay)
        x, y = first[i], second[j]
        if x == y:
            k = stretch(np.equal, first[i:], second[j:])
        elif x < y:
            k = stretch(np.less, first[i:], y)
        else:
            k = stretch(np.less, second[j:], x)
        if x <= y:
            left[i : i + k] = np.arange(n, n + k)
            i += k
        if y <= x:
            right[j : j + k] = np.arange(n, n + k)
            j += k
        n, turns = n + k, turns + 1
    left[i:], right[j:], k = walked_singly(first[i:].tolist(), second[j:].tolist(), n)
    return left, right, k


def stretch(compare, these, others):
    """How many elements from the first on compare so with the others, or with the one: ever longer parts are looked at."""
    most = len(these) if others.ndim == 0 else min(len(these), len(others))
    k, size = 0, 64
    while k < most:
        end = min(k + size, most)
        passed = compare(these[k:end], others if others.ndim == 0 else others[k:end])
        at = int(passed.argmin())
        if not passed[at]:
            return k + at
        k, size = end, 4 * size
    return most


def walked_singly(first, second, n):
    """`walked`, element by element; n have come before."""
    left, right, i, j = [], [], 0, 0
    a, b = len(first), len(second)
    while i < a and j < b:
        x, y = first[i], second[j]
        if x <= y:
            left.append(n)
            i += 1
        if y <= x:
            right.append(n)
            j += 1
        n += 1
    left += range(n, n + a - i)
    right += range(n, n + b - j)
    return np.array(left, np.int64), np.array(right, np.int64), n + a - i + b - j
