"""The written-out roads of Tensors inside torch.func's transforms: grad, vjp, jacrev and vmap.

A Tensor there is a handle on a tape, over a handle of the transform (a Record or a Batch), over a Tensor of the level below. The
general road (core/trace.py) takes the three one after the other; here they are one function, made when a Tensor of that kind
first meets the operation: `recorded` where below is memory that nothing listens to, `mapped` for a Batch over such memory,
`nested` for a Record over anything else (first of all over what such a Batch maps: vmap of grad). What is among the operands
besides goes the general way.
"""

from ..lazy import deferred
from .aval import dtype_of
from .handle import FROZEN, Array, Frozen, Store, fresh, snap
from .trace import Batch, Record
from .written import SITE, compile_text, expression, mismatch, reindent
from .written_tape import Case, tape_environment

ROADS = """
    if shared.staging or type(x) is not Face{other}: return slow({args})
    o = {owner}
    t = o.under
    if type(t) is Batch: return mapped({args})
    if type(t) is not Record or t.done or not (tls.grad or t.mode is None): return slow({args})"""
SETTLED = """
    if {x}.mark is not None: return slow({args})
    if {x}.alias is not None and {x}.alias is not FROZEN:
        fresh({x})
        if type({x}.alias) is Frozen: return slow({args})"""
BELOW = """
    k{x} = {x}; m{x} = None
    if {x}.owner is not TAPE:
        a = {x}.val
        if type(a) is not Array or {x}.owner is not o or a.owner is not t: return slow({args})
        m{x} = a.mark
        k{x} = a.val"""
MEMORY = """
        if type(k{x}) is not Face or k{x}.mark is not None: return {otherwise}({args})
        if k{x}.owner is not TAPE: return {otherwise}({args})
        if k{x}.alias is not None and k{x}.alias is not FROZEN: fresh(k{x})
    v{x} = k{x}.val"""
NODE = """
        n = Node()
        n.owner = t; n.plan = plan{need}; n.ins = ({ins}); n.params = {params}
        n.saved = ({saved}); n.avals = {avals}; n.index = tick(){site}
        r = new(Face); r.owner = o; r.mark = r.alias = r.store = r.cell = None
        r.val = Array(h, n, t)
        return r"""
FROZEN_RESULT = """
        h = new(Face); h.owner = TAPE; h.mark = h.cell = None
        h.val = out if type(out) is ndarray else asarray(out)
        s = h.store = Store(); h.alias = Frozen(s, 0)"""
FROZEN_COPY = """
        if type({k}.alias) is not Frozen: {k} = snap({k})"""
MAPPED_RESULT = """
        h = new(Face); h.owner = TAPE; h.mark = h.alias = h.store = h.cell = None
        h.val = out if type(out) is ndarray else asarray(out)
        r = new(Face); r.owner = o; r.mark = r.alias = r.cell = None
        r.store = shared.made and shared.made()
        r.val = Array(h, {axis}, t)
        return r"""
OVER_MAPPED = """
    p = {owner}
    q = p.under
    if p is not TAPE and type(q) is Batch and not q.done: pass
    else: return deeper({args})"""
OF_MAPPED = """
    j{x} = k{x}; e{x} = None
    if k{x}.mark is not None: return deeper({args})
    if k{x}.owner is not TAPE:
        a = k{x}.val
        if k{x}.owner is not p or type(a) is not Array or a.owner is not q: return deeper({args})
        e{x} = a.mark
        j{x} = a.val
        if type(j{x}) is not Face or j{x}.mark is not None: return deeper({args})
    if j{x}.owner is not TAPE: return deeper({args})
    if j{x}.alias is not None and j{x}.alias is not FROZEN: fresh(j{x})
    v{x} = j{x}.val"""
OVER_MAPPED_RESULT = """
        b = new(Face); b.owner = TAPE; b.mark = b.alias = b.store = b.cell = None
        b.val = out if type(out) is ndarray else asarray(out)
        h = new(Face); h.owner = p; h.mark = h.store = h.cell = None; h.alias = FROZEN
        h.val = Array(b, {axis}, q)"""
BELOW_RECORDED = """
    mode = tls.grad
    if t.mode is not None: tls.grad = mode and t.mode
    try: h = quick({operands})
    finally: tls.grad = mode
    if type(h) is Face and dtype_of(h).kind in "fc":
        h = snap(h)"""


def of_tensor(x, args, otherwise="slow"):
    """Text: what an operand is over memory, its array v, its mark m and the Tensor k below."""
    return (
        SETTLED.format(x=x, args=args)
        + BELOW.format(x=x, args=args)
        + MEMORY.format(x=x, args=args, otherwise=otherwise)
    )


def environment(prim, face, slow, case):
    return tape_environment(prim, face, slow) | case.names | {
        "FROZEN": FROZEN, "Frozen": Frozen, "Store": Store, "Array": Array, "Record": Record, "Batch": Batch, "fresh": fresh, "snap": snap,
        "dtype_of": dtype_of, "mismatch": mismatch,
    }  # fmt: skip


def node(prim, env, need, operands, case, avals):
    """The text that records the result h of operands, (name, is it a Tensor) each."""
    plan = prim.plan(need, "torch" if prim.formulas else None, "torch")
    env[f"plan{need}"] = plan.labelled(case.label) if case.label else plan
    kept = [f"k{x}" if tensor else x for x, tensor in operands]
    reads = [i for i in plan.reads if i < len(operands)]
    copies = "".join([FROZEN_COPY.format(k=kept[i]) for i in reads if operands[i][1]])
    saved = "".join([kept[i] + ", " for i in reads]) + ("h, " if plan.keeps else "")
    marks = "".join([f"m{x}, " for i, (x, _) in enumerate(operands) if need >> i & 1])
    if not prim.elementwise:
        each = ["None, " if i in reads else f"AVALS[v{x}.shape, d], " for i, (x, _) in enumerate(operands)]
        avals = f"({''.join(each)})"
    params = case.params or ("PARAMS" if prim.params else "NONE")
    return copies + NODE.format(need=need, ins=marks, params=params, saved=saved, avals=avals, site=reindent(SITE, -4))


def unary(prim, face, slow, quick, case=None):
    """f(x) for a Tensor x inside a transform; `slow` is the function for any, `quick` the one for Tensors of every level."""
    elementwise = case is None
    case = case or Case(expression(prim, "v"), None)
    env = environment(prim, face, slow, case)
    operands = [("x", True)]
    env["nested"] = env["mapped"] = slow
    if elementwise:
        env["nested"] = deferred(lambda: nested_unary(prim, face, slow, quick, case))
        env["mapped"] = deferred(lambda: mapped_unary(prim, face, slow, case))
    return compile_text(
        f"""def recorded(x):{ROADS.format(args="x", other="", owner="x.owner")}{of_tensor("x", "x", "nested")}
    v = vx
    d = v.dtype
    if mx is not None and (d is F32 or d is F64) and {case.when}:
        token = enter(IGNORE)
        try: out = {case.value}
        finally: leave(token){FROZEN_RESULT}{node(prim, env, 1, operands, case, "None")}
    return slow(x)
""",
        env,
    )


def nested_unary(prim, face, slow, quick, case):
    env = environment(prim, face, slow, case)
    env["deeper"] = deferred(lambda: deeper_unary(prim, face, slow, quick, case))
    return compile_text(
        f"""def nested(x):
    o = x.owner
    t = o.under{SETTLED.format(x="x", args="x")}{BELOW.format(x="x", args="x")}
    if mx is None or type(kx) is not Face: return slow(x){OVER_MAPPED.format(owner="kx.owner", args="x")}{OF_MAPPED.format(x="x", args="x")}
    v = vx
    d = v.dtype
    if d is F32 or d is F64:
        token = enter(IGNORE)
        try: out = {case.value}
        finally: leave(token){OVER_MAPPED_RESULT.format(axis="ex")}{node(prim, env, 1, [("x", True)], case, "None")}
    return slow(x)
""",
        env,
    )


def deeper_unary(prim, face, slow, quick, case):
    env = environment(prim, face, slow, case) | {"quick": quick()}
    avals = "mismatch(h, (kx, True))"
    return compile_text(
        f"""def deeper(x):
    o = x.owner
    t = o.under{BELOW.format(x="x", args="x")}{BELOW_RECORDED.format(operands="kx")}{node(prim, env, 1, [("x", True)], case, avals)}
    return slow(x)
""",
        env,
    )


def mapped_unary(prim, face, slow, case):
    env = environment(prim, face, slow, case)
    return compile_text(
        f"""def mapped(x):
    o = x.owner
    t = o.under
    if t.done: return slow(x){of_tensor("x", "x")}
    v = vx
    d = v.dtype
    if d is F32 or d is F64:
        token = enter(IGNORE)
        try: out = {case.value}
        finally: leave(token){MAPPED_RESULT.format(axis="mx")}
    return slow(x)
""",
        env,
    )


ALIGNED = (  # mapped in front, and broadcast as they stand
    "vx.ndim == vy.ndim if {x} == {y} == 0 else vy.ndim < vx.ndim if {x} == 0 and {y} is None else {x} is None and {y} == 0 and vx.ndim < vy.ndim"
)
OWNER = "x.owner if x.owner is not TAPE else y.owner"
STRANGER = " or (x.owner is TAPE and type(y) is not Face)"  # (while another thread stages, every call comes here first)


def binary(prim, face, slow, quick, case=None):
    """f(x, y) where x or y is a Tensor inside a transform; x is a Tensor, y another one or a number."""
    elementwise = case is None
    case = case or Case(expression(prim, "vx", "vy"), None)
    env = environment(prim, face, slow, case)
    env["nested"] = env["mapped"] = slow
    if elementwise:
        env["nested"] = deferred(lambda: nested_binary(prim, face, slow, quick, case))
        env["mapped"] = deferred(lambda: mapped_binary(prim, face, slow, case))
    both = [("x", True), ("y", True)]
    texts = {}
    for need in (1, 2, 3):
        each = [f"AVALS[v{x}.shape, d]" if need >> i & 1 else "None" for i, (x, _) in enumerate(both)]
        avals = f"None if vx.shape == vy.shape else ({', '.join(each)})"
        texts[need] = FROZEN_RESULT + node(prim, env, need, both, case, avals)
    with_number = f"""
    if type(y) is float or type(y) is int:
        if mx is None or not (d is F32 or d is F64): return slow(x, y)
        token = enter(IGNORE)
        try: out = {expression(prim, "vx", "y")}
        finally: leave(token){FROZEN_RESULT}{node(prim, env, 1, [("x", True), ("y", False)], case, "None")}"""
    return compile_text(
        f"""def recorded(x, y):{ROADS.format(args="x, y", other=STRANGER, owner=OWNER)}{of_tensor("x", "x, y", "nested")}
    d = vx.dtype{with_number if elementwise else ""}
    if type(y) is not Face: return slow(x, y){of_tensor("y", "x, y", "nested")}
    if (d is F32 or d is F64) and vy.dtype is d and {case.when}:
        token = enter(IGNORE)
        try: out = {case.value}
        except ValueError: return slow(x, y)
        finally: leave(token)
        if my is None:
          if mx is None: return slow(x, y){reindent(texts[1], 2)}
        if mx is None:{reindent(texts[2], 2)}{texts[3]}
    return slow(x, y)
""",
        env,
    )


def nested_binary(prim, face, slow, quick, case):
    env = environment(prim, face, slow, case)
    env["deeper"] = deferred(lambda: deeper_binary(prim, face, slow, quick, case))
    both = [("x", True), ("y", True)]
    texts = {}
    for need in (1, 2, 3):
        each = [
            f"AVALS[v{x}.shape if e{x} is None else v{x}.shape[1:], d]" if need >> i & 1 else "None"
            for i, (x, _) in enumerate(both)
        ]
        avals = f"None if ex == ey and vx.shape == vy.shape else ({', '.join(each)})"
        texts[need] = node(prim, env, need, both, case, avals)
    number = node(prim, env, 1, [("x", True), ("y", False)], case, "None")
    return compile_text(
        f"""def nested(x, y):
    o = {OWNER}
    t = o.under{SETTLED.format(x="x", args="x, y")}{BELOW.format(x="x", args="x, y")}
    if type(kx) is not Face: return slow(x, y)
    if type(y) is float or type(y) is int:
        if mx is None: return slow(x, y){reindent(OVER_MAPPED.format(owner="kx.owner", args="x, y") + OF_MAPPED.format(x="x", args="x, y"), 4)}
        d = vx.dtype
        if not (d is F32 or d is F64): return slow(x, y)
        token = enter(IGNORE)
        try: out = {expression(prim, "vx", "y")}
        finally: leave(token){OVER_MAPPED_RESULT.format(axis="ex")}{number}
    if type(y) is not Face: return slow(x, y){SETTLED.format(x="y", args="x, y")}{BELOW.format(x="y", args="x, y")}
    if type(ky) is not Face or (mx is my is None): return slow(x, y){OVER_MAPPED.format(owner="kx.owner if kx.owner is not TAPE else ky.owner", args="x, y")}{OF_MAPPED.format(x="x", args="x, y")}{OF_MAPPED.format(x="y", args="x, y")}
    d = vx.dtype
    if (d is F32 or d is F64) and vy.dtype is d and ({ALIGNED.format(x="ex", y="ey")}):
        token = enter(IGNORE)
        try: out = {case.value}
        except ValueError: return slow(x, y)
        finally: leave(token){OVER_MAPPED_RESULT.format(axis="0")}
        if my is None:{reindent(texts[1], 2)}
        if mx is None:{reindent(texts[2], 2)}{texts[3]}
    return deeper(x, y)
""",
        env,
    )


def deeper_binary(prim, face, slow, quick, case):
    env = environment(prim, face, slow, case) | {"quick": quick()}
    both = [("x", True), ("y", True)]
    texts = {
        need: node(prim, env, need, both, case, f"mismatch(h, (kx, {need in (1, 3)}), (ky, {need in (2, 3)}))")
        for need in (1, 2, 3)
    }
    number = node(prim, env, 1, [("x", True), ("y", False)], case, "mismatch(h, (kx, True), (y, False))")
    return compile_text(
        f"""def deeper(x, y):
    o = {OWNER}
    t = o.under{BELOW.format(x="x", args="x, y")}
    if type(kx) is not Face: return slow(x, y)
    if type(y) is float or type(y) is int:
        if mx is None: return slow(x, y){reindent(BELOW_RECORDED.format(operands="kx, y"), 4)}{reindent(number, 4)}
        return slow(x, y)
    if type(y) is not Face: return slow(x, y){BELOW.format(x="y", args="x, y")}
    if type(ky) is not Face or (mx is my is None): return slow(x, y){BELOW_RECORDED.format(operands="kx, ky")}
        if my is None:{reindent(texts[1], 2)}
        if mx is None:{reindent(texts[2], 2)}{texts[3]}
    return slow(x, y)
""",
        env,
    )


def mapped_binary(prim, face, slow, case):
    env = environment(prim, face, slow, case)
    return compile_text(
        f"""def mapped(x, y):
    o = {OWNER}
    t = o.under
    if t.done: return slow(x, y){of_tensor("x", "x, y")}
    d = vx.dtype
    if not (d is F32 or d is F64): return slow(x, y)
    if type(y) is float or type(y) is int:
        token = enter(IGNORE)
        try: out = {expression(prim, "vx", "y")}
        finally: leave(token){MAPPED_RESULT.format(axis="mx")}
    if type(y) is not Face: return slow(x, y){of_tensor("y", "x, y")}
    if vy.dtype is d and ({ALIGNED.format(x="mx", y="my")}):
        token = enter(IGNORE)
        try: out = {case.value}
        except ValueError: return slow(x, y)
        finally: leave(token){MAPPED_RESULT.format(axis="0")}
    return slow(x, y)
""",
        env,
    )
