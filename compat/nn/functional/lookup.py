"""Looking rows up: embedding, embedding_bag, one_hot."""

import operator

import numpy as np

from funcgrad.core import state
from funcgrad.core.handle import Array
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE, Jvp, Record, on_tape
from funcgrad.core.written_any import tape_recorder
from funcgrad.lazy import deferred
from funcgrad.transforms.boundary import as_tensor, inner

from ...autograd.grad_mode import call_in
from ...functions.call_errors import not_a_tensor
from ...functions.each_call import need_places
from ...functions.kernels import mended, refuse_in
from ...functions.levels import concrete_or_none, mapped_by, mapped_innermost
from ...functions.mapped_by_loop import refuse_mapped
from ...functions.nodes import named
from ...functions.operands import INT64, dtype_of, in_c_order, name_places
from ...functions.out_rules import type_text
from ...functions.register import FUNCTIONS as T
from ...functions.writing import spoken
from ...payload import current, memory, wrap
from ...tensor import Tensor

P = PRIMITIVES
tls, shared = state.tls, state.shared
ROWS = P["gather"].value("torch")
RECORD = deferred(lambda: tape_recorder(P["gather"], 1, None, 2, "EmbeddingBackward0"))


# ------------------------------------------------------------------------------------------------ rows
def need_indices(d, name, at=1):
    """RuntimeError where a dtype is none of indices."""
    if d not in (np.int64, np.int32):
        raise RuntimeError(
            f"Expected tensor for argument #{at} 'indices' to have one of the following scalar types: Long, Int; but got "
            f"{type_text(d)} instead (while checking arguments for {name})"
        )


def checked_indices(input, rows):
    """(indices, their values or None); RuntimeError for a dtype, IndexError for an index, that names no row."""
    if not isinstance(input, Tensor):
        raise not_a_tensor("embedding", input, 2, "indices")
    idx = current(input)
    need_indices(dtype_of(idx), "embedding")
    values = concrete_or_none(idx)
    if values is None:
        need_places(idx, rows)
    elif not name_places(values, rows):
        if not rows:
            raise RuntimeError("index_select(): self indexing axis dim should be positive")
        raise IndexError("index out of range in self")
    return idx, values


def renorm(weight, input, max_norm, norm_type):
    """Scale down, in place and unrecorded, the rows that are named and whose norm exceeds max_norm."""
    if weight.dim() != 2:
        raise RuntimeError(
            f"Expected 2-dimensional tensor, but got {weight.dim()}-dimensional tensor for argument #1 'self' (while checking "
            "arguments for embedding_renorm_)"
        )
    need_indices(dtype_of(current(input)), "embedding_renorm_", 2)
    max_norm, d, count = float(max_norm), dtype_of(current(weight)), weight.shape[0]
    if weight.device.type == "meta":
        return
    values = concrete_or_none(current(input))
    if values is None:
        return renorm_all(weight, input, max_norm, norm_type)
    rows = np.unique(values)
    if not rows.size:
        return
    outside = rows[(rows < -count) | (rows >= count)]
    if outside.size and outside[0] == rows[0] or d.kind in "fc" and outside.size:
        raise IndexError(
            f"select(): index {outside[0]} out of range for tensor of size {list(weight.shape)} at dimension 0"
        )
    if d.kind not in "fc":
        raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {spoken(d)} instead.")
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


def renorm_all(weight, input, max_norm, norm_type):
    """renorm where nobody knows yet which rows are named: those that are not are multiplied by 1."""
    trace = mapped_innermost((input,))
    if trace is not None and not mapped_by(trace, weight):
        from ..._funcs import captured

        raise captured(weight, trace, "embedding_renorm_", (input,))
    need_places(current(input), weight.shape[0])
    seen = T["zeros"](weight.shape[0]).scatter(0, input.flatten().long(), 1.0) > 0
    lengths = weight.detach().norm(norm_type, 1)
    factors = T["where"](seen & (lengths > max_norm), max_norm / (lengths + 1e-7), 1.0).unsqueeze(1)
    call_in(False, weight.mul_, factors)


def row_of(padding_idx, rows):
    """padding_idx counted from the front, or None; AssertionError if there is no such row."""
    if padding_idx is None:
        return None
    if padding_idx > 0 and padding_idx >= rows or padding_idx < 0 and padding_idx < -rows:
        raise AssertionError("Padding_idx must be within num_embeddings")
    if isinstance(padding_idx, bool):
        raise TypeError("padding_idx is an int")
    return operator.index(padding_idx) % max(rows, 1)


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
    return np.asarray(1.0 / counts[at.reshape(values.shape)]).astype(d)


def scaled_gradient(x, factor):
    """The same figures, with the gradient times a factor."""
    still = P["stop"](x)
    return P["add"](still, P["mul"](P["sub"](x, still), factor))


def embedding(input, weight, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False):
    """The rows of weight that an integer Tensor names: [*] -> [*, width].

    padding_idx: a row without gradient. max_norm: longer rows are first scaled down to it, in place.
    """
    try:
        if (
            padding_idx is max_norm is None and scale_grad_by_freq is sparse is False and type(input) is Tensor
        ):  # the commonest
            w, i = current(weight), current(input)
            if (
                w.owner is i.owner is TAPE
                and w.val.ndim == 2
                and i.val.dtype is INT64
                and name_places(i.val, len(w.val))
            ):
                if not (shared.staging or shared.halves):
                    out = ROWS(w.val, i.val)
                    needed = w.mark is not None and tls.grad
                    return RECORD(out, {}, w, i, w.val, i.val) if needed else on_tape(out)
                return named(P["gather"](w, i), "EmbeddingBackward0", (w,))
        row = row_of(padding_idx, weight.size(0) if padding_idx else 1) if padding_idx is not None else None
        if max_norm is not None:
            renorm(weight.detach(), input, max_norm, norm_type)
        if type(scale_grad_by_freq) is not bool or type(sparse) is not bool:
            raise TypeError("scale_grad_by_freq and sparse are bools")
        if weight.dim() != 2:
            raise RuntimeError("'weight' must be 2-D")
        idx, values = checked_indices(input, weight.shape[0])
        out = None
        if sparse:
            from ...sparse.gradients import looked_up

            out = looked_up(current(weight), values, row, SCALED if scale_grad_by_freq else None)
        if out is not None:
            return named(out, "EmbeddingBackward0", (weight,))
        out = P["gather"](without_gradient(weight, row), idx)
        if scale_grad_by_freq and dtype_of(out).kind == "f":
            out = scaled_gradient(
                out, shares(known(values, "embedding with scale_grad_by_freq"), dtype_of(out))[..., None]
            )
        return named(out, "EmbeddingBackward0", (weight,))
    except BaseException as error:
        error = mended(error)
        raise error


SCALED = "embedding_backward: scale_grad_by_freq not supported with sparse gradients"


def known(values, why):
    """Values that have to be known now; NotImplementedError under jit or vmap."""
    if values is None:
        raise NotImplementedError(f"{why} needs integers whose values are known, not those under jit or vmap.")
    return values


CLASSES_NOT_GIVEN = (
    "When vmap-ing torch.nn.functional.one_hot, please provide an explicit positive num_classes argument."
)


def one_hot(input, num_classes=-1):
    """int64[*] of class numbers as int64[*, classes] of zeros and ones."""
    if not isinstance(input, Tensor):
        raise not_a_tensor("one_hot", input)
    t = current(input)
    if dtype_of(t) != np.int64:
        raise RuntimeError("one_hot is only applicable to index tensor of type LongTensor.")
    values = concrete_or_none(t)
    if values is None:
        need_places(t, num_classes)
    elif values.size and values.min() < 0:
        raise RuntimeError("Class values must be non-negative.")
    if num_classes == -1:
        refuse_mapped("", input, text=CLASSES_NOT_GIVEN)
        if values is None or not values.size:
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        num_classes = int(values.max()) + 1
    elif values is not None and values.size and values.max() >= num_classes:
        raise RuntimeError("Class values must be smaller than num_classes.")
    if t.owner is TAPE and type(num_classes) is int:
        rows = np.zeros((values.size, num_classes), np.int64)
        rows[np.arange(values.size), values.reshape(-1)] = 1
        return wrap(Tensor, rows.reshape(*values.shape, num_classes))
    return in_c_order((input.unsqueeze(-1) == T["arange"](num_classes)).to(input.dtype))


refuse_in(globals())
