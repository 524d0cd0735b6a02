"""Small parameters stepped at once: what an elementwise rule reads is laid end to end, and what it writes is put back.

Invariant: the figures are those of one parameter after the other, to the bit. So only arrays that share no memory are laid together, of
one dtype and one count of steps; the parameters' and the state's own memory stays where it is.
"""

from operator import is_

import numpy as np

from ..dtypes import FLOAT32

ndarray = np.ndarray
FLOAT64 = np.dtype(np.float64)
SMALL = 1 << 10  # elements of a parameter: much beyond that the copies cost what the calls do that they spare
WORTH = 12  # arrays laid out, gradients not counted: an Adam of 4 parameters, an SGD of 12 (benchmarks/optim.py)


class Together:
    """What a group's parameters and their state lie in, for as long as these are the same arrays.

    `arrays`: all of them; `members`: the numbers of the rows, (parameter, memory, gradient, state), that are stepped at once, `rest`
    of the others; `roots`: ids of whatever the arrays are views of.
    """

    __slots__ = ("arrays", "members", "rest", "roots", "columns", "flat", "parts")

    def __init__(self, arrays, rows):
        self.arrays = arrays
        kinds = {}
        for i, row in enumerate(rows):
            if is_small(row):
                kinds.setdefault((row[1].dtype, row[3].get("step")), []).append(i)
        small = max(kinds.values(), key=len, default=[])
        names = [name for name in rows[small[0]][3] if name != "step"] if small else []
        self.members = small if len(small) * (1 + len(names)) >= WORTH and disjoint(arrays) else ()
        chosen = set(self.members)
        self.rest = [i for i in range(len(rows)) if i not in chosen]
        if not self.members:
            return
        self.roots = {id(b) for a in arrays for b in bases(a)}
        self.columns = {"p": [rows[i][1] for i in small]}
        for name in names:
            self.columns[name] = [rows[i][3][name] for i in small]
        ends = np.cumsum([0] + [rows[i][1].size for i in small]).tolist()
        self.flat = {name: np.empty(ends[-1], rows[small[0]][1].dtype) for name in ("p", "g", *names)}
        self.parts = {
            name: [
                self.flat[name][start:stop].reshape(a.shape)
                for a, start, stop in zip(own, ends, ends[1:], strict=False)
            ]
            for name, own in self.columns.items()
        }

    def fits(self, rows):
        """May these rows, whose arrays are those of the plan, be stepped at once now?"""
        if not self.members:
            return False
        _, v, _, held = rows[self.members[0]]
        dtype, step, roots = v.dtype, held.get("step"), self.roots
        for i in self.members:
            _, v, g, held = rows[i]
            if g.dtype is not dtype or g.shape != v.shape or held.get("step") != step:
                return False
            base = g.base
            if base is None:
                base = g
            elif type(base) is not ndarray or base.base is not None:
                return False
            if id(base) in roots:
                return False
        return True

    def step(self, update, rows):
        """The rule on all members."""
        flat, concatenate = self.flat, np.concatenate
        for name, arrays in self.columns.items():
            concatenate(arrays, axis=None, out=flat[name])
        concatenate([rows[i][2] for i in self.members], axis=None, out=flat["g"])
        held = {name: flat[name] for name in self.columns if name != "p"}
        step = rows[self.members[0]][3].get("step")
        if step is not None:
            held["step"] = step
        update(flat["p"], flat["g"], held)
        for name, arrays in self.columns.items():
            for a, part in zip(arrays, self.parts[name], strict=True):
                a[...] = part


def plan(known, rows):
    """The Together of these rows: the one that is known, if its arrays are still theirs."""
    arrays = []
    for _, v, _, held in rows:
        arrays.append(v)
        for a in held.values():
            if type(a) is ndarray:
                arrays.append(a)
    if known is not None and len(known.arrays) == len(arrays) and all(map(is_, known.arrays, arrays)):
        return known
    return Together(arrays, rows)


def is_small(row):
    """Is this parameter small, and its state, but the count, like it?"""
    _, v, _, held = row
    dtype = v.dtype
    return (
        v.size <= SMALL
        and (dtype is FLOAT32 or dtype is FLOAT64)
        and all(
            [
                name == "step" or type(a) is ndarray and a.shape == v.shape and a.dtype is dtype
                for name, a in held.items()
            ]
        )
    )


def bases(a):
    """An array, and what it is a view of, and so on."""
    while type(a) is ndarray:
        yield a
        a = a.base


def disjoint(arrays):
    """Do these arrays lie apart from one another?"""
    bounds = sorted([np.lib.array_utils.byte_bounds(a) for a in arrays if a.size])
    return all([end <= start for (_, end), (start, _) in zip(bounds, bounds[1:], strict=False)])
