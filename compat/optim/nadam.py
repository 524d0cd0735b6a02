"""NAdam: Adam with Nesterov's momentum."""

from .arithmetic import approach
from .declared import COUNT, decay_rates, not_negative, scalar, zeros
from .rule import RuleOptimizer
from .stepped import step


class NAdam(RuleOptimizer):
    """Adam whose step looks ahead along the momentum it will have, with a momentum that grows towards beta1.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.NAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8944, 0.8944], requires_grad=True)
    """

    ABSENT = dict(maximize=False, foreach=None, capturable=False, differentiable=False, decoupled_weight_decay=False)
    elementwise = False
    scalars = ("step", "mu_product")

    @property
    def captured(self):
        comma = "," if self.defaults["foreach"] else ""
        return f"params, mu_products{comma} and state_steps"

    def __init__(
        self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
        decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False, differentiable=False,
    ):  # fmt: skip
        not_negative(lr=lr, eps=eps)
        decay_rates(betas)
        not_negative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults = dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay, maximize=maximize, foreach=foreach, capturable=capturable,
            differentiable=differentiable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "mu_product": scalar(lambda group: 1.0), "exp_avg": zeros, "exp_avg_sq": zeros}

    def rule(self, group, xp):
        lr, (beta1, beta2), eps, momentum_decay = (group[k] for k in ("lr", "betas", "eps", "momentum_decay"))

        def momentum(step):
            return beta1 * (1.0 - 0.5 * 0.96 ** (step * momentum_decay))

        def update(p, g, step, mu_product, exp_avg, exp_avg_sq):
            mu, ahead = momentum(step), momentum(step + 1)
            mu_product *= mu
            product = xp.number(mu_product)
            approach(exp_avg, g, 1 - beta1)
            exp_avg_sq *= beta2
            exp_avg_sq += g * (1 - beta2) * g
            root = xp.sqrt(exp_avg_sq / (1 - beta2**step)) + eps
            p -= g * (lr * (1.0 - mu) / (1.0 - product)) / root
            p -= exp_avg * (lr * ahead / (1.0 - product * ahead)) / root

        return update


def nadam(
    params, grads, exp_avgs, exp_avg_sqs, mu_products, state_steps, decoupled_weight_decay=False, foreach=None, capturable=False, differentiable=False, has_complex=False, maximize=False, *, beta1, beta2, lr, weight_decay, momentum_decay, eps,
):  # fmt: skip
    """One step of NAdam on lists: each parameter and its state change in place."""
    step(NAdam, locals())
