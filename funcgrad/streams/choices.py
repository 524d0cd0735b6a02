"""Choosing as torch does: permutations and multinomial draws."""

from math import inf

import numpy as np

from funcgrad.core.quiet import quiet

# ------------------------------------------------------------------------------------------------ permute
# The forward Fisher-Yates shuffle, given all its targets at once.
#
# Invariant: the same permutation as the loop `for i, j in enumerate(targets): a[i], a[j] = a[j], a[i]` over
# a = 0, 1, 2, ..., where targets[i] >= i. Long shuffles are solved without the loop: when step i comes, slot
# j >= i has changed only if an earlier step aimed at j, and then it holds what stood in that step's own slot.
_LOOP_LIMIT = 150  # below, the plain loop is faster


def shuffled(targets):
    """The permutation int64[n] that swapping i with targets[i], i = 0, 1, ..., makes of 0..n-1.

    targets: int64[n], i <= targets[i] < n.

    >>> import numpy as np
    >>> shuffled(np.array([2, 1, 2])).tolist()
    [2, 1, 0]
    """
    if targets.size < _LOOP_LIMIT:
        slots = list(range(targets.size))
        for i, j in enumerate(targets.tolist()):
            slots[i], slots[j] = slots[j], slots[i]
        return np.array(slots, np.int64)
    return _solved(targets)


def _solved(targets):
    n = targets.size
    bits = n.bit_length()
    order = np.arange(n)
    keys = (targets << bits) | order
    if 2 * bits <= 32:  # (which NumPy sorts in a fifth of the time)
        keys = keys.astype(np.uint32)
        keys.sort()  # by target, then by step
        keys = keys.astype(np.int64)
    else:
        keys.sort()
    aimed = keys >> bits
    steps = keys & ((1 << bits) - 1)
    (again,) = (aimed[1:] == aimed[:-1]).nonzero()  # steps[again + 1] aim where steps[again] aimed before

    # carrier[k]: the last step that put something into slot k; k itself if there is none
    carrier = order
    carrier[aimed] = steps  # steps grow within a target, and the last assignment stands
    while True:  # follow the carriers to their roots, doubling the stride
        further = carrier[carrier]
        if further.tobytes() == carrier.tobytes():  # (sooner than by an array of truth values)
            break
        carrier = further

    out = targets.copy()
    out[steps[again + 1]] = carrier[steps[again]]
    return out


# ------------------------------------------------------------------------------------------------ multinomial
# Weighted choice of indices as torch makes it, with and without replacement.
#
# Invariant: the uniforms are drawn in torch's order: for one choice, or without replacement, one exponential
# a weight; with replacement, one float64 uniform a choice, row after row.
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
        return speed.argmax(1).reshape(-1, 1)  # (not [:, None], which has a step of 0)
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
