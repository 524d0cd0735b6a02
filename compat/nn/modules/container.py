"""Containers: Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict."""

import operator
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from itertools import chain

from funcgrad.core.site import warn

from ...tensor import Tensor
from ...utils.hooks import CHANGES
from ..parameter import Parameter
from .module import Module, indented


def position(i, n):
    """An index counted from the front; IndexError if it is out of range."""
    i = operator.index(i)
    if not -n <= i < n:
        raise IndexError(f"index {i} is out of range")
    return i % n


class Container(Module):
    """Modules by name: Container(name=module, ...)."""

    def __init__(self, **kwargs):
        warn(
            "`nn.Container` is deprecated. All of its functionality is now implemented in `nn.Module`. Subclass that instead.",
            FutureWarning,
        )
        super().__init__()
        for name, module in kwargs.items():
            self.add_module(name, module)


class _Numbered(Module):
    """Submodules in an order, most of them named 0, 1, 2, ...: what Sequential and ModuleList share."""

    _each = ("append", "pop")

    def _hold(self, modules):
        """Hold these modules under the numbers, and no others."""
        CHANGES[0] += 1
        self._modules.clear()
        for i, module in enumerate(modules):
            self._modules[str(i)] = module

    def _shift(self, index, module):
        """Hold a module under a number, and those from there on under the next ones; KeyError if one of them has a name that is none."""
        CHANGES[0] += 1
        for i in range(len(self), index, -1):
            self._modules[str(i)] = self._modules[str(i - 1)]
        self._modules[str(index)] = module

    def _name_at(self, i):
        return list(self._modules)[position(i, len(self))]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules.values())

    def __getitem__(self, idx):
        return self._part(idx) if isinstance(idx, slice) else self._modules[self._name_at(idx)]

    def __setitem__(self, i, module):
        setattr(self, self._name_at(i), module)

    def __delitem__(self, i):
        kept = list(self)
        del kept[i if isinstance(i, slice) else position(i, len(self))]
        self._hold(kept)

    def __dir__(self):
        return [k for k in super().__dir__() if not k.isdigit()]

    def append(self, module):
        """Add a module at the end; returns self."""
        self.add_module(str(len(self)), module)
        return self

    def pop(self, key):
        """Remove a module, and return it."""
        module = self[key]
        del self[key]
        return module


class Sequential(_Numbered):
    """Modules applied one after the other; made of modules, or of an ordered dict of them.

    >>> import compat as torch
    >>> torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *args):
        super().__init__()
        named = args[0].items() if len(args) == 1 and isinstance(args[0], OrderedDict) else enumerate(args)
        for name, module in named:
            self.add_module(str(name) if isinstance(name, int) else name, module)

    def _part(self, i):
        return type(self)(OrderedDict(list(self._modules.items())[i]))

    def extend(self, sequential):
        """Add modules at the end; returns self."""
        for module in list(sequential):
            self.append(module)
        return self

    def insert(self, index, module):
        """Add a module before the index; returns self."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Index out of range: {index}")
        self._shift(index if index >= 0 else index + len(self), module)
        return self

    def __add__(self, other):
        return Sequential(*self, *self._other(other))

    def __iadd__(self, other):
        return self.extend(self._other(other))

    @staticmethod
    def _other(other):
        if not isinstance(other, Sequential):
            raise ValueError(f"add operator supports only objects of Sequential class, but {type(other)} is given.")
        return other

    def _times(self, count):
        if not isinstance(count, int):
            raise TypeError(f"unsupported operand type(s) for *: {type(self)} and {type(count)}")
        if count <= 0:
            raise ValueError(f"Non-positive multiplication factor {count} for {type(self)}")
        return list(self) * count

    def __mul__(self, other):
        return Sequential(*self._times(other))

    __rmul__ = __mul__

    def __imul__(self, other):
        n = len(self)
        for i in range(len(self._times(other)) - n):
            self.append(self._modules[str(i % n)])
        return self

    def forward(self, input):
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(_Numbered):
    """A list of modules that the module it belongs to knows."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _part(self, i):
        return type(self)(list(self)[i])

    def insert(self, index, module):
        """Add a module before the index, which counts from the front."""
        self._shift(index, module)

    def __iadd__(self, modules):
        return self.extend(modules)

    def __add__(self, other):
        return ModuleList([*chain(self, other)])

    def extend(self, modules):
        """Add modules at the end; returns self."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"ModuleList.extend should be called with an iterable, but got {type(modules).__name__}")
        for module in modules:
            self.append(module)
        return self

    def __repr__(self):
        """Equal modules in a row are one line: (0-2): 3 x Linear(...)."""
        runs = []
        for i, text in enumerate(repr(m) for m in self):
            if runs and runs[-1][2] == text:
                runs[-1][1] = i
            else:
                runs.append([i, i, text])
        if not runs:
            return self._get_name() + "()"
        lines = []
        for first, last, text in runs:
            one = f"({first}): {text}" if first == last else f"({first}-{last}): {last - first + 1} x {text}"
            lines.append(indented(one, 2))
        return self._get_name() + "(\n  " + "\n  ".join(lines) + "\n)"


def pairs_of(given, name, part):
    """(key, value) pairs of a mapping or of pairs; TypeError or ValueError in torch's words for anything else."""
    if not isinstance(given, Iterable):
        raise TypeError(
            f"{name}.update should be called with an iterable of key/value pairs, but got {type(given).__name__}"
        )
    if hasattr(given, "items"):
        yield from given.items()
        return
    for at, pair in enumerate(given):
        if not isinstance(pair, Iterable):
            raise TypeError(f"{part} update sequence element #{at} should be Iterable; is{type(pair).__name__}")
        if len(pair) != 2:
            raise ValueError(f"{part} update sequence element #{at} has length {len(pair)}; 2 is required")
        yield pair


class ModuleDict(Module):
    """A dict of modules that the module it belongs to knows."""

    def __init__(self, modules=None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key):
        return self._modules[key]

    def __setitem__(self, key, module):
        self.add_module(key, module)

    def __delitem__(self, key):
        CHANGES[0] += 1
        del self._modules[key]

    def __len__(self):
        return len(self._modules)

    def __iter__(self):
        return iter(self._modules)

    def __contains__(self, key):
        return key in self._modules

    def clear(self):
        """Remove all modules."""
        CHANGES[0] += 1
        self._modules.clear()

    def pop(self, key):
        """Remove a module, and return it."""
        module = self[key]
        del self[key]
        return module

    def keys(self):
        """The names."""
        return self._modules.keys()

    def items(self):
        """(name, module) pairs."""
        return self._modules.items()

    def values(self):
        """The modules."""
        return self._modules.values()

    def update(self, modules):
        """Add the modules of a mapping, or of (name, module) pairs."""
        for name, module in pairs_of(modules, "ModuleDict", "ModuleDict"):
            self[name] = module


def as_parameter(value):
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def entry_text(value, type_text):
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    return f"{kind} containing: [{type_text(value)} of size {'x'.join(map(str, value.shape))}]"


def called_list(self, *args, **kwargs):
    raise RuntimeError("ParameterList should not be called.")


def called_dict(self, input):
    raise RuntimeError("ParameterDict should not be called.")


called_dict.__name__, called_dict.__qualname__ = "__call__", "ParameterDict.__call__"


class ParameterList(Module):
    """A list of parameters that the module it belongs to knows; Tensors put into it become parameters."""

    __call__ = called_list

    def __init__(self, values=None):
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self):
        return self._size

    def __getitem__(self, idx):
        if isinstance(idx, slice):
            return type(self)([self[j] for j in range(len(self))[idx]])
        return getattr(self, str(position(idx, len(self))))

    def __setitem__(self, i, value):
        setattr(self, str(position(i, len(self))), as_parameter(value))

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def __iadd__(self, values):
        return self.extend(values)

    def append(self, value):
        """Add a parameter at the end; returns self."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values):
        """Add parameters at the end; returns self."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}")
        for value in list(values):
            self.append(value)
        return self

    def extra_repr(self):
        return "\n".join(f"  ({i}): {entry_text(v, lambda t: t.dtype)}" for i, v in enumerate(self))


class ParameterDict(Module):
    """A dict of parameters that the module it belongs to knows; Tensors put into it become parameters."""

    __call__ = called_dict

    def __init__(self, parameters=None):
        super().__init__()
        self._keys = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key):
        return getattr(self, self._checked(key))

    def __setitem__(self, key, value):
        self._keys[key] = None
        setattr(self, self._checked(key), as_parameter(value))

    @staticmethod
    def _checked(key):
        if not isinstance(key, str):
            raise TypeError(
                f"Index given to ParameterDict cannot be used as a key as it is not a string (type is "
                f"'{type(key).__name__}'). Open an issue on github if you need non-string keys."
            )
        return key

    def __delitem__(self, key):
        del self._keys[key]
        delattr(self, self._checked(key))

    def __len__(self):
        return len(self._keys)

    def __iter__(self):
        return iter(self._keys)

    def __reversed__(self):
        return reversed(self._keys)

    def __contains__(self, key):
        return key in self._keys

    def copy(self):
        """Another ParameterDict of the same parameters."""
        return ParameterDict(OrderedDict(self.items()))

    def keys(self):
        """The names."""
        return self._keys.keys()

    def values(self):
        """The parameters."""
        return (self[k] for k in self._keys)

    def items(self):
        """(name, parameter) pairs."""
        return ((k, self[k]) for k in self._keys)

    def get(self, key, default=None):
        """The parameter of that name, or the default."""
        return self[key] if key in self else default

    def setdefault(self, key, default=None):
        """The parameter of that name, which is set to the default if there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key):
        """Remove a parameter, and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self):
        """Remove the last (name, parameter) pair, and return it."""
        key, _ = self._keys.popitem()
        self._keys[key] = None
        return key, self.pop(key)

    def clear(self):
        """Remove all parameters."""
        for key in list(self._keys):
            del self[key]

    def fromkeys(self, keys, default=None):
        """A ParameterDict of the same value for all keys."""
        return ParameterDict([(k, default) for k in keys])

    def update(self, parameters):
        """Add the parameters of a mapping (an unordered one in the order of its keys), or of (name, parameter) pairs."""
        if isinstance(parameters, Mapping) and not isinstance(parameters, OrderedDict):
            parameters = OrderedDict(sorted(parameters.items()))
        for name, value in pairs_of(parameters, "ParametersDict", "ParameterDict"):
            self[name] = value

    def __or__(self, other):
        out = self.copy()
        out.update(other)
        return out

    def __ror__(self, other):
        out = other.copy()
        out.update(self)
        return out

    def __ior__(self, other):
        self.update(other)
        return self

    def extra_repr(self):
        return "\n".join(f"  ({k}): {entry_text(v, lambda t: t.type())}" for k, v in self.items())
