"""Module: the base of everything with parameters.

Invariant: parameters, buffers and submodules live in three dicts of the instance and nowhere else; the first thing a name
was registered as is what assignment to it keeps it as.
"""

import functools
import itertools
import warnings
from collections import OrderedDict, namedtuple

from .. import dtypes
from ..tensor import Device, Tensor
from ..utils.hooks import register
from .parameter import Buffer, Parameter


class IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What load_state_dict returns."""

    __slots__ = ()

    def __repr__(self):
        return (
            "<All keys matched successfully>"
            if not self.missing_keys and not self.unexpected_keys
            else super().__repr__()
        )

    __str__ = __repr__


def indented(text, by):
    first, *rest = text.split("\n")
    return "\n".join([first] + [" " * by + line for line in rest])


class Module:
    """Base class of neural network modules: subclasses assign parameters and modules in __init__ and define forward.

    >>> import compat as torch
    >>> class Net(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.layer = torch.nn.Linear(2, 1)
    ...     def forward(self, x):
    ...         return self.layer(x)
    >>> Net()
    Net(
      (layer): Linear(in_features=2, out_features=1, bias=True)
    )
    """

    dump_patches = False
    _version = 1
    training: bool
    call_super_init = False
    TABLES = (
        "_parameters", "_buffers", "_modules", "_backward_pre_hooks", "_backward_hooks", "_forward_hooks",
        "_forward_pre_hooks", "_state_dict_hooks", "_state_dict_pre_hooks", "_load_state_dict_pre_hooks",
        "_load_state_dict_post_hooks",
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        if not self.call_super_init and kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
            )
        if not self.call_super_init and args:
            raise TypeError(
                f"{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} were given"
            )
        own = self.__dict__
        own["training"] = True
        for name in self.TABLES:
            own[name] = {}
        own["_non_persistent_buffers_set"] = set()
        own["_is_full_backward_hook"] = None
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *input):
        """What the module computes; every subclass defines it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    # -------------------------------------------------------------------------------------------- registering
    def register_parameter(self, name, param):
        """Add a parameter (None: a place for one) under a name."""
        if "_parameters" not in self.__dict__:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self.check_name(name, "parameter", self._parameters)
        if param is not None:
            if not isinstance(param, Parameter):
                raise TypeError(
                    f"cannot assign '{type_name(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)"
                )
            if param.grad_fn is not None:
                raise ValueError(
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To "
                    f"express '{name}' as a function of another Tensor, compute the value in the forward() method."
                )
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        """Add a Tensor that belongs to the module's state but is not a parameter; persistent: state_dict has it."""
        if "_buffers" not in self.__dict__:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self.check_name(name, "buffer", self._buffers)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        self._buffers[name] = tensor
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def add_module(self, name, module):
        """Add a submodule under a name."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{type_name(module)} is not a Module subclass")
        self.check_name(name, "module", self._modules)
        self._modules[name] = module

    def register_module(self, name, module):
        """Add a submodule under a name."""
        self.add_module(name, module)

    def check_name(self, name, what, table):
        if not isinstance(name, str):
            raise TypeError(f"{what} name should be a string. Got {type_name(name)}")
        if what != "module" and "." in name:
            raise KeyError(f'{what} name can\'t contain "."')
        if hasattr(self, name) and name not in table:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f'module name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError(f'{what} name can\'t be empty string ""')

    # -------------------------------------------------------------------------------------------- attributes
    def __getattr__(self, name):
        own = self.__dict__
        for table in ("_parameters", "_buffers", "_modules"):
            entries = own.get(table)
            if entries is not None and name in entries:
                return entries[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        own = self.__dict__
        parameters, modules, buffers = own.get("_parameters"), own.get("_modules"), own.get("_buffers")
        if isinstance(value, Parameter):
            if parameters is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            self.forget(name, own, buffers, modules)
            own.get("_non_persistent_buffers_set").discard(name)
            self.register_parameter(name, value)
        elif parameters is not None and name in parameters:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            if modules is None:
                raise AttributeError("cannot assign module before Module.__init__() call")
            self.forget(name, own, parameters, buffers)
            modules[name] = value
        elif modules is not None and name in modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            modules[name] = value
        elif buffers is not None and (name in buffers or isinstance(value, Buffer)):
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)"
                )
            if isinstance(value, Buffer) and name not in buffers:
                self.register_buffer(name, value, value.persistent)
            else:
                buffers[name] = value
        else:
            object.__setattr__(self, name, value)

    @staticmethod
    def forget(name, *tables):
        for table in tables:
            if table is not None:
                table.pop(name, None)

    def __delattr__(self, name):
        for table in (self._parameters, self._buffers, self._modules):
            if name in table:
                del table[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self):
        names = [*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted({n for n in names if not n[0].isdigit()})

    def get_submodule(self, target):
        """The submodule at a dotted path; "" is the module itself. AttributeError if there is none."""
        module = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` is not an nn.Module")
        return module

    def get_parameter(self, target):
        """The parameter at a dotted path."""
        return self.get_entry(target, "_parameters", "an nn.Parameter")

    def get_buffer(self, target):
        """The buffer at a dotted path."""
        return self.get_entry(target, "_buffers", "a buffer")

    def get_entry(self, target, table, what):
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(f"{type(module).__name__} has no attribute `{name}`")
        if name not in getattr(module, table):
            raise AttributeError(f"`{name}` is not {what}")
        return getattr(module, name)

    # -------------------------------------------------------------------------------------------- listing
    def named_members(self, table, prefix, recurse, remove_duplicate):
        seen = set()
        for path, module in (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        ):
            for name, value in list(getattr(module, table).items()):
                if value is None or (remove_duplicate and id(value) in seen):
                    continue
                seen.add(id(value))
                yield path + ("." if path else "") + name, value

    def parameters(self, recurse=True):
        """The parameters, of submodules too if `recurse`; each once."""
        for _, p in self.named_parameters(recurse=recurse):
            yield p

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """(dotted name, parameter) pairs."""
        yield from self.named_members("_parameters", prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """The buffers."""
        for _, b in self.named_buffers(recurse=recurse):
            yield b

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """(dotted name, buffer) pairs."""
        yield from self.named_members("_buffers", prefix, recurse, remove_duplicate)

    def children(self):
        """The submodules assigned to this module itself."""
        for _, module in self.named_children():
            yield module

    def named_children(self):
        """(name, submodule) pairs."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and id(module) not in seen:
                seen.add(id(module))
                yield name, module

    def modules(self):
        """This module and all below it, each once."""
        for _, module in self.named_modules():
            yield module

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """(dotted path, module) pairs, this module first."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(memo, prefix + ("." if prefix else "") + name, remove_duplicate)

    # -------------------------------------------------------------------------------------------- calling
    def __call__(self, *args, **kwargs):
        if not (self._forward_pre_hooks or self._forward_hooks or self._backward_hooks or self._backward_pre_hooks):
            return self.forward(*args, **kwargs)
        return self.call_with_hooks(args, kwargs)

    def call_with_hooks(self, args, kwargs):
        """forward between its hooks; hooks marked always_call run, too, when something has raised."""
        called = set()
        result = None
        try:
            for hook, with_kwargs, _ in list(self._forward_pre_hooks.values()):
                if with_kwargs:
                    got = hook(self, args, kwargs)
                    if got is not None:
                        if not isinstance(got, tuple) or len(got) != 2:
                            raise RuntimeError(
                                "forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got "
                                f"{got}."
                            )
                        args, kwargs = got
                else:
                    got = hook(self, args)
                    if got is not None:
                        args = got if isinstance(got, tuple) else (got,)
            gate = None
            if self._backward_hooks or self._backward_pre_hooks:
                from .backward_hooks import Gate

                gate = Gate(self)
                args = gate.inputs(args)
            result = self.forward(*args, **kwargs)
            for key, (hook, with_kwargs, _) in list(self._forward_hooks.items()):
                called.add(key)
                got = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
                if got is not None:
                    result = got
            return result if gate is None else gate.outputs(result)
        except Exception:
            for key, (hook, with_kwargs, always) in list(self._forward_hooks.items()):
                if always and key not in called:
                    try:
                        hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
                    except Exception as error:
                        warnings.warn(
                            "module forward hook with ``always_call=True`` raised an exception that was silenced as another "
                            f"error was raised in forward: {error}",
                            stacklevel=3,
                        )
            raise

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call hook(module, args) before forward; what it returns takes the place of the arguments."""
        return register(self._forward_pre_hooks, (hook, with_kwargs, False), first=prepend)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False, always_call=False):
        """Call hook(module, args, output) after forward; what it returns takes the place of the output."""
        return register(self._forward_hooks, (hook, with_kwargs, always_call), first=prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """Call hook(module, grad_input, grad_output) when the gradients of the inputs are known; it may return new ones."""
        self._is_full_backward_hook = True
        return register(self._backward_hooks, hook, first=prepend)

    register_backward_hook = register_full_backward_hook

    def register_full_backward_pre_hook(self, hook, prepend=False):
        """Call hook(module, grad_output) when the gradients of the outputs are known; it may return new ones."""
        return register(self._backward_pre_hooks, hook, first=prepend)

    def __getstate__(self):
        return self.__dict__.copy()

    def __setstate__(self, state):
        self.__dict__.update(state)
        for name in self.TABLES:
            self.__dict__.setdefault(name, {})

    # -------------------------------------------------------------------------------------------- converting
    def _apply(self, fn, recurse=True):
        """Replace the data of every parameter, its gradient and every buffer by fn of it."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for p in self._parameters.values():
            if p is not None:
                p.data = fn(p.data)
                if p.grad is not None:
                    grad = fn(p.grad.detach())
                    p.grad = None
                    p.grad = grad
        for name, b in self._buffers.items():
            if b is not None:
                self._buffers[name] = fn(b)
        return self

    def apply(self, fn):
        """Call fn on every module below, then on this one; returns self."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def to(self, *args, **kwargs):
        """Move or convert parameters and buffers in place: to(dtype), to(device), to(tensor); returns self."""
        d = kwargs.get("dtype")
        for a in (*args, *(v for k, v in kwargs.items() if k == "device")):
            if isinstance(a, dtypes.dtype):
                d = a
            elif isinstance(a, Tensor):
                d = a.dtype
            elif isinstance(a, (str, Device)):
                Device(a)
        if d is None:
            return self
        if not (d.is_floating_point or d.is_complex):
            raise TypeError(f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={d}")
        return self._apply(lambda t: t.to(d) if t.is_floating_point() or t.is_complex() else t)

    def type(self, dst_type):
        """Convert every parameter and buffer to a dtype."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self):
        """self: there is only the CPU."""
        return self

    def cuda(self, device=None):
        """RuntimeError: there is only the CPU."""
        Device("cuda")

    def float(self):
        """Convert floating-point parameters and buffers to float32."""
        return self._apply(lambda t: t.to(dtypes.BY_NAME["float32"]) if t.is_floating_point() else t)

    def double(self):
        """Convert floating-point parameters and buffers to float64."""
        return self._apply(lambda t: t.to(dtypes.BY_NAME["float64"]) if t.is_floating_point() else t)

    def half(self):
        """Convert floating-point parameters and buffers to float16."""
        return self._apply(lambda t: t.to(dtypes.BY_NAME["float16"]) if t.is_floating_point() else t)

    def train(self, mode=True):
        """Set training mode in this module and all below; returns self."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self):
        """train(False)."""
        return self.train(False)

    def requires_grad_(self, requires_grad=True):
        """Set requires_grad of every parameter; returns self."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none=True):
        """Forget (or fill with zeros) the gradient of every parameter."""
        for p in self.parameters():
            if p.grad is not None:
                if set_to_none:
                    p.grad = None
                else:
                    p.grad = p.grad.detach()
                    p.grad.zero_()

    def share_memory(self):
        """self: nothing is shared between processes here."""
        return self

    # -------------------------------------------------------------------------------------------- state
    def state_dict(self, *args, destination=None, prefix="", keep_vars=False):
        """An ordered dict of the parameters and persistent buffers, detached unless keep_vars."""
        if args:
            destination, prefix, keep_vars = (*args, *(destination, prefix, keep_vars)[len(args) :])
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = {"version": self._version}
        for hook in list(self._state_dict_pre_hooks.values()):
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=prefix + name + ".", keep_vars=keep_vars)
        for hook in list(self._state_dict_hooks.values()):
            got = hook(self, destination, prefix, {"version": self._version})
            destination = destination if got is None else got
        return destination

    def _save_to_state_dict(self, destination, prefix, keep_vars):
        for name, value in self.own_state():
            destination[prefix + name] = value if keep_vars else value.detach()
        if type(self).get_extra_state is not Module.get_extra_state:
            destination[prefix + "_extra_state"] = self.get_extra_state()

    def own_state(self):
        """(name, Tensor) of this module's own parameters and persistent buffers."""
        kept = [(k, b) for k, b in self._buffers.items() if k not in self._non_persistent_buffers_set]
        return [(k, v) for k, v in itertools.chain(self._parameters.items(), kept) if v is not None]

    def get_extra_state(self):
        """What else state_dict is to hold; a subclass that defines it defines set_extra_state as well."""
        raise RuntimeError("Reached a code path in Module.get_extra_state() that should never be called.")

    def set_extra_state(self, state):
        """Take what get_extra_state gave."""
        raise RuntimeError("Reached a code path in Module.set_extra_state() that should never be called.")

    def register_state_dict_pre_hook(self, hook):
        """Call hook(module, prefix, keep_vars) before state_dict."""
        return register(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook):
        """Call hook(module, state_dict, prefix, local_metadata) after state_dict."""
        return register(self._state_dict_hooks, hook)

    _register_state_dict_hook = register_state_dict_post_hook

    def register_load_state_dict_pre_hook(self, hook):
        """Call hook(module, state_dict, prefix, metadata, strict, missing, unexpected, errors) before loading."""
        return register(self._load_state_dict_pre_hooks, functools.partial(hook, self))

    def register_load_state_dict_post_hook(self, hook):
        """Call hook(module, incompatible_keys) after load_state_dict."""
        return register(self._load_state_dict_post_hooks, hook)

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copy values into the parameters and buffers (assign: take the Tensors themselves).

        Returns what was missing and unexpected; with `strict` that, like a wrong size, is a RuntimeError.
        """
        if not hasattr(state_dict, "items"):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        metadata = getattr(state_dict, "_metadata", None)
        state = OrderedDict(state_dict)
        missing, unexpected, errors = [], [], []
        for path, module in self.named_modules(remove_duplicate=False):
            prefix = path + "." if path else ""
            local = {} if metadata is None else metadata.get(path, {})
            if assign:
                local = {**local, "assign_to_params_buffers": True}
            module._load_from_state_dict(state, prefix, local, strict, missing, unexpected, errors)
        keys = IncompatibleKeys(missing, unexpected)
        for module in self.modules():
            for hook in list(module._load_state_dict_post_hooks.values()):
                hook(module, keys)
        if strict:
            for what, names in (("Unexpected", unexpected), ("Missing", missing)):
                if names:
                    listed = ", ".join(f'"{k}"' for k in names)
                    errors.insert(0, f"{what} key(s) in state_dict: {listed}. ")
        if errors:
            raise RuntimeError(
                "Error(s) in loading state_dict for {}:\n\t{}".format(type(self).__name__, "\n\t".join(errors))
            )
        return keys

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ):
        """Load this module's own entries, those under `prefix`."""
        for hook in list(self._load_state_dict_pre_hooks.values()):
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        for name, value in self.own_state():
            key = prefix + name
            if key not in state_dict:
                if strict:
                    missing_keys.append(key)
                continue
            self.load_entry(
                name, value, key, state_dict[key], local_metadata.get("assign_to_params_buffers"), error_msgs
            )
        key = prefix + "_extra_state"
        has_extra = type(self).set_extra_state is not Module.set_extra_state
        if has_extra and key in state_dict:
            self.set_extra_state(state_dict[key])
        elif has_extra and strict:
            missing_keys.append(key)
        if strict:
            own = {name for name, _ in self.own_state()} | ({"_extra_state"} if has_extra else set())
            for key in state_dict:
                if key.startswith(prefix):
                    first, _, rest = key[len(prefix) :].partition(".")
                    if first not in own if not rest else first not in self._modules:
                        unexpected_keys.append(key)

    def load_entry(self, name, value, key, given, assign, error_msgs):
        if not isinstance(given, Tensor):
            error_msgs.append(
                f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from checkpoint but '
                f"received {type(given)}"
            )
        elif given.shape != value.shape:
            error_msgs.append(
                f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, the shape in current "
                f"model is {value.shape}."
            )
        elif assign:
            if isinstance(value, Parameter) and not isinstance(given, Parameter):
                given = Parameter(given, requires_grad=value.requires_grad)
            setattr(self, name, given)
        else:
            value.detach().copy_(given.detach())

    # -------------------------------------------------------------------------------------------- text
    def extra_repr(self):
        """What stands in the brackets of the module's text before its submodules."""
        return ""

    def _get_name(self):
        return type(self).__name__

    def __repr__(self):
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        below = [f"({name}): " + indented(repr(module), 2) for name, module in self._modules.items()]
        head = self._get_name() + "("
        if len(lines) == 1 and not below:
            return head + lines[0] + ")"
        if not lines and not below:
            return head + ")"
        return head + "\n  " + "\n  ".join(lines + below) + "\n)"


def type_name(x):
    """A type as torch names it in messages."""
    name = getattr(type(x), "__module__", "")
    own = type(x).__name__
    return (
        "torch.FloatTensor"
        if type(x) is Tensor and x.dtype.name == "float32"
        else own
        if name == "builtins"
        else f"{name}.{own}"
    )


__all__ = ["IncompatibleKeys", "Module"]
