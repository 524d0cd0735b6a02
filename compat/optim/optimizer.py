"""Optimizer: parameter groups, state, hooks and state_dict; what every optimizer has whatever its step does.

Invariant: `state` is keyed by the parameter itself, `state_dict()` by its number in the order of the groups, and only
`load_state_dict` translates between the two. The hooks run around the `step` of every subclass, a user's own included.
"""

import functools
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from copy import deepcopy

from funcgrad.core.site import internal, site, warn
from funcgrad.core.state import tls
from funcgrad.core.tracebacks import PublicMethods, trim

from ..autograd import walks
from ..dtypes import BY_NAME
from ..functions.missing import refusal
from ..functions.register import FUNCTIONS
from ..tensor import Tensor
from ..utils.hooks import RemovableHandle, register
from .memory import changed, memory, writable
from .zeroing import mark_as_used

__all__ = [
    "Optimizer",
    "RemovableHandle",
    "register_optimizer_step_post_hook",
    "register_optimizer_step_pre_hook",
    "required",
]

GLOBAL_PRE_HOOKS, GLOBAL_POST_HOOKS = OrderedDict(), OrderedDict()


class _RequiredParameter:
    """The default of an option that every group must give itself."""

    def __repr__(self):
        return "<required parameter>"


required = _RequiredParameter()


def register_optimizer_step_pre_hook(hook):
    """Call hook(optimizer, args, kwargs) before each step of any optimizer; returns a RemovableHandle."""
    return register(GLOBAL_PRE_HOOKS, hook)


def register_optimizer_step_post_hook(hook):
    """Call hook(optimizer, args, kwargs) after each step of any optimizer; returns a RemovableHandle."""
    return register(GLOBAL_POST_HOOKS, hook)


def with_hooks(step):
    """A class's `step`, with the hooks around it. The hooks see its arguments as they are, the optimizer first."""

    @functools.wraps(step)
    def hooked(*args, **kwargs):
        self = args[0]
        if GLOBAL_PRE_HOOKS or self._optimizer_step_pre_hooks:
            for hook in (*GLOBAL_PRE_HOOKS.values(), *self._optimizer_step_pre_hooks.values()):
                changed = hook(self, args, kwargs)
                if changed is not None:
                    if not isinstance(changed, tuple) or len(changed) != 2:
                        raise RuntimeError(
                            f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}."
                        )
                    args, kwargs = changed
                    if not args and internal[step.__module__]:  # (torch looks for the optimizer among them)
                        raise IndexError("tuple index out of range")
        try:
            out = step(*args, **kwargs)
        except Exception as error:
            from .refused import told

            torchs = told(self, error)
            trim(error)
            if torchs is None:
                raise
            raise torchs.with_traceback(error.__traceback__) from None
        except BaseException as error:
            trim(error)
            raise
        if GLOBAL_POST_HOOKS or self._optimizer_step_post_hooks:
            for hook in (*self._optimizer_step_post_hooks.values(), *GLOBAL_POST_HOOKS.values()):
                hook(self, args, kwargs)
        if walks.Accumulation.report is not None:
            mark_as_used(self)
        return out

    hooked.hooked = True
    return hooked


class Optimizer(PublicMethods):
    """Base of optimizers: `params` are Tensors, (name, Tensor) pairs, or dicts of groups with options of their own.

    A subclass gives its options' defaults to __init__ and defines `step`. TypeError or ValueError, in torch's words,
    for parameters that cannot be optimized.

    >>> import compat as torch
    >>> class Halve(torch.optim.Optimizer):
    ...     def __init__(self, params):
    ...         super().__init__(params, {})
    ...     @torch.no_grad()
    ...     def step(self):
    ...         for group in self.param_groups:
    ...             for p in group["params"]:
    ...                 p.mul_(0.5)
    >>> w = torch.ones(2, requires_grad=True)
    >>> Halve([w]).step()
    >>> w
    tensor([0.5000, 0.5000], requires_grad=True)
    """

    HOOKS = (
        "_optimizer_step_pre_hooks", "_optimizer_step_post_hooks", "_optimizer_state_dict_pre_hooks",
        "_optimizer_state_dict_post_hooks", "_optimizer_load_state_dict_pre_hooks",
        "_optimizer_load_state_dict_post_hooks",
    )  # fmt: skip

    _within = None  # the stage in which it was made: what it keeps is that call's own

    def __init__(self, params, defaults):
        self.defaults = defaults
        if tls.stage is not None:
            self._within = tls.stage
        self._prepare()
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + FUNCTIONS["typename"](params)
            )
        self.state = defaultdict(dict)
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def _prepare(self):
        """The tables of hooks, where there are none, and hooks around the class's step."""
        for name in self.HOOKS:
            self.__dict__.setdefault(name, OrderedDict())
        cls = type(self)
        if not getattr(cls.step, "hooked", False):
            cls.step = with_hooks(cls.step)

    profile_hook_step = staticmethod(with_hooks)
    _patch_step_function = _prepare

    def step(self, closure=None):
        """One update of the parameters; `closure` computes the loss anew, and its value is returned."""
        raise NotImplementedError

    def zero_grad(self, set_to_none=True):
        """Forget every parameter's gradient, or (set_to_none=False) fill it with zeros."""
        any_tensor = self.defaults.get("differentiable")  # (only then may they be no leaves, of which torch asks .grad)
        for group in self.param_groups:
            for p in group["params"]:
                if set_to_none:  # (without asking for it: a compiled step need not know what it was)
                    if any_tensor and not p.is_leaf:
                        p.grad  # noqa: B018  (which warns)
                    p.grad = None
                    continue
                g = p.grad
                if g is None:
                    continue
                if g.grad_fn is not None:
                    g.detach_()
                else:
                    g.requires_grad_(False)
                if memory(g) is None:
                    g.zero_()
                else:
                    writable(g).fill(0)
                    changed(g, site())

    # -------------------------------------------------------------------------------------------- groups
    def add_param_group(self, param_group):
        """Add a dict with "params" and the options that differ from the defaults, which are filled in."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        given = [given] if isinstance(given, Tensor) else list(given)
        names = [p[0] for p in given if isinstance(p, tuple)]
        params = param_group["params"] = [p[1] if isinstance(p, tuple) else p for p in given]
        if names:
            if len(names) != len(params):
                raise ValueError("all optimizer params should be with/without names. Some param names are missing")
            param_group["param_names"] = names
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(
                    "optimizer can only optimize Tensors, but one of the params is " + FUNCTIONS["typename"](p)
                )
            if not (self.defaults.get("differentiable") or p.is_leaf or p.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, value in self.defaults.items():
            if value is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, value)
        if len(set(params)) != len(params):
            warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information"
            )
        named = "param_names" in param_group
        for group in self.param_groups:
            if named != ("param_names" in group):
                raise ValueError(
                    "all optimizer param groups should be with/without names. cannot add param group "
                    f"{'with' if named else 'without'} names to the optimizer"
                )
        if not set(params).isdisjoint([p for group in self.param_groups for p in group["params"]]):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    # -------------------------------------------------------------------------------------------- hooks
    def register_step_pre_hook(self, hook):
        """Call hook(optimizer, args, kwargs) before each step; it may return new (args, kwargs)."""
        return register(self._optimizer_step_pre_hooks, hook)

    def register_step_post_hook(self, hook):
        """Call hook(optimizer, args, kwargs) after each step."""
        return register(self._optimizer_step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook, prepend=False):
        """Call hook(optimizer) before state_dict() gathers; `prepend`: before the hooks already there."""
        return register(self._optimizer_state_dict_pre_hooks, hook, first=prepend)

    def register_state_dict_post_hook(self, hook, prepend=False):
        """Call hook(optimizer, state_dict) on what state_dict() gathered; it may return another."""
        return register(self._optimizer_state_dict_post_hooks, hook, first=prepend)

    def register_load_state_dict_pre_hook(self, hook, prepend=False):
        """Call hook(optimizer, state_dict) on (a shallow copy of) what is to be loaded; it may return another."""
        return register(self._optimizer_load_state_dict_pre_hooks, hook, first=prepend)

    def register_load_state_dict_post_hook(self, hook, prepend=False):
        """Call hook(optimizer) after a state_dict was loaded."""
        return register(self._optimizer_load_state_dict_post_hooks, hook, first=prepend)

    # -------------------------------------------------------------------------------------------- state
    def state_dict(self):
        """{"state": by number of the parameter, "param_groups": the groups with numbers for parameters}."""
        for hook in self._optimizer_state_dict_pre_hooks.values():
            hook(self)
        numbers = {}
        count = 0
        groups = []
        for group in self.param_groups:
            numbers.update({id(p): n for n, p in enumerate(group["params"], count) if id(p) not in numbers})
            count += len(group["params"])
            packed = {k: v for k, v in group.items() if k != "params"}
            packed["params"] = [numbers[id(p)] for p in group["params"]]
            groups.append(packed)
        state = {numbers[id(k)] if isinstance(k, Tensor) else k: v for k, v in self.state.items()}
        return after_hooks(self._optimizer_state_dict_post_hooks, self, {"state": state, "param_groups": groups})

    def load_state_dict(self, state_dict):
        """Take what state_dict() of an optimizer with the same groups gave, in the dtypes of the parameters here.

        ValueError if the number of groups, or of parameters in one of them, is another. Tensors whose dtype fits are
        taken as they are: give a deepcopy to keep the two optimizers apart.
        """
        state_dict = after_hooks(self._optimizer_load_state_dict_pre_hooks, self, state_dict.copy())
        groups = self.param_groups
        saved = deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(mine["params"]) != len(theirs["params"]) for mine, theirs in zip(groups, saved, strict=True)):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
            )
        owners = {}
        for mine, theirs in zip(groups, saved, strict=True):
            counts_in_float32 = theirs.get("fused") or theirs.get("capturable")
            for p, number in zip(mine["params"], theirs["params"], strict=True):
                owners[number] = p, counts_in_float32
        state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            if key in owners:
                state[owners[key][0]] = fitted(*owners[key], value)
            else:
                state[key] = value
        for mine, theirs in zip(groups, saved, strict=True):
            theirs["params"] = mine["params"]
            if "param_names" in mine:
                theirs.setdefault("param_names", mine["param_names"])
        self.__setstate__({"state": state, "param_groups": saved})
        for hook in self._optimizer_load_state_dict_post_hooks.values():
            hook(self)

    def __getstate__(self):
        return {"defaults": self.defaults, "state": self.state, "param_groups": self.param_groups}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._prepare()
        self.defaults.setdefault("differentiable", False)

    def __repr__(self):
        groups = []
        for i, group in enumerate(self.param_groups):
            options = "".join(f"    {key}: {group[key]}\n" for key in sorted(group) if key != "params")
            groups.append(f"\nParameter Group {i}\n{options}")
        return f"{type(self).__name__} ({''.join(groups)})"


def after_hooks(table, optimizer, state_dict):
    """A state_dict as the hooks of a table leave it."""
    for hook in table.values():
        changed = hook(optimizer, state_dict)
        if changed is not None:
            state_dict = changed
    return state_dict


def fitted(param, counts_in_float32, value, key=None):
    """A loaded value with its Tensors in the dtype of the parameter, but "step", which counts in a dtype of its own."""
    if isinstance(value, Tensor):
        if key == "step":
            return value.to(dtype=BY_NAME["float32"]) if counts_in_float32 else value
        return value.to(dtype=param.dtype) if param.is_floating_point() else value
    if isinstance(value, dict):
        return {k: fitted(param, counts_in_float32, v, k) for k, v in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return type(value)(fitted(param, counts_in_float32, v) for v in value)
    return value


def __getattr__(name):
    """What optimizers of one's own import besides."""
    from . import borrowed

    if name in vars(borrowed) and (name[0] == "_" != name[1] or name in ("ParamsT", "StateDict")):
        return getattr(borrowed, name)
    return refusal(__name__)(name)
