"""torch.func of modules: their parameters as arguments, and several models as one."""

from collections.abc import Sequence

from funcgrad.core.tracebacks import public

from ..functions.register import FUNCTIONS as T
from ..nn.modules.batchnorm import _BatchNorm
from ..nn.utils.stateless import called


@public
def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """module(*args, **kwargs) with the Tensors of a dict (or of several) in the place of its parameters and buffers.

    >>> import compat as torch
    >>> layer = torch.nn.Linear(2, 1)
    >>> torch.func.functional_call(layer, {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}, torch.ones(2))
    tensor([2.])
    """
    dicts = parameter_and_buffer_dicts
    if isinstance(dicts, Sequence) and not isinstance(dicts, dict):
        if not all(isinstance(d, dict) for d in dicts):
            raise ValueError("Expected all elements of parameter_and_buffer_dicts to be dictionaries")
        names = [k for d in dicts for k in d]
        repeated = [k for k in dict.fromkeys(names) if names.count(k) > 1]
        if repeated:
            raise ValueError(f"{repeated} appeared in multiple dictionaries; behavior of functional call is ambiguous")
        dicts = {k: v for d in dicts for k, v in d.items()}
    elif not isinstance(dicts, dict):
        raise ValueError(
            f"Expected parameter_and_buffer_dicts to be a dict, or a list/tuple of dicts, but got {type(dicts)}"
        )
    return called(module, dicts, args, kwargs, tie_weights=tie_weights, strict=strict)


@public
def stack_module_state(models):
    """(parameters, buffers) of several models of one class, by name, each stacked along a new first dimension."""
    name = "stack_module_state"
    if len(models) == 0:
        raise RuntimeError(f"{name}: Expected at least one model, got 0.")
    if len({m.training for m in models}) > 1:
        raise RuntimeError(f"{name}: Expected all models to have the same training/eval mode.")
    if len({type(m) for m in models}) > 1:
        raise RuntimeError(f"{name}: Expected all models to be of the same class.")
    both = []
    for listed in ("named_parameters", "named_buffers"):
        tables = [dict(getattr(m, listed)()) for m in models]
        both.append({k: stacked([t[k] for t in tables], k) for k in tables[0]})
    return tuple(both)


def stacked(tensors, name):
    """Tensors as one leaf, which requires grad if they do."""
    wanted = tensors[0].requires_grad
    if any(t.requires_grad != wanted for t in tensors):
        raise RuntimeError(f"Expected {name} from each model to have the same .requires_grad")
    return T["stack"]([t.detach() for t in tensors]).requires_grad_(wanted)


def replace_all_batch_norm_modules_(root):
    """Let every batch norm below forget its running statistics, in place: they cannot be updated under vmap. Returns root."""
    for module in root.modules():
        if isinstance(module, _BatchNorm):
            module.running_mean = module.running_var = module.num_batches_tracked = None
            module.track_running_stats = False
    return root
