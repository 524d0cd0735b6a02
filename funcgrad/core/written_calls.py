"""The written-out road of functions of one float Tensor and a few settings (a dimension, say): sums along one, softmax.

What a face's function, the primitive's call and the labelling of its node do together stands in one function here, for the
commonest arguments, by position or by name; anything else takes the slow road. Operands lie in C order: so do results.
"""

from .aval import Aval
from .handle import fresh
from .node import TapeNode, extra_of
from .state import MISFIT, tick
from .trace import TAPE
from .tracebacks import drop
from .written import compile_text
from .written_tape import TAPED, tape_environment, tape_node
from .written_views import NONE

CALL = """def call(*args, **named):
    count = len(args)
    x = args[0] if count else NONE
    if isinstance(x, Face) and count <= {most} and (not named or named.keys() <= BEHIND[count]) and x.owner is TAPE and not shared.staging:
        {by_place} = args + ABSENT[count]
        if named: {by_name}
        if x.alias is not None: fresh(x)
        v = x.val
        d = v.dtype
        if {when} and (d is F32 or d is F64) and type(x.alias) is not Frozen and v.flags.c_contiguous:
            token = enter(IGNORE)
            try:
                {steps}
            except MISFIT: out = None
            finally: leave(token)
            if out is not None:{made}
    try: return slow(*args, **named)
    except BaseException as error:
        drop(error)
        raise
"""


def written_call(prim, face, slow, names, when, steps, labels=("",), given="h", others=(), at=0, alone=True, **env):
    """The function of an operation: `names`, of its arguments after the Tensor; `when`, the text of what must hold of them (NONE:
    not given); `steps`, the texts that set `params` and `out` from them and from the array v, or raise where the slow road says
    why not. `labels`: what the face calls its node; where there are several, `steps` set `plan`, one of plans. `given`: the text of
    what is given back of the result h. `others`: the names of the other operands, of numbers, or, in
    a dict, of arrays and where each comes from (a Tensor whose memory is stamped, or None); `at`: how many of them are before v; `alone`: are they
    operands that a face never shows as such?"""
    env |= tape_environment(prim, face, slow)
    env |= {
        "BEHIND": [{*names[max(k - 1, 0) :]} for k in range(len(names) + 2)],
        "NONE": NONE,
        "ABSENT": [(NONE,) * (len(names) + 1 - k) for k in range(len(names) + 2)],
        "MISFIT": MISFIT,
        "fresh": fresh,
        "drop": drop,
        "impl": prim.value("torch"),
    }
    operands, boxes = [*others], [*others.values()] if type(others) is dict else [None] * len(others)
    operands.insert(at, "v")
    boxes.insert(at, "x")
    text, plan = tape_node(prim, 1 << at, operands, boxes, "x.mark", "None", "params")
    env["plans"] = [plan.labelled(label) if label else plan for label in labels]
    for plan in env["plans"] if others and alone else ():
        plan.shown = True
    made = TAPED.format(untracked="x.mark is None or not tls.grad") + text
    made = made.replace(f"plan{1 << at}", "plans[0]" if len(labels) == 1 else "plan").replace(
        "return h", f"return {given}"
    )
    return compile_text(
        CALL.format(
            most=len(names) + 1,
            by_place=", ".join(("x", *names, "")),
            by_name="; ".join([f'{name} = named.get("{name}", {name})' for name in names]) or "pass",
            when=when,
            steps="\n                ".join(steps),
            made=made.replace("\n", "\n    "),
        ),
        env,
    )


def noded(h, prim, out, params, label, span):
    """What a primitive of one operand makes of a fresh result h of the tape, whose value `out` is known: one more node, at the line of
    h's, which the face shows with it under one label, between its operands `span`."""
    t = object.__new__(type(h))
    t.val, t.owner, t.alias, t.store, t.cell = out, TAPE, None, h.store, None
    m = t.mark = h.mark
    if m is not None:
        n = t.mark = TapeNode()
        n.owner, n.plan, n.ins, n.params, n.index = TAPE, prim.plan(1, None, "torch"), (m,), params, tick()
        n.saved = n.versions = ()
        n.avals = (Aval(h.val.shape, h.val.dtype),)
        n.extra, n.code, n.lasti = None, m.code, m.lasti
        extra = extra_of(n)
        extra.label, extra.span = label, span
    return t
