"""autograd.misc.optimizers: sgd, rmsprop and adam on nested values; `grad(x, i)` is the gradient in step i, and
`callback(x, i, g)` sees each step. They return where they end, built as x0 is."""

import functools

import numpy as np

from .flatten import flatten

__all__ = ["adam", "rmsprop", "sgd"]


def on_nested(optimize):
    """An optimiser of vectors, as one of nested values."""

    @functools.wraps(optimize)
    def optimizer(grad, x0, callback=None, *args, **kwargs):
        vector, unflatten = flatten(x0)

        def gradient(x, i):
            return flatten(grad(unflatten(x), i))[0]

        def seen(x, i, g):
            callback(unflatten(x), i, unflatten(g))

        return unflatten(optimize(gradient, vector, seen if callback else None, *args, **kwargs))

    return optimizer


@on_nested
def sgd(grad, x, callback=None, num_iters=200, step_size=0.1, mass=0.9):
    """Gradient descent with momentum: v <- mass v - (1 - mass) g, x <- x + step_size v."""
    velocity = np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        velocity = mass * velocity - (1.0 - mass) * g
        x = x + step_size * velocity
    return x


@on_nested
def rmsprop(grad, x, callback=None, num_iters=100, step_size=0.1, gamma=0.9, eps=10**-8):
    """The step is divided by the root of a running mean of squared gradients, which starts at 1."""
    average = np.ones(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        average = average * gamma + g**2 * (1 - gamma)
        x = x - step_size * g / (np.sqrt(average) + eps)
    return x


@on_nested
def adam(grad, x, callback=None, num_iters=100, step_size=0.001, b1=0.9, b2=0.999, eps=10**-8):
    """Adam (Kingma and Ba, arXiv:1412.6980)."""
    first, second = np.zeros(len(x)), np.zeros(len(x))
    for i in range(num_iters):
        g = grad(x, i)
        if callback:
            callback(x, i, g)
        first = (1 - b1) * g + b1 * first
        second = (1 - b2) * g**2 + b2 * second
        unbiased, spread = first / (1 - b1 ** (i + 1)), second / (1 - b2 ** (i + 1))
        x = x - step_size * unbiased / (np.sqrt(spread) + eps)
    return x
