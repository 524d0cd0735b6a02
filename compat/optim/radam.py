"""RAdam: Adam that waits until the mean of the squares can be trusted."""

from .arithmetic import approach
from .declared import COUNT, decay_rates, not_negative, zeros
from .rule import RuleOptimizer
from .stepped import step


class RAdam(RuleOptimizer):
    """Adam times a factor for the variance of its root mean square; plain momentum while that variance is not finite.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.RAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000, 0.8000], requires_grad=True)
    """

    ABSENT = dict(foreach=None, maximize=False, differentiable=False, decoupled_weight_decay=False, capturable=False)

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, *,
        foreach=None, maximize=False, capturable=False, differentiable=False,
    ):  # fmt: skip
        not_negative(lr=lr, eps=eps)
        decay_rates(betas)
        not_negative(weight_decay=weight_decay)
        defaults = dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize, foreach=foreach,
            capturable=capturable, decoupled_weight_decay=decoupled_weight_decay, differentiable=differentiable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "exp_avg": zeros, "exp_avg_sq": zeros}

    def rule(self, group, xp):
        lr, (beta1, beta2), eps = group["lr"], group["betas"], group["eps"]
        longest = 2 / (1 - beta2) - 1  # how many gradients a mean of infinite age is worth

        def update(p, g, step, exp_avg, exp_avg_sq):
            approach(exp_avg, g, 1 - beta1)
            exp_avg_sq *= beta2
            exp_avg_sq += g * (1 - beta2) * g
            correction = 1 - beta2**step
            length = longest - 2 * step * beta2**step / correction
            move = xp.kept(xp.kept(exp_avg / (1 - beta1**step)) * lr)

            def rectified():
                trust = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
                factor = xp.kept(xp.kept(1 / (xp.sqrt(exp_avg_sq) + eps)) * correction**0.5)
                return xp.kept(xp.kept(move * factor) * trust)

            p -= xp.either(length > 5.0, rectified, lambda: move)

        return update


def radam(
    params, grads, exp_avgs, exp_avg_sqs, state_steps, decoupled_weight_decay=False, foreach=None, differentiable=False, capturable=False, has_complex=False, maximize=False, *, beta1, beta2, lr, weight_decay, eps,
):  # fmt: skip
    """One step of RAdam on lists: each parameter and its state change in place."""
    step(RAdam, locals())
