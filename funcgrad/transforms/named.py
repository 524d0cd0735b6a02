"""Named axes: the primitives that work across the samples of a vmap that has an axis name.

A collective is processed by the vmap that binds its name (`over`), whatever levels are between: those above pass it on by
their rules, and a value that is the same for all samples is given to that vmap as such, so none lies below it. Within it x is
one sample; what the rule sees has all n of them. Invariant: no collective is left in what a named vmap gives to the level
below; one that runs outside raises NameError.
"""

import numpy as np

from ..core.aval import Aval, aval_of, dtype_of, shape_of
from ..core.axes import binder, bound_names, name_of
from ..core.handle import Array
from ..core.nested import graphs_in
from ..core.primitive import PRIMITIVES, Primitive, helpers, linear_jvp, transposed_vjp
from ..ops.effects import outermost

P = PRIMITIVES


def free_names(params):
    """The names of axes that the graphs among the params of a primitive have collectives over."""
    found = set()
    for g in graphs_in(params):
        if "names" not in g.cache:
            own = {n.params["over"] for n in g.nodes if isinstance(n.prim, Collective)}
            g.cache["names"] = own.union(*[free_names(n.params) for n in g.nodes])
        found |= g.cache["names"]
    return found


def at_binder(prim, args, params, names):
    """The results of a primitive processed by the innermost vmap that binds one of these names, if all its operands come from
    further out; otherwise NotImplemented."""
    bound = bound_names()
    traces = [bound[n] for n in names if n in bound]
    if not traces:
        return NotImplemented
    trace = max(traces, key=lambda t: t.level)
    top = outermost(args)
    if top is not None and top.level >= trace.level:
        return NotImplemented
    return trace.process(prim, [Array(x, None, trace) for x in args], params)


class Collective(Primitive):
    """A primitive over a named axis. `across(n, x)`: the rule, on all samples of x in front: (result, its mapped axis)."""

    arity = 1
    params = ()

    def __call__(self, *args, **params):
        binder(params["over"], self.name)
        got = at_binder(self, args, params, [params["over"]])
        return self.general(*args, **params) if got is NotImplemented else got


def declare(name, aval, across, along, transpose, doc):
    """A collective; `along(x, **params)`: the rule for x with another mapped axis in front: (result, its mapped axis)."""

    def batch(size, xs, ds, *, over, **params):
        (x,), (d,) = xs, ds
        if name_of(size) != over:
            return along(helpers["front"](x, d), over=over, **params)
        n = int(size)
        return across(n, helpers["batched"](n, x, d), **params)

    prim = Collective(
        name,
        globals(),
        __doc__=doc,
        linear=(0,),
        saves=((),),
        impl=lambda x, **params: prim(x, **params),
        aval=aval,
        batch=batch,
        transpose=(transpose,),
    )
    prim.vjp = transposed_vjp(prim)
    prim.jvp = lambda ts, out, *xs, **kw: linear_jvp(prim, ts, out, *xs, **kw)
    return prim


def swapped(x):
    """The first two axes of x exchanged."""
    return P["transpose"](x, perm=(1, 0, *range(2, len(shape_of(x)))))


def summed(x, axis=0):
    """The sum over an axis, in the dtype of x."""
    out = P["sum"](x, axes=(axis,))
    return out if dtype_of(out) == dtype_of(x) else P["cast"](out, dtype=dtype_of(x))


def permuted(n, x, pairs):
    """Sample i goes where the pairs (i, j) send it; zeros where none arrives."""
    source = np.full(n, -1)
    for i, j in pairs:
        source[j] = i
    taken = P["gather"](x, np.maximum(source, 0))
    if (source >= 0).all():
        return taken, 0
    return P["where"]((source >= 0).reshape((n,) + (1,) * (len(shape_of(x)) - 1)), taken, dtype_of(x).type(0)), 0


psum = declare(
    "psum",
    lambda x, *, over: aval_of(x),
    lambda n, x: (summed(x), None),
    lambda x, **kw: (psum(x, **kw), 0),
    lambda ct, x, *, over: psum(ct, over=over),
    "The sum over the samples.",
)
all_gather = declare(
    "all_gather",
    lambda x, *, over, count: Aval((count, *shape_of(x)), dtype_of(x)),
    lambda n, x, count: (x, None),
    lambda x, **kw: (all_gather(x, **kw), 1),
    lambda ct, x, *, over, count: psum_scatter(ct, over=over),
    "All samples, along a new first axis.",
)
psum_scatter = declare(
    "psum_scatter",
    lambda x, *, over: Aval(shape_of(x)[1:], dtype_of(x)),
    lambda n, x: (summed(x), 0),
    lambda x, **kw: (psum_scatter(swapped(x), **kw), 0),
    lambda ct, x, *, over: all_gather(ct, over=over, count=shape_of(x)[0]),
    "Of sample i: the sum over all samples of their row i.",
)
all_to_all = declare(
    "all_to_all",
    lambda x, *, over: Aval(shape_of(x), dtype_of(x)),
    lambda n, x: (swapped(x), 0),
    lambda x, **kw: (all_to_all(swapped(x), **kw), 1),
    lambda ct, x, *, over: all_to_all(ct, over=over),
    "Row j of sample i is row i of sample j.",
)
ppermute = declare(
    "ppermute",
    lambda x, *, over, pairs: Aval(shape_of(x), dtype_of(x)),
    lambda n, x, pairs: permuted(n, x, pairs),
    lambda x, **kw: (ppermute(x, **kw), 0),
    lambda ct, x, *, over, pairs: ppermute(ct, over=over, pairs=tuple([(j, i) for i, j in pairs])),
    "Samples sent from one place to another, zeros where none arrives.",
)

__all__ = [
    "all_gather", "all_to_all", "at_binder", "free_names", "ppermute", "psum", "psum_scatter",
]  # fmt: skip
