"""ASGD: stochastic gradient descent whose iterates are averaged."""

from .arithmetic import approach
from .declared import COUNT, not_negative, scalar, zeros
from .rule import RuleOptimizer
from .stepped import step


class ASGD(RuleOptimizer):
    """Descent at the falling rate "eta", with the mean of the parameters since step t0 in the state's "ax".

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.ASGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000, 0.8000], requires_grad=True)
    """

    ABSENT = dict(foreach=None, maximize=False, differentiable=False, capturable=False)
    elementwise = False
    scalars = ("step", "eta", "mu")
    captured = "params, mus, etas, and state_steps"

    def __init__(
        self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, foreach=None, maximize=False,
        differentiable=False, capturable=False,
    ):  # fmt: skip
        not_negative(lr=lr, weight_decay=weight_decay)
        defaults = dict(
            lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay, foreach=foreach, maximize=maximize,
            differentiable=differentiable, capturable=capturable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        rate = scalar(lambda group: float(group["lr"]))
        return {**COUNT, "eta": rate, "mu": scalar(lambda group: 1.0), "ax": zeros}

    def rule(self, group, xp):
        lr, lambd, alpha, t0 = (group[k] for k in ("lr", "lambd", "alpha", "t0"))

        def update(p, g, step, eta, mu, ax):
            rate = xp.number(eta)
            p *= 1 - lambd * rate
            p -= g * rate
            approach(ax, p, xp.number(mu))
            eta[...] = lr / (1 + lambd * lr * step) ** alpha
            mu[...] = 1 / xp.at_least(step - t0, 1)

        return update


def asgd(
    params, grads, axs, mus, etas, state_steps, foreach=None, maximize=False, differentiable=False, capturable=False, has_complex=False, *, lambd, lr, t0, alpha, weight_decay,
):  # fmt: skip
    """One step of ASGD on lists: each parameter and its state change in place."""
    step(ASGD, locals())
