"""The warning for a forgotten zero_grad: a step marks the gradients it used, and backward asks before it adds to one.

Invariant: nothing is marked, and nothing asked, unless warn_if_not_zeroed() turned the warning on.
"""

from funcgrad.core.site import site, warn, where

from ..autograd import walks


class StaleGradientWarning(UserWarning):
    """backward adds to a gradient that an optimizer's step has already used."""


def mark_as_used(optimizer):
    at = site()
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.grad.used_by_step = at


def report(old):
    at = vars(old).pop("used_by_step", None)
    if at is not None and old.detach().val.any():
        warn(
            f"backward adds to a gradient that the step at {where(at)} has already used: was zero_grad() forgotten "
            "between the two? (optim.warn_if_not_zeroed(False) turns this warning off.)",
            StaleGradientWarning,
        )


class warn_if_not_zeroed:
    """Warn, from now on or inside a `with` block, when backward adds to a gradient that a step has already used.

    >>> import warnings
    >>> import compat as torch
    >>> w = torch.ones(1, requires_grad=True)
    >>> optimizer = torch.optim.SGD([w], lr=0.1)
    >>> with torch.optim.warn_if_not_zeroed(), warnings.catch_warnings(record=True, action="always") as caught:
    ...     for _ in range(2):
    ...         w.sum().backward()
    ...         optimizer.step()
    >>> len(caught)
    1
    """

    def __init__(self, on=True):
        self.before = walks.Accumulation.report
        walks.Accumulation.report = report if on else None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        walks.Accumulation.report = self.before
