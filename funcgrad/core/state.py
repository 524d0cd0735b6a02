"""State shared by every thread and every trace: creation indices, levels, and what is active on this thread.

Nothing here decides which trace handles an operation (levels of the arguments do): the thread-local part only tells
creation functions and captured Tensors which Stage is running, and carries compat's grad mode.
"""

import itertools
import threading

tick = itertools.count(1).__next__  # creation index across all traces: a topological order for any walk
fresh_level = itertools.count(2, 2).__next__  # functional traces take even levels; level + 1 is its tape
# what arguments that do not fit a quick road raise there (a signal's handler raises others, which go on their way)
MISFIT = ArithmeticError, AttributeError, LookupError, TypeError, ValueError


class Local(threading.local):
    grad = True  # compat's grad mode
    inference = False  # compat's inference mode
    casting = None  # the dtype that compat's autocast casts to
    walking = None  # the walk that compat is in
    no_packing = None  # why there may be no such hooks
    packing = None  # the hooks of compat that what a tape saves is shown to (shared.staging counts them too)
    choosing = (
        None  # a run of a checkpointed function in which compat keeps some results (shared.staging counts it too)
    )
    stage = None  # innermost Stage on this thread
    mapping = None  # innermost vmap on this thread: draws ask it, whatever their operands are
    randomness = "same"  # what a draw means in the vmap whose batching rules are running
    dual = None  # the level of compat's forward_ad that this thread is in
    func = ()  # the transforms of compat's torch.func that this thread is in, the outermost first
    depth = 0  # > 0 inside any transform: creation functions then return assignable handles


class Shared:
    """How many threads are inside a Stage: one cheap test per call while none is. `made`: None, or, while somebody
    will ask when a Tensor was made (compat/stores.py), a function that gives the store of a new one. `halves`: has anybody asked for half precision? `early`: has a leaf got a hook? `heard`: has an operation? `shown`: has anybody asked to see a gradient on its way, or one that is no `.grad`, and so how it lies?
    `recorded`: None, or what each new node of a tape is shown to (staging counts it too). `to_be_written`: None, or what is called with each
    Tensor before its memory is written (`running` has an entry for it too, so that no road leaves it out). `unheard`: None, or whether an
    operation on these operands is not recorded for what they are (staging counts who asks)."""

    __slots__ = ("staging", "made", "halves", "early", "heard", "shown", "recorded", "to_be_written", "unheard", "lock")

    def __init__(self):
        self.staging = 0
        self.made = self.recorded = self.to_be_written = self.unheard = None
        self.halves = False
        self.early = self.heard = self.shown = False
        self.lock = threading.Lock()


running = []  # an entry for each transform that runs, on any thread: while there is none, creation functions need not ask tls
tls = Local()
shared = Shared()
