"""Imports go down the layers only; importing either package loads NumPy and nothing heavier."""

import ast
import functools
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAYERS = [  # from the bottom; a module may import from its own layer and from those before it
    {"funcgrad.errors", "funcgrad.lazy", "funcgrad.paths", "funcgrad.tree", "funcgrad.containers", "funcgrad.bytecode", "funcgrad.replacements", "funcgrad.standins", "funcgrad.rebind"},
    {"funcgrad.core"},
    {"funcgrad.ops"},
    {"funcgrad.transforms"},
    {"funcgrad.compile"},
    {"funcgrad.numpy", "funcgrad.scipy", "funcgrad.lax", "funcgrad.nn", "funcgrad.random", "funcgrad.streams", "funcgrad.tracing", "funcgrad"},
    {"compat"},
]  # fmt: skip
# what a function imports when it is called, upwards, with the reason
LATE = {
    ("funcgrad.transforms.linear", "funcgrad.compile.narrow"): "linear_transpose of functions with compiled parts",
    ("funcgrad.transforms.reverse_mode", "funcgrad.tracing"): "grad(f, numpy=True)",
    ("funcgrad.compile.jit", "funcgrad.tracing"): "jit(f, numpy=True)",
    ("funcgrad.compile.jit", "funcgrad.stages"): "jit(f).trace, .lower, .graph",
}


def layer_of(module):
    """The layer of a module: that of its longest listed prefix."""
    best = max(
        (
            (name, i)
            for i, names in enumerate(LAYERS)
            for name in names
            if module == name or module.startswith(name + ".")
        ),
        key=lambda found: len(found[0]),
    )
    return best[1]


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def statements(body, inside=False):
    """(statement, is it inside a function) of all the statements under some. (To walk their expressions too takes ten times as long.)"""
    for node in body:
        yield node, inside
        within = inside or isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from statements(getattr(node, part, ()), within)


@functools.cache
def imports_of(path):
    """[(module, is it inside a function)] of everything that a file imports."""
    module = module_name(path)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found = []
    for node, inside in statements(ast.parse(path.read_text()).body):
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*up, base] if base else up)
            names = [f"{base}.{a.name}" for a in node.names]
        else:
            continue
        found += [(name, inside) for name in names]
    return found


def ours_of(path):
    """Of those what is ours."""
    return [(name, inside) for name, inside in imports_of(path) if name.split(".")[0] in ("funcgrad", "compat")]


@functools.cache
def files():
    return sorted(p for package in ("funcgrad", "compat") for p in (ROOT / package).rglob("*.py"))


def test_imports_go_down():
    wrong, met = [], set()
    for path in files():
        module = module_name(path)
        for name, inside in ours_of(path):
            if layer_of(name) > layer_of(module):
                late = {(a, b) for a, b in LATE if inside and module == a and name.startswith(b)}
                met |= late
                if not late:
                    wrong.append(f"{module} imports {name}")
    assert not wrong, "\n".join(wrong)
    assert met == {*LATE}  # (none stands there that nothing does)


def test_layers_are_there():
    modules = {module_name(path) for path in files()}
    assert set().union(*LAYERS) <= modules


def test_nothing_heavy_is_imported_anywhere():
    """jax, torch and scipy belong to the tests; the library names them nowhere in an import."""
    for path in files():
        names = {name.split(".")[0] for name, _ in imports_of(path)}
        assert not names & {"jax", "torch", "scipy", "autograd"}, path


def test_import_loads_numpy_and_nothing_heavier():
    code = "import sys; import {0}; print(sorted({{m.split('.')[0] for m in sys.modules}}))"
    for package in ("funcgrad", "compat"):
        out = subprocess.run(
            [sys.executable, "-c", code.format(package)], capture_output=True, text=True, check=True, cwd=ROOT
        )
        loaded = set(ast.literal_eval(out.stdout))
        assert not loaded & {"jax", "jaxlib", "torch", "scipy", "pytest", "autograd", "unittest", "asyncio"}, loaded
