"""Optimizer: parameter groups, state, and what every optimizer does around its own update.

Invariant: a step runs under no_grad and writes into the parameters' own memory; state is keyed by the parameter.
"""

import copy
import warnings
from collections import defaultdict

from funcgrad.core.site import site, where

from ..autograd import walks
from ..autograd.grad_mode import call_in
from ..tensor import Tensor
from ..utils.hooks import register


class Optimizer:
    """Base of optimizers: `params` are Tensors, or dicts of groups with options of their own; subclasses define update."""

    def __init__(self, params, defaults):
        if isinstance(params, Tensor):
            raise TypeError(
                f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {params.type()}"
            )
        self.defaults = defaults
        self.state = defaultdict(dict)
        self.param_groups = []
        self._pre_hooks, self._post_hooks = {}, {}
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Add a dict with "params" and options that differ from the defaults."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will "
                "change between runs. Please use a list instead."
            )
        params = [params] if isinstance(params, Tensor) else list(params)
        if params and isinstance(params[0], tuple):
            param_group = {**param_group, "param_names": [n for n, _ in params]}
            params = [p for _, p in params]
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}")
            if not (p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        group = {**param_group, "params": params}
        for name, value in self.defaults.items():
            group.setdefault(name, value)
        if len({id(p) for p in params}) != len(params):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error",
                stacklevel=3,
            )
        known = {id(p) for g in self.param_groups for p in g["params"]}
        if any(id(p) in known for p in params):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(group)

    def zero_grad(self, set_to_none=True):
        """Forget every parameter's gradient, or (set_to_none=False) fill it with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                g = p.grad
                if g is not None:
                    if set_to_none:
                        p.grad = None
                    else:
                        if g.grad_fn is not None:
                            g = p.grad = g.detach()
                        g.zero_()

    def step(self, closure=None):
        """One update of every parameter that has a gradient; `closure` computes the loss anew, and is returned."""
        for hook in list(self._pre_hooks.values()):
            hook(self, (closure,), {})
        loss = None if closure is None else call_in(True, closure)
        call_in(False, self.update_all)
        for hook in list(self._post_hooks.values()):
            hook(self, (closure,), {})
        if walks.Accumulation.report is not None:
            mark_as_used(self)
        return loss

    def update_all(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self.update(p, p.grad, self.state[p], group)

    def update(self, p, grad, state, group):
        """Change one parameter; under no_grad."""
        raise NotImplementedError(f"{type(self).__name__} must define update(p, grad, state, group)")

    def register_step_pre_hook(self, hook):
        """Call hook(optimizer, args, kwargs) before each step."""
        return register(self._pre_hooks, hook)

    def register_step_post_hook(self, hook):
        """Call hook(optimizer, args, kwargs) after each step."""
        return register(self._post_hooks, hook)

    # ---- state
    def state_dict(self):
        """{"state": by number of the parameter, "param_groups": the groups with numbers for parameters}."""
        numbers = {}
        groups = []
        for group in self.param_groups:
            for p in group["params"]:
                numbers.setdefault(id(p), len(numbers))
            packed = {k: v for k, v in group.items() if k != "params"}
            packed["params"] = [numbers[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {numbers.get(id(k), k) if isinstance(k, Tensor) else k: v for k, v in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Take what state_dict() of an optimizer with the same groups gave. ValueError if they differ."""
        saved = state_dict["param_groups"]
        if len(saved) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(a["params"]) != len(b["params"]) for a, b in zip(saved, self.param_groups)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        by_number = {}
        for theirs, mine in zip(saved, self.param_groups):
            by_number.update(zip(theirs["params"], mine["params"]))
        self.state = defaultdict(dict)
        for key, value in copy.deepcopy(state_dict["state"]).items():
            self.state[by_number.get(key, key)] = value
        self.param_groups = [
            {**copy.deepcopy({k: v for k, v in theirs.items() if k != "params"}), "params": mine["params"]}
            for theirs, mine in zip(saved, self.param_groups)
        ]

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state):
        self.__dict__.update({"_pre_hooks": {}, "_post_hooks": {}, **state})

    def __repr__(self):
        lines = [type(self).__name__ + " ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join(lines + [")"])


# ------------------------------------------------------------------------------------------------ forgotten zero_grad
class StaleGradientWarning(UserWarning):
    """backward adds to a gradient that an optimizer's step has already used."""


def mark_as_used(optimizer):
    at = site(3)
    for group in optimizer.param_groups:
        for p in group["params"]:
            if p.grad is not None:
                p.grad.used_by_step = at


def report(old):
    at = vars(old).pop("used_by_step", None)
    if at is not None and old.detach().numpy().any():
        warnings.warn(
            f"backward adds to a gradient that the step at {where(at)} has already used: was zero_grad() forgotten between the "
            "two? (optim.warn_if_not_zeroed(False) turns this warning off.)",
            StaleGradientWarning,
            stacklevel=2,
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
