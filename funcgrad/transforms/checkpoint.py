"""checkpoint: a function whose intermediate values are computed again in the backward pass, but for those that a policy saves.

Policies have jax's signature, `policy(primitive, *avals, **params) -> bool`, and see every operation on what is traced. The
function is run once more for its derivative, and the operations whose results were saved get them, in the order in which they
came; so it must do the same both times. Invariant: with no policy the operands are all that is kept.
"""

import functools

from .. import tree
from ..core.aval import aval_of, describe, dtype_of, is_float, shape_of
from ..core.graph import evaluate
from ..core.handle import Array, Handle
from ..core.primitive import define
from ..core.state import tls
from ..core.trace import Jvp, Record, Trace, unwrap
from ..core.tracebacks import public
from ..errors import ArgumentError
from ..ops.effects import outermost
from .barrier import barrier
from .boundary import enter, inside, leave
from .custom import split_static
from .forward_mode import jvp
from .reverse_mode import check_callable, vjp
from .rules import Spec, call_rule
from .static import resolved


class Watch(Trace):
    """The level on which a checkpointed function runs under a policy: `kept` are the results that the policy wants saved, of the
    primitives that `names` tells, unless `saved` (an iterator) says what they are; they are then of one of the lists in `orders`."""

    name = "checkpoint"

    def __init__(self, policy, saved=None, orders=()):
        super().__init__()
        self.policy, self.saved, self.orders = policy, saved, orders
        self.kept, self.names = [], []

    def process(self, prim, args, params, out=None):
        if self.done:
            self.leaked(prim.name)
        if prim.name == "call":  # a jitted function: the policy sees what is in it
            return evaluate(params["graph"], *args)
        vals, _ = unwrap(self, args)
        wanted = prim.record is None and self.policy(prim, *map(aval_of, vals), **params)
        if wanted and self.saved is not None:
            out = self.given(prim, vals, params)
        elif prim.name == "rule" and self.saved is None:  # (it is being recorded: its own rule says what its value is)
            out = tuple(
                prim.record(vals, params, sum([1 << i for i, v in enumerate(vals) if is_float(dtype_of(v))]))[0]
            )
        else:
            out = prim(*vals, **params)
            if wanted:
                outs = out if prim.multi else (out,)
                self.kept.extend(outs)
                self.names.extend([prim.name] * len(outs))
        return tuple([Array(o, None, self) for o in out]) if prim.multi else Array(out, None, self)

    def given(self, prim, vals, params):
        """The saved results of an operation, recorded as if they had been computed."""
        avals = prim.aval(*map(aval_of, vals), **params)
        out = tuple([self.next_saved(prim, a) for a in avals]) if prim.multi else self.next_saved(prim, avals)
        top = outermost(vals)
        known = outermost(out if prim.multi else (out,))  # (a saved value that is of this level has its record already)
        return top.process(prim, vals, params, out=out) if type(top) is Record and known is not top else out

    def next_saved(self, prim, aval):
        value, at = next(self.saved, None), len(self.names)  # (None: the first run saved fewer)
        self.names.append(prim.name)
        self.orders = [names for names in self.orders if names[at : at + 1] == (prim.name,)]
        if value is None or shape_of(value) != aval.shape or not self.orders:
            raise another(f"came to {prim.name} with a result {describe(aval)}, which the first run has not saved")
        return value

    def run(self, f, xs):
        """The flat results of f, one level out."""
        with inside(self):
            outs = f(*[enter(self, x, None) for x in xs])
            return [leave(self, o)[0] if isinstance(o, Handle) else o for o in outs]


def another(what):
    return ArgumentError(
        f"checkpoint: the second run of the function {what}. Under a policy it must do the same operations each time: "
        "draw random numbers, and read what changes, outside."
    )


def nothing(prim, *avals, **params):
    """The policy where there is none."""
    return False


def has_tangent(x):
    """Does a jvp stand around this value?"""
    while isinstance(x, Handle):
        if type(x.owner) is Jvp:
            return True
        x = x.val
    return False


class Checkpoint(Spec):
    """Keep the operands, and what the policy wants saved; run the function again when its derivative is wanted."""

    name = "checkpoint"

    def __init__(self, flat, policy=None):
        self.flat, self.policy = flat, policy
        self.orders = []  # the primitives of what was saved, for each order in which a first run came to them
        flat.differentiates = True

    def run(self, *xs):
        return self.flat(*xs)

    def record(self, *xs):
        if self.policy is None and not any(map(has_tangent, xs)):
            return self.flat(*xs), xs
        watch = Watch(self.policy or nothing)
        outs, names = watch.run(self.flat, xs), tuple(watch.names)
        if names not in self.orders:
            self.orders.append(names)
        return outs, (*xs, *watch.kept)

    def pull_needed(self, residuals, slots, need):
        k = len(self.flat.traced) + self.flat.hidden
        on = [i for i in range(k) if need >> i & 1 and is_float(dtype_of(residuals[i]))]
        reached = [j for j, c in enumerate(slots.cts) if c is not None]
        cts = [slots.cts[j] for j in reached]
        if tls.stage is not None:  # what is computed again must not be taken for what was computed before
            residuals = barrier(*residuals, *cts)[: len(residuals)]

        def f(*ys):
            outs = self.again(with_values(residuals[:k], on, ys), residuals[k:])
            return [outs[j] for j in reached]

        back = [None] * k
        for i, g in zip(on, vjp(f, *[residuals[i] for i in on])[1](cts), strict=True):
            back[i] = g
        return back

    def again(self, xs, saved):
        if self.policy is None:
            return list(self.flat(*xs))
        watch = Watch(self.policy, iter(saved), [names for names in self.orders if len(names) == len(saved)])
        outs = watch.run(self.flat, xs)
        if len(watch.names) < len(saved):
            left = watch.orders[0][len(watch.names)]
            raise another(f"did not come to {left}, whose result the first run has saved")
        return outs

    def push_needed(self, primals, tangents):
        on = [i for i, t in enumerate(tangents) if t is not None]

        def f(*ys):
            return list(self.flat(*with_values(primals, on, ys)))

        return jvp(f, tuple(primals[i] for i in on), tuple(tangents[i] for i in on))[1]


def with_values(xs, on, ys):
    """xs with ys in the places `on`."""
    full = list(xs)
    for i, y in zip(on, ys, strict=True):
        full[i] = y
    return full


def checkpoint(fun=None, *, prevent_cse=True, policy=None, static_argnums=(), static_argnames=()):
    """fun, whose intermediate values are computed again in the backward pass instead of being kept.

    Arguments and results are pytrees of arrays of any shape and dtype. `policy(primitive, *avals, **params)` says which intermediate values
    are kept nevertheless; see `checkpoint_policies`. With a policy fun is run on watched values, and must do the same operations each time
    it is run on the same arguments: TypeError where it does not. `static_argnums`, `static_argnames`: arguments that fun gets as they are;
    TypeError for one that fun does not have. `prevent_cse`, jax's, is always the case.

    >>> import funcgrad as fg, numpy as np
    >>> fg.grad(fg.checkpoint(lambda x: np.sin(np.sin(x))))(1.0) == fg.grad(lambda x: np.sin(np.sin(x)))(1.0)
    True
    """
    if fun is None:
        return functools.partial(
            checkpoint, policy=policy, static_argnums=static_argnums, static_argnames=static_argnames
        )
    check_callable(fun, "checkpoint")
    if policy is not None:
        check_callable(policy, "checkpoint: policy")
    numbers, names = resolved(fun, static_argnums, static_argnames, by="checkpoint")

    @public
    @functools.wraps(fun)
    def checkpointed(*args, **kwargs):
        g = fun
        if numbers or names:
            fixed = {k: kwargs.pop(k) for k in names if k in kwargs}
            whole, args, _ = split_static(args, [i for i in numbers if -len(args) <= i < len(args)])
            g = lambda *others, **named: fun(*whole(others), **fixed, **named)  # noqa: E731
        return call_rule(lambda flat: Checkpoint(flat, policy), g, tuple(args), kwargs)

    return checkpointed


# ------------------------------------------------------------------------------------------------ names and policies
@define
class named:
    """The operand itself, under a name that policies know."""

    linear = (0,)

    def impl(x, *, name):
        return x

    def aval(x, *, name):
        return aval_of(x)

    def batch(size, xs, ds, *, name):
        return named(xs[0], name=name), ds[0]

    transpose = (lambda ct, x, *, name: ct,)


def checkpoint_name(x, name):
    """x (a pytree of anything), under a name: `checkpoint_policies.save_only_these_names(name)` saves what of it is traced. It raises nothing.

    >>> import funcgrad as fg
    >>> fg.checkpoint_name(3.0, "h")
    3.0
    """
    return tree.map(lambda v: named(v, name=name) if isinstance(v, Handle) else v, x)


__all__ = ["checkpoint", "checkpoint_name", "named"]
