"""torch.distributed.nn.functional: collectives that a gradient goes through. In a group of one process each gives copies of what it
is given, and takes the gradients as they come."""

from funcgrad.core.site import warn

from ... import distributed as dist
from ...functions.missing import refusal as _refusal
from ...graph import labelled

__all__ = [
    "all_gather",
    "all_reduce",
    "all_to_all",
    "all_to_all_single",
    "broadcast",
    "gather",
    "reduce",
    "reduce_scatter",
    "scatter",
]
SUM = dist.ReduceOp.SUM


def copy(t, kind):
    """A copy of a Tensor; its node has the name of torch's Function."""
    return labelled(t.clone(), f"_{kind}Backward", (t,))


def old(name, successor=None):
    warn(
        f"torch.distributed.nn.functional.{name} is deprecated, use torch.distributed._functional_collectives.{successor or name} instead.",
        FutureWarning,
    )


def all_reduce(tensor, op=SUM, group=None):
    """A copy of the Tensor."""
    old("all_reduce")
    dist.all_reduce(tensor, op, group)
    return copy(tensor, "AllReduce")


def all_gather(tensor, group=None):
    """A tuple of a copy of the Tensor."""
    old("all_gather", "all_gather_single")
    dist.all_reduce(tensor, group=group)
    return (copy(tensor, "AllGather"),)


def broadcast(tensor, src, group=None):
    """A copy of the Tensor; src has to be 0."""
    old("broadcast")
    dist.broadcast(tensor, src, group)
    return copy(tensor, "Broadcast")


def gather(tensor, dst=0, group=None):
    """A tuple of a copy of the Tensor; dst has to be 0."""
    dist.reduce(tensor, dst, group=group)
    return (copy(tensor, "Gather"),)


def scatter(tensors, src=0, group=None):
    """A copy of the one Tensor of the list; src has to be 0."""
    dist.broadcast(tensors[0], src, group)
    return copy(tensors[0], "Scatter")


def reduce(tensor, dst, op=SUM, group=None):
    """A copy of the Tensor; dst has to be 0."""
    dist.reduce(tensor, dst, op, group)
    return copy(tensor, "Reduce")


def reduce_scatter(output, input_list, op=SUM, group=None):
    """A copy of the one Tensor of the list, whose values `output` takes too."""
    old("reduce_scatter", "reduce_scatter_single")
    dist.reduce_scatter(output, [t.detach() for t in input_list], op, group)
    return copy(input_list[0], "Reduce_Scatter")


def all_to_all(output_tensor_list, input_tensor_list, group=None):
    """A tuple of a copy of the one Tensor given, whose values that of `output_tensor_list` takes too."""
    dist.all_to_all(output_tensor_list, [t.detach() for t in input_tensor_list], group)
    return (copy(input_tensor_list[0], "AlltoAll"),)


def all_to_all_single(output, input, output_split_sizes=None, input_split_sizes=None, group=None):
    """A copy of the Tensor, whose values `output` takes too."""
    old("all_to_all_single")
    dist.all_to_all_single(output, input.detach(), output_split_sizes, input_split_sizes, group)
    return copy(input, "AlltoAllSingle")


__getattr__ = _refusal(__name__)
