"""The commonest call of an autograd.Function: Tensors over NumPy memory, of which forward makes one new one.

What the primitive `rule`, the tape and `Call` do for it one after the other stands in one function here. Any other call takes that
road; where forward has run already when that turns out, its results go along (`Call.made`).
"""

import sys

from funcgrad.core import state
from funcgrad.core.aval import Aval
from funcgrad.core.handle import Alias, fresh
from funcgrad.core.node import TapeNode, extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import internal, user_frame
from funcgrad.core.trace import PICK, TAPE, on_tape

from ..tensor import Tensor
from .function_call import Kept
from .function_context import show_as_function
from .function_values import is_among, source_of

tls, shared, tick = state.tls, state.shared, state.tick
PICKS = PICK.plan(1)


def at_once(call):
    """What apply returns of such a call; None of another."""
    if not tls.grad or shared.staging or tls.func or tls.dual is not None:
        return None
    given, args = call.given, list(call.args)
    needs = [False] * (len(args) + len(call.kwargs))
    need = 0
    for k, (i, t) in enumerate(zip(call.positions, given, strict=True)):
        if t.owner is not TAPE:
            return None
        if t.alias is not None:
            fresh(t)
            if type(t.alias) is not Alias:
                return None
        args[i] = t
        if t.mark is not None:
            needs[i] = True
            need |= 1 << k
    if not need:
        return None
    marks = tuple([t.mark for t in given])
    call.made = call.results_of(tuple(needs), args, None)
    if not call.single:
        return None
    made, ctx = call.made, call.ctx
    (out,) = made
    if type(out) is not Tensor or out.owner is not TAPE or not out.mark is out.alias is None:
        return None
    saved = [t for t in ctx._to_save if t is not None]
    if (
        out.val.dtype.kind != "f"
        or ctx._dirty
        or ctx._constant
        or is_among(out, given)
        or is_among(out, vars(ctx).values())
        or not all([isinstance(t, Tensor) and t.owner is TAPE for t in saved])
        or tuple([t.mark for t in given]) != marks
    ):
        return None
    for t in saved:
        if t.alias is not None:
            fresh(t)
    call.made, v = None, out.val
    store = out.versioned()
    call.results, call.others, call.constant, call.dirty = [0], [None], [False], [None]
    call.sources = [None if t is None else source_of(t, given, made) for t in ctx._to_save]
    call.stores, call.shares, call.views, call.inputs, call.low, call.attributes = (
        [store],
        [False],
        [None],
        [None],
        (1, False),
        (),
    )
    call.in_avals = [Aval(t.val.shape, t.val.dtype) for t in given]
    avals = call.out_avals = [Aval(v.shape, v.dtype)]
    ctx._to_save = ()
    n, pick = TapeNode(), TapeNode()
    n.owner = pick.owner = TAPE
    n.plan, n.params, n.saved, n.avals = (
        PRIMITIVES["rule"].plan(need),
        {"spec": call},
        Kept([t.val for t in saved]),
        None,
    )
    n.ins, n.extra, n.index = tuple([m for m in marks if m is not None]), None, tick()
    pick.plan, pick.ins, pick.params, pick.avals = PICKS, (n,), {"i": 0, "avals": tuple(avals)}, None
    pick.saved = pick.versions = ()
    pick.extra, pick.index = None, tick()
    f = sys._getframe(1)
    if internal[f.f_globals.get("__name__")]:
        f = user_frame(f) or f
    n.code, n.lasti = pick.code, pick.lasti = f.f_code, f.f_lasti
    n.versions = call.versions(made) if saved else ()
    extra = extra_of(n)
    extra.label, extra.span, extra.release = call.name, marks, None if saved else True
    show_as_function(call.name)
    call.given = None
    h = on_tape(v, pick)
    h.store = store
    return h
