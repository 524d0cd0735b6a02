"""torch.autograd.forward_ad: dual Tensors, whose tangents travel with them.

Invariant: a level is one forward-mode interpreter of the core (`core.trace.Jvp`), opened and closed by hand; a dual is a
Tensor on the tape above it, recorded as a view of its primal, so that backward goes through primals and tangents alike.
"""

from typing import NamedTuple

from funcgrad.core.aval import shape_of
from funcgrad.core.elementwise_layout import noted
from funcgrad.core.handle import Array, root_of
from funcgrad.core.mutation import view as core_view
from funcgrad.core.mutation import write
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE, Batch, Jvp, Record, unwrap
from funcgrad.transforms.boundary import as_tensor, inner, settle

from ..errors import type_name
from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS
from ..graph import label
from ..payload import current
from ..tensor import Tensor
from .grad_mode import GradMode, decorated
from .gradient_layout import as_primal

P = PRIMITIVES
EXIT_OTHER = "Trying to exit a forward AD level that was not the last one that was created. This is not supported."


class Level(Jvp):
    """The interpreter of a dual level. When it has been left, its Tensors are their primals."""

    name = "dual_level"
    transparent = True

    def __init__(self):
        super().__init__()
        self.leaves = {}  # number of a dual Tensor's value -> the value, of those whose primal is a leaf that requires grad
        self.given = {}  # number of a dual Tensor's value -> (the value, the Tensor that make_dual was given for its tangent)

    def process(self, prim, args, params, out=None):
        if self.done:
            return prim(*unwrap(self, args)[0], **params)
        return super().process(prim, args, params, out)


def open_level():
    return tls.dual


def current_level():
    return -1 if open_level() is None else 0


def enter_dual_level():
    """Start to propagate tangents; returns the number of the level, 0. RuntimeError if there is one already."""
    if open_level() is not None:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    tls.dual = Level()
    return 0


def exit_dual_level(*, level=None):
    """Stop, and drop the tangents. RuntimeError if no level, or another one than `level`, is entered."""
    if level is not None and level != current_level():
        raise RuntimeError(EXIT_OTHER)
    trace = open_level()
    if trace is None:
        raise RuntimeError("Dual level must be a positive number.")
    tls.dual = None
    trace.done = True
    if trace.lifted:
        settle(trace)
    trace.leaves.clear()  # (they lead back to the level)
    trace.given.clear()


class dual_level:
    """Inside this `with` block (or decorated function) dual Tensors propagate their tangents.

    >>> import compat as torch
    >>> from compat.autograd import forward_ad
    >>> with forward_ad.dual_level():
    ...     x = forward_ad.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.5]))
    ...     forward_ad.unpack_dual(x * x).tangent
    tensor([2., 2.])
    """

    def __enter__(self):
        return enter_dual_level()

    def __exit__(self, *error):
        exit_dual_level()

    def __call__(self, orig_func):
        return decorated(orig_func, self.run)

    __call__.__qualname__ = GradMode.__call__.__qualname__

    def clone(self):
        """Another one."""
        return type(self)()

    @staticmethod
    def run(f, *args, **kwargs):
        """f(*args, **kwargs) inside one."""
        with dual_level():
            return f(*args, **kwargs)


class UnpackedDualTensor(NamedTuple):
    """The parts of a dual Tensor; `tangent` is None of a Tensor that is none."""

    primal: Tensor
    tangent: Tensor | None


def make_dual(tensor, tangent, *, level=None):
    """A Tensor with the values of `tensor` and this tangent, which what is computed from it carries on.

    RuntimeError outside dual_level, if shapes differ, and for a Tensor that is dual already; ValueError for integers.
    """
    if (current_level() if level is None else level) < 0:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    if level:
        raise RuntimeError("Invalid level given to _make_dual")
    for what, t in (("primal", tensor), ("tangent", tangent)):
        if not (t.is_floating_point() or t.is_complex()):
            raise ValueError(f"Expected {what} to be floating point or complex, but got: {t.dtype}")
    trace = open_level()
    x = current(tensor)
    if x.owner.level > trace.tape.level:
        refuse_transformed(x)
    if parts(x, trace)[1] is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level 0 is not supported."
        )
    check_tangent(x, tangent)
    if parts(current(tangent), trace)[1] is not None:
        raise RuntimeError(
            "Setting a forward grad that itself has a forward gradient at the same level0 is not supported."
        )
    mark = x.mark
    kept = tangent if tangent.stride() == tensor.stride() else None
    if kept is None and mark is None and not tangent.requires_grad:
        kept = FUNCTIONS["empty_like"](x, dtype=tangent.dtype).copy_(tangent)  # (as the primal lies)
    v, t = inner(x), inner(tangent if kept is None else kept)
    trace.deep, trace.flat = True, False
    dual = trace.tape.face(Array(v, t, trace), mark, trace.tape)
    out = P["reshape"](dual, shape=tuple(shape_of(v)))
    if out.mark is not None:
        label(out, "ViewBackward0", (dual,))
        if mark.plan is None:
            trace.leaves[id(out.val)] = out.val
    if kept is not None:
        trace.given[id(out.val)] = out.val, kept
        c = current(kept)
        if x.owner is c.owner is TAPE and not tls.func and mark is c.mark is None:
            out.home = tensor, kept
            out.store = x.versioned()
    return out


def refuse_transformed(x):
    """What torch says of a dual made of a Tensor of torch.func inside of a level that was entered outside of it; what it makes of one that
    torch.func.grad differentiates is not known here."""
    kind = type(getattr(x.val, "owner", None))
    if kind is Jvp:
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    if kind is Batch:
        raise RuntimeError(
            "Batching rule not implemented for aten::_make_dual; the fallback path doesn't work on out= or view ops."
        )
    if kind is Record:
        raise NotImplementedError("make_dual: enter dual_level inside the function that torch.func.grad is given")


def at_home(dual):
    """Write what a dual holds, since it has been written, into the memory that it shares: that of its primal and of its tangent."""
    trace = dual.owner.under if type(dual.owner.under) is Level else open_level()
    if trace is None:
        return
    primal, tangent = dual.home
    value, change = parts(dual, trace)
    before, tls.grad = tls.grad, False
    try:
        write(primal, P["copy"], value)
        if not trace.done:
            write(tangent, P["copy"], 0.0 if change is None else change)
    finally:
        tls.grad = before
    dual.val = Array(shown(current(primal)), shown(current(tangent)), trace)
    dual.owner = trace.tape
    trace.given[id(dual.val)] = dual.val, tangent


def check_tangent(x, tangent):
    """RuntimeError in torch's words if a tangent has another shape than its Tensor."""
    if tuple(tangent.shape) != tuple(x.shape):
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size "
            f"{list(tangent.shape)}."
        )


def state_of(t):
    """What a change in place changes: the version of memory, the value that a Tensor of a transform stands for."""
    return t._version, id(t.val)


def check_shared(call, got, given, before):
    """RuntimeError in torch's words unless the tangent of what a Function changed in place was too, and that of a view is one.
    `got`: what its jvp returned; `given`: the tangents it was given, `before`: their states then."""
    views = len(before) == len(call.positions) and open_level() is not None and not tls.func
    for t, k in zip(got, call.results, strict=True):
        if k is None or t is None:
            continue
        if call.dirty[k] is not None:
            i = call.positions[call.dirty[k]]
            if i in before and (t is not given[i] or state_of(t) == before[i]):
                raise RuntimeError(
                    "An inplace custom Function is not modifying the forward mode gradients inplace. If the forward is modifying an input "
                    "inplace, then the jvp function must modify the corresponding gradient inplace."
                )
        elif views and call.shares[k] and not t._is_view():
            raise RuntimeError(
                "A custom Function's forward is returning a view (or an input as-is) but the jvp is not returning a view."
            )


def refuse_written(t, trace):
    """RuntimeError in torch's words if a dual that is written in place still has the very tangent it was given, and this is a leaf."""
    given = trace.given.get(id(t.val))
    tangent = given and current(given[1])
    if id(root_of(t)[0].val) in trace.leaves:
        raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")
    if (
        tangent is not None
        and tangent.mark is not None
        and (tangent.mark.plan is None or root_of(tangent)[0].mark is None)
    ):
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")


def tangent_copied(old, new, trace):
    """What a Tensor is to be after a change in place: where it had a tangent, torch copies the new one into its memory, by a node of
    its own."""
    value, tangent = parts(new, trace)
    if parts(old, trace)[1] is None or not isinstance(tangent, Tensor) or tangent.mark is None:
        return new
    copy = P["copy"](tangent.detach(), tangent)
    label(copy, "CopyBackwards", (tangent,))
    return trace.tape.face(Array(value, copy, trace), new.mark, trace.tape)


def parts(t, trace):
    """(the value below a level, the tangent there or None) of a Tensor."""
    v = t.val
    if trace is not None and t.owner is trace.tape and isinstance(v, Array) and v.owner is trace:
        return v.val, v.mark
    return t, None


def unpack_dual(tensor, *, level=None):
    """(primal, tangent) of a Tensor; the tangent is None where it has none, and outside dual_level."""
    trace = open_level()
    if (current_level() if level is None else level) < 0:
        return UnpackedDualTensor(tensor, None)
    if not isinstance(tensor, Tensor):
        raise TypeError(f"_unpack_dual(): argument 'dual' (position 1) must be Tensor, not {type_name(tensor)}")
    if trace is None or not (tensor.is_floating_point() or tensor.is_complex()):
        return UnpackedDualTensor(tensor, None)
    value, tangent = parts(current(tensor), trace)
    given = trace.given.get(id(tensor.val))  # (torch hands out the very Tensor as long as the dual has not changed)
    primal = core_view(shown(value), P["getitem"], "Identity", idx=(Ellipsis,))
    if primal.mark is not None:
        label(primal, "Identity", (tensor,))
    if given is not None or tangent is None:
        return UnpackedDualTensor(primal, given and given[1])
    return UnpackedDualTensor(primal, as_primal(shown(tangent), primal))


def shown(v):
    """A value of the level below as a Tensor of its own."""
    if isinstance(v, Tensor):
        t = v.owner.face(v.val, v.mark, v.owner)
        if v.owner is TAPE:
            noted(t).store = v.versioned()
        return t
    return as_tensor(v)


__getattr__ = _refusal(__name__)
__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]
