"""What distributions share: parameters brought to one shape, and the two ways to give probabilities."""

from functools import cached_property

import compat as torch

from ..functions.missing import refusal as _refusal
from ..types import Number

__getattr__ = _refusal(__name__)
__all__ = """
broadcast_all clamp_probs lazy_property logits_to_probs of_numbers probs_to_logits sum_rightmost tril_matrix_to_vec vec_to_tril_matrix
""".split()


EULER = 0.57721566490153286060


class lazy_property(cached_property):  # noqa: N801  (torch's name)
    """A property that is computed once, with its graph also where nothing is recorded: it stays for where something is."""

    def __init__(self, wrapped):
        super().__init__(wrapped)

    def __get__(self, d, owner=None):
        if d is None:
            return self
        with torch.enable_grad():
            return super().__get__(d, owner)


def of_numbers(*values):
    """Are they all plain numbers?"""
    return all([isinstance(v, Number) for v in values])


def broadcast_all(*values):
    """The values as Tensors of one shape; numbers take the dtype of the first Tensor, or the default one. A list."""
    given = [v for v in values if isinstance(v, torch.Tensor)]
    if len(given) < len(values):
        if not all([isinstance(v, (Number, torch.Tensor)) for v in values]):
            raise ValueError(
                "Input arguments must all be instances of Number, torch.Tensor or objects implementing __torch_function__."
            )
        dtype = given[0].dtype if given else torch.get_default_dtype()
        given = [v if isinstance(v, torch.Tensor) else torch.tensor(v, dtype=dtype) for v in values]
    return torch.broadcast_tensors(*given)


def sum_rightmost(value, dim):
    """The sum over the last `dim` dimensions."""
    if dim == 0:
        return value
    batch = value.shape[: value.dim() - dim]
    return value.reshape(batch + (-1,)).sum(-1)


_sum_rightmost = sum_rightmost  # (torch's names have underscores)


def standard_normal(shape, dtype, device=None):
    """Normal numbers of mean 0 and standard deviation 1, drawn as distributions draw them."""
    return torch.empty(shape, dtype=dtype, device=device).normal_()


_standard_normal = standard_normal


def logits_to_probs(logits, is_binary=False):
    """Probabilities of log-odds, or of unnormalised log-probabilities along the last dimension."""
    return torch.sigmoid(logits) if is_binary else torch.nn.functional.softmax(logits, dim=-1)


def clamp_probs(probs):
    """Probabilities kept a step away from 0 and 1."""
    eps = torch.finfo(probs.dtype).eps
    return probs.clamp(min=eps, max=1 - eps)


def probs_to_logits(probs, is_binary=False):
    """Log-odds, or log-probabilities."""
    inside = clamp_probs(probs)
    return torch.log(inside) - torch.log1p(-inside) if is_binary else torch.log(inside)


def tril_matrix_to_vec(mat, diag=0):
    """The elements of square matrices on and below a diagonal, row by row; ValueError for a diagonal that there is not."""
    n = mat.shape[-1]
    if not -n <= diag < n:
        raise ValueError(f"diag ({diag}) provided is outside [{-n}, {n - 1}].")
    i, j = torch.tril_indices(n, n, diag)
    return mat[..., i, j]


def vec_to_tril_matrix(vec, diag=0):
    """The square matrices that have these elements on and below a diagonal, and zeros above; ValueError if none has as many."""
    more = 1 + 2 * diag
    n = (-more + (more**2 + 8 * vec.shape[-1] + 4 * abs(diag) * (diag + 1)) ** 0.5) / 2
    if not round(n) - torch.finfo(vec.dtype).eps <= n <= round(n) + torch.finfo(vec.dtype).eps:
        raise ValueError(
            f"The size of last dimension is {vec.shape[-1]} which cannot be expressed as the lower triangular part of a square D x D matrix."
        )
    n = round(n)
    i, j = torch.tril_indices(n, n, diag)
    mat = torch.zeros(vec.shape[:-1] + (n, n), dtype=vec.dtype)
    mat[..., i, j] = vec
    return mat
