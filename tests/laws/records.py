"""What a record keeps of an operation, and how a write reaches the array behind a view."""

import itertools

import numpy as np
from oracle import PYTHON, dtype_of

from funcgrad.core.aval import Aval, aval_of
from funcgrad.core.handle import Array
from funcgrad.core.trace import PICK, Record

from .call import calls, law, noted
from .compare import close, equal, same_kind_of_value


def recorded(call, need):
    """(node, cotangent) of one application with the float operands in the mask `need` differentiated."""
    trace = Record()
    args = [Array(x, trace.leaf(), trace) if need >> i & 1 else x for i, x in enumerate(call.args)]
    out = call.every(*args)
    marks = [getattr(out[i], "mark", None) for i in call.case.outs]
    picked = [(m, c) for m, c in zip(marks, call.cts, strict=True) if m is not None]
    if not picked:
        return None, None
    node, ct = picked[0]
    if node.plan is not PICK.plan(1):
        return node, ct
    slots = {m.params["i"]: c for m, c in picked}
    return node.ins[0], [slots.get(i, np.zeros_like(o)) for i, o in enumerate(call.out)]


def pulled(node, ct):
    """The cotangents that a node sends to its parents."""
    cts = {}
    node.plan.pull(node, [np.copy(c) for c in ct] if isinstance(ct, list) else np.copy(ct), cts, set())
    return [cts.get(p) for p in node.ins]


def spoiled(v):
    """Values unlike v, one of which no rule that reads v can take for v: nan, and zero for rules that only compare."""
    if isinstance(v, tuple):
        yield from itertools.product(*map(spoiled, v))
        return
    if type(v) is Aval:
        yield v
        return
    x = np.asarray(v)
    if x.dtype.kind in "fc":
        others = [x * np.nan, x * 0, -x]
    elif x.dtype.kind == "b":
        others = [~x]
    else:
        others = [np.roll(x, 1), x * 0]
    for other in others:
        yield type(v)(other) if type(v) in PYTHON else np.asarray(other)


def is_read(node, k, ct):
    """Does what a node sends change with the k-th value it saved?"""
    before, kept = pulled(node, ct), node.saved
    try:
        for other in spoiled(kept[k]):
            node.saved = (*kept[:k], other, *kept[k + 1 :])
            if not equal(before, pulled(node, ct)):
                return True
    except (ArithmeticError, ValueError, IndexError):
        return True  # the rule read it, and refused it
    finally:
        node.saved = kept
    return False


def saves(prim):
    """A node holds what its plan names and no other value; each of those, spoiled, changes what the node sends.

    `without = {"unread operand 0": "why"}` on the primitive excuses what only nested derivatives read.
    """
    if prim.nondiff:
        return
    idle = {}
    for call in calls(prim, 1):
        single = [1 << i for i in call.case.floats]
        for need in dict.fromkeys([*single, sum(single)]):
            with noted(call.what):
                node, ct = recorded(call, need)
                if node is not None:
                    saved_once(call, node, ct, idle)
    unread = [f"operand {n}" if n != "out" else "the result" for (_, n), never in idle.items() if never]
    unread = [what for what in unread if f"unread {what}" not in prim.without]
    assert not unread, f"{prim.name}: saved, but no sample's cotangents change with it: {', '.join(unread)}"


def saved_once(call, node, ct, idle):
    """Check one node; note in `idle` which of the values it saved have never made a difference."""
    plan, what = node.plan, f"{call.what}, operands {node.plan.operands} differentiated"
    names = [i for i in plan.reads if i < len(call.args)] + (["out"] if plan.keeps else [])
    assert len(node.saved) == len(names), f"{what}: the plan reads {names}, the node holds {len(node.saved)} values"
    assert all(a is None or type(a) is Aval for a in node.avals or ()), f"{what}: a value among the avals"
    for k, name in enumerate(names):
        want = results_kept(plan, call.out) if name == "out" else (call.args[name],)
        got = node.saved[k] if isinstance(node.saved[k], tuple) else (node.saved[k],)
        same = [g == w if type(w) is Aval else equal((g,), (w,)) for g, w in zip(got, want, strict=True)]
        assert all(same), f"{what}: saved for {name} is another value"
        if all(np.size(v) for v in (*call.args, *call.out)):
            key = plan.operands, name
            idle[key] = idle.get(key, True) and not is_read(node, k, ct)


def results_kept(plan, out):
    """The results that a node holds: those that the rule reads, of the others what they are like."""
    return out if plan.results is None else tuple([o if k in plan.results else aval_of(o) for k, o in enumerate(out)])


@law()
def in_place(call):
    """`into` leaves in the memory of the first operand what the implementation returns."""
    prim, args = call.prim, call.args
    if prim.into is None or 0 not in call.arrays() or len(call.out) != 1:
        return
    if np.shape(call.out[0]) == args[0].shape and dtype_of(call.out[0]) == args[0].dtype:
        memory = args[0].copy()
        prim.into(memory, *args[1:], **call.params)
        close(memory, call.out[0], f"{call.what}: in place", call.tolerance)


@law()
def views(call):
    """`unview` puts a new view back: reading it again gives it, and an unchanged view leaves its array as it was."""
    prim = call.prim
    if prim.unview is None or 0 not in call.arrays():
        return
    x, view = call.args[0], np.asarray(call.out[0])
    for new, what in ((view, "an unchanged view"), ((view * 0 + 3).astype(view.dtype), "a changed view")):
        q, operands, params = prim.unview(x, new, **call.params)
        behind = q(*operands, **params)
        same_kind_of_value(behind, x, f"{call.what}: the array behind {what}")
        close(prim(behind, **call.params), new, f"{call.what}: {what}, read again")
        if new is view:
            close(behind, x, f"{call.what}: the array behind {what}")
