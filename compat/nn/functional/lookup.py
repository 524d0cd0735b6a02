"""Looking rows up: embedding, embedding_bag, one_hot."""

import math

import numpy as np

from funcgrad.core.handle import Array, Handle
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn
from funcgrad.core.trace import TAPE, Jvp, Record
from funcgrad.numpy.concrete import concrete
from funcgrad.transforms.boundary import as_tensor, inner

from ...autograd.grad_mode import call_in
from ...functions.kernels import mended, refuse_in
from ...functions.operands import INT64, dtype_of, in_c_order, name_places, shape_of
from ...functions.register import FUNCTIONS as T
from ...functions.register import named, not_a_tensor, spoken
from ...functions.results import type_text
from ...graph import labelled
from ...tensor import Tensor, current, memory, wrap

P = PRIMITIVES


def concrete_or_none(x):
    """The values of integers that are known now; None under jit or vmap."""
    while isinstance(x, Handle):
        if not isinstance(x, Tensor) and not x.owner.concrete:
            return None
        x = x.val
    return np.asarray(concrete(x, "an index"))


# ------------------------------------------------------------------------------------------------ rows
def checked_indices(input, name, rows, table=None):
    """(indices, their values or None); RuntimeError for a dtype, IndexError for an index, that names no row."""
    if not isinstance(input, Tensor):
        raise not_a_tensor(name, input, 2, "indices")
    idx = current(input)
    if dtype_of(idx) not in (np.int64, np.int32):
        at = 2 if name == "embedding_renorm_" else 1
        raise RuntimeError(
            f"Expected tensor for argument #{at} 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{type_text(dtype_of(idx))} instead (while checking arguments for {name})"
        )
    values = concrete_or_none(idx)
    if values is not None and not name_places(values, rows):
        flat = values.reshape(-1)
        at = int(np.argmax((flat < 0) | (flat >= rows)))
        if name == "embedding_bag":
            raise RuntimeError(
                f"Index {at} of input takes value {flat[at]} which is not in the valid range [0, {rows})"
            )
        if name == "embedding_renorm_":
            raise IndexError(
                f"select(): index {flat[at]} out of range for tensor of size {list(table.shape)} at dimension 0"
            )
        raise IndexError("index out of range in self")
    return idx, values


def renorm(weight, values, max_norm, norm_type):
    """Scale down, in place and unrecorded, the rows that are named and whose norm exceeds max_norm."""
    rows = np.unique(values)
    d = dtype_of(current(weight))
    if d.kind not in "fc":
        raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {spoken(d)} instead.")
    max_norm = max_norm.item() if isinstance(max_norm, Tensor) else max_norm
    found = weight.detach()[wrap(Tensor, rows)]
    lengths = found.norm(norm_type, 1)
    norms = memory(lengths)
    if norms is None:  # (mapped: every row is written)
        factors = T["where"](lengths > max_norm, max_norm / (lengths + 1e-7), 1.0).unsqueeze(1)
        call_in(False, weight.__setitem__, wrap(Tensor, rows), found * factors)
        return
    long = norms > max_norm
    if long.any():
        factors = wrap(Tensor, (max_norm / (norms[long] + 1e-7)).astype(norms.dtype)).unsqueeze(1)
        call_in(False, weight.__setitem__, wrap(Tensor, rows[long]), found[wrap(Tensor, long)] * factors)


def row_of(padding_idx, rows):
    """padding_idx counted from the front, or None; AssertionError if there is no such row."""
    if padding_idx is not None and not -rows <= padding_idx < rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    return None if padding_idx is None else padding_idx % rows


def without_gradient(weight, row):
    """weight, of which one row is a constant."""
    w = current(weight)
    if row is None:
        return w
    return P["where"]((np.arange(weight.shape[0]) == row)[:, None], without_record(w), w)


def without_record(w):
    """w as reverse mode knows nothing of it; its tangents stay, as in torch."""
    v = w.val
    if type(v) is Array and v.owner.tape is w.owner:
        if type(v.owner) is Record:
            return without_record(as_tensor(v.val) if type(v.val) is Array else v.val)
        if isinstance(v.owner, Jvp) and v.mark is not None:
            parts = [inner(without_record(p if isinstance(p, Tensor) else as_tensor(p))) for p in (v.val, v.mark)]
            return w.owner.face(Array(*parts, v.owner), None, w.owner)
    return w.detach()


def shares(values, d):
    """1 over how often each index stands among all of them."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (1.0 / counts[at.reshape(values.shape)]).astype(d)


def scaled_gradient(x, factor):
    """The same figures, with the gradient times a factor."""
    still = P["stop"](x)
    return P["add"](still, P["mul"](P["sub"](x, still), factor))


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """The rows of weight that an integer Tensor names: [*] -> [*, width].

    padding_idx: a row without gradient. max_norm: longer rows are first scaled down to it, in place.
    """
    try:
        if padding_idx is max_norm is None and not scale_grad_by_freq and type(input) is Tensor:  # the commonest
            w, i = current(weight), current(input)
            if (
                w.owner is i.owner is TAPE
                and w.val.ndim == 2
                and i.val.dtype is INT64
                and name_places(i.val, len(w.val))
            ):
                return named(P["gather"](w, i), "EmbeddingBackward0", (w,))
        if type(scale_grad_by_freq) is not bool or type(sparse) is not bool:
            raise TypeError("scale_grad_by_freq and sparse are bools")
        if weight.dim() != 2:
            if max_norm is not None:
                raise RuntimeError(
                    f"Expected 2-dimensional tensor, but got {weight.dim()}-dimensional tensor for argument #1 'self' (while checking "
                    "arguments for embedding_renorm_)"
                )
            raise RuntimeError("'weight' must be 2-D")
        row = row_of(padding_idx, weight.shape[0])
        own = "embedding" if max_norm is None else "embedding_renorm_"
        idx, values = checked_indices(input, own, weight.shape[0], weight)
        if max_norm is not None:
            renorm(weight, known(values, "embedding with max_norm"), max_norm, norm_type)
        out = P["gather"](without_gradient(weight, row), idx)
        if scale_grad_by_freq and dtype_of(out).kind == "f":
            out = scaled_gradient(
                out, shares(known(values, "embedding with scale_grad_by_freq"), dtype_of(out))[..., None]
            )
        return named(out, "EmbeddingBackward0", (weight,))
    except BaseException as error:
        error = mended(error)
        raise error


def known(values, why):
    """Values that have to be known now; NotImplementedError under jit or vmap."""
    if values is None:
        raise NotImplementedError(f"{why} needs integers whose values are known, not those under jit or vmap.")
    return values


def one_hot(tensor, num_classes=-1):
    """int64[*] of class numbers as int64[*, classes] of zeros and ones."""
    if not isinstance(tensor, Tensor):
        raise not_a_tensor("one_hot", tensor)
    t = current(tensor)
    if dtype_of(t) != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    values = concrete_or_none(t)
    if values is not None and values.size and values.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        if values is None or not values.size:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        num_classes = int(values.max()) + 1
    elif values is not None and values.size and values.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    return in_c_order((tensor.unsqueeze(-1) == T["arange"](num_classes)).to(tensor.dtype))


# ------------------------------------------------------------------------------------------------ bags of rows
def embedding_bag(
    input, weight, offsets=None, max_norm=None, norm_type=2, scale_grad_by_freq=False, mode="mean", sparse=False,
    per_sample_weights=None, include_last_offset=False, padding_idx=None,
):  # fmt: skip
    """The sum, mean or maximum of the rows in each bag: [bags, width].

    input [bags, n], or [*] with offsets [bags], where each bag begins. padding_idx: a row that counts for nothing.
    """
    if weight.dtype.name == "int64" and input.is_floating_point():
        warn(
            "Argument order of nn.functional.embedding_bag was changed. Usage `embedding_bag(weight, input, ...)` is "
            "deprecated, and should now be `embedding_bag(input, weight, ...)`.",
        )
        weight, input = input, weight
    check_bags(input, weight, offsets, mode, scale_grad_by_freq, sparse, per_sample_weights)
    count = weight.shape[0]
    if padding_idx is not None and not -count <= padding_idx < count:
        raise RuntimeError(
            f"padding_idx must be within the number of embeddings, -{count} through {count - 1}, but got {padding_idx}"
        )
    row = None if padding_idx is None else padding_idx % count
    if max_norm is None:
        need_floats(weight)
    idx, values = checked_indices(input, "embedding_bag" if max_norm is None else "embedding_renorm_", count, weight)
    whole = values is None and input.dim() == 2 and row is None and max_norm is None and not scale_grad_by_freq
    if not whole:  # (bags of one length can be looked up whatever their values are)
        values = known(values, "embedding_bag")
    if max_norm is not None:
        renorm(weight, values, max_norm, norm_type)
    need_floats(weight)
    if per_sample_weights is not None and mode != "sum":
        raise NotImplementedError(
            "embedding_bag: per_sample_weights was not None. per_sample_weights is only supported for mode='sum' (got "
            f"mode='{mode}'). Please open a feature request on GitHub."
        )
    if input.dim() == 2:
        shape = tuple(input.shape)
        places, valid = np.arange(math.prod(shape)).reshape(shape), np.ones(shape, bool)
    else:
        places, valid = bags(
            values.size, known(concrete_or_none(current(offsets)), "embedding_bag"), include_last_offset
        )
    flat = None if whole else values.reshape(-1)
    at = idx if whole else flat[places] if flat.size else np.zeros(places.shape, np.int64)
    if row is not None:
        valid = valid & (at != row)
    rows = P["gather"](current(weight), at)  # [bags, longest, width]
    if scale_grad_by_freq:
        rows = scaled_gradient(rows, shares(flat, dtype_of(rows))[places][..., None])
    if per_sample_weights is not None:
        own = P["gather"](
            P["reshape"](current(per_sample_weights), shape=(places.size if whole else flat.size,)), places
        )
        rows = P["mul"](rows, P["reshape"](own, shape=(*places.shape, 1)))
    counts = valid.sum(1)[:, None]
    if include_last_offset and mode != "max" and row is None and input.dim() == 1 and len(offsets):
        valid = valid & (places < int(known(concrete_or_none(current(offsets)), "embedding_bag")[-1]))
    out = bagged(rows, valid, mode, counts)
    return labelled(out, "EmbeddingBagBackward0", (weight, per_sample_weights))


def check_bags(input, weight, offsets, mode, scale_grad_by_freq, sparse, per_sample_weights):
    if per_sample_weights is not None and input.shape != per_sample_weights.shape:
        raise ValueError(
            f"embedding_bag: If per_sample_weights ({per_sample_weights.shape}) is not None, then it must have the same "
            f"shape as the input ({input.shape})"
        )
    if weight.dim() != 2:
        raise ValueError(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.dim()}")
    if input.dim() not in (1, 2):
        raise ValueError(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.dim()}")
    if input.dim() == 2 and offsets is not None:
        raise ValueError(
            "if input is 2D, then offsets has to be None, as input is treated is a mini-batch of fixed length sequences. "
            f"However, found offsets of type {type(offsets)}"
        )
    if input.dim() == 1:
        if offsets is None:
            raise ValueError("offsets has to be a 1D Tensor but got None")
        if offsets.dim() != 1:
            raise ValueError("offsets has to be a 1D Tensor")
    if mode not in ("sum", "mean", "max"):
        raise ValueError("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise ValueError("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise ValueError("max mode does not support sparse weights")


def need_floats(weight):
    """torch's error for rows that are no floats."""
    d = dtype_of(current(weight))
    if d.kind != "f":
        got = type_text(d)
        raise RuntimeError(
            "Expected tensor for argument #1 'weight' to have one of the following scalar types: Half, BFloat16, Float, Double; "
            f"but got {got} instead (while checking arguments for embedding_bag)"
        )


def bags(count, offsets, include_last_offset):
    """(places in the list of indices, which of them are there): [bags, longest] each, of bags that begin at offsets."""
    if offsets.size and offsets[0] != 0:
        raise RuntimeError(
            f"offsets[0] has to be 0, i.e., the first sequence in the mini-batch has to start from position 0. However, "
            f"got {offsets[0]}\n[ torch.{'Long' if offsets.dtype == np.int64 else 'Int'}Tensor{{}} ]"
        )
    if offsets.size and offsets[-1] > count:
        raise RuntimeError(
            f"offsets[-1] can not be greater than input's length {count} but got offsets[-1] of {offsets[-1]}"
        )
    starts = offsets[:-1] if include_last_offset else offsets
    ends = np.append(starts[1:], count)  # (a mean of torch's counts to the end, where it sums to the last offset only)
    lengths = ends - starts
    steps = np.arange(max(lengths.max(initial=0), 1))
    valid = steps < lengths[:, None]
    return np.where(valid, starts[:, None] + steps, 0), valid


def bagged(rows, valid, mode, counts):
    """rows [bags, longest, width] reduced over those that are valid; a mean is taken over `counts`; an empty bag gives zeros."""
    d = dtype_of(rows)
    mask = valid[..., None]
    if mode != "max":
        total = P["sum"](rows if valid.all() else P["where"](mask, rows, d.type(0)), axes=(1,))
        return total if mode == "sum" else P["div"](total, np.maximum(counts, 1).astype(d))
    low = P["where"](mask, rows, d.type(-np.inf))
    best = P["argmax"](low, axis=1)
    shape = shape_of(rows)
    at = P["reshape"](best, shape=(shape[0], 1, shape[2]))
    out = P["reshape"](P["take_along"](rows, at, axis=1), shape=(shape[0], shape[2]))
    return P["where"](counts > 0, out, d.type(0))


refuse_in(globals())
