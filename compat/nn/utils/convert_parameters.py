"""Parameters as one vector."""

from ...functions.register import FUNCTIONS as T
from ...tensor import Tensor


def parameters_to_vector(parameters):
    """The parameters' elements as one vector."""
    return T["cat"]([p.view(-1) for p in parameters if p.device])


def vector_to_parameters(vec, parameters):
    """Give the parameters, in order, the elements of a vector."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {T['typename'](vec)}")
    start = 0
    for p in parameters:
        count = p.numel() if p.device else 0  # (torch asks for the device first)
        p.data = vec[start : start + count].view_as(p).data
        start += count
