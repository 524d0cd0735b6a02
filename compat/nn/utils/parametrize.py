"""Parametrizations: a parameter of a module that is computed, each time it is asked for, from other Tensors.

A module with parametrizations has a class of its own, made for it, in which the name is a property; the Tensors that the
value is computed from are the parameters of `module.parametrizations.<name>`.
"""

import copy
from collections.abc import Sequence
from contextlib import contextmanager

from ...autograd.grad_mode import call_in
from ...functions.missing import refusal as _refusal
from ...tensor import Tensor
from ..modules.container import ModuleDict, ModuleList
from ..parameter import Parameter

kept = {"depth": 0, "values": {}}  # what `cached` keeps: (id of the module, name) -> value


@contextmanager
def cached():
    """Within the block each parametrized value is computed once.

    >>> import compat as torch
    >>> with torch.nn.utils.parametrize.cached():
    ...     pass
    """
    kept["depth"] += 1
    try:
        yield
    finally:
        kept["depth"] -= 1
        if not kept["depth"]:
            kept["values"].clear()


def entered(module, name, tensor):
    """Register a Tensor as what it is: a parameter or a buffer."""
    (module.register_parameter if isinstance(tensor, Parameter) else module.register_buffer)(name, tensor)


def take(own, value):
    """Let a Tensor be over the memory of another."""
    own.data = value.detach()


def kind(x):
    return type(x).__name__


class ParametrizationList(ModuleList):
    """The parametrizations of one Tensor, applied one after the other, and what they are computed from: `original`, or
    `original0`, `original1`, ... where the first takes several Tensors."""

    def __init__(self, modules, original, unsafe=False):
        if len(modules) == 0:
            raise ValueError("ParametrizationList requires one or more modules.")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        new = call_in(False, self._inverted, original)
        if not isinstance(new, (Tensor, Sequence)):
            raise ValueError(
                f"'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got {kind(new)}"
            )
        self.is_tensor = isinstance(new, Tensor)
        self.ntensors = 1 if self.is_tensor else len(new)
        if self.is_tensor:
            if original.dtype != new.dtype:
                raise ValueError(
                    "When `right_inverse` outputs one tensor, it may not change the dtype.\noriginal.dtype: "
                    f"{original.dtype}\nright_inverse(original).dtype: {new.dtype}"
                )
            take(original, new)
            entered(self, "original", original)
        else:
            for i, part in enumerate(new):
                if not isinstance(part, Tensor):
                    raise ValueError(
                        "'right_inverse' must return a Tensor or a Sequence of tensors (list, tuple...). Got element "
                        f"{i} of the sequence with type {kind(part)}."
                    )
                if isinstance(original, Parameter):
                    part = Parameter(part, original.requires_grad)
                part.requires_grad_(original.requires_grad)
                entered(self, f"original{i}", part)
        if not unsafe:
            got = self()
            need_tensor(got, "A parametrization must return a tensor. Got")
            for what, old, now in (("dtype", dtype, got.dtype), ("shape", shape, got.shape)):
                if old != now:
                    raise ValueError(
                        f"Registering a parametrization may not change the {what} of the tensor, unless `unsafe` flag is "
                        f"enabled.\nunparametrized {what}: {old}\nparametrized {what}: {now}"
                    )

    def _inverted(self, value):
        """The Tensors that a value would be computed from, as far as the parametrizations say it."""
        for module in reversed(list(self)):
            if hasattr(module, "right_inverse"):
                try:
                    value = module.right_inverse(value)
                except NotImplementedError:  # (some say so: the value is taken as it is)
                    continue
        return value

    def right_inverse(self, value):
        """Set the originals so that the parametrization gives a value. RuntimeError where a part does not say how."""
        call_in(False, self._assign, value)

    def _assign(self, value):
        for module in reversed(list(self)):
            if not hasattr(module, "right_inverse"):
                raise RuntimeError(f"parametrization {kind(module)} does not implement right_inverse.")
            value = module.right_inverse(value)
        if self.is_tensor:
            need_tensor(value, "`right_inverse` should return a tensor. Got", "")
            if value.dtype != self.original.dtype:
                raise ValueError(
                    f"The tensor returned by `right_inverse` has dtype {value.dtype} while `original` has dtype "
                    f"{self.original.dtype}"
                )
            take(self.original, value)
            return
        if not isinstance(value, Sequence):
            raise ValueError(f"'right_inverse' must return a sequence of tensors. Got {kind(value)}.")
        if len(value) != self.ntensors:
            raise ValueError(
                f"'right_inverse' must return a sequence of tensors of length {self.ntensors}. Got a sequence of length "
                f"{len(value)}."
            )
        for i, part in enumerate(value):
            own = getattr(self, f"original{i}")
            if not isinstance(part, Tensor):
                raise ValueError(
                    "'right_inverse' must return a sequence of tensors or reference-type opaques. Got element "
                    f"{i} of type {kind(part)}."
                )
            if own.dtype != part.dtype:
                raise ValueError(
                    f"Tensor {i} returned by `right_inverse` has dtype {part.dtype} while `original{i}` has dtype {own.dtype}"
                )
            take(own, part)

    def forward(self):
        first, *rest = list(self)
        names = ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]
        x = first(*[getattr(self, name) for name in names])
        for module in rest:
            x = module(x)
        return x


def need_tensor(x, text, end="."):
    if not isinstance(x, Tensor):
        raise ValueError(f"{text} {kind(x)}{end}")


# ------------------------------------------------------------------------------------------------ the module's class
def own_class(module):
    """Give a module a class of its own, to put properties into."""
    cls = type(module)

    def deepcopied(self, memo):
        got = memo.get(id(self))
        if got is None:
            got = memo[id(self)] = type(self).__new__(type(self))
            got.__dict__ = copy.deepcopy(self.__dict__, memo)
        return got

    def refused(self):
        raise RuntimeError(
            "Serialization of parametrized modules is only supported through state_dict(). See:\n"
            "https://pytorch.org/tutorials/beginner/saving_loading_models.html"
            "#saving-loading-a-general-checkpoint-for-inference-and-or-resuming-training"
        )

    names = {"__getstate__": refused, "__module__": ParametrizationList.__module__}
    if not hasattr(cls, "__deepcopy__"):
        names["__deepcopy__"] = deepcopied
    module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), names)


def put_property(module, name):
    """Let the name be what its parametrizations compute."""

    def get(self):
        parametrization = self.parametrizations[name]
        if not kept["depth"]:
            return parametrization()
        key = (id(self), name)
        if key not in kept["values"]:
            kept["values"][key] = parametrization()
        return kept["values"][key]

    def put(self, value):
        self.parametrizations[name].right_inverse(value)

    setattr(type(module), name, property(get, put))


def register_parametrization(module, tensor_name, parametrization, *, unsafe=False):
    """Let a parameter or buffer of a module be computed by a parametrization (after those that it has); returns the module.

    ValueError where the result would have another shape or dtype, unless `unsafe`.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        if not unsafe:
            check_another(module, tensor_name, parametrization)
        module.parametrizations[tensor_name].append(parametrization)
        module.parametrizations[tensor_name].unsafe |= unsafe
    elif tensor_name in module._buffers or tensor_name in module._parameters:
        made = ParametrizationList([parametrization], getattr(module, tensor_name), unsafe=unsafe)
        delattr(module, tensor_name)
        if not is_parametrized(module):
            own_class(module)
            module.parametrizations = ModuleDict()
        put_property(module, tensor_name)
        module.parametrizations[tensor_name] = made
    else:
        raise ValueError(
            f"Module '{module}' does not have a parameter, a buffer, or a parametrized element with name '{tensor_name}'"
        )
    return module


def check_another(module, name, parametrization):
    """A further parametrization must keep dtype and shape, forth and back."""
    now = getattr(module, name)
    new = parametrization(now)
    need_tensor(new, "A parametrization must return a tensor. Got")
    for what in ("dtype", "shape"):
        if getattr(new, what) != getattr(now, what):
            raise ValueError(
                f"Registering a parametrization may not change the {what} of the tensor, unless the `unsafe` flag is enabled."
                f"\nmodule.{name}.{what}: {getattr(now, what)}\nparametrization(module.{name}).{what}: {getattr(new, what)}"
            )
    if hasattr(parametrization, "right_inverse"):
        try:
            back = parametrization.right_inverse(new)
        except NotImplementedError:  # (it says so: nothing to compare)
            return
        need_tensor(back, "parametrization.right_inverse must return a tensor. Got:", "")
        for what in ("dtype", "shape"):
            if getattr(back, what) != getattr(now, what):
                raise ValueError(
                    f"The tensor returned by parametrization.right_inverse must have the same {what} as module.{name}, unless "
                    f"the `unsafe` flag is enabled.\nmodule.{name}.{what}: {getattr(now, what)}\nreturned {what}: "
                    f"{getattr(back, what)}"
                )


def is_parametrized(module, tensor_name=None):
    """Has the module parametrizations, or one of that name?"""
    found = getattr(module, "parametrizations", None)
    if not isinstance(found, ModuleDict):
        return False
    return len(found) > 0 if tensor_name is None else tensor_name in found


def remove_parametrizations(module, tensor_name, leave_parametrized=True):
    """Make a parametrized Tensor an ordinary one again: with the value it has, or (False) with the original's."""
    if not is_parametrized(module, tensor_name):
        raise ValueError(f"Module {module} does not have a parametrization on {tensor_name}")
    found = module.parametrizations[tensor_name]
    if found.is_tensor:
        original = found.original
        if leave_parametrized:
            take(original, call_in(False, getattr, module, tensor_name))
    elif leave_parametrized:
        value = getattr(module, tensor_name)
        original = Parameter(value) if value.requires_grad else value
    else:
        raise ValueError(
            "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is parametrized in terms of a sequence of "
            "tensors."
        )
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    entered(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module):
    """The class that a module had before it was parametrized."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(from_module, to_module, tensor_name=None):
    """Give another module the parametrizations (of one name, or all) and their originals; returns it."""
    if not is_parametrized(from_module):
        return to_module
    for name in list(from_module.parametrizations) if tensor_name is None else [tensor_name]:
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name)))
        source = from_module.parametrizations[name]
        for parametrization in source:
            register_parametrization(to_module, name, parametrization)
        for own in ["original"] if source.is_tensor else [f"original{i}" for i in range(source.ntensors)]:
            setattr(to_module.parametrizations[name], own, getattr(source, own))
    return to_module


__getattr__ = _refusal(__name__)
