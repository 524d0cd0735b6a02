"""Python's garbage collector, asked to come less often while a transform records.

What a recording allocates forms no cycles and stays alive, so that the collector finds nothing in it, however often it
looks; on a loop of 20,000 assignments its passes took two thirds of the time (docs/decisions/garbage-collection.md).
Nothing is done unless a collection happens inside a transform, and the user's own threshold is back at its end. Outside of
transforms Python calls nothing of ours: an exception that a signal's handler raises (KeyboardInterrupt) would end there, unseen.
"""

import contextlib
import gc
import threading

from .state import tls

RARELY = 50_000  # net allocations between two passes over the youngest objects (Python's own: 700)
FROZEN = gc.get_freeze_count()  # by Python itself as it starts (3.12 does)


class Eased:
    """`before`: the thresholds that the user had, while ours are set; None otherwise."""

    before = None


def ease(phase, info):
    """Called by Python at each collection inside a transform (whose `inside` puts it among `gc.callbacks`)."""
    if phase == "stop" and tls.depth and Eased.before is None:
        now = gc.get_threshold()  # asked for once: another thread may be here too
        if 0 < now[0] < RARELY:
            Eased.before = now
            gc.set_threshold(RARELY, *now[1:])


class Pauses:
    """How many threads are inside `paused`, and whether the collector was on when the first of them came."""

    lock = threading.Lock()
    inside = 0
    enabled = True


@contextlib.contextmanager
def paused():
    """Inside, the collector does not come at all. For code of ours alone, which makes no cycles: no function of a user's runs in it.

    Much that is new by then counts as old afterwards, which takes no time; to look through it at once, and find nothing, takes longer than
    some of the passes. (Who has frozen objects is left alone: they cannot be told from ours.)"""
    with Pauses.lock:
        if not Pauses.inside:
            Pauses.enabled = gc.isenabled()
            gc.disable()
        Pauses.inside += 1
    try:
        yield
    finally:
        with Pauses.lock:
            Pauses.inside -= 1
            if not Pauses.inside and Pauses.enabled:
                if gc.get_count()[0] > RARELY and gc.get_freeze_count() <= FROZEN:
                    gc.freeze()
                    gc.unfreeze()
                gc.enable()


def restore():
    """Give the user's thresholds back, unless somebody has set others meanwhile."""
    before, Eased.before = Eased.before, None
    if before is not None and gc.get_threshold() == (RARELY, *before[1:]):
        gc.set_threshold(*before)
