"""Adam: adaptive moments."""

from ..tensor import Tensor
from .arithmetic import approach, single
from .declared import COUNT, decay_rates, not_negative, one_element, one_implementation, zeros
from .rule import RuleOptimizer
from .stepped import step


class Adam(RuleOptimizer):
    """Steps of the running mean of gradients over the root of that of their squares, both without their initial bias.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Adam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    ABSENT = dict(
        amsgrad=False, maximize=False, foreach=None, capturable=False, differentiable=False,
        decoupled_weight_decay=False, fused=None,
    )  # fmt: skip

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None,
        maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False,
    ):  # fmt: skip
        if foreach and not capturable:
            refuse_tensor(lr, "lr")
        not_negative(lr=lr, eps=eps)
        decay_rates(betas)
        not_negative(weight_decay=weight_decay)
        if not all(isinstance(b, float) for b in betas[:2]):
            if not all(isinstance(b, Tensor) for b in betas[:2]):
                raise ValueError("betas must be either both floats or both Tensors")
            for i in range(2):
                if foreach and not capturable:
                    refuse_tensor(betas[i], f"betas[{i}]")
                one_element(betas[i], f"betas[{i}]")
        defaults = dict(
            lr=lr, betas=tuple(map(single, betas)), eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
            maximize=maximize, foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused,
            decoupled_weight_decay=decoupled_weight_decay,
        )  # fmt: skip
        super().__init__(params, defaults)
        one_implementation(fused, foreach, differentiable)

    def check(self, group, found):
        super().check(group, found)
        if group["foreach"] and isinstance(group["lr"], Tensor):
            raise RuntimeError("lr as a Tensor is not supported for capturable=False and foreach=True")

    def slots(self, group):
        slots = {**COUNT, "exp_avg": zeros, "exp_avg_sq": zeros}
        return {**slots, "max_exp_avg_sq": zeros} if group["amsgrad"] else slots

    def rule(self, group, xp):
        lr, (beta1, beta2), eps = group["lr"], group["betas"], group["eps"]

        def update(p, g, step, exp_avg, exp_avg_sq, max_exp_avg_sq=None):
            approach(exp_avg, g, 1 - beta1)
            exp_avg_sq *= beta2
            exp_avg_sq += g * (1 - beta2) * g
            square = exp_avg_sq
            if max_exp_avg_sq is not None:
                square = max_exp_avg_sq
                square[...] = xp.maximum(square, exp_avg_sq)
            size = lr / (1 - beta1**step)
            p -= exp_avg * size / (xp.sqrt(square) / (1 - beta2**step) ** 0.5 + eps)

        return update


def refuse_tensor(value, name):
    if isinstance(value, Tensor):
        raise ValueError(f"{name} as a Tensor is not supported for capturable=False and foreach=True")


def adam(
    params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, state_steps, foreach=None, capturable=False, differentiable=False, fused=None, grad_scale=None, found_inf=None, has_complex=False, decoupled_weight_decay=False, *, amsgrad, beta1, beta2, lr, weight_decay, eps, maximize,
):  # fmt: skip
    """One step of Adam on lists: each parameter and its state change in place."""
    step(Adam, locals())
