"""Python's garbage collector, asked to come less often while a transform records.

What a recording allocates forms no cycles and stays alive, so that the collector finds nothing in it, however often it
looks; on a loop of 20,000 assignments its passes took two thirds of the time (docs/decisions/garbage-collection.md).
Nothing is done unless a collection happens inside a transform, and the user's own threshold is back at its end.
"""

import gc

from .state import tls

RARELY = 50_000  # net allocations between two passes over the youngest objects (Python's own: 700)


class Eased:
    """`before`: the thresholds that the user had, while ours are set; None otherwise."""

    before = None


def ease(phase, info):
    """Called by Python at each collection."""
    if phase == "stop" and tls.depth and Eased.before is None and 0 < gc.get_threshold()[0] < RARELY:
        Eased.before = gc.get_threshold()
        gc.set_threshold(RARELY, *Eased.before[1:])


def restore():
    """Give the user's thresholds back, unless somebody has set others meanwhile."""
    before, Eased.before = Eased.before, None
    if before is not None and gc.get_threshold() == (RARELY, *before[1:]):
        gc.set_threshold(*before)


gc.callbacks.append(ease)
