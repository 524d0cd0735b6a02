"""Half precision on compat's tape: float16 and bfloat16 are what memory holds, float32 is what operations compute in.

Invariant: once `shared.halves` is set, a primitive that meets half precision on a tape sees float32, and its result (in the
reverse walk: each cotangent) is rounded to the operands' dtype once, as torch's kernels do. Until then nothing here runs.

NumPy has no bfloat16. Its memory is float32 in the byte order that is not the machine's (docs/decisions/bfloat16.md): a dtype
of its own, which every NumPy function reads correctly and none computes results in, so that nothing unrounded passes for it.
"""

import functools

import numpy as np

from .aval import Aval, dtype_of, ndarray
from .handle import Handle, Taped
from .node import Node
from .primitive import PRIMITIVES, Primitive, helpers
from .state import shared

FLOAT16, FLOAT32, FLOAT64 = np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64)
BFLOAT16 = FLOAT32.newbyteorder()
HALVES = frozenset((FLOAT16, BFLOAT16))
VECTOR = 32  # numbers of half precision that a vector of torch's kernels holds; what is left at the end is rounded differently
LARGEST = {FLOAT16: 65504.0, BFLOAT16: (2.0 - 2.0**-7) * 2.0**127}  # of the finite numbers
NUMBERS_ROUNDED = frozenset(
    ("add", "sub", "power", "greater", "greater_equal", "less", "less_equal", "equal", "not_equal")
)  # primitives that take a number in the dtype of their operands; the others take it as float32
waiting = []  # what is to be done when half precision is first asked for


def begin():
    """From now on operations mind half precision: primitives that have been called before are written out anew."""
    with shared.lock:
        if shared.halves:
            return
        shared.halves = True
        for prim in list(PRIMITIVES.made.values()):
            if type(prim).written:
                prim.__class__ = Primitive
    while waiting:
        waiting.pop()()


def at_begin(change):
    """Call change() when half precision is first asked for; now, if it has been."""
    if shared.halves:
        change()
    else:
        waiting.append(change)


# ------------------------------------------------------------------------------------------------ rounding
def bfloat16(x):
    """Real numbers, by way of float32, rounded to the upper 16 of its bits (to nearest, ties to even): a new array."""
    x = np.array(x, FLOAT32)
    bits = x.view(np.uint32)
    rounded = np.right_shift(bits, 16, out=np.empty_like(bits))
    rounded &= 1
    rounded += 0x7FFF
    rounded += bits
    rounded &= 0xFFFF0000
    out = rounded.view(FLOAT32).astype(BFLOAT16)
    nan = np.isnan(x)
    if nan.any():
        out[nan] = np.nan
    return out


def rounded(x, dtype):
    """x as an array of one of the two dtypes; float64 goes by way of float32, as C++ casts it."""
    with np.errstate(over="ignore"):
        return bfloat16(x) if dtype == BFLOAT16 else np.asarray(x, FLOAT32).astype(FLOAT16)


@functools.cache
def rounder(dtype):
    """The function that rounds a float32 array to one of the two dtypes, and gives float32."""
    return lambda x: rounded(x, dtype).astype(FLOAT32)


def is_bfloat16(r):
    """Is it the rounder of bfloat16?"""
    return r is rounder(BFLOAT16)


def bits(x):
    """The upper 16 bits of the float32 numbers behind a bfloat16 Tensor, as uint16: what torch's memory holds."""
    return np.asarray(np.asarray(x, FLOAT32, order="C").view(np.uint32) >> np.uint32(16), np.uint16)


def of_bits(x):
    """The memory of a bfloat16 Tensor with these bits, uint16."""
    return (x.astype(np.uint32) << np.uint32(16)).view(FLOAT32).astype(BFLOAT16)


@functools.cache
def settled(dtype):
    """The function that rounds float32 memory in place to one of the two dtypes."""

    def to_bfloat16(x):
        bits = x.view(np.uint32)
        odd = bits >> 16
        odd &= 1
        odd += 0x7FFF  # (a NaN stays one: it is made by arithmetic, whose lower bits are zeros)
        bits += odd
        bits &= 0xFFFF0000

    def to_float16(x):
        x[...] = x.astype(FLOAT16)

    return to_bfloat16 if dtype == BFLOAT16 else to_float16


def settle(memory):
    """Round in place what was written into memory, if it is that of a bfloat16 Tensor."""
    if not memory.dtype.isnative:
        memory[...] = bfloat16(memory)


# ------------------------------------------------------------------------------------------------ computing
def among(values):
    """Is half precision among the dtypes of these values?"""
    for v in values:
        if type(v) is ndarray:
            d = v.dtype
        elif isinstance(v, (Handle, np.generic)):
            d = dtype_of(v)
        else:
            continue
        if d is not FLOAT32 and d is not FLOAT64 and d in HALVES:
            return True
    return False


def common(values):
    """The dtype that all floats among these values have, or None."""
    floats = {dtype_of(v) for v in values if isinstance(v, (ndarray, Handle))}  # (NumPy's scalars are constants)
    floats = [d for d in floats if d.kind in "fc"]
    return floats[0] if len(floats) == 1 else None


def wide(v, to=None):
    """v with float32 in the place of half precision: an array, a handle, an Aval, or a collection of them."""
    if isinstance(v, (tuple, list)):
        return type(v)([wide(x) for x in v])
    if type(v) is Aval:
        return Aval(v.shape, FLOAT32, v.weak) if v.dtype in HALVES else v
    if isinstance(v, (ndarray, np.generic)):
        return v.astype(FLOAT32) if v.dtype in HALVES else v
    if isinstance(v, Handle):
        return PRIMITIVES["cast"](v, dtype=FLOAT32) if v.owner.dtype(v) in HALVES else v
    return v.mapped(wide) if hasattr(v, "mapped") else v


def narrow(v, dtype):
    """A float32 value in half precision; any other as it is."""
    if isinstance(v, tuple):
        return tuple([narrow(x, dtype) for x in v])
    if isinstance(v, Handle):
        return PRIMITIVES["cast"](v, dtype=dtype) if v.owner.dtype(v) == FLOAT32 else v
    return rounded(v, dtype) if isinstance(v, (ndarray, np.generic)) and v.dtype == FLOAT32 else v


def value(prim, compute, vals, params):
    """compute(*vals, **params), which is prim's, in float32, rounded to the dtype of the operands. Views stay views."""
    if prim.shares or not among(vals):
        return compute(*vals, **params)
    d = None if "dtype" in params else common(vals)
    if d is not None and prim.name in NUMBERS_ROUNDED:
        vals = [rounded(v, d) if type(v) is float else v for v in vals]
    own = None if d is None or compute is prim else own_values().get(prim.name)  # (compute is prim: there are handles)
    if own is not None:
        out = own(rounder(d), compute, *wide(vals), **params)
        return narrow(out, d) if prim.multi else rounded(out, d)
    out = compute(*wide(vals), **params)
    return out if d is None else narrow(out, d)


@functools.cache
def own_values():
    from .half_values import VALUES

    return VALUES


def into(prim, memory, values, params):
    """prim.into in float32, rounded once."""
    work = memory.astype(FLOAT32)
    if prim.name in NUMBERS_ROUNDED:
        values = [rounded(v, memory.dtype) if type(v) is float else v for v in values]
    prim.into(work, *wide(values), **params)
    memory[...] = rounded(work, memory.dtype)


# ------------------------------------------------------------------------------------------------ pulling back
IN_STEPS = frozenset(
    "sin cos tan sinh cosh exp2 expm1 i0 i0e log2 log10 log1p reciprocal rsqrt lgamma digamma polygamma erf erfc erfinv arctanh "
    "power mul div fmod squared_error xlogy binary_cross_entropy_with_logits logits_loss huber_error length".split()
)  # primitives of which torch's derivative is made of operations, each of which rounds


def face(vals):
    """Which face's plan an operation on these values is recorded with: torch's, or torch's of half precision."""
    return "half" if among(vals) else "torch"


def operand_dtypes(plan, n, ct):
    """The dtype of each operand that needs a derivative; that of the result where a node keeps nothing of the operand."""
    xs, _ = plan.operands_of(n, n.saved)
    own = dtype_of(ct) if isinstance(ct, (ndarray, np.generic, Handle)) else FLOAT32
    return [own if xs[i] is None else dtype_of(xs[i]) for i in plan.operands]


def pull(plan, n, ct, cts, owned):
    """Plan.pull over plain arrays: the rule in float32, each cotangent rounded, and their sums."""
    name = plan.prim.name
    own = own_rules().get(name)
    if own is not None and pull_by_rule(own, plan, n, ct, cts):
        return
    if name in IN_STEPS:
        return pull_in_steps(plan, n, ct, cts)
    m = Node()
    m.owner, m.plan, m.params, m.index, m.code, m.lasti = n.owner, plan, n.params, n.index, n.code, n.lasti
    m.ins = tuple(range(len(n.ins)))
    m.saved, m.avals = wide(n.saved), wide(n.avals)
    got = {}
    plan.pull(m, wide(ct), got, set())
    for k, (p, d) in enumerate(zip(n.ins, operand_dtypes(plan, n, ct), strict=True)):
        g = got.get(k)
        if g is not None:
            add_to(cts, p, narrow(g, d) if d in HALVES else g, d)


@functools.cache
def own_rules():
    return helpers["half_rules"]()


def pull_by_rule(own, plan, n, ct, cts):
    """The rule of ops/half_rules.py, if it is for these operands."""
    xs, out = plan.operands_of(n, n.saved)
    ct = getattr(ct, "cts", ct)
    one = next(c for c in ct if c is not None) if plan.prim.multi else ct
    d = dtype_of(one)
    if type(one) is not ndarray or any([x != d for x in operand_dtypes(plan, n, one)]):
        return False
    params = {k: v for k, v in n.params.items() if k != "kink"}
    gs = own(rounder(d), wide(ct), wide(out), *map(wide, xs), need=plan.need, **params)
    if gs is None:
        return False
    for p, i in zip(n.ins, plan.operands, strict=True):
        if gs[i] is not None:
            add_to(cts, p, rounded(gs[i], d), d)
    return True


def add_to(cts, p, g, d):
    """Add a cotangent of dtype d to those that have reached p."""
    c = cts.get(p)
    cts[p] = g if c is None else narrow(wide(c) + wide(g), d) if d in HALVES else c + g


def added(a, b):
    """a + b of cotangents, rounded if they are of half precision."""
    d = None if isinstance(a, Taped) or isinstance(b, Taped) else common((a, b))
    add = PRIMITIVES["add"]
    return narrow(add(wide(a), wide(b)), d) if d in HALVES else add(a, b)


def pull_in_steps(plan, n, ct, cts):
    """The rule with each of its primitives rounded, as they are on the tape."""
    from .trace import TAPE

    def boxed(v):
        return TAPE.face(v, None, TAPE) if isinstance(v, ndarray) else v

    xs, out = plan.operands_of(n, n.saved)
    params = {**n.params, "kink": "torch"} if plan.prim.tape else n.params
    gs = plan.prim.vjp(boxed(np.asarray(ct)), boxed(out), *map(boxed, xs), need=plan.need, **params)
    for p, i, d in zip(n.ins, plan.operands, operand_dtypes(plan, n, ct), strict=True):
        if gs[i] is not None:
            add_to(cts, p, gs[i].val if isinstance(gs[i], Handle) else gs[i], d)


def rule(prim, ct, out, *xs, need, **params):
    """prim's rule over handles, in float32, each cotangent rounded to the dtype of its operand."""
    if prim.tape:
        params["kink"] = "torch"
    if prim.name in IN_STEPS:
        return prim.vjp(ct, out, *xs, need=need, **params)
    own = dtype_of(ct) if isinstance(ct, (ndarray, Handle)) else FLOAT32
    gs = prim.vjp(wide(ct), wide(out), *wide(xs), need=need, **params)
    dtypes = [own if x is None else dtype_of(x) for x in xs]
    return [narrow(g, d) if d in HALVES else g for g, d in zip(gs, dtypes, strict=True)]
