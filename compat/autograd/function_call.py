"""One call of an autograd.Function.

It is the core's primitive `rule` with a Spec that runs forward once, under no_grad, on Tensors of the level the
call is met at. On a tape the node keeps what save_for_backward named and nothing else; a second backward is legal where
it named nothing. Under a transform one level further out, forward is an ordinary program: that level differentiates (or
maps, or stages) what it does.
"""

import functools
from typing import NamedTuple

from funcgrad.core import state
from funcgrad.core.aval import aval_of, is_float
from funcgrad.core.handle import FROZEN, Array, Taped
from funcgrad.core.node import TapeNode, extra_of
from funcgrad.core.primitive import PRIMITIVES, helpers
from funcgrad.core.reverse import check_versions, second_message
from funcgrad.core.trace import PICK, TAPE, Record, record, unwrap
from funcgrad.errors import ModifiedError
from funcgrad.transforms.boundary import as_tensor, inner
from funcgrad.transforms.rules import Spec

from ..errors import modified, type_name
from ..payload import current
from ..tensor import Tensor
from .forward_ad import Level, check_shared, state_of
from .function_context import NO_TUPLE, context_class, show_as_function
from .function_values import (
    boxed,
    changed_in_place,
    forward_level,
    in_front,
    is_among,
    number_of,
    seen_by,
    shares,
    source_of,
    stretches,
    structure,
    thawed,
    value_below,
    zeros,
)
from .grad_mode import call_in
from .gradient_layout import conjugated
from .hooks import shown_gradient
from .saved import Packed

tls = state.tls
P = PRIMITIVES


def saved_by(ctx, needed):
    """What forward has given save_for_backward, if it is Tensors; torch looks at it only where a backward needs it."""
    for i, t in enumerate(ctx._to_save):
        if t is not None and not isinstance(t, Tensor):
            if needed and t is NO_TUPLE:
                raise RuntimeError("autograd internal error: to_save attribute is expected to be a tuple but is ")
            if needed:
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type {type_name(t)}"
                )
            return ()
    return ctx._to_save


def outside(forward, args):
    """forward of arguments that no transform has wrapped any more: it runs outside of all of them, so that it may ask for NumPy arrays."""
    before, tls.func = tls.func, ()
    try:
        return forward(*args)
    finally:
        tls.func = before


class Kept(tuple):
    """What the tape node of a Function keeps: the values of the saved Tensors, not its operands."""

    __slots__ = ()


class Call(Spec):
    """One call of a Function, as the rule that the levels ask.

    `args`: the arguments, None where a Tensor is an operand. `given`: the user's own Tensors, until apply() has returned.
    `results`: for each of forward's results its number among the Tensors of them, or None, and the thing itself stands
    in `others`. `sources`: what each saved Tensor was: ("in", operand), ("out", result), ("new", 0), or None for None.
    """

    def __init__(self, function, args, kwargs):
        self.function = function
        self.positions = [  # (a sparse constant, which is no array, is no operand of the primitive: forward gets it as it is)
            i for i, a in enumerate(args) if isinstance(a, Tensor) and (a.mark is not None or not a.is_sparse)
        ]
        self.given = [args[i] for i in self.positions]
        generated = "Generated" if tls.func and any([current(t).owner is not TAPE for t in self.given]) else ""
        self.name = f"{function.__name__}{generated}Backward"
        self.args = list(args)
        for i in self.positions:
            self.args[i] = None
        self.kwargs = kwargs
        self.seen = self.need = None
        self.dirty = ()

    forgets = True  # (forward runs under no_grad)
    made = None  # forward's results, where it has run already (function_at_once.py)

    # ---- forward
    def forward(self, vals):
        """Run forward on values one level below some tape: (its results that are Tensors, that tape's level)."""
        own = self.given or [None] * len(vals)
        # the user's own Tensors where their values are what is computed with, so that in-place changes are seen (and their
        # level records nothing of it)
        mine = [t is not None and t.val is v for t, v in zip(own, vals, strict=True)]
        tensors = [
            t if m and (t.owner is TAPE and not self.layers or t.mark is None) else thawed(boxed(v))
            for m, t, v in zip(mine, own, vals, strict=True)
        ]
        args = list(self.args)
        needs = [False] * (len(args) + len(self.kwargs))
        for i, t, m, u in zip(self.positions, tensors, mine, own):
            args[i] = t
            needs[i] = u.mark is not None if m else is_float(aval_of(t).dtype)
        if self.need is not None and tls.func:  # (there only what this transform differentiates counts)
            for k, i in enumerate(self.positions):
                needs[i] = bool(self.need >> k & 1)
        # (levels further out that differentiate or map these Tensors have the Function's own rule too)
        below = len(seen_by([t for t, m in zip(tensors, mine) if not m or t.owner is not TAPE])) > self.layers
        outs = self.made or self.results_of(tuple(needs), args, vals if below else None)
        results = [o for o in outs if isinstance(o, Tensor)]
        ctx, self.made = self.ctx, None
        numbers = iter(range(len(results)))
        self.results = [next(numbers) if isinstance(o, Tensor) else None for o in outs]
        self.others = [None if isinstance(o, Tensor) else o for o in outs]
        ctx._to_save = saved_by(ctx, any(needs))
        if not all([isinstance(c, Tensor) for c in ctx._constant]):
            raise RuntimeError(
                "mark_non_differentiable only accepts variable arguments, but got "
            )  # (torch's ends there, too)
        self.constant = [any(o is c for c in ctx._constant) for o in results]
        if not all(isinstance(d, Tensor) for d in ctx._dirty):
            raise RuntimeError("mark_dirty can only accept variables, but argument ")  # (torch's sentence ends there)
        self.dirty = [number_of(o, tensors) if any(o is d for d in ctx._dirty) else None for o in results]
        for k in self.dirty if tls.func else ():
            if k is not None and tensors[k].owner is TAPE:
                tensors[k].versioned().version += 1  # (NumPy may have written it)
        if any(number_of(d, results) is None for d in ctx._dirty):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that are "
                "modified inplace must all be outputs of the Function."
            )
        self.sources = [
            None if s is None else source_of(s, [None if is_among(t, ctx._dirty) else t for t in tensors], results)
            for s in ctx._to_save
        ]
        self.results_kept = [  # (by save_for_forward: they have the history that the call gives them)
            None if is_among(t, tensors) and not is_among(t, ctx._dirty) else number_of(t, results)
            for t in ctx._forward
        ]
        held = [(k, number_of(v, results)) for k, v in vars(ctx).items() if isinstance(v, Tensor)]
        self.held = {k: i for k, i in held if i is not None}
        self.stores = [o.versioned() if o.owner is TAPE else None for o in results]
        self.shares = [d is None and shares(o, tensors) for o, d in zip(results, self.dirty, strict=True)]
        # (what torch does not detach: a view that is none of the arguments keeps the history it has under no_grad)
        kept = zip(results, self.shares, self.constant, strict=True)
        self.views = [
            o if share and c and o.mark is not None and number_of(o, tensors) is None else None for o, share, c in kept
        ]
        self.inputs = [
            number_of(o, tensors) if c and d is None else None for o, c, d in zip(results, self.constant, self.dirty)
        ]
        level = max([t.owner.level for t in tensors], default=1)
        self.low = level, below
        values = [value_below(o, *self.low) for o in results]
        self.in_avals = [aval_of(value_below(t, *self.low)) for t in tensors]
        self.out_avals = [aval_of(v) for v in values]
        self.seen = vals
        return values, level

    def results_of(self, needs, args, below):
        """forward's results as a tuple; makes and fills ctx. `below`: the operands as levels further out see them, None if none does."""
        cls = self.function
        ctx = self.ctx = context_class(self.name)(needs)
        grad = tls.grad and below is not None
        if not is_written(cls.setup_context):  # (forward fills this ctx: they record what it does)
            out = call_in(grad, cls.forward, ctx, *args, **self.kwargs)
        else:
            out = (
                call_in(False, outside, cls.forward, args)
                if below is None
                else call_in(tls.grad, self.applied_below, args, below)
            )
            call_in(False, cls.setup_context, ctx, tuple(args), out)
            if any([t is not None and is_among(t, args) and is_among(t, out if isinstance(out, tuple) else (out,))
                    and not is_among(t, ctx._dirty) for t in (*ctx._to_save, *ctx._forward)]):  # fmt: skip
                raise RuntimeError(
                    "An input that has been returned as-is as output is being saved for backward. This is not supported if you "
                    "override setup_context. You should return and save a view of the input instead, e.g. with x.view_as(x) or setup "
                    "ctx inside the forward function itself."
                )
        self.count = len(args)
        self.single = not isinstance(out, tuple)
        return (out,) if self.single else out

    def applied_below(self, args, vals):
        """What the Function gives for the arguments one level further out, where it has its own rule again."""
        low = Call(self.function, args, self.kwargs)
        return low.finished(P["rule"](*vals, spec=low))

    def run(self, *vals):
        return self.forward(vals)[0]

    def record_needed(self, vals, need):
        self.need = need
        return self.record(*vals)

    def record(self, *vals):
        """(results, residuals): what was saved and, under another transform, the Tensors among ctx's attributes."""
        trace = forward_level(vals)
        if trace is not None and (is_written(self.function.jvp) or isinstance(trace, Level) or tls.func):
            return self.record_dual(trace, vals)
        values, level = self.forward(vals)
        ctx = self.ctx
        kept = [s for s in ctx._to_save if s is not None]
        ctx._to_save = ()
        if (
            tls.packing is not None
            and level == 1
            and self.need
            and not any([is_float(a.dtype) for a in self.out_avals])
        ):
            for t in kept:  # (torch has made a node, to which no result leads)
                tls.packing.form(t)
        attributes = vars(ctx) if level > 1 or tls.stage is not None else ()
        self.attributes = [k for k in attributes if isinstance(attributes[k], Tensor)]
        kept += [vars(ctx).pop(k) for k in self.attributes]
        if tls.stage is not None:  # (the values of a graph are its own)
            ctx._forward = ctx._dirty = ctx._constant = ()
        return values, [value_below(t, *self.low) for t in kept]

    def record_dual(self, trace, vals):
        """record, where the operands have tangents: a call one level further out, and the tangents by the user's jvp."""
        primals, tangents = unwrap(trace, vals)
        args = list(self.args)
        for i, v in zip(self.positions, primals, strict=True):
            args[i] = boxed(v)
        low = Call(self.function, args, self.kwargs)
        outs = P["rule"](*low.given, spec=low)
        main = next((o.mark.ins[0] for o in outs if isinstance(o, Tensor) and o.mark is not None), None)
        new = [boxed(v) for v in low.kept_new(main)]
        if main is not None:
            low.take_over(main, [boxed(o) for o in outs])
        low.given = None
        kept = zip(low.ctx._forward, low.results_kept)
        low.ctx._forward = tuple([t if k is None else boxed(outs[k]) for t, k in kept])
        tangents = low.pushed(tangents)
        for name in (
            "ctx",
            "results",
            "others",
            "constant",
            "dirty",
            "sources",
            "results_kept",
            "stores",
            "shares",
            "views",
            "inputs",
            "out_avals",
            "count",
            "single",
        ):
            setattr(self, name, getattr(low, name))
        self.attributes = ()
        self.in_avals = [aval_of(v) for v in vals]
        self.ctx._to_save = ()
        values = [Array(inner(o), t, trace) if is_float(aval_of(o).dtype) else inner(o) for o, t in zip(outs, tangents)]
        trace.deep, trace.flat = True, False
        of = {"in": lambda i: vals[i], "out": lambda i: values[i], "new": lambda i: inner(new.pop(0))}
        return values, [of[kind](i) for kind, i in [s for s in self.sources if s is not None]]

    def kept_new(self, main):
        """Of what this call has saved, what was neither an argument nor a result. `main`: its node, if there is one."""
        saved = [s for s in self.ctx._to_save if s is not None] if main is None else main.saved[0]
        return [v for v, (kind, _) in zip(saved, [s for s in self.sources if s is not None]) if kind == "new"]

    def finished(self, outs):
        """What apply returns, from the results of the primitive: the node named, arguments changed in place re-pointed."""
        handles = [boxed(o) for o in outs]
        main = next((h.mark.ins[0] for h in handles if h.mark is not None), None)
        for k, h in enumerate(handles):
            if h.owner is TAPE:
                h.store = self.stores[k]
                h.store.version += self.dirty[k] is not None
        if main is not None:
            self.take_over(main, handles)
            if tls.packing is not None and main.owner is TAPE:
                self.pack(main, handles)
        for k, h in enumerate(handles):
            if self.shares[k] and not self.constant[k]:
                h.of_function = "function" if len(handles) == 1 else "several"
            if self.constant[k]:
                h.mark = None
                if h.owner is not TAPE:
                    handles[k] = h.detach()
                i = self.inputs[k]
                if self.views[k] is not None:
                    handles[k] = self.views[k]
                elif i is not None and self.given[i].mark is None and self.given[i].owner is TAPE:
                    handles[k] = call_in(False, self.given[i].view_as, self.given[i])
                elif self.dirty[k] is not None and self.given[self.dirty[k]].mark is None:
                    handles[k] = self.given[self.dirty[k]]
            elif self.dirty[k] is not None:
                handles[k] = changed_in_place(self.given[self.dirty[k]], h, len(handles))
        self.given = self.seen = self.views = None
        got = [o if i is None else handles[i] for i, o in zip(self.results, self.others)]
        return got[0] if self.single else tuple(got)

    def versions(self, handles):
        """((store, version, operand), ...) of the saved Tensors that a user can reach."""
        found = []
        for source in self.sources:
            if source is not None and source[0] != "new":
                kind, i = source
                found.append((*(self.given if kind == "in" else handles)[i].stamp(), i if kind == "in" else -1))
        return tuple(found)

    def take_over(self, n, handles):
        """Show a node as this Function's; it keeps what was saved, and not its operands."""
        extra = extra_of(n)
        extra.label = self.name
        extra.span = tuple([current(t).mark for t in self.given])
        n.saved = Kept(n.saved[0])
        if not n.saved:  # (what was not saved is freed, too: ctx.saved_tensors may not be read again)
            extra.release = True
        n.versions = self.versions(handles) if n.owner is TAPE else ()
        show_as_function(self.name)

    def pack(self, n, handles):
        """Keep what was saved in the form the user's hooks give it; what the context's attributes hold stays as it is."""
        saved = list(n.saved)
        for k, (kind, i) in enumerate([s for s in self.sources if s is not None]):
            t = self.given[i] if kind == "in" else handles[i] if kind == "out" else boxed(saved[k])
            saved[k] = tls.packing.form(t)
        n.saved, n.versions = Kept(saved), ()

    def gives_views(self, i, main):
        """Is the i-th result in the memory of an argument?"""
        return "function" if self.shares[i] else None

    # ---- vmap
    def batched(self, size, xs, dims):
        """The results on mapped operands, by the user's vmap where there is one."""
        cls = self.function
        if not is_written(cls.vmap):
            return super().batched(size, xs, dims)
        if cls.generate_vmap_rule:
            raise RuntimeError(
                f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overridden vmap "
                "staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to avoid ambiguity. "
                "For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"
            )
        args, in_dims = list(self.args), [None] * len(self.args)
        for i, x, d in zip(self.positions, xs, dims, strict=True):
            args[i], in_dims[i] = boxed(x), d
        mine = [args[i] for i in self.positions]
        before = [state_of(t) for t in mine]
        got = cls.vmap(VmapInfo(int(size), tls.randomness), tuple(in_dims), *args, **self.kwargs)
        if not isinstance(got, tuple) or len(got) != 2:
            raise RuntimeError(
                "Expected the vmap staticmethod to have two returns, an output and out_dims with pytree structure compatible "
                f"with the output. Got {f'{len(got)} returns' if isinstance(got, tuple) else f'a {type(got)}'} instead"
            )
        outs, out_dims = got
        self.single = not isinstance(outs, tuple)
        if isinstance(out_dims, tuple) and (self.single or len(out_dims) != len(outs)):
            raise RuntimeError(
                "The autograd.Function's vmap staticmethod returned an incompatible (output, out_dims) tuple. Expected "
                f"out_dims={out_dims} to be compatible with the structure of `output`. out_dims has structure {structure(out_dims)} "
                f"but output has structure {structure(outs)}. For more details, please see "
                "https://pytorch.org/docs/main/notes/extending.func.html"
            )
        outs = (outs,) if self.single else outs
        out_dims = out_dims if isinstance(out_dims, tuple) else (out_dims,) * len(outs)
        numbers = iter(range(len(outs)))
        self.results = [next(numbers) if isinstance(o, Tensor) else None for o in outs]
        self.others = [None if isinstance(o, Tensor) else o for o in outs]
        at = [number_of(o, mine) for o in outs if isinstance(o, Tensor)]
        out_dims = [d for o, d in zip(outs, out_dims, strict=True) if isinstance(o, Tensor)]
        whose = [
            d if k is None else in_dims[self.positions[k]] for k, d in zip(at, out_dims)
        ]  # (an argument is what it was)
        found = [in_front(o, d, size) for o, d in zip([o for o in outs if isinstance(o, Tensor)], whose)]
        self.stores = self.views = self.inputs = [None] * len(found)
        self.dirty = [
            None if k is None or state_of(mine[k]) == before[k] else k for k in at
        ]  # (those that a call has changed in place)
        self.constant = self.shares = [False] * len(found)
        return found

    # ---- backward
    looks_itself = True  # (as in torch, a backward that does not read ctx.saved_tensors may run again)

    held = {}  # {attribute of the context: the number of the result that it is}

    def pull_node(self, slots, n, again):
        own = vars(self.ctx)
        raw = {k: own[k] for k in self.held if k in own} if again and n.owner is TAPE else {}
        own.update({k: n.owner.face(v.val, self.result_mark(n, self.held[k]), n.owner, FROZEN) for k, v in raw.items()})
        try:
            return self.pulled_node(slots, n, again)
        finally:
            own.update(raw)

    def pulled_node(self, slots, n, again):
        of_tape = isinstance(n, TapeNode)
        if n.saved is None or type(n.saved) is Kept:
            read = functools.partial(self.unpacked, n)
            late = n.saved is None or n.versions or any([type(v) is Packed for v in n.saved])
            got = self.pulled(read if late else list(read()), slots.cts, again, n.owner, n.plan.operands)
        else:
            saved = self.unpacked(n) if again and not of_tape else map(boxed, n.saved[0] if of_tape else n.saved)
            got = self.pulled(list(saved), slots.cts, again, n.owner if of_tape else None)
        if n.extra is not None and n.extra.before is not None:  # (hooks of the node, which see all that was returned)
            hooks = n.extra.before.__self__
            hooks.given = got
            if hooks.after and all([got[i] is None for i in n.plan.operands]):  # (nothing will come to their gate)
                hooks.at_operands(got)
        return got

    def pull(self, residuals, cts):
        return self.pulled([boxed(v) for v in residuals], cts, False, None)

    def unpacked(self, n):
        """The saved Tensors of a node, those that were arguments or results with the history these have."""
        if n.saved is None:
            raise RuntimeError(second_message(n))
        self.check(n)
        parents = dict(zip(n.plan.operands, n.ins, strict=True))
        sources = [s for s in self.sources if s is not None] + [("new", 0)] * len(self.attributes)
        back = []
        for v, (kind, i) in zip(n.saved, sources, strict=True):
            v = v.tensor().val if type(v) is Packed else v
            mark = parents.get(i) if kind == "in" else self.result_mark(n, i) if kind == "out" else None
            if mark is not None and mark.params and "of" in mark.params:  # (a gate that passes gradients on)
                mark = mark.params["of"]
            frozen = None if mark is None else FROZEN
            if type(n.owner) is Record:
                back.append(boxed(v if mark is None else Array(v, mark, n.owner, frozen)))
            else:
                back.append(v if isinstance(v, Tensor) else n.owner.face(v, mark, n.owner, frozen))
        return back

    def check(self, n):
        """Raise in torch's words if what a node has saved was changed in place since."""
        try:
            check_versions(n)
        except ModifiedError as error:
            known = [k for k, (kind, _) in enumerate([s for s in self.sources if s is not None]) if kind != "new"]
            for k, (store, version, i) in zip(known, n.versions):
                if store.version != version:
                    error.found = store, version, n.saved[k], n, i
                    break
            raise modified(error) from None

    def result_mark(self, n, i):
        """A node for the i-th result of a call: the graph's own is not kept, lest the node keep itself alive."""
        if self.constant[i] or not is_float(self.out_avals[i].dtype):
            return None
        pick = record(type(n), n.owner, PICK.plan(1), (n,), {"i": i, "avals": tuple(self.out_avals)}, (), None)
        if type(n) is TapeNode:
            pick.versions = ()
            pick.extra = None
        return pick

    def pulled(self, saved, cts, again, tape, needed=None):
        """The cotangents of the operands, by the user's backward. `tape`: of the node, None where a transform asks. `needed`: the operands
        whose cotangents have to fit (None: all).
        `saved`: what was kept, or a function that says when it is asked for (hooks are then asked again each time)."""
        ctx = self.ctx
        count = len(self.attributes)
        values = saved() if count and callable(saved) else saved
        given = dict(zip(self.attributes, values[-count:], strict=True)) if count else {}
        unpacked = (lambda: self.in_place_of_sources(saved())) if callable(saved) else self.in_place_of_sources(saved)
        shown = [None if c is None else shown_gradient(c) for c in cts]
        if ctx._materialize:
            shown = [zeros(a) if g is None else g for g, a in zip(shown, self.out_avals, strict=True)]
        grads = [None if i is None else shown[i] for i in self.results]
        ctx._unpacked = unpacked
        vars(ctx).update(given)
        try:
            got = call_in(again or tape is None, backward_of(self.function), ctx, *grads)
        finally:
            ctx._unpacked = None
            for k in given:
                vars(ctx).pop(k, None)
        fits = range(len(self.positions)) if needed is None else needed
        return [
            self.cotangent(g, k, again and tape is not None, tape, k in fits) for k, g in enumerate(self.one_each(got))
        ]

    def in_place_of_sources(self, values):
        """What ctx.saved_tensors is: the saved Tensors, None where None was saved."""
        values = iter(values)
        return tuple([None if s is None else next(values) for s in self.sources])

    def one_each(self, got):
        """backward's results for the operands; RuntimeError if there are not as many as forward has arguments."""
        got = list(got) if isinstance(got, tuple) else [got]
        while len(got) > self.count and got[-1] is None:
            got.pop()
        if len(got) != self.count:
            raise RuntimeError(
                f"function {self.name} returned an incorrect number of gradients (expected {self.count}, got {len(got)})"
            )
        for i, g in enumerate(got):
            if g is not None and i not in self.positions and not isinstance(self.args[i], Tensor):
                raise RuntimeError(
                    f"function {self.name} returned a gradient different than None at position {i + 1}, but the corresponding forward "
                    "input was not a Variable"
                )
            if g is not None and not isinstance(g, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type_name(g)})")
        return [got[i] for i in self.positions]

    def users_backward(self, ctx, *gradients):
        """What the user's own backward makes of gradients."""
        return backward_of(self.function)(ctx, *gradients)

    def cotangent(self, g, k, again, tape, fits):
        """A gradient that backward returned for operand k, as a cotangent of its shape and dtype."""
        aval = self.in_avals[k]
        if type(g) is Tensor and g.owner is tape is TAPE and g.alias is None and not again:  # (the commonest)
            v = g.val
            if v.shape == aval.shape and v.dtype is aval.dtype and v.dtype.kind == "f":
                return v
        if g is None or not is_float(aval.dtype):
            return None
        g = conjugated(current(g))
        shape = tuple(g.shape)
        if fits and shape != aval.shape and not stretches(aval.shape, shape):
            raise RuntimeError(
                f"Function {self.name} returned an invalid gradient at index {self.positions[k]} - got {list(shape)} but "
                f"expected shape compatible with {list(aval.shape)}"
            )
        if g.is_sparse:  # (whose payload is no array: the walk adds it up as it is)
            return g
        g = g if again else g.val if g.mark is None or g.owner is tape else inner(g)
        return helpers["fit"](g, aval) if fits else g

    # ---- forward mode
    def push_needed(self, primals, tangents):
        """The tangents of the results, by the user's jvp. forward has just run on the same values (the value of a rule
        comes before its derivative); it is run again where it has not."""
        if self.seen is None or not all([a is getattr(b, "val", b) or a is b for a, b in zip(self.seen, primals)]):
            if any([k is not None for k in self.dirty]):
                raise RuntimeError(
                    f"{self.function.__name__} has changed its input in place (mark_dirty), and its forward would have to run again for "
                    "a tangent under another transform of torch.func: return a new Tensor instead"
                )
            self.forward(primals)
        return self.pushed(tangents)

    push = push_needed

    def pushed(self, tangents):
        """The tangents of the Tensors that forward has returned, by the user's jvp."""
        ctx = self.ctx
        at = dict(zip(self.positions, tangents, strict=True))
        given = [
            None if (t := at.get(i)) is None else as_taped(t) for i in range(len(self.args))
        ]  # (of tangents none is conjugated)
        before = {i: state_of(t) for i, t in enumerate(given) if t is not None}
        if ctx._materialize:
            for i, aval in zip(self.positions, self.in_avals, strict=True):
                if given[i] is None and is_float(aval.dtype):
                    given[i] = zeros(aval)
        ctx._unpacked = tuple(ctx._forward)
        try:
            got = call_in(True, self.function.jvp, ctx, *given)
        finally:
            ctx._unpacked = None
        got = got if isinstance(got, tuple) else (got,)
        for number, t in enumerate(got):
            if t is not None and not isinstance(t, Tensor):
                raise RuntimeError(f"expected Variable or None (got {type_name(t)}) for grad output {number}.")
        if len(got) != len(self.results):
            raise RuntimeError(
                f"Function's jvp returned an invalid number of forward gradients (expected {len(self.results)} but got "
                f"{len(got)})"
            )
        check_shared(self, got, given, before)
        return [self.tangent(got[at], k) for at, k in enumerate(self.results) if k is not None]

    def tangent(self, t, k):
        """What jvp returned for the k-th of the Tensors, as a tangent of its shape."""
        if t is None or self.constant[k]:
            return None
        aval = self.out_avals[k]
        if tuple(t.shape) != aval.shape:
            raise RuntimeError(
                "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
                f"supported. Tensor is of size {list(aval.shape)} while the given forward gradient is of size "
                f"{list(t.shape)}."
            )
        t = current(t)
        return t.val if t.mark is None and t.owner is TAPE else inner(t)


def as_taped(t):
    return t if isinstance(t, Taped) else as_tensor(t)


class VmapInfo(NamedTuple):
    """What a vmap staticmethod is told: how many are mapped, and what to do with random numbers."""

    batch_size: int
    randomness: str


def is_written(method):
    """Has a Function a method of its own, in the place of the one that refuses?"""
    return not getattr(method, "__isabstractmethod__", False)


def backward_of(cls):
    if is_written(cls.backward) and is_written(cls.vjp):
        raise RuntimeError(
            "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement one of them."
        )
    return cls.backward if is_written(cls.backward) else cls.vjp
