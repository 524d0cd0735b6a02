"""LazyModuleMixin: modules that learn their sizes from their first input.

Invariant: a lazy module draws what the ordinary one would, when it is first called or loaded; from then on it is one.
"""

from ..parameter import is_lazy


class LazyModuleMixin:
    """What lazy modules share; a subclass defines initialize_parameters(*args) and cls_to_become."""

    cls_to_become = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._load_hook = self._register_load_state_dict_pre_hook(self._lazy_load_hook)
        self._initialize_hook = self.register_forward_pre_hook(self._infer_parameters, with_kwargs=True)

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        kept = {k: b for k, b in self._buffers.items() if k not in self._non_persistent_buffers_set}
        for name, value in (self._parameters | kept).items():
            if value is not None:
                destination[prefix + name] = value if keep_vars or is_lazy(value) else value.detach()

    def _lazy_load_hook(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):  # fmt: skip
        for name, value in (self._parameters | self._buffers).items():
            given = state_dict.get(prefix + name)
            if is_lazy(value) and given is not None and not is_lazy(given):
                value.materialize(given.shape)

    def initialize_parameters(self, *args, **kwargs):
        """Give the parameters their sizes, by the first input."""
        raise NotImplementedError(f"initialize_parameters is not implemented for {type(self).__name__}")

    def has_uninitialized_params(self):
        """Is there a parameter or buffer without a size?"""
        return any(is_lazy(v) for v in (*self._parameters.values(), *self._buffers.values()))

    def reset_parameters(self):
        """Draw the parameters anew, as soon as they have sizes."""
        if not self.has_uninitialized_params() and self._has_sizes():
            super().reset_parameters()

    def _has_sizes(self):
        return True

    def _infer_parameters(self, module, args, kwargs=None):
        module.initialize_parameters(*args, **(kwargs or {}))
        if module.has_uninitialized_params():
            raise RuntimeError(f"module {self._get_name()} has not been fully initialized")
        module._initialize_hook.remove()
        module._load_hook.remove()
        del module._initialize_hook, module._load_hook
        if module.cls_to_become is not None:
            module.__class__ = module.cls_to_become
