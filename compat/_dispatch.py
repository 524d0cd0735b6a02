"""torch._C.DispatchKey and sets of them: which part of torch's machinery an operation goes through.

Invariant: a guard that leaves out a part that there is here, autocast or autograd of the CPU, has that effect; other parts do nothing here.
"""

import contextlib
import enum

__all__ = ["DispatchKey", "DispatchKeySet", "_ExcludeDispatchKeyGuard"]
NAMES = (
    "Undefined CPU CUDA XPU MPS Meta BackendSelect Python Functionalize ADInplaceOrView AutogradOther AutogradFunctionality AutogradCPU "
    "AutogradCUDA AutogradXPU AutogradMPS AutogradMeta AutocastCPU AutocastCUDA AutocastXPU AutocastMPS FuncTorchBatched "
    "FuncTorchDynamicLayerFrontMode PythonTLSSnapshot Autograd CompositeImplicitAutograd CompositeExplicitAutograd"
)
DispatchKey = enum.Enum("DispatchKey", NAMES, module="torch._C")
DispatchKey.__str__ = lambda self: f"DispatchKey.{self.name}"


class DispatchKeySet:
    """Several keys."""

    def __init__(self, *keys):
        self.keys = frozenset(keys)

    def has(self, key):
        """Is a key among them?"""
        return key in self.keys

    def add(self, key):
        """With one more."""
        return DispatchKeySet(*self.keys, key)

    def remove(self, key):
        """With one less."""
        return DispatchKeySet(*self.keys - {key})

    def __or__(self, other):
        return DispatchKeySet(*self.keys | other.keys)

    def __and__(self, other):
        return DispatchKeySet(*self.keys & other.keys)

    def __eq__(self, other):
        return isinstance(other, DispatchKeySet) and self.keys == other.keys

    def __hash__(self):
        return hash(self.keys)

    def __repr__(self):
        return f"DispatchKeySet({', '.join([k.name for k in DispatchKey if k in self.keys])})"


class _ExcludeDispatchKeyGuard(contextlib.ExitStack):
    """A block without the parts that some keys stand for."""

    def __init__(self, keys):
        super().__init__()
        self.keys = keys

    def __enter__(self):
        from .amp import autocast
        from .autograd import no_grad

        if self.keys.has(DispatchKey.AutocastCPU):
            self.enter_context(autocast("cpu", enabled=False))
        if self.keys.has(DispatchKey.AutogradCPU):
            self.enter_context(no_grad())
        return self
