"""jit: stage a function once per signature, compile its graph, and run that from then on.

The key of a signature is the tree of the arguments, the shape, dtype and weakness of each leaf, and the static
arguments. A function that closes over a traced value gets it as a hidden input; a graph that would hold a handle is
not cached.
"""

import functools
import operator
import sys
import time
from types import MethodType

from .. import tree
from ..core import nans, state
from ..core.aval import PYTHON_SCALARS, PYTHON_TYPE, Aval, dtype_of, ndarray, shape_of
from ..core.axes import environment
from ..core.handle import Array, Handle, Taped, fresh
from ..core.trace import TAPE
from ..core.tracebacks import public
from ..transforms.boundary import as_tensor, as_value, inner, show
from ..transforms.reverse_mode import check_callable
from ..transforms.static import resolved, separate
from .call import call
from .entry import MISS, entry, given
from .recorded import is_recorded, recorded_entry
from .source import compiled, function_of
from .staged import assign, box, cell_of, clash, payload, stage
from .stats import Compilation, Stats, reason
from .stepwise import stepwise

tls = state.tls
MOST_ENTRIES = 8  # signatures of one function that have a short road


def leaf_key(x):
    if type(x) is ndarray:
        return x.shape, x.dtype
    if type(x) in PYTHON_SCALARS:
        return type(x)
    if isinstance(x, Taped):
        return x.shape, x.dtype, type(x), x.mark is not None
    return PYTHON_TYPE[dtype_of(x).kind] if getattr(x, "weak", False) else (shape_of(x), dtype_of(x))


@public
def jit(
    f=None, *, static_argnums=None, static_argnames=None, donate_argnums=None, donate_argnames=None, keep_unused=False,
    inline=False, numpy=False,
):  # fmt: skip
    """f staged once per signature of its arguments and compiled; the compiled code runs from then on.

    `static_argnums`, `static_argnames`: arguments that are part of the key instead (hashable; any Python value). Python
    side effects happen while staging only; where one is seen (variables, attributes, lists, dicts, sets, small arrays and files that f can
    name), a SideEffectWarning says so; what f prints, and files that it opens, are not seen. The result equals f's own, dtype
    and all: a Python float stays one.

    `donate_argnums`, `donate_argnames`: arguments whose memory results may take: after the call these arrays hold unspecified
    values. One that is a view, not writeable, shared with another argument or of no result's form is left alone, with a warning.

    `keep_unused`, `inline`, jax's, change nothing: arguments are never dropped, and inner jitted functions are always opened.

    Under jit values are not known: `if x > 0` raises and names the remedies. `jit(f).graph(*args)` and `.source(*args)`
    show what was made of f.

    >>> import funcgrad as fg, numpy as np
    >>> fg.jit(lambda x: np.sin(x) * 2)(np.zeros(2))
    array([0., 0.])
    """
    if f is None:
        return functools.partial(
            jit, static_argnums=static_argnums, static_argnames=static_argnames, donate_argnums=donate_argnums,
            donate_argnames=donate_argnames, numpy=numpy,
        )  # fmt: skip
    check_callable(f, "jit")
    if numpy:
        from ..tracing import trace_numpy

        f = trace_numpy(f)
    return Jitted(f, static_argnums, static_argnames, donate_argnums, donate_argnames)


class Jitted:
    """A function compiled by jit."""

    def __init__(self, f, static_argnums=None, static_argnames=None, donate_argnums=None, donate_argnames=None):
        self.f = f
        self.cache = {}
        self.calls = 0
        self.compilations = []
        self.entries = []  # the short roads of the signatures called last
        self.static_argnums, self.static_argnames = resolved(f, static_argnums, static_argnames)
        self.donation = None
        if donate_argnums is not None or donate_argnames is not None:
            from .donation import Donation

            self.donation = Donation(f, donate_argnums, donate_argnames, self.static_argnums, self.static_argnames)
        functools.update_wrapper(self, f, updated=())

    def __get__(self, instance, owner=None):
        return self if instance is None else MethodType(self, instance)

    def __repr__(self):
        return f"<jit of {self.f!r}>"

    def __reduce__(self):
        """Pickled and copied as a function is: by its name if that leads here, else anew, without what was compiled."""
        home = sys.modules.get(self.__module__)
        try:
            if operator.attrgetter(self.__qualname__)(home) is self:
                return self.__qualname__
        except AttributeError:  # (a local function, or a callable without a name)
            pass
        donation = (None, None) if self.donation is None else (self.donation.numbers, self.donation.names)
        return Jitted, (self.f, self.static_argnums, self.static_argnames, *donation)

    @public
    def __call__(self, *args, **kwargs):
        self.calls += 1
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
        need = sum([1 << i for i, x in enumerate(leaves) if is_recorded(x)])
        if need in t.entered:
            return
        t.entered.add(need)
        structure = tree.structure(args)
        if need:
            written = recorded_entry(structure, leaves, t.graph, t.structure)
        else:
            written = entry(structure, leaves, t.graph, t.structure, owned)
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
        return separate(self.f, self.static_argnums, self.static_argnames, args, kwargs)

    def find(self, f, args, kwargs, static, described=False):
        """The staged function for these arguments, staged now if need be, and the leaves. `described`: they may be avals."""
        leaves, structure = tree.flatten((args, kwargs))
        for i, x in enumerate(leaves):
            if isinstance(x, Handle):
                if x.alias is not None:
                    fresh(x)
            elif type(x) is not ndarray and type(x) not in PYTHON_SCALARS and not (described and isinstance(x, Aval)):
                leaves[i] = as_value(x, "jit")
        if tls.mapping is not None:  # (what is staged may depend on the named axes around)
            static = (static, environment())
        key = (structure, tuple([leaf_key(x) for x in leaves]), static)
        for t in self.cache.get(key, ()):
            if all((cell_of(c, leaves).grad is None) == none for c, none in t.guards) and not clash(t, leaves):
                return t, leaves
        args, kwargs = tree.unflatten(structure, leaves)
        start = time.perf_counter()
        t = stage(f, args, kwargs)
        if t.check is not None:
            effects, alive = t.check
            t.check = None
            effects.warn(alive, t.graph)
        self.compilations.append(Compilation(reason(key, list(self.cache)), time.perf_counter() - start, t.graph))
        if not t.once:
            self.cache.setdefault(key, []).append(t)
        return t, leaves

    def run(self, f, args, kwargs, static):
        t, leaves = self.find(f, args, kwargs, static)
        ins = [box(x, leaves) for x in t.order]
        k, given = len(t.outs), leaves
        got = None
        if self.donation is not None:
            got, given = self.donation.run(t, leaves, args, kwargs) or (None, leaves)
        if got is None:
            got = call(*(ins if t.taped else [x.val if isinstance(x, Taped) else x for x in ins]), graph=t.graph)
        for (x, _), v in zip(t.writes, got[k:], strict=False):
            assign(box(x, leaves), v)
        values = iter(got[k + len(t.writes) :])
        for c, n in t.grads:
            cell_of(c, leaves).grad = None if n is None else as_tensor(payload(next(values)))
        outs = owned(got[:k], given)
        if (
            t.plain
            and self.donation is None
            and tls.mapping is None
            and not kwargs
            and not static
            and not self.static_argnums
            and not self.static_argnames
        ):
            self.remember(t, args, leaves)
        return tree.unflatten(t.structure, [show(v, face) for v, face in zip(outs, t.faces, strict=True)])

    def trace(self, *args, **kwargs):
        """This function at arguments of these shapes and dtypes (arrays, or ShapeDtypeStructs): a `Traced`, with `graph`, `out_info`
        and `lower()`."""
        from ..stages import Traced

        return Traced(self, args, kwargs)

    def lower(self, *args, **kwargs):
        """`trace(...).lower()`: a `Lowered`, with `as_text()`, `cost_analysis()` and `compile()`, which gives a `Compiled` to call.

        >>> import funcgrad as fg, numpy as np
        >>> compiled = fg.jit(np.sin).lower(fg.ShapeDtypeStruct((2,), np.float64)).compile()
        >>> compiled(np.zeros(2)), compiled.out_info
        (array([0., 0.]), ShapeDtypeStruct(shape=(2,), dtype=float64))
        """
        return self.trace(*args, **kwargs).lower()

    @public
    def graph(self, *args, **kwargs):
        """The Graph that these arguments are compiled to."""
        return self.trace(*args, **kwargs).graph

    @public
    def source(self, *args, **kwargs):
        """The Python source that these arguments run."""
        graph = self.graph(*args, **kwargs)
        compiled(graph)
        return graph.cache["source"]

    def stats(self):
        """How often this was called, and what it was staged for: a `Stats` with `calls` and `compilations`, each with its reason.

        >>> import funcgrad as fg, numpy as np
        >>> f = fg.jit(lambda x: x * 2)
        >>> _ = f(1.0), f(2.0), f(np.ones(3))
        >>> f.stats().calls, [c.reason for c in f.stats().compilations]
        (3, ['the first call', 'args[0] is float64[3], not a Python float'])
        """
        return Stats(self.calls, list(self.compilations), sum(map(len, self.cache.values())))

    def clear_cache(self):
        self.cache.clear()
        self.entries = []
        if type(self) is not Jitted:
            self.__class__ = Jitted


def owned(values, given):
    """Compiled results that share no memory with arguments, constants of the graph, or one another."""
    seen = {id(x) for x in given}
    out = []
    for v in values:
        if type(v) is ndarray:
            if id(v) in seen or v.base is not None or not v.flags.writeable:
                v = v.copy()
            seen.add(id(v))
        out.append(v)
    return out


__all__ = ["Array", "Jitted", "TAPE", "inner", "jit", "leaf_key", "tls"]
