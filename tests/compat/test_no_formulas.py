"""compat holds no derivative formula: by its syntax trees, it declares no primitive and no rule, and no Function of its own."""

import ast
import pathlib

import pytest

import compat

ROOT = pathlib.Path(compat.__file__).parent
DECLARING = {"define", "elementwise", "linear", "custom_vjp", "custom_jvp", "stop_gradient", "Primitive"}
# torch.nn.functional.linear is a layer: compat's files define that name, or import it from one another
OWN = {"linear"}


def called(node):
    f = node.func
    return f.id if isinstance(f, ast.Name) else f.attr if isinstance(f, ast.Attribute) else None


def found_in(tree):
    """What a file must not have: (line, what)."""
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
                if name == "Function":
                    yield node.lineno, f"class {node.name} subclasses Function"
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            for d in node.decorator_list:
                if isinstance(d, (ast.Name, ast.Attribute)) and getattr(d, "id", getattr(d, "attr", None)) in DECLARING:
                    yield node.lineno, "is decorated as a declaration"
    for name in DECLARING & imported - {"linear"}:
        yield 1, f"imports {name}"


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_declaration(path):
    assert list(found_in(ast.parse(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    "code",
    [
        "elementwise('f', np.exp, 't * out')",
        "@define\nclass f:\n    pass",
        "fg.custom_vjp(f)",
        "class F(torch.autograd.Function):\n    pass",
        "from funcgrad import stop_gradient",
        "from funcgrad.ops import linear\nlinear(f)",
    ],
)
def test_it_would_be_seen(code):
    assert list(found_in(ast.parse(code)))
