"""The usual optimisers, as chains of transformations. `learning_rate` is a number or a schedule everywhere."""

from .transformations import (
    add_decayed_weights,
    chain,
    scale_by_adam,
    scale_by_learning_rate,
    scale_by_rms,
    scale_by_rss,
    trace,
)


def sgd(learning_rate, momentum=None, nesterov=False):
    """Steps against the gradient, or with `momentum` against the decayed sum of gradients.

    >>> import numpy as np
    >>> opt = sgd(0.1)
    >>> opt.step(np.array([1.0]), opt.init(np.array([2.0])), np.array([2.0]))[0]
    array([1.9])
    """
    sums = () if momentum is None else (trace(momentum, nesterov),)
    return chain(*sums, scale_by_learning_rate(learning_rate))


def momentum(learning_rate, decay=0.9):
    """Steps against the decayed sum of gradients."""
    return sgd(learning_rate, decay)


def nesterov(learning_rate, decay=0.9):
    """Momentum, looked at a step ahead (Y. Nesterov, 1983)."""
    return sgd(learning_rate, decay, nesterov=True)


def adam(learning_rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, *, nesterov=False):
    """Adam (D. Kingma and J. Ba, 2015); `nesterov=True` is Nadam."""
    return chain(scale_by_adam(b1, b2, eps, eps_root, nesterov=nesterov), scale_by_learning_rate(learning_rate))


def adamw(learning_rate, b1=0.9, b2=0.999, eps=1e-8, eps_root=0.0, weight_decay=1e-4, *, nesterov=False):
    """Adam with decoupled weight decay (I. Loshchilov and F. Hutter, 2019)."""
    return chain(
        scale_by_adam(b1, b2, eps, eps_root, nesterov=nesterov),
        add_decayed_weights(weight_decay),
        scale_by_learning_rate(learning_rate),
    )


def rmsprop(
    learning_rate,
    decay=0.9,
    eps=1e-8,
    initial_scale=0.0,
    eps_in_sqrt=True,
    centered=False,
    momentum=None,
    nesterov=False,
):
    """RMSProp (G. Hinton, 2012), with momentum if asked for. `eps_in_sqrt=False` is torch's form."""
    sums = () if momentum is None else (trace(momentum, nesterov),)
    by_rms = scale_by_rms(decay, eps, initial_scale, centered=centered, eps_in_sqrt=eps_in_sqrt)
    return chain(by_rms, scale_by_learning_rate(learning_rate), *sums)


def adagrad(learning_rate, initial_accumulator_value=0.1, eps=1e-7):
    """Adagrad (J. Duchi, E. Hazan, Y. Singer, 2011)."""
    return chain(scale_by_rss(initial_accumulator_value, eps), scale_by_learning_rate(learning_rate))
