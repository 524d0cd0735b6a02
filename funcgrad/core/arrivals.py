"""When leaves get their gradients in a walk with hooks: in the order in which torch's engine comes to them.

Invariant: the operations stay in the order of the walk; a leaf never comes before the last node that may give it a
cotangent. The engine is played on the graph as torch shows it (`span`). Its queue is a heap in which all leaves are
equal and before everything else, so which of several is next depends on how the heap is kept: here as the C++ standard
library of torch's Linux builds keeps it.
"""

from math import inf

from .trace import PICK


class Ready:
    """The engine's queue: pairs (index, node), of which the highest index is next."""

    def __init__(self):
        self.heap = []

    def rise(self, i, item):
        """Put an item into the hole at i, or further up: below what is not less."""
        heap = self.heap
        while i and heap[(i - 1) // 2][0] < item[0]:
            heap[i] = heap[(i - 1) // 2]
            i = (i - 1) // 2
        heap[i] = item

    def push(self, n):
        self.heap.append(None)
        self.rise(len(self.heap) - 1, (inf if n.plan is None else n.index, n))

    def pop(self):
        """The next node. The hole goes down to the bottom, along the greater children (the right one of equals); the last
        item fills it there, and rises."""
        heap = self.heap
        top = heap[0][1]
        item = heap.pop()
        size = len(heap)
        if size:
            i = 0
            while (child := 2 * i + 2) <= size:
                if child == size or heap[child][0] < heap[child - 1][0]:
                    child -= 1
                heap[i] = heap[child]
                i = child
            self.rise(i, item)
        return top


def shown(n):
    """The node that stands for the operation, as torch shows it, of which n is a result."""
    if n.plan is None:
        return n
    if n.extra is not None and n.extra.group is not None:
        return next(m for r in n.extra.group if r is not None and (m := r()) is not None)
    return n.ins[0] if n.plan.prim is PICK else n


def operands(n):
    """The nodes to which an operation, as torch shows it, gives gradients."""
    span = n.extra and n.extra.span
    return [shown(p) for p in (n.ins if span is None else span) if p is not None]


def engine(roots, wanted):
    """The nodes among `wanted` (None: all), as torch's engine comes to them."""
    roots = [shown(n) for n in roots]
    edges = {}
    count = dict.fromkeys(roots, 0)
    stack = list(count)
    while stack:
        n = stack.pop()
        edges[n] = operands(n)
        for p in edges[n]:
            if p not in count:
                count[p] = 0
                stack.append(p)
            count[p] += 1
    ready = Ready()
    for n in dict.fromkeys(roots):
        if not count[n]:
            ready.push(n)
    while ready.heap:
        n = ready.pop()
        yield n
        for p in edges[n]:
            count[p] -= 1
            if not count[p] and (wanted is None or p in wanted):
                ready.push(p)


def leaves_early(order, roots, leading, only):
    """The order of a walk in which each leaf has the place that torch's hooks see."""
    place, due = {}, {}  # operation -> where it begins; leaf -> the first place it may have
    for k, n in enumerate(order):
        place.setdefault(shown(n), k)
        if leading is None or n in leading:
            for p in n.ins:
                if p.plan is None:
                    due[p] = k + 1
    at = {}
    waiting = []
    for n in engine(roots, None if leading is None else {*map(shown, leading | only)}):
        if n.plan is None:
            waiting.append(n)
        elif waiting and n in place:
            for p in waiting:
                if p in due:
                    at.setdefault(max(due.pop(p), place[n]), []).append(p)
            waiting = []
    for p in waiting:
        if p in due:
            at.setdefault(max(due.pop(p), len(order)), []).append(p)
    for p, k in due.items():  # (leaves that torch does not show below their operations)
        at.setdefault(k, []).append(p)
    placed = {p for leaves in at.values() for p in leaves}
    early = []
    for k, n in enumerate(order):
        early += at.get(k, ())
        if n not in placed:
            early.append(n)
    return early + at.get(len(order), [])


def leaves_at_once(order, leading):
    """The order of a walk in which each leaf comes right after the last node that may give it a cotangent: where hooks of operations look
    at what leaves have got, and no leaf has hooks of its own, which would tell in which order several come."""
    left = {}  # leaf -> how many nodes may still give it something
    for n in order:
        if leading is None or n in leading:
            for p in n.ins:
                if p.plan is None:
                    left[p] = left.get(p, 0) + 1
    early = []
    for n in order:
        if n in left:
            continue
        early.append(n)
        if leading is None or n in leading:
            for p in n.ins:
                if p.plan is None:
                    left[p] -= 1
                    if not left[p]:
                        early.append(p)
    return early
