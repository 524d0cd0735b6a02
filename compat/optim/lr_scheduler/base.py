"""LRScheduler, the base of schedules, and what they share: rates of groups, whether they are numbers or Tensors.

Invariant: a Tensor that is a group's option stays the same object; its value is written into it.
"""

import functools
import weakref

from funcgrad.core.site import warn
from funcgrad.core.tracebacks import PublicMethods

from ..._families import own_copies
from ...names_of_classes import name_module
from ...tensor import Tensor
from ..optimizer import Optimizer

SEE = " See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
EPOCH_IS_OLD = (
    "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use "
    "`scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed "
    "form is used instead of the new chainable form, where available. Please open an issue if you are unable to "
    "replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose."
)


def copied(x):
    return x.clone() if isinstance(x, Tensor) else x


def rates(optimizer, key="lr"):
    """An option of every group, Tensors copied."""
    return [copied(group[key]) for group in optimizer.param_groups]


def put(group, key, value):
    """Give an option of a group a value; a Tensor keeps its identity."""
    held = group[key]
    if isinstance(held, Tensor):
        held.fill_(value.squeeze() if isinstance(value, Tensor) and value.dim() else value)
    else:
        group[key] = value


def for_each_group(name, optimizer, value):
    """A list with one value for each group; ValueError for a list of another length."""
    count = len(optimizer.param_groups)
    if not isinstance(value, (list, tuple)):
        value = [value] * count
    elif len(value) != count:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups. {name} has {len(value)} values, param_groups "
            f"has {count}."
        )
    return [copied(v) for v in value]


def check_optimizer(optimizer):
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")


def note_steps(optimizer):
    """Let the optimizer remember that step() was called, so that a schedule can tell who came first."""
    if hasattr(optimizer.step, "_wrapped_by_lr_sched"):
        return
    owner, step = weakref.ref(optimizer), optimizer.step.__func__

    @functools.wraps(step)
    def noted(*args, **kwargs):
        optimizer = owner()
        optimizer._opt_called = True
        return step(optimizer, *args, **kwargs)

    noted._wrapped_by_lr_sched = True
    optimizer.step = noted


class LRScheduler(PublicMethods):
    """Base of schedules: a subclass defines get_lr(), the rates of the groups at self.last_epoch.

    >>> import compat as torch
    >>> class Inverse(torch.optim.lr_scheduler.LRScheduler):
    ...     def get_lr(self):
    ...         return [base / (1 + self.last_epoch) for base in self.base_lrs]
    >>> optimizer = torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.5)
    >>> schedule = Inverse(optimizer)
    >>> optimizer.step()
    >>> schedule.step()
    >>> schedule.get_last_lr()
    [0.25]
    """

    _get_lr_called_within_step = False
    _is_initial = False
    __module__ = __package__  # (all are of one module in torch)

    def __init_subclass__(cls, **kwargs):
        if cls.__module__.startswith(__package__):
            name_module(cls, __package__)
        own_copies(cls)
        super().__init_subclass__(**kwargs)

    def __init__(self, optimizer, last_epoch=-1):
        check_optimizer(optimizer)
        self.optimizer = optimizer
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}] when resuming scheduler with last_epoch "
                    ">= 0.\nThis typically happens when:\n"
                    "1. You're trying to resume training from a checkpoint but haven't properly loaded the optimizer "
                    "state\n2. You're using last_epoch >= 0 for a fresh training run (not recommended)"
                )
        self.base_lrs = rates(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        note_steps(optimizer)
        self._initial_step()

    def _initial_step(self):
        """The step that sets the rates of the beginning."""
        self._step_count = 0
        self._is_initial = True
        try:
            self.step()
        finally:
            self._is_initial = False

    def state_dict(self):
        """Everything but the optimizer."""
        return {k: v for k, v in self.__dict__.items() if k != "optimizer"}

    def load_state_dict(self, state_dict):
        """Take what state_dict() gave."""
        self.__dict__.update(state_dict)

    def get_last_lr(self):
        """The rates last set."""
        return self._last_lr

    def get_lr(self):
        """The rates of the groups at self.last_epoch; not for users, who call get_last_lr()."""
        raise NotImplementedError

    def step(self, epoch=None):
        """Go on by one epoch (deprecated: to a given one)."""
        if self._step_count == 1:
            if not hasattr(self.optimizer.step, "_wrapped_by_lr_sched"):
                warn(
                    "Seems like `optimizer.step()` has been overridden after learning rate scheduler initialization. "
                    "Please, make sure to call `optimizer.step()` before `lr_scheduler.step()`." + SEE
                )
            elif not getattr(self.optimizer, "_opt_called", False):
                warn(
                    "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you "
                    "should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure "
                    "to do this will result in PyTorch skipping the first value of the learning rate schedule." + SEE
                )
        self._step_count += 1
        if epoch is not None:
            warn(EPOCH_IS_OLD)
        self._update_lr(epoch)

    def _update_lr(self, epoch=None):
        if epoch is None:
            self.last_epoch += 1
        else:
            self.last_epoch = epoch
        closed = None if epoch is None else getattr(self, "_get_closed_form_lr", None)
        self._set_rates(closed)

    def _set_rates(self, compute=None):
        """Set the rates to what `compute` (get_lr, if it is None) gives."""
        self._get_lr_called_within_step = True
        try:
            values = (compute or self.get_lr)()
        finally:
            self._get_lr_called_within_step = False
        for group, lr in zip(self.optimizer.param_groups, values, strict=True):
            put(group, "lr", lr)
        self._last_lr = rates(self.optimizer)


class Schedule(LRScheduler):
    """Base of the schedules here: `next_rates` gives the rates, get_lr warns those who call it from outside."""

    def get_lr(self):
        """The rates of the groups at self.last_epoch."""
        if not self._get_lr_called_within_step:
            warn("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.")
        return self.next_rates()

    def next_rates(self):
        raise NotImplementedError
