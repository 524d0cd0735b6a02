"""Attention: scaled_dot_product_attention, and with several heads between its projections.

Invariant: what a mask forbids entirely gives zeros in scaled_dot_product_attention and nan where the weights are asked
for, as in torch.
"""

import functools
import math
import sys

import numpy as np

from funcgrad.core.elementwise_layout import noted as laid_noted
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn
from funcgrad.core.trace import TAPE

from ... import dtypes
from ..._calls import C
from ...functions.kernels import refuse_in
from ...functions.levels import concrete_or_none
from ...functions.nodes import renamed
from ...functions.operands import cast, check_sizes, dtype_of, overflowing, shape_of
from ...functions.out_rules import C_NAMES
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import half_of, in_float32, shared, widened
from ...functions.untracked import FLOATS
from ...graph import labelled
from ...payload import current
from ...tensor import Tensor
from .activations import softmax
from .dropouts import dropout
from .padding import pad
from .products import linear

P = PRIMITIVES
STACK = ((0, 1), (0, 1))  # the leading dimensions of a stack of heads


# ------------------------------------------------------------------------------------------------ one product
@functools.lru_cache(64)
def causal(rows, columns):
    """Which of the columns each row may look at: those up to its own number."""
    return np.tril(np.ones((rows, columns), bool))


def scaled_dot_product_attention(
    query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, *, scale=None, enable_gqa=False
):  # fmt: skip
    """softmax(query @ key.T * scale + mask) @ value; scale is 1 / sqrt(width) unless given.

    attn_mask: True where attention is allowed, or numbers to be added. enable_gqa: fewer heads of key and value, each
    shared by as many of query.
    """
    own = getattr(type(attn_mask), "_dispatch", None)
    if own is not None:  # (of a CausalBias)
        return own(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa)
    d = check_operands(query, key, value, attn_mask)
    if d.kind in "biu":
        if 0 in query.shape:
            return query.new_zeros((*query.shape[:-1], value.shape[-1]))
        if d.kind != "b" and attn_mask is not None and attn_mask.dtype.name == "bool":
            raise overflowing(d)
    given = (query, key, value)
    if dropout_p > 1 and dtype_of(current(query)).kind not in "fc":
        raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p:g}")
    if enable_gqa:
        key, value = (t.repeat_interleave(query.size(-3) // t.size(-3), -3) for t in (key, value))
    one_node = query.dim() == key.dim() == 4 and not dropout_p and query.shape[-1] == value.shape[-1]
    one_node = one_node and (attn_mask is None or attn_mask.dim() in (2, 4) and not attn_mask.requires_grad)
    one_node = one_node and d.kind not in "biu" and query.shape[:2] == key.shape[:2]
    if is_causal and attn_mask is not None and not one_node:
        raise RuntimeError("_scaled_dot_product_attention: Explicit attn_mask should not be set when is_causal=True")
    scale = 1.0 / math.sqrt(query.shape[-1] or 1) if scale is None else float(scale)
    q, k, v = current(query), current(key), current(value)
    if one_node and plain_heads(q, k, v) and (attn_mask is None or plain_mask(current(attn_mask), q, k)):
        options = {"scale": scale, "causal": bool(is_causal), "noted": []}
        if attn_mask is None:
            out = P["attention"](q, k, v, **options)
        else:
            m = current(attn_mask)
            if m.val.dtype.kind == "b":
                m = np.where(m.val, q.val.dtype.type(0), q.val.dtype.type(-np.inf))
            out = P["masked_attention"](q, k, v, m, **options)
        return labelled(laid_noted(out), "ScaledDotProductFlashAttentionForCpuBackward0", given)
    half = half_of(given) if shared.halves else None
    if half is not None and not one_node:  # (torch works all of it out in float32 then)
        return in_float32(
            half, scaled_dot_product_attention, query, key, value, attn_mask, dropout_p, is_causal, scale=scale
        )
    if half is not None:
        q, k = widened(q), widened(k)
    if one_node:
        scores = P["dot_general"](q * scale, k, dims=(((3,), (3,)), STACK))
    else:
        root = math.sqrt(abs(scale))  # (which torch gives each of them)
        scores = T["matmul"](query * math.copysign(root, scale), key.transpose(-2, -1) * root)
    whole = shape_of(current(scores))
    scores, dead = masked(scores, attn_mask, is_causal)
    if not one_node and attn_mask is not None and shape_of(current(scores)) != whole:
        got = list(shape_of(current(scores)))
        raise RuntimeError(f"output with shape {list(whole)} doesn't match the broadcast shape {got}")
    if half is not None:
        out = P["attended"](current(scores), widened(v), kept=half)
        out = P["cast"](out if dead is None else P["where"](dead, np.float32(0), out), dtype=half)
        return labelled(out, "ScaledDotProductFlashAttentionForCpuBackward0", given)
    weights = renamed(softmax(scores, -1), "SafeSoftmaxBackward0")
    if dtype_of(v).kind in "biu" and 0 not in shape_of(v):
        return T["matmul"](weights, value)  # (which says that dtypes differ)
    if dead is not None:
        weights = P["where"](dead, dtype_of(weights).type(0), weights)
    if dropout_p > 0:
        if dropout_p > 1:
            raise RuntimeError(f"dropout probability has to be between 0 and 1, but got {dropout_p:g}")
        weights = dropout(weights, dropout_p)
    if not one_node:
        return T["matmul"](weights, value)
    out = P["dot_general"](weights, v, dims=(((3,), (2,)), STACK))
    return labelled(out, "ScaledDotProductFlashAttentionForCpuBackward0", given)


def plain_heads(q, k, v):
    """Are they, over NumPy memory, stacks of heads of float32 or float64 that fit together, and not empty?"""
    if shared.staging or not q.owner is k.owner is v.owner is TAPE or q.val.dtype not in FLOATS:
        return False
    own, (*lead, columns, _) = q.val.shape, v.val.shape
    return k.val.shape == (*lead, columns, own[-1]) and own[:2] == (*lead,) and q.val.size and columns


def plain_mask(m, q, k):
    """Is it, over NumPy memory, a mask of truth values or of the dtype of q, that fits the scores of q and k?"""
    if m.owner is not TAPE or m.val.dtype.kind != "b" and m.val.dtype is not q.val.dtype:
        return False
    of_scores = (*q.val.shape[:-1], k.val.shape[-2])
    return all([a in (1, b) for a, b in zip(reversed(m.val.shape), reversed(of_scores))])


def check_operands(query, key, value, mask):
    """The dtype of the three; torch's errors of dtypes and dimensions."""
    kinds = [dtype_of(current(t)) for t in (query, key, value)]
    if kinds[0] != kinds[1] or kinds[0] != kinds[2]:
        a, b, c = (C_NAMES[dtypes.name_of(d)] for d in kinds)
        raise RuntimeError(
            f"Expected query, key, and value to have the same dtype, but got query.dtype: {a} key.dtype: {b} and "
            f"value.dtype: {c} instead."
        )
    dims = [t.dim() for t in (query, key, value)]
    if min(dims) < 2:
        raise RuntimeError(
            f"Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: {dims[0]} key.dim: "
            f"{dims[1]} and value.dim: {dims[2]} instead."
        )
    if mask is not None:
        d = dtype_of(current(mask))
        if d not in (kinds[0], np.dtype(bool), np.dtype(np.float32)):
            raise RuntimeError(
                "Expected attn_mask dtype to be bool or float or to match query dtype, but got attn_mask.dtype: "
                f"{C_NAMES[dtypes.name_of(d)]} and  query.dtype: {C_NAMES[dtypes.name_of(kinds[0])]} instead."
            )
    return kinds[0]


def masked(scores, mask, is_causal):
    """(scores with -inf where attention is forbidden; the rows where it is forbidden entirely, or None)."""
    d = dtype_of(current(scores))
    lowest = d.type(-np.inf if d.kind in "fc" else 0)
    if is_causal:
        scores = P["where"](causal(*shape_of(current(scores))[-2:]), current(scores), lowest)
    if mask is None:
        return scores, None
    m = current(mask)
    if dtype_of(m).kind == "b":
        check_sizes(current(scores), m)
    scores = (
        P["where"](m, current(scores), lowest)
        if dtype_of(m).kind == "b"
        else scores + cast(m, dtype_of(current(scores)))
    )
    s = current(scores)
    shape = shape_of(s)
    dead = P["all"](P["equal"](s, lowest), axes=(len(shape) - 1,))
    values = concrete_or_none(dead)
    if values is not None and not values.any():
        return scores, None
    dead = P["reshape"](dead, shape=(*shape[:-1], 1))
    return P["where"](dead, lowest.dtype.type(0), s), dead


# ------------------------------------------------------------------------------------------------ several heads
def none_or_dtype(input):
    """The dtype of a Tensor; None of None."""
    if input is None:
        return None
    if not isinstance(input, Tensor):
        raise RuntimeError("input to _none_or_dtype() must be None or torch.Tensor")
    return input.dtype


def additive(mask, name, target, other=None, other_name=""):
    """A mask as numbers to be added: -inf where a boolean one is True. AssertionError for other dtypes. `other`: the dtype of another mask."""
    if mask is None:
        return None
    kind, is_float = mask.dtype, T["is_floating_point"](mask)
    if not is_float and kind.name != "bool":
        raise AssertionError(f"only bool and floating types of {name} are supported")
    if other is not None and mask.dtype != other:
        warn(
            f"Support for mismatched {name} and {other_name} is deprecated. Use same type for both instead.",
        )
    return mask if is_float else T["zeros"](*mask.shape, dtype=target).masked_fill_(mask, -math.inf)


def canonical_masks(key_padding_mask, attn_mask, target):
    """Both as numbers to be added."""
    padding = additive(key_padding_mask, "key_padding_mask", target, none_or_dtype(attn_mask), "attn_mask")
    return padding, additive(attn_mask, "attn_mask", target)


def need(holds, text):
    if not holds:
        raise AssertionError(text)


def check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads):
    """Is there a batch? AssertionError for ranks that do not fit together."""
    rank = query.dim()
    if rank not in (2, 3):
        raise AssertionError(f"query should be unbatched 2D or batched 3D tensor but received {rank}-D query tensor")
    kind = f"For {'batched' if rank == 3 else 'unbatched'} ({rank}-D) `query`, expected"
    if not key.dim() == value.dim() == rank:
        raise AssertionError(
            f"{kind} `key` and `value` to be {rank}-D but found {key.dim()}-D and {value.dim()}-D tensors respectively"
        )
    if key_padding_mask is not None:
        found = key_padding_mask.dim()
        need(
            found == rank - 1,
            f"{kind} `key_padding_mask` to be `None` or {rank - 1}-D but found {found}-D tensor instead",
        )
    if attn_mask is not None:
        found = attn_mask.dim()
        need(found in (2, 3), f"{kind} `attn_mask` to be `None`, 2-D or 3-D but found {found}-D tensor instead")
        if rank == 2 and found == 3:
            want = (num_heads, query.shape[0], key.shape[0])
            need(tuple(attn_mask.shape) == want, f"Expected `attn_mask` shape to be {want} but got {attn_mask.shape}")
    return rank == 3


def projected(query, key, value, weight, bias, split):
    """query, key and value by their thirds of one weight, in as few products as they have different operands; `split(x, parts)`: the
    parts of one of several side by side."""
    width = query.shape[-1]
    if key is value:
        if query is key:
            return split(linear(query, weight, bias), 3)
        first, rest = weight.split([width, 2 * width])
        b, more = (None, None) if bias is None else bias.split([width, 2 * width])
        return *split(linear(query, first, b), 1), *split(linear(key, rest, more), 2)
    return [split(x, 1)[0] for x in each_projected((query, key, value), weight.chunk(3), bias)]


def side_by_side(x, parts):
    """The parts of x [rows, count, parts * width]."""
    return (x,) if parts == 1 else x.unflatten(-1, (parts, x.shape[-1] // parts)).unbind(-2)


def stacks_of_heads(num_heads):
    """The function that gives them as stacks of heads, [count, heads, rows, depth]."""

    def split(x, parts):
        rows, count, width = x.shape
        depth = width // (parts * num_heads)
        if parts == 1:
            return (x.view(rows, count, num_heads, depth).permute(1, 2, 0, 3),)
        return x.view(rows, count, parts, num_heads, depth).permute(2, 1, 3, 0, 4).unbind(0)

    return split


def each_projected(inputs, weights, bias):
    parts = (None,) * 3 if bias is None else bias.chunk(3)
    return tuple([linear(x, w, b) for x, w, b in zip(inputs, weights, parts)])


def check_projections(inputs, weights):
    """AssertionError, in torch's words, for weights of query, key and value of their own that are not there or do not fit."""
    _, key, value = inputs
    need(
        key.shape[:2] == value.shape[:2],
        f"key's sequence and batch dims {key.shape[:2]} do not match value's {value.shape[:2]}",
    )
    for which, w in zip("qkv", weights):
        need(w is not None, f"use_separate_proj_weight is True but {which}_proj_weight is None")
    own = inputs[0].shape[-1]
    for what, x, w in zip(("query", "key", "value"), inputs, weights):
        if tuple(w.shape) != (own, x.shape[-1]):
            raise AssertionError(f"expecting {what} weights shape of {(own, x.shape[-1])}, but got {w.shape}")


def check_biases(bias_k, bias_v, static_k, static_v):
    need(bias_v is not None, "bias_k is set but bias_v is None")
    need(bias_k is not None, "bias_v is set but bias_k is None")
    need(static_k is None, "bias cannot be added to static key.")
    need(static_v is None, "bias cannot be added to static value.")


def weights_of(public, q, k, mask, depth, p):
    """softmax(q k^T / sqrt(depth) + mask), dropped with probability p, by the functions of the namespace `public`."""
    q = q * math.sqrt(1.0 / depth)
    k = k.transpose(-2, -1)
    weights = public.softmax(T["bmm"](q, k) if mask is None else T["baddbmm"](mask, q, k), dim=-1)
    return public.dropout(weights, p=p) if p > 0.0 else weights


def multi_head_attention_forward(
    query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn,
    dropout_p, out_proj_weight, out_proj_bias, training=True, key_padding_mask=None, need_weights=True, attn_mask=None,
    use_separate_proj_weight=False, q_proj_weight=None, k_proj_weight=None, v_proj_weight=None, static_k=None,
    static_v=None, average_attn_weights=True, is_causal=False,
):  # fmt: skip
    """(attention of several heads [L, N, E], its weights or None) of query [L, N, E], key and value [S, N, *]."""
    batched = check_ranks(query, key, value, key_padding_mask, attn_mask, num_heads)
    if not batched:
        query, key, value = query.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
        key_padding_mask = None if key_padding_mask is None else key_padding_mask.unsqueeze(0)
    rows, count, width = query.shape
    target = query.dtype
    key_padding_mask = additive(key_padding_mask, "key_padding_mask", target, none_or_dtype(attn_mask), "attn_mask")
    if is_causal and attn_mask is None:
        raise RuntimeError(
            "Need attn_mask if specifying the is_causal hint. You may use the Transformer module method "
            "`generate_square_subsequent_mask` to create this mask."
        )
    if is_causal and key_padding_mask is None and not need_weights:
        attn_mask = None  # (the hint says all that it says)
    else:
        attn_mask = additive(attn_mask, "attn_mask", target)
        is_causal = is_causal and key_padding_mask is None
    need(width == embed_dim_to_check, f"was expecting embedding dimension of {embed_dim_to_check}, but got {width}")
    depth = width // num_heads
    need(depth * num_heads == width, f"embed_dim {width} not divisible by num_heads {num_heads}")
    stacked = not (use_separate_proj_weight or add_zero_attn or need_weights) and type(num_heads) is int
    stacked = stacked and bias_k is None and static_k is None and static_v is None
    if use_separate_proj_weight:
        inputs, weights = (query, key, value), (q_proj_weight, k_proj_weight, v_proj_weight)
        check_projections(inputs, weights)
        q, k, v = each_projected(inputs, weights, in_proj_bias)
    else:
        if key is not value and key.shape != value.shape:
            raise AssertionError(f"key shape {key.shape} does not match value shape {value.shape}")
        need(in_proj_weight is not None, "use_separate_proj_weight is False but in_proj_weight is None")
        split = stacks_of_heads(num_heads) if stacked else side_by_side
        q, k, v = projected(query, key, value, in_proj_weight, in_proj_bias, split)
    heads = count * num_heads
    if stacked and k.shape[0] != count:
        raise RuntimeError(f"shape '{[key.shape[0], heads, depth]}' is invalid for input of size {k.numel()}")
    if type(num_heads) is not int:
        C.method.view(rows, heads, depth)
    attn_mask = checked_mask(attn_mask, rows, key.shape[0], heads)
    masks = [attn_mask, key_padding_mask]
    if bias_k is not None or bias_v is not None:
        check_biases(bias_k, bias_v, static_k, static_v)
        k, v = T["cat"]([k, bias_k.repeat(1, count, 1)]), T["cat"]([v, bias_v.repeat(1, count, 1)])
        masks = [one_wider(m) for m in masks]
    if not stacked:
        q = q.reshape(rows, heads, depth).transpose(0, 1)
        k = by_head(k, heads, depth) if static_k is None else checked_static(static_k, "static_k", heads, depth)
        v = by_head(v, heads, depth) if static_v is None else checked_static(static_v, "static_v", heads, depth)
    if add_zero_attn:
        k, v = (T["cat"]([t, T["zeros"](heads, 1, depth, dtype=t.dtype)], 1) for t in (k, v))
        masks = [one_wider(m) for m in masks]
    columns = k.shape[-2]
    attn_mask = joined_masks(*masks, count, num_heads, columns)
    p = dropout_p if training else 0.0
    public = sys.modules[__package__]  # (functions of the user too)
    if need_weights:
        need(not (is_causal and attn_mask is None), "FIXME: is_causal not implemented for need_weights")
        weights = weights_of(public, q, k, attn_mask, depth, p)
        out = T["bmm"](weights, v).transpose(0, 1).reshape(rows * count, width)
    else:
        if attn_mask is not None:
            whole = attn_mask.shape[0] == 1
            attn_mask = attn_mask.unsqueeze(0) if whole else attn_mask.view(count, num_heads, -1, columns)
        if not stacked:
            q, k, v = (t.reshape(count, num_heads, t.shape[1], depth) for t in (q, k, v))
        out = public.scaled_dot_product_attention(q, k, v, attn_mask, p, is_causal)
        out = out.permute(2, 0, 1, 3).reshape(rows * count, width)
        weights = None
    out = public.linear(out, out_proj_weight, out_proj_bias)
    out = out.view(rows, count, out.shape[1])
    if weights is not None:
        weights = weights.view(count, num_heads, rows, columns)
        weights = weights.mean(1) if average_attn_weights else weights
        weights = weights if batched else weights.squeeze(0)
    return (out if batched else out.squeeze(1)), weights


def by_head(t, heads, depth):
    return t.reshape(t.shape[0], heads, depth).transpose(0, 1)


def checked_static(t, name, heads, depth):
    need(t.shape[0] == heads, f"expecting {name}.size(0) of {heads}, but got {t.shape[0]}")
    need(t.shape[2] == depth, f"expecting {name}.size(2) of {depth}, but got {t.shape[2]}")
    return t


def one_wider(mask):
    return None if mask is None else pad(mask, (0, 1))


def checked_mask(mask, rows, columns, heads):
    """attn_mask as [1 or heads, rows, columns]; RuntimeError for another shape."""
    if mask is None:
        return None
    if mask.dim() not in (2, 3):
        raise RuntimeError(f"attn_mask's dimension {mask.dim()} is not supported")
    want = (rows, columns) if mask.dim() == 2 else (heads, rows, columns)
    if tuple(mask.shape) != want:
        raise RuntimeError(f"The shape of the {mask.dim()}D attn_mask is {mask.shape}, but should be {want}.")
    return mask.unsqueeze(0) if mask.dim() == 2 else mask


def joined_masks(attn_mask, padding, count, num_heads, columns):
    """Both masks as one to be added to the scores, or None."""
    if padding is None:
        return attn_mask
    for at, n in enumerate((count, columns)):
        need(padding.shape[at] == n, f"Expected key_padded_mask.shape[{at}] to be {n}, but got {padding.shape[at]}")
    spread = padding.view(count, 1, 1, columns).expand(-1, num_heads, -1, -1).reshape(count * num_heads, 1, columns)
    return spread if attn_mask is None else attn_mask + spread


refuse_in(globals())
