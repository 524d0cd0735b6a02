"""Adafactor: root mean squares of gradients from those of their rows and columns alone."""

import math

import numpy as np

from .declared import COUNT, one_element, zeros
from .memory import fresh
from .rule import RuleOptimizer


def means_over(dim):
    """State of a matrix (or a stack of them): one number for each row (dim -1) or column (dim -2)."""

    def make(p, g, group):
        if p.dim() > 1:
            shape = list(p.shape)
            shape[dim] = 1
            return fresh(np.zeros(shape, p.dtype.numpy))

    return make


def of_a_vector(p, g, group):
    """State like a parameter that is no matrix."""
    return zeros(p, g, group) if p.dim() < 2 else None


class Adafactor(RuleOptimizer):
    """Steps relative to the size of the parameter, over root mean squares that a matrix keeps by row and by column.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Adafactor([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    __module__ = __package__  # (as torch has it)

    ABSENT = dict(foreach=None)
    elementwise = False
    decoupled = None

    def __init__(
        self,
        params,
        lr=1e-2,
        beta2_decay=-0.8,
        eps=(None, 1e-3),
        d=1.0,
        weight_decay=0.0,
        *,
        foreach=None,
        maximize=False,
    ):
        one_element(lr)
        if not 0.0 <= lr:
            raise ValueError(f"Learning rate should be >= 0 but is: {lr}")
        if not 0.0 >= beta2_decay:
            raise ValueError(f"beta2_decay should be <= 0 but is: {beta2_decay}")
        if eps[0] is not None and not 0.0 <= eps[0]:
            raise ValueError(f"epsilon1 should be >= 0 but is: {eps[0]}")
        if not 0.0 <= eps[1]:
            raise ValueError(f"epsilon2 should be >= 0 but is: {eps[1]}")
        if not 1.0 <= d:
            raise ValueError(f"Clipping threshold d should be >= 1 but is: {d}")
        if not 0.0 <= weight_decay:
            raise ValueError(f"weight_decay should be >= 0 but is: {weight_decay}")
        defaults = dict(
            lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay, foreach=foreach, maximize=maximize
        )
        super().__init__(params, defaults)

    def check(self, group, found):
        if any(p.is_complex() for p, _ in found):
            raise RuntimeError("Adafactor does not support complex parameters")

    def slots(self, group):
        return {**COUNT, "row_var": means_over(-1), "col_var": means_over(-2), "variance": of_a_vector}

    def rule(self, group, xp):
        lr, beta2_decay, (eps1, eps2), d, weight_decay = (
            group[k] for k in ("lr", "beta2_decay", "eps", "d", "weight_decay")
        )

        def update(p, g, step, row_var, col_var, variance):
            weight = step**beta2_decay
            root_count = math.prod(p.shape) ** 0.5
            size = xp.at_least(xp.norm(p) / root_count, eps2) * xp.at_most(1 / step**0.5, lr)
            if weight_decay != 0:
                p *= 1 - lr * weight_decay
            low = xp.eps(p) if eps1 is None else eps1
            squares = g * g
            if variance is not None:
                xp.lerp_(variance, squares, weight)
                estimate = variance
            else:
                xp.lerp_(row_var, squares.mean(axis=-1, keepdims=True), weight)
                xp.lerp_(col_var, squares.mean(axis=-2, keepdims=True), weight)
                estimate = row_var @ col_var / xp.clip(row_var.mean(axis=-2, keepdims=True), low, None)
            move = 1 / xp.sqrt(xp.clip(estimate, low * low, None)) * g
            xp.add_(p, move, -size / xp.at_least(xp.norm(move) / (root_count * d), 1.0))

        return update
