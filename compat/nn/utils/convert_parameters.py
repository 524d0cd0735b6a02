"""Parameters as one vector."""

from ...functions.register import FUNCTIONS as T
from ...tensor import Tensor


def parameters_to_vector(parameters):
    """The parameters' elements as one vector."""
    return T["cat"]([p.view(-1) for p in parameters])


def vector_to_parameters(vec, parameters):
    """Give the parameters, in order, the elements of a vector."""
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {type(vec).__name__}")
    start = 0
    for p in parameters:
        p.data = vec[start : start + p.numel()].view_as(p).data
        start += p.numel()
