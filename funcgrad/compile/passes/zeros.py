"""Arrays of zeros that derivative code writes into, reads from and adds.

The derivative of `x[i]` is put(zeros, ct, i), and the derivatives of several reads are added. Here the sum becomes one array of
zeros that is written several times, and what is read where something else was written is read from the array before.

Invariant: bit for bit the same, the sign of zero included: x + 0.0 is x only if x is never -0.0, and a value whose sum
with a zero is dropped has 0.0 added itself.
"""

from ...core.graph import GraphNode
from ...ops.shape import index_shape
from .merging import key_of
from .rewriting import constant, is_constant, is_node, known_aval, made, never_negative_zero, rewritten, uses

FAR = 32  # writes that a read looks past


def zeros(graph):
    """Sums of arrays written into zeros, as writes; writes over writes; reads of what was written."""
    count = uses(graph)
    if not any([n.prim.name == "put" for n in graph.nodes]):
        return graph
    written = {}  # node as it is now -> how often it is used
    rules = {"put": put_over, "getitem": read, "add": lambda n, ins: added(n, ins, written)}

    def rule(n, ins):
        for x, y in zip(n.ins, ins, strict=True):
            if is_node(y, "put"):
                written[y] = count.get(x, 0)
        f = rules.get(n.prim.name)
        return None if f is None else f(n, ins)

    return rewritten(graph, rule)


def same_index(a, b):
    return key_of(a) == key_of(b)


def slot(n):
    """The shape of what a put writes to."""
    return index_shape(n.aval.shape, n.params["idx"])


def put_over(n, ins):
    """put(put(x, v, i), w, i) = put(x, w, i); put(x, v, i) that writes everything = v"""
    x, v = ins
    idx = n.params["idx"]
    if is_node(x, "put") and same_index(x.params["idx"], idx):
        return made("put", x.ins[0], v, idx=idx, like=n)
    aval = known_aval(v)
    if aval.weak or aval.dtype != n.aval.dtype or aval.shape != slot(n):
        return None
    if all(
        [
            i is None or i is Ellipsis or i == slice(None) or known_size(i, n.aval.shape, a)
            for a, i in places(idx, n.aval.shape)
        ]
    ):
        return v if aval.shape == n.aval.shape else made("reshape", v, shape=n.aval.shape, like=n)
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


def known_size(i, shape, axis):
    """Does this index select the whole axis, in order?"""
    return reached(i, shape[axis]) == range(shape[axis])


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


def added(n, ins, written):
    """put(0, v, i) + put(0, w, i) = put(0, v + w, i); x + put(0, w, i) = put(x, x[i] + w, i) where x is never -0.0 (or 0.0 can
    be added to what was written into zeros elsewhere)"""
    for x, y in (ins, ins[::-1]):
        if not (is_node(y, "put") and is_constant(y.ins[0], 0.0) and written.get(y, 0) == 1):
            continue
        if (
            n.aval.dtype.kind != "f"
            or known_aval(x) != n.aval
            or y.aval != n.aval
            or known_aval(y.ins[1]).dtype != n.aval.dtype
        ):
            continue
        w, idx = y.ins[1], y.params["idx"]
        if (
            is_node(x, "put")
            and constant(x.ins[0]) is not None
            and is_constant(x.ins[0], 0.0)
            and same_index(x.params["idx"], idx)
        ):
            v = x.ins[1]
            if (
                written.get(x, 0) == 1
                and known_aval(v).shape == known_aval(w).shape
                and known_aval(v).dtype == n.aval.dtype
            ):
                return made("put", y.ins[0], made("add", v, w, like=n), idx=idx, like=n)
        if len(known_aval(w).shape) > len(slot(y)):
            continue
        base = x if never_negative_zero(x) else without_negative_zeros(x, idx, written, n)
        if base is not None:
            there = made("getitem", base, idx=idx, like=n)
            return made("put", base, made("add", there, w, like=n), idx=idx, like=n)
    return None


def without_negative_zeros(x, idx, written, n):
    """x + 0.0, where x was made by one write into zeros that is elsewhere than idx."""
    if not (is_node(x, "put") and is_constant(x.ins[0], 0.0) and written.get(x, 0) == 1):
        return None
    v = x.ins[1]
    if type(v) is not GraphNode or v.aval.dtype != n.aval.dtype or not disjoint(x.params["idx"], idx, x.aval.shape):
        return None
    return made("put", x.ins[0], made("add", v, 0.0, like=n), idx=x.params["idx"], like=n)
