"""The written-out road: one function per elementwise primitive that dispatches, computes and records in one call.

It does what Primitive.__call__, Record.process (or Tape.process) and Plan.keep do together, for the two interpreters that
record over plain arrays; anything else takes the general road. Eager speed comes from here (benchmarks/eager.py).
`unary` and `binary` build the functional face's function, `tape_unary` and `tape_binary` compat's.
"""

import functools
import sys

import numpy as np

from . import state
from .aval import aval_of, ndarray
from .handle import Array, Store, fresh
from .node import Node, TapeNode
from .site import internal, user_frame
from .trace import TAPE

F32, F64 = np.dtype(np.float32), np.dtype(np.float64)
# Python scalars take NumPy's weak promotion; NumPy scalars and arrays need their dtype compared
SITE = """
            f = getframe(1)
            if internal[f.f_globals.get("__name__")]: f = user_frame(f) or f
            n.code = f.f_code; n.lasti = f.f_lasti"""
NODE = """
            n = Node()
            n.owner = t; n.plan = {plan}; n.ins = ({ins},); n.params = {params}
            n.saved = ({saved}); n.avals = {avals}; n.index = tick()"""


def saved_text(plan, names):
    kept = [names[i] for i in plan.reads] + (["out"] if plan.keeps else [])
    return "".join(k + ", " for k in kept)


def node_text(prim, need, names, ins, avals, kink):
    plan = prim.plan(need, kink, "torch" if kink == "torch" else "numpy")
    params = "PARAMS" if prim.params else "NONE"
    return NODE.format(plan=f"plan{need}", ins=ins, params=params, saved=saved_text(plan, names), avals=avals), plan


@functools.cache
def compiled(text):
    """Most primitives share a text (what differs is in the environment): compiling each once keeps import quick."""
    return compile(text, "<written-out>", "exec")


def compile_text(text, env):
    exec(compiled(text), env)
    return env["call"]


def environment(prim, kink):
    return {
        "__name__": "funcgrad.written_out", "Array": Array, "Node": Node, "TapeNode": TapeNode, "fresh": fresh, "getframe": sys._getframe, "ndarray": ndarray,
        "tick": state.tick, "impl": prim.bare, "general": prim, "mismatch": mismatch, "NONE": {}, "PARAMS": {"kink": kink},
        "internal": internal, "user_frame": user_frame, "TAPE": TAPE, "tls": state.tls, "shared": state.shared, "F32": F32, "F64": F64,
        "asarray": np.asarray, "new": object.__new__, "Store": Store, "neg": np.negative,
    }  # fmt: skip


def mismatch(out, *pairs):
    """None if every operand that needs a derivative has the result's shape and dtype, else the avals of those that do."""
    shape, dtype = out.shape, out.dtype
    for v, needed in pairs:
        if needed and (getattr(v, "shape", ()) != shape or getattr(v, "dtype", dtype) is not dtype):
            return tuple([aval_of(v) if needed else None for v, needed in pairs])
    return None


def expression(prim, x, y=None):
    if y is None:
        return f"-{x}" if prim.symbol == "-" else f"impl({x})"
    return f"{x} {prim.symbol} {y}" if prim.symbol else f"impl({x}, {y})"


def unary(prim):
    env = environment(prim, "jax")
    text, env["plan1"] = node_text(prim, 1, ["v"], "x.mark", "None", "jax")
    check = (
        ""
        if prim.dtype_kept
        else "\n            if getattr(v, 'dtype', None) is not getattr(out, 'dtype', None): n.avals = (aval_of(v),)"
    )
    env["aval_of"] = aval_of
    return compile_text(
        f"""def call(x):
    if type(x) is Array:
        if x.alias is not None: fresh(x)
        t = x.owner
        if t.flat:
            v = x.val
            out = {expression(prim, "v")}{text}{check}{SITE}
            return Array(out, n, t)
    return general(x)
""",
        env,
    )


def binary(prim):
    """f(x, y); also sets f.reflected = the same with x on the right of the operator."""
    env = environment(prim, "jax")
    both, env["plan3"] = node_text(prim, 3, ["vx", "vy"], "x.mark, y.mark", "avals", "jax")
    left, env["plan1"] = node_text(prim, 1, ["vx", "y"], "x.mark", "avals", "jax")
    right, env["plan2"] = node_text(prim, 2, ["x", "vy"], "y.mark", "avals", "jax")
    one = both + SITE + "\n            return Array(out, n, t)"
    left += SITE + "\n            return Array(out, n, t)"
    right += SITE + "\n            return Array(out, n, t)"
    on_left = f"""
        if t.flat:
          if type(y) is float or type(y) is int:
            out = {expression(prim, "vx", "y")}
            avals = None{left}
          elif type(y) is ndarray:
            out = {expression(prim, "vx", "y")}
            avals = mismatch(out, (vx, True), (y, False)){left}"""
    on_right = f"""
        if t.flat:
          vy = y.val
          if type(x) is float or type(x) is int:
            out = {expression(prim, "x", "vy")}
            avals = None{right}
          elif type(x) is ndarray:
            out = {expression(prim, "x", "vy")}
            avals = mismatch(out, (x, False), (vy, True)){right}"""
    call = compile_text(
        f"""def call(x, y):
    if type(x) is Array:
        if x.alias is not None: fresh(x)
        t = x.owner
        vx = x.val
        if type(y) is Array:
            if y.alias is not None: fresh(y)
            if t.flat and y.owner is t:
                vy = y.val
                out = {expression(prim, "vx", "vy")}
                if type(vx) is ndarray and type(vy) is ndarray and vx.shape == vy.shape and vx.dtype is vy.dtype: avals = None
                else: avals = mismatch(out, (vx, True), (vy, True)) if hasattr(out, "shape") else None{reindent(one, 4)}
            return general(x, y){on_left}
    elif type(y) is Array:
        if y.alias is not None: fresh(y)
        t = y.owner{on_right}
    return general(x, y)
""",
        env,
    )
    swapped = dict(env)
    call.reflected = compile_text(
        f"""def call(y, x):
    if type(y) is Array:
        if y.alias is not None: fresh(y)
        t = y.owner{on_right}
    return general(x, y)
""",
        swapped,
    )
    return call


def reindent(text, by):
    return text.replace("\n", "\n" + " " * by)


# ------------------------------------------------------------------------------------------------ the tape over NumPy memory
VERSION = """
            s = {box}.store
            if s is None: s = {box}.store = Store()
            versions += (s, s.version, {i}),"""


def tape_versions(plan, boxes):
    """Text that stamps what the node keeps: a later in-place change of that memory is then an error, not a wrong number."""
    lines = ["\n            versions = ()"]
    lines += [VERSION.format(box=boxes[i], i=i) for i in plan.reads if boxes[i] is not None]
    if plan.keeps:
        lines.append("\n            s = h.store = Store(); versions += (s, 0, -1),")
    return "".join(lines) + "\n            n.versions = versions; n.extra = None"


def tape_node(prim, need, names, boxes, ins, avals, kink):
    text, plan = node_text(prim, need, names, ins, avals, kink)
    body = (
        text.replace("Node()", "TapeNode()").replace("n.owner = t;", "n.owner = TAPE;")
        + SITE
        + "\n            h = new(Face); h.val = out; h.mark = n; h.owner = TAPE; h.alias = h.store = h.cell = None"
        + tape_versions(plan, boxes)
    )
    return body + "\n            return h", plan


def tape_unary(prim, face, slow):
    """The function compat calls for a float Tensor over NumPy memory; `slow` is torch's whole semantics."""
    env = environment(prim, "torch") | {"Face": face, "slow": slow, "__name__": "compat.written_out"}
    text, env["plan1"] = tape_node(prim, 1, ["v"], ["x"], "x.mark", "None", "torch")
    return compile_text(
        f"""def call(x):
    if shared.staging or x.owner is not TAPE: return slow(x)
    if x.alias is not None: fresh(x)
    v = x.val
    d = v.dtype
    if d is F32 or d is F64:
            out = {expression(prim, "v")}
            if type(out) is not ndarray: out = asarray(out)
            if x.mark is None or not tls.grad: return Face(out, None, TAPE){text}
    return slow(x)
""",
        env,
    )


def tape_binary(prim, face, slow):
    env = environment(prim, "torch") | {"Face": face, "slow": slow, "__name__": "compat.written_out"}
    pieces = {}
    for need, names, boxes, ins in (
        (3, ["vx", "vy"], ["x", "y"], "x.mark, y.mark"),
        (1, ["vx", "vy"], ["x", "y"], "x.mark"),
        (2, ["vx", "vy"], ["x", "y"], "y.mark"),
    ):
        pieces[need], env[f"plan{need}"] = tape_node(prim, need, names, boxes, ins, "avals", "torch")
    scalar, _ = tape_node(prim, 1, ["vx", "y"], ["x", None], "x.mark", "None", "torch")
    return compile_text(
        f"""def call(x, y):
    if shared.staging or x.owner is not TAPE: return slow(x, y)
    if x.alias is not None: fresh(x)
    vx = x.val
    d = vx.dtype
    if d is F32 or d is F64:
        k = type(y)
        if k is float or k is int:
            out = {expression(prim, "vx", "y")}
            if type(out) is not ndarray: out = asarray(out)
            if x.mark is None or not tls.grad: return Face(out, None, TAPE){scalar}
        if isinstance(y, Face) and y.owner is TAPE:
            if y.alias is not None: fresh(y)
            vy = y.val
            if vy.dtype is d:
                try: out = {expression(prim, "vx", "vy")}
                except ValueError: return slow(x, y)
                if type(out) is not ndarray: out = asarray(out)
                if x.mark is None and y.mark is None or not tls.grad: return Face(out, None, TAPE)
                avals = None
                if vx.shape != vy.shape: avals = mismatch(out, (vx, x.mark is not None), (vy, y.mark is not None))
                if y.mark is None:{reindent(pieces[1], 8)}
                elif x.mark is None:{reindent(pieces[2], 8)}
                else:{reindent(pieces[3], 8)}
    return slow(x, y)
""",
        env,
    )
