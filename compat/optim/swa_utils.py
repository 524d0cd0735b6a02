"""Averaged weights: AveragedModel (SWA and EMA), the schedule SWALR, and update_bn.

Invariant: the averaged model's own memory is written to, never replaced; it shares none with the model it follows.
"""

import itertools
import math
from copy import deepcopy

from ..autograd.grad_mode import no_grad
from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS
from ..nn.modules.batchnorm import BatchNorm
from ..nn.modules.module import Module
from ..nn.utils.clip_grad import need_some
from ..tensor import Tensor
from .lr_scheduler.base import Schedule, for_each_group

__getattr__ = _refusal(__name__)
__all__ = [
    "AveragedModel",
    "SWALR",
    "get_ema_avg_fn",
    "get_ema_multi_avg_fn",
    "get_swa_avg_fn",
    "get_swa_multi_avg_fn",
    "update_bn",
]


def check_decay(decay):
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")


def get_ema_avg_fn(decay=0.999):
    """A function of (averaged, current, count): the exponential moving average (0 <= decay <= 1)."""
    check_decay(decay)

    @no_grad()
    def ema_update(ema_param, current_param, num_averaged):
        return decay * ema_param + (1 - decay) * current_param

    return ema_update


def get_swa_avg_fn():
    """A function of (averaged, current, count): the mean of all models so far."""

    @no_grad()
    def swa_update(averaged_param, current_param, num_averaged):
        return averaged_param + (current_param - averaged_param) / (num_averaged + 1)

    return swa_update


def moves(t):
    return t.is_floating_point() or t.is_complex()


def get_ema_multi_avg_fn(decay=0.999):
    """get_ema_avg_fn for lists of Tensors, in place."""
    check_decay(decay)

    @no_grad()
    def ema_update(ema_param_list, current_param_list, _):
        for averaged, current in zip(ema_param_list, current_param_list, strict=True):
            if moves(averaged):
                averaged.lerp_(current, 1 - decay)
            else:
                averaged.copy_(averaged * decay + current * (1 - decay))

    return ema_update


def get_swa_multi_avg_fn():
    """get_swa_avg_fn for lists of Tensors, in place."""

    @no_grad()
    def swa_update(averaged_param_list, current_param_list, num_averaged):
        weight = float(1 / (num_averaged + 1))  # (of a Tensor: with the digits of a float32, as torch's)
        for averaged, current in zip(averaged_param_list, current_param_list, strict=True):
            if moves(averaged):
                averaged.lerp_(current, weight)
            elif isinstance(num_averaged, Tensor):  # (which torch has no division of integers for)
                averaged.addcdiv_(current - averaged, num_averaged + 1)
            else:
                averaged.add_(current - averaged, alpha=1.0 / (num_averaged + 1))

    return swa_update


class AveragedModel(Module):
    """A copy of a model whose parameters are the average of those that update_parameters(model) has seen.

    `avg_fn(averaged, current, count)` gives the new average, `multi_avg_fn` writes it into lists; without them it is
    the mean. Buffers are averaged too if use_buffers, else copied.

    >>> import compat as torch
    >>> model = torch.nn.Linear(1, 1, bias=False)
    >>> averaged = torch.optim.swa_utils.AveragedModel(model)
    >>> for value in (1.0, 2.0, 6.0):
    ...     _ = torch.nn.init.constant_(model.weight, value)
    ...     averaged.update_parameters(model)
    >>> averaged.module.weight.item()
    3.0
    """

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        if device is not None:
            self.module = self.module.to(device)
        self.register_buffer("n_averaged", FUNCTIONS["tensor"](0))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args, **kwargs):
        """What the averaged model computes."""
        return self.module(*args, **kwargs)

    def update_parameters(self, model):
        """Take the parameters of a model into the average."""
        if self.use_buffers:
            mine = itertools.chain(self.module.parameters(), self.module.buffers())
            theirs = itertools.chain(model.parameters(), model.buffers())
        else:
            mine, theirs = self.parameters(), model.parameters()
        pairs = [(a.detach(), b.detach()) for a, b in zip(mine, theirs, strict=False)]
        if self.n_averaged == 0:
            for averaged, current in pairs:
                averaged.copy_(current)
        elif self.multi_avg_fn is not None:
            need_some(pairs)
            by_dtype = {}
            for pair in pairs:
                by_dtype.setdefault(pair[0].dtype, []).append(pair)
            for same in reversed(by_dtype.values()):  # (in the order of C++'s hash map)
                self.multi_avg_fn(*map(list, zip(*same, strict=True)), self.n_averaged)
        else:
            self.avg_fn or need_some(pairs)
            average = self.avg_fn or get_swa_avg_fn()
            for averaged, current in pairs:
                averaged.copy_(average(averaged, current, self.n_averaged))
        if not self.use_buffers:
            for averaged, current in zip(self.module.buffers(), model.buffers(), strict=True):
                averaged.detach().copy_(current.detach())
        self.n_averaged += 1


@no_grad()
def update_bn(loader, model, device=None):
    """Compute the running statistics of the model's BatchNorm layers anew, from the batches of a loader."""
    layers = [m for m in model.modules() if isinstance(m, BatchNorm)]
    if not layers:
        return
    momenta = [m.momentum for m in layers]
    training = model.training
    model.train()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean over all batches
    for batch in loader:
        if isinstance(batch, (list, tuple)):
            batch = batch[0]
        model(batch if device is None else batch.to(device))
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
    model.train(training)


def half_cosine(t):
    return (1 - math.cos(math.pi * t)) / 2


def as_it_is(t):
    return t


class SWALR(Schedule):
    """From the present rates to swa_lr in anneal_epochs epochs, along a line or half a cosine.

    >>> import compat as torch
    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
    >>> schedule = torch.optim.swa_utils.SWALR(optimizer, swa_lr=0.5, anneal_epochs=2, anneal_strategy="linear")
    >>> for _ in range(2):
    ...     optimizer.step()
    ...     schedule.step()
    ...     print(schedule.get_last_lr())
    [0.75]
    [0.5]
    """

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        for lr, group in zip(for_each_group("swa_lr", optimizer, swa_lr), optimizer.param_groups, strict=True):
            group["swa_lr"] = lr
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._set_anneal_func(anneal_strategy)
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_epochs = anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _set_anneal_func(self, strategy):
        self._anneal_strategy = strategy
        self.anneal_func = half_cosine if strategy == "cos" else as_it_is

    def share(self, step):
        """How much of the way lies behind at a step."""
        return self.anneal_func(max(0, min(1, step / max(1, self.anneal_epochs))))

    def state_dict(self):
        """Everything but the optimizer and the function."""
        return {k: v for k, v in super().state_dict().items() if k != "anneal_func"}

    def load_state_dict(self, state_dict):
        """Take what state_dict() gave."""
        super().load_state_dict(state_dict)
        self._set_anneal_func(self._anneal_strategy)

    def next_rates(self):
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before, now = self.share(step - 1), self.share(step)
        found = []
        for group in self.optimizer.param_groups:
            lr, target = group["lr"], group["swa_lr"]
            start = target if before == 1 else (lr - before * target) / (1 - before)
            found.append(target * now + start * (1 - now))
        return found
