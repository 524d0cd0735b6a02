"""Adam and AdamW."""

import numpy as np

from ..tensor import Tensor, wrap
from .optimizer import Optimizer


def zeros_like(p):
    return wrap(Tensor, np.zeros(tuple(p.shape), p.dtype.numpy))


class Adam(Optimizer):
    """Steps of the running mean of gradients over the root of that of their squares, both without their initial bias.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Adam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    decoupled = False

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None, maximize=False,
        capturable=False, differentiable=False, fused=None, decoupled_weight_decay=None,
    ):  # fmt: skip
        if lr < 0.0:
            raise ValueError(f"Invalid learning rate: {lr}")
        if eps < 0.0:
            raise ValueError(f"Invalid epsilon value: {eps}")
        for i, beta in enumerate(betas):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")
        if weight_decay < 0.0:
            raise ValueError(f"Invalid weight_decay value: {weight_decay}")
        decoupled = self.decoupled if decoupled_weight_decay is None else decoupled_weight_decay
        defaults = dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad, maximize=maximize, foreach=foreach,
            capturable=capturable, differentiable=differentiable, fused=fused, decoupled_weight_decay=decoupled,
        )  # fmt: skip
        super().__init__(params, defaults)

    def update(self, p, grad, state, group):
        if not state:
            state["step"] = wrap(Tensor, np.zeros((), np.float32))
            state["exp_avg"], state["exp_avg_sq"] = zeros_like(p), zeros_like(p)
            if group["amsgrad"]:
                state["max_exp_avg_sq"] = zeros_like(p)
        state["step"].add_(1)
        step = state["step"].item()
        lr, (beta1, beta2) = group["lr"], group["betas"]
        g = -grad if group["maximize"] else grad
        if group["weight_decay"] != 0:
            if group["decoupled_weight_decay"]:
                p.mul_(1 - lr * group["weight_decay"])
            else:
                g = g.add(p, alpha=group["weight_decay"])
        mean, square = state["exp_avg"], state["exp_avg_sq"]
        mean.add_((g - mean).mul_(1 - beta1))
        square.mul_(beta2).add_((g * g).mul_(1 - beta2))
        if group["amsgrad"]:
            top = state["max_exp_avg_sq"]
            top.copy_(top.maximum(square))
            square = top
        root = square.sqrt().div_((1 - beta2**step) ** 0.5).add_(group["eps"])
        p.sub_(mean.div(root).mul_(lr / (1 - beta1**step)))


class AdamW(Adam):
    """Adam with weight decay applied to the parameters, not to the gradients."""

    decoupled = True

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False, foreach=None,
        capturable=False, differentiable=False, fused=None,
    ):  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )  # fmt: skip
