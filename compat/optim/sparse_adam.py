"""SparseAdam: there to say, as torch does, that it has no step for dense gradients; compat has no others."""

from .declared import decay_rates, one_element
from .rule import RuleOptimizer


class SparseAdam(RuleOptimizer):
    """Adam for sparse gradients: its step raises RuntimeError for a dense one. Use Adam."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        one_element(lr)
        if not 0.0 < lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 < eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        decay_rates(betas)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, maximize=maximize))
        at = [[i, j] for i, g in enumerate(self.param_groups) for j, p in enumerate(g["params"]) if p.is_complex()]
        if at:
            raise ValueError(f"Complex params at indices {at}: SparseAdam does not support complex parameters")

    def slots(self, group):
        return {}

    def check(self, group, found):
        raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
