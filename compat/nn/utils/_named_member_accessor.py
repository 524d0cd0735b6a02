"""torch.nn.utils._named_member_accessor: one parameter or buffer of a module in the place of another."""

from ...functions.missing import refusal as _refusal
from ..modules.module import Module
from .stateless import MISSING as _MISSING
from .stateless import swapped

__getattr__ = _refusal(__name__)


def swap_tensor(module, name, tensor, allow_missing=False):
    """What a module had under a name, where it has `tensor` from now on; AttributeError for a name it has not, unless `allow_missing`.

    >>> import compat as torch
    >>> m = torch.nn.BatchNorm1d(2)
    >>> torch.nn.utils._named_member_accessor.swap_tensor(m, "running_mean", torch.ones(2)), m.running_mean
    (tensor([0., 0.]), tensor([1., 1.]))
    """
    if not isinstance(module, Module):
        raise TypeError(f"{module} is not an instance of torch.nn.Module")
    if "." in name:
        raise KeyError('tensor name can\'t contain "."')
    if not allow_missing and tensor is not _MISSING and name and not hasattr(module, name):
        raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
    return swapped(module, name, tensor)
