"""Reads the user's source, when an error is about to be raised: which lines lead to the Tensor that backward() was asked for.

It follows names (and `self.x`) through the assignments of one body, and looks into the user's functions that are called on
the way, so it says what a line *reads as*, not what ran; whatever cannot be read (no source, a lambda, a call that is not
found) gives nothing.
"""

import ast
import builtins
import inspect
import linecache
import numbers
import types
from typing import NamedTuple

import numpy as np

from funcgrad.core.handle import Taped
from funcgrad.core.site import internal

INTEGERS = {"long", "int", "bool", "byte", "short", "char", "int64", "int32", "int16", "int8", "uint8"}
INDICES = {"argmax", "argmin", "argsort", "argwhere", "nonzero", "bincount", "searchsorted", "multinomial", "bucketize"}
PAIRS = {
    "max",
    "min",
    "sort",
    "topk",
    "kthvalue",
    "median",
    "nanmedian",
    "mode",
    "cummax",
    "cummin",
}  # (values, indices)
COMPARISONS = {"eq", "ne", "gt", "ge", "lt", "le", "isclose", "logical_and", "logical_or", "logical_not"}
NUMBERS = {"item": "item()", "tolist": "tolist()", "numpy": "numpy()", "detach": "detach()", "detach_": "detach_()"}
MAKERS = {"tensor", "Tensor", "FloatTensor", "from_numpy", "new_tensor"}
CHOOSING = {
    "where",
    "gather",
    "masked_fill",
    "masked_fill_",
    "masked_select",
    "index_select",
    "take_along_dim",
    "scatter",
}
PLAIN = (numbers.Number, str, np.generic, np.ndarray, types.ModuleType, type(None))
MODES = {"no_grad": "no_grad()", "inference_mode": "inference_mode()", "set_grad_enabled": "set_grad_enabled(False)"}


class Read(NamedTuple):
    """`name`: what the Tensor is called; `lines`: those that lead to it; `codes`: the user's functions that are called on
    the way; `breaks`: [(file, line, kind)], the nearest first."""

    name: str
    lines: set
    codes: list
    breaks: list


class Step(NamedTuple):
    """One assignment: the names it gives, the expression it gives them, the grad mode that its block switches off."""

    first: int
    last: int
    targets: set
    value: ast.expr
    mode: tuple


def read(frame):
    """What the source says about the Tensor on whose `backward` (or `grad`) a frame is now; None if it says nothing."""
    scope = scope_of(frame.f_code, frame.f_globals)
    asked = None if scope is None else asked_for(scope, frame.f_lineno)
    if asked is None:
        return None
    names = {**vars(builtins), **frame.f_globals, **frame.f_locals}
    names |= attributes_of(names.get("self"))
    wanted = names_in(asked)
    lines, breaks = set(range(asked.lineno, asked.end_lineno + 1)), breaks_in(asked, names)
    functions = functions_called(asked, names)
    for step in sorted(steps_of(scope), key=lambda s: s.first, reverse=True):
        if step.first < frame.f_lineno and step.targets & wanted:
            lines.update(range(step.first, step.last + 1))
            wanted |= names_in(step.value)
            functions += functions_called(step.value, names)
            breaks += breaks_in(step.value, {k: v for k, v in names.items() if k not in step.targets})
            if step.mode is not None:
                lines.add(step.mode[0])
                breaks.append(step.mode)
    file = frame.f_code.co_filename
    found = [(file, line, kind) for line, kind in breaks]
    codes, inside = looked_into(functions)
    return Read(ast.unparse(asked), lines, codes, found + inside)


def looked_into(functions, depth=4):
    """(the code of functions that are called on the way and of those that they call, [(file, line, kind)] in them)."""
    found, seen = [], set()
    while functions and depth:
        called = []
        for f in functions:
            scope = None if f in seen else scope_of(f.__code__, f.__globals__)
            seen.add(f)
            names = {**vars(builtins), **f.__globals__}
            for value in [] if scope is None else values_in(scope):
                found += [(f.__code__.co_filename, line, kind) for line, kind in breaks_in(value, names)]
                called += functions_called(value, names)
        functions, depth = called, depth - 1
    return [f.__code__ for f in seen], found


def values_in(scope):
    """Every expression that a function assigns or returns."""
    return [n.value for n in ast.walk(scope) if isinstance(n, ast.Return) and n.value] + [
        s.value for s in steps_of(scope)
    ]


def attributes_of(self):
    """{"self.x": value} of an object, with a module's parameters and modules; no code of the object's is run."""
    own = dict(getattr(self, "__dict__", {}))
    for kept in ("_parameters", "_buffers", "_modules"):
        own |= own.get(kept) or {}
    return {f"self.{k}": v for k, v in {**vars(type(self)), **own}.items()}


def functions_called(node, names):
    """The functions of the user's that an expression calls, by a name or as self.f; of a module, its forward."""
    found = []
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            f = names.get(ast.unparse(call.func))
            f = inspect.unwrap(f) if isinstance(f, types.FunctionType) else getattr(type(f), "forward", None)
            if isinstance(f, types.FunctionType) and not internal[f.__module__]:
                found.append(f)
    return found


def scope_of(code, space):
    """The body that code stands for, as a syntax tree; `space`: its globals."""
    text = "".join(linecache.getlines(code.co_filename, space))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):  # (not Python as it stands, a null byte, an absurd depth)
        return None
    if code.co_name == "<module>":
        return tree if text else None
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == code.co_name:
            if min([node.lineno, *[d.lineno for d in node.decorator_list]]) == code.co_firstlineno:
                return node
    return None


def asked_for(scope, line):
    """The expression whose derivative the call on this line asks for."""
    for node in ast.walk(scope):
        if not isinstance(node, ast.Call) or not node.lineno <= line <= node.end_lineno:
            continue
        called = name_of(node.func)
        if called == "backward" and isinstance(node.func, ast.Attribute) and name_of(node.func.value) != "autograd":
            return node.func.value
        if called in ("backward", "grad") and node.args:
            return node.args[0]
    return None


def name_of(node):
    """`b` of `a.b` and of `b`; "" of anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def names_in(node):
    """The names in an expression; `self.x` is one."""
    own = [n for n in ast.walk(node) if isinstance(n, ast.Attribute) and name_of(n.value) == "self"]
    plain = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return plain - {"self"} | {f"self.{n.attr}" for n in own}


def steps_of(node, mode=None):
    """Every assignment of a body, those of nested functions left out. `x.append(v)` and `x.add_(v)` give x something too."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        given = assigned(child)
        if given is not None:
            targets, value = given
            yield Step(child.lineno, child.end_lineno, targets, value, mode)
        yield from steps_of(child, switched_off(child) or mode)


def assigned(node):
    """(names, expression) of a statement that gives names a value; else None."""
    if isinstance(node, ast.Assign):
        return set().union(*map(names_in, node.targets)), node.value
    if isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        return names_in(node.target), node.value
    if isinstance(node, ast.For):
        return names_in(node.target), node.iter
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = name_of(node.value.func)
        if called == "append" or (called.endswith("_") and not called.endswith("__")):
            return names_in(node.value.func), node.value
    return None


def switched_off(node):
    """(line, kind) of a `with` statement that switches recording off."""
    for item in node.items if isinstance(node, ast.With) else ():
        call = item.context_expr
        name = name_of(call.func) if isinstance(call, ast.Call) else ""
        records = name == "set_grad_enabled" and any(isinstance(a, ast.Constant) and a.value for a in call.args)
        if name in MODES and not records:
            return node.lineno, MODES[name]
    return None


def breaks_in(value, names):
    """[(line, kind)] of what an expression does that has no derivative, outermost first. `names`: what names stand for
    now; where all that a step is made of is known to have no history, the step has broken nothing."""
    choices = {id(n) for choice in choices_in(value) for n in ast.walk(choice)}
    found = [(n, kind) for n in ast.walk(value) if id(n) not in choices and (kind := kind_of(n)) is not None]
    return list(dict.fromkeys([(node.lineno, kind) for node, kind in found if may_carry(node, kind, names)]))


def choices_in(value):
    """The parts of an expression that only choose among values: a condition, an index, the first arguments of `where`."""
    for node in ast.walk(value):
        if isinstance(node, ast.IfExp):
            yield node.test
        elif isinstance(node, ast.Subscript):
            yield node.slice
        elif isinstance(node, ast.Call) and name_of(node.func) in CHOOSING:
            yield from node.args[: 1 if name_of(node.func) == "where" else 2]


def may_carry(node, kind, names):
    """Can a history have been lost in this step? (What a name stood for then is not known, only what it stands for now.)"""
    if kind == "torch.tensor()":
        return any([k not in names or has_tensor(names[k]) for k in names_in(node.args[0])])
    return any([k not in names or not is_plain(names[k]) for k in names_in(node)])


def is_plain(v):
    """Is this known to have no history: a Tensor that does not require grad, a number, an array, a module?"""
    return v.mark is None if isinstance(v, Taped) else isinstance(v, (*PLAIN, type, types.BuiltinFunctionType))


def has_tensor(v, depth=2):
    return isinstance(v, Taped) or (
        depth > 0 and isinstance(v, (list, tuple)) and any([has_tensor(w, depth - 1) for w in v])
    )


def second_of_pair(node):
    """Is this `x.max(0)[1]`?"""
    pair = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call) and name_of(node.value.func) in PAIRS
    return pair and isinstance(node.slice, ast.Constant) and node.slice.value in (1, -1)


def kind_of(node):
    if isinstance(node, ast.Attribute) and node.attr == "data":
        return ".data"
    if isinstance(node, ast.Attribute) and node.attr == "indices" or second_of_pair(node):
        return "argmax"
    if isinstance(node, ast.Compare) and not isinstance(node.ops[0], (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
        return "a comparison"
    if not isinstance(node, ast.Call):
        return None
    called = name_of(node.func)
    method = isinstance(node.func, ast.Attribute)
    if method and called in NUMBERS:
        return NUMBERS[called]
    if method and name_of(node.func.value) in ("np", "numpy"):
        return "a NumPy function"
    if called in INDICES:
        return "argmax"
    if method and called in COMPARISONS:
        return "a comparison"
    if (method and called in INTEGERS) or (called in ("to", "type") and {name_of(a) for a in node.args} & INTEGERS):
        return "an integer dtype"
    if method and called in MAKERS and node.args and names_in(node.args[0]):
        return "torch.tensor()"
    return None
