"""torch._C._functorch: a Tensor that a transform of torch.func has made, looked into, and the two steps of a vmap that packages take
themselves for containers of their own (`torch._functorch.vmap`); what they call a level is the vmap that runs."""

from funcgrad.core.state import tls
from funcgrad.core.trace import Batch, Record
from funcgrad.transforms.boundary import enter, leave
from funcgrad.transforms.vectorize import laid_out

from ..payload import current


def made_by(tensor, kind):
    """The trace of a transform of that kind, if a Tensor is what its function got, or came of it; else None."""
    under = current(tensor).owner.under
    return under if type(under) is kind and tensor.val.mark is not None else None


def is_batchedtensor(tensor):
    """Is a Tensor mapped by the innermost transform that it belongs to?

    >>> import compat as torch
    >>> seen = []
    >>> _ = torch.vmap(lambda x: seen.append(torch._C._functorch.is_batchedtensor(x)) or x)(torch.ones(2))
    >>> seen, torch._C._functorch.is_batchedtensor(torch.ones(2))
    ([True], False)
    """
    return made_by(tensor, Batch) is not None


def is_gradtrackingtensor(tensor):
    """Does a derivative follow a Tensor, as the innermost transform that it belongs to?"""
    return made_by(tensor, Record) is not None


def is_functorch_wrapped_tensor(tensor):
    """Has a transform of torch.func made a Tensor?"""
    return is_batchedtensor(tensor) or is_gradtrackingtensor(tensor)


def maybe_get_bdim(tensor):
    """The dimension of the value one level out that is mapped, or -1."""
    return tensor.val.mark if is_batchedtensor(tensor) else -1


def maybe_get_level(tensor):
    """How many transforms stand around a Tensor, that of the Tensor included, or -1."""
    if not is_functorch_wrapped_tensor(tensor):
        return -1
    return tls.func.index(current(tensor).owner.under) + 1


def get_unwrapped(tensor):
    """The Tensor one level out; RuntimeError for one that no transform has made."""
    if not is_functorch_wrapped_tensor(tensor):
        raise RuntimeError("No wrappers present!")
    return tensor.val.val


def _add_batch_dim(tensor, batch_dim, level):
    """A Tensor as the function of a vmap gets it, without the dimension that is mapped."""
    return enter(level, tensor, batch_dim % tensor.dim())


def _remove_batch_dim(tensor, level, batch_size, out_dim):
    """A result of the function of a vmap with the mapped dimension where it is wanted."""
    return laid_out(batch_size, [tensor], [leave(level, tensor)], [out_dim], ())[0]
