"""A function of trees of Tensors as one of their leaves, which is what the transforms take."""

from funcgrad.core.state import tick, tls
from funcgrad.core.trace import TAPE, Record
from funcgrad.errors import ConcretizationError

from .._funcs import DERIVATIVES
from ..functions.levels import mapped_by
from ..functions.register import FUNCTIONS as T
from ..payload import current
from ..stores import note
from ..tensor import Tensor
from ..utils._pytree import tree_flatten, tree_unflatten
from .checks import (
    check_argnums,
    check_aux,
    check_differentiable,
    check_primals,
    check_scalar,
    check_tensors,
)

NO_PACKING = "torch.func.{grad, vjp, jacrev, hessian} don't yet support saved tensor hooks. Please open an issue with your use case."


def within(leaves, func, *args, **kwargs):
    """func(*args, **kwargs), inside the transform that the leaves were given to: in reverse mode no_grad within func stops the
    record, and no_grad outside is no business of it. (fg.grad differentiates through what an optimiser does under no_grad.)"""
    trace = max([t.owner for t in leaves if isinstance(t, Tensor)], key=lambda owner: owner.level, default=TAPE).under
    if type(trace) is Record and tls.packing is not None:
        raise RuntimeError(NO_PACKING)
    before = tls.grad, tls.func, tls.no_packing
    around = tls.mapping
    if around is not None and around is not trace and around not in tls.func:  # (that of jacfwd)
        tls.func = (*tls.func, around)
    tls.func = (*tls.func, trace)
    if type(trace) is Record:
        trace.mode, tls.grad = tls.grad, True
        tls.no_packing = NO_PACKING
    guarded = type(trace) in DERIVATIVES  # (what stands outside may not be written: funcs.py)
    if guarded:
        trace.opened, trace.given = tick(), leaves
        note(1)
    try:
        return func(*args, **kwargs)
    except ConcretizationError as error:
        error.derived = (
            error.derived or guarded
        )  # (torch says something else of a value that is asked for in a derivative)
        raise
    finally:
        tls.grad, tls.func, tls.no_packing = before
        if guarded:
            trace.given = ()
            note(-1)


class Flat:
    """A function of trees as one of leaves that returns leaves: what the transforms of funcgrad get.

    `out` and `aux` are the structures of what the last call returned. `tells`: the arguments that it has changed in place, `written`,
    follow what is in aux."""

    def __init__(self, func, spec, name, has_aux=False, kwargs=None, check=check_tensors, tells=False):
        self.func, self.spec, self.name, self.has_aux, self.check = func, spec, name, has_aux, check
        self.tells = tells
        self.kwargs = kwargs or {}

    def __call__(self, *leaves):
        before = [x.val for x in leaves] if self.tells else ()
        got = within(leaves, self.func, *tree_unflatten(leaves, self.spec), **self.kwargs)
        aux = None
        if self.has_aux:
            if not isinstance(got, tuple) or len(got) != 2:
                raise RuntimeError(
                    f"{self.name}: output of function f should be a tuple: (output, aux) if has_aux is True"
                )
            got, aux = got
        out, self.out = tree_flatten(got)
        aux, self.aux = tree_flatten(aux) if self.has_aux else ((), None)
        if self.check is check_scalar:  # (what is looked at first is as in torch)
            check_scalar(self.name, got)
            check_aux(aux)
            out = out[0]
        else:
            check_aux(aux)
            self.check(self.name, out)
            out = tuple(out)
        self.written = [i for i, v in enumerate(before) if current(leaves[i]).val is not v]
        if self.tells:
            return out, (*aux, *[leaves[i] for i in self.written])
        return (out, tuple(aux)) if self.has_aux else out

    def shown(self, out):
        """An output as the function's own containers."""
        return tree_unflatten(out, self.out)


def mapped_as(g, x):
    """The derivative by x (or a tangent of it), mapped by every vmap that x is: as torch's is, also where nothing depends on x."""
    x, trace = current(x), tls.mapping
    while trace is not None and (not mapped_by(trace, x) or mapped_by(trace, current(g))):
        trace = trace.around
    return g if trace is None else g + T["zeros_like"](x).sum().to(g.dtype)


class Chosen:
    """The arguments that argnums names, among the leaves of all."""

    def __init__(self, args, argnums, sized=False):
        self.leaves, self.spec = tree_flatten(args)
        self.single = not isinstance(argnums, tuple)
        self.specs, self.positions = [], []
        starts = [0]
        for below in self.spec.children_specs:
            starts.append(starts[-1] + below.num_leaves)
        for k in check_argnums(argnums, len(args)):
            self.specs.append(self.spec.children_specs[k])
            self.positions += range(starts[k], starts[k + 1])
        chosen = [self.leaves[i] for i in self.positions]
        if sized:  # (torch asks how many elements each has, before what it is)
            for leaf in chosen:
                leaf.numel()
        (check_primals if sized else check_differentiable)(chosen)

    def shown(self, leaves, as_given=True):
        """One derivative by each leaf of those arguments, in their containers; `as_given`: mapped if that is."""
        if tls.mapping is not None and as_given:
            leaves = [mapped_as(g, self.leaves[i]) for g, i in zip(leaves, self.positions, strict=True)]
        leaves = iter(leaves)
        parts = [tree_unflatten([next(leaves) for _ in range(s.num_leaves)], s) for s in self.specs]
        return parts[0] if self.single else tuple(parts)
