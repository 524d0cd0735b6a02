"""RMSprop: steps over the root of the running mean of squared gradients."""

from .arithmetic import approach
from .declared import COUNT, not_negative, zeros
from .rule import RuleOptimizer
from .stepped import step


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
            square_avg += g * (1 - alpha) * g
            spread = square_avg
            if grad_avg is not None:
                approach(grad_avg, g, 1 - alpha)
                spread = square_avg - grad_avg * grad_avg
            root = xp.sqrt(spread) + eps
            if momentum_buffer is None:
                p -= g * lr / root
            else:
                momentum_buffer *= momentum
                momentum_buffer += g / root
                p -= momentum_buffer * lr

        return update


def rmsprop(
    params, grads, square_avgs, grad_avgs, momentum_buffer_list, state_steps, foreach=None, maximize=False, differentiable=False, capturable=False, has_complex=False, *, lr, alpha, eps, weight_decay, momentum, centered,
):  # fmt: skip
    """One step of RMSprop on lists: each parameter and its state change in place."""
    step(RMSprop, locals())
