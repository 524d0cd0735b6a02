"""What torch says, and prints, inside the functions that torch.func transforms: refused writes, and the wrapped Tensors.

Invariant: nothing here is reached outside a transform of torch.func (`tls.func` lists those that run).
"""

import ast
import inspect
import linecache
import sys

import numpy as np

from funcgrad.core.aval import shape_of
from funcgrad.core.handle import Array, Handle, root_of
from funcgrad.core.site import internal, user_frame, variables
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE, Batch, Jvp, Record

from .functions.call_errors import MISSING
from .functions.levels import mapped_by
from .functions.register import FUNCTIONS
from .payload import current
from .stores import Dated
from .tensor import Tensor

MORE = (
    "{} is not possible because there exists a Tensor `other` in extra_args that has more elements than `self`. This happened due to "
    "`other` being vmapped over but `self` not being vmapped over {}. Please try to use out-of-place operators instead of {}. If said "
    "operator is being called inside the PyTorch framework, please file a bug report instead."
)
BROADCAST = ("add_", "atan2_")  # (those whose rule broadcasts, in torch's sources)
ARITHMETIC = (None, "copy_", "div_", "logical_and_", "logical_or_", "logical_xor_", "mul_", "sub_")
NAMED = ("fill_", "index_add_", "index_put_", "scatter_add_")
OPERATORS = {
    "Add": "add_",
    "Sub": "sub_",
    "Mult": "mul_",
    "Div": "div_",
    "Pow": "pow_",
    "__setitem__": "copy_",
    "__iadd__": "add_",
    "__isub__": "sub_",
    "__imul__": "mul_",
    "__itruediv__": "div_",
}
OUTSIDE = (
    "During a grad (vjp, jvp, grad, etc) transform, the function provided attempted to call in-place operation (aten::{}) that would "
    "mutate a captured Tensor. This is not supported; please rewrite the function being transformed to explicitly accept the mutated "
    "Tensor(s) as inputs."
)
DERIVATIVES = (Record, Jvp)
OF_TENSORS = set(  # what torch makes a Tensor of the operand for
    "add_ sub_ mul_ div_ subtract_ multiply_ divide_ floor_divide_ true_divide_ bitwise_left_shift_ bitwise_right_shift_".split()
)
OF_EITHER = set(
    "bitwise_and_ bitwise_or_ bitwise_xor_ copysign_ eq_ fill_ float_power_ fmod_ ge_ greater_ greater_equal_ gt_ le_ lerp_ less_ "
    "less_equal_ lt_ masked_fill_ ne_ not_equal_ pow_ remainder_".split()
)
OF_NUMBERS = {"clamp_", "clamp_max_", "clamp_min_", "clip_"}
SEVERAL = {
    "scatter_": {".Tensor": ".src", ".Scalar": ".value"},
    "index_fill_": {".Tensor": ".int_Tensor", ".Scalar": ".int_Scalar"},
    "bernoulli_": {".Tensor": ".Tensor", ".Scalar": ".float"},
    "xlogy_": {".Tensor": ".Tensor", ".Scalar": ".Scalar_Other"},
    "set_": {".Tensor": ".source_Tensor"},
    "scatter_reduce_": {".Tensor": ".two", ".Scalar": ".two"},
}


def running():
    """torch's name of the operation in place (or with out=) that the user's line calls, as its source has it; None without one."""
    frame = user_frame(sys._getframe(1))
    return None if frame is None else called_in(frame)


def called_in(frame):
    """torch's name of the operation in place that a frame is in, as its source has it."""
    first, last, start, end = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    if not linecache.getline(frame.f_code.co_filename, first or 0) or None in (first, last, start, end):
        return None
    lines = [linecache.getline(frame.f_code.co_filename, i).encode() for i in range(first, last + 1)]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        (node,) = ast.parse(b"(" + b"".join(lines) + b")").body
    except SyntaxError:  # (w += x is no expression)
        (node,) = ast.parse(b"".join(lines)).body
    match node:
        case ast.Expr(ast.Call(ast.Attribute(_, name))) | ast.Expr(ast.Call(ast.Name(name))):
            return OPERATORS.get(name, name)
        case ast.AugAssign(ast.Name() | ast.Attribute(), op):
            return OPERATORS.get(type(op).__name__)
    return "copy_"


def changing():
    """(the name, and the operands but the Tensor itself) of the operation in place that runs, the outermost one that the user's line
    has led to; None where a result is written by another (with out=, or running statistics)."""
    frame = sys._getframe(1)
    last = user_frame(frame)
    frames = []
    while frame is not last:
        frames.append(frame)
        frame = frame.f_back
    for frame in reversed(frames):
        names = methods_of(frame)
        if names:
            said = called_in(frame.f_back)
            return said if said in names else names[0], given_to(frame)[1:]
    return None


def methods_of(frame):
    """The names of the operations in place whose function a frame is of."""
    code, found = frame.f_code, variables(frame)
    names = []
    for name, f in (*vars(Tensor).items(), *FUNCTIONS.made.items()):
        if getattr(f, "__code__", None) is code and (name[-1] == "_" != name[-2] or name in OPERATORS):
            cells = zip(code.co_freevars, f.__closure__ or (), strict=True)
            if all([c.cell_contents is found.get(n) for n, c in cells]):
                names.append(OPERATORS.get(name, name))
    return names


def given_to(frame):
    """The arguments of the call that a frame is of."""
    code, found = frame.f_code, variables(frame)
    count = code.co_argcount + code.co_kwonlyargcount
    values = [found[n] for n in code.co_varnames[:count]]
    if code.co_flags & inspect.CO_VARARGS:
        values += found[code.co_varnames[count]]
        count += 1
    if code.co_flags & inspect.CO_VARKEYWORDS:
        values += found[code.co_varnames[count]].values()
    return [v for v in values if v is not MISSING]


def overload(t, name, operands):
    """torch's name, with that of the overload, of an operation in place on t."""
    last = operands[-1] if operands else None
    kind = ".Tensor" if isinstance(last, Tensor) else ".Scalar"
    if name == "copy_" and len(operands) == 2:
        index, value = operands
        entries = index if type(index) is tuple else (index,)
        if not all([i is None or i is Ellipsis or type(i) in (int, slice) for i in entries]):
            return "index_put_"
        shape = np.broadcast_to(0, shape_of(t))[index].shape
        return "copy_" if not shape or getattr(value, "shape", ()) else "fill_.Tensor"
    if name in OF_TENSORS:
        return name + (".Tensor_mode" if type(last) is str else ".Tensor")
    if name in OF_EITHER:
        return name + kind
    if name in OF_NUMBERS:
        return name + kind * (kind == ".Tensor")
    return name + SEVERAL.get(name, {}).get(kind, "")


def check_outside(t, operands=()):
    """Raise in torch's words if a Tensor may not be written with these operands inside the transforms that run, which are asked from
    the innermost one on: by a vmap that maps them and not it; by a derivative if it was there before that began."""
    root = root_of(t)[0]
    for trace in reversed(tls.func):
        if type(trace) is Batch:
            mapped = [mapped_by(trace, current(o)) for o in operands if isinstance(o, Tensor)]
            if any(mapped) and not mapped_by(trace, current(t)):
                name = name_of_write(t)
                if name not in BROADCAST or root.mark is None:  # (of a leaf they speak first)
                    raise captured(t, trace, name, operands)
        elif type(trace) in DERIVATIVES:
            if root.owner.level < trace.level and made_at(root) < trace.opened and not among(root, trace.given):
                operation = changing()
                if operation is not None:
                    raise RuntimeError(OUTSIDE.format(overload(t, *operation)))
            return


def dated_as(t):
    """A store of its own that tells the same of when its memory was made as that of t; None if that was not noted."""
    at = made_at(root_of(t)[0])
    if not at:
        return None
    store = Dated()
    store.at = at
    return store


def among(root, given):
    """Is it one of the arguments of a function, or a detached twin of one?"""
    roots = [root_of(x)[0] for x in given if isinstance(x, Tensor)]
    return any([r is root or memory_behind(r) is memory_behind(root) for r in roots])


def memory_behind(t):
    """The array that owns the memory of a Tensor; what a transform has in its place."""
    v = t.val
    return v if type(v) is not np.ndarray or v.base is None else v.base


def made_at(t):
    """When a Tensor was made, as nodes count: its memory, or, of a value that a transform records, its node."""
    at = getattr(t.store, "at", 0)
    if not at and isinstance(t.val, Array) and type(t.val.owner) is Record and t.val.mark is not None:
        return t.val.mark.index
    return at


def stored_shape(t, trace):
    """The shape of a Tensor as a vmap sees it, in which the dimensions that those inside it map stand first."""
    shape, count = [], 0

    def walk(h):
        nonlocal shape, count
        if not isinstance(h, Handle) or h.owner.level <= trace.level:
            shape = list(shape_of(h))
            return
        walk(h.val)
        if type(h.owner) is Batch and h.mark is not None:
            shape.insert(count, shape.pop(count + h.mark))
            count += 1

    walk(t)
    return shape


def depth(trace):
    """The number of a transform, counted from the outermost one."""
    return sum([t.level <= trace.level for t in tls.func])


def check_captured(t, new):
    """Raise in torch's words if a value that a vmap of torch.func maps is about to be written into a Tensor that it does not."""
    for trace in reversed(tls.func):
        if (
            type(trace) is Batch
            and trace.level <= new.owner.level
            and mapped_by(trace, new)
            and not mapped_by(trace, t)
        ):
            raise captured(t, trace, name_of_write(t), [new])


def name_of_write(t):
    """torch's name of the operation that writes into t."""
    operation = changing()
    return running() if operation is None else overload(t, *operation).partition(".")[0]


def captured(t, trace, name, operands):
    """torch's error where operands that a vmap maps are written into a Tensor that it does not map."""
    if name in BROADCAST:
        own = stored_shape(t, trace)
        whole = np.broadcast_shapes(own, *[stored_shape(o, trace) for o in operands if isinstance(o, Handle)])
        text = f"output with shape {own} doesn't match the broadcast shape {[int(trace.size), *whole]}"
    elif name in ARITHMETIC:
        text = "vmap: " + MORE.format("inplace arithmetic(self, *extra_args)", "in a vmap", "inplace arithmetic")
    elif name in NAMED:
        text = "vmap: " + MORE.format(f"{name}(self, *extra_args)", "in a vmap", name)
    elif name[-1] == "_":
        text = "vmap: " + MORE.format(f"aten::{name}(self, *extra_args)", f"at level {depth(trace)}", f"aten::{name}")
    else:
        text = (
            f"Batching rule not implemented for aten::{name}.out; the fallback path doesn't work on out= or view ops."
        )
    return RuntimeError(text)


def wrapping(t):
    """The derivatives of torch.func, the outermost first, inside which a Tensor that they do not follow was made."""
    level, root = t.owner.level, root_of(t)[0]
    at = made_at(root)
    return [
        x for x in tls.func if type(x) in DERIVATIVES and level < x.level and (at > x.opened or among(root, x.given))
    ]


def wrapped_text(t):
    """How torch prints a Tensor that a transform of torch.func has wrapped; None for another."""
    around, bdim, below = wrapping(t), "", t
    if around:
        trace = around[-1]
    else:
        v = t.val
        if type(v) is not Array or not any([v.owner is x for x in tls.func]):
            return None
        below, trace = v.val, v.owner
        if not isinstance(below, type(t)):
            below = trace.tape.face(below, None, below.owner.tape if isinstance(below, Array) else TAPE)
        bdim = f", bdim={v.mark}" if type(trace) is Batch else ""
    before = tls.func
    number, tls.func = depth(trace), before[: before.index(trace)]
    try:
        text = "\n".join([line and f"    {line}" for line in repr(below).split("\n")])
    finally:
        tls.func = before
    return f"{'BatchedTensor' if bdim else 'GradTrackingTensor'}(lvl={number}{bdim}, value=\n{text}\n)"


def wrapper_of(t):
    """torch's class of what a transform of torch.func has made of a Tensor, None if that is none."""
    t = current(t)
    if wrapping(t):
        return "TensorWrapper"
    if type(t.val) is not Array:
        return None
    return "BatchedTensorImpl" if type(t.val.owner) is Batch else "TensorWrapper"


def check_memory(t, force):
    """Raise in torch's words where a Tensor's memory is asked for that a transform of torch.func has wrapped: any, in a derivative."""
    if (
        t.owner is TAPE
        and not any([type(x) in DERIVATIVES for x in tls.func])
        or internal[sys._getframe(2).f_globals.get("__name__")]
    ):
        return
    v = t.val
    if force or type(v) is not Array or type(v.owner) is not Record or v.mark is None:
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")
    raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
