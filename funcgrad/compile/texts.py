"""What the texts of primitives are made of: values, names of views of them, memory, calls, reductions, inner products.

A primitive's `numpy(w, out, *xs, **params)` gets the Writer as `w`, and its operands as Values, and calls these.
"""

import math

import numpy as np

from ..core.aval import Aval
from ..core.blas import threads
from ..core.graph import GraphNode
from ..ops._few_rows import WORK, cut, product
from ..ops.rows import row_of
from .passes.indices import bounds
from .passes.rewriting import NONE, constant
from .slots import Results

NAMED_OUT = (np.maximum, np.minimum)  # (they warn of a positional one)
LARGE_RESULT = 1 << 20  # bytes
OUTSIDE = frozenset()
LONGEST = 8192  # of an inner product: BLAS adds up a longer one less exactly
SHORTEST = 64  # of a sum as an inner product with ones
RUN, LONGEST_RUN = 512, 1 << 16  # elements of a number that is repeated
FEWEST, UNTHREADED = (
    8,
    9216,
)  # rows that are summed by BLAS, and numbers from which on OpenBLAS takes threads for a vector and a matrix
LARGEST_SUM = 1 << 18  # numbers that are summed so
FOLDED = (np.add, np.maximum, np.minimum)
FEW, MANY = 4, 32  # elements that are reduced to one, slice by slice, and how many such there are at least
TWICE = 4096  # elements from which x * 2 is quicker than x + x
ROW = 1024  # of a vector that is taken as rows


class Value:
    """A value of the program: its names as NumPy's (`array`) and as a Python number (`number`), and where its memory is."""

    __slots__ = ("aval", "array", "number", "pooled", "slots", "constant", "node", "python")

    def __init__(self, aval, array=None, number=None, pooled=False, slots=OUTSIDE, constant=False, node=None):
        self.aval, self.array, self.number = aval, array, number
        self.python = None  # the Python number that it is
        self.node = node  # a view that is written where it is first read
        self.pooled = pooled  # `array` names an array of the set, whose layout is known
        self.slots = slots  # it may be a view of these
        self.constant = constant  # it is an array of the graph

    def __str__(self):
        return self.array


class Texts:
    """The part of the Writer that primitives call."""

    # -------------------------------------------------------------------------------------------- views
    def view(self, v, text, function):
        """The name (or text) of a view of an operand, `text` being what is written behind it; None where it is a copy."""
        if v.pooled:
            return self.slots.view(v.array, text, function)
        if v.constant and v.array in self.env:
            return self.name(function(self.env[v.array]))
        return f"{v}{text}"

    def moved(self, v, perm=None, shape=None):
        """The text of an operand transposed and then reshaped, copied into memory of this node where that is no view."""
        if perm is not None and tuple(perm) != tuple(range(len(perm))):
            text = ".T" if perm == (1, 0) else f".transpose({tuple(perm)!r})"
            turned = self.view(v, text, lambda a: a.transpose(perm))
            aval = Aval(tuple([v.aval.shape[p] for p in perm]), v.aval.dtype)
            v = Value(aval, turned, pooled=v.pooled, constant=v.constant)
        if shape is None or tuple(shape) == v.aval.shape:
            return v
        got = self.view(v, f".reshape({tuple(shape)!r})", lambda a: a.reshape(shape))
        if got is None:
            memory = self.scratch(v.aval)
            self.copy(memory, v)
            got = self.slots.view(memory, f".reshape({tuple(shape)!r})", lambda a: a.reshape(shape))
        return Value(Aval(tuple(shape), v.aval.dtype), got, pooled=v.pooled, constant=v.constant)

    def copy(self, target, source):
        """Copy an array of one shape and dtype into another; rows that lie in one piece as one element each, where both are of the set."""
        names = [str(target), str(source)]
        known = [self.slots.layouts.get(name) for name in names]
        if all([a is not None for a in known]):
            row = row_of(*known)
            if row is not None:
                text = f".view(void, {row.itemsize})"
                names = [self.slots.view(name, text, lambda a: a.view(row)) for name in names]
        self.line(f"{self.name(np.copyto, 'copyto')}({', '.join(names)})")

    def scratch(self, aval):
        """Memory for the node that is being written alone."""
        slot = self.slots.take(nbytes(aval))
        self.scratched.append(slot)
        return self.slots.array(slot, aval.shape, aval.dtype)

    def memory(self, out, aval):
        """The text of memory for a result: what was given, or a new array."""
        return out or self.say(self.new_memory(aval))

    def new_memory(self, aval):
        """The text of a new array."""
        if nbytes(aval) >= LARGE_RESULT:
            return f"{self.name(Results(aval.shape, aval.dtype), 'result')}()"
        return f"{self.name(np.empty, 'empty')}({aval.shape!r}, {self.name(aval.dtype, aval.dtype.name)})"

    def out_view(self, out, shape):
        """Memory of a result in another shape."""
        text = f".reshape({tuple(shape)!r})"
        if out in self.slots.layouts:
            return self.slots.view(out, text, lambda a: a.reshape(shape))
        return f"{out}{text}"

    # -------------------------------------------------------------------------------------------- common texts
    def call(self, f, hint, args, out=None):
        given = [] if out is None else [f"out={out}" if f in NAMED_OUT else str(out)]
        if f is np.dot:  # (the method is the same, without a look for other classes' own)
            return f"{args[0]}.dot({', '.join([*map(str, args[1:]), *given])})"
        return f"{self.name(f, hint)}({', '.join([*map(str, args), *given])})"

    def product(self, x, y, lie, out=None):
        """A product of matrices, in pieces where that is quicker; `lie`: how they do (_few_rows.py)."""
        (n, k), m = x.aval.shape, y.aval.shape[1]
        if out is None or x.aval.dtype.char not in "fd" or n * k * m < WORK or not cut(n, k, m, lie, threads()):
            return self.call(np.dot, "dot", [x, y], out)
        return f"{self.name(product, 'product')}({x}, {y}, {out})"

    def spelled(self, n, xs):
        """(ufunc, operands) for an elementwise operation: those of its primitive, or others that give the same bits sooner."""
        ufunc, dtype = n.prim.ufunc, n.aval.dtype
        if ufunc is np.remainder and dtype.kind in "iu" and n.aval.shape:
            c = constant(n.ins[1])
            if c is not NONE and c > 0 and not int(c) & int(c) - 1:  # (a power of two)
                return np.bitwise_and, [xs[0], self.literal(wrapped(int(c) - 1, dtype))]
        if dtype.char in "fd" and n.aval.shape:
            same = len(xs) == 2 and xs[0] == xs[1]
            if same and ufunc is np.multiply:
                return np.square, xs[:1]
            if same and ufunc is np.add and math.prod(n.aval.shape) >= TWICE:
                return np.multiply, [xs[0], self.literal(wrapped(2, dtype))]
            if ufunc is np.reciprocal:
                return np.divide, [self.literal(wrapped(1, dtype)), *xs]
            if ufunc in NAMED_OUT and math.prod(n.aval.shape) >= RUN:
                values = [constant(x) for x in n.ins]
                return ufunc, [
                    x if v is NONE else self.repeated(v, n.aval) or x for x, v in zip(xs, values, strict=True)
                ]
        return ufunc, xs

    def reduce(self, ufunc, out, x, axes):
        """A reduction by a ufunc. (Its method costs half of np.sum, and positional arguments less than named ones.)"""
        if self.few(ufunc, x, axes):
            return self.folded(ufunc, out, x, axes[0])
        axis = None if len(axes) == len(x.aval.shape) and axes else axes[0] if len(axes) == 1 else axes
        args = [x, repr(axis)] + (["None"] if out else [])
        return self.call(ufunc.reduce, f"{ufunc.__name__}_reduce", args, out)

    def few(self, ufunc, x, axes):
        """Are few float elements reduced to one, and this for many?"""
        shape = x.aval.shape
        if len(axes) != 1 or ufunc not in FOLDED or x.aval.dtype.char not in "fd":
            return False
        return 2 <= shape[axes[0]] <= FEW and math.prod(shape) >= MANY * shape[axes[0]]

    def folded(self, ufunc, out, x, axis):
        """A reduction of few elements for each of many: of one slice with the next, in the order that NumPy has for so few."""
        before = (slice(None),) * axis
        parts = [
            self.view(x, f"[{':, ' * axis}{i}]", lambda a, i=i: a[(*before, i)]) for i in range(x.aval.shape[axis])
        ]
        total = self.call(ufunc, ufunc.__name__, parts[:2], out)
        for part in parts[2:]:
            if out is None:
                out = total = self.say(total)
            else:
                self.line(total)
            total = self.call(ufunc, ufunc.__name__, [out, part], out)
        return total

    def reduce_into(self, ufunc, memory, x, axes):
        """A reduction that keeps its axes, into memory of that shape."""
        axis = axes[0] if len(axes) == 1 else axes
        text = self.call(ufunc.reduce, f"{ufunc.__name__}_reduce", [x, repr(axis), "None", memory, "True"])
        self.line(text)

    def sum_into(self, memory, text, aval, axes):
        """The sum over axes of what a text names, of that aval, into memory in which they have one element."""
        left = tuple([n for i, n in enumerate(aval.shape) if i not in axes])
        inner = self.inner(self.out_view(memory, left), Value(aval, text), None, axes) if left else None
        if inner is None:
            self.reduce_into(np.add, memory, text, axes)
        else:
            self.line(inner)

    def written_over(self, idx):
        """Does the one operation that reads this node's result write to all of it that is not written now?"""
        if self.readers is None:
            self.readers = {}
            for m in self.items:
                for x in m.ins:
                    if type(x) is GraphNode:
                        self.readers[x] = m if x not in self.readers else None
        n = self.now
        last = self.readers.get(n)
        if (
            n in self.results
            or getattr(last, "prim", None) is not n.prim
            or last.ins[0] is not n
            or math.prod(n.aval.shape) > LARGEST_SUM
        ):
            return False
        written = np.zeros(n.aval.shape, bool)
        written[idx] = written[last.params["idx"]] = True
        return bool(written.all())

    def in_range(self, k, size):
        """Are the whole numbers in this node's operand of this number seen to lie below a size, and not below 0?"""
        found = bounds(self.now.ins[k])
        return found is not None and found[0] >= 0 and found[1] < size

    def number_like(self, number, x):
        """A Python number as an array of an operand's dtype."""
        return self.literal(wrapped(number, x.aval.dtype))

    def constant_of(self, x):
        """The Python number that an operand is, or None."""
        return x.python if x.constant else None

    def viewed(self, x, dtype):
        """The text of an operand's bits as another dtype."""
        return self.view(x, f".view({self.literal(dtype)})", lambda a: a.view(dtype))

    def out_viewed(self, out, dtype):
        text = f".view({self.literal(dtype)})"
        return self.slots.view(out, text, lambda a: a.view(dtype)) if out in self.slots.layouts else f"{out}{text}"

    def inner(self, out, x, y, axes):
        """The sum of x * y (of x alone, where y is None) over axes that end with the last one, by inner products along that: they
        add up four times as fast as a sum does. None where they would not pay."""
        shape, dtype = x.aval.shape, x.aval.dtype
        if dtype.char not in "fd" or not axes or 0 in shape:
            return None
        if len(shape) - 1 not in axes:
            return self.sum_of_rows(out, x, axes) if y is None else None
        if len(shape) == 1:
            return self.inner_of_vectors(x, y, dtype)
        k = self.joined(shape, axes, [v for v in (x, y) if v])
        if k > 1:  # (short rows, one behind the other, as one)
            whole = (*shape[:-k], math.prod(shape[-k:]))
            x, y = [v and self.moved(v, shape=whole) for v in (x, y)]
            return self.inner(out, x, y, (*[a for a in axes if a < len(shape) - k], len(shape) - k))
        n = shape[-1]
        if n > LONGEST or (y is None and (n < SHORTEST or math.prod(shape) < 64 * SHORTEST)):
            return None
        other = y or self.ones(n, dtype)
        if len(axes) == 1:
            return self.call(np.vecdot, "vecdot", [x, other], out)
        aval = Aval(shape[:-1], dtype)
        rows = Value(aval, self.scratch(aval), pooled=True)
        self.line(self.call(np.vecdot, "vecdot", [x, other], rows))
        return self.reduce(np.add, out, rows, tuple(sorted({*axes} - {len(shape) - 1})))

    def sum_of_rows(self, out, x, axes):
        """The sum over the first axes as a product of ones and a matrix: a fifth of the time that NumPy takes for rows of tens of numbers. In parts for which
        BLAS takes no threads, and not of an array that is known not to lie in order."""
        shape, k, dtype = x.aval.shape, len(axes), x.aval.dtype
        rows = math.prod(shape[:k])
        if dtype.char != "d":  # (the sums of torch scripts, in float32, are those of eager code)
            return None
        if tuple(sorted(axes)) != tuple(range(k)) or len(shape) - k != 1 or math.prod(shape) > LARGEST_SUM:
            return None
        known = self.slots.layouts.get(str(x)) if x.pooled else None
        part = next((rows // i for i in range(1, rows) if not rows % i and rows // i * shape[-1] < UNTHREADED), 0)
        if part < FEWEST or (known is not None and not known.flags.c_contiguous):
            return None
        ones = self.ones(part, dtype)
        if part == rows:
            return self.call(np.dot, "dot", [ones, self.moved(x, shape=(rows, shape[-1]))], out)
        sums = Value(Aval((rows // part, shape[-1]), dtype), pooled=True)
        sums.array = self.scratch(sums.aval)
        self.line(self.call(np.matmul, "matmul", [ones, self.moved(x, shape=(rows // part, part, shape[-1])), sums]))
        return self.reduce(np.add, out, sums, (0,))

    def joined(self, shape, axes, operands):
        """How many of the last axes, all of them summed over, to take as one: of arrays of the set that are in order."""
        known = [self.slots.layouts.get(str(v)) if v.pooled else None for v in operands]
        if shape[-1] >= ROW or not all([a is not None and a.flags.c_contiguous for a in known]):
            return 1
        if len(axes) == len(shape):
            return len(shape)
        k = 1
        while len(shape) - k - 1 in axes and math.prod(shape[-k - 1 :]) <= LONGEST:
            k += 1
        return k

    def inner_of_vectors(self, x, y, dtype):
        (n,) = x.aval.shape
        if n <= LONGEST:
            if y is None and n < 64 * SHORTEST:
                return None
            return self.call(np.dot, "dot", [x, y or self.ones(n, dtype)])
        whole = n // ROW * ROW
        rows = [self.part(v, 0, whole) for v in (x, y) if v]
        rows = [self.moved(v, shape=(whole // ROW, ROW)) for v in rows]
        aval = Aval((whole // ROW,), dtype)
        sums = Value(aval, self.scratch(aval), pooled=True)
        self.line(self.call(np.vecdot, "vecdot", [*rows, *([] if y else [self.ones(ROW, dtype)])], sums))
        total = self.reduce(np.add, None, sums, (0,))
        if whole == n:
            return total
        rest = [self.part(v, whole, n) for v in (x, y) if v]
        return f"{total} + {self.call(np.dot, 'dot', [*rest, *([] if y else [self.ones(n - whole, dtype)])])}"

    def ones(self, n, dtype):
        """The name of n ones: each length once."""
        key = "ones", n, dtype
        if key not in self.kept:
            self.kept[key] = np.ones(n, dtype)
        return self.name(self.kept[key], "ones")

    def repeated(self, value, aval):
        """The name of a number as an array of an aval's last axes, None where that would be large. (NumPy takes the larger of an array
        and a number five times as slowly as that of two arrays.)"""
        k = len(aval.shape) - 1
        while k and math.prod(aval.shape[k:]) < RUN:
            k -= 1
        shape = aval.shape[k:]
        if math.prod(shape) > LONGEST_RUN:
            return None
        array = np.full(shape, value, aval.dtype)
        key = "repeated", shape, aval.dtype, array.flat[0].tobytes()
        return self.name(self.kept.setdefault(key, array), "repeated")

    def part(self, v, low, high):
        """Elements of a vector."""
        aval = Aval((high - low,), v.aval.dtype)
        if (low, high) == (0, v.aval.shape[0]):
            return v
        text = self.view(v, f"[{low}:{high}]", lambda a: a[low:high])
        return Value(aval, text, pooled=v.pooled, constant=v.constant)


def nbytes(aval):
    return aval.dtype.itemsize * math.prod(aval.shape)


def wrapped(x, dtype):
    """A Python number as a 0-d array of the dtype a ufunc takes it in (which spares NumPy making one in each call)."""
    try:
        with np.errstate(all="ignore"):
            got = np.asarray(x, dtype)
    except (OverflowError, TypeError, ValueError):
        return x
    if got.dtype.kind in "iub" and got.item() != x:
        return x
    got.flags.writeable = False
    return got


__all__ = ["LARGE_RESULT", "NAMED_OUT", "OUTSIDE", "Texts", "Value", "nbytes", "wrapped"]
