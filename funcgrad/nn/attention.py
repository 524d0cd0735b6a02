"""Attention, as jax.nn has it: softmax of scaled products of queries and keys, times values."""

import math

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import ArgumentValueError
from ..numpy.arguments import as_array, cast

P = PRIMITIVES


def four_axes(x):
    x = as_array(x)
    return np.reshape(x, (1,) * (4 - len(shape_of(x))) + tuple(shape_of(x)))


def allowed(t, s, is_causal, query_lengths, key_lengths, window):
    """What the keyword arguments let a query see, as one mask that broadcasts to [batch, heads, t, s]; or None."""
    rows, columns = np.arange(t)[:, None], np.arange(s)[None, :]
    masks = []
    if is_causal:
        masks.append(rows >= columns)
    if window is not None:
        left, right = (window, window) if isinstance(window, int) else window
        masks.append((rows <= columns + left) & (rows >= columns - right))
    for lengths, places in ((query_lengths, rows), (key_lengths, columns)):
        if lengths is not None:
            masks.append(np.less(places, np.reshape(as_array(lengths), (-1, 1, 1, 1))))
    out = None
    for mask in masks:
        out = mask if out is None else np.logical_and(out, mask)
    return out


def grouped(x, groups):
    """[b, heads, t, s] with its heads as [key heads, groups]; one head serves all."""
    b, n, t, s = shape_of(x)
    return np.reshape(x, (b, 1, 1, t, s) if n == 1 else (b, n // groups, groups, t, s))


def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    *,
    scale=None,
    is_causal=False,
    query_seq_lengths=None,
    key_value_seq_lengths=None,
    local_window_size=None,
    implementation=None,
    return_residual=False,
):
    """softmax(scale query key^T + bias) value: query [b, t, n, h], key and value [b, s, k, h] (k divides n) -> [b, t, n, h].

    Where `mask` [b, n, t, s] (any of b, n, t may be 1) is False, a query does not see a key. The softmax is computed in the dtype
    of the operands, in float32 for half precision. With `return_residual` also the logsumexp of the logits, [b, t, n].
    Raises ValueError where shapes do not fit, or for implementation="cudnn".

    >>> import funcgrad as fg, numpy as np
    >>> q = np.ones((1, 4, 2, 3))
    >>> fg.nn.dot_product_attention(q, q, q, is_causal=True).shape
    (1, 4, 2, 3)
    """
    if implementation not in (None, "xla"):
        raise ArgumentValueError(
            f"dot_product_attention: there is no implementation {implementation!r} here. [at {here()}]"
        )
    whole = shape_of(as_array(query))
    query, key, value = four_axes(query), four_axes(key), four_axes(value)
    (b, t, n, h), (kb, s, k, kh) = shape_of(query), shape_of(key)
    if shape_of(value) != (kb, s, k, kh) or (kb, kh) != (b, h) or n % k:
        raise ArgumentValueError(
            "dot_product_attention: expected query [b, t, n, h], key and value [b, s, k, h] with k dividing n; got shapes "
            f"{shape_of(query)}, {shape_of(key)}, {shape_of(value)}. [at {here()}]"
        )
    own = dtype_of(key)
    wide = np.result_type(dtype_of(query), np.float32)
    groups = n // k
    q = cast(np.reshape(query, (b, t, k, groups, h)), wide)
    logits = np.einsum("btkgh,bskh->bkgts", q, cast(key, wide))
    logits = np.multiply(logits, wide.type(1 / math.sqrt(h) if scale is None else scale))
    if bias is not None:
        logits = cast(np.add(logits, grouped(four_axes(bias), groups)), wide)
    seen = allowed(t, s, is_causal, query_seq_lengths, key_value_seq_lengths, local_window_size)
    if seen is not None:
        seen = np.reshape(seen, (1,) * (5 - len(shape_of(seen))) + tuple(shape_of(seen))) if len(shape_of(seen)) < 4 else grouped(seen, 1)  # fmt: skip
        logits = np.where(seen, logits, unseen(wide))
    if mask is not None:
        logits = np.where(grouped(four_axes(mask), groups), logits, unseen(wide))
    weights = cast(P["softmax"](logits, axes=(4,)), own)
    out = np.reshape(np.einsum("bkgts,bskh->btkgh", weights, value), (b, t, n, h))
    if query_seq_lengths is not None:
        valid = np.less(np.arange(t), np.reshape(as_array(query_seq_lengths), (-1, 1)))
        out = np.multiply(out, cast(valid, dtype_of(out))[:, :, None, None])
    out = np.reshape(out, whole)
    if not return_residual:
        return out
    residual = np.reshape(np.transpose(P["logsumexp"](logits, axes=(4,)), (0, 3, 1, 2)), whole[:-1])
    return out, P["stop"](cast(residual, own))


def unseen(dtype):
    """A logit whose weight is 0, and that leaves a row of nothing else its equal weights."""
    return dtype.type(-0.7 * float(np.finfo(np.float32).max))
