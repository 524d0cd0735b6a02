"""The indexes of what is loaded on first use, compared with what the modules make: `python tests/lazy_index.py` rewrites them.

An index is a dict literal `{module: "name name ..."}` in the `__init__.py` of a package. What a module enters into a
table is seen by loading everything under a spy, in a process in which nothing has been loaded yet.
"""

import ast
import json
import pkgutil
import subprocess
import sys
import textwrap
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INDEXES = [  # (package, name of the index in it, where the table is)
    ("funcgrad", "_MACHINERY", "funcgrad.core.primitive PRIMITIVES"),
    ("funcgrad.ops", "FAMILIES", "funcgrad.core.primitive PRIMITIVES"),
    ("funcgrad.ops", "HELPERS", "funcgrad.core.primitive helpers"),
    ("funcgrad.numpy", "FUNCTIONS", "funcgrad.numpy.protocol FUNCTIONS"),
    ("funcgrad.numpy", "UFUNCS", "funcgrad.numpy.protocol UFUNCS"),
    ("funcgrad.numpy", "METHODS", "funcgrad.numpy.protocol METHODS"),
    ("compat.functions", "FUNCTIONS", "compat.functions.register FUNCTIONS"),
    ("compat.functions", "METHODS", "compat.functions.register METHODS"),
]
OTHERS = ("core.", "ops.")  # seen from funcgrad: always loaded, and in an index of its own


def loading(package):
    """The module of a package that is being loaded, of the frames above: the innermost."""
    frame = sys._getframe(2)
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        if frame.f_code.co_name == "<module>" and name.startswith(package + "."):
            return name.removeprefix(package + ".")
        frame = frame.f_back
    return None


def entered():
    """[{module: names in their order}] for each of INDEXES; to be called in a fresh process."""
    spec = spec_from_file_location(
        "funcgrad.lazy", ROOT / "funcgrad/lazy.py"
    )  # (not as part of its package: that would
    lazy = sys.modules["funcgrad.lazy"] = module_from_spec(spec)  # make the tables before they can be watched)
    spec.loader.exec_module(lazy)
    seen = []  # (table, key, {package: module})
    packages = {package for package, _, _ in INDEXES}

    class Spy(lazy.Table):
        def __setitem__(self, key, value):
            seen.append((self, key, {p: loading(p) for p in packages}))
            super().__setitem__(key, value)

        def taken(self, key, module):
            return key in self.made  # whatever the index says: it may be out of date

        def find(self, key):
            value = super().find(key)
            if value is None and self.home(key) is not None:  # (what makes it has moved to another module)
                load_all()
                value = self.made.get(key)
            return value

    def load_all():
        for package in packages:
            for module in pkgutil.walk_packages(import_module(package).__path__, package + "."):
                import_module(module.name)

    lazy.Table = Spy
    load_all()
    found = []
    for package, _, place in INDEXES:
        module, name = place.split()
        table = getattr(import_module(module), name)
        index = {}
        for owner, key, modules in seen:
            if owner is table and modules[package] is not None and not modules[package].startswith(OTHERS):
                key = key if table.name_of is None else table.name_of(key)
                index.setdefault(modules[package], {})[key] = None
        found.append({m: list(names) for m, names in sorted(index.items())})
    return found


def entered_elsewhere():
    """`entered` in a process of its own."""
    out = subprocess.run([sys.executable, __file__, "--show"], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    return json.loads(out.stdout)


def file_of(package):
    return ROOT / package.replace(".", "/") / "__init__.py"


def written(package, name):
    """(the index as it stands in the file of a package, its first line, its last)."""
    for node in ast.parse(file_of(package).read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name:
            index = {m: names.split() for m, names in ast.literal_eval(node.value).items()}
            return index, node.lineno, node.end_lineno
    raise LookupError(f"{package} has no index {name}")


def text_of(name, index, comment):
    lines = [f"{name} = {{{comment}"]
    for module, names in index.items():
        rows = textwrap.wrap(" ".join(names), 112, initial_indent=" " * (len(module) + 4))
        rows[0] = rows[0].lstrip()
        quoted = [f'"{row} "' for row in rows[:-1]] + [f'"{rows[-1]}"']
        lines.append(f'    "{module}": ' + "\n    ".join(quoted) + ",")
    return [*lines, "}"]


def rewrite():
    for (package, name, _), index in zip(INDEXES, entered_elsewhere(), strict=True):
        old, first, last = written(package, name)
        if old != index:
            lines = file_of(package).read_text().splitlines()
            comment = lines[first - 1].partition("{")[2]
            lines[first - 1 : last] = text_of(name, index, comment)
            file_of(package).write_text("\n".join(lines) + "\n")
            print(f"rewritten: {name} of {package}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    if "--show" in sys.argv:
        print(json.dumps(entered()))
    else:
        rewrite()
