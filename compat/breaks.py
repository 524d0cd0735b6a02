"""Where values left the graph: what lets the error of a backward() without a graph name the line that broke the chain.

Invariants: a note is one entry of a bounded queue of its thread, with a code object and an offset and never a frame or
a Tensor; nothing is noted on the path of an operation, only where the user's line takes a value out of the graph (detach,
.data, item, a grad mode that is off); a backward() that went through forgets them all.
"""

import sys
import threading
from collections import deque
from itertools import count
from operator import itemgetter

from funcgrad.core.site import internal, user_frame

MOST = 256  # notes that are kept; the oldest goes first
DETACHED = "the same values without their history"
AS_NUMBERS = "plain numbers: a Tensor made of them again has no history"
UNRECORDED = "nothing computed inside is recorded"
MEANING = {
    "detach()": f"{DETACHED}; use the Tensor itself where its gradient is wanted",
    "detach_()": "the history is forgotten, in place; leave it out where the gradient is wanted",
    ".data": f"{DETACHED}; use the Tensor itself where its gradient is wanted",
    "item()": f"{AS_NUMBERS}; compute with the Tensor itself",
    "tolist()": f"{AS_NUMBERS}; compute with the Tensor itself",
    "numpy()": f"{AS_NUMBERS}; use torch's function instead of NumPy's",
    "no_grad()": f"{UNRECORDED}; compute the loss outside",
    "inference_mode()": f"{UNRECORDED}; compute the loss outside",
    "set_grad_enabled(False)": "nothing computed from here on is recorded, until it is switched on again",
    "requires_grad = False": "this leaf is frozen; leave one that the loss depends on free",
    "a decorator": "nothing computed in a function under no_grad() is recorded; take the decorator off",
    "argmax": "indices are whole numbers, which have no derivative; keep the values (max, softmax, gather)",
    "a comparison": "true or false has no derivative; use a smooth loss and keep this for reporting",
    "an integer dtype": "whole numbers have no derivative; keep a float dtype",
    "torch.tensor()": "a copy of the values without their history; use the Tensor itself, or torch.stack for a list of them",
    ".grad": "a gradient has no history unless a backward(create_graph=True) made it; compute the loss from the Tensor itself",
    "autograd.grad()": "gradients have no history; pass create_graph=True where they are to be differentiated",
    "sample()": "what is drawn has no history; use rsample() where there is one, or log_prob() of what was drawn",
    "state_dict()": f"{DETACHED}; use the parameters themselves where their gradient is wanted",
    "checkpoint()": f"none of the inputs requires grad, and {UNRECORDED}; pass use_reentrant=False",
    "mark_non_differentiable()": "this result of the Function has no derivative; leave it out where the gradient is wanted",
    "a NumPy function": "computed outside the graph; use torch's function of that name",
}
# What functions of ours also do for their own ends. (None of them needs inference_mode().)
STEPS = ("detach()", ".data", "no_grad()", "set_grad_enabled(False)")
# Functions of ours that do it in the user's name.
OURS = {"sample": "sample()", "_save_to_state_dict": "state_dict()"}
# Modules of ours that do it in the user's name too: what hands a call on, what is made of a Tensor's values, a block that a stack enters.
HANDING_ON = (
    "compat._class_attributes", "compat.functions.in_place", "compat.functions.viewed_copies", "compat.compiler.entry", "compat.nn.parameter",
    "compat.autograd.variable", "contextlib",
)  # fmt: skip
MODES = ("no_grad()", "inference_mode()", "set_grad_enabled(False)", "a decorator")


clock = count()
logs = deque(maxlen=16)  # those of the threads that were the last to note something first


class Local(threading.local):
    def __init__(self):
        self.log = deque(maxlen=MOST)  # (when, (kind, code, offset)), the latest last
        self.since = -1  # when its last backward() was
        logs.append(self.log)


class Seen:
    """Has any Tensor of this process been made to require grad?"""

    leaf = False


local, seen = Local(), Seen()


def note(kind, depth=2):
    """The user's line, `depth` frames up or further out, does `kind`; returns (kind, code, offset)."""
    frame = sys._getframe(depth)
    if internal[frame.f_globals.get("__name__")]:
        return note_of_ours(kind, frame)
    found = kind, frame.f_code, frame.f_lasti
    local.log.append((next(clock), found))
    return found


def note_of_ours(kind, frame):
    """The same, where a function of ours does it: a step inside one breaks nothing of the user's, but for what is OURS or HANDING_ON;
    and what one call does to many Tensors is one entry."""
    kind = OURS.get(frame.f_code.co_name, kind)
    told = kind not in STEPS or frame.f_globals["__name__"] in HANDING_ON
    frame, log = user_frame(frame) or frame, local.log
    found = kind, frame.f_code, frame.f_lasti
    if told and not (log and log[-1][1] == found):
        log.append((next(clock), found))
    return found


def note_function(kind, code):
    """A function that is run now does `kind`."""
    local.log.append((next(clock), (kind, code, 0)))


def noted(everywhere=False):
    """{(kind, code, offset)} since the last backward() of this thread, what other threads noted too if `everywhere`; the latest first."""
    chosen = {id(log): log for log in (local.log, *(tuple(logs) if everywhere else ()))}
    found = [row for log in chosen.values() for row in tuple(log) if row[0] > local.since]
    return dict.fromkeys([note for _, note in sorted(found, key=itemgetter(0), reverse=True)])


def forget():
    """A backward() went through: what was noted broke nothing."""
    local.log.clear()
    if len(logs) > 1:  # (what other threads have noted before it)
        local.since = next(clock)
