"""Schedules that multiply every rate by one factor: in steps, along a line, an exponential, or a power."""

from bisect import bisect_right
from collections import Counter

from .base import Schedule, rates

NOTHING = object()  # (a factor that a user gives may be None: then torch multiplies by that)


class Scaled(Schedule):
    """`change()`: what to multiply the last rates by at this epoch, or NOTHING; `overall()`: the initial ones."""

    def change(self):
        raise NotImplementedError

    def overall(self):
        raise NotImplementedError

    def next_rates(self):
        change = self.change()
        if change is NOTHING:
            return rates(self.optimizer)
        return [group["lr"] * change for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self):
        overall = self.overall()
        return [base * overall for base in self.base_lrs]


class StepLR(Scaled):
    """Times gamma every step_size epochs.

    >>> import compat as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    >>> schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
    >>> for _ in range(5):
    ...     optimizer.step()
    ...     schedule.step()
    >>> schedule.get_last_lr()
    [0.25]
    """

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def change(self):
        return NOTHING if self.last_epoch == 0 or self.last_epoch % self.step_size != 0 else self.gamma

    def overall(self):
        return self.gamma ** (self.last_epoch // self.step_size)


class MultiStepLR(Scaled):
    """Times gamma at each of the milestones; once for each time that it is named."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones, self.gamma = Counter(milestones), gamma
        super().__init__(optimizer, last_epoch)

    def change(self):
        times = self.milestones.get(self.last_epoch)
        return NOTHING if times is None else self.gamma**times

    def overall(self):
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), self.last_epoch)


class ConstantLR(Scaled):
    """Times factor, until total_iters epochs have passed."""

    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1):
        if factor > 1.0 or factor < 0:
            raise ValueError("Constant multiplicative factor expected to be between 0 and 1.")
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch)

    def change(self):
        if self.last_epoch == 0:
            return self.factor
        return 1.0 / self.factor if self.last_epoch == self.total_iters else NOTHING

    def overall(self):
        return self.factor + (self.last_epoch >= self.total_iters) * (1 - self.factor)


class LinearLR(Scaled):
    """From start_factor to end_factor times the initial rates, along a line of total_iters epochs."""

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1):
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError("Starting multiplicative factor expected to be greater than 0 and less or equal to 1.")
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch)

    def change(self):
        if self.last_epoch == 0:
            return self.start_factor
        if self._is_initial or self.last_epoch > self.total_iters:
            return NOTHING
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (self.last_epoch - 1) * rise)

    def overall(self):
        rise = self.end_factor - self.start_factor
        return self.start_factor + rise * min(self.total_iters, self.last_epoch) / self.total_iters


class ExponentialLR(Scaled):
    """Times gamma every epoch."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def change(self):
        return NOTHING if self._is_initial else self.gamma

    def overall(self):
        return self.gamma**self.last_epoch


class PolynomialLR(Scaled):
    """Down to 0 as a power of the share of total_iters epochs that is left."""

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch)

    def change(self):
        if self._is_initial or self.last_epoch > self.total_iters:
            return NOTHING
        left, left_before = (1.0 - epoch / self.total_iters for epoch in (self.last_epoch, self.last_epoch - 1))
        return (left / left_before) ** self.power

    def overall(self):
        return (1.0 - min(self.total_iters, self.last_epoch) / self.total_iters) ** self.power
