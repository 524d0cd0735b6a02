"""torch._tensor: the class Tensor, and what makes a Tensor of a subclass again that was pickled."""

from ._utils import with_attributes
from .functions.missing import refusal as _refusal
from .tensor import Tensor


def _rebuild_from_type_v2(func, new_type, args, state):
    """What func makes of args, of a class, with a state."""
    t = func(*args)
    if not isinstance(t, new_type):
        t = t.as_subclass(new_type)
    if hasattr(t, "__setstate__"):
        t.__setstate__(state)
        return t
    return with_attributes(t, state)


def _convert(ret, cls):
    """A result with the Tensors in it made those of a subclass."""
    from .overrides import converted

    return ret if cls is Tensor else converted(ret, cls, ())


__all__ = ["Tensor"]
__getattr__ = _refusal(__name__)
