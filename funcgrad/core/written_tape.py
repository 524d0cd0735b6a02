"""The written-out road of the tape over NumPy memory: one function for each elementwise primitive, which torch's operators call.

Whatever is not a float Tensor over NumPy memory in C order takes the slow road that stands behind: inside transforms that of
over_tensors.py, else the face's own function, with all its semantics.
"""

import functools

from ..lazy import deferred
from . import written
from .elementwise_layout import torch_ordered
from .handle import Taped
from .quiet import IGNORE, enter, leave
from .trace import TAPE
from .written import F32, F64, I64, SITE, compile_text, environment, expression, node_text, reindent
from .written_elementwise import FIELD

RING = ("+", "-", "*")  # those of integers


@functools.cache
def quick(prim, face):
    """What a written-out rule calls for a primitive, over the handles of one face."""
    if face == "numpy":
        return prim.fast
    if TAPE.face is Taped or prim.nondiff or not prim.elementwise or prim.ufunc is None or prim.params:
        return prim
    written = {1: tape_unary, 2: tape_binary}.get(prim.arity)
    return written(prim, TAPE.face, prim, rule=True) if written else prim


SETTLED = """
    if {x}.alias is not None:
        fresh({x})
        if type({x}.alias) is Frozen: return slow({args})"""
ORDERED = """
    a = {x}.alias
    if a is not None:
        if type(a) is not Alias or a.base.val is not a.val or a.base.mark is not a.mark or a.mark is not None and a.version != a.store.version:
            fresh({x})
            if type(a) is Frozen: return slow({args})
        s = {x}.val.strides
        if len(s) > 1 and (s[0] <= s[1] or len(s) > 2 and rising(s)) and (not {x}.val.flags.c_contiguous or climbing(s, {x}.val.shape) or not {x}.val.size): return laid({args})"""  # (core/elementwise_layout.py: `astray`, written out)
KEPT = """
    if {x}.alias is not None: fresh({x})"""
TAPED = """
            h = new(Face); h.owner = TAPE; h.alias = h.cell = None
            h.store = shared.made and shared.made()
            h.val = out if type(out) is ndarray else asarray(out)
            if {untracked}:
                h.mark = None
                return h"""


INTEGERS = """
    elif d is I64:
        k = type(y)
        vy = y if k is int and -BOUND < y < BOUND else y.val if k is Face and y.owner is TAPE and y.alias is None else None
        if vy is not None and (k is int or vy.dtype is d):
            try: out = vx {symbol} vy
            except ValueError: return slow(x, y){made}"""


STRETCHED = """
              if vx.shape == vy.shape: avals = None
              else: avals = None if mx is None else AVALS[vx.shape, d], None if my is None else AVALS[vy.shape, d]"""


def tape_node(prim, need, names, boxes, ins, avals, params=None, rule=False):
    """Text that records the result h: what the node keeps is stamped with the version of its memory, so that a later
    in-place change is an error, not a wrong number. In a `rule` operands may be values that a node kept, with its stamp."""
    if not prim.elementwise:
        reads = prim.plan(need, "torch", "torch").reads
        avals = "".join(["None, " if i in reads else f"AVALS[{v}.shape, d], " for i, v in enumerate(names)])
        avals = f"({avals})"
    text, plan = node_text(prim, need, names, ins, avals, "torch", params)
    text = text.replace("n = Node()", "n = h.mark = TapeNode()").replace("n.owner = t;", "n.owner = TAPE;") + SITE
    stamps = []
    for i in [i for i in plan.reads if i < len(boxes)]:  # (a variadic primitive reads what there is)
        if boxes[i] is not None and rule:
            stamps.append(f"(*{boxes[i]}.stamp(), {i}), ")
        elif boxes[i] is not None:
            text += f"""
            s{i} = {boxes[i]}.store
            if s{i} is None: s{i} = {boxes[i]}.store = Store()"""
            stamps.append(f"(s{i}, s{i}.version, {i}), ")
    if plan.keeps:
        text += "\n            s = h.store = h.store or Store()"
        stamps.append("(s, 0, -1), ")
    return f"{text}\n            n.versions = ({''.join(stamps)}); n.extra = None\n            return h", plan


class Constants(written.Constants):
    """Those of torch, whose numbers have 64 bits."""

    def __missing__(self, number):
        if type(number) is int and not -BOUND <= number < 2 * BOUND:
            raise OverflowError("int too big to convert" if number > 0 else "can't convert negative int to unsigned")
        return super().__missing__(number)


BOUND = 1 << 63
C32, C64 = Constants(F32), Constants(F64)


def tape_environment(prim, face, slow):
    silent = {"enter": enter, "leave": leave, "IGNORE": IGNORE}  # torch never warns of inf or nan
    silent |= {"I64": I64, "BOUND": BOUND, "C32": C32, "C64": C64} | (
        {"impl": prim.impl_torch} if prim.impl_torch else {}
    )
    return environment(prim, "torch") | silent | {"Face": face, "slow": slow, "__name__": "compat.written_out"}


class Case:
    """The commonest call of a primitive that is not elementwise: `value` and `params` are texts of its result and of its
    parameters, in terms of the arrays v (or vx and vy) and of `names`; `when`: the text of what must hold of them; `label`:
    what the face calls its node, if not by the primitive's name."""

    def __init__(self, value, params, when="True", *, label=None, **names):
        self.value, self.params, self.when, self.label, self.names = value, params, when, label, names


def inside_transforms(kind, prim, face, slow, case, env):
    """The function for Tensors inside transforms, written when it is first called. `env` is where the caller's own is."""

    def build():
        from . import over_tensors

        return getattr(over_tensors, kind)(prim, face, slow, lambda: env["call"], case)

    return deferred(build)


def in_torch_order(write, *args):
    """What a function over NumPy memory does with operands that do not lie in C order: it computes, and the result is put in order."""

    def build():
        plain = write(*args, plain=True)
        return lambda *xs: torch_ordered(plain(*xs), TAPE, *xs)

    return deferred(build)


def settling(case, rule, plain):
    """(text, text) of what a call looks at in its operands first: that it takes them, and that they are up to date."""
    if rule:
        return "type(x) is not Face or ", KEPT
    return "", SETTLED if plain or case is not None else ORDERED


def tape_unary(prim, face, slow, case=None, rule=False, plain=False):
    """The function compat calls for a float Tensor over NumPy memory; `slow` is torch's whole semantics.

    `rule`: the one that a rule calls in a walk that is recorded, where operands may be no Tensors, or kept ones.
    """
    env = tape_environment(prim, face, slow)
    env["over"] = inside_transforms("unary", prim, face, slow, case, env)
    env["laid"] = in_torch_order(tape_unary, prim, face, slow)
    other, settled = settling(case, rule, plain)
    case = case or Case(expression(prim, "v"), None)
    env |= case.names
    text, env["plan1"] = tape_node(prim, 1, ["v"], ["x"], "x.mark", "None", case.params, rule)
    return compile_text(
        f"""def call(x):
    if shared.staging or {other}x.owner is not TAPE: return over(x){settled.format(x="x", args="x")}
    v = x.val
    d = v.dtype
    if (d is F32 or d is F64) and {case.when}:
            token = enter(IGNORE)
            try: out = {case.value}
            finally: leave(token){TAPED.format(untracked="x.mark is None or not tls.grad")}{text}
    return slow(x)
""",
        env,
    )


def tape_binary(prim, face, slow, case=None, rule=False, plain=False, labels=None):
    """The same for two operands. `labels`: what the face calls the node with a number on the right, and with two Tensors."""
    env = tape_environment(prim, face, slow)
    env["over"] = inside_transforms("binary", prim, face, slow, case, env)
    env["laid"] = in_torch_order(tape_binary, prim, face, slow)
    other, settled = settling(case, rule, plain)
    constant = "\n            y = C64[y] if d is F64 else C32[y]" if prim.symbol in FIELD else ""
    whole = "k is int" if constant else "k is int and -BOUND < y < BOUND"  # (a constant sees to that when it is made)
    numbers = f"k is float or {whole}" if case is None else "False"
    case = case or Case(expression(prim, "vx", "vy", "torch"), None)
    env |= case.names
    pieces = {}
    names, boxes = ["vx", "vy"], ["x", "y"]
    for need, ins in ((3, "mx, my"), (1, "mx"), (2, "my")):
        pieces[need], plan = tape_node(prim, need, names, boxes, ins, "avals", case.params, rule)
        env[f"plan{need}"] = plan.labelled(case.label) if case.label else plan
        if labels:
            env[f"plan{need}"] = plan.labelled(labels[1])
    scalar, plan = tape_node(prim, 1, ["vx", "y"], ["x", None], "x.mark", "None", rule=rule)
    if labels:
        env["number"] = plan = plan.labelled(labels[0])
        plan.shown, scalar = True, scalar.replace("n.plan = plan1", "n.plan = number")
    integers = INTEGERS.format(symbol=prim.symbol, made=TAPED.format(untracked="True")) if prim.symbol in RING else ""
    avals = STRETCHED if prim.elementwise else ""
    x_settled, y_settled = [settled.format(x=x, args="x, y") for x in ("x", "y")]
    return compile_text(
        f"""def call(x, y):
    if shared.staging or {other}x.owner is not TAPE: return over(x, y){x_settled}
    vx = x.val
    d = vx.dtype
    if d is F32 or d is F64:
        k = type(y)
        if {numbers}:{constant}
            token = enter(IGNORE)
            try: out = {expression(prim, "vx", "y", "torch")}
            finally: leave(token){TAPED.format(untracked="x.mark is None or not tls.grad")}{scalar}
        if (k is Face or isinstance(y, Face)) and y.owner is TAPE:{reindent(y_settled, 8)}
            vy = y.val
            if vy.dtype is d and {case.when}:
              token = enter(IGNORE)
              try: out = {case.value}
              except ValueError: return slow(x, y)
              finally: leave(token)
              mx = x.mark
              my = y.mark{TAPED.format(untracked="mx is my is None or not tls.grad").replace("            ", "              ")}{avals}
              if my is None:{reindent(pieces[1], 8)}
              elif mx is None:{reindent(pieces[2], 8)}
              else:{reindent(pieces[3], 8)}
        if k is Face and y.owner is not TAPE: return over(x, y){integers}
    return slow(x, y)
""",
        env,
    )


def tape_reflected(prim, face, slow, label):
    """The function call(x, number) of a face's `number - x`: of a float Tensor that stands on the right of a Python number."""
    env = tape_environment(prim, face, slow)
    env["laid"] = slow
    text, plan = tape_node(prim, 2, ["number", "v"], [None, "x"], "x.mark", "None")
    env["plan2"] = plan = plan.labelled(label)
    plan.shown = True
    return compile_text(
        f"""def call(x, number):
    if (type(number) is float or type(number) is int) and x.owner is TAPE and not shared.staging:{reindent(ORDERED.format(x="x", args="x, number"), 4)}
        v = x.val
        d = v.dtype
        if d is F32 or d is F64:
            number = C64[number] if d is F64 else C32[number]
            token = enter(IGNORE)
            try: out = {expression(prim, "number", "v", "torch")}
            finally: leave(token){TAPED.format(untracked="x.mark is None or not tls.grad")}{text}
    return slow(x, number)
""",
        env,
    )
