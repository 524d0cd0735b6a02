"""In which order of memory the results of elementwise operations on Tensors lie: torch's, by the strides of their operands.

Invariant: a Tensor over NumPy memory that is not in C order has an alias: a view's, or LAID where it is no view. So an operation on Tensors in C
order, which have none, looks at nothing; the others ask `astray`. (What reaches a Tensor by a road that does not note it has NumPy's order.)
"""

import functools
import itertools

import numpy as np

from .aval import ndarray
from .handle import Alias, Frozen, Handle, Taped, fresh
from .node import extra_of
from .state import shared
from .strides import contiguous_strides, fills, nothing, order_of, steps_of


class Laid:
    """The alias of a Tensor that is no view and does not lie in C order."""

    __slots__ = ()
    store = None


LAID = Laid()


def astray(h):
    """A handle with an alias brought up to date: LAID if the order of its elements in NumPy memory may decide in which order a result lies,
    else its alias if it is a snapshot; None of most."""
    alias = h.alias
    if type(alias) is not Alias:
        fresh(h)
    elif (
        alias.base.val is not alias.val
        or alias.base.mark is not alias.mark
        or alias.mark is not None
        and alias.version != alias.store.version
    ):
        fresh(h)
    return lying(h.val) or (alias if type(alias) is Frozen else None)


def lying(v):
    """LAID of an array that does not lie in C order."""
    if type(v) is ndarray:
        steps = v.strides
        if len(steps) > 1 and lies_otherwise(steps, v.shape, v.flags.c_contiguous and v.size):
            return LAID
    return None


def lies_otherwise(steps, shape, whole):
    """Does an array not lie in C order? `whole`: does it but for axes of one element, of which the strides may be any?"""
    return (steps[0] <= steps[1] if len(steps) == 2 else rising(steps)) and (not whole or climbing(steps, shape))


def rising(steps):
    """Is a step in memory as large as that of an axis further out? (Else the elements lie in C order, perhaps with gaps.)"""
    return any([a <= b for a, b in itertools.pairwise(steps)])


def climbing(steps, shape):
    """Does torch go through memory that is whole otherwise than in C order? (By the steps of axes of one element, and by the longer axis
    of two with one step.)"""
    pairs = zip(itertools.pairwise(steps), itertools.pairwise(shape), strict=True)
    return any([a < b or a == b and n < m for (a, b), (n, m) in pairs])


def noted(h):
    """A Tensor over memory that may not lie in C order, which its alias says from now on."""
    if h.alias is None:
        v = h.val
        if type(v) is ndarray and v.ndim and oddly(v):
            h.alias = LAID
    return h


def oddly(v):
    """Does an array have other strides than NumPy gives new memory?"""
    if not v.size:
        return v.base is not None or any(v.strides)
    if v.ndim > 1 and lies_otherwise(v.strides, v.shape, v.flags.c_contiguous):
        return True
    return 1 in v.shape and steps_of(v) != contiguous_strides(v.shape)


def as_torch(out, *operands):
    """A new array in the order in which torch lays out the result of an elementwise operation on these: that of the strides of the first,
    then of the next where it does not say. (NumPy prefers C order where two differ.)"""
    if out.ndim < 2:
        return out
    given = []
    for a in operands:
        given += (a.shape, steps_of(a)) if type(a) is ndarray else ((), ())
    like = arrangement(out.shape, steps_of(out), *given)
    if like is None:
        return out
    return moved(out, like)


def summed(c, g):
    """c + g, in the order of c if they lie in two."""
    out = c + g
    if type(out) is ndarray and out.ndim > 1 and type(c) is type(g) is ndarray and c.strides != g.strides:
        return as_torch(out, c, g)
    return out


@functools.lru_cache(1024)
def arrangement(shape, strides, *operands):
    """The strides that the result of these operands (the shape and strides of each) has in torch; None if it has them already."""
    wanted = strides_for(shape, operands)
    return wanted if wanted != strides else None


def strides_for(shape, operands):
    """The strides that torch gives a result of operands, of which the shapes and strides are told in turn, all in elements: those of
    operands that all fill their memory in one way, axes of one element too; else those of the order in which it goes through them."""
    if operands and all([own == shape for own in operands[::2]]):
        if 0 in shape:
            return contiguous_strides(shape)
        ways = {*operands[1::2]}
        for order in (range(len(shape)), *([(0, 2, 3, 1)] if len(shape) == 4 else ())):
            if all([fill(shape, s, order) for s in ways]):
                return filled(shape, order)
        if len(ways) == 1 and preserved(shape, operands[1]) == operands[1]:
            return operands[1]
    return filled(shape, order_of(shape, *map(functools.partial(stretched, shape), operands[::2], operands[1::2])))


def preserved(shape, strides):
    """The strides of a new array that keeps the way in which another of its shape lies (torch's preserve_format): those of one that fills
    its memory, axes of one element too; else without gaps, in the same order."""
    if fills(shape, strides):
        return strides
    return filled(tuple([n or 1 for n in shape]), order_of(shape, strides))


def moved(array, strides):
    """An array with these strides, in elements: itself if it has them, else a copy."""
    return array if steps_of(array) == strides else copied(array, strides)


def in_columns(array):
    """An array, or a copy of it, each of whose matrices lies column after column, as LAPACK leaves what it computes."""
    *lead, m, n = array.shape
    if not lead and m > 1 < n:
        return array if array.flags.f_contiguous else array.copy("F")
    *outer, inner, step = contiguous_strides((*lead, n, m))
    return moved(array, (*outer, step, inner))


def left_in(f, x):
    """What a rule has computed, laid as f lays an array, if somebody may look at it."""
    if type(x) is ndarray:
        return f(x) if shared.shown else x
    if isinstance(x, Taped) and type(x.val) is ndarray:
        x.val = f(x.val)
        noted(x)
    return x


def in_rows(array):
    """An array, or a copy of it, in C order, axes of one element too."""
    return moved(array, contiguous_strides(array.shape))


def by_columns(impl):
    """A function of NumPy's, its result in columns."""
    return lambda *xs, **params: in_columns(impl(*xs, **params))


def copied(array, strides):
    """A copy of an array with these strides, in elements."""
    steps = [s * array.itemsize for s in strides]
    if not array.size:
        return nothing(np.empty(0, array.dtype), array.dtype, array.shape, steps, 0)
    memory = np.ndarray(array.shape, array.dtype, strides=steps)
    memory[...] = array
    return memory


def filled(shape, order):
    """The strides of memory without gaps in which the axes stand in this order, from the outermost."""
    if 0 in shape and [*order] == sorted(order):  # (C order, whatever it holds)
        return contiguous_strides(shape)
    wanted, step = [0] * len(shape), 1
    for d in reversed(order):
        wanted[d] = step
        step *= shape[d]
    return tuple(wanted)


def fill(shape, strides, order):
    """Do elements of these strides fill their memory, the axes in this order?"""
    return all([n == 1 or a == b for n, a, b in zip(shape, strides, filled(shape, order), strict=True)])


def stretched(shape, own, strides):
    """The strides of an operand that is broadcast to a shape."""
    missing = len(shape) - len(own)
    return (0,) * missing + tuple([0 if k != n else s for n, k, s in zip(shape[missing:], own, strides, strict=True)])


def torch_ordered(h, tape, *operands):
    """The result of an operation on Tensors of a tape, written out for NumPy's order, in torch's."""
    if isinstance(h, Handle) and h.owner is tape and h.alias is not LAID:
        h.val = as_torch(h.val, *[o.val if isinstance(o, Handle) else o for o in operands])
        noted(h)
        if h.mark is not None and h.val.ndim > 3:
            goes_back(h.mark)
    return h


def goes_back(n):
    """Note beside an operation on elements, which keeps an array, in which order its gradient lies. (Of images: in small steps on matrices it
    would be a fifth of the time.)"""
    plan = n.plan
    if plan is None:
        return
    rules = plan.prim.formulas and plan.prim.formulas[plan.kink]
    for k, i in enumerate(plan.operands):
        for r in rules[i].saves(len(rules)) if rules else plan.reads:
            v = n.saved[-1 if type(r) is str else plan.reads.index(r)]
            if type(v) is ndarray and v.ndim > 1:
                f = functools.partial(as_kept, plan.prim.name in KEPT_FIRST, steps_of(v))
                extra = extra_of(n)
                extra.lays = {**(extra.lays or {}), k: f}
                break


KEPT_FIRST = {"relu", "leaky_relu"}  # (torch's kernels of whose gradients look at what was kept before what comes back)


def as_kept(first, kept, g, ct):
    """What a rule made of ct and of a value with these strides, in elements, in torch's order."""
    v, c = value(g), value(ct)
    if v is c or type(v) is not ndarray is type(c) or v.shape != c.shape or len(kept) != v.ndim:
        return g
    ways = steps_of(c), kept
    like = arrangement(v.shape, steps_of(v), v.shape, ways[first], v.shape, ways[not first])
    return g if like is None else relaid(lambda v: moved(v, like), g)


def relaid(f, g):
    """What a rule has found, an array or a Tensor over one, laid as f lays an array."""
    v = value(g)
    own = f(v) if type(v) is ndarray else v
    return g if own is v else own if g is v else noted(type(g)(own, g.mark, g.owner))


def value(h):
    return h.val if isinstance(h, Taped) else h


__all__ = ["LAID", "as_torch", "astray", "noted", "relaid", "rising", "strides_for", "torch_ordered"]
