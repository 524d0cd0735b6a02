"""Adagrad: steps over the root of the sum of all squared gradients so far."""

import numpy as np

from .declared import COUNT, not_negative, one_implementation
from .memory import fresh
from .rule import RuleOptimizer
from .stepped import step


def filled(p, g, group):
    """State like the parameter, of initial_accumulator_value (in both parts of a complex one)."""
    value = group["initial_accumulator_value"]
    return fresh(np.full(tuple(p.shape), complex(value, value) if p.is_complex() else value, p.dtype.numpy))


class Adagrad(RuleOptimizer):
    """Steps of the gradient over the root of the sum of all its squares, at a rate that falls by lr_decay.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Adagrad([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    unread = frozenset({"initial_accumulator_value"})
    ABSENT = dict(foreach=None, maximize=False, differentiable=False, fused=None)

    def __init__(
        self, params, lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, foreach=None, *,
        maximize=False, differentiable=False, fused=None,
    ):  # fmt: skip
        not_negative(
            lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, initial_accumulator_value=initial_accumulator_value
        )
        not_negative(eps=eps)
        defaults = dict(
            lr=lr, lr_decay=lr_decay, eps=eps, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, foreach=foreach, maximize=maximize,
            differentiable=differentiable, fused=fused,
        )  # fmt: skip
        super().__init__(params, defaults)
        one_implementation(fused, foreach, differentiable)
        for group in self.param_groups:
            for p in group["params"]:
                self.begin(p, None, group)

    def slots(self, group):
        return {**COUNT, "sum": filled}

    def rule(self, group, xp):
        lr, lr_decay, eps = group["lr"], group["lr_decay"], group["eps"]

        def update(p, g, step, sum):
            sum += g * g
            p -= g * (lr / (1 + (step - 1) * lr_decay)) / (xp.sqrt(sum) + eps)

        return update


def adagrad(
    params, grads, state_sums, state_steps, fused=None, grad_scale=None, found_inf=None, has_sparse_grad=False, foreach=None, differentiable=False, has_complex=False, *, lr, weight_decay, lr_decay, eps, maximize,
):  # fmt: skip
    """One step of Adagrad on lists: each parameter and its state change in place."""
    step(Adagrad, locals())
