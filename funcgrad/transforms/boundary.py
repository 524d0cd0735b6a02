"""The boundary of a transform: how values enter a trace, how results leave it, and what the caller may then rely on.

Everything handed out is writeable, owns its memory, and shares none with arguments, other results or residuals.
"""

from gc import callbacks

import numpy as np

from ..core import float_warnings, state
from ..core.aval import PYTHON_SCALARS, describe, dtype_of, is_float, ndarray, shape_of
from ..core.collector import Eased, ease, restore
from ..core.handle import Array, Cell, Handle, Taped, fresh, snap
from ..core.primitive import PRIMITIVES
from ..core.site import here, internal, line_of
from ..core.trace import ROOT, TAPE, Batch, Record
from ..errors import ArgumentError, ConversionError, FuncgradError, ShapeError

tls, shared, running = state.tls, state.shared, state.running


def captured(x):
    """A Tensor as the running Stage knows it: its shadow, so that a transform inside jit does not bake its value in."""
    if shared.staging and tls.stage is not None and isinstance(x, Taped):
        (x,) = tls.stage.capture((x,))
    return x


def inner(x):
    """A value as a record may keep it: a frozen copy of a handle."""
    if not isinstance(x, Handle):
        return x
    x = captured(x)
    if x.alias is not None:
        fresh(x)
    return snap(x)


RESULT = "the result"


def as_value(x, transform, name=None):
    """An argument as a value: arrays, NumPy and Python scalars, handles; anything else is refused by name."""
    if type(x) is ndarray:
        return x
    if isinstance(x, (Handle, ndarray)) or type(x) in PYTHON_SCALARS or isinstance(x, np.generic):
        return x
    if hasattr(x, "__array__"):
        return np.asarray(x)
    if name == RESULT:
        cure = "Return arrays and numbers; grad, vjp, jvp and linearize pass other values on with has_aux=True"
    elif transform == "jit":
        cure = "Pass it through a closure, or mark it static (static_argnums)"
    else:
        cure = "Pass it through a closure, or leave it out of the differentiated (or mapped) arguments"
    if name != RESULT and type(x).__module__ != "builtins":
        register = "register_dataclass" if hasattr(x, "__dataclass_fields__") else "register_pytree_node"
        cure += f"; or say what is in it, fg.tree.{register}({type(x).__name__}, ...)"
    raise ArgumentError(
        f"{transform}: {name or 'an argument'} must be an array, a number or a pytree of them; got {type(x).__name__}. "
        f"{cure}. [at {here()}]"
    )


def enter(trace, x, mark):
    """x as an argument of the transform: a handle with the face of x (a Tensor stays a Tensor, one tape up)."""
    if not isinstance(x, Handle):
        return Array(x, mark, trace)
    x = captured(x)
    if x.alias is not None:
        fresh(x)
    v = snap(x)
    if isinstance(v, Handle):
        trace.deep = True
        trace.flat = False
    a = Array(v, mark, trace)
    if not isinstance(x, Taped):
        return a
    if type(trace) is Record:
        trace.of_tensors = trace.of_tensors or set()
        trace.of_tensors.add(mark)
    return trace.tape.face(a, trace.tape.leaf(Cell()) if x.mark is not None else None, trace.tape)


def leave(trace, out, transform=None):
    """(value one level out, mark, face): a result without this transform's handle. `transform`: whose result it must be fit for."""
    face = None
    if transform is not None and not isinstance(out, Handle):
        out = as_value(out, transform, RESULT)
    if isinstance(out, Handle):
        if out.alias is not None:
            fresh(out)
        if isinstance(out, Taped):
            face = Taped
            if out.owner is trace.tape:
                out = out.val
        if isinstance(out, Array) and out.owner is trace:
            return out.val, out.mark, face
    return inner(out), None, face


def as_tensor(v):
    if isinstance(v, Array):
        return v.owner.tape.face(v, None, v.owner.tape)
    return TAPE.face(np.asarray(v), None, TAPE)


def show(v, face=None):
    """A value as the user gets it: a fresh box, so that re-pointing it never reaches a record."""
    if isinstance(v, Taped):
        t = v.owner.face(v.val, v.mark, v.owner)
        if v.owner is TAPE:
            t.store = v.stamp()[0]
        return t
    if face is Taped:
        return as_tensor(v)
    return Array(v.val, v.mark, v.owner) if isinstance(v, Array) else v


def own(v):
    """A value as a function of the user's may write into it, which nobody else sees. (A Tensor's memory is shared, as in torch.)"""
    if type(v) is ndarray:
        return v.copy()
    if not isinstance(v, Array):
        return v
    if v.alias is not None:
        fresh(v)
    return Array(v.val, v.mark, v.owner)


def show_all(vs, faces, given=()):
    """Results for the user: never an argument, never twice the same array, never a view of something else's memory."""
    seen = [inner(g) if isinstance(g, Handle) else g for g in given if not isinstance(g, Taped)]
    out = []
    for v, face in zip(vs, faces, strict=True):
        if type(v) is ndarray:
            if v.base is not None or not v.flags.writeable or any([v is s for s in seen]):
                v = v.copy()
            seen.append(v)
        out.append(v if face is None and not isinstance(v, Handle) else show(v, face))
    return out


def like_argument(g, x):
    """A gradient in the form of its argument: a Python float for a Python float, an array for an array.

    Of a 0-d array it is a NumPy scalar, as NumPy's own arithmetic on 0-d arrays gives.
    """
    weak = type(x) in PYTHON_SCALARS or (isinstance(x, Handle) and x.weak)
    if isinstance(g, Handle):
        return PRIMITIVES["weak"](g) if weak and not g.weak else g
    if weak:
        return g if type(g) in PYTHON_SCALARS else g.item()
    return g[()] if type(g) is ndarray and g.ndim == 0 else g


class inside:
    """Run the function of a transform. At the end the trace is done, boxes it lifted are settled, and of an error that
    NumPy wrapped around one of ours, ours is the one that is raised. Floating-point warnings name the user's line."""

    __slots__ = ("owner", "located")

    def __init__(self, trace):
        self.owner = trace

    def __enter__(self):
        if not tls.depth:
            tls.refused = None
            callbacks.append(ease)
        tls.depth += 1
        running.append(None)
        self.located = float_warnings.enter()

    def __exit__(self, kind, error, traceback):
        tls.depth -= 1
        running.pop()
        if self.located is not None:
            float_warnings.leave(self.located)
        if not tls.depth:
            callbacks.remove(ease)
            if Eased.before is not None:
                restore()
        trace = self.owner
        trace.done = True
        trace.flat = False
        if trace.lifted and trace.settles:
            settle(trace)
        if error is not None and not isinstance(error, FuncgradError):
            ours = conversion_behind(error) or replaced_by(error)
            if ours is not None:
                ours.__traceback__ = traceback
                raise ours from None


def conversion_behind(error):
    """The ConversionError that NumPy wrapped in another exception, if there is one."""
    seen = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, ConversionError):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def replaced_by(error):
    """Our ConversionError that C code replaced by `error` without chaining it: the last one raised, if the same line of
    the user's raised both."""
    ours = getattr(tls, "refused", None)
    if ours is None:
        return None
    at = getattr(ours, "at", None)
    mine = (at[0], line_of(*at)) if at and at[0] is not None else last_user_line(ours.__traceback__)
    return ours if mine is not None and mine == last_user_line(error.__traceback__) else None


def last_user_line(traceback):
    """(code, line) of the innermost frame of a traceback that is neither ours nor NumPy's."""
    found = None
    while traceback is not None:
        frame = traceback.tb_frame
        if not internal[frame.f_globals.get("__name__")]:
            found = frame.f_code, traceback.tb_lineno
        traceback = traceback.tb_next
    return found


def settle(trace):
    """A Tensor made outside and assigned inside a transform keeps the primal value; under vmap that has no meaning."""
    for ref in trace.lifted:
        box = ref()
        h = box.grad if isinstance(box, Cell) else box
        if h is None or not isinstance(h, Handle):
            continue
        if isinstance(h, Taped):
            if h.owner is not trace.tape:
                continue
            if isinstance(trace, Batch):
                continue  # its trace is done: using it raises LeakedTracerError
            value = h.val.val
            new = value if isinstance(value, Taped) else as_tensor(value)
            h.val, h.mark, h.owner, h.alias = new.val, None, new.owner, None
        elif h.owner is trace and not isinstance(trace, Batch) and trace.concrete:
            value = h.val
            if isinstance(value, Array):
                h.val, h.mark, h.owner, h.alias = value.val, value.mark, value.owner, None
            else:
                h.val, h.mark, h.owner, h.alias = value, None, ROOT, None


def fits(x, t):
    """Is this plain (co)tangent as its value is, at a glance?"""
    kind = type(t)
    if kind is not type(x):
        return False
    return kind is float or (kind is ndarray and t.shape == x.shape and t.dtype is x.dtype and t.dtype.kind == "f")


def tangent_for(x, t, transform, i):
    """A tangent of a primal (or of its aval), in its dtype; None where it can have none (an integer: t is jax's float0)."""
    if fits(x, t):
        return t
    t = as_value(t, transform, f"tangent {i}")
    if shape_of(x) != shape_of(t):
        raise ShapeError(
            f"{transform}: tangent {i} must have the shape of its primal {describe(x)}; got {describe(t)}. [at {here()}]"
        )
    if dtype_of(x).kind not in "fc":
        if dtype_of(t).kind != "V":
            raise ArgumentError(
                f"{transform}: primal {i} must be float or complex to have a tangent; got {describe(x)}. "
                f"Pass {as_float(x)}. [at {here()}]"
            )
        return None
    return in_dtype_of(x, inner(t), transform, f"tangent {i}")


def cotangent_for(x, c, transform):
    """A cotangent of a value (or of its aval), in its dtype."""
    if fits(x, c):
        return c
    c = as_value(c, transform, "a cotangent")
    if shape_of(c) != shape_of(x):
        raise ShapeError(
            f"{transform}: a cotangent of {describe(x)} must have its shape; got {describe(c)}. [at {here()}]"
        )
    return in_dtype_of(x, inner(c), transform, "a cotangent") if is_float(dtype_of(x)) else c


def in_dtype_of(x, t, transform, name):
    """A tangent or cotangent in the dtype of the value it belongs to; what would lose an imaginary part is refused."""
    want, got = dtype_of(x), dtype_of(t)
    if got.kind not in "biufc" or (got.kind == "c" and want.kind == "f"):
        raise ArgumentError(
            f"{transform}: {name} must have the dtype of its value {describe(x)}; got {describe(t)}. [at {here()}]"
        )
    if type(t) in PYTHON_SCALARS:
        return t if got.kind in "fc" else float(t)
    if got == want:
        return t
    return PRIMITIVES["cast"](t, dtype=want) if isinstance(t, Handle) else t.astype(want)


def as_float(x):
    """What to pass in the place of an integer."""
    return repr(float(x)) if type(x) in PYTHON_SCALARS or isinstance(x, np.generic) else "x.astype(float)"


def check_float(x, transform, name, allow_int=False, holomorphic=False):
    kind = dtype_of(x).kind
    if kind == "f" and not (holomorphic and transform == "grad"):
        return True
    if kind == "c":
        return True
    if kind in "biu" and allow_int:
        return False
    if kind == "f":
        raise ArgumentError(
            f"{transform}: {name} must be complex with holomorphic=True; got {describe(x)}. Pass complex(x) or "
            f"x.astype(complex), or leave holomorphic out. [at {here()}]"
        )
    if kind in "biu":
        other = "" if transform == "jacfwd" else ", or allow_int=True for a zero of jax's dtype float0"
        raise ArgumentError(
            f"{transform}: {name} must be float or complex; got {describe(x)}. Pass {as_float(x)}{other}. [at {here()}]"
        )
    raise ArgumentError(f"{transform}: {name} must be float or complex; got dtype {dtype_of(x)}. [at {here()}]")
