"""Schedules whose factors are the user's functions of the epoch: LambdaLR, MultiplicativeLR.

Invariant: state_dict() holds the state of callable objects, and None for plain functions, which the program itself has.
"""

import types

from .base import Schedule, rates


def state_of(f):
    """What of a callable belongs into a state_dict."""
    return None if f is None or isinstance(f, types.FunctionType) else f.__dict__.copy()


class ByFunctions(Schedule):
    """Base of the two: `lr_lambda` is one function of the epoch, or one for each group (else ValueError)."""

    _each = ("__init__", "state_dict", "load_state_dict")

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        self.optimizer = optimizer
        count = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * count
        if len(self.lr_lambdas) != count:
            raise ValueError(f"Expected {count} lr_lambdas, but got {len(self.lr_lambdas)}")
        self.check_functions()
        super().__init__(optimizer, last_epoch)

    def check_functions(self):
        """Refuse functions before they are used."""

    def state_dict(self):
        """Everything but the optimizer and the code of the functions."""
        state = super().state_dict()
        del state["lr_lambdas"]  # (torch has them last)
        return {**state, "lr_lambdas": [state_of(f) for f in self.lr_lambdas]}

    def load_state_dict(self, state_dict):
        """Take what state_dict() gave; callable objects are given their state back."""
        lambdas = state_dict.pop("lr_lambdas")
        super().load_state_dict(state_dict)
        state_dict["lr_lambdas"] = lambdas
        for f, held in zip(self.lr_lambdas, lambdas, strict=True):
            if held is not None:
                f.__dict__.update(held)


class LambdaLR(ByFunctions):
    """The initial rate times lr_lambda(epoch).

    >>> import compat as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.5)
    >>> schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (epoch + 1))
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [0.25]
    """

    def next_rates(self):
        return [base * f(self.last_epoch) for base, f in zip(self.base_lrs, self.lr_lambdas, strict=True)]


class MultiplicativeLR(ByFunctions):
    """The last rate times lr_lambda(epoch)."""

    def check_functions(self):
        for f in self.lr_lambdas:
            if not callable(f):
                raise TypeError(f"lr_lambda should be a function, but got {type(f).__name__}")

    def next_rates(self):
        if self._is_initial:
            return rates(self.optimizer)
        return [
            group["lr"] * f(self.last_epoch)
            for f, group in zip(self.lr_lambdas, self.optimizer.param_groups, strict=True)
        ]
