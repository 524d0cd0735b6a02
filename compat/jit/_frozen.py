"""Frozen modules: what torch.jit.freeze makes of a scripted or traced one.

Invariant: parameters, buffers and submodules of such a module are constants inside of it: none of them is an attribute, is counted, or
gets a gradient, but those that were to be kept.
"""

import copy

from ..nn.modules.module import Module
from ..nn.parameter import Parameter
from ._script import RecursiveScriptModule


class Frozen(RecursiveScriptModule):
    """The base of their classes, each of which bears the name of what was frozen."""

    def __call__(self, *args, **kwargs):
        return self._whole(*args, **kwargs)

    forward = __call__

    def __deepcopy__(self, memo):
        return frozen(copy.deepcopy(self._whole, memo), self._kept)


def frozen(whole, kept):
    """A module that computes what `whole` does, and shows of it the attributes that are named, and constants."""
    cls = type(whole)._original
    name = RecursiveScriptModule.__name__
    new = type(name, (Frozen,), {"_original": cls, "__module__": RecursiveScriptModule.__module__})()
    del new.__dict__["training"]  # (nothing asks for it any more)
    new.__dict__.update(_whole=whole, _kept=kept)
    for name in (*getattr(cls, "__constants__", ()), *kept):
        if name not in kept and not hasattr(whole, name):
            continue
        value = getattr(whole, name)
        if isinstance(value, Parameter):
            new.register_parameter(name, value)
        elif name in whole._buffers:
            new.register_buffer(name, value)
        else:
            new.__dict__[name] = value  # (a module too: it is no child)
    return new


def freeze(mod, kept):
    """A copy of a scripted or traced module as a frozen one. RuntimeError for a name that it has not."""
    if isinstance(mod, Frozen):
        mod = mod._whole
    for name in kept:
        if not hasattr(mod, name):
            raise RuntimeError(f"Unknown name: {name}")
    whole = copy.deepcopy(mod, {id(p): p for p in held(mod, kept)})
    own = {id(p) for p in held(whole, kept)}
    for p in whole.parameters():
        if id(p) not in own:
            p.requires_grad = False
    return frozen(whole, tuple(kept))


def held(mod, kept):
    """The Tensors of a module that are kept by name, or are those of a module that is."""
    values = [getattr(mod, name) for name in kept]
    found = [t for v in values if isinstance(v, Module) for t in (*v.parameters(), *v.buffers())]
    return found + [t for t in [mod._parameters.get(n, mod._buffers.get(n)) for n in kept] if t is not None]


__all__ = ["Frozen", "freeze", "frozen"]
