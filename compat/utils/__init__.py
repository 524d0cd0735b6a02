"""torch.utils: data sets and loaders (`data`), recomputation (`checkpoint`), logs for TensorBoard (`tensorboard`), handles of
hooks (`hooks`)."""

import sys as _sys
import weakref
from types import ModuleType as _ModuleType

from funcgrad.lazy import attributes as _attributes
from funcgrad.lazy import submodule as _submodule

from ..devices import CPU as _CPU
from ..devices import Default as _Default
from ..functions.missing import refusal as _refusal


def swap_tensors(t1, t2):
    """Let two Tensors change places: class, values, gradient and attributes of the one are the other's from then on.

    >>> import compat as torch
    >>> a, b = torch.zeros(2), torch.ones(3)
    >>> torch.utils.swap_tensors(a, b)
    >>> a, b
    (tensor([1., 1., 1.]), tensor([0., 0.]))
    """
    if any([t.alias is not None or not t.is_leaf for t in (t1, t2)]):
        raise RuntimeError("swap_tensors: only Tensors that are neither views nor computed can change places")
    t1.__class__, t2.__class__ = t2.__class__, t1.__class__
    for slot in ("__dict__", "val", "mark", "owner", "store", "cell"):
        one, two = getattr(t1, slot), getattr(t2, slot)
        setattr(t1, slot, two)
        setattr(t2, slot, one)
    for t in (t1, t2):
        for cell in (t.cell, t.mark and t.mark.extra and t.mark.extra.cell):
            if cell is not None and cell.leaf is not None:
                cell.leaf = weakref.ref(t)


def set_module(obj, mod):
    """Say of an object that it is of this module."""
    if not isinstance(mod, str):
        raise TypeError("The mod argument should be a string")
    obj.__module__ = mod


def _device_asked(name):
    """torch.utils._device.CURRENT_DEVICE: None but where a device was chosen for what is made."""
    if name != "CURRENT_DEVICE":
        raise AttributeError(name)
    now = _Default.stack[-1]
    return None if now is _CPU else now


__getattr__, __dir__ = _attributes(
    __name__, {}, missing=_refusal(__name__), modules="checkpoint data deterministic dlpack hooks"
)
_submodule(__name__, "_device", None, {"__getattr__": _device_asked})
deterministic = _sys.modules[f"{__name__}.deterministic"] = _ModuleType(f"{__name__}.deterministic")
deterministic.fill_uninitialized_memory = True  # (a setting that scripts make, without effect)
