"""The written-out road: one function per primitive that dispatches, computes and records in one call.

It does what Primitive.__call__, Record.process (or Tape.process) and Plan.keep do together, for the two interpreters that
record over plain arrays; anything else takes the general road. Eager speed comes from here (benchmarks/eager.py).
`call_of` builds the call of any primitive, for both faces. The operators and NumPy's elementwise functions have one
of their own for each face, with the record inside it: `unary` and `binary`, `tape_unary`, `tape_binary` and `tape_reflected`.
"""

import functools
import sys

import numpy as np

from ..lazy import deferred
from . import state
from .aval import PYTHON_SCALARS, Aval, aval_of, dtype_of, is_float, ndarray
from .constants import kept
from .halves import among
from .handle import FROZEN, Alias, Array, Frozen, Handle, Store, Taped, fresh, snap
from .laid import LAID, astray, relaid, rising
from .node import Node, TapeNode
from .primitive import Primitive
from .quiet import IGNORE, enter, leave
from .site import internal, user_frame
from .trace import TAPE, Batch, Record, sharing

F32, F64, I64 = np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.int64)


class Constants(dict):
    """Python numbers as arrays of one dtype: NumPy takes 0.2 us to make one of a number, in every operation."""

    def __init__(self, dtype):
        self.dtype = dtype

    def __missing__(self, number):
        if not 1e-30 < abs(number) < 1e30:  # (0.0 and -0.0 are one key; inf, nan and what overflows stay Python's)
            return number
        if len(self) > 1000:
            self.clear()
        got = self[number] = np.asarray(number, self.dtype)
        got.flags.writeable = False
        return got


C32, C64 = Constants(F32), Constants(F64)
RING = ("+", "-", "*")  # those of integers
FIELD = (*RING, "/")  # the operators that take a number as such an array (powers look at the number itself)
SITE = """
            f = getframe(1)
            if internal[f.f_globals.get("__name__")]: f = user_frame(f) or f
            n.code = f.f_code; n.lasti = f.f_lasti"""
NODE = """
            n = Node()
            n.owner = t; n.plan = {plan}; n.ins = ({ins},); n.params = {params}
            n.saved = ({saved}); n.avals = {avals}; n.index = tick()"""


def saved_text(plan, arity, names):
    kept = [names[i] for i in plan.reads if i < arity] + (["out"] if plan.keeps else [])
    return "".join(k + ", " for k in kept)


def node_text(prim, need, names, ins, avals, kink, params=None):
    plan = prim.plan(need, kink, "torch" if kink == "torch" else "numpy")
    params = params or ("PARAMS" if prim.params else "NONE")
    return NODE.format(
        plan=f"plan{need}", ins=ins, params=params, saved=saved_text(plan, len(names), names), avals=avals
    ), plan


@functools.cache
def compiled(text):
    """Most primitives share a text (what differs is in the environment): compiling each once keeps import quick."""
    return compile(text, "<written-out>", "exec")


def compile_text(text, env):
    exec(compiled(text), env)
    return env[text[4 : text.index("(")]]


def environment(prim, kink):
    return {
        "__name__": "funcgrad.written_out", "Array": Array, "Node": Node, "TapeNode": TapeNode, "fresh": fresh, "getframe": sys._getframe, "ndarray": ndarray,
        "tick": state.tick, "impl": getattr(prim, "bare", prim.impl), "general": prim, "mismatch": mismatch, "Record": Record, "FROZEN": FROZEN, "NONE": {}, "PARAMS": {"kink": kink},
        "internal": internal, "user_frame": user_frame, "TAPE": TAPE, "tls": state.tls, "shared": state.shared, "F32": F32, "F64": F64,
        "kept": kept, "Alias": Alias, "astray": astray, "LAID": LAID, "rising": rising, "asarray": np.asarray, "Aval": Aval, "new": object.__new__, "Store": Store, "Frozen": Frozen, "C32": C32, "C64": C64,
    }  # fmt: skip


def dtype_beside(v, dtype):
    """v's dtype; of a Python number the result's, unless that is complex and the number is not."""
    if type(v) in PYTHON_SCALARS:
        return dtype if dtype.kind != "c" or type(v) is complex else PYTHON_SCALARS[type(v)]
    return v.dtype


def mismatch(out, *pairs):
    """None if every operand that needs a derivative has the result's shape and dtype, else the avals of those that do."""
    if type(out) is not ndarray and isinstance(out, Handle):
        out, pairs = held(out), [(held(v), needed) for v, needed in pairs]
        out = np.asarray(out) if type(out) in PYTHON_SCALARS else out
    shape, dtype = out.shape, out.dtype
    for v, needed in pairs:
        if needed and (getattr(v, "shape", ()) != shape or dtype_beside(v, dtype) is not dtype):
            return tuple([aval_of(v) if needed else None for v, needed in pairs])
    return None


def held(v):
    """What has the shape and dtype of v: what it holds, as far as the levels leave the shape alone."""
    while isinstance(v, Handle) and not v.owner.reshapes:
        v = v.val
    return v


def expression(prim, x, y=None, face=None):
    if y is None:
        return f"-{x}" if prim.symbol == "-" else f"impl({x})"
    called = not prim.symbol or face == "torch" and prim.impl_torch
    return f"impl({x}, {y})" if called else f"{x} {prim.symbol} {y}"


def written_out(prim):
    """The functional face's function of a primitive: written out if it is elementwise, of a ufunc, and has a derivative."""
    if not prim.elementwise or prim.ufunc is None or prim.nondiff is not None:
        return prim
    if prim.params not in ((), ("kink",)) or prim.arity > 2:
        return prim
    return unary(prim) if prim.arity == 1 else binary(prim)


NESTED = """
            if type(out) is Array and out.alias is None: out.alias = FROZEN
            elif isinstance(out, Handle): out = snap(out)"""  # (nobody else has a result: it need not be copied to be frozen)


def unary(prim):
    env = environment(prim, "jax") | {"Handle": Handle, "snap": snap}
    text, env["plan1"] = node_text(prim, 1, ["v"], "x.mark", "None", "jax")
    check = (
        ""
        if prim.dtype_kept
        else "\n            if getattr(v, 'dtype', None) is not getattr(out, 'dtype', None): n.avals = (aval_of(v),)"
    )
    env["aval_of"] = aval_of
    deep_check = "" if prim.dtype_kept else "\n            n.avals = (aval_of(v),)"
    return compile_text(
        f"""def call(x):
    if type(x) is Array:
        if x.alias is not None: fresh(x)
        t = x.owner
        if t.flat:
            v = x.val
            out = {expression(prim, "v")}{text}{check}{SITE}
            return Array(out, n, t)
        if type(t) is Record and not t.done and not shared.staging:
            v = x.val
            out = call(v){NESTED}{text}{deep_check}{SITE}
            return Array(out, n, t)
    return general(x)
""",
        env,
    )


def binary(prim):
    """f(x, y); also sets f.reflected = the same with x on the right of the operator."""

    def constant(v, number):
        if prim.symbol not in FIELD:
            return ""
        return f"""
            if type({v}) is ndarray:
                d = {v}.dtype
                if d is F64: {number} = C64[{number}]
                elif d is F32: {number} = C32[{number}]"""

    env = environment(prim, "jax") | {"Handle": Handle, "snap": snap}
    both, env["plan3"] = node_text(prim, 3, ["vx", "vy"], "x.mark, y.mark", "avals", "jax")
    left, env["plan1"] = node_text(prim, 1, ["vx", "y"], "x.mark", "avals", "jax")
    right, env["plan2"] = node_text(prim, 2, ["x", "vy"], "y.mark", "avals", "jax")
    left_kept, _ = node_text(prim, 1, ["vx", "kept(y, t)"], "x.mark", "avals", "jax")
    right_kept, _ = node_text(prim, 2, ["kept(x, t)", "vy"], "y.mark", "avals", "jax")
    one = both + SITE + "\n            return Array(out, n, t)"
    made = SITE + "\n            return Array(out, n, t)"
    left, right, left_kept, right_kept = left + made, right + made, left_kept + made, right_kept + made
    on_left = f"""
        if t.flat:
          if type(y) is float or type(y) is int:{constant("vx", "y")}
            out = {expression(prim, "vx", "y")}
            avals = None{left}
          elif type(y) is ndarray:
            out = {expression(prim, "vx", "y")}
            avals = mismatch(out, (vx, True), (y, False)){left_kept}
        elif (type(y) is float or type(y) is int) and type(t) is Record and not t.done and not shared.staging:
            out = call(vx, y){NESTED}
            avals = None{left}"""
    on_right = f"""
        if t.flat:
          vy = y.val
          if type(x) is float or type(x) is int:{constant("vy", "x")}
            out = {expression(prim, "x", "vy")}
            avals = None{right}
          elif type(x) is ndarray:
            out = {expression(prim, "x", "vy")}
            avals = mismatch(out, (x, False), (vy, True)){right_kept}
        elif (type(x) is float or type(x) is int) and type(t) is Record and not t.done and not shared.staging:
            vy = y.val
            out = {"reflected(vy, x)"}{NESTED}
            avals = None{right}"""
    call = compile_text(
        f"""def call(x, y):
    if type(x) is Array:
        if x.alias is not None: fresh(x)
        t = x.owner
        vx = x.val
        if type(y) is Array:
            if y.alias is not None: fresh(y)
            if y.owner is t:
                vy = y.val
                if t.flat:
                    out = {expression(prim, "vx", "vy")}
                    if type(vx) is type(vy) is ndarray and vx.dtype is vy.dtype: avals = None if vx.shape == vy.shape else (Aval(vx.shape, vx.dtype), Aval(vy.shape, vy.dtype))
                    else: avals = mismatch(out, (vx, True), (vy, True)) if hasattr(out, "shape") else None
                else:
                    if type(t) is not Record or t.done or shared.staging: return general(x, y)
                    out = call(vx, vy){reindent(NESTED, 8)}
                    avals = mismatch(out, (vx, True), (vy, True)){reindent(one, 4)}
            return general(x, y){on_left}
    elif type(y) is Array:
        if y.alias is not None: fresh(y)
        t = y.owner{on_right}
    return general(x, y)
""",
        env,
    )
    swapped = dict(env)
    call.reflected = env["reflected"] = compile_text(
        f"""def reflected(y, x):
    if type(y) is Array:
        if y.alias is not None: fresh(y)
        t = y.owner{on_right}
    return general(x, y)
""",
        swapped,
    )
    return call


@functools.cache
def quick(prim, face):
    """What a written-out rule calls for a primitive, over the handles of one face."""
    if face == "numpy":
        return prim.fast
    if TAPE.face is Taped or prim.nondiff or not prim.elementwise or prim.ufunc is None or prim.params:
        return prim
    written = {1: tape_unary, 2: tape_binary}.get(prim.arity)
    return written(prim, TAPE.face, prim, rule=True) if written else prim


def reindent(text, by):
    return text.replace("\n", "\n" + " " * by) if by > 0 else text.replace("\n" + " " * -by, "\n")


# ------------------------------------------------------------------------------------------------ the tape over NumPy memory
SETTLED = """
    if {x}.alias is not None:
        fresh({x})
        if type({x}.alias) is Frozen: return slow({args})"""
ORDERED = """
    a = {x}.alias
    if a is not None:
        if type(a) is not Alias or a.base.val is not a.val or a.base.mark is not a.mark:
            fresh({x})
            if type(a) is Frozen: return slow({args})
        s = {x}.val.strides
        if len(s) > 1 and (s[0] < s[1] or len(s) > 2 and rising(s)): return laid({args})"""  # (core/laid.py: `astray`, written out)
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


def tape_node(prim, need, names, boxes, ins, avals, params=None, rule=False):
    """Text that records the result h: what the node keeps is stamped with the version of its memory, so that a later
    in-place change is an error, not a wrong number. In a `rule` operands may be values that a node kept, with its stamp."""
    if not prim.elementwise:
        reads = prim.plan(need, "torch", "torch").reads
        avals = "".join(["None, " if i in reads else f"Aval({v}.shape, d), " for i, v in enumerate(names)])
        avals = f"({avals})"
    text, plan = node_text(prim, need, names, ins, avals, "torch", params)
    text = text.replace("n = Node()", "n = h.mark = TapeNode()").replace("n.owner = t;", "n.owner = TAPE;") + SITE
    stamps = []
    for i in plan.reads:
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


def tape_environment(prim, face, slow):
    silent = {"enter": enter, "leave": leave, "IGNORE": IGNORE}  # torch never warns of inf or nan
    silent |= {"I64": I64, "BOUND": 1 << 63} | ({"impl": prim.impl_torch} if prim.impl_torch else {})
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
        return lambda *xs: relaid(plain(*xs), TAPE, *xs)

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


def tape_binary(prim, face, slow, case=None, rule=False, plain=False):
    env = tape_environment(prim, face, slow)
    env["over"] = inside_transforms("binary", prim, face, slow, case, env)
    env["laid"] = in_torch_order(tape_binary, prim, face, slow)
    other, settled = settling(case, rule, plain)
    numbers = "k is float or k is int" if case is None else "False"
    case = case or Case(expression(prim, "vx", "vy", "torch"), None)
    env |= case.names
    pieces = {}
    names, boxes = ["vx", "vy"], ["x", "y"]
    for need, ins in ((3, "mx, my"), (1, "mx"), (2, "my")):
        pieces[need], plan = tape_node(prim, need, names, boxes, ins, "avals", case.params, rule)
        env[f"plan{need}"] = plan.labelled(case.label) if case.label else plan
    constant = "\n            y = C64[y] if d is F64 else C32[y]" if prim.symbol in FIELD else ""
    scalar, _ = tape_node(prim, 1, ["vx", "y"], ["x", None], "x.mark", "None", rule=rule)
    integers = INTEGERS.format(symbol=prim.symbol, made=TAPED.format(untracked="True")) if prim.symbol in RING else ""
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
              my = y.mark{TAPED.format(untracked="mx is my is None or not tls.grad").replace("            ", "              ")}
              if vx.shape == vy.shape: avals = None
              else: avals = None if mx is None else Aval(vx.shape, d), None if my is None else Aval(vy.shape, d)
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
    env["plan2"] = plan.labelled(label)
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


# ------------------------------------------------------------------------------------------------ any primitive
UNWRAP = """
    if isinstance({x}, Handle):
        if {x}.alias is not None{settled}
        if t is None: t = {x}.owner
        elif t is not {x}.owner: return general({all}, **params)
        v{x} = {x}.val
        if {x}.mark is not None: need += {bit}
    else: v{x} = {x}"""
LOOKED_AT = " and astray({x}) is LAID: return general({all}, **params)"
CALL = """def call({all}, **params):
    if shared.staging: return general({all}, **params)
    t = None
    need = 0{unwrap}
    if t is TAPE:{taped}
    if t is None: return general({all}, **params)
    if t.flat: out = impl({values}, **params)
    elif type(t) is Record and not t.done:
        out = prim({values}, **params)
        if isinstance(out, Handle): out = snap(out){batched}
    else: return t.process(prim, ({all},), params)
    if (out.dtype.kind not in "fc" if type(out) is ndarray else not is_float(dtype_of(out))): return out
    record = recorded.get({key})
    if record is None: record = recorded[{key}] = recorder(prim, need, {kink}, ARITY)
    return record(t, out, params, {all}, {values})
"""
TAPE_VALUE = """
        token = enter(IGNORE)
        try: out = impl_torch({values}, **params)
        finally: leave(token)
        if type(out) is not ndarray: out = asarray(out)
        if not need or not tls.grad or out.dtype.kind not in "fc": return TAPE.face(out, None, TAPE)
        record = taped.get({key})
        if record is None: record = taped[{key}] = tape_recorder(prim, need, {kink}, ARITY)
        return record(out, params, {all}, {values})"""
TAPE_VIEW = """
        out = impl_torch(vx, **params)
        if type(out) is not ndarray: out = asarray(out)
        if not need or not tls.grad or out.dtype.kind not in "fc": h = TAPE.face(out, None, TAPE)
        else:
            record = taped.get(need)
            if record is None: record = taped[need] = tape_recorder(prim, need, None, ARITY)
            h = record(out, params, x, vx)
        memory = out.base
        if memory is not None and (memory is vx or memory is vx.base): h.store = x.store or x.stamp()[0]
        elif out is vx or memory is not None: sharing(h, x)
        return h"""  # (it computes nothing that could warn)
BATCHED = """
    elif type(t) is Batch and not t.done and {aligned}:
        return Array(prim({values}, **params), 0, t)"""
RECORD = """def call({head}out, params, {all}, {values}):
    n = {node}()
    n.owner = {owner}; n.plan = plan; n.ins = ({ins},); n.params = params
    n.saved = ({saved}); n.avals = {avals}; n.index = tick()
    f = getframe(2)
    if internal[f.f_globals.get("__name__")]: f = user_frame(f) or f
    n.code = f.f_code; n.lasti = f.f_lasti{rest}
"""


MINDING = (
    "\n        if half(({values},)): return general({all}, **params)"  # (once somebody has asked for half precision)
)


def call_of(prim):
    """The function behind `prim(*operands, **params)`: by itself for plain Record and the tape over NumPy memory.

    None where there is none to write: several results, none or more than three operands, no derivative.
    """
    if prim.variadic and prim.linear == "all" and not prim.multi and not state.shared.halves:
        return variadic_call(prim)
    if prim.multi or prim.source or prim.record or prim.nondiff:
        return None
    if prim.variadic:
        return by_count(prim)
    return call_with(prim, prim.arity) if 1 <= prim.arity <= 3 else None


def by_count(prim):
    """The call of a primitive with any number of operands: one written out for two of them and one for three."""
    written = {2: call_with(prim, 2), 3: call_with(prim, 3)}
    general = prim.general

    def call(*xs, **params):
        return written.get(len(xs), general)(*xs, **params)

    return call


def call_with(prim, arity):
    """The call of a primitive with so many operands."""
    xs = "xyz"[:arity]
    every, values = ", ".join(xs), ", ".join("v" + x for x in xs)
    kinked = prim.elementwise and prim.kinked
    kink = 'params.get("kink")' if kinked else "None"
    settled = LOOKED_AT if prim.elementwise or prim.name in ("cast", "copy") else ": fresh({x})"
    text = CALL.format(
        all=every,
        values=values,
        unwrap="".join(
            UNWRAP.format(x=x, all=every, bit=1 << i, settled=settled.format(x=x, all=every)) for i, x in enumerate(xs)
        ),
        key=f"(need, {kink})" if kinked else "need",
        kink=kink,
        taped=(MINDING if state.shared.halves else "").format(all=every, values=values)
        + (TAPE_VIEW if prim.shares else TAPE_VALUE).format(
            all=every, values=values, kink=kink, key=f"(need, {kink})" if kinked else "need"
        ),
        batched=BATCHED.format(aligned=aligned(xs), values=values) if prim.elementwise else "",
    )
    env = environment(prim, None) | {
        "Handle": Handle, "general": prim.general, "enter": enter, "leave": leave, "IGNORE": IGNORE,
        "impl": prim.impl, "impl_torch": prim.value("torch"), "sharing": sharing, "prim": prim, "taped": {}, "recorded": {}, "dtype_of": dtype_of,
        "is_float": is_float, "Record": Record, "Batch": Batch, "PYTHON_SCALARS": PYTHON_SCALARS, "snap": snap, "recorder": recorder, "tape_recorder": tape_recorder,
        "half": among, "ARITY": arity,
    }  # fmt: skip
    return compile_text(text, env)


def variadic_call(prim):
    """The same for any number of operands, in all of which the primitive is linear: nothing is saved of them."""
    impl, impl_torch, general = prim.impl, prim.value("torch"), prim.general
    shared, tls = state.shared, state.tls

    def call(*xs, **params):
        if shared.staging:
            return general(*xs, **params)
        t = None
        need = 0
        bit = 1
        values = []
        marks = []
        for x in xs:
            if isinstance(x, Handle):
                if x.alias is not None:
                    fresh(x)
                if t is None:
                    t = x.owner
                elif t is not x.owner:
                    return general(*xs, **params)
                values.append(x.val)
                if x.mark is not None:
                    need += bit
                    marks.append(x.mark)
            else:
                values.append(x)
            bit += bit
        if t is TAPE:
            token = enter(IGNORE)
            try:
                out = impl_torch(*values, **params)
            finally:
                leave(token)
            if not need or not tls.grad or out.dtype.kind not in "fc":
                return TAPE.face(out, None, TAPE)
            n = TapeNode()
            n.plan = prim.plan(need, None, "torch")
            n.versions = ()
            n.extra = None
            made = TAPE.face(out, n, TAPE)
        elif t is not None and t.flat:
            out = impl(*values, **params)
            if out.dtype.kind not in "fc":
                return out
            n = Node()
            n.plan = prim.plan(need)
            made = Array(out, n, t)
        else:
            return general(*xs, **params)
        n.owner = t
        n.ins = tuple(marks)
        n.params = params
        n.saved = ()
        n.avals = [Aval(v.shape, v.dtype) if type(v) is ndarray else aval_of(v) for v in values]
        n.index = state.tick()
        f = sys._getframe(1)
        if internal[f.f_globals.get("__name__")]:
            f = user_frame(f) or f
        n.code = f.f_code
        n.lasti = f.f_lasti
        return made

    return call


def aligned(xs):
    """Text: are these operands of an elementwise primitive numbers, or mapped over axis 0 and of one number of axes?"""
    each = [f"({x}.mark == 0 if isinstance({x}, Handle) else type({x}) in PYTHON_SCALARS)" for x in xs]
    same = [
        f"(type({x}) in PYTHON_SCALARS or type({y}) in PYTHON_SCALARS or v{x}.ndim == v{y}.ndim)"
        for x, y in zip(xs, xs[1:], strict=False)
    ]
    return " and ".join(each + same if len(xs) < 3 else ["False"])


def recorder_pieces(prim, plan, arity, constant="v{0}"):
    """The texts of a recorder that both faces share; `constant`: what is kept of an operand that may be a plain array."""
    xs = "xyz"[:arity]
    if prim.elementwise:
        pairs = ", ".join(f"(v{x}, {i in plan.operands})" for i, x in enumerate(xs))
        avals = f"mismatch(out, {pairs}) if hasattr(out, 'shape') else None"
        if not prim.dtype_kept and len(xs) == 1:
            avals = "(aval_of(vx),)"
    else:
        rest = ["None" if i in plan.reads else f"aval_of(v{x})" for i, x in enumerate(xs)]
        avals = f"({', '.join(rest)},)" if any(r != "None" for r in rest) else repr((None,) * len(xs))
    return {
        "all": ", ".join(xs),
        "values": ", ".join("v" + x for x in xs),
        "ins": ", ".join(f"{xs[i]}.mark" for i in plan.operands),
        "saved": saved_text(
            plan, arity, [("v{0}" if i in plan.operands else constant).format(x) for i, x in enumerate(xs)]
        ),
        "avals": avals,
    }


CONSTANT = "(v{0} if v{0} is not {0} else kept(v{0}, t))"  # (a handle's value is nobody's to write into)


def recorder(prim, need, kink, arity):
    """The function that makes the node and the handle of one call on a Record."""
    plan = prim.plan(need, kink)
    text = RECORD.format(
        head="t, ",
        node="Node",
        owner="t",
        rest="\n    return Array(out, n, t)",
        **recorder_pieces(prim, plan, arity, CONSTANT),
    )
    return compile_text(text, environment(prim, None) | {"plan": plan, "aval_of": aval_of})


STAMP = """
    if isinstance({x}, Taped):
        s = {x}.store
        v += ((*{x}.stamp(), {i}) if s is None or type({x}.alias) is Frozen else (s, s.version, {i})),"""


def tape_recorder(prim, need, kink, arity):
    """The same for the tape: also the versions of what is kept."""
    plan = prim.plan(need, kink, "torch")
    taped = [STAMP.format(x="xyz"[i], i=i) for i in plan.reads if i < arity]
    rest = [
        "\n    n.extra = None",
        "\n    h = new(TAPE.face); h.val = out; h.mark = n; h.owner = TAPE; h.alias = h.cell = None",
        "\n    h.store = shared.made and shared.made()",
        "\n    v = ()",
        *taped,
    ]
    if plan.keeps:
        rest.append("\n    s = h.store = h.store or Store(); v += (s, 0, -1),")
    rest.append("\n    n.versions = v\n    return h")
    text = RECORD.format(
        head="", node="TapeNode", owner="TAPE", rest="".join(rest), **recorder_pieces(prim, plan, arity)
    )
    env = environment(prim, None) | {"plan": plan, "aval_of": aval_of, "Taped": Taped}
    return compile_text(text, env)


def write_out(prim):
    """Make the written-out function what calling `prim` is: a type of its own, since Python looks __call__ up there."""
    call = staticmethod(call_of(prim) or prim.general)
    prim.__class__ = type("Primitive", (Primitive,), {"__call__": call, "written": True})
