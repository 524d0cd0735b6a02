"""What layers of one's own, written after torch's, import from torch.nn.functional though it is private there.

Invariant: each does what the public functions here do with the same arguments.
"""

from .activations import implicit_dim
from .attention import additive
from .attention import none_or_dtype as _none_or_dtype  # noqa: F401
from .norms import raise_too_few
from .products import linear


def _canonical_mask(mask, mask_name, other_type, other_name, target_type, check_other=True):
    """A mask as numbers to be added; `other_type`: the dtype of the other mask, of which they are warned if it is another."""
    return additive(mask, mask_name, target_type, other_type if check_other else None, other_name)


def _in_projection(q, k, v, w_q, w_k, w_v, b_q=None, b_k=None, b_v=None):
    """Query, key and value, each through a matrix of its own."""
    return linear(q, w_q, b_q), linear(k, w_k, b_k), linear(v, w_v, b_v)


def _in_projection_packed(q, k, v, w, b=None):
    """Query, key and value through the three parts of one matrix, in one product where they are one Tensor."""
    if q is k is v:
        return linear(q, w, b).chunk(3, -1)
    biases = (None,) * 3 if b is None else b.chunk(3)
    return _in_projection(q, k, v, *w.chunk(3), *biases)


def _get_softmax_dim(name, ndim, stacklevel):
    """The dimension that softmax takes where none is given, with torch's warning."""
    return implicit_dim(name, None, ndim)


def _verify_batch_size(size):
    """ValueError where normalisation has but one number of a channel."""
    if size[0] * size[2:].numel() == 1:
        raise_too_few(size)
