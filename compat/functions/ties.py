"""Which of equal elements topk, kthvalue and sort name: the partitions that torch's kernels make, followed move by move.

sort is std::sort, topk std::partial_sort, or std::nth_element and std::sort, of the C++ library torch is built with (introselect and introsort
with the median of three); kthvalue is a quickselect of torch's own. Invariant: only which of several equal elements is chosen, and
the order in which an unsorted topk stands, is decided here. Looked at are Tensors in which that is open, of rows no longer than LONGEST
(0.05 ms for 100 elements).
"""

import numpy as np

LONGEST = 4096


def keys_of(row, largest):
    """Numbers that stand to each other with `<` as the elements of a row in the order wanted, the largest first or last; nan is largest."""
    if any([v != v for v in row]):
        ranks = {v: k for k, v in enumerate(sorted({v for v in row if v == v}))}
        row = [ranks.get(v, len(ranks)) for v in row]
    return [-v for v in row] if largest else list(row)


class Sorter:
    """A list of keys, and the places where they stood, under the algorithms of the C++ library. Comparisons and exchanges are written out:
    they are most of the work."""

    def __init__(self, keys):
        self.a = keys
        self.at = list(range(len(keys)))

    def swap(self, i, j):
        a, at = self.a, self.at
        a[i], a[j] = a[j], a[i]
        at[i], at[j] = at[j], at[i]

    def pivoted(self, first, last):
        """Partition about the median of three; where the second part begins."""
        a, at = self.a, self.at
        x, y, z = first + 1, first + (last - first) // 2, last - 1
        if a[x] < a[y]:
            median = y if a[y] < a[z] else z if a[x] < a[z] else x
        else:
            median = x if a[x] < a[z] else z if a[y] < a[z] else y
        self.swap(first, median)
        low, high, pivot = first + 1, last, a[first]
        while True:
            while a[low] < pivot:
                low += 1
            high -= 1
            while pivot < a[high]:
                high -= 1
            if low >= high:
                return low
            a[low], a[high] = a[high], a[low]
            at[low], at[high] = at[high], at[low]
            low += 1

    def inserted(self, first, last):
        a, at = self.a, self.at
        for i in range(first + 1, last):
            key, place, k = a[i], at[i], i
            while k > first and key < a[k - 1]:
                a[k], at[k] = a[k - 1], at[k - 1]
                k -= 1
            a[k], at[k] = key, place

    def sifted(self, first, hole, length, key, place):
        """Put a key into a heap whose place `hole` is free."""
        a, at, top, child = self.a, self.at, hole, hole
        while child < (length - 1) // 2:
            child = 2 * (child + 1)
            if a[first + child] < a[first + child - 1]:
                child -= 1
            a[first + hole], at[first + hole] = a[first + child], at[first + child]
            hole = child
        if length % 2 == 0 and child == (length - 2) // 2:
            child = 2 * (child + 1)
            a[first + hole], at[first + hole] = a[first + child - 1], at[first + child - 1]
            hole = child - 1
        parent = (hole - 1) // 2
        while hole > top and a[first + parent] < key:
            a[first + hole], at[first + hole] = a[first + parent], at[first + parent]
            hole, parent = parent, (parent - 1) // 2
        a[first + hole], at[first + hole] = key, place

    def popped(self, first, last, result):
        a, at = self.a, self.at
        key, place = a[result], at[result]
        a[result], at[result] = a[first], at[first]
        self.sifted(first, 0, last - first, key, place)

    def heaped(self, first, middle, last):
        """The first of [first, last) into the heap [first, middle)."""
        a, at = self.a, self.at
        for parent in range((middle - first - 2) // 2, -1, -1):
            self.sifted(first, parent, middle - first, a[first + parent], at[first + parent])
        for i in range(middle, last):
            if a[i] < a[first]:
                self.popped(first, middle, i)

    def partial_sort(self, first, middle, last):
        self.heaped(first, middle, last)
        while middle - first > 1:
            middle -= 1
            self.popped(first, middle, middle)

    def nth_element(self, first, nth, last):
        depth = 2 * ((last - first).bit_length() - 1)
        while last - first > 3:
            if depth == 0:
                self.heaped(first, nth + 1, last)
                return self.swap(first, nth)
            depth -= 1
            cut = self.pivoted(first, last)
            first, last = (cut, last) if cut <= nth else (first, cut)
        self.inserted(first, last)

    def sort(self, first, last):
        self.parted(first, last, 2 * (max(last - first, 1).bit_length() - 1))
        self.inserted(first, last)

    def parted(self, first, last, depth):
        while last - first > 16:
            if depth == 0:
                return self.partial_sort(first, last, last)
            depth -= 1
            cut = self.pivoted(first, last)
            self.parted(cut, last, depth)
            last = cut


def top(row, k, largest, ordered=True):
    """The indices of topk for one row."""
    s = Sorter(keys_of(row, largest))
    n = len(row)
    if k * 64 <= n:
        s.partial_sort(0, k, n)
    else:
        s.nth_element(0, k - 1, n)
        if ordered:
            s.sort(0, k - 1)
    return s.at[:k]


def in_order(row, largest):
    """The indices of an unstable sort for one row, the largest first or last."""
    s = Sorter(keys_of(row, largest))
    s.sort(0, len(row))
    return s.at


def kth(row, k):
    """The index of kthvalue for one row; k counts from 0."""
    s = Sorter(keys_of(row, True))
    a, swap = s.a, s.swap
    low, high = 0, len(row) - 1
    while high > low + 1:
        swap(low + (high - low) // 2, low + 1)
        for i, j in ((low + 1, high), (low, high), (low + 1, low)):
            if a[i] < a[j]:
                swap(i, j)
        i, j, pivot = low + 1, high, a[low]
        while True:
            i += 1
            while pivot < a[i]:
                i += 1
            j -= 1
            while a[j] < pivot:
                j -= 1
            if j < i:
                break
            swap(i, j)
        swap(low, j)
        low, high = (i if j <= k else low), (j - 1 if j >= k else high)
    if high == low + 1 and a[low] < a[high]:
        swap(low, high)
    return s.at[k]


def as_torch_chooses(index, values, axis, chosen):
    """`index`, an array of indices along an axis, with `chosen(row)` in each row."""
    rows, at = (np.moveaxis(x, axis, -1) for x in (values, index))
    for place in np.ndindex(rows.shape[:-1]):
        at[place] = chosen(rows[place].tolist())
    return index
