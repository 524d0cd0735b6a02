"""Reads the user's source, when an error is about to be raised: which lines lead to the Tensor that backward() was asked for.

It follows names (and `self.x`) through the assignments of one body, and looks into the user's functions that are called on
the way, so it says what a line *reads as*, not what ran; whatever cannot be read (no source, a lambda, a call that is not
found) gives nothing.
"""

import ast
import builtins
import contextlib
import functools
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
COMPARISONS = set(
    "eq ne gt ge lt le isclose logical_and logical_or logical_not logical_xor greater greater_equal less less_equal not_equal isnan isinf "
    "isfinite isin signbit any all".split()
)
COUNTS = {"count_nonzero"}
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
    """`name`: what the Tensor is called; `lines`: {(file, line)} that lead to it, in the user's functions on the way too; `breaks`:
    [(file, line, kind)], the nearest first; `roots`: {name: value} of what it comes from."""

    name: str
    lines: set
    breaks: list
    roots: dict


class Step(NamedTuple):
    """One assignment: the names it gives, the expression it gives them, the grad mode that its block switches off, and the targets of an
    unpacking one by one. (What is returned or yielded is given to RESULT.)"""

    first: int
    last: int
    targets: set
    value: ast.expr
    mode: tuple = None
    parts: tuple = ()


class Way(NamedTuple):
    """What of one body leads to some names: its lines, [(line, kind)] that break the chain, the functions that are called on the way
    [(function, its `self`)], the names that no line here gives, and those that none gives from Tensors or modules."""

    lines: set
    breaks: list
    functions: list
    open: set
    roots: set


RESULT = "return"


def read(frame):
    """What the source says about the Tensor on whose `backward` (or `grad`) a frame is now; None if it says nothing."""
    scope = scope_of(frame.f_code, frame.f_globals)
    asked = None if scope is None else asked_for(scope, frame.f_lineno)
    if asked is None:
        return None
    names = {**vars(builtins), **frame.f_globals, **frame.f_locals}
    names |= attributes_of(names.get("self"))
    asked_by = Step(asked.lineno, asked.end_lineno, set(), asked)
    way = way_to(asked_by, [s for s in steps_of(scope) if s.first < frame.f_lineno], names)
    file = frame.f_code.co_filename
    lines, breaks = looked_into(way.functions + setters_of(names.get("self"), way.open))
    lines |= {(file, line) for line in way.lines}
    roots = {k: names[k] for k in sorted(way.roots) if k in names}
    return Read(ast.unparse(asked), lines, [(file, line, kind) for line, kind in way.breaks] + breaks, roots)


def way_to(asked, steps, names):
    """The Way to what one step asks for, through others of the same body."""
    lines, breaks, functions = set(), [], []
    wanted, made = set(), {}
    for step in [asked, *sorted(steps, key=lambda s: s.first, reverse=True)]:
        if step is not asked and not step.targets & wanted:
            continue
        lines.update(range(step.first, step.last + 1))
        functions += functions_in(step.value, names)
        if takes_indices(step, wanted):
            breaks.append((step.first, "argmax"))
        breaks += breaks_in(step.value, {k: v for k, v in names.items() if k not in step.targets})
        wanted |= names_in(step.value)
        for k in step.targets:
            made.setdefault(k, set()).update(names_in(step.value) - {k})
        if step.mode is not None:
            lines.add(step.mode[0])
            breaks.append(step.mode)
    named = [(k, names[k]) for k in set().union(*made.values()) if k in names]
    values = {k for k, v in named if isinstance(v, Taped) or bodies_of(v) or hasattr(type(v), "named_parameters")}
    return Way(
        lines,
        breaks,
        functions,
        wanted - set(made),
        {k for k in wanted if not made.get(k, set()) & (values | set(made))},
    )


def looked_into(functions, depth=5):
    """({(file, line)} of what leads to the results of functions that are called on the way, and of those that they call;
    [(file, line, kind)] in them)."""
    lines, breaks, seen = set(), [], set()
    while functions and depth:
        called = []
        for f, owner, *asked in functions:
            key = f, id(owner), *asked
            scope = None if key in seen else scope_of(f.__code__, f.__globals__)
            seen.add(key)
            if scope is None:
                continue
            names = {**vars(builtins), **f.__globals__, **closed_over(f)} | attributes_of(owner)
            if owner is not None:
                names["self"] = owner
            steps = list(steps_of(scope))
            if isinstance(scope, ast.Lambda):
                steps = [Step(scope.lineno, scope.end_lineno, {RESULT}, scope.body)]
            wanted = {RESULT, *asked}
            file = f.__code__.co_filename
            for step in steps:
                if step.targets & wanted:
                    way = way_to(step, [s for s in steps if s is not step and s.first <= step.first], names)
                    lines |= {(file, line) for line in way.lines}
                    breaks += [found for line, kind in way.breaks if (found := (file, line, kind)) not in breaks]
                    called += way.functions
            lines |= {(file, line) for line in range(f.__code__.co_firstlineno, scope.lineno + 1)}  # (decorators)
        functions, depth = called, depth - 1
    return lines, breaks


def closed_over(f):
    """{name: value} of what a function has from the functions around it."""
    found = {}
    for name, cell in zip(f.__code__.co_freevars, f.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # (not assigned yet)
            found[name] = cell.cell_contents
    return found


def attributes_of(self):
    """{"self.x": value} of an object, with a module's parameters and modules; no code of the object's is run."""
    return {} if self is None else {f"self.{k}": v for k, v in members(self).items()}


def members(x):
    """{name: value} of an object's attributes and its class's, of a module's parameters and modules, of a class's, or of a Python module's;
    none of their code is run."""
    own = dict(getattr(x, "__dict__", {}))
    if isinstance(x, types.ModuleType):
        return own
    for kept in ("_parameters", "_buffers", "_modules"):
        own |= own.get(kept) or {}
    found = {}
    for c in reversed((x if isinstance(x, type) else type(x)).__mro__):
        found |= vars(c)
    return found | own


def setters_of(self, names):
    """The methods of an object that assign to some of its attributes, which no line of the body at hand has given."""
    wanted = (
        [n for n in names if n.startswith("self.") and isinstance(members(self).get(n[5:]), Taped)]
        if self is not None
        else ()
    )
    if not wanted:
        return []
    methods = [
        m for m in members(type(self)).values() if isinstance(m, types.FunctionType) and not internal[m.__module__]
    ]
    return [(m, self, name) for m in methods for name in wanted if name[5:] in m.__code__.co_names]


def meant(node, names):
    """(what `a`, `self.b` or `a.b.c` stands for, what it is an attribute of); (None, None) if that cannot be known without running it."""
    if isinstance(node, ast.Name):
        return names.get(node.id), None
    if isinstance(node, ast.Attribute):
        of, _ = meant(node.value, names)
        if of is not None:
            return members(of).get(node.attr), of
        if isinstance(node.value, ast.Call) and name_of(node.value.func) == "super" and "self" in names:
            rest = [vars(c).get(node.attr) for c in type(names["self"]).__mro__[1:]]
            return next((f for f in rest if f is not None), None), names["self"]
    return None, None


def functions_in(node, names):
    """[(function, its `self`)] of the user's that an expression names, and so may call; of a module its forward, of what other modules
    hold theirs."""
    found = []
    for part in ast.walk(node):
        if isinstance(part, (ast.Name, ast.Attribute)):
            f, of = meant(part, names)
            found += bodies_of(f, of)
        elif isinstance(part, ast.Lambda):
            found += functions_in(part.body, names) if part is not node else []
    return found


def bodies_of(f, of=None, depth=4):
    """[(function, its `self`)] of the user's that run when f is called, which is an attribute of `of`."""
    if isinstance(f, (staticmethod, classmethod)):
        f, of = f.__func__, None
    elif isinstance(f, property):
        f = f.fget
    elif isinstance(f, functools.partial):
        return bodies_of(f.func)
    if isinstance(f, types.MethodType):
        if f.__name__ == "apply" and isinstance(f.__self__, type):  # (a Function of the user's)
            return bodies_of(members(f.__self__).get("forward"))
        return bodies_of(f.__func__, f.__self__)
    if isinstance(f, types.FunctionType):
        found = [] if internal[f.__module__] else [(f, of)]
        inside = closed_over(f).values() if internal[f.__module__] else ()  # (what a decorator of ours has been given)
        inner = [getattr(f, "__wrapped__", None), *[v for v in inside if isinstance(v, types.FunctionType)]]
        if f.__name__ == "apply" and isinstance(of, type):
            inner.append(members(of).get("forward"))
        return found + [b for g in inner if g is not None and depth for b in bodies_of(g, of, depth - 1)]
    if f is None or isinstance(f, (type, types.ModuleType)) or not hasattr(f, "__dict__"):
        return []
    own = bodies_of(members(type(f)).get("forward") or members(type(f)).get("__call__"), f) if depth else []
    if not own and depth:
        own = [b for m in (vars(f).get("_modules") or {}).values() for b in bodies_of(m, None, depth - 1)]
    return own


def scope_of(code, space):
    """The body that code stands for, as a syntax tree; `space`: its globals."""
    text = "".join(linecache.getlines(code.co_filename, space))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):  # (not Python as it stands, a null byte, an absurd depth)
        return None
    if code.co_name == "<module>":
        return tree if text else None
    if code.co_name == "<lambda>":
        alike = [n for n in ast.walk(tree) if isinstance(n, ast.Lambda) and n.lineno == code.co_firstlineno]
        return alike[0] if len(alike) == 1 else None
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
            places = child.targets if isinstance(child, ast.Assign) else ()
            parts = tuple(places[0].elts) if len(places) == 1 and isinstance(places[0], ast.Tuple) else ()
            yield Step(child.lineno, child.end_lineno, targets, value, mode, parts)
        yield from steps_of(child, switched_off(child) or mode)


def assigned(node):
    """(names, expression) of a statement that gives names a value; else None."""
    if isinstance(node, ast.Assign):
        return set().union(*map(names_in, node.targets)), node.value
    if isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        return names_in(node.target), node.value
    if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)) and node.value is not None:
        return {RESULT}, node.value
    if isinstance(node, (ast.For, ast.AsyncFor)):
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
    if kind == "sample()":
        made = node.func.value  # (`d.sample()`, or `Normal(0, 1).sample()`)
        of = meant(made.func, names)[0] if isinstance(made, ast.Call) else type(meant(made, names)[0])
        return internal[getattr(of, "__module__", None)] and hasattr(of, "sample")
    return any([k not in names or not is_plain(names[k]) for k in names_in(node)])


def is_plain(v):
    """Is this known to have no history: a Tensor that does not require grad, a number, an array, a module?"""
    return v.mark is None if isinstance(v, Taped) else isinstance(v, (*PLAIN, type, types.BuiltinFunctionType))


def has_tensor(v, depth=2):
    return isinstance(v, Taped) or (
        depth > 0 and isinstance(v, (list, tuple)) and any([has_tensor(w, depth - 1) for w in v])
    )


def takes_indices(step, wanted):
    """Is this `_, i = x.max(0)`, of which i is wanted?"""
    pair = isinstance(step.value, ast.Call) and name_of(step.value.func) in PAIRS and len(step.parts) == 2
    return pair and bool(names_in(step.parts[1]) & wanted) and not names_in(step.parts[0]) & wanted


def second_of_pair(node):
    """Is this `x.max(0)[1]`?"""
    pair = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call) and name_of(node.value.func) in PAIRS
    return pair and isinstance(node.slice, ast.Constant) and node.slice.value in (1, -1)


def kind_of(node):
    if isinstance(node, ast.Attribute) and node.attr == "data":
        return ".data"
    if (
        isinstance(node, ast.Attribute)
        and node.attr == "grad"
        and name_of(node.value) not in ("autograd", "torch", "func")
    ):
        return ".grad"
    if isinstance(node, ast.Attribute) and node.attr == "indices" or second_of_pair(node):
        return "argmax"
    if isinstance(node, ast.Compare) and not isinstance(node.ops[0], (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
        return "a comparison"
    if not isinstance(node, ast.Call):
        return None
    called = name_of(node.func)
    method = isinstance(node.func, ast.Attribute)
    if method and called == "sample":
        return "sample()"
    if method and called in NUMBERS:
        return NUMBERS[called]
    if method and name_of(node.func.value) in ("np", "numpy"):
        return "a NumPy function"
    by = {k.arg for k in node.keywords}
    if called == "grad" and (len(node.args) > 1 or "inputs" in by) and not by & {"create_graph", None}:
        return "autograd.grad()"
    if called in INDICES:
        return "argmax"
    if method and called in COMPARISONS:
        return "a comparison"
    if (method and called in INTEGERS | COUNTS) or (
        called in ("to", "type") and {name_of(a) for a in node.args} & INTEGERS
    ):
        return "an integer dtype"
    if method and called in MAKERS and node.args and names_in(node.args[0]):
        return "torch.tensor()"
    return None
