"""custom_vjp, custom_jvp: functions whose derivative the user writes; stop_gradient. The meaning of every option is jax's."""

import functools
import inspect

import numpy as np

from .. import tree
from ..core.aval import Aval, aval_of, describe, dtype_of, is_float, shape_of, strengthened
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES, helpers
from ..core.site import here
from ..core.trace import ROOT
from ..core.tracebacks import public
from ..errors import ArgumentError, ShapeError
from .boundary import as_value, own
from .forward_mode import zero_tangent
from .reverse_mode import FLOAT0, check_callable, vjp
from .rules import Calls, Spec, call_rule, rule


class SymbolicZero:
    """A tangent or cotangent that is known to be zero, with the aval of what it stands for: `shape`, `dtype`, `ndim`.

    >>> import funcgrad as fg, numpy as np
    >>> fg.custom_derivatives.SymbolicZero.from_primal_value(np.ones(3)).shape
    (3,)
    """

    __slots__ = ("aval",)

    def __init__(self, aval):
        self.aval = aval

    @staticmethod
    def from_primal_value(value):
        """The zero tangent of a value; that of an integer has jax's dtype float0."""
        return SymbolicZero(tangent_aval(aval_of(value)))

    shape = property(lambda self: self.aval.shape)
    dtype = property(lambda self: self.aval.dtype)
    ndim = property(lambda self: len(self.aval.shape))

    def __repr__(self):
        return "SymbolicZero"


class CustomVJPPrimal:
    """What `fwd` gets for an array, with symbolic_zeros=True: its `value`, and whether it is `perturbed` (differentiated).

    >>> import funcgrad as fg
    >>> fg.custom_derivatives.CustomVJPPrimal(3.0, True)
    CustomVJPPrimal(value=3.0, perturbed=True)
    """

    __slots__ = ("value", "perturbed")

    def __init__(self, value, perturbed):
        self.value, self.perturbed = value, perturbed

    def __repr__(self):
        return f"CustomVJPPrimal(value={self.value!r}, perturbed={self.perturbed})"


def fitted(t, aval):
    """What a rule of the user's returned for a value of this aval, in its dtype; a number for an array as NumPy's."""
    t = helpers["fit"](t, aval)
    return t if aval.weak else strengthened(t)


def tangent_aval(aval):
    return Aval(aval.shape, aval.dtype if is_float(aval.dtype) else FLOAT0, aval.weak)


CLOSED_OVER = (
    "{}: the derivative is asked for by a value that the function closes over, of which {} says nothing. Pass it as an argument, "
    "or close over fg.stop_gradient of it."
)


# ------------------------------------------------------------------------------------------------ arguments
def split_static(args, numbers):
    """(function that puts the static arguments back, the others)."""
    numbers = {i % len(args) for i in numbers}
    fixed = {i: args[i] for i in numbers}
    rest = [a for i, a in enumerate(args) if i not in numbers]
    count = len(args)  # (`whole` is kept with graphs: it must not hold the others)

    def whole(others):
        it = iter(others)
        return [fixed[i] if i in fixed else next(it) for i in range(count)]

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


def static_numbers(fun, numbers, names):
    """nondiff_argnums with those of nondiff_argnames, in order."""
    numbers = (numbers,) if isinstance(numbers, int) else tuple(numbers)
    names = (names,) if isinstance(names, str) else tuple(names)
    if not names:
        return numbers
    known = list(inspect.signature(fun).parameters)
    for name in names:
        if name not in known:
            raise ArgumentError(
                f"custom rule: nondiff_argnames names {name!r}, but {fun.__name__} has {', '.join(known)}. [at {here()}]"
            )
    return tuple(sorted({*numbers, *map(known.index, names)}))


class Custom(Calls):
    """What custom_vjp and custom_jvp share: the function, and which of its arguments no rule differentiates."""

    def __init__(self, fun, nondiff_argnums=(), nondiff_argnames=()):
        check_callable(fun, self.kind)
        self.fun = fun
        self.nondiff_argnums = static_numbers(fun, nondiff_argnums, nondiff_argnames)
        self.symbolic_zeros = False
        functools.update_wrapper(self, fun)

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self, instance)

    def missing(self, define):
        name = getattr(self.fun, "__name__", "it")
        raise ArgumentError(f"{self.kind}: {name} has no rule yet; call {name}.{define}. [at {here()}]")


# ------------------------------------------------------------------------------------------------ custom_vjp
class VjpSpec(Spec):
    name = "custom_vjp"
    stands = False  # (it has no forward mode, and what fwd and bwd do has)

    def __init__(self, flat, symbolic):
        self.flat, self.symbolic = flat, symbolic
        self.residual_structure = None

    def run(self, *xs):
        return self.flat(*xs)

    def record_needed(self, vals, need):
        given = list(map(own, vals))
        if self.symbolic:
            given = [CustomVJPPrimal(x, bool(need >> i & 1)) for i, x in enumerate(given)]
        args, _ = self.flat.arguments(given)
        got = self.flat.rules(vals)[0](*args)
        if not isinstance(got, tuple) or len(got) != 2:
            raise ArgumentError(f"custom_vjp: fwd must return (value, residuals); got {type(got).__name__}.")
        outs, structure = tree.flatten(got[0])
        if self.flat.out_structure is not None and structure != self.flat.out_structure:
            raise ArgumentError(
                f"custom_vjp: the value that fwd returns must have the structure of the function's own, "
                f"{self.flat.out_structure}; got {structure}."
            )
        self.flat.out_structure = structure
        leaves, structure = tree.flatten((got[1], list(vals)))
        # (truth values are known, `perturbed` say: no vmap may make arrays of them)
        fixed = {i: x for i, x in enumerate(leaves) if type(x) is bool}
        self.residual_structure = structure, fixed
        return outs, [x for i, x in enumerate(leaves) if i not in fixed]

    def pull_needed(self, residuals, slots, need):
        if need & (1 << self.flat.read) - 1:
            raise ArgumentError(CLOSED_OVER.format("custom_vjp", "bwd"))
        structure, fixed = self.residual_structure
        rest = iter(residuals)
        residuals, xs = tree.unflatten(
            structure, [fixed[i] if i in fixed else next(rest) for i in range(len(fixed) + len(residuals))]
        )
        if self.symbolic:
            cts = [
                SymbolicZero(tangent_aval(a)) if c is None else c for c, a in zip(slots.cts, slots.avals, strict=True)
            ]
        else:
            cts = slots.filled(helpers["zeros_of"])
        residuals, cts = tree.map(own, (residuals, cts))
        gs = self.flat.rules(xs)[1](residuals, tree.unflatten(self.flat.out_structure, cts))
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
            if g is None or isinstance(g, SymbolicZero) or dtype_of(g) == FLOAT0:
                back.append(None)
                continue
            g = as_value(g, "custom_vjp", "a cotangent from bwd")
            if shape_of(g) != shape_of(x):
                raise ShapeError(
                    f"custom_vjp: bwd must return cotangents of the arguments' shapes; got {shape_of(g)} for {aval_of(x)}."
                )
            back.append(fitted(g, aval_of(x)))
        return back

    def push_needed(self, primals, tangents):
        raise ArgumentError(
            "custom_vjp: forward-mode differentiation (jvp, jacfwd, hessian's outer pass) needs a jvp rule, and this function "
            "has a vjp only. Use custom_jvp, or jacrev."
        )


class custom_vjp(Custom):
    """A function whose reverse-mode derivative you write: `f.defvjp(fwd, bwd)`.

    `fwd(*args) -> (value, residuals)`, `bwd(residuals, ct) -> cotangents`, one an argument (None: zero). Arguments in
    `nondiff_argnums` (or named in `nondiff_argnames`) are given to bwd first, are not differentiated, and must not be traced.
    With `symbolic_zeros`, fwd gets a `CustomVJPPrimal(value, perturbed)` in place of every array, and bwd a `SymbolicZero`
    for every cotangent that is known to be zero. Raises TypeError for a missing rule, and rules that return something else.

    >>> import funcgrad as fg, numpy as np
    >>> @fg.custom_vjp
    ... def f(x):
    ...     return np.sin(x)
    >>> f.defvjp(lambda x: (f(x), x), lambda x, ct: (ct * 7.0,))
    >>> fg.grad(f)(0.0)
    7.0
    """

    kind = "custom_vjp"
    calls = "fun", "fwd", "bwd"
    fwd = bwd = None

    def defvjp(self, fwd, bwd, symbolic_zeros=False, optimize_remat=False):
        """Give the rule; see the class. `optimize_remat`, jax's, changes nothing."""
        self.fwd, self.bwd, self.symbolic_zeros = fwd, bwd, symbolic_zeros

    @public
    def __call__(self, *args, **kwargs):
        if self.fwd is None:
            self.missing("defvjp(fwd, bwd)")
        args = positional(self.fun, args, kwargs)
        if not self.nondiff_argnums:
            return call_rule(lambda flat: VjpSpec(flat, self.symbolic_zeros), self.fun, args, {}, (self.fwd, self.bwd))
        whole, rest, static = split_static(args, self.nondiff_argnums)
        for x in tree.leaves(static):
            if isinstance(x, Handle) and x.owner is not ROOT:
                raise ArgumentError(
                    f"custom_vjp: an argument in nondiff_argnums must not be traced; got {describe(x)}. Pass it as an argument "
                    f"that bwd returns None for. [at {here()}]"
                )

        def f(*others):
            return self.fun(*whole(others))

        def fwd(*others):
            return self.fwd(*whole(others))

        def bwd(residuals, ct):
            return self.bwd(*static, residuals, ct)

        return call_rule(lambda flat: VjpSpec(flat, self.symbolic_zeros), f, tuple(rest), {}, (fwd, bwd))


# ------------------------------------------------------------------------------------------------ custom_jvp
def zero_for(x):
    """The zero tangent of an operand as a rule of the user's sees it; that of an integer has jax's dtype float0."""
    return zero_tangent(x) if is_float(dtype_of(x)) else np.zeros(shape_of(x), FLOAT0)


class JvpSpec(Spec):
    name = "custom_jvp"

    def __init__(self, flat, symbolic):
        self.flat, self.symbolic = flat, symbolic

    def rule_at(self, primals):
        """The rule, for these operands."""
        return self.flat.rules(primals)[0]

    def run(self, *xs):
        return self.flat(*xs)

    def record(self, *xs):
        return rule(*xs, spec=self), xs  # (by the primitive: to the levels below, too, the rule is its derivative)

    def push_needed(self, primals, tangents):
        if any([t is not None for t in tangents[: self.flat.read]]):
            raise ArgumentError(CLOSED_OVER.format("custom_jvp", "the rule"))
        p, _ = self.flat.arguments(list(map(own, primals)))
        zero = SymbolicZero.from_primal_value if self.symbolic else zero_for
        t, _ = self.flat.arguments([zero(x) if s is None else own(s) for x, s in zip(primals, tangents, strict=True)])
        got = self.rule_at(primals)(tuple(p), tuple(t))
        if not isinstance(got, tuple) or len(got) != 2:
            raise ArgumentError(f"custom_jvp: the rule must return (value, tangent); got {type(got).__name__}.")
        outs, structure = tree.flatten(got[0])
        ts, structure_of_ts = tree.flatten(got[1])
        if structure_of_ts != structure:
            raise ArgumentError(
                f"custom_jvp: the tangent that the rule returns must have the structure of its value, {structure}; got "
                f"{structure_of_ts}."
            )
        return [tangent_of(o, t) for o, t in zip(outs, ts, strict=True)]

    def pull_needed(self, residuals, slots, need):
        """The rule is linear in the tangents: its vjp, at any tangent, is the transpose."""
        held = range(self.flat.read, self.flat.hidden)  # (what the rule alone reads has no tangent in it)
        on = [i for i, x in enumerate(residuals) if need >> i & 1 and i not in held and is_float(aval_of(x).dtype)]
        reached = [j for j, c in enumerate(slots.cts) if c is not None]
        back = [None] * len(residuals)
        if not on or not reached:
            return back

        def f(*ts):
            full = [None] * len(residuals)
            for i, t in zip(on, ts, strict=True):
                full[i] = t
            got = self.push_needed(residuals, full)
            return [helpers["zeros_of"](slots.avals[j]) if got[j] is None else got[j] for j in reached]

        cts = [slots.cts[j] for j in reached]
        for i, g in zip(on, vjp(f, *[zero_tangent(residuals[i]) for i in on])[1](cts), strict=True):
            back[i] = g
        return back


def tangent_of(out, t):
    """A tangent that a rule returned for a result: None where it is known to be zero."""
    if isinstance(t, SymbolicZero) or dtype_of(t) == FLOAT0 or not is_float(dtype_of(out)):
        return None
    if shape_of(t) != shape_of(out):
        raise ShapeError(
            f"custom_jvp: the rule must return a tangent of the shape of its value, {describe(out)}; got {describe(t)}."
        )
    return fitted(t, aval_of(out))


class custom_jvp(Custom):
    """A function whose derivative you write in forward mode; reverse mode transposes it.

    `@f.defjvp def rule(primals, tangents): return value, tangent`, or `f.defjvps(f1, f2, ...)` with one
    `fi(tangent, value, *primals)` an argument (None: zero). Arguments in `nondiff_argnums` (or named in `nondiff_argnames`)
    are given to the rule first. With `symbolic_zeros` the rule gets a `SymbolicZero` for every tangent that is known to be
    zero, and may return them. Raises TypeError for a missing rule, and rules that return something else.

    >>> import funcgrad as fg, numpy as np
    >>> @fg.custom_jvp
    ... def f(x):
    ...     return np.sin(x)
    >>> f.defjvps(lambda t, out, x: t * 7.0)
    >>> print(fg.grad(f)(0.0), fg.jvp(f, (0.0,), (1.0,))[1])
    7.0 7.0
    """

    kind = "custom_jvp"
    calls = "fun", "rule"
    rule = None

    def defjvp(self, jvp, symbolic_zeros=False):
        """Give the rule; returns it, so that it may be used as a decorator."""
        self.rule, self.symbolic_zeros = jvp, symbolic_zeros
        return jvp

    def defjvps(self, *jvps):
        """Give one rule an argument. Raises TypeError with nondiff_argnums."""
        if self.nondiff_argnums:
            raise ArgumentError(f"custom_jvp: defjvps cannot be used with nondiff_argnums; use defjvp. [at {here()}]")

        def rule(primals, tangents):
            out = self(*primals)
            parts = [r(t, out, *primals) for r, t in zip(jvps, tangents, strict=True) if r is not None]
            if not parts:
                return out, tree.map(zero_for, out)
            return out, tree.map(lambda *ts: functools.reduce(helpers["add_cts"], ts), *parts)

        self.rule, self.symbolic_zeros = rule, False

    @public
    def __call__(self, *args, **kwargs):
        if self.rule is None:
            self.missing("defjvp(rule)")
        args = positional(self.fun, args, kwargs)
        if not self.nondiff_argnums:
            return call_rule(lambda flat: JvpSpec(flat, self.symbolic_zeros), self.fun, args, {}, (self.rule,))
        whole, rest, static = split_static(args, self.nondiff_argnums)
        return call_rule(
            lambda flat: JvpSpec(flat, self.symbolic_zeros),
            lambda *o: self.fun(*whole(o)),
            tuple(rest),
            {},
            (lambda p, t: self.rule(*static, p, t),),
        )


# ------------------------------------------------------------------------------------------------ stop_gradient
def stop_gradient(x):
    """x, as a constant to every derivative: its derivative is zero.

    x: a pytree of arrays of any shape and dtype, which the result has too; what is no array comes back as it is. It raises nothing.

    >>> import funcgrad as fg
    >>> fg.grad(lambda x: x * fg.stop_gradient(x))(3.0)
    3.0
    """
    return tree.map(lambda v: own(PRIMITIVES["stop"](v)) if isinstance(v, Handle) else v, x)


__all__ = ["CustomVJPPrimal", "SymbolicZero", "custom_jvp", "custom_vjp", "split_static", "stop_gradient"]
