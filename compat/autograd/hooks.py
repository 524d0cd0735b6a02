"""Hooks: Tensor.register_hook, register_post_accumulate_grad_hook, and those of grad_fn objects.

Invariant: a hook sees what torch shows (Tensors, complex gradients conjugated), runs under the grad mode that
create_graph asks for, and what it returns has the shape and dtype of what it got. For one cotangent the order is torch's:
the Tensor's hooks as registered, retain_grad's copy, the operation's pre-hooks, its rule, its hooks.
"""

from funcgrad.core import state
from funcgrad.core.handle import Taped
from funcgrad.core.node import extra_of
from funcgrad.core.trace import Slots
from funcgrad.transforms.boundary import as_tensor

from ..graph import Node, parents
from ..tensor import Tensor, current
from ..utils.hooks import register
from .grad_mode import call_in
from .walks import conjugated, payload

tls = state.tls


def shown_gradient(ct):
    """A cotangent of a walk as the Tensor a user sees."""
    ct = conjugated(ct)
    return ct if isinstance(ct, Taped) else as_tensor(ct)


def asked(hook, *args):
    """What a hook returns, run under the grad mode of the walk."""
    return call_in(tls.walking[1], hook, *args)


def replaced(hook, got, shown, ct):
    """The cotangent that a hook's result stands for; TypeError, RuntimeError in torch's words if it cannot."""
    if got is None:
        return ct
    if not isinstance(got, Tensor):
        raise TypeError(f"expected Variable, but hook returned '{type(got).__name__}'")
    what = {"size": got.shape != shown.shape, "type": got.dtype != shown.dtype}
    for changed in what:
        if what[changed]:
            raise RuntimeError(f"hook '{getattr(hook, '__name__', repr(hook))}' has changed the {changed} of value")
    home, create = tls.walking
    return conjugated(got) if create else payload(conjugated(got), home)


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
    mark = current(self).mark
    if mark is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    extra = extra_of(mark)
    if extra.hooks is None:
        extra.hooks = {}

    def on_cotangent(ct):
        shown = shown_gradient(ct)
        return replaced(hook, asked(hook, shown), shown, ct)

    return register(extra.hooks, on_cotangent)


def register_post_accumulate_grad_hook(self, hook):
    """Call hook(leaf) whenever backward has added to this leaf's `.grad`; returns a handle with remove()."""
    mark = current(self).mark
    if mark is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if mark.plan is not None:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    cell = mark.extra.cell
    if cell.hooks is None:
        cell.hooks = {}
    return register(cell.hooks, hook)


Tensor.register_hook = register_hook
Tensor.register_post_accumulate_grad_hook = register_post_accumulate_grad_hook


# ------------------------------------------------------------------------------------------------ hooks of operations
def several_shown(cts):
    """Cotangents of one operation as the tuple of Tensors a user sees, None for those that nothing reached."""
    cts = cts.cts if isinstance(cts, Slots) else cts if isinstance(cts, list) else [cts]
    return tuple([None if c is None else shown_gradient(c) for c in cts])


class Before(dict):
    """The pre-hooks of an operation, which see and may replace the cotangents of its results."""

    def __call__(self, ct):
        for hook in list(self.values()):
            shown = several_shown(ct)
            got = asked(hook, shown)
            if got is not None:
                ct = self.written(hook, got, shown, ct)
        return ct

    @staticmethod
    def written(hook, got, shown, ct):
        new = checked_count(hook, got, shown)
        if isinstance(ct, Slots):
            ct.cts = [c if s is None else replaced(hook, g, s, c) for g, s, c in zip(new, shown, ct.cts, strict=True)]
            return ct
        cts = ct if isinstance(ct, list) else [ct]
        cts = [replaced(hook, g, s, c) for g, s, c in zip(new, shown, cts, strict=True)]
        return cts if isinstance(ct, list) else cts[0]


class After(dict):
    """The hooks of an operation, which see the gradients of its operands and results, and may replace the former."""

    def __call__(self, n, ct, gs):
        span = [p for p in parents(n)]
        at = positions(span, n.ins)
        for hook in list(self.values()):
            shown = [None] * len(span)
            for i, g in zip(at, gs, strict=True):
                shown[i] = None if g is None else shown_gradient(g)
            got = asked(hook, tuple(shown), several_shown(ct))
            if got is not None:
                new = checked_count(hook, got, shown)
                gs = [
                    g if shown[i] is None else replaced(hook, new[i], shown[i], g) for i, g in zip(at, gs, strict=True)
                ]
        return gs


def positions(span, ins):
    """Where the parents of a node stand among those that torch shows."""
    at, free = [], list(range(len(span)))
    for p in ins:
        i = next(i for i in free if span[i] is p)
        free.remove(i)
        at.append(i)
    return at


def checked_count(hook, got, shown):
    got = (got,) if isinstance(got, Tensor) else tuple(got)
    if len(got) != len(shown):
        raise RuntimeError(
            f"hook '{getattr(hook, '__name__', repr(hook))}' has returned an incorrect number of values (got {len(got)}, but "
            f"expected {len(shown)})"
        )
    return got


def operation_behind(fn, what):
    n = fn.node
    if n.plan is None:
        raise RuntimeError(
            f"{what}: AccumulateGrad has no hooks here; use the leaf's register_hook, or register_post_accumulate_grad_hook."
        )
    return n


def register_node_hook(self, hook):
    """Call hook(grad_inputs, grad_outputs) after this operation's derivative was computed; it may return new grad_inputs.

    NotImplementedError for a node that stands for several operations: what reaches their operands is never in one place.
    """
    n = operation_behind(self, "register_hook")
    if {p for p in parents(n) if p is not None} != set(n.ins):
        raise NotImplementedError(
            f"register_hook: {self.name()} is made of several operations here; use register_prehook, or register_hook of the "
            "Tensors that go into it."
        )
    extra = extra_of(n)
    if extra.around is None:
        extra.around = After()
    return register(extra.around, hook)


def register_node_prehook(self, hook):
    """Call hook(grad_outputs) before this operation's derivative is computed; it may return new grad_outputs."""
    extra = extra_of(operation_behind(self, "register_prehook"))
    if extra.before is None:
        extra.before = Before()
    return register(extra.before, hook)


Node.register_hook = register_node_hook
Node.register_prehook = register_node_prehook
