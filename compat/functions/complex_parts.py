"""The parts of complex numbers: real, imag, conj, angle, and the views as pairs of real numbers."""

from funcgrad.core.conjugate_views import Mirror, maps_of
from funcgrad.core.halves import BFLOAT16, COMPLEX32, FLOAT16, WIDER
from funcgrad.core.mutation import mirrored
from funcgrad.core.mutation import view as core_view
from funcgrad.core.trace import TAPE

from ..names_of_classes import found_as
from ..payload import current
from ..rewriting import spelled
from ..tensor import Tensor
from .call_errors import answering
from .nodes import named
from .operands import P, cast, dtype_of, floating, in_c_order, iterated, laid_like, shape_of
from .register import FUNCTIONS, install, operation
from .shape import view_of
from .writing import spoken


def real_part(input):
    """The real part, as a view; of a real Tensor the Tensor itself."""
    t = current(input)
    return part(t, "real", 0) if dtype_of(t).kind == "c" else input


def part(t, prim, at):
    """One of the two parts of complex numbers, as a view."""
    if dtype_of(t) == COMPLEX32:
        return apart(t, prim, "SelectBackward0")
    if type(t.alias) is not Mirror:
        return spelled(core_view(t, P[prim]), "SelectBackward0", part_in_steps, at)
    if not t.alias.maps & 1:
        return part_in_steps(t, at)
    pair = core_view(mirrored(t, "conj"), P["as_real"])
    return view_of(
        mirrored(pair, "neg", "NegViewBackward0") if at else pair, "getitem", "SelectBackward0", idx=(Ellipsis, at)
    )


def part_in_steps(t, at):
    return view_of(view_as_real(t), "getitem", "SelectBackward0", idx=(Ellipsis, at))


def apart(t, prim, shown):
    """Parts of complex32, or complex32 of parts: a copy, since float16 does not lie in this memory (docs/decisions/bfloat16.md). What would
    be written into the copy, and not into `t`, is refused."""
    whole = cast(t, WIDER[dtype_of(t)])
    out = cast(P[prim](whole), FLOAT16 if dtype_of(t) == COMPLEX32 else COMPLEX32)
    if out.owner is TAPE:
        out.val.flags.writeable = False
    return named(out, shown, (t,))


def imaginary_part(input):
    """The imaginary part, as a view; RuntimeError for real Tensors."""
    t = current(input)
    if dtype_of(t).kind != "c":
        raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")
    return part(t, "imag", 1)


for _name, _get in {"real": real_part, "imag": imaginary_part}.items():
    FUNCTIONS[_name] = found_as(answering(_get), _name)
    FUNCTIONS[_name].__name__ = _name


def settable(get):
    """A property that is written, as torch has it, through the view that it gives."""

    def put(self, value):
        part = get(self)
        part.copy_(value) if isinstance(value, Tensor) else part.__setitem__(..., value)

    return property(get, put)


install("real", settable(real_part))
install("imag", settable(imaginary_part))


@operation()
def conj(input):
    """The conjugate, over the same memory; of a real Tensor the Tensor itself."""
    t = current(input)
    if dtype_of(t).kind != "c":
        return input
    return mirrored(t, "conj", "ConjBackward0") if t.owner is TAPE else P["conj"](t)


@operation()
def conj_physical(input):
    """The complex conjugate; of real numbers they themselves."""
    t = current(input)
    return laid_like(P["conj"](t), t) if dtype_of(t).kind == "c" else input


@operation("AngleBackward0")
def angle(input):
    """The angle in radians; of a real number 0 (of -0.0 too) or pi."""
    t = floating(current(input))
    return in_c_order(P["angle"](t)) if dtype_of(t).kind == "c" else iterated(P["angle"](P["add"](t, 0.0)), t)


@operation(method=False)
def view_as_real(input):
    """The real and imaginary parts as a new last dimension, as a view."""
    t = current(input)
    if dtype_of(t).kind != "c":
        raise RuntimeError("view_as_real is only supported for complex tensors")
    if maps_of(t) & 1:
        raise RuntimeError(
            "view_as_real doesn't work on unresolved conjugated tensors.  To resolve the conjugate tensor so you can view it as real, use "
            "self.resolve_conj(); however, be warned that the resulting tensor will NOT alias the original."
        )
    if dtype_of(t) == COMPLEX32:
        return apart(t, "as_real", "ViewAsRealBackward0")
    return core_view(t, P["as_real"])


@operation(method=False)
def view_as_complex(input):
    """Complex numbers of which the last dimension holds the real and the imaginary part, as a view."""
    t = current(input)
    shape, d = shape_of(t), dtype_of(t)
    if d.kind != "f" or d == BFLOAT16:
        raise RuntimeError(
            "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: "
            f"{spoken(d)}"
        )
    if not shape:
        raise RuntimeError("Input tensor must have one or more dimensions")
    if shape[-1] != 2:
        raise RuntimeError("Tensor must have a last dimension of size 2")
    if t.owner is TAPE:
        *strides, last = t.stride()
        if last != 1:
            raise RuntimeError("Tensor must have a last dimension with stride 1")
        for step, k in zip(strides, shape):
            if step % 2 and k > 1:
                raise RuntimeError("Tensor must have a stride divisible by 2 for all but last dimension")
        if t.storage_offset() % 2:
            raise RuntimeError("Tensor must have a storage_offset divisible by 2")
    if d == FLOAT16:
        return apart(t, "as_complex", "ViewAsComplexBackward0")
    return core_view(t, P["as_complex"])


def flagged(name, bit, what):
    """is_NAME() and resolve_NAME()."""

    def asked(input):
        return bool(maps_of(input) & bit)

    def resolved(input):
        return FUNCTIONS["clone"](input) if asked(input) else input

    asked.__doc__ = f"Is the Tensor the {what} of what lies in its memory?"
    resolved.__doc__ = f"The Tensor itself, or, if it is the {what} of what lies in its memory, a copy that is none."
    operation(name=f"is_{name}")(asked)
    operation(name=f"resolve_{name}")(resolved)


flagged("conj", 1, "conjugate")
flagged("neg", 2, "negative")
