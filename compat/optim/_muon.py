"""Muon: momentum whose matrices are made (nearly) orthogonal before they are followed."""

import math

import numpy as np

from ..functions.fused import interpolated
from .declared import one_element, zeros
from .rule import RuleOptimizer


class Muon(RuleOptimizer):
    """For matrices only: steps along the orthogonal matrix nearest to the momentum.

    ValueError for a parameter that is not 2-D. The Newton-Schulz iteration runs in bfloat16 precision, as torch's.

    >>> import compat as torch
    >>> w = torch.eye(2, requires_grad=True)
    >>> optimizer = torch.optim.Muon([w], lr=0.1, weight_decay=0.0)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> bool((w.diagonal() < 0.95).all())
    True
    """

    __module__ = __package__  # (as torch has it)

    elementwise = False
    decoupled = True
    scalars = ()

    def __init__(
        self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True, ns_coefficients=(3.4445, -4.775, 2.0315),
        eps=1e-7, ns_steps=5, adjust_lr_fn=None,
    ):  # fmt: skip
        one_element(lr)
        if not 0.0 <= lr:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 <= momentum:
            raise ValueError(f"momentum should be >= 0 but is: {momentum}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"weight decay should be >= 0 but is: {weight_decay}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"Adjust learning rate function {adjust_lr_fn} is not supported")
        defaults = dict(
            lr=lr, weight_decay=weight_decay, momentum=momentum, nesterov=nesterov, ns_coefficients=ns_coefficients,
            eps=eps, ns_steps=ns_steps, adjust_lr_fn=adjust_lr_fn,
        )  # fmt: skip
        super().__init__(params, defaults)
        for group in self.param_groups:
            for p in group["params"]:
                if p.ndim != 2:
                    raise ValueError(
                        f"Muon only supports 2D parameters whereas we found a parameter with size: {p.size()}"
                    )

    def check(self, group, found):
        if any(p.is_complex() for p, _ in found):
            raise RuntimeError("Muon does not support complex parameters")

    def slots(self, group):
        return {"momentum_buffer": zeros}

    def rule(self, group, xp):
        lr, momentum, nesterov = group["lr"], group["momentum"], group["nesterov"]

        def update(p, g, momentum_buffer):
            if len(g.shape) != 2:
                raise ValueError("Param gradient must be a 2D matrix")
            lerp_(momentum_buffer, g, 1 - momentum, xp)
            along = xp.copy(g if nesterov else momentum_buffer)
            if nesterov:
                lerp_(along, momentum_buffer, momentum, xp)
            rate = lr * stretch(group["adjust_lr_fn"], *p.shape)
            p -= xp.like(orthogonalized(along, group, xp), p) * rate

        return update


def lerp_(mean, x, weight, xp):
    """xp.lerp_, for float32 rounded once whatever the size: what follows makes a step of the last unit."""
    if isinstance(mean, np.ndarray):
        mean[...] = interpolated(mean, x, weight)
    else:
        xp.lerp_(mean, x, weight)


def stretch(adjust_lr_fn, rows, columns):
    """The factor of the learning rate for matrices of a shape."""
    return (
        0.2 * math.sqrt(max(rows, columns)) if adjust_lr_fn == "match_rms_adamw" else math.sqrt(max(1, rows / columns))
    )


def orthogonalized(matrix, group, xp):
    """The matrix with its singular values taken near 1, by a quintic Newton-Schulz iteration."""
    steps, coefficients = group["ns_steps"], group["ns_coefficients"]
    if steps >= 100:
        raise ValueError("Number of steps must be less than 100 for computational efficiency")
    if len(coefficients) != 3:
        raise ValueError("Coefficients must be a tuple of exactly 3 values")
    a, b, c = coefficients
    tall = matrix.shape[0] > matrix.shape[1]
    x = to_bfloat16(xp.float32(matrix))
    if tall:
        x = x.T
    x = to_bfloat16(x / xp.at_least(to_bfloat16(xp.float32(xp.norm(x))), group["eps"]))
    for _ in range(steps):
        gram = to_bfloat16(x @ x.T)
        x = to_bfloat16(x * a + to_bfloat16(gram * b + gram @ gram * c) @ x)
    return x.T if tall else x


def to_bfloat16(x):
    """float32 values rounded to the 8 bits of a bfloat16's significand, by Veltkamp's splitting."""
    spread = x * (2.0**16 + 1)
    return spread - (spread - x)
