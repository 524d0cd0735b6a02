"""Adadelta: steps as large as recent ones, for gradients as large as recent ones."""

from .declared import COUNT, not_negative, zeros
from .rule import RuleOptimizer
from .stepped import step


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
            square_avg += g * (1 - rho) * g
            delta = xp.kept(xp.kept(xp.sqrt(acc_delta + eps) / xp.sqrt(square_avg + eps)) * g)
            acc_delta *= rho
            acc_delta += delta * (1 - rho) * delta
            p -= delta * lr

        return update


def adadelta(
    params, grads, square_avgs, acc_deltas, state_steps, capturable=False, foreach=None, differentiable=False, has_complex=False, *, lr, rho, eps, weight_decay, maximize,
):  # fmt: skip
    """One step of Adadelta on lists: each parameter and its state change in place."""
    step(Adadelta, locals())
