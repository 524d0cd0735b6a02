"""Where a NaN comes from: `config(check_nans=True)`.

Invariants: off, nothing here is on any path but one test of `switch.on` per reverse walk; on, every operation that the
user's code asks for is looked at once, by the outermost interpreter, and what rules compute on their way (and may
discard) is not: only what a rule returns. A jitted function is not compiled meanwhile but run as written
(compile/stepwise.py); compiled code that is met all the same, in a pullback made before the check was on, is looked at
as one operation.
"""

import functools
import threading

import numpy as np

from ..errors import NaNError
from .handle import Handle
from .node import operation_of
from .site import here, where
from .state import shared
from .trace import Batch, Jvp, Record, Slots, Tape

CURE = (
    "Keep its operand away from that point by choosing it before the call, as in sqrt(where(ok, x, 1.0)): a where after "
    "the call comes too late for the derivative."
)
SHOWN = 6  # how many entries of an input a message shows


class Switch:
    """Is the check on? `originals`: what it replaced."""

    on = False
    originals = ()


class Local(threading.local):
    busy = False  # inside an operation that is being looked at, or inside a derivative rule


switch, local = Switch(), Local()


class unwatched:
    """`with unwatched():` operations belong to one that is looked at as a whole."""

    def __enter__(self):
        self.before = local.busy
        local.busy = True

    def __exit__(self, *error):
        local.busy = self.before


def numbers(x):
    """(plain values behind x, plain values of its tangents); none for what is staged."""
    values, tangents = [], []
    if isinstance(x, Slots):
        for c in x.cts:
            values += numbers(c)[0]
        return values, tangents
    while isinstance(x, Handle):
        if type(x.owner) is Jvp and x.mark is not None:
            found = numbers(x.mark)
            tangents += found[0] + found[1]
        x = x.val
    if x is not None:
        values.append(x)
    return values, tangents


def has_nan(x):
    """Is there a NaN among the numbers behind x, through every level?"""
    values, tangents = numbers(x)
    return any_nan(values) or any_nan(tangents)


def any_nan(values):
    return any([np.asarray(v).dtype.kind in "fc" and bool(np.isnan(v).any()) for v in values])


def short(x):
    """The numbers behind x (or those of several), in a few words."""
    values = [np.asarray(v) for one in (x if isinstance(x, (list, tuple)) else [x]) for v in numbers(one)[0]]
    return (
        "; ".join([np.array2string(v, threshold=SHOWN, edgeitems=SHOWN // 2, separator=", ") for v in values])
        or "unknown"
    )


def inputs_text(args):
    return ", ".join(f"input {i} = {short(a)}" for i, a in enumerate(args)).replace("\n", " ")


# ------------------------------------------------------------------------------------------------ forward
def looked_at(process):
    """An interpreter's `process` that looks at the result of each operation that no other operation asked for."""

    @functools.wraps(process)
    def checked(self, prim, args, params, out=None, **options):
        if local.busy:
            return process(self, prim, args, params, out, **options)
        with unwatched():
            result = process(self, prim, args, params, out, **options)
        check_forward(prim, args, result)
        return result

    return checked


RESULT, TANGENT = "the result", "the tangent (its jvp rule)"


def check_forward(prim, args, result):
    values, tangents = [], []
    for r in result if isinstance(result, tuple) else (result,):
        v, t = numbers(r)
        values += v
        tangents += t
    refuse_nan(prim, args, values, RESULT, here)
    refuse_nan(prim, args, tangents, TANGENT, here)


def check_linear(n, args, result):
    """The same of a node of a linear function (linearize), all of whose numbers are tangents."""
    refuse_nan(n.prim, args, [result], TANGENT, lambda: where(n.site))


def refuse_nan(prim, args, values, what, place):
    if any_nan([v for x in values for v in numbers(x)[0]]) and not any(map(has_nan, args)):
        raise NaNError(
            f"check_nans: {title(prim.name)}, called at {place()}, is the first to give NaN, in {what} "
            f"[{inputs_text(args)}]. {CURE}"
        )


# ------------------------------------------------------------------------------------------------ reverse
class Watch:
    """What one reverse walk shows each rule's results to. `infinite`: the node whose rule last made an inf of finite
    cotangents, which is where a later inf - inf or 0 * inf began."""

    __slots__ = ("infinite",)

    def __init__(self):
        self.infinite = None

    def __call__(self, n, ct, gs):
        cts = ct if isinstance(ct, (list, tuple)) else [ct]
        bad = [i for i, g in zip(n.plan.operands, gs, strict=True) if g is not None and has_nan(g)]
        kept = kept_of(n)
        if bad and not any(
            map(has_nan, [*cts, *kept.values()])
        ):  # (a result that is NaN came from a NaN: `checked` saw it)
            kept = {"the cotangent": cts, **kept}
            values = ", ".join(f"{what} = {short(v)}" for what, v in kept.items()).replace("\n", " ")
            began = (
                ""
                if self.infinite is None or not any(map(has_inf, cts))
                else (f" The inf came from the derivative of {named(self.infinite)}.")
            )
            raise NaNError(
                f"check_nans: the derivative of {named(n)}, for operand {bad[0]}, is the first NaN [{values}].{began} {CURE}"
            )
        if any(map(has_inf, gs)) and not any(map(has_inf, cts)):
            self.infinite = n
        return gs


def has_inf(x):
    return any([np.asarray(v).dtype.kind in "fc" and bool(np.isinf(v).any()) for v in numbers(x)[0]])


def kept_of(n):
    """{what: value} of the operands, and the result, that the rule of a node reads."""
    plan = n.plan
    if plan.prim.record is not None:  # (residuals of its own making)
        return {}
    names = [f"operand {i}" for i in plan.reads][: len(n.saved) - bool(plan.keeps)] + ["the result"] * bool(plan.keeps)
    return dict(zip(names, n.saved, strict=True))


def named(n):
    """`sqrt, called at file:line`."""
    return f"{title(operation_of(n))}, called at {where((n.code, n.lasti))}"


def title(name):
    return "a function compiled by jit" if name == "call" else name


# ------------------------------------------------------------------------------------------------ on and off
def install(on):
    """Look at every operation from now on, or no longer. The written-out road is closed meanwhile, as it is while a
    thread stages."""
    if on == switch.on:
        return
    switch.on = on
    if on:
        switch.originals = [(kind, kind.process) for kind in (Record, Jvp, Batch, Tape)]
        for kind, process in switch.originals:
            kind.process = looked_at(process)
    else:
        for kind, process in switch.originals:
            kind.process = process
        switch.originals = ()
    Record.flat = not on
    with shared.lock:
        shared.staging += 1 if on else -1


__all__ = ["Watch", "has_nan", "install", "switch", "unwatched"]
