"""compat holds no derivative formula: by its syntax trees, it declares no primitive and no rule, and no Function of its own."""

import ast
import pathlib

import pytest

import compat

ROOT = pathlib.Path(compat.__file__).parent
DECLARING = {"define", "elementwise", "linear", "custom_vjp", "custom_jvp", "stop_gradient", "Primitive"}
# torch.nn.functional.linear is a layer: compat's files define that name, or import it from one another
OWN = {"linear"}
# what a rule is kept in: a primitive's fields, a node's plan
RULES = {"vjp", "jvp", "pull", "pull_handles", "transpose", "formulas", "dual", "impl", "record", "plan"}
# (forward_ad's is an attribute of a Tensor; the next four give a node a plan of the table's under another name, or a program's own; the
# first class has no rule, it is for programs to subclass, and the second passes no gradient on, which gradcheck tries)
PLAIN = {
    ("dual", "autograd/forward_ad.py"), ("plan", "graph.py"), ("plan", "compiler/recorded.py"), ("plan", "functions/copies.py"),
    ("plan", "autograd/function_at_once.py"), ("InplaceFunction", "autograd/function.py"), ("Nothing", "autograd/gradcheck.py"),
}  # fmt: skip
# Function itself brings its user's rules to the core; the gate of full hooks passes gradients on as they are; checkpoint's Function goes
# back by a backward of its own; torch.library's operations by what a program registers; gradients of every sample are the function of
# one sample, pulled back; a sparse gradient is what has come back, kept with the rows that it came for
SPECS = {"autograd/function_call.py", "autograd/kernel_saves.py", "_gate.py", "utils/checkpoint.py", "library.py"}
SPECS |= {"nn/utils/_per_sample_grad.py", "sparse/gradients.py"}


def called(node):
    f = node.func
    return f.id if isinstance(f, ast.Name) else f.attr if isinstance(f, ast.Attribute) else None


def name_of(node):
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def stored_in(node):
    """The names of attributes and tables that a node writes to."""
    if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
        yield node.attr if isinstance(node, ast.Attribute) else name_of(node.value)
    if isinstance(node, ast.Call) and called(node) in ("setattr", "update"):
        yield from [a.value for a in node.args if isinstance(a, ast.Constant)]
        yield from [k.arg for k in node.keywords]


def found_in(tree, file=""):
    """What a file must not have: (line, what)."""
    other = {
        a.asname: a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names if a.asname
    }  # names under which it imports
    for node in ast.walk(tree):
        for name in stored_in(node):
            if name in RULES | {"PRIMITIVES", "P"} and (name, file) not in PLAIN:
                yield node.lineno, f"writes to {name}"
        if isinstance(node, ast.ClassDef):
            for base in map(name_of, node.bases):
                if other.get(base, base) in ("Spec", "VjpSpec", "JvpSpec") and file not in SPECS:
                    yield node.lineno, f"class {node.name} subclasses Spec"
                elif base in other and other[base] == "Function" and file not in SPECS:
                    yield node.lineno, f"class {node.name} subclasses Function"
        if isinstance(node, ast.Attribute) and node.attr in DECLARING - {"linear", "elementwise", "stop_gradient"}:
            yield node.lineno, f"names {node.attr}"
        if isinstance(node, ast.Call) and called(node) == "type" and len(node.args) == 3:
            if "Function" in map(name_of, getattr(node.args[1], "elts", ())) and file not in SPECS:
                yield node.lineno, "makes a subclass of Function"
    inside = {a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level for a in n.names}
    defined = ({n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)} | inside) & OWN
    imported = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in DECLARING - defined:
            layer = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", None) == "functional"
            if not layer:
                yield node.lineno, f"calls {called(node)}"
        elif isinstance(node, ast.ClassDef):
            for base in node.bases:
                name = base.id if isinstance(base, ast.Name) else getattr(base, "attr", None)
                if name == "Function" and file not in SPECS and (node.name, file) not in PLAIN:
                    yield node.lineno, f"class {node.name} subclasses Function"
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for d in node.decorator_list:
                if isinstance(d, (ast.Name, ast.Attribute)) and getattr(d, "id", getattr(d, "attr", None)) in DECLARING:
                    yield node.lineno, "is decorated as a declaration"
    for name in DECLARING & imported - {"linear"}:
        yield 1, f"imports {name}"


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_declaration(path):
    assert list(found_in(ast.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix())) == []


@pytest.mark.parametrize(
    "code",
    [
        "elementwise('f', np.exp, 't * out')",
        "@define\nclass f:\n    pass",
        "fg.custom_vjp(f)",
        "class F(torch.autograd.Function):\n    pass",
        "from funcgrad import stop_gradient",
        "from funcgrad.ops import linear\nlinear(f)",
        "from funcgrad.core import primitive\nmake = primitive.define\nmake(f)",
        "P['exp'].vjp = f",
        "setattr(P['exp'], 'vjp', f)",
        "P['mine'] = f",
        "PRIMITIVES['exp'].__dict__.update(vjp=f)",
        "t.mark.plan = f",
        "from funcgrad.transforms.rules import Spec as S\nclass F(S):\n    pass",
        "from .function import Function as G\nclass F(G):\n    pass",
        "F = type('F', (Function,), {})",
    ],
)
def test_it_would_be_seen(code):
    assert list(found_in(ast.parse(code)))
