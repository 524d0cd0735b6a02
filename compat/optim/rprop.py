"""Rprop: a step size for each element, which grows while the gradient keeps its sign."""

from numbers import Number

import numpy as np

from ..functions.register import FUNCTIONS as T
from ..tensor import Tensor
from .declared import COUNT, not_negative, zeros
from .memory import fresh
from .rule import RuleOptimizer
from .stepped import step


def first_size(p, g, group):
    """State like the parameter, of the learning rate (in both parts of a complex one)."""
    lr = group["lr"]
    if isinstance(lr, Tensor) and lr.requires_grad:
        T["full_like"](p, lr)  # (which is no number, in torch's words)
    lr = float(lr)
    return fresh(np.full(tuple(p.shape), complex(lr, lr) if p.is_complex() else lr, p.dtype.numpy))


class Rprop(RuleOptimizer):
    """Steps against the sign of the gradient alone, whose sizes follow from whether that sign changed.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Rprop([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    unread = frozenset({"lr"})
    ABSENT = dict(foreach=None, maximize=False, differentiable=False, capturable=False)
    xla_with_foreach = True

    def __init__(
        self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, capturable=False, foreach=None,
        maximize=False, differentiable=False,
    ):  # fmt: skip
        not_negative(lr=lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = dict(
            lr=lr, etas=etas, step_sizes=step_sizes, foreach=foreach, maximize=maximize, differentiable=differentiable,
            capturable=capturable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "prev": zeros, "step_size": first_size}

    def rule(self, group, xp):
        (shrink, grow), (smallest, largest) = group["etas"], group["step_sizes"]
        if not isinstance(smallest, (Number, Tensor)) or not isinstance(largest, (Number, Tensor)):
            T["empty"](0).clamp_(smallest, largest)  # (what torch says of other limits)

        def update(p, g, step, prev, step_size):
            agreement = xp.kept(g * prev)
            turned = agreement < 0
            up, down = xp.number_for(grow, step_size), xp.number_for(shrink, step_size)
            new = xp.where(agreement > 0, step_size * up, xp.where(turned, step_size * down, step_size))
            step_size[...] = xp.clip(new, smallest, largest)
            g = xp.where(turned, xp.zeros_like(g), g)  # a turn is forgotten: no step, and no opinion next time
            p -= xp.sign(g) * step_size
            prev[...] = g

        return update


def rprop(
    params, grads, prevs, step_sizes, state_steps, foreach=None, capturable=False, maximize=False, differentiable=False, has_complex=False, *, step_size_min, step_size_max, etaminus, etaplus,
):  # fmt: skip
    """One step of Rprop on lists: each parameter and its state change in place."""
    step(Rprop, locals())
