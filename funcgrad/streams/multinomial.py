"""Weighted choice of indices as torch makes it, with and without replacement.

Invariant: the uniforms are drawn in torch's order: for one choice, or without replacement, one exponential
a weight; with replacement, one float64 uniform a choice, row after row.
"""

from math import inf

import numpy as np

from funcgrad.core.quiet import quiet

FEW = 64  # weights, which Python looks at before NumPy is called
OF_NONE = "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity."


def choose(p, k, replacement, exponential, uniform64):
    """k indices by the float weights p[c] or p[m, c]: int64[k] or int64[m, k].

    exponential(shape, rate, dtype) and uniform64(n) draw from the stream. RuntimeError as in torch.
    """
    _check(p, k, replacement)
    rows = p if p.ndim == 2 else p.reshape(1, -1)
    if not replacement or k == 1:
        chosen = _by_race(rows, k, exponential)
    else:
        with quiet():
            _check_rows(rows)
            uniforms = uniform64(len(rows) * k).reshape(len(rows), k)
            chosen = np.empty(uniforms.shape, np.int64)
            for i, row in enumerate(rows):
                chosen[i] = _by_inversion(row, uniforms[i])
    return chosen.reshape(*p.shape[:-1], k)


def _check(p, k, replacement):
    if p.ndim not in (1, 2):
        raise RuntimeError("prob_dist must be 1 or 2 dim")
    if k <= 0:
        raise RuntimeError("cannot sample n_sample <= 0 samples")
    if not replacement and k > p.shape[-1]:
        raise RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement")


def _by_race(rows, k, exponential):
    """The k largest p / q, q exponential: the weights race, and the first k in are chosen in that order."""
    if not rows.shape[1]:
        if len(rows):
            raise RuntimeError(OF_NONE)
        return np.empty((0, k), np.int64)
    if not _are_plain(rows):
        _check_weights(rows)
    with quiet():
        if 1 not in rows.shape and 0 < rows.strides[0] < rows.strides[1]:  # (it draws in the order of memory)
            speed = rows / exponential(rows.shape[::-1], 1.0, rows.dtype).T
        else:
            speed = rows / exponential(rows.shape, 1.0, rows.dtype)
    if k == 1:
        return speed.argmax(1)[:, None]
    return np.argsort(-speed, axis=1, kind="stable")[:, :k].copy()


def _are_plain(rows):
    """Is it plain to see that these are weights: none negative, all finite, one of each row positive?"""
    if 0 < rows.size <= FEW:
        return all([0 < sum(row) < inf and min(row) >= 0 for row in rows.tolist()])
    if not rows.size:
        return False
    largest = rows.max(1)
    return rows.min() >= 0 and largest.min() > 0 and largest.max() < inf


def _check_weights(rows):
    if not ((rows >= 0) & (rows < np.inf)).all():
        raise RuntimeError("probability tensor contains either `inf`, `nan` or element < 0")
    if (rows.sum(1) == 0).any():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _check_rows(rows):
    if not (rows >= 0).all():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry < 0)")
    if np.isinf(rows).any():
        raise RuntimeError("invalid multinomial distribution (encountering probability entry = infinity or NaN)")
    if not (rows.sum(1) > 0).all():
        raise RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)")


def _by_inversion(row, uniforms):
    """The first index whose running share of the weights reaches each uniform; float16 is summed in float32."""
    sums = np.cumsum(row, dtype=np.promote_types(row.dtype, np.float32))
    sums /= sums[-1]
    sums[-1] = 1
    return np.searchsorted(sums.astype(np.float64), uniforms, side="left")
