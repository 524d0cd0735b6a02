"""The reverse walk of a Record over Tensors that one vmap maps over memory: vmap(grad(f)), and the rows of a Jacobian.

Every cotangent is an array with the mapped axis in front. A rule by formulas runs over such arrays as it does over any, what it
reads aligned with them; any other rule is given handles of `Rows`, a vmap of plain arrays, and may call what primitives it likes.
"""

import numpy as np

from .aval import Aval
from .handle import Array, Taped
from .node import Node, pull_strong
from .primitive import helpers
from .trace import PICK, TAPE, Batch, Slots, batched, in_front

FEW = 4096


class Listened(Exception):
    """A value that a level below records, maps or follows: the walk has to go through its handles."""


class Rows(Batch):
    """A vmap whose handles hold the arrays of the Tensors that another, `of`, maps: torch's NumPy functions, and no tape."""

    of = None

    def __init__(self):
        super().__init__(None)

    def row(self, t):
        """A handle on the array of a Tensor t that `of` maps (the first that is seen says which vmap that is), or the array."""
        a = t.val
        if type(a) is not Array or type(a.owner) is not Batch or t.owner is not a.owner.tape:
            raise Listened
        below = a.val
        if not isinstance(below, Taped) or below.owner is not TAPE or below.mark is not None:
            raise Listened
        if self.of is None:
            self.of, self.size = a.owner, a.owner.size
        elif self.of is not a.owner:
            raise Listened
        return below.val if a.mark is None else Array(below.val, a.mark, self)

    def process(self, prim, args, params, out=None):
        if prim.record is not None:
            return super().process(prim, args, params, out)
        vals = []
        axes = []
        for a in args:
            mine = type(a) is Array
            vals.append(a.val if mine else a)
            axes.append(a.mark if mine else None)
        out, d = batched(prim, self.size, vals, axes, params)
        if prim.multi:
            return tuple([o if x is None else Array(o, x, self) for o, x in zip(out, d, strict=True)])
        return out if d is None else Array(out, d, self)

    def rows_of(self, g):
        """A cotangent as an array with the mapped axis in front."""
        if type(g) is Array:
            return g.val if g.mark == 0 else in_front(g.val, g.mark)
        g = np.asarray(g)
        shape = self.size, *g.shape
        if g.size * self.size > FEW:
            return np.broadcast_to(g, shape)
        rows = np.empty(shape, g.dtype)  # (a few numbers are sooner written than repeated by strides)
        rows[...] = g
        return rows

    def aligned(self, v, ndim):
        """What a formula reads, so that it is broadcast to rows of ndim axes; the mapped axis is in front."""
        if type(v) is not Array:
            return v
        x = v.val if v.mark == 0 else in_front(v.val, v.mark)
        return x if x.ndim > ndim else x.reshape(self.size, *(1,) * (ndim + 1 - x.ndim), *x.shape[1:])

    def by_formulas(self, n, ct, cts):
        """Pull the shadow of an elementwise operation back."""
        ndim = ct.ndim - 1
        n.saved = tuple([self.aligned(v, ndim) for v in n.saved])
        avals = n.avals
        if avals is None:
            return pull(n, ct, cts)
        into = {}
        size = (self.size,)
        n.avals = [a and Aval(size + (1,) * (ndim - len(a.shape)) + a.shape, a.dtype, a.weak) for a in avals]
        pull(n, ct, into)
        for p, i in zip(n.ins, n.plan.operands, strict=True):
            g = into.pop(p, None)
            if g is not None:
                if len(avals[i].shape) < ndim:
                    g = g.reshape(size + avals[i].shape)
                c = cts.get(p)
                cts[p] = g if c is None else c + g

    def by_rule(self, n, ct, cts):
        """Pull any other shadow back."""
        into = {}
        if type(ct) is Slots:
            ct = [
                helpers["raw_zeros"](a) if c is None else Array(c, 0, self)
                for c, a in zip(ct.cts, ct.avals, strict=True)
            ]
        else:
            ct = Array(ct, 0, self)
        n.plan.traced(n, ct, into, n.saved)
        for p, g in into.items():
            g = self.rows_of(g)
            c = cts.get(p)
            cts[p] = g if c is None else c + g

    def walk(self, seeds, order, shadows, want, home):
        """The cotangents of the nodes in `want`, as Tensors that `of` maps; None where none came. None for all of them where some
        are not of Tensors."""
        if not home.of_tensors.issuperset(want):
            return None
        cts = {}
        for n, ct in seeds:
            ct = self.rows_of(ct)
            cts[n] = cts[n] + ct if n in cts else ct
        found = dict.fromkeys(want)
        for n, twin in zip(order, shadows, strict=True):
            ct = cts.pop(n, None)
            if ct is None:
                continue
            if n in found:
                found[n] = ct
            if twin is None:
                continue
            prim = twin.plan.prim
            if prim is PICK:
                prim.pull(twin, ct, cts, set())
            elif prim.formulas:
                self.by_formulas(twin, ct, cts)
            else:
                self.by_rule(twin, ct, cts)
        made = {}
        tape = self.of.tape
        results = []
        for n in want:
            ct = found[n]
            if ct is not None:
                if id(ct) not in made:
                    t = TAPE.face(ct if ct.flags.writeable else ct.copy(), None, TAPE)
                    made[id(ct)] = tape.face(Array(t, 0, self.of), None, tape)
                ct = made[id(ct)]
            results.append(ct)
        return results


def pull(n, ct, cts):
    """Over arrays, where Python's scalars may have to be NumPy's."""
    owned = set()
    try:
        n.plan.pull(n, ct, cts, owned)
    except (ArithmeticError, ValueError):  # Python scalars raise where NumPy gives inf or nan
        pull_strong(n, ct, cts, owned)


__all__ = ["Listened", "Node", "Rows"]
