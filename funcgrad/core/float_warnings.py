"""Floating-point warnings of forward code: NumPy's own text, at the user's line.

NumPy warns at the innermost frame of Python, which for a traced value is one of ours, and Python shows a warning once a place. So inside a
transform NumPy is told to log what it would have warned of: the text is the same, and `AtTheUsersLine` warns of it where the user's code
stands. Nothing is done for an operation that does not warn. Invariant: where the user asked for anything else (ignore, raise, print, or a
call or log of their own) that is what happens; docs/decisions/errstate.md.
"""

import sys
import warnings

import numpy as np

from . import quiet
from .site import internal
from .tracebacks import is_ours


class AtTheUsersLine:
    """What NumPy logs to: an object with `write`."""

    def write(self, message):
        frame = frame_of(sys._getframe(1))
        warnings.warn_explicit(
            message.removeprefix("Warning: ").removesuffix("\n"),
            RuntimeWarning,
            frame.f_code.co_filename,
            frame.f_lineno,
            frame.f_globals.get("__name__", "<string>"),
            frame.f_globals.setdefault("__warningregistry__", {}),
        )


def frame_of(innermost):
    """The user's frame if there is one of ours inside it, else the innermost, as for NumPy itself."""
    frame, ours = innermost, False
    while frame is not None and (is_ours(frame) or internal[frame.f_globals.get("__name__")]):
        ours = ours or is_ours(frame)
        frame = frame.f_back
    return frame if ours and frame is not None else innermost


LOG = AtTheUsersLine()
MOST = 64  # error states that we remember


def logging_modes():
    """The present modes with `log` for `warn`; None where there is nothing to change, or the user logs or calls by themselves."""
    modes = np.geterr()
    used = set(modes.values())
    if "warn" not in used or "log" in used or "call" in used:
        return None
    return {kind: "log" if mode == "warn" else mode for kind, mode in modes.items()}


if quiet.variable is not None:
    get, change, reset = quiet.variable.get, quiet.variable.set, quiet.variable.reset
    known = {}  # id of an error state -> (the one to have inside a transform or None, the state itself, whose id it must stay)

    def enter():
        """Begin; returns what `leave` takes."""
        now = get()
        found = known.get(id(now)) or remember(now)
        mine = found[0]
        return None if mine is None else (change(mine), mine)

    def remember(now):
        if len(known) > MOST:
            known.clear()
        modes = logging_modes()
        found = known[id(now)] = None if modes is None else quiet.make(**modes, call=LOG), now
        return found

    def leave(entered):
        token, mine = entered
        if get() is mine:
            reset(token)
            return
        modes, call = np.geterr(), np.geterrcall()  # the function has called np.seterr: that stays
        reset(token)
        np.seterr(**{kind: "warn" if mode == "log" and call is LOG else mode for kind, mode in modes.items()})
        if call is not LOG:
            np.seterrcall(call)

else:

    def enter():
        modes = logging_modes()
        if modes is None:
            return None
        state = np.errstate(**modes, call=LOG)
        state.__enter__()
        return state

    def leave(state):
        state.__exit__(None, None, None)


__all__ = ["enter", "leave"]
