"""Steps over what squares of gradients have added up to: Adagrad, Adadelta, RMSprop."""

import numpy as np

from ..names_of_classes import placed
from .declared import COUNT, not_negative, one_implementation, zeros
from .memory import fresh
from .rule import RuleOptimizer, with_numbers
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

    def update_sparse(self, group, found):
        from .sparse_steps import over_sums

        for p, g in found:
            if not self.state[p]:
                self.begin(p, g, group)
        over_sums(self, with_numbers(group), found)

    def rule(self, group, xp):
        lr, lr_decay, eps = group["lr"], group["lr_decay"], group["eps"]

        def update(p, g, step, sum):
            xp.addcmul_(sum, g, g, 1)
            p -= g * (lr / (1 + (step - 1) * lr_decay)) / (xp.sqrt(sum) + eps)

        return update


def adagrad(
    params, grads, state_sums, state_steps, fused=None, grad_scale=None, found_inf=None, has_sparse_grad=False, foreach=None, differentiable=False, has_complex=False, *, lr, weight_decay, lr_decay, eps, maximize,
):  # fmt: skip
    """One step of Adagrad on lists: each parameter and its state change in place."""
    step(Adagrad, locals())


class Adadelta(RuleOptimizer):
    """Steps of the gradient times the ratio of the root mean squares of past steps and past gradients.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Adadelta([w])
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9968, 0.9968], requires_grad=True)
    """

    in_parts = False
    ABSENT = dict(foreach=None, maximize=False, differentiable=False, capturable=False)
    xla = False

    def __init__(
        self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, foreach=None, *, capturable=False, maximize=False,
        differentiable=False,
    ):  # fmt: skip
        not_negative(lr=lr)
        if not 0.0 <= rho <= 1.0:
            raise ValueError(f"Invalid rho value: {rho}")
        not_negative(eps=eps, weight_decay=weight_decay)
        defaults = dict(
            lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize, capturable=capturable,
            foreach=foreach, differentiable=differentiable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "square_avg": zeros, "acc_delta": zeros}

    def rule(self, group, xp):
        lr, rho, eps = group["lr"], group["rho"], group["eps"]

        def update(p, g, step, square_avg, acc_delta):
            square_avg *= rho
            xp.addcmul_(square_avg, g, g, 1 - rho)
            delta = xp.kept(xp.kept(xp.sqrt(acc_delta + eps) / xp.sqrt(square_avg + eps)) * g)
            acc_delta *= rho
            xp.addcmul_(acc_delta, delta, delta, 1 - rho)
            xp.add_(p, delta, -lr)

        return update


def adadelta(
    params, grads, square_avgs, acc_deltas, state_steps, capturable=False, foreach=None, differentiable=False, has_complex=False, *, lr, rho, eps, weight_decay, maximize,
):  # fmt: skip
    """One step of Adadelta on lists: each parameter and its state change in place."""
    step(Adadelta, locals())


class RMSprop(RuleOptimizer):
    """Steps of the gradient, or of its momentum, over its root mean square (`centered`: over its deviation).

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.RMSprop([w], lr=0.1, alpha=0.75)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000, 0.8000], requires_grad=True)
    """

    ABSENT = dict(momentum=0, centered=False, foreach=None, maximize=False, differentiable=False, capturable=False)
    xla_with_foreach = True

    def __init__(
        self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, capturable=False,
        foreach=None, maximize=False, differentiable=False,
    ):  # fmt: skip
        not_negative(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        defaults = dict(
            lr=lr, momentum=momentum, alpha=alpha, eps=eps, centered=centered, weight_decay=weight_decay,
            capturable=capturable, foreach=foreach, maximize=maximize, differentiable=differentiable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        slots = {**COUNT, "square_avg": zeros}
        if group["momentum"] > 0:
            slots["momentum_buffer"] = zeros
        if group["centered"]:
            slots["grad_avg"] = zeros
        return slots

    def rule(self, group, xp):
        lr, alpha, eps, momentum = (group[k] for k in ("lr", "alpha", "eps", "momentum"))

        def update(p, g, step, square_avg, momentum_buffer=None, grad_avg=None):
            square_avg *= alpha
            xp.addcmul_(square_avg, g, g, 1 - alpha)
            spread = square_avg
            if grad_avg is not None:
                xp.lerp_(grad_avg, g, 1 - alpha)
                spread = xp.addcmul(square_avg, grad_avg, grad_avg, -1)
            root = xp.sqrt(spread) + eps
            if momentum_buffer is None:
                p -= g * lr / root
            else:
                momentum_buffer *= momentum
                momentum_buffer += g / root
                xp.add_(p, momentum_buffer, -lr)

        return update


def rmsprop(
    params, grads, square_avgs, grad_avgs, momentum_buffer_list, state_steps, foreach=None, maximize=False, differentiable=False, capturable=False, has_complex=False, *, lr, alpha, eps, weight_decay, momentum, centered,
):  # fmt: skip
    """One step of RMSprop on lists: each parameter and its state change in place."""
    step(RMSprop, locals())


placed(globals())
