"""Arguments and results of torch.autograd.functional, also by the private names that packages import of it (pytorch-minimize does)."""

from ..functions.register import FUNCTIONS as T
from ..tensor import Tensor


def as_tensors(x, what, caller):
    """A Tensor or tuple of Tensors as a tuple; TypeError in torch's words for anything else."""
    xs = x if isinstance(x, tuple) else (x,)
    for i, one in enumerate(xs):
        if not isinstance(one, Tensor):
            given = f"the given {what} has type" if not isinstance(x, tuple) else f"the value at index {i} has type"
            raise TypeError(
                f"The {what} given to {caller} must be either a Tensor or a tuple of Tensors but {given} {type(one)}."
            )
    return xs


def like(xs, x):
    """Results in the form of an argument: a tuple for a tuple, else the one there is."""
    return tuple(xs) if isinstance(x, tuple) else xs[0]


def _as_tuple(inp, arg_name=None, fn_name=None):
    """(is it a tuple, its Tensors as one); TypeError for what is no Tensor where the two names are given."""
    if arg_name is None and fn_name is None:
        return isinstance(inp, tuple), inp if isinstance(inp, tuple) else (inp,)
    return isinstance(inp, tuple), as_tensors(inp, arg_name, fn_name)


def _tuple_postprocess(res, to_unpack):
    """Results without the tuples that were put around single ones: `to_unpack` says of each level whether it was a tuple."""
    if isinstance(to_unpack, tuple):
        inner = tuple([like(r, to_unpack[1] and ()) for r in res])
        return inner if to_unpack[0] else inner[0]
    return res if to_unpack else res[0]


def _grad_postprocess(inputs, create_graph):
    """Results, nested tuples of them too, detached unless the graph is to be kept."""
    if isinstance(inputs[0], Tensor):
        return inputs if create_graph else tuple([x.detach() for x in inputs])
    return tuple([_grad_postprocess(x, create_graph) for x in inputs])


def _construct_standard_basis_for(tensors, tensor_numels):
    """For each Tensor a matrix of its dtype: together they are the unit vectors of all their elements, row by row."""
    total, start, found = sum(tensor_numels), 0, []
    for t, n in zip(tensors, tensor_numels, strict=True):
        found.append(T["eye"](total, dtype=t.dtype, device=t.device)[:, start : start + n])
        start += n
    return tuple(found)
