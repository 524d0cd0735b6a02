"""The reverse walk of a Record over Tensors to which nobody listens below: torch.func's, most of the time.

Such a Record holds frozen Tensors over NumPy memory, and its rules over them would go through the tape, which has nothing to
record. Here they run over the arrays themselves, as they do in backward(); the results are Tensors again. The same of Tensors
that one vmap maps over such memory (core/bare_mapped.py).
"""

import numpy as np

from . import state
from .bare_mapped import Listened, Rows
from .handle import Handle, Taped
from .node import Node, pull_strong
from .primitive import helpers
from .trace import PICK, TAPE, Record, Slots


def bare(v, rows):
    """What a kept value holds: of a frozen Tensor that no level below cares about, its array; of one that is mapped, a handle of
    `rows` on it."""
    if isinstance(v, Handle):
        if not isinstance(v, Taped) or v.mark is not None:
            raise Listened
        alias = v.alias
        if alias is not None and alias.store is not None and alias.store.version != alias.version:
            raise Listened  # (the walk through handles tells of the change)
        return v.val if v.owner is TAPE else rows.row(v)
    return tuple([bare(o, rows) for o in v]) if type(v) is tuple else v


def shadow(n, plan, rows):
    """A node like n whose values are bare and whose rule is torch's over arrays."""
    twin = Node()
    twin.owner, twin.ins, twin.params, twin.avals, twin.index = n.owner, n.ins, n.params, n.avals, n.index
    twin.code, twin.lasti = n.code, n.lasti
    twin.saved = bare(n.saved, rows)
    twin.plan = plan if plan.face == "torch" else plan.prim.plan(plan.need, plan.kink, "torch", plan.label)
    return twin


def stripped(seeds, home, order):
    """(seeds, the shadows of the nodes of a walk, in their order, the Rows of what is mapped or None) without handles; None where
    that cannot be."""
    if type(home) is not Record or not home.of_tensors or state.shared.staging or state.shared.halves:
        return None
    shadows = []
    rows = Rows()
    try:
        for n in order:
            plan = n.plan
            if plan is None:
                shadows.append(None)
            elif n.owner is not home or n.saved is None or plan.prim.record is not None or plan.prim.users:
                return None
            else:
                shadows.append(shadow(n, plan, rows) if plan.prim is not PICK else n)
        return [(n, bare(ct, rows)) for n, ct in seeds], shadows, rows if rows.of is not None else None
    except Listened:
        return None


def walk(seeds, order, shadows, want, home):
    """The cotangents of the nodes in `want`, those of Tensors as Tensors; None where none came."""
    add_cts, zeros = helpers["add_cts"], helpers["raw_zeros"]
    cts = {}
    for n, ct in seeds:
        cts[n] = add_cts(cts.get(n), ct)
    found = dict.fromkeys(want)
    owned = set()
    for n, twin in zip(order, shadows, strict=True):
        ct = cts.pop(n, None)
        if ct is None:
            continue
        if n in found:
            found[n] = ct
            owned.discard(n)
        if twin is None:
            continue
        if type(ct) is Slots and twin.plan.prim.fills:
            ct = ct.filled(zeros)
        try:
            twin.plan.pull(twin, ct, cts, owned)
        except (ArithmeticError, ValueError):  # Python scalars raise where NumPy gives inf or nan
            pull_strong(twin, ct, cts, owned)
    made = {}
    results = []
    for n in want:
        ct = found[n]
        if ct is not None and n in home.of_tensors:
            if id(ct) not in made:
                made[id(ct)] = TAPE.face(np.asarray(ct), None, TAPE)
            ct = made[id(ct)]
        results.append(ct)
    return results
