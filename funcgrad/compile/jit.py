"""jit: stage a function once per signature, compile its graph, and run that from then on.

The key of a signature is the tree of the arguments, the shape, dtype and weakness of each leaf, and the static
arguments. A function that closes over a traced value gets it as a hidden input; a graph that would hold a handle is
not cached.
"""

import functools
import inspect

import numpy as np

from .. import tree
from ..core import nans, state
from ..core.aval import PYTHON_SCALARS, PYTHON_TYPE, Aval, aval_of, dtype_of, ndarray, shape_of
from ..core.graph import Graph, GraphNode
from ..core.handle import Array, Cell, Handle, Taped, fresh
from ..core.reverse import topological
from ..core.site import site
from ..core.trace import TAPE
from ..errors import ArgumentError
from ..transforms.boundary import as_tensor, as_value, inner, inside, leave, show
from ..transforms.forward_mode import jvp
from ..transforms.reverse_mode import check_callable
from ..transforms.stage import Stage, graph_of, staged
from .call import call
from .entry import MISS, entry, given
from .joint import optimised, split
from .narrow import unmixed
from .passes import inline
from .source import compiled, function_of
from .stepwise import stepwise, stepwise_linear

tls = state.tls
MOST_ENTRIES = 8  # signatures of one function that have a short road


class Staged:
    """A staged function: its graph, which boxes it captured, and what it did to them."""


def stage(f, args, kwargs):
    leaves, structure = tree.flatten((args, kwargs))
    st = Stage()
    t = Staged()
    with staged(st), inside(st):
        inputs = [x if isinstance(x, Taped) else Array(None, st.input(inner(x)), st) for x in leaves]
        arrays = len(st.inputs)
        st.capture(leaves)  # Tensor arguments are captured like any other, only first
        new_args, new_kwargs = tree.unflatten(structure, inputs)
        out = f(*new_args, **new_kwargs)
        outs, t.structure = tree.flatten(out)
        t.outs = []
        t.faces = []
        t.taped = False
        for o in st.capture(outs):
            if isinstance(o, Handle) and o.alias is not None:
                fresh(o)
            if isinstance(o, Taped):
                t.taped |= pending(o, st)
            elif not isinstance(o, Handle):
                o = as_value(o, "jit", "the result")
            v, m, face = leave(st, o)
            t.outs.append(m if m is not None else st.lift(v))
            t.faces.append(face)
        writes, cells = st.writes()
    args_at = {id(x): i for i, x in enumerate(leaves) if isinstance(x, Taped)}
    grads_at = {id(c.grad): c for c, _ in cells if c.grad is not None}

    def origin(x):
        """Where a call finds this box: an argument, a .grad, or itself."""
        return args_at.get(id(x), grads_at.get(id(x), x))

    t.order = [i for i, x in enumerate(leaves) if not isinstance(x, Taped)] + [origin(x) for x in st.outer[arrays:]]
    t.once = any(type(x) is Array for x in st.outer[arrays:])  # a value of an outer transform: good for this call only
    t.writes = [(origin(h), v) for h, v in writes]
    own = {
        id(x.mark.extra.cell): i
        for i, x in enumerate(leaves)
        if isinstance(x, Taped) and x.mark is not None and x.mark.extra
    }
    t.guards = [(own.get(id(c), c), c.grad is None) for c, _ in cells]
    t.grads = [(own.get(id(c), c), None if g is None else staged_value(g)) for c, g in cells if g is not c.grad]
    changes = [v for _, v in t.writes] + [n for _, n in t.grads if n is not None]
    t.graph = optimised(Graph(st.inputs, t.outs + changes, st.effects))
    t.plain = not (changes or t.guards or t.grads or t.taped or t.once or any(t.faces)) and t.order == list(
        range(len(leaves))
    )
    t.entered = False
    return t


def staged_value(t):
    """The graph's value of a Tensor made while staging: a node, or a constant that no input led to."""
    return t.val.mark if isinstance(t.val, Array) else t.val


def pending(o, st):
    """Does this result still carry a graph on the stage's tape, none of which a backward has freed?"""
    return o.owner is st.tape and o.mark is not None and all(n.saved is not None for n in topological([o.mark]))


def leaf_key(x):
    if type(x) is ndarray:
        return x.shape, x.dtype
    if type(x) in PYTHON_SCALARS:
        return type(x)
    if isinstance(x, Taped):
        return x.shape, x.dtype, type(x), x.mark is not None
    return PYTHON_TYPE[dtype_of(x).kind] if getattr(x, "weak", False) else (shape_of(x), dtype_of(x))


def jit(f=None, *, static_argnums=None, static_argnames=None, numpy=False):
    """f staged once per signature of its arguments and compiled; the compiled code runs from then on.

    `static_argnums`, `static_argnames`: arguments that are part of the key instead (hashable; any Python value). Python
    side effects happen while staging only. The result equals f's own, dtype and all: a Python float stays one.

    Under jit values are not known: `if x > 0` raises and names the remedies. `jit(f).graph(*args)` and `.source(*args)`
    show what was made of f.

    >>> import funcgrad as fg, numpy as np
    >>> fg.jit(lambda x: np.sin(x) * 2)(np.zeros(2))
    array([0., 0.])
    """
    if f is None:
        return functools.partial(jit, static_argnums=static_argnums, static_argnames=static_argnames, numpy=numpy)
    check_callable(f, "jit")
    if numpy:
        from ..tracing import trace_numpy

        f = trace_numpy(f)
    return Jitted(f, static_argnums, static_argnames)


def as_tuple(x, kind):
    return () if x is None else (x,) if isinstance(x, kind) else tuple(x)


class Jitted:
    """A function compiled by jit."""

    def __init__(self, f, static_argnums=None, static_argnames=None):
        self.f = f
        self.cache = {}
        self.entries = []  # the short roads of the signatures called last
        numbers, names = as_tuple(static_argnums, int), as_tuple(static_argnames, str)
        if names or numbers:
            numbers, names = complete(f, numbers, names)
        self.static_argnums, self.static_argnames = numbers, names
        functools.update_wrapper(self, f, updated=())

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    def __call__(self, *args, **kwargs):
        f, args, kwargs, static = self.separate(args, kwargs)
        if nans.switch.on and tls.stage is None:
            return stepwise(f, args, kwargs)
        return self.run(f, args, kwargs, static)

    def missed(self, args, kwargs):
        """A call that is not of the signature called last."""
        args = given(args)
        for attempt in self.entries[:-1]:
            got = attempt(self, *args, **kwargs)
            if got is not MISS:
                return got
        return Jitted.__call__(self, *args, **kwargs)

    def remember(self, t, args, leaves):
        """Write out the short road of a signature: it is what calling this object runs from now on (a class of its own, since
        Python looks `__call__` up there)."""
        t.entered = True
        written = entry(tree.structure(args), leaves, t.graph, t.structure, owned)
        if written is None:
            return
        text, env = written
        attempt = function_of(text, {**env, "miss": lambda *_: MISS}, "entry", "call")
        self.entries = [*self.entries[-MOST_ENTRIES:], attempt]
        call = function_of(text, {**env, "miss": Jitted.missed}, "entry", "call")
        if type(self) is Jitted:
            self.__class__ = type(
                "Jitted", (Jitted,), {"__doc__": self.__doc__, "__module__": __name__, "__call__": call}
            )
        else:
            type(self).__call__ = call

    def separate(self, args, kwargs):
        """(function of the traced arguments, those arguments, key of the static ones)."""
        if not self.static_argnums and not self.static_argnames:
            return self.f, args, kwargs, ()
        numbers = {i % len(args) if args else i for i in self.static_argnums if -len(args) <= i < len(args)}
        fixed = {i: args[i] for i in numbers}
        named = {k: kwargs[k] for k in self.static_argnames if k in kwargs}
        key = (tuple(sorted(fixed.items(), key=first)), tuple(sorted(named.items(), key=first)))
        try:
            hash(key)
        except TypeError:
            bad = next(v for v in [*fixed.values(), *named.values()] if not hashable(v))
            raise ArgumentError(
                f"jit: a static argument must be hashable; got {type(bad).__name__}. Use a tuple, or do not mark it static."
            ) from None
        rest = [a for i, a in enumerate(args) if i not in fixed]
        others = {k: v for k, v in kwargs.items() if k not in named}

        def g(*traced, **traced_kwargs):
            it = iter(traced)
            return self.f(*[fixed[i] if i in fixed else next(it) for i in range(len(args))], **named, **traced_kwargs)

        return g, tuple(rest), others, key

    def find(self, f, args, kwargs, static):
        """The staged function for these arguments, staged now if need be, and the leaves."""
        leaves, structure = tree.flatten((args, kwargs))
        for i, x in enumerate(leaves):
            if isinstance(x, Handle):
                if x.alias is not None:
                    fresh(x)
            elif type(x) is not ndarray and type(x) not in PYTHON_SCALARS:
                leaves[i] = as_value(x, "jit")
        key = (structure, tuple([leaf_key(x) for x in leaves]), static)
        for t in self.cache.get(key, ()):
            if all((cell_of(c, leaves).grad is None) == none for c, none in t.guards):
                return t, leaves
        args, kwargs = tree.unflatten(structure, leaves)
        t = stage(f, args, kwargs)
        if not t.once:
            self.cache.setdefault(key, []).append(t)
        return t, leaves

    def run(self, f, args, kwargs, static):
        t, leaves = self.find(f, args, kwargs, static)
        ins = [box(x, leaves) for x in t.order]
        got = call(*(ins if t.taped else [x.val if isinstance(x, Taped) else x for x in ins]), graph=t.graph)
        k = len(t.outs)
        for (x, _), v in zip(t.writes, got[k:], strict=False):
            assign(box(x, leaves), v)
        values = iter(got[k + len(t.writes) :])
        for c, n in t.grads:
            cell_of(c, leaves).grad = None if n is None else as_tensor(payload(next(values)))
        outs = owned(got[:k], leaves)
        if (
            t.plain
            and not t.entered
            and not kwargs
            and not static
            and not self.static_argnums
            and not self.static_argnames
        ):
            self.remember(t, args, leaves)
        return tree.unflatten(t.structure, [show(v, face) for v, face in zip(outs, t.faces, strict=True)])

    def graph(self, *args, **kwargs):
        """The Graph that these arguments are compiled to."""
        f, args, kwargs, static = self.separate(args, kwargs)
        return self.find(f, args, kwargs, static)[0].graph

    def source(self, *args, **kwargs):
        """The Python source that these arguments run."""
        graph = self.graph(*args, **kwargs)
        compiled(graph)
        return graph.cache["source"]

    def clear_cache(self):
        self.cache.clear()
        self.entries = []
        if type(self) is not Jitted:
            self.__class__ = Jitted


def owned(values, given):
    """Compiled results that share no memory with arguments, constants of the graph, or one another."""
    seen = list(given)
    out = []
    for v in values:
        if type(v) is ndarray:
            if v.base is not None or not v.flags.writeable or any([v is x for x in seen]):
                v = v.copy()
            seen.append(v)
        out.append(v)
    return out


def first(pair):
    return pair[0]


def hashable(v):
    try:
        hash(v)
    except TypeError:
        return False
    return True


def complete(f, numbers, names):
    """static_argnums and static_argnames from one another, as jax does."""
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        return numbers, names
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    known = {p.name for p in parameters}
    has_kwargs = any(p.kind == p.VAR_KEYWORD for p in parameters)
    for name in names:
        if name not in known and not has_kwargs:
            raise ArgumentError(
                f"jit: static_argnames names {name!r}, but the function has {', '.join(sorted(known))}."
            )
    more_names = [positional[i] for i in numbers if -len(positional) <= i < len(positional)]
    more_numbers = [positional.index(n) for n in names if n in positional]
    return tuple(dict.fromkeys([*numbers, *more_numbers])), tuple(dict.fromkeys([*names, *more_names]))


def box(x, leaves):
    return leaves[x] if type(x) is int else x.grad if type(x) is Cell else x


def cell_of(c, leaves):
    return leaves[c].mark.extra.cell if type(c) is int else c


def payload(v):
    return v.val if isinstance(v, Taped) else v


def assign(target, v):
    """Copy a compiled result back into the box it stands for: into its memory, or by re-pointing."""
    v = payload(v)
    if isinstance(v, ndarray) and target.owner is TAPE:
        np.copyto(target.val, v)
        store = target.versioned()
        store.version += 1
        store.changed = site(2)
    else:
        target.repoint(as_tensor(v))


# ------------------------------------------------------------------------------------------------ looking, without running
def make_graph(f, static_argnums=None):
    """A function that returns the Graph of f at the given arguments (arrays, numbers, or ShapeDtype avals).

    >>> import funcgrad as fg
    >>> print(fg.make_graph(lambda x: x * 2 + 1)(3.0))
    graph(a0: float64[]*)
      v0: float64[]* = mul(a0, 2)
      v1: float64[]* = add(v0, 1)
      return v1
    """
    check_callable(f, "make_graph")
    return Jitted(f, static_argnums).graph


def eval_shape(f, *args, **kwargs):
    """The shapes and dtypes of f's result, as a pytree of avals, without computing anything.

    >>> import funcgrad as fg, numpy as np
    >>> fg.eval_shape(lambda x: x @ x.T, np.ones((3, 2)))
    float64[3,3]
    """
    leaves, structure = tree.flatten((args, kwargs))
    out_structure = []

    def flat(*xs):
        new_args, new_kwargs = tree.unflatten(structure, list(xs))
        outs, s = tree.flatten(f(*new_args, **new_kwargs))
        out_structure.append(s)
        return outs

    avals = [
        x
        if type(x) is Aval
        else Aval(tuple(x.shape), np.dtype(x.dtype))
        if not isinstance(x, Handle) and hasattr(x, "shape")
        else aval_of(x)
        for x in leaves
    ]
    graph = graph_of(flat, avals)
    return tree.unflatten(out_structure[0], graph.out_avals)


def stage_linear(f, primals, has_aux=False):
    """linearize: the graph of value and tangents, split into what the primals decide and what is linear in the tangents."""
    if nans.switch.on and tls.stage is None:
        return stepwise_linear(f, tuple(primals), has_aux)
    leaves, structure = tree.flatten(tuple(primals))
    leaves = [inner(as_value(x, "linearize")) for x in leaves]
    shapes = []

    def both(*xs):
        k = len(leaves)
        p, t = tree.unflatten(structure, list(xs[:k])), tree.unflatten(structure, list(xs[k:]))
        got = jvp(f, p, t, has_aux=has_aux)
        flat = [tree.flatten(part) for part in got]
        shapes.extend(part[1] for part in flat)
        return [x for part in (flat[0], *flat[2:], flat[1]) for x in part[0]]  # tangents last: they depend on the rest

    st = Stage()
    ins = [GraphNode(None, (), None, aval_of(x)) for x in leaves * 2]
    with staged(st), inside(st):
        outs = both(*[Array(None, n, st) for n in ins])
        outs = [o.mark if isinstance(o, Array) and o.owner is st else st.lift(inner(o)) for o in outs]
    k = len(leaves)
    known = len(outs) - shapes[1].num_leaves
    inputs = [*ins[:k], *st.inputs, *ins[k:]]  # (what f closes over is an input too)
    whole = optimised(inline(Graph(inputs, outs, st.effects), ("call",)))  # (a call may have both parts in it)
    forward, push = split(optimised(unmixed(whole, k + len(st.inputs))), k + len(st.inputs), known)
    got = call(*leaves, *st.outer, graph=forward)
    residuals = owned(got[known:], leaves)  # (the caller may write into what it gave and what it gets)
    values = owned(got[:known], [*leaves, *residuals])
    shown = [show(v) for v in values]
    out = tree.unflatten(shapes[0], shown[: shapes[0].num_leaves])

    def linear(*tangents):
        """The derivative at the point, applied to tangents; the value is not computed again."""
        ts, got_structure = tree.flatten(tangents)
        if got_structure != structure:
            raise ArgumentError(
                f"linearize: tangents must have the structure of the primals, {structure}; got {got_structure}."
            )
        outs = owned(call(*residuals, *map(inner, ts), graph=push), [*ts, *residuals])
        return tree.unflatten(shapes[1], [show(v) for v in outs])

    return (out, linear, tree.unflatten(shapes[2], shown[shapes[0].num_leaves :])) if has_aux else (out, linear)


__all__ = ["Array", "Jitted", "TAPE", "eval_shape", "inner", "jit", "leaf_key", "make_graph", "tls"]
