"""Effects: operations that are run for what they do, not for a result.

Invariant: an effect happens once, in the order of the program, each time the function that asked for it is run: at once
where there are values, as a node of the graph (core/graph.py) where a Stage is running. Derivatives pass it by.
"""

import numpy as np

from ..core.graph import has_effect
from ..core.handle import Handle, fresh
from ..core.primitive import Primitive
from ..core.sample import Sample
from ..core.state import tls
from .shape import front


class Effect(Primitive):
    """A primitive with an effect: a running Stage records it even if all its operands come from outside."""

    variadic = multi = effect = True
    arity, saves, params = 0, (), ()

    def draws(self, **params):
        """Does it make something new each time (ops/draws.py)? Then a running vmap decides what it is, whatever its operands."""
        return False

    def __call__(self, *args, **params):
        stage, mapping = tls.stage, tls.mapping
        if mapping is not None and (stage is None or stage.level < mapping.level) and self.draws(**params):
            top = outermost(args)
            if top is None or top.level <= mapping.level:
                return mapping.drawn(self, args, params)
        if stage is not None and has_effect(self, params):
            args = stage.capture(args)
            top = outermost(args)
            if top is not None and top.level < stage.level:
                return stage.process(self, args, params)
        return self.general(*args, **params)


def outermost(args):
    """The trace of the highest level among the arguments, each brought up to date; None if none is traced."""
    top = None
    for a in args:
        if isinstance(a, Handle):
            if a.alias is not None:
                fresh(a)
            if top is None or a.owner.level > top.level:
                top = a.owner
    return top


# ------------------------------------------------------------------------------------------------ debug.callback
def _run(*xs, callback):
    if tls.stage is not None:  # values that are known while staging: the effect is for every run
        return tls.stage.process(debug_callback, xs, {"callback": callback})
    try:
        callback(*[x.copy() if isinstance(x, np.ndarray) else x for x in xs])
    except Exception as error:
        error.from_effect = True  # the user's own: nothing is to be tried again
        raise
    return ()


def _samples(rng):
    yield Sample(np.array([0.5, -1.5]), callback=ignore)
    yield Sample(np.float32(0.5), np.zeros((0, 2), np.int64), 2.0, callback=ignore)


def ignore(*xs):
    pass


def _batch(size, xs, ds, *, callback):
    return debug_callback(
        *[x if d is None else front(x, d) for x, d in zip(xs, ds, strict=True)], callback=callback
    ), ()


debug_callback = Effect(
    "debug_callback",
    globals(),
    __doc__="A call of a Python function with plain values, which are its own to write into. It has no results.",
    nondiff="it has no results",
    impl=_run,
    aval=lambda *xs, callback: (),
    batch=_batch,
    samples=_samples,
)
__all__ = ["Effect", "debug_callback", "outermost"]
