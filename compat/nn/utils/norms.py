"""What weight_norm and spectral_norm share, in their present and their former forms."""

from ..._calls import C
from ...graph import labelled
from ...payload import current


def norm_except_dim(v, pow=2, dim=0):
    """The p-norm over all dimensions but one, which stays in its place (dim -1: over all)."""
    if type(dim) is not int:
        C.norm_except_dim(v, pow, dim)
    if dim == -1:
        return v.norm(pow)
    rank = v.dim()
    if dim == 0:
        return v.reshape(v.shape[0], -1).norm(pow, 1).view(-1, *[1] * (rank - 1))
    if dim == rank - 1:
        return v.reshape(-1, v.shape[-1]).norm(pow, 0).view(*[1] * (rank - 1), -1)
    return norm_except_dim(v.transpose(0, dim), pow, 0).transpose(0, dim)


def scaled_to(v, g, dim):
    """v with the norm g, by slices along dim."""
    out = v * (g / norm_except_dim(v, 2, dim))
    one_node = dim in (0, v.dim() - 1)
    return labelled(current(out), "WeightNormInterfaceBackward0", (v, g)) if one_node else out


def matrix_of(weight, dim):
    """A weight as a matrix whose rows are its slices along dim."""
    if dim != 0:
        weight = weight.permute(dim, *[d for d in range(weight.dim()) if d != dim])
    return weight.reshape(weight.shape[0], -1) if weight.numel() else weight.flatten(1)
