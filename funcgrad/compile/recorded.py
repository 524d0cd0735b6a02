"""The short road of a compiled function under grad and vjp: one signature's call on handles of one record, written out.

Invariant: it runs only where the general road would make the same node: every handle is a box of one Record over plain values, no
alias of another, and the graph has no effect. The node holds what the forward half of the joint graph gives beside the
results, and is pulled back by the backward half (`Call.pull`).
"""

from ..core import nans, quiet, state
from ..core.aval import Aval, is_float, ndarray
from ..core.handle import Array
from ..core.node import Node
from ..core.primitive import PRIMITIVES
from ..core.site import site
from ..core.trace import PICK, Record
from .entry import MISSING, Pattern, Unfit, built
from .joint import joint
from .source import compiled


def is_recorded(v):
    """Is this leaf of an argument a box that a record over plain values differentiates?"""
    return type(v) is Array and type(v.owner) is Record and v.owner.flat and v.mark is not None and v.alias is None


class Recorded(Pattern):
    """A Pattern in which some leaves are handles of one record, `w`; `marks` are the texts of their nodes."""

    def __init__(self):
        super().__init__()
        self.marks = []

    def leaf(self, text, number, v):
        if type(v) is not Array:
            return super().leaf(text, number, v)
        self.test(f"type({text}) is Array and {text}.alias is None and {text}.mark is not None")
        self.flush()
        if not self.marks:
            self.lines.append(f"w = {text}.owner")
            self.test("type(w) is Record and w.flat and not w.done")
        else:
            self.test(f"{text}.owner is w")
        self.marks.append(f"{text}.mark")
        value = self.fresh()
        self.lines.append(f"{value} = {text}.val")
        return super().leaf(value, number, v.val)


def recorded_entry(structure, leaves, graph, out_structure):
    """(text, environment) of the function that makes the node of a call with these leaves; or None."""
    if graph.effects:
        return None
    need = sum([1 << i for i, v in enumerate(leaves) if type(v) is Array])
    halves = joint(graph, need)
    pattern = Recorded()
    children, numbered = structure.children(), iter(enumerate(leaves))
    names = [f"x{i}" for i in range(len(children))]
    pattern.test(f"{names[-1]} is not MISSING and not (rest or named or shared.staging or switch.on)")
    try:
        for name, part in zip(names, children, strict=True):
            pattern.take(name, part, numbered)
    except Unfit:
        return None
    pattern.flush()
    call = PRIMITIVES["call"]
    avals = tuple(graph.out_avals)
    env = {
        "run": compiled(halves.forward), "plan": call.plan(need), "params": {"graph": graph}, "MISSING": MISSING, "Array": Array,
        "Record": Record, "ndarray": ndarray, "shared": state.shared, "switch": nans.switch, "node": node, "PICKED": PICK.plan(1),
        "enter": quiet.enter, "leave": quiet.leave, "IGNORE": quiet.IGNORE, **pattern.env,
    }  # fmt: skip
    given = f"self, ({''.join([n + ', ' for n in names])}*rest,), named"
    inputs = ", ".join([pattern.leaves[i] for i in range(len(leaves))])
    outs = [f"r{i}" for i in range(len(avals))]
    lines = [line.replace("{given}", given) for line in pattern.lines]
    lines += ["token = enter(IGNORE)", f"try: {''.join([o + ', ' for o in outs])}*kept, = run({inputs})"]
    lines += [f"except (ArithmeticError, ValueError): return miss({given})", "finally: leave(token)"]
    lines.append("self.calls += 1")
    lines.append(f"n = node(w, plan, ({', '.join(pattern.marks)},), params, tuple(kept))")
    for i, (out, aval) in enumerate(zip(outs, avals, strict=True)):
        if type(aval) is Aval and is_float(aval.dtype):
            env[f"pick{i}"] = {"i": i, "avals": avals}
            lines.append(f"{out} = Array({out}, node(w, PICKED, (n,), pick{i}, ()), w)")
    lines.append(f"return {built(out_structure, outs, env)}")
    parameters = "".join([f", {n}=MISSING" for n in names])
    return f"def call(self{parameters}, /, *rest, **named):\n    " + "\n    ".join(lines), env


def node(owner, plan, ins, params, saved):
    n = Node()
    n.owner, n.plan, n.ins, n.params, n.saved, n.avals = owner, plan, ins, params, saved, None
    n.code, n.lasti = site(2)
    n.index = state.tick()
    return n


__all__ = ["is_recorded", "recorded_entry"]
