"""Module: the base of everything with parameters.

Invariant: parameters, buffers and submodules live in three dicts of the instance and nowhere else; the first thing a name
was registered as is what assignment to it keeps it as.
"""

import inspect
from collections import OrderedDict
from types import FunctionType

from funcgrad.core.site import warn
from funcgrad.core.tracebacks import PublicMethods, publish

from ..._families import own_copies
from ...autograd.grad_mode import call_in
from ...devices import Device, usable
from ...dtypes import named as dtype_of_type
from ...functions.register import FUNCTIONS as T
from ...tensor import Tensor
from ...utils.hooks import CHANGES
from ..parameter import Buffer, Parameter
from .calling import (  # noqa: F401  (part of this namespace)
    ADDED,
    ALWAYS,
    WITH_KWARGS,
    Calling,
    register_module_backward_hook,
    register_module_buffer_registration_hook,
    register_module_forward_hook,
    register_module_forward_pre_hook,
    register_module_full_backward_hook,
    register_module_full_backward_pre_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)
from .calling import BACKWARD as _global_backward_hooks  # noqa: F401
from .calling import BACKWARD_PRE as _global_backward_pre_hooks  # noqa: F401
from .calling import FORWARD as _global_forward_hooks  # noqa: F401
from .calling import FORWARD_PRE as _global_forward_pre_hooks  # noqa: F401
from .state import EXTRA as _EXTRA_STATE_KEY_SUFFIX  # noqa: F401  (part of this namespace)
from .state import Stateful, _IncompatibleKeys  # noqa: F401  (part of this namespace)

# the tables of hooks of all modules by torch's names
_global_parameter_registration_hooks, _global_buffer_registration_hooks, _global_module_registration_hooks = (
    ADDED.values()
)
_global_forward_hooks_always_called, _global_forward_hooks_with_kwargs = ALWAYS, WITH_KWARGS


def indented(text, by):
    """A text of several lines, all but the first moved to the right."""
    first, *rest = text.split("\n")
    return "\n".join([first] + [" " * by + line if line.strip() else "" for line in rest])


_addindent = indented  # (by which modules of one's own, with a text of their own, know it)


def type_name(x):
    """A type as torch names it in messages."""
    return T["typename"](x)


def seen_by_hooks(what, module, name, value):
    """What is registered, or what a hook of all modules puts in its place."""
    for hook in ADDED[what].values():
        got = hook(module, name, value)
        value = value if got is None else got
    return value


MEMBERS = ("_parameters", "_buffers", "_modules")
HOOKS = (
    "_backward_pre_hooks", "_backward_hooks", "_forward_hooks", "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called", "_forward_pre_hooks", "_forward_pre_hooks_with_kwargs", "_state_dict_hooks",
    "_state_dict_pre_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks",
)  # fmt: skip
TABLES = MEMBERS + HOOKS
STATE = (  # what a module begins with, in torch's order, which vars(module) and pickles show
    ("_parameters", dict),
    ("_buffers", dict),
    ("_non_persistent_buffers_set", set),
    *((name, OrderedDict) for name in HOOKS[:2]),
    ("_is_full_backward_hook", type(None)),
    *((name, OrderedDict) for name in HOOKS[2:]),
    ("_modules", dict),
)


class Module(Calling, Stateful, PublicMethods):
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

    def __init_subclass__(cls, **kwargs):
        own_copies(cls)
        super().__init_subclass__(**kwargs)

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
        for name, make in STATE:
            own[name] = make()
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *input):
        """What the module computes; every subclass defines it."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    # -------------------------------------------------------------------------------------------- registering
    def register_parameter(self, name, param):
        """Add a parameter (None: a place for one) under a name."""
        check_name(self, name, "parameter", "_parameters")
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
            param = seen_by_hooks("parameter", self, name, param)
        CHANGES[0] += 1
        self._parameters[name] = param

    def register_buffer(self, name, tensor, persistent=True):
        """Add a Tensor that belongs to the module's state but is not a parameter; persistent: state_dict has it."""
        check_name(self, name, "buffer", "_buffers")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        CHANGES[0] += 1
        self._buffers[name] = seen_by_hooks("buffer", self, name, tensor)
        (self._non_persistent_buffers_set.discard if persistent else self._non_persistent_buffers_set.add)(name)

    def add_module(self, name, module):
        """Add a submodule under a name."""
        if not isinstance(module, Module) and module is not None:
            raise TypeError(f"{type_name(module)} is not a Module subclass")
        if not isinstance(name, str):
            raise TypeError(f"module name should be a string. Got {type_name(name)}")
        if hasattr(self, name) and name not in self._modules:
            raise KeyError(f"attribute '{name}' already exists")
        if "." in name:
            raise KeyError(f'module name can\'t contain ".", got: {name}')
        if name == "":
            raise KeyError('module name can\'t be empty string ""')
        CHANGES[0] += 1
        self._modules[name] = seen_by_hooks("module", self, name, module)

    def register_module(self, name, module):
        """Add a submodule under a name."""
        self.add_module(name, module)

    # -------------------------------------------------------------------------------------------- attributes
    def __getattr__(self, name):
        own = self.__dict__
        for table in "_parameters", "_modules", "_buffers":
            if table in own:
                entries = own[table]
                if name in entries:
                    return entries[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name, value):
        CHANGES[0] += 1
        own = self.__dict__
        parameters, modules, buffers = own.get("_parameters"), own.get("_modules"), own.get("_buffers")
        if buffers is not None and modules is not None and parameters is not None:
            plain = not value.__dict__ if type(value) is Tensor else not isinstance(value, (Tensor, Module))
            if plain and not (name in parameters or name in modules or name in buffers):
                object.__setattr__(self, name, value)  # (most: numbers, texts, and what else is no part of a module)
                return
        if isinstance(value, Parameter):
            if parameters is None:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            forget(self, name, own, buffers, modules)
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
            forget(self, name, own, parameters, buffers)
            modules[name] = seen_by_hooks("module", self, name, value)
        elif modules is not None and name in modules:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            modules[name] = seen_by_hooks("module", self, name, value)
        elif isinstance(value, Buffer) or (buffers is not None and name in buffers):
            set_buffer(self, name, value)
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name):
        CHANGES[0] += 1
        for table in (self._parameters, self._buffers, self._modules):
            if name in table:
                del table[name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self):
        names = [*dir(type(self)), *self.__dict__, *self._parameters, *self._modules, *self._buffers]
        return sorted([n for n in names if not n[0].isdigit()])

    def __getstate__(self):
        state = self.__dict__.copy()
        state.pop("_compiled_call_impl", None)
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        for name in HOOKS:  # (an older state may lack some)
            self.__dict__.setdefault(name, OrderedDict())

    def get_submodule(self, target):
        """The submodule at a dotted path; "" is the module itself. AttributeError if there is none."""
        module = self
        for name in () if target == "" else target.split("."):
            module = child(module, name)
        return module

    def set_submodule(self, target, module, strict=False):
        """Put a module at a dotted path; with `strict` only in the place of one that is there."""
        if target == "":
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict or hasattr(parent, name):
            child(parent, name)
        setattr(parent, name, module)

    def get_parameter(self, target):
        """The parameter at a dotted path."""
        path, _, name = target.rpartition(".")
        found = attribute(self.get_submodule(path), name)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return found

    def get_buffer(self, target):
        """The buffer at a dotted path."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        found = attribute(module, name)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return found

    # -------------------------------------------------------------------------------------------- listing
    def _named_members(self, get_members_fn, prefix="", recurse=True, remove_duplicate=True):
        """(dotted name, member) of what get_members_fn(module) lists."""
        seen = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            above = path + "." if path else ""
            for name, value in list(get_members_fn(module)):
                if value is None or id(value) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(value))
                yield above + name, value

    def parameters(self, recurse=True):
        """The parameters, of submodules too if `recurse`; each once."""
        for _, p in self.named_parameters(recurse=recurse):
            yield p

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """(dotted name, parameter) pairs."""
        yield from self._named_members(lambda m: m._parameters.items(), prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        """The buffers."""
        for _, b in self.named_buffers(recurse=recurse):
            yield b

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """(dotted name, buffer) pairs."""
        yield from self._named_members(lambda m: m._buffers.items(), prefix, recurse, remove_duplicate)

    def children(self):
        """The submodules assigned to this module itself."""
        for _, module in self.named_children():
            yield module

    def named_children(self):
        """(name, submodule) pairs."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def modules(self, remove_duplicate=True):
        """This module and all below it, each once (unless remove_duplicate is False)."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """(dotted path, module) pairs, this module first."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        stack = [(prefix and prefix + ".", iter(self._modules.items()))]
        while stack:  # (one generator for all of them, but for those with a listing of their own)
            above, rest = stack[-1]
            for name, module in rest:
                if module is None:
                    continue
                if type(module).named_modules is not Module.named_modules:
                    yield from module.named_modules(memo, above + name, remove_duplicate)
                elif module not in memo:
                    if remove_duplicate:
                        memo.add(module)
                    yield above + name, module
                    if module._modules:
                        stack.append((above + name + ".", iter(module._modules.items())))
                        break
            else:
                stack.pop()

    # -------------------------------------------------------------------------------------------- converting
    def _apply(self, fn, recurse=True):
        """Replace the data of every parameter, its gradient and every buffer by fn of it."""
        if recurse:
            for module in self.children():
                module._apply(fn)
        for name, p in self._parameters.items():
            if p is not None:
                grad, new = p.grad, call_in(False, fn, p)
                if new.device != p.device:
                    p = self._parameters[name] = Parameter(new, p.requires_grad)
                else:
                    p.data = new
                if grad is not None:
                    p.grad = None
                    p.grad = call_in(False, fn, grad)
        CHANGES[0] += 1
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
        device, dtype, _, form = destination(*args, **kwargs)
        if dtype is not None:
            if not (dtype.is_floating_point or dtype.is_complex):
                raise TypeError(
                    f"nn.Module.to only accepts floating point or complex dtypes, but got desired dtype={dtype}"
                )
            if dtype.is_complex:
                warn(
                    "Complex modules are a new feature under active development whose design may change, and some modules "
                    "might not work as expected when using complex tensors as parameters or buffers. Please file an issue at "
                    "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml if a complex module does not work as "
                    "expected.",
                )

        def moved(t):
            if t.is_meta and device is not None and device.type != "meta":
                raise NotImplementedError(
                    "Cannot copy out of meta tensor; no data! Please use torch.nn.Module.to_empty() instead of torch.nn.Module.to() "
                    "when moving module from meta to a different device."
                )
            return t.to(
                device,
                dtype if moves(t) else None,
                **({"memory_format": form} if form is not None and t.dim() in (4, 5) else {}),
            )

        return self._apply(moved)

    def to_empty(self, *, device, recurse=True):
        """Parameters and buffers of the same shapes whose values are not set."""
        return self._apply(lambda t: T["empty_like"](t, device=device), recurse)

    def type(self, dst_type):
        """Convert every parameter and buffer to a dtype."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self):
        """self: there is only the CPU."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device=None):
        """RuntimeError: there is only the CPU."""
        return self._apply(lambda t: t.cuda(device))

    def xpu(self, device=None):
        """An error: there is only the CPU."""
        return self._apply(lambda t: t.xpu(device))

    def mtia(self, device=None):
        """An error: there is only the CPU."""
        return self._apply(lambda t: t.mtia(device))

    def ipu(self, device=None):
        """An error: there is only the CPU."""
        return self._apply(lambda t: t.ipu(device))

    def float(self):
        """Convert floating-point parameters and buffers to float32."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self):
        """Convert floating-point parameters and buffers to float64."""
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self):
        """Convert floating-point parameters and buffers to float16."""
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    def bfloat16(self):
        """Convert floating-point parameters and buffers to bfloat16."""
        return self._apply(lambda t: t.bfloat16() if t.is_floating_point() else t)

    def share_memory(self):
        """Move parameters and buffers to memory that is shared with processes started later; returns self."""
        return self._apply(lambda t: t.share_memory_())

    # -------------------------------------------------------------------------------------------- modes
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
            if set_to_none:
                p.grad = None
            elif p.grad is not None:
                if p.grad.grad_fn is not None:
                    p.grad.detach_()
                else:
                    p.grad.requires_grad_(False)
                p.grad.zero_()

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


Module.forward.__qualname__ = "_forward_unimplemented"
for _f in (*vars(Calling).values(), *vars(Stateful).values()):  # (in torch Module has all of them itself)
    if isinstance(_f, FunctionType):
        _f.__qualname__ = f"Module.{_f.__name__}"
publish(
    Module, "register_parameter", "register_buffer", "add_module", "get_submodule", "set_submodule", "get_parameter", "get_buffer", "to"
)  # fmt: skip


def check_name(module, name, what, table):
    if table not in module.__dict__:
        raise AttributeError(f"cannot assign {what} before Module.__init__() call")
    if not isinstance(name, str):
        raise TypeError(f"{what} name should be a string. Got {type_name(name)}")
    if "." in name:
        raise KeyError(f'{what} name can\'t contain "."')
    if name == "":
        raise KeyError(f'{what} name can\'t be empty string ""')
    if hasattr(module, name) and name not in getattr(module, table):
        raise KeyError(f"attribute '{name}' already exists")


def forget(module, name, *tables):
    """Take a name out of the tables, since it is about to become something else."""
    for table in tables:
        table.pop(name, None)
    module._non_persistent_buffers_set.discard(name)


def set_buffer(module, name, value):
    if value is not None and not isinstance(value, Tensor):
        raise TypeError(
            f"cannot assign '{type_name(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None expected)"
        )
    persistent = value.persistent if isinstance(value, Buffer) else name not in module._non_persistent_buffers_set
    own_way = type(module).register_buffer is not Module.register_buffer
    if not own_way or "persistent" in inspect.signature(module.register_buffer).parameters:
        module.register_buffer(name, value, persistent)
    elif persistent:
        module.register_buffer(name, value)
    else:
        raise RuntimeError(
            "Registering a non-persistent buffer on a Module subclass that implements register_buffer() without the "
            "persistent argument is not allowed."
        )


def child(module, name):
    """The attribute of that name, if it is a module."""
    found = attribute(module, name)
    if not isinstance(found, Module):
        raise AttributeError(f"`{name}` is not an nn.Module")
    return found


def attribute(module, name):
    if not hasattr(module, name):
        raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
    return getattr(module, name)


def moves(t):
    return t.is_floating_point() or t.is_complex()


TO = "Bnon_blocking=False Bcopy=False * M?memory_format=None"


def destination(*args, **kwargs):
    """(device, dtype, non_blocking, memory_format) of what Module.to was called with."""
    from ..._calls import Signature, misfit

    wrong = misfit(
        "to", [Signature(s + TO) for s in ("V?device=None D?dtype=None ", "Ddtype ", "Ttensor ")], args, kwargs
    )
    if wrong is not None:
        raise wrong
    return parsed(*args, **kwargs)


def parsed(*args, device=None, dtype=None, tensor=None, non_blocking=False, copy=False, memory_format=None):
    for a in args:
        if isinstance(a, Tensor):
            tensor = a
        elif isinstance(a, bool):
            non_blocking = a
        elif isinstance(a, (str, Device, int)):
            device = a
        elif a is not None:
            dtype = a
    dtype = dtype_of_type(dtype)
    device = None if device is None else usable(device)
    if tensor is not None:
        device, dtype = tensor.device, tensor.dtype
    return device, dtype, non_blocking, memory_format


__all__ = ["Module", *[n for n in globals() if n.startswith("register_module_")]]
