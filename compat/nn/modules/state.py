"""The state of a module as a dict of Tensors: state_dict, load_state_dict, and their hooks.

Invariant: state_dict shares memory with the module; load_state_dict writes into the module's own memory (assign=True
excepted) and has tried every entry before it raises.
"""

import weakref
from collections import OrderedDict, namedtuple
from collections.abc import Mapping

from funcgrad.core.site import warn

from ...autograd.grad_mode import call_in
from ...tensor import Tensor
from ...utils.hooks import register
from ..parameter import Parameter, is_lazy

EXTRA = "_extra_state"
REPORT = (
    "Please file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
)


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What load_state_dict returns."""

    __slots__ = ()

    def __repr__(self):
        whole = not self.missing_keys and not self.unexpected_keys
        return "<All keys matched successfully>" if whole else super().__repr__()

    __str__ = __repr__


class WithModule:
    """A hook that gets its module as first argument, without keeping it alive."""

    def __init__(self, hook, module):
        self.hook = hook
        self.module = weakref.ref(module)

    def __call__(self, *args):
        module = self.module()
        if module is None:
            raise RuntimeError("You are trying to call the hook of a dead Module!")
        return self.hook(module, *args)

    def __reduce__(self):
        return WithModule, (self.hook, self.module())


class Stateful:
    """What Module has for its state."""

    def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
        """An ordered dict of the parameters and persistent buffers, detached unless keep_vars."""
        if args:
            warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict for details.",
                FutureWarning,
            )
            destination, prefix, keep_vars, *_ = (*args, *(destination, prefix, keep_vars)[len(args) :])
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in list(self._state_dict_pre_hooks.values()):
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=prefix + name + ".", keep_vars=keep_vars)
        for hook in list(self._state_dict_hooks.values()):
            got = hook(self, destination, prefix, metadata)
            if got is not None:
                if getattr(hook, "_from_public_api", False):
                    raise RuntimeError("state_dict post-hook must return None")
                destination = got
        return destination

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, value in own_state(self).items():
            destination[prefix + name] = value if keep_vars else value.detach()
        if has_own(self, "get_extra_state"):
            destination[prefix + EXTRA] = self.get_extra_state()

    def get_extra_state(self):
        """What else state_dict is to hold; a subclass that defines it defines set_extra_state as well."""
        raise RuntimeError("Reached a code path in Module.get_extra_state() that should never be called. " + REPORT)

    def set_extra_state(self, state):
        """Take what get_extra_state gave."""
        raise RuntimeError("Reached a code path in Module.set_extra_state() that should never be called. " + REPORT)

    # -------------------------------------------------------------------------------------------- hooks
    def register_state_dict_pre_hook(self, hook):
        """Call hook(module, prefix, keep_vars) before state_dict."""
        return register(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook):
        """Call hook(module, state_dict, prefix, local_metadata) after state_dict; it returns None."""
        hook._from_public_api = True
        return register(self._state_dict_hooks, hook)

    def _register_state_dict_hook(self, hook):
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was previously registered via "
                "register_state_dict_post_hook"
            )
        return register(self._state_dict_hooks, hook)

    def register_load_state_dict_pre_hook(self, hook):
        """Call hook(module, state_dict, prefix, metadata, strict, missing, unexpected, errors) before loading."""
        return self._register_load_state_dict_pre_hook(hook, True)

    def _register_load_state_dict_pre_hook(self, hook, with_module=False):
        return register(self._load_state_dict_pre_hooks, WithModule(hook, self) if with_module else hook)

    def register_load_state_dict_post_hook(self, hook):
        """Call hook(module, incompatible_keys) after load_state_dict; it may change the keys in place."""
        return register(self._load_state_dict_post_hooks, hook)

    # -------------------------------------------------------------------------------------------- loading
    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copy values into the parameters and buffers (assign: take the Tensors themselves).

        Returns what was missing and unexpected; with `strict` that, like a wrong size, is a RuntimeError.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        state = OrderedDict(state_dict)
        if metadata is not None:
            state._metadata = metadata
        keys = _IncompatibleKeys([], [])
        errors = []
        load_tree(self, state, "", metadata or {}, assign, keys, errors)
        if strict:
            for what, names in (("Unexpected", keys.unexpected_keys), ("Missing", keys.missing_keys)):
                if names:
                    listed = ", ".join(f'"{k}"' for k in names)
                    errors.insert(0, f"{what} key(s) in state_dict: {listed}. ")
        if errors:
            listed = "\n\t".join(errors)
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t{listed}")
        return _IncompatibleKeys(*keys)

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):  # fmt: skip
        """Load this module's own entries, those under `prefix`."""
        for hook in list(self._load_state_dict_pre_hooks.values()):
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        assign = local_metadata.get("assign_to_params_buffers", False)
        own = own_state(self)
        for name, value in own.items():
            key = prefix + name
            if key in state_dict:
                error = load_entry(self, name, value, key, state_dict[key], assign)
                if error is not None:
                    error_msgs.append(error)
            elif strict:
                missing_keys.append(key)
        extra = prefix + EXTRA
        if has_own(self, "set_extra_state"):
            if extra in state_dict:
                self.set_extra_state(state_dict[extra])
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)
        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra:
                    first, dot, _ = key[len(prefix) :].partition(".")
                    if first not in (self._modules if dot else own):
                        unexpected_keys.append(key)


def load_tree(module, state, prefix, metadata, assign, keys, errors):
    """Load a module and all below it from the entries under `prefix`."""
    local = metadata.get(prefix[:-1], {})
    if assign:
        local["assign_to_params_buffers"] = assign
    module._load_from_state_dict(state, prefix, local, True, *keys, errors)
    for name, child in module._modules.items():
        if child is not None:
            below = prefix + name + "."
            entries = {k: v for k, v in state.items() if k.startswith(below)}
            load_tree(child, entries, below, metadata, assign, keys, errors)
    for hook in list(module._load_state_dict_post_hooks.values()):
        if hook(module, keys) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, if "
                "incompatible_keys need to be modified, it should be done inplace."
            )


def own_state(module):
    """A module's own parameters and persistent buffers, by name."""
    kept = {k: b for k, b in module._buffers.items() if k not in module._non_persistent_buffers_set}
    return {k: v for k, v in (module._parameters | kept).items() if v is not None}


def has_own(module, method):
    """Does the class define get_extra_state or set_extra_state itself?"""
    return getattr(type(module), method) is not getattr(Stateful, method)


def load_entry(module, name, value, key, given, assign):
    """Take one entry; returns what is wrong with it, or None."""
    if not isinstance(given, Tensor):
        return (
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from '
            f"checkpoint but received {type(given)}"
        )
    if not is_lazy(value):
        if not value.shape and tuple(given.shape) == (1,):  # (0-d values were once written so)
            given = given[0]
        if given.shape != value.shape:
            return (
                f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, the shape in "
                f"current model is {value.shape}."
            )
    try:
        if assign:
            if isinstance(value, Parameter):
                if isinstance(given, Parameter):
                    given.requires_grad_(value.requires_grad)
                else:
                    given = Parameter(given, requires_grad=value.requires_grad)
            setattr(module, name, given)
        else:
            if value.is_meta and not given.is_meta:
                warn(
                    f"for {key}: copying from a non-meta parameter in the checkpoint to a meta parameter in the current model, which is "
                    "a no-op. (Did you mean to pass `assign=True` to assign items in the state dictionary to their corresponding key in "
                    "the module instead of copying them in place?)"
                )
            call_in(False, value.copy_, given)
    except Exception as error:
        return (
            f'While copying the parameter named "{key}", whose dimensions in the model are {value.size()} and '
            f"whose dimensions in the checkpoint are {given.size()}, an exception occurred : {error.args}."
        )
