"""Half precision on compat's tape: float16 and bfloat16 are what memory holds, float32 is what operations compute in.

Invariant: once `shared.halves` is set, a primitive that meets half precision on a tape sees float32, and its result (in the
reverse walk: each cotangent) is rounded to the operands' dtype once, as torch's kernels do. Until then nothing here runs.

NumPy has no bfloat16. Its memory is float32 in the byte order that is not the machine's (docs/decisions/bfloat16.md): a dtype
of its own, which every NumPy function reads correctly and none computes results in, so that nothing unrounded passes for it.
Complex numbers of two float16 are kept likewise, as complex64 in that order.
"""

import functools

import numpy as np

from .aval import Aval, dtype_of, ndarray
from .handle import Array, Handle, Taped
from .node import Node
from .primitive import PRIMITIVES, Primitive, helpers
from .state import shared

FLOAT16, FLOAT32, FLOAT64 = np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64)
COMPLEX64 = np.dtype(np.complex64)
BFLOAT16, COMPLEX32 = FLOAT32.newbyteorder(), COMPLEX64.newbyteorder()
HALVES = frozenset((FLOAT16, BFLOAT16))
WIDER = {FLOAT16: FLOAT32, BFLOAT16: FLOAT32, COMPLEX32: COMPLEX64}  # what operations compute in
VECTOR = 32  # numbers of half precision that a vector of torch's kernels holds; what is left at the end is rounded differently
PARTS = FLOAT16, COMPLEX32  # (the second is not made of the first in memory)
TO_PARTS = frozenset(("real", "imag", "as_real", "as_complex"))
SIZE = {FLOAT16: 2, BFLOAT16: 2, COMPLEX32: 4}  # the bytes that an element has in torch's memory
LARGEST = {FLOAT16: 65504.0, BFLOAT16: (2.0 - 2.0**-7) * 2.0**127}  # of the finite numbers
NUMBERS_ROUNDED = frozenset(
    "add sub power remainder fmod xlogy greater greater_equal less less_equal equal not_equal".split()
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
    """x as an array of one of these dtypes; float64 goes by way of float32, as C++ casts it."""
    if dtype == COMPLEX32:
        return complex32(x)
    with np.errstate(over="ignore"):
        return bfloat16(x) if dtype == BFLOAT16 else np.asarray(x, FLOAT32).astype(FLOAT16)


def complex32(x):
    """Numbers, by way of complex64, with both parts rounded to float16: a new array."""
    with np.errstate(over="ignore"):
        out = np.array(x, COMPLEX64)
        for part in (out.real, out.imag):
            part[...] = part.astype(FLOAT16)
    return out.astype(COMPLEX32)


@functools.cache
def rounder(dtype):
    """The function that rounds an array of the wider dtype to one of these, and gives the wider one."""
    return lambda x: rounded(x, dtype).astype(WIDER[dtype])


def is_bfloat16(r):
    """Is it the rounder of bfloat16?"""
    return r is rounder(BFLOAT16)


def bits(x):
    """What torch's memory holds: the upper 16 bits of the float32 numbers behind a bfloat16 Tensor, as uint16; the two float16 behind a
    complex32, as uint32."""
    if x.dtype == COMPLEX32:
        x = np.array(x, COMPLEX64, order="C")
        return x.view(FLOAT32).astype(FLOAT16).view(np.uint32).reshape(x.shape)
    return np.asarray(np.asarray(x, FLOAT32, order="C").view(np.uint32) >> np.uint32(16), np.uint16)


def of_bits(x, dtype=BFLOAT16):
    """The memory of a bfloat16 or complex32 Tensor with these bits, bytes of any kind."""
    x = np.array(x, order="C").view(f"u{SIZE[dtype]}")
    if dtype == COMPLEX32:
        return x.view(FLOAT16).astype(FLOAT32).view(COMPLEX64).reshape(x.shape).astype(COMPLEX32)
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
    """Round in place what was written into memory, if it is that of a bfloat16 or complex32 Tensor."""
    if not memory.dtype.isnative:
        memory[...] = rounded(memory, memory.dtype)


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
        if d is not FLOAT32 and d is not FLOAT64 and d in WIDER:
            return True
    return False


def common(values):
    """The dtype that all floats among these values have, or None."""
    floats = {dtype_of(v) for v in values if isinstance(v, (ndarray, Handle))}  # (NumPy's scalars are constants)
    floats = [d for d in floats if d.kind in "fc"]
    return floats[0] if len(floats) == 1 else COMPLEX32 if {*floats} == {FLOAT16, COMPLEX32} else None


def wide(v, to=None):
    """v with float32 and complex64 in the place of half precision: an array, a handle, an Aval, or a collection of them."""
    if isinstance(v, (tuple, list)):
        return type(v)([wide(x) for x in v])
    if type(v) is Aval:
        return Aval(v.shape, WIDER[v.dtype], v.weak) if v.dtype in WIDER else v
    if isinstance(v, (ndarray, np.generic)):
        return v.astype(WIDER[v.dtype]) if v.dtype in WIDER else v
    if isinstance(v, Handle):
        d = v.owner.dtype(v)
        return PRIMITIVES["cast"](v, dtype=WIDER[d]) if d in WIDER else v
    return v.mapped(wide) if hasattr(v, "mapped") else v


def narrow(v, dtype):
    """A float32 value in half precision, complex64 in that of two float16; any other as it is."""
    if isinstance(v, tuple):
        return tuple([narrow(x, dtype) for x in v])
    if isinstance(v, Handle):
        to = narrower(v.owner.dtype(v), dtype)
        return v if to is None else PRIMITIVES["cast"](v, dtype=to)
    to = narrower(v.dtype, dtype) if isinstance(v, (ndarray, np.generic)) else None
    return v if to is None else rounded(v, to)


def narrower(own, dtype):
    """The dtype that a result of this dtype is rounded to where operands are of half precision, or None."""
    if own == FLOAT32:
        return FLOAT16 if dtype == COMPLEX32 else dtype
    return COMPLEX32 if own == COMPLEX64 and dtype in PARTS else None


def value(prim, compute, vals, params):
    """compute(*vals, **params), which is prim's, in float32, rounded to the dtype of the operands. Views stay views, but of parts."""
    if not among(vals) or prim.shares and not (prim.name in TO_PARTS and dtype_of(vals[0]) in PARTS):
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
    work = memory.astype(WIDER[memory.dtype])
    if prim.name in NUMBERS_ROUNDED:
        values = [rounded(v, memory.dtype) if type(v) is float else v for v in values]
    prim.into(work, *wide(values), **params)
    memory[...] = rounded(work, memory.dtype)


# ------------------------------------------------------------------------------------------------ pulling back
IN_STEPS = frozenset(
    "abs sin cos tan sinh cosh exp2 expm1 i0 i0e log2 log10 log1p reciprocal rsqrt lgamma digamma polygamma erf erfc erfinv arctanh "
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
            add_to(cts, p, narrow(g, d) if d in WIDER else g, d)


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
    cts[p] = g if c is None else narrow(wide(c) + wide(g), d) if d in WIDER else c + g


def added(a, b):
    """a + b of cotangents, rounded if they are of half precision."""
    d = None if isinstance(a, Taped) or isinstance(b, Taped) else common((a, b))
    add = PRIMITIVES["add"]
    return narrow(add(wide(a), wide(b)), d) if d in WIDER else add(a, b)


def pull_in_steps(plan, n, ct, cts):
    """The rule with each of its primitives rounded, as they are on the tape."""
    xs, out = plan.operands_of(n, n.saved)
    params = {**n.params, "kink": "torch"} if plan.prim.tape else n.params
    gs = in_steps(plan.prim, np.asarray(ct), out, xs, plan.need, params)
    for p, i, d in zip(n.ins, plan.operands, operand_dtypes(plan, n, ct), strict=True):
        if gs[i] is not None:
            add_to(cts, p, gs[i], d)


def in_steps(prim, ct, out, xs, need, params):
    """A rule over what Tensors hold, arrays or handles of the level below them: it runs over Tensors, whose operations round."""
    from .trace import TAPE

    def boxed(v):
        if isinstance(v, ndarray):
            return TAPE.face(v, None, TAPE)
        return v.owner.tape.face(v, None, v.owner.tape) if isinstance(v, Array) else v

    gs = prim.vjp(boxed(ct), boxed(out), *map(boxed, xs), need=need, **params)
    return [g.val if isinstance(g, Taped) else g for g in gs]


def rule(prim, ct, out, *xs, need, **params):
    """prim's rule over handles, in float32, each cotangent rounded to the dtype of its operand."""
    if prim.tape:
        params["kink"] = "torch"
    if prim.name in IN_STEPS:
        if isinstance(ct, Taped):
            return prim.vjp(ct, out, *xs, need=need, **params)
        return in_steps(prim, ct, out, xs, need, params)
    own = dtype_of(ct) if isinstance(ct, (ndarray, Handle)) else FLOAT32
    gs = prim.vjp(wide(ct), wide(out), *wide(xs), need=need, **params)
    dtypes = [own if x is None else dtype_of(x) for x in xs]
    return [narrow(g, d) if d in WIDER else g for g, d in zip(gs, dtypes, strict=True)]
