"""jax.example_libraries.optimizers: (init, update, get_params) triples, and schedules of step sizes.

Invariant: an optimiser's rule is written for one array; `optimizer` does it for every leaf of a pytree.
"""

import functools
from typing import NamedTuple

from .. import numpy as jnp
from .. import tree
from ..tree_util import register_pytree_node


class OptimizerState:
    """The state of an optimiser: a tuple of arrays for each leaf of the parameters, and their structure."""

    def __init__(self, states, structure):
        self.states, self.structure = states, structure


register_pytree_node(
    OptimizerState, lambda s: (s.states, s.structure), lambda structure, states: OptimizerState(states, structure)
)


class Optimizer(NamedTuple):
    """`init_fn(params)` gives a state, `update_fn(i, grads, state)` the next, `params_fn(state)` the parameters."""

    init_fn: object
    update_fn: object
    params_fn: object


def optimizer(maker):
    """An optimiser of one array as one of pytrees."""

    @functools.wraps(maker)
    def make(*args, **kwargs):
        init, update, get = maker(*args, **kwargs)

        def tree_init(params):
            leaves, structure = tree.flatten(params)
            return OptimizerState([init(jnp.asarray(x)) for x in leaves], structure)

        def tree_update(i, grads, state):
            gs = state.structure.flatten_up_to(grads)
            return OptimizerState([update(i, g, s) for g, s in zip(gs, state.states, strict=True)], state.structure)

        def tree_params(state):
            return tree.unflatten(state.structure, [get(s) for s in state.states])

        return Optimizer(tree_init, tree_update, tree_params)

    return make


def first(state):
    return state[0]


@optimizer
def sgd(step_size):
    """Steps against the gradient."""
    size = make_schedule(step_size)
    return (lambda x: (x,)), (lambda i, g, s: (s[0] - size(i) * g,)), first


@optimizer
def momentum(step_size, mass):
    """Steps along a sum of gradients that decays."""
    size = make_schedule(step_size)

    def update(i, g, state):
        x, v = state
        v = mass * v + g
        return x - size(i) * v, v

    return (lambda x: (x, jnp.zeros_like(x))), update, first


@optimizer
def nesterov(step_size, mass):
    """Momentum, looked ahead."""
    size = make_schedule(step_size)

    def update(i, g, state):
        x, v = state
        v = mass * v + g
        return x - size(i) * (mass * v + g), v

    return (lambda x: (x, jnp.zeros_like(x))), update, first


@optimizer
def adagrad(step_size, momentum=0.9):
    """Steps scaled by the root of the sum of squares so far."""
    size = make_schedule(step_size)

    def update(i, g, state):
        x, total, m = state
        total = total + jnp.square(g)
        scaled = jnp.where(total > 0, g / jnp.sqrt(jnp.where(total > 0, total, 1.0)), 0.0)
        m = (1.0 - momentum) * scaled + momentum * m
        return x - size(i) * m, total, m

    return (lambda x: (x, jnp.zeros_like(x), jnp.zeros_like(x))), update, first


@optimizer
def rmsprop(step_size, gamma=0.9, eps=1e-8):
    """Steps scaled by the root of a mean of squares that decays."""
    size = make_schedule(step_size)

    def update(i, g, state):
        x, mean = state
        mean = mean * gamma + jnp.square(g) * (1.0 - gamma)
        return x - size(i) * g / jnp.sqrt(mean + eps), mean

    return (lambda x: (x, jnp.zeros_like(x))), update, first


@optimizer
def rmsprop_momentum(step_size, gamma=0.9, eps=1e-8, momentum=0.9):
    """rmsprop with momentum."""
    size = make_schedule(step_size)

    def update(i, g, state):
        x, mean, m = state
        mean = mean * gamma + jnp.square(g) * (1.0 - gamma)
        m = momentum * m + size(i) * g / jnp.sqrt(mean + eps)
        return x - m, mean, m

    return (lambda x: (x, jnp.zeros_like(x), jnp.zeros_like(x))), update, first


@optimizer
def adam(step_size, b1=0.9, b2=0.999, eps=1e-8):
    """Kingma and Ba, arXiv 1412.6980."""
    size = make_schedule(step_size)

    def update(i, g, state):
        x, m, v = state
        m = (1 - b1) * g + b1 * m
        v = (1 - b2) * jnp.square(g) + b2 * v
        up, down = (jnp.asarray(b, m.dtype) ** (i + 1) for b in (b1, b2))
        return x - size(i) * (m / (1 - up)) / (jnp.sqrt(v / (1 - down)) + eps), m, v

    return (lambda x: (x, jnp.zeros_like(x), jnp.zeros_like(x))), update, first


@optimizer
def adamax(step_size, b1=0.9, b2=0.999, eps=1e-8):
    """adam, scaled by the largest gradient of late."""
    size = make_schedule(step_size)

    def update(i, g, state):
        x, m, v = state
        m = (1 - b1) * g + b1 * m
        v = jnp.maximum(b2 * v, jnp.abs(g))
        return x - (size(i) / (1 - jnp.asarray(b1, m.dtype) ** (i + 1))) * m / (v + eps), m, v

    return (lambda x: (x, jnp.zeros_like(x), jnp.zeros_like(x))), update, first


# ------------------------------------------------------------------------------------------------ step sizes
def constant(step_size):
    return lambda i: step_size


def exponential_decay(step_size, decay_steps, decay_rate):
    return lambda i: step_size * decay_rate ** (i / decay_steps)


def inverse_time_decay(step_size, decay_steps, decay_rate, staircase=False):
    return lambda i: step_size / (1 + decay_rate * (jnp.floor(i / decay_steps) if staircase else i / decay_steps))


def polynomial_decay(step_size, decay_steps, final_step_size, power=1.0):
    def schedule(i):
        left = (1 - jnp.minimum(i, decay_steps) / decay_steps) ** power
        return left * (step_size - final_step_size) + final_step_size

    return schedule


def piecewise_constant(boundaries, values):
    boundaries, values = jnp.array(boundaries), jnp.array(values)
    return lambda i: values[jnp.sum(i > boundaries)]


def make_schedule(scalar_or_schedule):
    """A function of the step: the one given, or a constant. TypeError for anything else."""
    if callable(scalar_or_schedule):
        return scalar_or_schedule
    if jnp.ndim(scalar_or_schedule):
        raise TypeError(f"a step size must be a number or a function of the step; got {scalar_or_schedule!r}")
    return constant(scalar_or_schedule)


# ------------------------------------------------------------------------------------------------ gradients
def l2_norm(x):
    """The norm of all leaves together."""
    return jnp.sqrt(sum([jnp.vdot(v, v) for v in tree.leaves(x)]))


def clip_grads(grad_tree, max_norm):
    """The gradients, scaled down to a norm of at most max_norm."""
    norm = l2_norm(grad_tree)
    return tree.map(lambda g: jnp.where(norm < max_norm, g, g * (max_norm / norm)), grad_tree)
