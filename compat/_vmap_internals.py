"""torch._vmap_internals: vmap by the name that programs from before torch.func use (pytorch-minimize)."""

from .func import vmap


def _vmap(func, in_dims=0, out_dims=0, allow_none_pass_through=False):
    """torch.vmap. What is None among the results is refused, whether it may be in torch or not."""
    return vmap(func, in_dims, out_dims)
