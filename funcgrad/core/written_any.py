"""The written-out call of any primitive with one to four operands and one result, for both faces, and with several results over memory: `call_of`.

It looks at what the operands are, computes, and leaves the record to a function made for each set of operands that need a derivative.
"""

import sys

from numpy import asarray

from . import state
from .aval import PYTHON_SCALARS, Aval, aval_of, dtype_of, is_float, ndarray
from .elementwise_layout import astray
from .halves import among
from .handle import Array, Handle, Store, Taped, fresh, snap
from .node import Node, TapeNode
from .primitive import Primitive
from .quiet import IGNORE, enter, leave
from .site import internal, user_frame
from .trace import PICK, TAPE, Batch, Record, on_tape, saved_versions, sharing
from .written import compile_text, environment, saved_text

LETTERS = "xyzw"  # the operands
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
        if not need or not tls.grad or out.dtype.kind not in "fc": return on_tape(out)
        record = taped.get({key})
        if record is None: record = taped[{key}] = tape_recorder(prim, need, {kink}, ARITY)
        return record(out, params, {all}, {values})"""
TAPE_VIEW = """
        out = impl_torch(vx, **params)
        if type(out) is not ndarray: out = asarray(out)
        if not need or not tls.grad or out.dtype.kind not in "fc": h = on_tape(out)
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
    n.saved = ({saved}); n.avals = {avals}; n.index = tick(){site}{rest}
"""
HERE = """
    f = getframe(2)
    if internal[f.f_globals.get("__name__")]: f = user_frame(f) or f
    n.code = f.f_code; n.lasti = f.f_lasti"""


MINDING = (
    "\n        if half(({values},)): return general({all}, **params)"  # (once somebody has asked for half precision)
)


def call_of(prim):
    """The function behind `prim(*operands, **params)`: by itself for plain Record and the tape over NumPy memory.

    None where there is none to write: none or more than four operands.
    """
    if prim.multi and not (prim.source or prim.record or prim.nondiff or prim.users or prim.variadic):
        return multi_call(prim)
    if prim.variadic and prim.linear == "all" and not prim.multi and not state.shared.halves:
        return variadic_call(prim)
    if prim.nondiff and prim.plain and not (getattr(prim, "effect", False) or prim.shares):
        return untracked_call(prim)
    if prim.multi or prim.source or prim.record or prim.nondiff:
        return None
    if prim.variadic:
        return by_count(prim)
    return call_with(prim, prim.arity) if 1 <= prim.arity <= len(LETTERS) else None


def by_count(prim):
    """The call of a primitive with any number of operands: one is written out for two, three and four of them, when it is first wanted."""
    written = {}
    general = prim.general

    def call(*xs, **params):
        k = len(xs)
        f = written.get(k)
        if f is None:
            f = written[k] = call_with(prim, k) if 2 <= k <= len(LETTERS) else general
        return f(*xs, **params)

    return call


def call_with(prim, arity):
    """The call of a primitive with so many operands."""
    xs = LETTERS[:arity]
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
                return on_tape(out)
            n = TapeNode()
            n.plan = prim.plan(need, None, "torch")
            n.versions = ()
            n.extra = None
            made = on_tape(out, n)
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


def multi_call(prim):
    """The same for a primitive with several results, over memory of the tape: a node for it, and one for each result."""
    impl, general = prim.value("torch"), prim.general
    shared, tls, tick = state.shared, state.tls, state.tick
    picks = PICK.plan(1)

    def call(*xs, **params):
        if shared.staging or shared.halves:
            return general(*xs, **params)
        need = 0
        bit = 1
        values = []
        marks = []
        taped = False
        for x in xs:
            if isinstance(x, Handle):
                if x.alias is not None:
                    fresh(x)
                if x.owner is not TAPE:
                    return general(*xs, **params)
                taped = True
                values.append(x.val)
                if x.mark is not None:
                    need += bit
                    marks.append(x.mark)
            else:
                values.append(x)
            bit += bit
        if not taped:
            return general(*xs, **params)
        token = enter(IGNORE)
        try:
            out = impl(*values, **params)
        finally:
            leave(token)
        out = tuple([o if type(o) is ndarray else asarray(o) for o in out])
        if not need or not tls.grad:
            return tuple([on_tape(o) for o in out])
        plan = prim.plan(need, params.get("kink"), "torch")
        n = TapeNode()
        n.owner, n.plan, n.ins, n.params = TAPE, plan, tuple(marks), params
        n.saved, n.avals = plan.keep(values, out)
        n.extra, n.index = None, tick()
        f = sys._getframe(1)
        if internal[f.f_globals.get("__name__")]:
            f = user_frame(f) or f
        code, lasti = n.code, n.lasti = f.f_code, f.f_lasti
        avals = tuple([Aval(o.shape, o.dtype) for o in out])
        above = (n,)
        results = []
        for i, o in enumerate(out):
            h = on_tape(o)
            results.append(h)
            if o.dtype.kind in "fc":
                m = h.mark = TapeNode()
                m.owner, m.plan, m.ins, m.params = TAPE, picks, above, {"i": i, "avals": avals}
                m.saved = m.versions = ()
                m.avals = m.extra = None
                m.code, m.lasti, m.index = code, lasti, tick()
        versions = saved_versions(plan, xs)
        if plan.keeps:
            for k in range(len(out)) if plan.results is None else plan.results:
                store = results[k].store = results[k].store or Store()
                versions += ((store, store.version, -1),)
        n.versions = versions
        return tuple(results)

    return call


def untracked_call(prim):
    """The same for a primitive without derivative, over memory of the tape: there is nothing to record."""
    impl, general, shared = prim.value("torch"), prim.general, state.shared

    def call(*xs, **params):
        taped = False
        values = []
        for x in xs:
            if isinstance(x, Handle):
                if x.owner is not TAPE or x.alias is not None and astray(x):
                    return general(*xs, **params)
                taped = True
                values.append(x.val)
            else:
                values.append(x)
        if not taped or shared.staging or shared.halves:
            return general(*xs, **params)
        token = enter(IGNORE)
        try:
            out = impl(*values, **params)
        finally:
            leave(token)
        return on_tape(out if type(out) is ndarray else asarray(out))

    return call


def joined(prim, ts, values, **params):
    """The result of a primitive that is linear in all of its operands, which are Tensors over NumPy memory, up to date and of one dtype;
    `values`: the arrays."""
    if state.shared.staging or state.shared.halves:
        return prim(*ts, **params)
    out = prim.value("torch")(*values, **params)
    marks, need, bit = [], 0, 1
    for t in ts:
        if t.mark is not None:
            marks.append(t.mark)
            need |= bit
        bit += bit
    if not need or not state.tls.grad or out.dtype.kind not in "fc":
        return on_tape(out)
    n = TapeNode()
    n.owner, n.plan, n.ins, n.params, n.index = TAPE, prim.plan(need, None, "torch"), tuple(marks), params, state.tick()
    n.saved = n.versions = ()
    n.extra = None
    first = values[0].shape
    same = Aval(first, out.dtype)
    n.avals = [same] * len(values)
    if prim.name != "stack":  # (of which all have one shape)
        for i, v in enumerate(values):
            if v.shape != first:
                n.avals[i] = Aval(v.shape, v.dtype)
    f = sys._getframe(1)
    if internal[f.f_globals.get("__name__")]:
        f = user_frame(f) or f
    n.code, n.lasti = f.f_code, f.f_lasti
    return on_tape(out, n)


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
    xs = LETTERS[:arity]
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
        site=HERE,
        rest="\n    return Array(out, n, t)",
        **recorder_pieces(prim, plan, arity, CONSTANT),
    )
    return compile_text(text, environment(prim, None) | {"plan": plan, "aval_of": aval_of})


STAMP = """
    if isinstance({x}, Taped):
        s = {x}.store
        v += ((*{x}.stamp(), {i}) if s is None or type({x}.alias) is Frozen else (s, s.version, {i})),"""


def tape_recorder(prim, need, kink, arity, label=None, spelling=None):
    """The same for the tape: also the versions of what is kept. `label`: what the face calls the operation, whose operands are the node's.
    `spelling`: how it writes the operation as several, which are made of the avals of all operands; the user's line is then given, as a first
    argument (code, offset)."""
    plan = prim.plan(need, kink, "torch", label)
    pieces = recorder_pieces(prim, plan, arity) | {"head": "", "site": HERE}
    if spelling is not None:
        plan.spelling = spelling
        avals = "".join([f"AVALS[v{x}.shape, v{x}.dtype], " for x in LETTERS[:arity]])
        pieces |= {"head": "at, ", "site": "\n    n.code, n.lasti = at", "avals": f"({avals})"}
    taped = [STAMP.format(x=LETTERS[i], i=i) for i in plan.reads if i < arity]
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
    text = RECORD.format(node="TapeNode", owner="TAPE", rest="".join(rest), **pieces)
    env = environment(prim, None) | {"plan": plan, "aval_of": aval_of, "Taped": Taped}
    return compile_text(text, env)


def write_out(prim):
    """Make the written-out function what calling `prim` is: a type of its own, since Python looks __call__ up there."""
    call = staticmethod(call_of(prim) or prim.general)
    prim.__class__ = type("Primitive", (Primitive,), {"__call__": call, "written": True})
