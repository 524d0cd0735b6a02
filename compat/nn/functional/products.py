"""linear and bilinear."""

from ...functions.operands import P, dtype_of, shape_of
from ...functions.products import DOT, MATRIX
from ...functions.register import FUNCTIONS as T
from ...functions.register import named
from ...functions.shape import transposed
from ...graph import labelled
from ...tensor import current


def linear(input, weight, bias=None):
    """input @ weight.T + bias: [*, in] -> [*, out]. RuntimeError where sizes do not fit.

    >>> import compat as torch
    >>> torch.nn.functional.linear(torch.ones(1, 2), torch.eye(2), torch.ones(2))
    tensor([[2., 2.]])
    """
    rank = input.dim()
    if rank == 2 and bias is not None and weight.dim() == 2:
        x, w, b = current(input), transposed(weight), current(bias)
        (_, k), (m, n) = shape_of(x), shape_of(w)
        if k == m and shape_of(b) == (n,) and dtype_of(x) == dtype_of(w) == dtype_of(b):
            return labelled(P["add"](b, DOT(x, w, dims=MATRIX)), "AddmmBackward0", (b, x, w))
    w = weight.t()
    if rank == 2:
        return T["mm"](input, w) if bias is None else T["addmm"](bias, input, w)
    if bias is None:
        return T["matmul"](input, w)
    shape = tuple(input.shape)
    flat = input.reshape(-1, shape[-1])
    return T["addmm"](bias, flat, w).view(*shape[:-1], weight.shape[0])


def bilinear(input1, input2, weight, bias=None):
    """x1 @ weight[k] @ x2 + bias[k] for each k: [*, in1], [*, in2] -> [*, out]."""
    out = T["einsum"]("...i,kij,...j->...k", input1, weight, input2)
    out = named(out, "ViewBackward0", (input1, weight, input2))
    return out if bias is None else out + bias
