"""In which order the elements of a traced array would lie in memory, had NumPy computed it: what decides whether its reshape is a
view.

Of Tensors it is torch's order (core/elementwise_layout.py), of which the same is asked.

Invariant: a layout is an array of the right shape and strides (in elements) over one byte that is never read, or None where the elements lie in
C order. Known are the operations that keep the order of their operands, and views; any other result, and the arguments of a staged
function, count as in C order.
"""

import numpy as np

from .aval import ndarray, shape_of
from .elementwise_layout import strides_for
from .graph import GraphNode
from .handle import Handle, Taped
from .strides import viewed
from .trace import Batch

VIEWS = {"transpose", "getitem", "broadcast", "diagonal", "real", "imag", "stop"}
KEEPING = {  # the order of the first operand, but for ufuncs, which keep what is common to all of theirs
    "cast", "put", "dynamic_slice", "dynamic_update_slice", "roll", "sort", "softmax", "log_softmax", "standardize", "fft",
}  # fmt: skip
REDUCING = {"sum", "max", "min", "prod", "mean", "any", "all", "logsumexp"}
BYTE = np.empty((), np.int8)


def is_view(x, shape):
    """Would NumPy's reshape of a handle be a view?"""
    layout = layout_of(x)
    return layout is None or reshaped(layout, shape) is not NOT_A_VIEW


NOT_A_VIEW = object()


def reshaped(layout, shape):
    try:
        return viewed(layout, shape)
    except ValueError:
        return NOT_A_VIEW


def layout_of(x):
    """The layout of a handle, number or array."""
    common = torch_order if isinstance(x, Taped) else numpy_order
    while isinstance(x, Handle):
        if type(x.mark) is GraphNode:
            return of_node(x.mark, x.owner.layouts, common)
        if type(x.owner) is Batch and x.mark is not None:
            return normal(of_sample(layout_of(x.val), shape_of(x.val), x.mark, common is torch_order))
        x = x.val
    return normal(lying_as(x)) if type(x) is ndarray else None


def of_sample(layout, shape, axis, gaps):
    """The layout of one sample of a mapped array: with others between its elements, or as if there were none."""
    strides = (dense(shape) if layout is None else layout).strides
    size, step = max(shape[axis], 1), abs(strides[axis])
    own = [s // size if step and abs(s) > step and not gaps else s for s in strides]
    return ghost(shape[:axis] + shape[axis + 1 :], own[:axis] + own[axis + 1 :])


def of_mapped(layout, shape, axis):
    """The layout of an array that is mapped over one axis, of which each sample has a layout: its samples one after another."""
    own = dense(shape[:axis] + shape[axis + 1 :]) if layout is None else layout
    outermost = 1 + sum([abs(s) * n for s, n in zip(own.strides, own.shape, strict=True)])
    return normal(ghost(shape, (*own.strides[:axis], outermost, *own.strides[axis:])))


def in_order(v, layout):
    """The value of a handle, in memory in the order of a layout: what a write to the array that lay so leaves behind."""
    if isinstance(v, Taped):  # (torch's own rules say what is a view)
        return v
    if isinstance(v, Handle):
        if type(v.mark) is GraphNode:
            v.owner.layouts[v.mark] = layout
            return v
        if type(v.owner) is Batch and v.mark is not None:
            layout = of_mapped(layout, shape_of(v.val), v.mark)
        inside = in_order(v.val, layout)
        return v if inside is v.val else type(v)(inside, v.mark, v.owner, v.alias)
    if type(v) is not ndarray or (normal(v) is None if layout is None else same_order(v, layout)):
        return v
    order = range(v.ndim) if layout is None else by_strides(layout.strides)
    steps = [1] * v.ndim if layout is None else [-1 if s < 0 else 1 for s in layout.strides]
    out = np.empty([v.shape[a] for a in order], v.dtype).transpose(np.argsort(order))
    out = out[tuple([slice(None, None, step) for step in steps])]
    out[...] = v
    return out


def same_order(a, b):
    return by_strides(a.strides) == by_strides(b.strides) and np.array_equal(np.sign(a.strides), np.sign(b.strides))


def lying_as(array):
    """The layout of an array, as its memory has it."""
    return ghost(array.shape, [s // array.itemsize for s in array.strides])


def ghost(shape, strides):
    return np.lib.stride_tricks.as_strided(BYTE, shape, strides)


def dense(shape, order=None):
    """The layout without gaps in which the axes lie in this order, the outermost first."""
    strides, step = [0] * len(shape), 1
    for a in reversed(order or range(len(shape))):
        strides[a], step = step, step * shape[a]
    return ghost(shape, strides)


def by_strides(strides):
    return sorted(range(len(strides)), key=lambda a: -abs(strides[a]))


def normal(layout):
    """None where a layout is C order: axes of one element do not count."""
    step = 1
    for n, stride in zip(reversed(layout.shape), reversed(layout.strides), strict=True):
        if n == 0:
            return None
        if n > 1:
            if stride != step:
                return layout
            step *= n
    return None


def of_node(node, known, common):
    """The layout of a node of a graph; `known` keeps those of nodes; `common`: the rule of elementwise operations."""
    stack = [node]
    while stack:
        n = stack[-1]
        reads = [x for x in reads_of(n, common) if type(x) is GraphNode and x not in known] if n not in known else ()
        if reads:
            stack += reads
            continue
        stack.pop()
        if n not in known:
            known[n] = made(
                n, [known[x] if type(x) is GraphNode else layout_of(x) for x in reads_of(n, common)], common
            )
    return known[node]


def reads_of(n, common):
    """The operands on whose layouts that of a node depends."""
    prim = n.prim
    if prim is None or type(n.aval) is tuple:
        return ()
    if prim.elementwise:
        ordered = common is torch_order or prim.bare is prim.ufunc or prim.symbol is not None or prim.name == "where"
        return n.ins if ordered else ()
    keeps = prim.name == "reshape" or prim.name in VIEWS | KEEPING | REDUCING
    keeps = keeps and not (common is torch_order and "softmax" in prim.name)
    written = prim.name == "copy" and common is torch_order and n.ins[0] is not n.ins[1]  # (into what is there)
    return n.ins[:1] if keeps or written else ()


def shape_at(x):
    return x.aval.shape if type(x) is GraphNode else shape_of(x)


def made(n, layouts, common):
    name, shape = n.prim and n.prim.name, n.aval.shape if type(n.aval) is not tuple else ()
    if name in VIEWS:
        layout = dense(shape_at(n.ins[0])) if layouts[0] is None else layouts[0]
        return normal(n.prim.impl(layout, **n.params))
    if all([layout is None for layout in layouts]) or 0 in shape:
        return None
    if name == "reshape":
        got = reshaped(layouts[0], shape)
        return None if got is NOT_A_VIEW else normal(got)
    if name in REDUCING:
        axes = n.params["axes"]
        order = [a for a in by_strides(layouts[0].strides) if a not in axes]
        left = [a for a in range(layouts[0].ndim) if a not in axes]
        return normal(dense(shape, [left.index(a) for a in order]))
    return normal(common(n.ins, layouts, shape))


def torch_order(ins, layouts, shape):
    """The layout that torch gives the result of an elementwise operation."""
    given = []
    for x, layout in zip(ins, layouts, strict=False):
        own = shape_at(x)
        given += own, (dense(own) if layout is None else layout).strides
    return ghost(shape, strides_for(shape, given))


def numpy_order(ins, layouts, shape):
    """The layout that NumPy gives the result of a ufunc, asked of arrays with no more than two elements an axis."""
    small = []
    for x, layout in zip(ins, layouts, strict=False):
        own = shape_at(x)
        if layout is None:
            small.append(np.empty([min(n, 2) for n in own], np.int8))
            continue
        order = by_strides(layout.strides)
        tiny = np.empty([min(own[a], 2) if layout.strides[a] else 1 for a in order], np.int8).transpose(
            np.argsort(order)
        )
        small.append(np.broadcast_to(tiny, [min(n, 2) for n in own]))  # (what is stretched says nothing of the order)
    return dense(shape, by_strides(np.nditer([*small, None]).operands[-1].strides))


__all__ = ["in_order", "is_view", "layout_of"]
