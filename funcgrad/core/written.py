"""The written-out road: one function per primitive that dispatches, computes and records in one call.

It does what Primitive.__call__, Record.process (or Tape.process) and Plan.keep do together, for the two interpreters that
record over plain arrays; anything else takes the general road. Eager speed comes from here (benchmarks/eager.py).
This file has what all such functions share: the texts that make a node, their environment, and how a text becomes a function.
written_elementwise.py has the elementwise functions of the functional face, written_tape.py those of the tape over NumPy memory,
written_any.py the call of any primitive, for both; written_views.py and written_calls.py are for views and for functions of settings.
"""

import functools
import sys

import numpy as np

from . import state
from .aval import AVALS, PYTHON_SCALARS, Aval, aval_of, ndarray
from .constants import kept
from .elementwise_layout import LAID, astray, climbing, rising
from .handle import FROZEN, Alias, Array, Frozen, Handle, Store, fresh
from .node import Node, TapeNode
from .site import internal, user_frame
from .trace import TAPE, Record, on_tape

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
        "internal": internal, "user_frame": user_frame, "TAPE": TAPE, "on_tape": on_tape, "tls": state.tls, "shared": state.shared, "F32": F32, "F64": F64,
        "kept": kept, "Alias": Alias, "astray": astray, "LAID": LAID, "rising": rising, "climbing": climbing, "asarray": np.asarray, "Aval": Aval, "AVALS": AVALS, "new": object.__new__, "Store": Store, "Frozen": Frozen, "C32": C32, "C64": C64,
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


def reindent(text, by):
    return text.replace("\n", "\n" + " " * by) if by > 0 else text.replace("\n" + " " * -by, "\n")
