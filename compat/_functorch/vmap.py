"""torch._functorch.vmap: the steps of a vmap, which packages put steps of their own in the place of, for containers that pytrees know nothing of.

Invariant: while these three stand here as they are, nobody calls them: compat.func.vmap has its own road.
"""

from funcgrad.core.state import tls
from funcgrad.core.trace import Batch
from funcgrad.transforms.boundary import inside

from .._C._functorch import _add_batch_dim, _remove_batch_dim, is_batchedtensor  # noqa: F401
from ..func.mapping import mapped_dims, output_dims
from ..func.mapping import name_of as _get_name
from ..tensor import Tensor
from ..utils._pytree import _broadcast_to_and_flatten, tree_flatten, tree_unflatten  # noqa: F401


def _process_batched_inputs(in_dims, args, func):
    """(the size that is mapped, the dimension or None of each leaf, the leaves, their structure), of the arguments of a vmap."""
    leaves, spec = tree_flatten(args)
    dims, size = mapped_dims(func, in_dims, leaves, spec)
    return size, dims, leaves, spec


def _create_batched_inputs(flat_in_dims, flat_args, vmap_level, args_spec):
    """The arguments as the function gets them."""
    pairs = zip(flat_args, flat_in_dims, strict=True)
    return tree_unflatten([x if d is None else _add_batch_dim(x, d, vmap_level) for x, d in pairs], args_spec)


def _maybe_remove_batch_dim(name, batched_output, vmap_level, batch_size, out_dim):
    """A result with its mapped dimension; None wants none."""
    if out_dim is None:
        if isinstance(batched_output, Tensor) and is_batchedtensor(batched_output):
            raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        return batched_output
    if not isinstance(batched_output, Tensor):
        raise ValueError(
            f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(batched_output)}. "
            "Did you mean to set out_dims= to None for output?"
        )
    return _remove_batch_dim(batched_output, vmap_level, batch_size, out_dim)


def _unwrap_batched(batched_outputs, out_dims, vmap_level, batch_size, func):
    """The results as the caller gets them."""
    leaves, spec = tree_flatten(batched_outputs)
    dims = output_dims(func, out_dims, leaves, spec)
    pairs = zip(leaves, dims, strict=True)
    return tree_unflatten(
        [_maybe_remove_batch_dim(_get_name(func), x, vmap_level, batch_size, d) for x, d in pairs], spec
    )


STEPS = _process_batched_inputs, _create_batched_inputs, _unwrap_batched


def replaced():
    """Has somebody put a step of his own here?"""
    return (_process_batched_inputs, _create_batched_inputs, _unwrap_batched) != STEPS


def by_steps(func, in_dims, out_dims, randomness, args, kwargs):
    """A vmap by the steps that stand here."""
    size, dims, leaves, spec = _process_batched_inputs(in_dims, args, func)
    trace = Batch(size, randomness)
    trace.deep = True
    before = tls.func
    try:
        with inside(trace), trace:
            tls.func = (*before, trace)
            results = func(*_create_batched_inputs(dims, leaves, trace, spec), **kwargs)
            return _unwrap_batched(results, out_dims, trace, size, func)
    finally:
        tls.func = before
