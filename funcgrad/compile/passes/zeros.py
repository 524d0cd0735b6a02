"""Arrays of zeros that derivative code writes into, reads from and adds.

The derivative of `x[i]` is put(zeros, ct, i), and the derivatives of several reads are added. Here the sum becomes one array of
zeros that is written several times, and what is read where something else was written is read from the array before.

Invariant: bit for bit the same, the sign of zero included: x + 0.0 is x only if x is never -0.0, and a value whose sum
with a zero is dropped has 0.0 added itself.
"""

from ...core.graph import GraphNode
from ...ops.assignment import index_shape
from .draft import local
from .merging import key_of
from .rewriting import is_constant, is_node, known_aval, made, never_negative_zero

FAR = 16  # writes that a read looks past
NEAR = 4  # writes that a write looks past


@local("put", "getitem", "add")
def zeros(draft):
    """Sums of arrays written into zeros, as writes; writes over writes; reads of what was written."""
    known = {}  # nodes that are seen never to be -0.0
    rows = {}  # array of zeros that rows were written into -> their numbers
    rules = {
        "put": lambda n, ins: put_over(n, ins, draft.count),
        "getitem": read,
        "add": lambda n, ins: added(n, ins, draft.count, known, rows),
    }
    return lambda n, ins: rules[n.prim.name](n, ins)


def same_index(a, b):
    return key_of(a) == key_of(b)


def slot(n):
    """The shape of what a put writes to."""
    return index_shape(n.aval.shape, n.params["idx"])


def put_over(n, ins, count):
    """put(put(x, v, i), w, i) = put(x, w, i), also with writes elsewhere in between; put(copy of x, v, i) = put(x, v, i); put(x, v, i) that
    writes everything = v, or v[i] where i turns axes round"""
    x, v = ins
    idx, shape = n.params["idx"], n.aval.shape
    base = without(x, idx, count)
    if base is not None:
        return made("put", base, v, idx=idx, like=n)
    aval = known_aval(v)
    if aval.weak or aval.dtype != n.aval.dtype or aval.shape != slot(n):
        return None
    parts = [(reached(i, shape[axis]), range(shape[axis])) for axis, i in places(idx, shape) if axis is not None]
    if all([there == whole for there, whole in parts]):
        return v if aval.shape == shape else made("reshape", v, shape=shape, like=n)
    if aval.shape == shape and all([there in (whole, whole[::-1]) for there, whole in parts]):
        return made("getitem", v, idx=idx, like=n)
    return None


def without(x, idx, count):
    """What an array is but for what is to be written at an index, if it is less: an earlier write there is left out, and a copy."""
    if is_node(x, "copy") and known_aval(x.ins[1]) == x.aval:
        return x.ins[1]
    between = []
    while is_node(x, "put") and len(between) < NEAR:
        if same_index(x.params["idx"], idx):
            if between and count[x] > 1:
                return None
            x = x.ins[0]
            for m in reversed(between):
                x = made("put", x, m.ins[1], idx=m.params["idx"], like=m)
            return x
        if count[x] > 1 or not disjoint(x.params["idx"], idx, x.aval.shape):
            return None
        between.append(x)
        x = x.ins[0]
    return None


def places(idx, shape):
    """(axis, index) of each part of a basic index; the axis of a new one is None."""
    axis, out = 0, []
    given = sum([i is not None and i is not Ellipsis for i in idx])
    for i in idx:
        if i is None:
            out.append((None, i))
        elif i is Ellipsis:
            axis += len(shape) - given
        else:
            out.append((axis, i))
            axis += 1
    return out


def reached(i, k):
    """The positions, a range, that an integer or slice selects on an axis of size k."""
    return range(k)[i] if isinstance(i, slice) else range(k)[i : i + 1 or None]


def disjoint(a, b, shape):
    """Do two basic indices select no element in common? (False where it is not plain to see.)"""
    other = dict([(axis, i) for axis, i in places(b, shape) if axis is not None])
    for axis, i in places(a, shape):
        if axis is not None and axis in other:
            x, y = reached(i, shape[axis]), reached(other[axis], shape[axis])
            if not x or not y or max(x) < min(y) or max(y) < min(x):
                return True
            if len(x) * len(y) and abs(x.step) == abs(y.step) and (x[0] - y[0]) % abs(x.step):
                return True
    return False


def read(n, ins):
    """put(x, v, i)[i] = v; put(x, v, i)[j] = x[j] where i and j have nothing in common"""
    x = start = ins[0]
    idx = n.params["idx"]
    for _ in range(FAR):
        if not is_node(x, "put"):
            break
        if same_index(x.params["idx"], idx):
            v = x.ins[1]
            if known_aval(v) == n.aval:
                return v
            break
        if not disjoint(x.params["idx"], idx, x.aval.shape):
            break
        x = x.ins[0]
    return None if x is start else made("getitem", x, idx=idx, like=n)


def added(n, ins, count, known, rows):
    """put(0, v, i) + put(0, w, i) = put(0, v + w, i); x + put(0, w, i) = put(x, x[i] + w, i) where x is never -0.0, or can be
    made so by adding 0.0 to what was written into zeros, elsewhere than i; and what `scattered` says"""
    for x, y in (ins, ins[::-1]):
        if n.aval.dtype.kind != "f" or known_aval(x) != n.aval or not into_zeros(y, n.aval) or count[y] != 1:
            continue
        w, idx = y.ins[1], y.params["idx"]
        if len(known_aval(w).shape) > len(slot(y)):
            continue  # (assignment drops axes of size 1 in front, addition does not)
        alone = into_zeros(x, n.aval) and count[x] == 1
        if alone and same_index(x.params["idx"], idx) and known_aval(x.ins[1]).shape == known_aval(w).shape:
            return made("put", y.ins[0], made("add", x.ins[1], w, like=n), idx=idx, like=n)
        if never_negative_zero(x, known=known):
            base = x
        elif alone and disjoint(x.params["idx"], idx, n.aval.shape):
            base = made("put", x.ins[0], made("add", x.ins[1], 0.0, like=n), idx=x.params["idx"], like=n)
        else:
            continue
        there = 0.0 if another_row(base, idx, rows) else made("getitem", base, idx=idx, like=n)
        got = made("put", base, made("add", there, w, like=n), idx=idx, like=n)
        if type(base) is GraphNode and base in rows:
            rows[got] = rows[base]  # (with the new one in it)
        return got
    return scattered(n, ins, count, known)


def scattered(n, ins, count, known):
    """x + scatter_add(0, v, i) = scatter_add(x, v, i), also if it is reshaped, where x is never -0.0"""
    for x, y in (ins, ins[::-1]):
        inner = y.ins[0] if is_node(y, "reshape") else y
        if (
            not is_node(inner, "scatter_add")
            or not count[y] == count[inner] == 1
            or not is_constant(inner.ins[0], 0.0)
            or not known_aval(x) == y.aval == n.aval
            or not never_negative_zero(x, known=known)
        ):
            continue
        base = x if inner is y else made("reshape", x, shape=inner.aval.shape, like=n)
        got = made("scatter_add", base, *inner.ins[1:], like=n)
        return got if inner is y else made("reshape", got, shape=n.aval.shape, like=n)
    return None


def another_row(x, idx, rows):
    """Is x zeros with whole rows, or parts of them, written into it, and idx in a row that none was? It is noted as written.
    (Looking at every write, as `read` does, would take the square of their number.)"""
    if type(x) is not GraphNode:
        return False
    k = row(idx, x.aval.shape)
    if x not in rows and is_node(x, "put") and is_constant(x.ins[0], 0.0):
        first = row(x.params["idx"], x.aval.shape)
        if first is not None:
            rows[x] = {first}
    if x not in rows:
        return False
    if k is None:
        del rows[x]
        return False
    new = k not in rows[x]
    rows[x].add(k)
    return new


def row(idx, shape):
    """The number of the row that an index is in; None if it may be in several."""
    if not idx or isinstance(idx[0], slice) or idx[0] is None or idx[0] is Ellipsis:
        return None
    return int(idx[0]) % shape[0]


def into_zeros(x, aval):
    """Is x an array of zeros of this aval with a value of its dtype written into it?"""
    return (
        is_node(x, "put") and x.aval == aval and is_constant(x.ins[0], 0.0) and known_aval(x.ins[1]).dtype == aval.dtype
    )
