"""Calls made for torch, handed to compat: Tensors with their strides, bits and shared memory, dtypes and devices, functions written on torch.

`values(x, memo)` gives what stands in compat for x; Tensors of one memory share one there, through `memo`. `function(f)` gives f with
compat in place of torch in all that it names. Unhandable is raised for what compat has not by design (sparse, quantised, `torch.ops`).
"""

import contextlib
import functools
import types

import numpy as np
import torch

import compat

DEPTH = 8  # of functions that call functions


class Unhandable(Exception):
    """What has no place in compat."""


# ------------------------------------------------------------------------------------------------ values
def tensor(x, memo):
    """The Tensor x in compat."""
    if id(x) in memo:
        return memo[id(x)][1]
    if x.layout != torch.strided or x.is_quantized or x.device.type != "cpu" or x.dim() > 64:  # (NumPy's most)
        raise Unhandable("layout, device or rank")
    reach = x.storage_offset() + 1 + sum((n - 1) * s for n, s in zip(x.shape, x.stride()))
    if x.numel() and reach * x.element_size() > x.untyped_storage().nbytes():
        raise Unhandable("a Tensor that a failed call of torch has left without memory")
    if isinstance(x, torch.nn.Parameter):
        made = compat.nn.Parameter(tensor(x.detach(), memo), x.requires_grad)
    elif x.is_conj():
        made = tensor(torch.conj(x.detach()), memo).conj()
    elif x.is_neg():
        made = compat._neg_view(tensor(torch._neg_view(x.detach()), memo))
    else:
        d = x.detach()
        made = compat.as_strided(memory(d, memo), tuple(d.shape), d.stride(), d.storage_offset())
    if x.requires_grad and not made.requires_grad:
        made = made.detach().requires_grad_()
    memo[id(x)] = x, made
    return made


def memory(d, memo):
    """All the memory that d looks at, as one dimension."""
    size = d.untyped_storage().nbytes() // d.element_size()
    key = d.untyped_storage().data_ptr(), d.dtype
    if key in memo:
        return memo[key]
    if not size:
        return compat.empty(0, dtype=values(d.dtype, memo))
    flat = torch.as_strided(d, (size,), (1,), 0)
    if d.dtype == torch.bfloat16:
        whole = compat.from_numpy(flat.view(torch.int16).numpy().copy()).view(compat.bfloat16)
    elif d.dtype == torch.complex32:
        whole = compat.from_numpy(torch.view_as_real(flat).numpy().copy()).view(compat.complex32).reshape(-1)
    else:
        whole = compat.from_numpy(flat.numpy().copy())
    memo[key] = whole
    return whole


def values(x, memo):
    """What stands in compat for x, whatever it is."""
    if isinstance(x, torch.Tensor):
        return tensor(x, memo)
    if isinstance(x, (torch.dtype, torch.layout, torch.memory_format)):
        return getattr(compat, str(x).removeprefix("torch."))
    if isinstance(x, torch.device):
        return compat.device(str(x))
    if isinstance(x, torch.Size):
        return compat.Size(x)
    if isinstance(x, torch.Generator):
        made = compat.Generator()
        made.set_state(tensor(x.get_state(), memo))
        return made
    if isinstance(x, (tuple, list)):
        return type(x)([values(v, memo) for v in x])
    if isinstance(x, dict):
        return {k: values(v, memo) for k, v in x.items()}
    return function(x) if callable(x) else x


# ------------------------------------------------------------------------------------------------ functions
def named(path):
    """compat's attribute of a dotted name."""
    return functools.reduce(getattr, path.split("."), compat)


def names_of_functions():
    """{id: (dotted name, it)} of all that torch has under a public roof."""
    found = {}
    for roof in ("", "nn.functional", "linalg", "fft", "special", "Tensor", "nn.utils.rnn", "_C._nn"):
        module = functools.reduce(getattr, roof.split("."), torch) if roof else torch
        for n in dir(module):
            with contextlib.suppress(AttributeError, RuntimeError):
                v = getattr(module, n)
                found.setdefault(id(v), (f"{roof}.{n}".strip("."), v))
    return found


NAMES = names_of_functions()
MADE = {}


@contextlib.contextmanager
def generator_kept(*_, **__):
    state = compat.get_rng_state()
    try:
        yield
    finally:
        compat.set_rng_state(state)


def function(f, depth=0):
    """f, written on torch, as it would be written on compat."""
    if f is None or isinstance(f, (type, np.ufunc)) and not getattr(f, "__module__", "").startswith("torch"):
        return f
    if id(f) not in MADE:
        MADE[id(f)] = f, translated(f, depth)
    return MADE[id(f)][1]


def translated(f, depth):
    if isinstance(f, (torch._ops.OpOverloadPacket, torch._ops.OpOverload)):
        raise Unhandable("torch.ops")
    if id(f) in NAMES:
        return named(NAMES[id(f)][0])
    if isinstance(f, (types.MethodDescriptorType, types.WrapperDescriptorType, types.GetSetDescriptorType)):
        return getattr(compat.Tensor, f.__name__)
    if (getattr(f, "__module__", None) or "") in ("_operator", "operator", "builtins", "numpy", "math"):
        return f
    if isinstance(f, functools.partial):
        return functools.partial(function(f.func), *values(f.args, {}), **values(f.keywords, {}))
    if isinstance(f, type):
        return named(f.__module__.removeprefix("torch.").removeprefix("torch") + "." + f.__qualname__)
    if isinstance(f, torch.nn.Module):
        return named("nn." + type(f).__name__)()  # (samples hold one of default arguments)
    if type(f).__name__ == "UnaryUfuncInfo":
        return function(f.op)
    if not isinstance(f, types.FunctionType):
        raise Unhandable(f"function {f!r:.60}")
    if f.__module__.startswith("torch.") and not f.__module__.startswith("torch.testing") and "<" not in f.__qualname__:
        with contextlib.suppress(AttributeError):
            return named(f"{f.__module__.removeprefix('torch.')}.{f.__qualname__}")
    return rewritten(f, depth)


def names_in(code):
    """All that code, and what is defined in it, asks of globals and attributes."""
    inner = [names_in(c) for c in code.co_consts if isinstance(c, types.CodeType)]
    return {*code.co_names}.union(*inner)


def rewritten(f, depth):
    """f's code with other globals: the modules of torch and the functions it calls are compat's."""
    around, asked = dict(f.__globals__), names_in(f.__code__)
    for name, v in f.__globals__.items():
        if v is torch:
            around[name] = compat
        elif isinstance(v, types.ModuleType) and v.__name__.startswith("torch."):
            with contextlib.suppress(AttributeError):
                around[name] = named(v.__name__.removeprefix("torch."))
        elif isinstance(v, types.FunctionType) and name in asked and v is not f and depth < DEPTH:
            around[name] = function(v, depth + 1)
        elif isinstance(v, (torch.dtype, torch.Tensor)):
            around[name] = values(v, {})
    around["freeze_rng_state"] = generator_kept
    cells = [c.cell_contents for c in f.__closure__ or ()]
    cells = [function(v, depth + 1) if isinstance(v, types.FunctionType) else values(v, {}) for v in cells]
    cells = tuple(map(types.CellType, cells)) if f.__closure__ else None
    defaults = values(f.__defaults__, {}) if f.__defaults__ else None
    made = types.FunctionType(f.__code__, around, f.__name__, defaults, cells)
    made.__kwdefaults__ = values(f.__kwdefaults__, {}) if f.__kwdefaults__ else None
    return made
