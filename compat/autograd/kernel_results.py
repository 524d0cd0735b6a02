"""Results of torch's kernels that its functions do not give, which its nodes keep: of a call, from its arguments."""

import math

import numpy as np

from funcgrad.core.trace import TAPE
from funcgrad.transforms.boundary import as_tensor

from .. import dtypes
from .._intercept import signature_of
from ..functions.register import FUNCTIONS
from ..tensor import Tensor


def linalg(name, *args):
    from .. import linalg

    return getattr(linalg, name)(*args)


def indices(call, outs):
    """Where the largest elements of a pool's windows stand."""
    if len(outs) > 1:
        return outs[1]
    at = [*signature_of(call.f).parameters].index("return_indices")
    return call.f(*call.args[:at], **{**call.kwargs, "return_indices": True})[1]


def statistics(call, outs):
    """(mean, 1 / standard deviation) that a norm of this call takes; found once."""
    if call.statistics is None:
        n = outs[0].mark
        noted = None if n is None or n.plan.prim.name != "normalized" else n.params.get("noted")
        if noted:  # (by the layer itself, as columns)
            mean, _, r = noted[0]
            shape = [k if i not in n.params["axes"] else 1 for i, k in enumerate(outs[0].val.shape)]
            call.statistics = [Tensor(v.reshape(shape), None, TAPE) for v in (mean, r)]
        else:
            call.statistics = found_statistics(call)
    return call.statistics


def found_statistics(call):
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


def bags(call):
    """(the rows asked for, where each bag begins, the bag of each row, whether each row counts, the number of bags) of an embedding_bag."""
    rows, offsets = call.argument("input"), call.argument("offsets")
    if rows.dim() == 2:
        offsets = FUNCTIONS["arange"](0, rows.numel(), rows.shape[1], dtype=rows.dtype)
        rows = rows.reshape(-1)
    count = len(offsets) - bool(call.argument("include_last_offset"))
    begins = offsets[:count].numpy()
    bag = np.searchsorted(begins, np.arange(len(rows)), side="right") - 1
    padding = call.argument("padding_idx")
    weight = call.argument("weight")
    counts = np.ones(len(rows), bool) if padding is None else rows.numpy() != padding % len(weight)
    return rows, offsets, bag, counts, count


def mode_of(call):
    return call.argument("mode") or "mean"


def offset2bag(call, outs):
    """The bag of each row, where torch's quick sum does not do without."""
    rows, _, bag, _, _ = bags(call)
    quick = mode_of(call) == "sum" and call.argument("padding_idx") is None and outs[0].dtype.name != "float64"
    return rows.new_tensor(bag[:0] if quick else bag)


def bag_size(call, outs):
    """How many rows count in each bag; a sum does not say."""
    rows, _, bag, counts, count = bags(call)
    sizes = np.bincount(bag[counts], minlength=count)
    return rows.new_tensor(sizes * (mode_of(call) != "sum"))


def max_indices(call, outs):
    """The rows that the largest elements of each bag come from."""
    if mode_of(call) != "max":
        return bag_size(call, outs)
    rows, _, bag, counts, count = bags(call)
    found = np.zeros((count, outs[0].shape[1]), int)
    for b in set(bag[counts].tolist()):
        own = rows.numpy()[counts & (bag == b)]
        found[b] = own[call.argument("weight").detach().numpy()[own].argmax(0)]
    return rows.new_tensor(found)


def log_alpha(call, outs):
    from ..nn.functional import ctc

    return ctc.log_alpha(call, outs)


MORE = {
    "log_alpha": log_alpha,
    "rows": lambda call, outs: bags(call)[0],
    "offsets": lambda call, outs: bags(call)[1],
    "offset2bag": offset2bag,
    "bag_size": bag_size,
    "max_indices": max_indices,
    "is_target": is_target,
    "logsumexp": logsumexp,
    "mean": lambda call, outs: statistics(call, outs)[0],
    "rstd": lambda call, outs: statistics(call, outs)[1],
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
