"""Functions with rules of their own: custom_vjp, custom_jvp, checkpoint, stop_gradient.

Each is one primitive, `rule(spec)`, that a trace meets like any other: running it runs the function; Record, Jvp and Batch
ask the spec. A spec's functions take and return flat lists of values; nothing here knows a level.
"""

import functools
import inspect
from types import CellType, FunctionType

from .. import tree
from ..core.aval import aval_of, shape_of
from ..core.handle import FROZEN, Handle, Taped
from ..core.node import TapeNode
from ..core.primitive import PRIMITIVES, define, helpers
from ..core.state import tls
from ..errors import ArgumentError, ShapeError
from .barrier import barrier
from .boundary import inner
from .forward_mode import jvp, zero_tangent
from .reverse_mode import check_callable, vjp
from .vectorize import vmap


class Spec:
    """What a function with its own rule does: `run(*xs)`, `record(vals) -> (outs, residuals)`,
    `pull(residuals, cts) -> cotangents of all operands`, `push(primals, tangents) -> tangents of the results`."""

    def mapped(self, size, dims):
        """The same spec with every part mapped; its results have the mapped axis in front."""
        return Mapped(self, size, dims)

    def batched(self, size, xs, dims):
        """The results on operands that are mapped, with the mapped axis in front."""
        return rule(*xs, spec=self.mapped(size, dims))

    def pull_node(self, slots, n, again):
        """The cotangents of a node's operands. `again`: record again, on Tensors, so that the pull itself is recorded."""
        residuals, vals = n.saved if isinstance(n, TapeNode) else (n.saved, None)
        if again:
            parents = dict(zip(n.plan.operands, n.ins, strict=True))
            face = n.owner.face
            inputs = [
                face(v, parents[i], n.owner, FROZEN) if i in parents and not isinstance(v, Taped) else v
                for i, v in enumerate(vals)
            ]
            residuals = self.record(*inputs)[1]
        return self.pull(residuals, slots.filled(helpers["zeros_of"]))


class Mapped(Spec):
    """A spec under vmap: each of its parts, mapped."""

    def __init__(self, inner, size, dims):
        self.inner, self.size, self.dims = inner, size, tuple(dims)
        self.name = inner.name

    def run(self, *xs):
        return vmap(lambda *a: tuple(self.inner.run(*a)), self.dims, axis_size=self.size)(*xs)

    def record(self, *xs):
        outs, residuals = vmap(lambda *a: tuple(map(tuple, self.inner.record(*a))), self.dims, axis_size=self.size)(*xs)
        return outs, residuals

    def pull(self, residuals, cts):
        gs = vmap(lambda r, c: tuple(self.inner.pull(r, c)), axis_size=self.size)(tuple(residuals), tuple(cts))
        sum_ = PRIMITIVES["sum"]
        back = []
        for g, d in zip(gs, self.dims, strict=True):
            if g is None or d == 0:
                back.append(g)
            elif d is None:
                back.append(sum_(g, axes=(0,)))
            else:
                perm = list(range(1, len(shape_of(g))))
                perm.insert(d, 0)
                back.append(PRIMITIVES["transpose"](g, perm=tuple(perm)))
        return back

    def push(self, primals, tangents):
        dims = (self.dims, tuple(None if t is None else d for t, d in zip(tangents, self.dims, strict=True)))
        fixed = [zero_tangent(x) if t is None else t for x, t in zip(primals, tangents, strict=True)]
        push = vmap(lambda p, t: tuple(self.inner.push(p, t)), (dims[0], self.dims), axis_size=self.size)
        return push(tuple(primals), tuple(fixed))


def _record(vals, params, need):
    outs, residuals = params["spec"].record(*vals)
    return tuple(map(inner, outs)), tuple(map(inner, residuals))


def _pull_handles(slots, n, again):
    return n.params["spec"].pull_node(slots, n, again)


def _pull(n, slots, cts, owned):
    gs = _pull_handles(slots, n, False)
    for p, i in zip(n.ins, n.plan.operands, strict=True):
        if gs[i] is not None:
            c = cts.get(p)
            cts[p] = gs[i] if c is None else c + gs[i]


@define
class rule:
    """The results of a function that brings its own rules."""

    variadic = multi = True
    saves = ()
    record = _record
    pull = _pull
    pull_handles = _pull_handles

    def impl(*xs, spec):
        return tuple(map(inner, spec.run(*xs)))

    def aval(*xs, spec):
        from .stage import graph_of

        return tuple(graph_of(lambda *a: list(spec.run(*a)), list(xs)).out_avals)

    def batch(size, xs, ds, *, spec):
        outs = spec.batched(size, xs, ds)
        return outs, [0] * len(outs)


def _rule_jvp(ts, outs, *xs, spec):
    if all(t is None for t in ts):
        return [None] * len(outs)
    return spec.push(
        xs, [zero_tangent(x) if t is None and aval_of(x).dtype.kind in "fc" else t for x, t in zip(xs, ts, strict=True)]
    )


rule.jvp = _rule_jvp
rule.fills = False  # (each Spec does it: an autograd.Function may want to know what nothing reached)


# ------------------------------------------------------------------------------------------------ closures
def closed_over(f):
    """(handles that f's closure holds, function that gives f with others in their place)."""
    if type(f) is not FunctionType or not f.__closure__:
        return [], lambda new: f
    cells = [c.cell_contents if filled(c) else None for c in f.__closure__]
    leaves, structure = tree.flatten(cells)
    at = [i for i, x in enumerate(leaves) if isinstance(x, Handle)]
    inner = [i for i, x in enumerate(cells) if type(x) is FunctionType and x is not f and closed_over(x)[0]]
    if not at and not inner:
        return [], lambda new: f
    deeper = {i: closed_over(cells[i]) for i in inner}
    found = [leaves[i] for i in at] + [h for i in inner for h in deeper[i][0]]

    def rebuilt(new):
        new = list(new)
        full = list(leaves)
        for i in at:
            full[i] = new.pop(0)
        contents = tree.unflatten(structure, full)
        for i in inner:
            k = len(deeper[i][0])
            contents[i] = deeper[i][1](new[:k])
            del new[:k]
        g = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, tuple(map(CellType, contents)))
        g.__kwdefaults__ = f.__kwdefaults__
        return g

    return found, rebuilt


def filled(cell):
    try:
        return cell.cell_contents is cell.cell_contents
    except ValueError:  # assigned later, or never
        return False


def call_rule(make, f, args, kwargs):
    """Call the rule primitive with f's arguments, and what f closes over, as flat operands."""
    hidden, rebuilt = closed_over(f)
    leaves, structure = tree.flatten((args, kwargs))
    traced = [
        i
        for i, x in enumerate(leaves)
        if isinstance(x, Handle) or hasattr(x, "dtype") or type(x) in (int, float, complex)
    ]
    spec = make(Flat(rebuilt, len(hidden), leaves, traced, structure))
    outs = rule(*hidden, *[leaves[i] for i in traced], spec=spec)
    return tree.unflatten(spec.flat.out_structure, list(outs))


class Flat:
    """A function of pytrees as one of flat operands: first what it closes over, then its traced leaves."""

    def __init__(self, rebuilt, hidden, leaves, traced, structure):
        self.rebuilt, self.hidden, self.traced, self.structure = rebuilt, hidden, traced, structure
        at = set(traced)
        self.leaves = [None if i in at else x for i, x in enumerate(leaves)]
        self.out_structure = None

    def arguments(self, xs):
        full = list(self.leaves)
        for i, x in zip(self.traced, xs[self.hidden :], strict=True):
            full[i] = x
        return tree.unflatten(self.structure, full)

    def __call__(self, *xs):
        args, kwargs = self.arguments(xs)
        outs, self.out_structure = tree.flatten(self.rebuilt(xs[: self.hidden])(*args, **kwargs))
        return outs


# ------------------------------------------------------------------------------------------------ checkpoint
class Checkpoint(Spec):
    """Keep the operands only; run the function again when its derivative is wanted."""

    name = "checkpoint"

    def __init__(self, flat):
        self.flat = flat

    def run(self, *xs):
        return self.flat(*xs)

    def record(self, *xs):
        return self.flat(*xs), xs

    def pull(self, residuals, cts):
        if tls.stage is not None:  # what is computed again must not be taken for what was computed before
            residuals = barrier(*residuals, *cts)[: len(residuals)]
        return vjp(lambda *xs: list(self.flat(*xs)), *residuals)[1](list(cts))

    def push(self, primals, tangents):
        on = [i for i, t in enumerate(tangents) if t is not None]

        def f(*ys):
            full = list(primals)
            for i, y in zip(on, ys, strict=True):
                full[i] = y
            return list(self.flat(*full))

        return jvp(f, tuple(primals[i] for i in on), tuple(tangents[i] for i in on))[1]


def checkpoint(f=None, *, prevent_cse=True, policy=None, static_argnums=()):
    """f, whose intermediate values are computed again in the backward pass instead of being kept.

    >>> import funcgrad as fg, numpy as np
    >>> fg.grad(fg.checkpoint(lambda x: np.sin(np.sin(x))))(1.0) == fg.grad(lambda x: np.sin(np.sin(x)))(1.0)
    True
    """
    if f is None:
        return functools.partial(checkpoint, prevent_cse=prevent_cse, policy=policy, static_argnums=static_argnums)
    check_callable(f, "checkpoint")

    @functools.wraps(f)
    def checkpointed(*args, **kwargs):
        return call_rule(Checkpoint, f, args, kwargs)

    return checkpointed


# ------------------------------------------------------------------------------------------------ custom_vjp, custom_jvp
def split_static(args, numbers):
    """(function that puts the static arguments back, the others)."""
    numbers = {i % len(args) for i in numbers}
    fixed = {i: args[i] for i in numbers}
    rest = [a for i, a in enumerate(args) if i not in numbers]

    def whole(others):
        it = iter(others)
        return [fixed[i] if i in fixed else next(it) for i in range(len(args))]

    return whole, rest, [fixed[i] for i in sorted(fixed)]


def positional(f, args, kwargs):
    """Keyword arguments in their positions, as jax resolves them for custom rules."""
    if not kwargs:
        return args
    bound = inspect.signature(f).bind(*args, **kwargs)
    bound.apply_defaults()
    if bound.kwargs:
        raise ArgumentError(
            f"custom rule: {f.__name__} has keyword-only arguments {', '.join(bound.kwargs)}; pass them by position."
        )
    return bound.args


class VjpSpec(Spec):
    name = "custom_vjp"

    def __init__(self, flat, fwd, bwd):
        self.flat, self.fwd, self.bwd = flat, fwd, bwd
        self.residual_structure = None

    def run(self, *xs):
        return self.flat(*xs)

    def record(self, *xs):
        args, kwargs = self.flat.arguments(xs)
        got = self.fwd(*args)
        if not isinstance(got, tuple) or len(got) != 2:
            raise ArgumentError(f"custom_vjp: fwd must return (value, residuals); got {type(got).__name__}.")
        outs, self.flat.out_structure = tree.flatten(got[0])
        residuals, self.residual_structure = tree.flatten((got[1], list(xs)))
        return outs, residuals

    def pull(self, residuals, cts):
        residuals, xs = tree.unflatten(self.residual_structure, list(residuals))
        gs = self.bwd(residuals, tree.unflatten(self.flat.out_structure, list(cts)))
        args, _ = self.flat.arguments(xs)
        if not isinstance(gs, (tuple, list)) or len(gs) != len(args):
            raise ArgumentError(
                f"custom_vjp: bwd must return a tuple with one cotangent (or None) for each of the {len(args)} arguments; got "
                f"{type(gs).__name__}{f' of {len(gs)}' if isinstance(gs, (tuple, list)) else ''}."
            )
        given = []  # one cotangent, or None, for every leaf of the arguments
        for g, x in zip(gs, args, strict=True):
            given += (
                [None] * len(tree.leaves(x)) if g is None else tree.broadcast_prefix(g, x, is_leaf=lambda v: v is None)
            )
        back = [None] * self.flat.hidden
        for x, i in zip(xs[self.flat.hidden :], self.flat.traced, strict=True):
            g = given[i]
            if g is not None and shape_of(g) != shape_of(x):
                raise ShapeError(
                    f"custom_vjp: bwd must return cotangents of the arguments' shapes; got {shape_of(g)} for {aval_of(x)}."
                )
            back.append(None if g is None else helpers["fit"](g, aval_of(x)))
        return back

    def push(self, primals, tangents):
        raise ArgumentError(
            "custom_vjp: forward-mode differentiation (jvp, jacfwd, hessian's outer pass) needs a jvp rule, and this function "
            "has a vjp only. Use custom_jvp, or jacrev."
        )


class custom_vjp:
    """A function whose reverse-mode derivative you write: `f.defvjp(fwd, bwd)`.

    `fwd(*args) -> (value, residuals)`, `bwd(residuals, ct) -> cotangents`, one an argument (None: zero). Arguments in
    `nondiff_argnums` are passed to bwd first, and are not differentiated.

    >>> import funcgrad as fg, numpy as np
    >>> @fg.custom_vjp
    ... def f(x):
    ...     return np.sin(x)
    >>> f.defvjp(lambda x: (f(x), x), lambda x, ct: (ct * 7.0,))
    >>> fg.grad(f)(0.0)
    7.0
    """

    def __init__(self, fun, nondiff_argnums=()):
        check_callable(fun, "custom_vjp")
        self.fun = fun
        self.nondiff_argnums = tuple(nondiff_argnums)
        self.fwd = self.bwd = None
        functools.update_wrapper(self, fun)

    def defvjp(self, fwd, bwd):
        """Give the rule; see the class."""
        self.fwd, self.bwd = fwd, bwd

    def __call__(self, *args, **kwargs):
        if self.fwd is None:
            raise ArgumentError(
                f"custom_vjp: {self.fun.__name__} has no rule yet; call {self.fun.__name__}.defvjp(fwd, bwd)."
            )
        args = positional(self.fun, args, kwargs)
        if not self.nondiff_argnums:
            return call_rule(lambda flat: VjpSpec(flat, self.fwd, self.bwd), self.fun, args, {})
        whole, rest, static = split_static(args, self.nondiff_argnums)

        def f(*others):
            return self.fun(*whole(others))

        def fwd(*others):
            return self.fwd(*whole(others))

        def bwd(residuals, ct):
            return self.bwd(*static, residuals, ct)

        return call_rule(lambda flat: VjpSpec(flat, fwd, bwd), f, tuple(rest), {})


class JvpSpec(Spec):
    name = "custom_jvp"

    def __init__(self, flat, rule_of):
        self.flat, self.rule_of = flat, rule_of

    def run(self, *xs):
        return self.flat(*xs)

    def record(self, *xs):
        return self.flat(*xs), xs

    def push(self, primals, tangents):
        p, _ = self.flat.arguments(primals)
        t, _ = self.flat.arguments(
            [zero_tangent(x) if s is None else s for x, s in zip(primals, tangents, strict=True)]
        )
        got = self.rule_of(tuple(p), tuple(t))
        if not isinstance(got, tuple) or len(got) != 2:
            raise ArgumentError(f"custom_jvp: the rule must return (value, tangent); got {type(got).__name__}.")
        return tree.leaves(got[1])

    def pull(self, residuals, cts):
        """The rule is linear in the tangents: its vjp, at any tangent, is the transpose."""
        zeros = [zero_tangent(x) for x in residuals]
        on = [i for i, x in enumerate(residuals) if aval_of(x).dtype.kind in "fc"]

        def f(*ts):
            full = list(zeros)
            for i, t in zip(on, ts, strict=True):
                full[i] = t
            return list(self.push(residuals, full))

        got = vjp(f, *[zeros[i] for i in on])[1](list(cts))
        back = [None] * len(residuals)
        for i, g in zip(on, got, strict=True):
            back[i] = g
        return back


class custom_jvp:
    """A function whose derivative you write in forward mode; reverse mode transposes it.

    `@f.defjvp def rule(primals, tangents): return value, tangent`, or `f.defjvps(f1, f2, ...)` with one
    `fi(tangent, value, *primals)` an argument (None: zero).

    >>> import funcgrad as fg, numpy as np
    >>> @fg.custom_jvp
    ... def f(x):
    ...     return np.sin(x)
    >>> f.defjvps(lambda t, out, x: t * 7.0)
    >>> fg.grad(f)(0.0), fg.jvp(f, (0.0,), (1.0,))[1]
    (7.0, 7.0)
    """

    def __init__(self, fun, nondiff_argnums=()):
        check_callable(fun, "custom_jvp")
        self.fun = fun
        self.nondiff_argnums = tuple(nondiff_argnums)
        self.rule = None
        functools.update_wrapper(self, fun)

    def defjvp(self, jvp):
        """Give the rule; returns it, so that it may be used as a decorator."""
        self.rule = jvp
        return jvp

    def defjvps(self, *rules):
        """Give one rule an argument."""

        def jvp(primals, tangents):
            out = self(*primals)
            total = None
            for r, t in zip(rules, tangents, strict=True):
                if r is not None:
                    total = helpers["add_cts"](total, r(t, out, *primals))
            return out, zero_tangent(out) if total is None else total

        self.rule = jvp

    def __call__(self, *args, **kwargs):
        if self.rule is None:
            raise ArgumentError(
                f"custom_jvp: {self.fun.__name__} has no rule yet; call {self.fun.__name__}.defjvp(rule)."
            )
        args = positional(self.fun, args, kwargs)
        if not self.nondiff_argnums:
            return call_rule(lambda flat: JvpSpec(flat, self.rule), self.fun, args, {})
        whole, rest, static = split_static(args, self.nondiff_argnums)
        return call_rule(
            lambda flat: JvpSpec(flat, lambda p, t: self.rule(*static, p, t)),
            lambda *o: self.fun(*whole(o)),
            tuple(rest),
            {},
        )


def stop_gradient(x):
    """x, as a constant to every derivative: its derivative is zero.

    >>> import funcgrad as fg
    >>> fg.grad(lambda x: x * fg.stop_gradient(x))(3.0)
    3.0
    """
    return tree.map(lambda v: PRIMITIVES["stop"](v) if isinstance(v, Handle) else v, x)
