"""What torch says, and prints, inside the functions that torch.func transforms: refused writes, and the wrapped Tensors.

Invariant: nothing here is reached outside a transform of torch.func (`tls.func` lists those that run).
"""

import ast
import linecache
import sys

from funcgrad.core.handle import Array
from funcgrad.core.site import user_frame
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE, Batch

from .functions.drawing import mapped_by

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
}


def running():
    """torch's name of the operation in place (or with out=) that the user's line calls, as its source has it; None without one."""
    frame = user_frame(sys._getframe(1))
    if frame is None:
        return None
    first, last, start, end = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    if None in (first, last, start, end):
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


def depth(trace):
    """The number of a transform, counted from the outermost one."""
    return sum([t.level <= trace.level for t in tls.func])


def check_captured(t, new):
    """Raise in torch's words if a value that a vmap of torch.func maps is about to be written into a Tensor that it does not."""
    traces = [
        x for x in tls.func if type(x) is Batch and t.owner.level < x.level <= new.owner.level and mapped_by(x, new)
    ]
    if not traces:
        return
    name = running()
    trace = traces[-1]
    if name in BROADCAST:
        text = f"output with shape {list(t.shape)} doesn't match the broadcast shape {[int(trace.size), *new.shape]}"
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
    raise RuntimeError(text)


def wrapped_text(t):
    """How torch prints a Tensor that a transform of torch.func has wrapped; None for another."""
    v = t.val
    if type(v) is not Array or not any([v.owner is x for x in tls.func]):
        return None
    below = v.val
    if not isinstance(below, type(t)):
        below = v.owner.tape.face(below, None, below.owner.tape if isinstance(below, Array) else TAPE)
    bdim = f", bdim={v.mark}" if type(v.owner) is Batch else ""
    lines = repr(below).replace("\n", "\n    ")
    return f"{'BatchedTensor' if bdim else 'GradTrackingTensor'}(lvl={depth(v.owner)}{bdim}, value=\n    {lines}\n)"
