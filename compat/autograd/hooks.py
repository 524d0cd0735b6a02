"""Hooks: Tensor.register_hook, register_post_accumulate_grad_hook, and those of grad_fn objects.

Invariant: a hook sees what torch shows (Tensors, complex gradients conjugated), runs under the grad mode that
create_graph asks for, and what it returns has the shape and dtype of what it got. For one cotangent the order is torch's:
the Tensor's hooks as registered, retain_grad's copy, the operation's pre-hooks, its rule, its hooks.
"""

import weakref
from collections import OrderedDict

from funcgrad.core import state
from funcgrad.core.aval import dtype_of, is_float
from funcgrad.core.handle import Cell, Taped
from funcgrad.core.node import extra_of
from funcgrad.core.reverse import Late
from funcgrad.core.trace import PICK, TAPE, Slots
from funcgrad.transforms.boundary import as_tensor

from ..errors import type_name
from ..graph import Node, parents
from ..native import of_arguments
from ..payload import current, recorded
from ..rewriting import gated, reference, whole
from ..tensor import Tensor
from ..utils.hooks import Table, register
from .grad_mode import call_in
from .gradient_layout import conjugated
from .walks import payload, walking

tls = state.tls


def shown_gradient(ct):
    """A cotangent of a walk as the Tensor a user sees: one and the same for all who see it while one of them holds it."""
    shown = conjugated(ct)
    if isinstance(shown, Taped):
        return shown
    if shown is not ct:
        return as_tensor(shown)
    walk = walking()
    if walk is None:  # (forward mode)
        return as_tensor(ct)
    seen = walk.shown.get(id(ct))
    t = seen and seen()
    if t is None or t.val is not ct:
        t = as_tensor(ct)
        walk.shown[id(ct)] = weakref.ref(t)
    return t


def asked(hook, *args):
    """What a hook returns, run under the grad mode of the walk."""
    return call_in(walking().create, hook, *args)


def need_tensor(got):
    """torch's error for what a hook returned if it is no Tensor."""
    if not isinstance(got, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type_name(got)}'")


def need_alike(hook, got, shown):
    """torch's error for what a hook returned (or one of that name) if it is no Tensor of the shape and dtype of what it saw."""
    need_tensor(got)
    from ..functions.out_rules import type_text

    name = hook if isinstance(hook, str) else getattr(hook, "__name__", repr(hook))
    was, now = [type_text(dtype_of(t), "Meta" if t.is_meta else "CPU", t.is_sparse) for t in (shown, got)]
    if was != now:
        raise RuntimeError(f"hook '{name}' has changed the type of value (was {was} got {now})")
    if got.shape != shown.shape:
        raise RuntimeError(f"hook '{name}' has changed the size of value")


def stays_nothing(got):
    """None; torch's error for what a hook returned where it saw that there is no gradient."""
    if got is not None:
        raise RuntimeError("can't replace a None gradient with a non-None value")


def replaced(hook, got, shown, ct):
    """The cotangent that the result of a hook (or of one of that name) stands for; TypeError, RuntimeError in torch's words if it
    cannot."""
    if got is None:
        return ct
    need_alike(hook, got, shown)
    walk = walking()
    if walk.create:
        return conjugated(got)
    new = payload(conjugated(got), walk.home)
    if new is got.val:
        walk.shown[id(new)] = weakref.ref(got)
    return new


def heard_by(t):
    """The node that a hook of an up-to-date Tensor listens to, None if there is none."""
    return recorded(t) if tls.func and t.owner is not TAPE else t.mark


def heard(t):
    """The node of a Tensor that a hook listens to: inside torch.func that of the transform. RuntimeError without one."""
    mark = heard_by(current(t))
    if mark is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    return mark


def register_hook(self, hook):
    """Call hook(grad) whenever the gradient of this Tensor is computed; a Tensor it returns takes the gradient's place.

    Returns a handle with remove(). RuntimeError if the Tensor does not require grad.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> handle = w.register_hook(lambda grad: grad * 10)
    >>> w.sum().backward()
    >>> w.grad
    tensor([10., 10.])
    """
    mark = heard(self)
    extra = extra_of(mark)
    if extra.group is not None:
        whole(mark)
    state.shared.early = state.shared.early or mark.plan is None
    state.shared.heard = state.shared.shown = True

    def on_cotangent(ct):
        if ct is None:
            return stays_nothing(asked(hook, None))
        shown = shown_gradient(ct)
        return replaced(hook, asked(hook, shown), shown, ct)

    on_cotangent.hook = hook
    if extra.hooks is None:
        several = mark.plan is not None and mark.plan.prim is PICK
        extra.hooks = Late() if several else Table()
        if several:  # (its operation asks the hooks of all its results, also of those that no gradient has reached)
            main = extra_of(mark.ins[0])
            main.hooks, main.results = main.hooks or {}, [*(main.results or ()), reference(mark)]
    return register(extra.hooks, on_cotangent)


def register_post_accumulate_grad_hook(self, hook):
    """Call hook(leaf) whenever backward has added to this leaf's `.grad`; returns a handle with remove()."""
    mark = heard(self)
    if mark.plan is not None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    return register(leaf_hooks(mark), hook)


def leaf_hooks(mark):
    """The hooks of a leaf's accumulation."""
    state.shared.early = True
    extra = extra_of(mark)
    if extra.cell is None:  # (of an argument in torch.func: nothing is accumulated there)
        extra.cell = Cell()
    cell = extra.cell
    if cell.hooks is None:
        cell.hooks = LeafHooks()
    return cell.hooks


def hooks_seen(self):
    """The hooks of this Tensor by their numbers, None if it never had any."""
    mark = heard_by(current(self))
    hooks = mark and mark.extra and mark.extra.hooks
    return None if hooks is None else OrderedDict([(k, f.hook) for k, f in hooks.items()])


def replace_hooks(self, hooks):
    """Set `_backward_hooks`: a dict of hooks in the place of those that the Tensor had, None for none of them."""
    mark = heard_by(current(self))
    if mark is not None and mark.extra is not None and mark.extra.hooks is not None:
        mark.extra.hooks.clear()
    for hook in hooks.values() if isinstance(hooks, dict) else ():  # (what is none, torch drops)
        register_hook(self, hook)


def leaf_hooks_seen(self):
    """The hooks of this leaf that wait for its `.grad`, by their numbers, None if it never had any."""
    mark = heard_by(current(self))
    cell = mark and mark.plan is None and mark.extra and mark.extra.cell
    hooks = cell and cell.hooks
    return OrderedDict(hooks) if hooks and (len(hooks) or not (hooks.before or hooks.after)) else None


Tensor._backward_hooks = property(hooks_seen, replace_hooks)
Tensor._post_accumulate_grad_hooks = property(leaf_hooks_seen)
for f in (register_hook, register_post_accumulate_grad_hook):
    f.__qualname__ = f"Tensor.{f.__name__}"
    setattr(Tensor, f.__name__, f)


# ------------------------------------------------------------------------------------------------ hooks of operations
def places_of(fn):
    """Where the gradients that a hook of an operation sees stand among the cotangents of its results: of those that have a derivative;
    of a custom Function of all that forward has returned, None where that is no Tensor."""
    n = fn.node
    if n.plan.prim.users:
        results = getattr(n.params["spec"], "results", None)
        return range(len(fn.forms)) if results is None else tuple(results)
    return (0,) if fn.forms is None else tuple([i for i, a in enumerate(fn.forms) if is_float(a.dtype)])


def results_of(ct, places):
    """The cotangents in these places of the results of one operation."""
    cts = ct.cts if isinstance(ct, Slots) else (ct,)
    return [None if i is None or ct is None else cts[i] for i in places]


def several_shown(cts):
    """Cotangents as the tuple of Tensors a user sees, None for those that nothing reached."""
    return tuple([None if c is None else shown_gradient(c) for c in cts])


def as_given(got):
    """What a hook of an operation returned; TypeError if it is no tuple."""
    if not isinstance(got, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type_name(got)}'")
    return got


class LeafHooks(dict):
    """The hooks of a leaf's accumulation: those after it that see the leaf (the dict itself), and those of AccumulateGrad,
    `before((gradient,))` and `after((), (gradient,))`."""

    __slots__ = ("before", "after", "__weakref__")

    def __init__(self):
        self.before, self.after = Table(), Table()

    def __bool__(self):
        return True

    def at_gradient(self, g):
        """The gradient that is accumulated: as it comes, as a hook replaces it, or None."""
        for hook in list(self.before.values()):
            got = asked(hook, (g,))
            if got is not None:
                (new,) = checked_count(hook, as_given(got), (g,))
                if g is None:
                    stays_nothing(new)
                if new is None:
                    return None
                need_tensor(new)
                g = new
        return g

    def at_leaf(self, leaf, g):
        """Tell those who wait that g was accumulated."""
        for hook in list(self.values()):
            got = hook(leaf)
            if got is not None and got is not leaf:
                need_alike(hook, got, leaf)
                raise RuntimeError("Tensor post accumulate grad hooks should return None.")
        for hook in list(self.after.values()):
            got = hook((), (g,))
            if got is not None:
                checked_count(hook, as_given(got), ())


class Hooks:
    """The hooks of an operation: `before` see and may replace the cotangents of its results, `after` those too and the
    gradients of its operands, of which they may replace the latter."""

    def __init__(self, span, places):
        self.operands = [p and reference(p) for p in span]
        self.places = places  # of the results that they see
        self.before, self.after = Table(), Table()
        self.steps = None  # the operation's nodes, once what goes to the operands passes a gate
        self.kept = ()  # what they have saved
        self.outputs = None  # between the two, for the latter
        self.given = None  # what a Function's own backward has just returned, also for operands that need none

    def at_results(self, ct):
        for hook in list(self.before.values()):
            shown = several_shown(results_of(ct, self.places))
            got = asked(hook, shown)
            if got is not None:
                ct = written(hook, got, shown, ct, self.places)
        if self.after:
            self.kept = [(m, m.saved, m.versions) for r in self.steps or () if (m := r()) is not None]
            self.outputs = several_shown(results_of(ct, self.places))
            if ct is None:  # (then no rule is asked, and nothing passes the gate)
                self.at_operands([None] * len(self.operands))
        return ct

    def at_operands(self, gs):
        outputs, self.outputs = self.outputs, None
        kept, self.kept = self.kept, ()
        given, self.given = self.given, None
        walk = walking()
        if given is not None:
            gs = given
        elif walk.only is not None:  # (what leads to none of the inputs asked for is not computed)
            gs = [g if p is None or p() in walk.reached else None for p, g in zip(self.operands, gs, strict=True)]
        for hook in list(self.after.values()):
            shown = several_shown(gs)
            try:
                got = asked(hook, shown, outputs)
                if got is not None:
                    gs = each(hook, got, shown, gs)
            except BaseException:
                for m, saved, versions in kept:  # (torch frees it after the hooks)
                    m.saved, m.versions = saved, versions
                raise
        return gs


def each(hook, got, shown, came):
    """The cotangents that stand where these came, after a hook of an operation: None is no gradient."""
    return [
        None if new is None else stays_nothing(new) if s is None else replaced(hook, new, s, c)
        for new, s, c in zip(checked_count(hook, as_given(got), shown), shown, came, strict=True)
    ]


def written(hook, got, shown, ct, places):
    """The cotangents of an operation's results as a hook has replaced them."""
    new = each(hook, got, shown, results_of(ct, places))
    if not isinstance(ct, Slots):
        return new[0]
    for i, c in zip(places, new, strict=True):
        if i is not None:
            ct.cts[i] = c
    return None if all([c is None for c in ct.cts]) else ct


def checked_count(hook, got, shown):
    if len(got) != len(shown):
        raise RuntimeError(
            f"hook '{getattr(hook, '__name__', repr(hook))}' has returned an incorrect number of values (got {len(got)}, but "
            f"expected {len(shown)})"
        )
    return got


def hooks_of(fn):
    """(node, operands, hooks) of the operation that a grad_fn shows."""
    state.shared.heard = state.shared.shown = True
    n = fn.node
    if n.plan is None:
        return n, (), leaf_hooks(n)
    span = parents(n)
    extra = extra_of(n)
    if extra.before is None:
        extra.before = Hooks(span, places_of(fn)).at_results
    return n, span, extra.before.__self__


@of_arguments(1, "")
def hook_operation(self, fn):
    """Call fn(grad_inputs, grad_outputs) after this operation's derivative was computed; it may return new grad_inputs."""
    n, span, hooks = hooks_of(self)
    if n.plan is not None and hooks.steps is None:
        hooks.steps = [reference(m) for m in gated(n, span, hooks.at_operands)]
    return register(hooks.after, fn)


@of_arguments(1, "")
def register_prehook(self, fn):
    """Call fn(grad_outputs) before this operation's derivative is computed; it may return new grad_outputs."""
    return register(hooks_of(self)[-1].before, fn)


hook_operation.__name__ = hook_operation.__qualname__ = "register_hook"
Node.register_hook = hook_operation
Node.register_prehook = register_prehook
