"""The quick road of writes at places that an index Tensor names, along one dimension: scatter_, index_add_ and their kin, and those that
give a copy, where nothing records them; and the places of scatter.

Invariant: it takes what is plainly right, of NumPy memory in C order; the function that stands behind it does the rest and says what is wrong.
"""

import functools
import math

import numpy as np

from funcgrad.core.aval import shape_of
from funcgrad.core.handle import Frozen, fresh
from funcgrad.core.quiet import quiet
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop
from funcgrad.ops.picked import starts

from ..tensor import Tensor
from ..unrecorded_writes import changed, root_to_write, source
from .operands import INT64, P, name_places
from .quick_roads import put_in_place
from .register import METHODS, install


@functools.lru_cache
def own_places(shape):
    """Where each element of this shape stands: an index array for each dimension."""
    grid = np.ogrid[tuple([slice(k) for k in shape])]
    for at in grid:
        at.flags.writeable = False
    return grid


def grid_of(i, dim):
    """Index arrays for all dimensions: i along dim, its own position along the others."""
    grid = list(own_places(shape_of(i)))
    grid[dim] = i
    return grid


def plain_places(shape, k, dim, given):
    """The dimension, counted from the front, along which an array of integers plainly names elements of an array of a shape, and no
    more of them than `given`, the shape of what is put there, has (None: a number); else None."""
    n, own = len(shape), k.shape
    if k.dtype is not INT64 or len(own) != n or not k.size or type(dim) is not int or not -n <= dim < n:
        return None
    if given is not None and given != own:
        if len(given) != n or any([a > b for a, b in zip(own, given)]):
            return None
    dim %= n
    for at in range(n):
        if own[at] > shape[at] and at != dim:
            return None
    return dim if name_places(k, shape[dim]) else None


def put_elements(mem, into, dim, k, value):
    """Write at elements of memory in C order."""
    shape, own = mem.shape, k.shape
    if type(value) is np.ndarray and value.shape != own:
        value = value[tuple([slice(m) for m in own])]
    if own[:dim] == shape[:dim] and own[dim + 1 :] == shape[dim + 1 :]:
        step = math.prod(shape[dim + 1 :])
        at = starts(shape, dim, True) + (k if step == 1 else k * step)
        into(mem.reshape(-1), value.reshape(-1) if type(value) is np.ndarray else value, at.reshape(-1))
    else:
        into(mem, value, *grid_of(k, dim))


def places_of_elements(v, k, dim, value):
    """Where scatter_ and scatter_add_ write, or None."""
    return plain_places(v.shape, k, dim, value.shape if type(value) is np.ndarray else None)


def put_slices(mem, into, dim, k, value):
    """Write at slices along a dimension."""
    if dim:
        mem = mem.swapaxes(0, dim)
        value = value.swapaxes(0, dim) if type(value) is np.ndarray else value
    into(mem, value, k)


def places_of_slices(v, k, dim, value):
    """Where index_add_, index_copy_ and index_fill_ write, or None."""
    shape, n = v.shape, v.ndim
    if k.dtype is not INT64 or k.ndim != 1 or not -n <= dim < n:
        return None
    dim %= n
    if type(value) is np.ndarray and value.shape != (*shape[:dim], k.size, *shape[dim + 1 :]):
        return None
    return dim if name_places(k, shape[dim]) else None


def bound(args, named, signatures):
    """The arguments by place, of a call that gives all of one of the signatures, some by name; else none."""
    for names in signatures:
        rest = names[len(args) - 1 :]
        if rest and named.keys() == {*rest} and (type(named[rest[-1]]) is Tensor) == (rest[-1] != "value"):
            return (*args, *[named[name] for name in rest])
    return ()


def quick_write(name, prim, places, put, *written):
    """Put a quick road before the in-place function of a name, and before the one that gives a copy. `places`: the function that says where
    it writes; `put`: what writes there; `written`: torch's names of what it writes: a number ("value"), or a Tensor."""
    into = P[prim].into
    numbers, tensors = "value" in written, written != ("value",)
    signatures = [("dim", "index", last) for last in written]

    def found(args, named):
        """(the Tensor, its root, where something is written, the index, what is written); None of a call that is not plain."""
        given = bound(args, named, signatures) if named else args
        if len(given) != 4:
            return None
        x, dim, index, value = given
        if type(index) is not Tensor or type(dim) is not int or index.owner is not TAPE:
            return None
        root = root_to_write(x)
        if root is None:
            return None
        if index.alias is not None:
            fresh(index)
        v, k = x.val, index.val
        value = source(value, root, v.dtype)
        if value is None or not v.flags.carray or type(index.alias) is Frozen:
            return None
        if not (tensors if type(value) is np.ndarray else numbers):
            return None
        at = places(v, k, dim, value)
        return None if at is None else (x, root, at, k, value)

    def in_place(*args, **named):
        plain = found(args, named)
        if plain is not None:
            x, root, at, k, value = plain
            v = x.val
            if not (np.may_share_memory(v, k) or type(value) is np.ndarray and np.may_share_memory(v, value)):
                if changed(x, root, put, into, at, k, value):
                    return x
        try:
            return slow(*args, **named)
        except BaseException as error:
            drop(error)
            raise

    def copied(*args, **named):
        plain = found(args, named)
        if plain is not None:
            x, _, at, k, value = plain
            memory = x.val.copy()
            with quiet():
                try:
                    put(memory, into, at, k, value)
                except (ValueError, IndexError, OverflowError, TypeError):  # (the slow road says why)
                    plain = None
            if plain is not None:
                return Tensor(memory, None, TAPE)
        try:
            return slower(*args, **named)
        except BaseException as error:
            drop(error)
            raise

    slow, slower = METHODS[name], METHODS[name[:-1]]
    install(name, functools.update_wrapper(in_place, slow))
    put_in_place(functools.update_wrapper(copied, slower), name[:-1])
