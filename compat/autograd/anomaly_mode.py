"""detect_anomaly: name the operation whose derivative is NaN, or raises.

While the mode is on, each operation that is recorded remembers the user's stack, in its node's metadata. What each rule returns is looked
at in backward.
"""

import sys
import traceback

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.node import extra_of
from funcgrad.core.site import internal, warn, where
from funcgrad.core.state import shared, tls
from funcgrad.numpy.concrete import concrete

from ..errors import need_bool
from ..names import full_name, node_name
from ..native import of_arguments
from ..rewriting import spelling_of


class Anomaly:
    """Is the mode on, and does it look for NaN?"""

    enabled = False
    check_nan = True
    profiled = None  # () -> what the rules of a walk are shown to while a profile runs

    @classmethod
    def switch(cls, enabled, check_nan):
        """Set both; returns what they were. While the mode is on, operations take the general road, where nodes are shown to `trace_of`."""
        before = cls.enabled, cls.check_nan
        with shared.lock:
            shared.staging += enabled - cls.enabled
            shared.recorded = remember if enabled else None
            cls.enabled, cls.check_nan = enabled, check_nan
        return before


def remember(n):
    """Note in the metadata of a new node where the user's code stands, and which operation's derivative it is made in."""
    notes = notes_of(n)
    notes["traceback_"] = traceback.format_list(traceback.StackSummary.extract(users_frames(sys._getframe(1))))
    for p in n.ins:
        if (
            p.plan is None
        ):  # (what is accumulated there is an operation of torch, made with the first that reads the leaf)
            notes_of(p).setdefault("traceback_", notes["traceback_"])
    if tls.walking is not None:
        from .failed_walks import walked

        at = walked(sys._getframe(1))
        if at is not None and spelling_of(at) is None and (at.extra is None or at.extra.group is None):
            # (else showing it changes the graph)
            from ..graph import shown

            notes["parent_"] = shown(at)


def users_frames(frame):
    """[(frame, line)] of the user's code, the outermost first."""
    found = [(f, line) for f, line in traceback.walk_stack(frame) if not internal[f.f_globals.get("__name__")]]
    return found[::-1]


def notes_of(n):
    extra = extra_of(n)
    if extra.notes is None:
        extra.notes = {}
    return extra.notes


def is_nan(g):
    values = np.asarray(concrete(g, "item") if isinstance(g, Handle) else g)
    return values.dtype.kind in "fc" and bool(np.isnan(values).any())


def name_of(n):
    """(what torch calls an operation, its node): of a gate's node the operation's whose hooks it asks."""
    n = n.params["gates"]() if n.params and "gates" in n.params else n
    return full_name(node_name(n)), n


def check(n, ct, gs):
    """gs, unless one of them holds a NaN: RuntimeError naming the operation and the line that recorded it."""
    for i, p, g in zip(n.plan.operands, n.ins, gs, strict=True):
        if (
            g is not None and not (p.params and "of" in p.params) and is_nan(g)
        ):  # (what passes a gate is looked at behind it)
            name, n = name_of(n)
            raise RuntimeError(
                f"Function '{name}' returned nan values in its {i}th output.\n[It was recorded at {where((n.code, n.lasti))}]"
            )
    return gs


def tell(error):
    """Warn of the operation whose derivative an error comes from, and of those in whose derivatives it was recorded."""
    from .failed_walks import frame_of, operations

    names = frame_of(error)
    n = names and names.get("n")
    if n is None:
        return
    name, n = name_of(next((m for m, steps in operations(names["order"]) if n in steps), n))
    notes = n.extra and n.extra.notes or {}
    stack = notes.get("traceback_")
    if stack is None:
        warn(
            f"Error detected in {name}. No forward pass information available. Enable detect anomaly during forward pass for more "
            f"information.\n[It was recorded at {where((n.code, n.lasti))}]"
        )
    else:
        warn(f"Error detected in {name}. Traceback of forward call that caused the error:\n{''.join(stack)}")
    while (parent := notes.get("parent_")) is not None:
        notes = parent.metadata
        stack = notes.get("traceback_")
        name = parent.name()
        warn(
            f"Error detected in {name}. No forward pass information available. Enable detect anomaly during forward pass for more information."
            if stack is None
            else f"\n\nPrevious calculation was induced by {name}. Traceback of forward call that induced the previous calculation:\n"
            f"{''.join(stack)}"
        )


def watcher():
    """What the reverse walk is to show each rule's results to: None outside of the mode and of profiles."""
    if Anomaly.enabled and Anomaly.check_nan:
        return check
    return Anomaly.profiled and Anomaly.profiled()


class set_detect_anomaly:
    """Look for NaN in backward from now on, or inside a `with` block."""

    def __init__(self, mode, check_nan=True):
        need_bool(mode, "set_anomaly_enabled"), need_bool(check_nan, "set_anomaly_enabled", "check_nan", 2)
        self.before = Anomaly.switch(mode, check_nan)

    def __enter__(self):
        return None

    def __exit__(self, *error):
        Anomaly.switch(*self.before)


class detect_anomaly:
    """Inside this `with` block, a backward that meets a NaN raises RuntimeError, naming the operation and its line.

    >>> import warnings
    >>> import compat as torch
    >>> x = torch.zeros((), requires_grad=True)
    >>> with warnings.catch_warnings(action="ignore"), torch.autograd.detect_anomaly():
    ...     (x.sqrt() * 0).backward()
    Traceback (most recent call last):
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.
    [It was recorded at ...]
    """

    def __init__(self, check_nan=True):
        self.check_nan = check_nan
        warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.",
        )

    def __enter__(self):
        need_bool(self.check_nan, "set_anomaly_enabled", "check_nan", 2)
        self.before = Anomaly.switch(True, self.check_nan)

    def __exit__(self, *error):
        Anomaly.switch(*self.before)


@of_arguments(0)
def is_anomaly_enabled():
    """Is detect_anomaly on?"""
    return Anomaly.enabled


@of_arguments(0)
def is_anomaly_check_nan_enabled():
    """Does detect_anomaly look for NaN?"""
    return Anomaly.check_nan
