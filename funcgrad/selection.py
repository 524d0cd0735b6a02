"""Which of equal elements topk and kthvalue name: the partitions that torch's kernels make, followed move by move.

topk is std::partial_sort, or std::nth_element and std::sort, of the C++ library torch is built with (introselect and introsort
with the median of three); kthvalue is a quickselect of torch's own. Invariant: only which of several equal elements is chosen, and
the order in which an unsorted topk stands, is decided here. Looked at are Tensors in which that is open, of rows no longer than LONGEST
(0.1 ms for 100 elements).
"""

import numpy as np

LONGEST = 4096


def above(x, y):
    """Does x stand before y, the largest first? nan is largest."""
    return x > y or x != x and y == y


class Sorter:
    """A list of (value, index) pairs under the algorithms of the C++ library; `before(x, y)` compares values."""

    def __init__(self, row, before):
        self.a = list(zip(row, range(len(row))))
        self.before = before

    def less(self, i, j):
        return self.before(self.a[i][0], self.a[j][0])

    def swap(self, i, j):
        self.a[i], self.a[j] = self.a[j], self.a[i]

    def pivoted(self, first, last):
        """Partition about the median of three; where the second part begins."""
        x, y, z = first + 1, first + (last - first) // 2, last - 1
        if self.less(x, y):
            median = y if self.less(y, z) else z if self.less(x, z) else x
        else:
            median = x if self.less(x, z) else z if self.less(y, z) else y
        self.swap(first, median)
        low, high = first + 1, last
        while True:
            while self.less(low, first):
                low += 1
            high -= 1
            while self.less(first, high):
                high -= 1
            if low >= high:
                return low
            self.swap(low, high)
            low += 1

    def inserted(self, first, last):
        for i in range(first + 1, last):
            value, k = self.a[i], i
            while k > first and self.before(value[0], self.a[k - 1][0]):
                self.a[k] = self.a[k - 1]
                k -= 1
            self.a[k] = value

    def sifted(self, first, hole, length, value):
        """Put a value into a heap whose place `hole` is free."""
        a, top, child = self.a, hole, hole
        while child < (length - 1) // 2:
            child = 2 * (child + 1)
            if self.less(first + child, first + child - 1):
                child -= 1
            a[first + hole] = a[first + child]
            hole = child
        if length % 2 == 0 and child == (length - 2) // 2:
            child = 2 * (child + 1)
            a[first + hole] = a[first + child - 1]
            hole = child - 1
        parent = (hole - 1) // 2
        while hole > top and self.before(a[first + parent][0], value[0]):
            a[first + hole] = a[first + parent]
            hole, parent = parent, (parent - 1) // 2
        a[first + hole] = value

    def popped(self, first, last, result):
        value, self.a[result] = self.a[result], self.a[first]
        self.sifted(first, 0, last - first, value)

    def heaped(self, first, middle, last):
        """The first of [first, last) into the heap [first, middle)."""
        for parent in range((middle - first - 2) // 2, -1, -1):
            self.sifted(first, parent, middle - first, self.a[first + parent])
        for i in range(middle, last):
            if self.less(i, first):
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
    s = Sorter(row, above if largest else lambda x, y: x < y or y != y and x == x)
    n = len(row)
    if k * 64 <= n:
        s.partial_sort(0, k, n)
    else:
        s.nth_element(0, k - 1, n)
        if ordered:
            s.sort(0, k - 1)
    return [i for _, i in s.a[:k]]


def kth(row, k):
    """The index of kthvalue for one row; k counts from 0."""
    s = Sorter(row, above)
    low, high = 0, len(row) - 1
    while high > low + 1:
        s.swap(low + (high - low) // 2, low + 1)
        for i, j in ((low + 1, high), (low, high), (low + 1, low)):
            if s.less(i, j):
                s.swap(i, j)
        i, j = low + 1, high
        while True:
            i += 1
            while s.less(low, i):
                i += 1
            j -= 1
            while s.less(j, low):
                j -= 1
            if j < i:
                break
            s.swap(i, j)
        s.swap(low, j)
        low, high = (i if j <= k else low), (j - 1 if j >= k else high)
    if high == low + 1 and s.less(low, high):
        s.swap(low, high)
    return s.a[k][1]


def as_torch_chooses(index, values, axis, chosen):
    """`index`, an array of indices along an axis, with `chosen(row)` in each row."""
    rows, at = (np.moveaxis(x, axis, -1) for x in (values, index))
    for place in np.ndindex(rows.shape[:-1]):
        at[place] = chosen(rows[place].tolist())
    return index
