"""Adamax: Adam with the largest recent gradient in the place of the root mean square."""

from .arithmetic import approach
from .declared import COUNT, decay_rates, not_negative, zeros
from .rule import RuleOptimizer
from .stepped import step


class Adamax(RuleOptimizer):
    """Steps of the running mean of gradients over the (decaying) largest of their absolute values.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Adamax([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    ABSENT = dict(foreach=None, maximize=False, differentiable=False, capturable=False)

    def __init__(
        self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, foreach=None, *, maximize=False,
        differentiable=False, capturable=False,
    ):  # fmt: skip
        not_negative(lr=lr, eps=eps)
        decay_rates(betas)
        not_negative(weight_decay=weight_decay)
        defaults = dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=foreach, maximize=maximize,
            differentiable=differentiable, capturable=capturable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "exp_avg": zeros, "exp_inf": zeros}

    def rule(self, group, xp):
        lr, (beta1, beta2), eps = group["lr"], group["betas"], group["eps"]

        def update(p, g, step, exp_avg, exp_inf):
            approach(exp_avg, g, 1 - beta1)
            exp_inf[...] = xp.maximum(exp_inf * beta2, abs(g) + eps)
            p -= exp_avg * (lr / (1 - beta1**step)) / exp_inf

        return update


def adamax(
    params, grads, exp_avgs, exp_infs, state_steps, foreach=None, maximize=False, differentiable=False, capturable=False, has_complex=False, *, eps, beta1, beta2, lr, weight_decay,
):  # fmt: skip
    """One step of Adamax on lists: each parameter and its state change in place."""
    step(Adamax, locals())
