"""The forward Fisher-Yates shuffle, given all its targets at once.

Invariant: the same permutation as the loop `for i, j in enumerate(targets): a[i], a[j] = a[j], a[i]` over
a = 0, 1, 2, ..., where targets[i] >= i. Long shuffles are solved without the loop: when step i comes, slot
j >= i has changed only if an earlier step aimed at j, and then it holds what stood in that step's own slot.
"""

import numpy as np

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
