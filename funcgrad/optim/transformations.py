"""Transformations of gradients, and chains of them: each is `init(params) -> state`, `update(grads, state, params)`.

Inside a chain the trees are Flat (flat.py): packed once where they enter, and unpacked once where they leave.
"""

from typing import Any, NamedTuple

import numpy as np

from ..core.aval import PYTHON_SCALARS, dtype_of
from ..core.site import here
from ..errors import ArgumentValueError
from ..numpy.arguments import cast
from .flat import Flat


class Optimizer:
    """A transformation of gradients: `start(params) -> state`, `turn(grads, state, params) -> (updates, state)` over Flat trees.

    To write your own, give these two functions; `params` is None where the caller gave none.
    """

    __slots__ = ("start", "turn")

    def __init__(self, start, turn):
        self.start = start
        self.turn = turn

    def init(self, params):
        """The state before the first step."""
        return self.start(Flat.of(params))

    def update(self, grads, state, params=None):
        """(updates, state): what is to be added to the parameters, in a tree like theirs, and the next state."""
        packed = None if params is None else Flat.of(params)
        updates, state = self.turn(Flat.of(grads, packed and packed.layout), state, packed)
        return updates.tree(), state

    def step(self, grads, state, params):
        """(params, state) after a step: `update` and `apply_updates` in one, without unpacking in between."""
        packed = Flat.of(params)
        updates, state = self.turn(Flat.of(grads, packed.layout), state, packed)
        return packed.map(np.add, updates).tree(), state


def apply_updates(params, updates):
    """params + updates, leaf by leaf, in the dtypes of the parameters.

    >>> apply_updates({"w": 1.0}, {"w": 0.5})
    {'w': np.float64(1.5)}
    """
    packed = Flat.of(params)
    return packed.map(np.add, Flat.of(updates, packed.layout)).tree()


def number(x, like):
    """A number in the real dtype of a buffer, so that it does not change the buffer's; Python's are weak anyway."""
    if type(x) in PYTHON_SCALARS:
        return x
    dtype = dtype_of(like)
    return cast(x, np.zeros((), dtype).real.dtype)


def abs_square(x):
    if dtype_of(x).kind == "c":
        return np.add(np.square(np.real(x)), np.square(np.imag(x)))
    return np.square(x)


def decayed(old, new, decay):
    """decay old + (1 - decay) new."""
    return np.add(np.multiply(old, decay), np.multiply(new, 1 - decay))


def stateless(f):
    """A transformation that keeps no state: f(grads, params)."""
    return Optimizer(lambda params: (), lambda grads, state, params: (f(grads, params), ()))


# ------------------------------------------------------------------------------------------------ combining
def identity():
    """Leaves gradients as they are."""
    return stateless(lambda grads, params: grads)


def chain(*transformations):
    """One transformation after the other; its state is a tuple of theirs.

    >>> import funcgrad as fg, numpy as np
    >>> opt = fg.optim.chain(fg.optim.clip_by_global_norm(1.0), fg.optim.sgd(0.5))
    >>> opt.update(np.array([3.0, 4.0]), opt.init(np.zeros(2)))[0]
    array([-0.3, -0.4])
    """

    def start(params):
        return tuple([t.start(params) for t in transformations])

    def turn(grads, state, params):
        if len(state) != len(transformations):
            raise ArgumentValueError(
                f"chain: the state has {len(state)} parts for {len(transformations)} transformations; make it with init. [at {here()}]"
            )
        new = []
        for t, s in zip(transformations, state, strict=True):
            grads, s = t.turn(grads, s, params)
            new.append(s)
        return grads, tuple(new)

    return Optimizer(start, turn)


# ------------------------------------------------------------------------------------------------ sizes
def scale(factor):
    """Times a number."""
    return stateless(lambda grads, params: grads.map(lambda g: np.multiply(g, number(factor, g))))


class Count(NamedTuple):
    """How many steps there have been."""

    count: Any


def scale_by_schedule(schedule):
    """Times schedule(number of steps before this one)."""

    def turn(grads, state, params):
        factor = schedule(state.count)
        return grads.map(lambda g: np.multiply(g, number(factor, g))), Count(np.add(state.count, np.int32(1)))

    return Optimizer(lambda params: Count(np.int32(0)), turn)


def scale_by_learning_rate(learning_rate):
    """Times the negative of a learning rate: a number, or a schedule (a function of the number of steps)."""
    if callable(learning_rate):
        return scale_by_schedule(lambda count: np.negative(learning_rate(count)))
    return scale(-learning_rate)


def add_decayed_weights(weight_decay=0.0):
    """Plus weight_decay times the parameters, which `update` must then be given (ValueError if not)."""

    def decay(grads, params):
        if params is None:
            raise ArgumentValueError(
                f"add_decayed_weights: update(grads, state, params) needs the parameters. [at {here()}]"
            )
        return grads.map(lambda g, p: np.add(g, np.multiply(p, number(weight_decay, p))), params)

    return stateless(decay)


def clip(max_delta):
    """Every entry held between -max_delta and max_delta."""

    def held(g):
        most = number(max_delta, g)
        return np.clip(g, -most, most)

    return stateless(lambda grads, params: grads.map(held))


def clip_by_global_norm(max_norm):
    """Scaled down so that the norm of all entries together is at most max_norm."""

    def clipped(grads, params):
        square = square_of(grads)
        large = np.greater_equal(square, np.square(max_norm))
        factor = np.where(large, np.divide(max_norm, np.sqrt(np.where(large, square, 1.0))), 1.0)
        return grads.map(lambda g: np.multiply(g, number(factor, g)))

    return stateless(clipped)


def square_of(flat):
    """The sum of squares of all entries."""
    total = 0.0
    for b in flat.buffers:
        total = np.add(total, np.sum(abs_square(b)))
    return total


def global_norm(updates):
    """The Euclidean norm of all entries of a tree.

    >>> import numpy as np
    >>> float(global_norm({"a": np.array([3.0]), "b": [4.0]}))
    5.0
    """
    return np.sqrt(square_of(Flat.of(updates)))


# ------------------------------------------------------------------------------------------------ moments
class Trace(NamedTuple):
    """The sum of gradients, each decayed once a step."""

    trace: Any


def trace(decay, nesterov=False):
    """The sum of gradients so far, decayed; with `nesterov` the gradient plus the decayed sum."""

    def turn(grads, state, params):
        total = grads.map(lambda g, s: np.add(g, np.multiply(s, number(decay, g))), state.trace)
        out = grads.map(lambda g, s: np.add(g, np.multiply(s, number(decay, g))), total) if nesterov else total
        return out, Trace(total)

    return Optimizer(lambda params: Trace(params.like()), turn)


class Adam(NamedTuple):
    """The number of steps, and the decayed means of gradients and of their squares."""

    count: Any
    mu: Any
    nu: Any


def scale_by_adam(b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, *, nesterov=False):
    """The mean of gradients over the root of that of squares, both decayed and corrected for their start (Adam)."""

    def turn(grads, state, params):
        count = np.add(state.count, np.int32(1))
        mu = state.mu.map(lambda m, g: decayed(m, g, number(b1, m)), grads)
        nu = state.nu.map(lambda v, g: decayed(v, abs_square(g), number(b2, v)), grads)
        first, second = np.subtract(1.0, np.power(b1, count)), np.subtract(1.0, np.power(b2, count))

        def ahead(m, g):
            later = np.subtract(1.0, np.power(b1, np.add(count, 1)))
            return np.add(
                np.multiply(m, number(np.divide(b1, later), m)), np.multiply(g, number(np.divide(1 - b1, first), g))
            )

        def out(m, v, g):
            top = ahead(m, g) if nesterov else np.divide(m, number(first, m))
            square = np.divide(v, number(second, v))
            if eps_root:
                square = np.add(square, number(eps_root, v))
            return np.divide(top, np.add(np.sqrt(square), number(eps, v)))

        return mu.map(out, nu, grads), Adam(count, mu, nu)

    def start(params):
        return Adam(np.int32(0), params.like(), params.like().map(np.real))

    return Optimizer(start, turn)


class Rms(NamedTuple):
    """The decayed mean of squares, and that of gradients where it is taken from it."""

    nu: Any
    mu: Any


def scale_by_rms(decay=0.9, eps=1e-8, initial_scale=0.0, *, centered=False, eps_in_sqrt=True):
    """Over the root of the decayed mean of squares, less the square of the decayed mean if `centered`.

    eps is added under the root; with `eps_in_sqrt=False` to the root, as torch has it.
    """

    def turn(grads, state, params):
        nu = state.nu.map(lambda v, g: decayed(v, abs_square(g), number(decay, v)), grads)
        mu = state.mu.map(lambda m, g: decayed(m, g, number(decay, m)), grads) if centered else ()
        spread = nu.map(lambda v, m: np.subtract(v, abs_square(m)), mu) if centered else nu

        def out(g, v):
            e = number(eps, v)
            return np.divide(g, np.sqrt(np.add(v, e)) if eps_in_sqrt else np.add(np.sqrt(v), e))

        return grads.map(out, spread), Rms(nu, mu)

    def start(params):
        return Rms(params.like(initial_scale).map(np.real), params.like() if centered else ())

    return Optimizer(start, turn)


class Rss(NamedTuple):
    """The sum of squares of all gradients."""

    sum_of_squares: Any


def scale_by_rss(initial_accumulator_value=0.1, eps=1e-7):
    """Over the root of the sum of squares and eps (Adagrad); 0 where the sum is 0."""

    def turn(grads, state, params):
        total = state.sum_of_squares.map(lambda s, g: np.add(s, abs_square(g)), grads)

        def out(g, s):
            some = np.greater(s, 0)
            return np.where(
                some, np.divide(g, np.sqrt(np.where(some, np.add(s, number(eps, s)), number(1, s)))), number(0, s)
            )

        return grads.map(out, total), Rss(total)

    return Optimizer(lambda params: Rss(params.like(initial_accumulator_value).map(np.real)), turn)
