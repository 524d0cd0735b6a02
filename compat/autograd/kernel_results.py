"""Results of torch's kernels that its functions do not give, which its nodes keep: of a call, from its arguments."""

import inspect
import math

import numpy as np

from funcgrad.transforms.boundary import as_tensor

from .. import dtypes
from ..functions.register import FUNCTIONS
from ..tensor import Tensor


def linalg(name, *args):
    from .. import linalg

    return getattr(linalg, name)(*args)


def indices(call, outs):
    """Where the largest elements of a pool's windows stand."""
    if len(outs) > 1:
        return outs[1]
    at = [*inspect.signature(call.f).parameters].index("return_indices")
    return call.f(*call.args[:at], **{**call.kwargs, "return_indices": True})[1]


def statistics(call):
    """(mean, 1 / standard deviation) that a norm of this call takes."""
    name, x = call.f.__name__, call.argument("input")
    eps = call.argument("eps")
    eps = 1e-5 if eps is None else eps
    if name == "native_batch_norm":
        if not call.argument("training"):
            return x.new_empty(0), x.new_empty(0)
        axes, keep = [i for i in range(x.dim()) if i != 1], False
    elif name == "layer_norm":
        axes, keep = list(range(x.dim() - len(call.argument("normalized_shape")), x.dim())), True
    else:
        x = x.reshape(x.shape[0], call.argument("num_groups"), -1)
        axes, keep = [2], False
    return x.mean(axes, keep), FUNCTIONS["rsqrt"](x.var(axes, correction=0, keepdim=keep) + eps)


def total_weight(call, outs):
    """What the mean of an nll_loss is divided by."""
    x, target, weight = call.argument("input"), call.argument("target"), call.argument("weight")
    ignored = call.argument("ignore_index")
    if call.argument("reduction") == "none":
        return x.new_zeros(())
    heard = target != (-100 if ignored is None else ignored)
    if weight is None:
        return heard.sum().to(x.dtype)
    return weight[target[heard]].sum()


def factored(call):
    """(LU, pivots) of a matrix, as a determinant's kernel has them (of the transpose, whose rows are the columns) and as a solver's."""
    transposed = "det" in call.f.__name__
    x = call.args[0]
    lu, pivots = linalg("lu_factor", x.mT if transposed else x)
    return lu, pivots


def places(call, outs):
    """The Tensors of places, or masks, that an index holds."""
    idx = call.args[1]
    parts = idx if type(idx) is tuple else (idx,)
    return [
        i if isinstance(i, Tensor) else as_tensor(np.asarray(i))
        for i in parts
        if isinstance(i, (Tensor, list, np.ndarray))
    ]


def of_first(name, k, *more):
    return lambda call, outs: linalg(name, call.args[0], *more)[k]


def is_target(call, outs):
    """1 at the classes of each row, up to the first -1."""
    x, target = call.args[0], call.args[1]
    counted = (target < 0).cumsum(-1) == 0
    return x.new_zeros(x.shape).scatter_add(-1, target.where(counted, 0), counted.to(x.dtype)).clamp(max=1)


def logsumexp(call, outs):
    """Of the scores of attention."""
    q, k = call.args[:2]
    mask, scale = call.argument("attn_mask"), call.argument("scale")
    scores = q @ k.mT * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
    if call.argument("is_causal"):
        mask = FUNCTIONS["ones_like"](scores, dtype=dtypes.BY_NAME["bool"]).tril()
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf) if mask.dtype.name == "bool" else scores + mask
    return scores.logsumexp(-1)


MORE = {
    "is_target": is_target,
    "logsumexp": logsumexp,
    "mean": lambda call, outs: statistics(call)[0],
    "rstd": lambda call, outs: statistics(call)[1],
    "indices": indices,
    "places": places,
    "total_weight": total_weight,
    "S": of_first("svd", 1, False),
    "U": of_first("svd", 0, False),
    "Vh": of_first("svd", 2, False),
    "eigenvalues": of_first("eigh", 0),
    "eigenvectors": of_first("eigh", 1),
    "LU": lambda call, outs: factored(call)[0],
    "pivots": lambda call, outs: factored(call)[1],
    "buffer": lambda call, outs: FUNCTIONS["exp"](-call.argument("input").abs()),
}
