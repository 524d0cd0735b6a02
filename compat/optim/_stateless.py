"""swap_in_optimizer_params_and_state: run an optimizer for a while on other parameters and another state."""

import contextlib
from collections import defaultdict

from ..tensor import Tensor

WHO = "swap_in_optimizer_params_and_state requires "


def refuse(broken, text):
    if broken:
        raise RuntimeError(text)


@contextlib.contextmanager
def swap_in_optimizer_params_and_state(optimizer, swapin_parameters, swapin_optim_state):
    """Inside the `with` block the optimizer has these parameters (a dict, in the order of the groups) and this state.

    `swapin_optim_state`: as Optimizer.state_dict() gives it. Afterwards all is as it was. RuntimeError if the two do
    not fit the optimizer, or it has no state yet.

    >>> import compat as torch
    >>> w, v = torch.ones(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    >>> optimizer = torch.optim.Adam([w])
    >>> w.grad = torch.ones(1)
    >>> optimizer.step()
    >>> with torch.optim.swap_in_optimizer_params_and_state(optimizer, {"v": v}, optimizer.state_dict()):
    ...     optimizer.param_groups[0]["params"][0] is v
    True
    >>> optimizer.param_groups[0]["params"][0] is w
    True
    """
    groups = optimizer.param_groups
    refuse(not optimizer.state, WHO + "initialized optimizer state.")
    refuse(not isinstance(swapin_optim_state, dict), WHO + "a DCP-style optimizer state_dict.")
    given, given_groups = swapin_optim_state.get("state"), swapin_optim_state.get("param_groups")
    check_state(given)
    refuse(
        not isinstance(given_groups, list),
        WHO
        + "swapin_optim_state['param_groups'] to be a list of param-group dicts, got "
        + f"{type(given_groups).__name__}.",
    )
    refuse(
        len(groups) != len(given_groups),
        "swapin_optim_state has a different number of parameter groups than the live optimizer.",
    )
    left = list(swapin_parameters.values())
    swaps = []
    state = defaultdict(dict)
    for i, (group, other) in enumerate(zip(groups, given_groups, strict=True)):
        check_group(i, group, other)
        numbers = other["params"]
        params, left = left[: len(numbers)], left[len(numbers) :]
        refuse(
            len(params) < len(numbers),
            WHO + "the explicit parameter state to match optimizer.param_groups ordering.",
        )
        swaps.append({**other, "params": params})
        for p, number in zip(params, numbers, strict=True):
            state[p] = dict(given.get(number, {}))
    known = {number for other in given_groups for number in other["params"]}
    extra = [k for k in given if k not in known]
    refuse(
        extra,
        WHO
        + "swapin_optim_state['state'] to be keyed only by packed parameter ids from param_groups[*]['params']; got "
        f"extra keys {extra!r}.",
    )
    before, own = optimizer.state, [dict(group) for group in groups]
    try:
        for group, swap in zip(groups, swaps, strict=True):
            group.update(swap)
        optimizer.state = state
        yield
    finally:
        for group, old in zip(groups, own, strict=True):
            group.clear()
            group.update(old)
        optimizer.state = before


def check_state(given):
    refuse(
        not isinstance(given, dict),
        WHO + "swapin_optim_state['state'] to be a dict mapping packed parameter ids to per-param state dicts, got "
        f"{type(given).__name__}.",
    )
    refuse(
        any(isinstance(k, Tensor) for k in given),
        WHO + "optimizer.state_dict()-style state keyed by packed parameter ids.",
    )
    refuse(
        any(isinstance(k, int) and not isinstance(v, dict) for k, v in given.items()),
        WHO + "per-parameter optimizer state entries to be dictionaries.",
    )


def check_group(i, group, other):
    refuse(not isinstance(other, dict), WHO + "each optimizer param group to be a dictionary.")
    numbers = other.get("params")
    refuse(
        not isinstance(numbers, list) or not all(isinstance(n, int) for n in numbers),
        WHO + "optimizer.state_dict()-style param_groups[*]['params'] entries keyed by packed parameter ids.",
    )
    refuse(
        len(group["params"]) != len(numbers),
        f"swapin_optim_state param group {i} has a different number of params than the live optimizer param group.",
    )
    theirs, mine = [k for k in other if k not in group], [k for k in group if k not in other]
    refuse(
        theirs or mine,
        WHO + "optimizer.state_dict()-style param group keys to exactly match the live optimizer group keys for group "
        f"{i}. Keys only in swap-in: {theirs}. Keys only in live: {mine}.",
    )
