"""Whole scripts, run by compat as they are and with every function and method of theirs compiled: they print the same.

    python tests/compiled_scripts.py [SCRIPT ...] [--seconds 300] [--list]

Without scripts: all of examples/ and tests/expected/programs/. Each function that is no generator, coroutine or method that Python itself calls
(`__init__`, `__repr__`, ...), and is not called main, setUp or the like, gets the decorator torch.compile next to its `def`; lines keep their numbers. A
line per script says how many functions were compiled and whether the outputs differ, and where first; `--list` says why functions were
run as they are. The exit status is the number of scripts that differ. Nothing but compat is needed.

Invariant: outputs are compared as text, numbers to rounding (compiled code may add in another order), names of nodes and addresses left out. A script
that fails has to fail alike.
"""

import argparse
import ast
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import types

ROOT = pathlib.Path(__file__).resolve().parents[1]
PLACES = "examples", "tests/expected/programs"
ASIDE = frozenset("main setUp tearDown setUpClass tearDownClass setUpModule tearDownModule".split())
NUMBER = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?|\bnan\b|-?\binf\b")
NAMES = re.compile(r",?\s*grad_fn=<\w+>|\b\w+Backward\w*\b|0x[0-9a-f]+")
SUMMARY = "COMPILED_SCRIPTS_SUMMARY"  # the file that a run tells in what it has compiled
COMPILED = "__compiled__"


# ------------------------------------------------------------------------------------------------ rewriting and running one script
class Decorating(ast.NodeTransformer):
    """Puts the decorator next to each `def` that can have it."""

    def visit_FunctionDef(self, node):
        inside = generates(node)
        self.generic_visit(node)
        if not inside and node.name not in ASIDE and not (node.name[:2] == node.name[-2:] == "__" != node.name):
            node.decorator_list.append(ast.copy_location(ast.Name(COMPILED, ast.Load()), node))
        return node


def generates(node):
    """Does a function yield, itself?"""
    todo = list(node.body)
    while todo:
        n = todo.pop()
        if isinstance(n, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            todo += ast.iter_child_nodes(n)
    return False


def run(path, decorated):
    """Run a script as __main__, in this process, in which compat stands for torch."""
    from compat.compiler.compiled import Compiled, as_function

    made = []

    def compiled(f):
        made.append(Compiled(f, part=True))  # (it warns of nothing: scripts look at their warnings)
        return as_function(f, made[-1])

    tree = ast.parse(pathlib.Path(path).read_text(), path)
    if decorated:
        tree = ast.fix_missing_locations(Decorating().visit(tree))
    sys.argv = [path]
    sys.path[0] = str(pathlib.Path(path).parent)
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__dict__.update({"__file__": path, "__builtins__": __builtins__, COMPILED: compiled})
    try:
        exec(compile(tree, path, "exec"), main.__dict__)
    finally:
        if place := os.environ.get(SUMMARY):
            called = [c for c in made if c.calls]
            why = collections.Counter([why for c in called for why in c.fallbacks])
            found = {
                "functions": len(made),
                "called": len(called),
                "compiled": sum([bool(c.compilations) for c in called]),
            }
            pathlib.Path(place).write_text(json.dumps({**found, "why": why.most_common()}))


# ------------------------------------------------------------------------------------------------ comparing
def close(a, b):
    return a == b or a != a and b != b or abs(a - b) <= 2e-3 * max(abs(a), abs(b)) + 2e-4


def alike(a, b):
    """Are two words the same but for the rounding of numbers in them?"""
    if a == b:
        return True
    numbers, others = [[float(x) for x in NUMBER.findall(t)] for t in (a, b)]
    return NUMBER.sub("#", a) == NUMBER.sub("#", b) and all(map(close, numbers, others))


def differences(plain, decorated):
    """[(part of the one text, part of the other)] where they first differ, line breaks apart."""
    a, b = (NAMES.sub(" ", text).split() for text in (plain, decorated))
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if not alike(x, y):
            return [(" ".join(a[max(0, i - 8) : i + 12]), " ".join(b[max(0, i - 8) : i + 12]))]
    return [] if len(a) == len(b) else [(" ".join(a[len(b) - 8 :][:20]), " ".join(b[len(a) - 8 :][:20]))]


def outcome(path, decorated, seconds, folder):
    """(exit status, what it printed, the last line of its error, what it has compiled, seconds)."""
    summary = pathlib.Path(folder) / "summary.json"
    summary.unlink(missing_ok=True)
    here = pathlib.Path(folder) / ("decorated" if decorated else "plain")
    here.mkdir(exist_ok=True)
    env = {**os.environ, SUMMARY: str(summary), "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    command = [
        sys.executable,
        "-m",
        "compat",
        str(pathlib.Path(__file__).resolve()),
        "--run",
        str(path),
        *["--decorated"] * decorated,
    ]
    started = time.perf_counter()
    try:
        done = subprocess.run(command, cwd=here, env=env, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return None, "", f"more than {seconds} seconds", {}, seconds
    error = (done.stderr.strip().splitlines() or [""])[-1] if done.returncode else ""
    found = json.loads(summary.read_text()) if summary.exists() else {}
    return done.returncode, done.stdout, error, found, time.perf_counter() - started


def compared(path, seconds, listing):
    """Run a script both ways and tell; do the outputs differ?"""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        plain, decorated = [outcome(path, on, seconds, folder) for on in (False, True)]
    found = decorated[3]
    lines = differences(plain[1], decorated[1])
    if plain[0] != decorated[0] or not alike(plain[2], decorated[2]):
        lines.append((f"exit {plain[0]} {plain[2]}", f"exit {decorated[0]} {decorated[2]}"))
    counts = f"{found.get('compiled', 0)} of {found.get('called', 0)} functions compiled"
    print(
        f"{'DIFFERS' if lines else 'the same'}  {path.name}: {counts}, {plain[4]:.1f} and {decorated[4]:.1f} s",
        flush=True,
    )
    for a, b in lines:
        print(f"    plain    {a}\n    compiled {b}")
    for why, count in found.get("why", ()) if listing else ():
        print(f"    {count}  {why}")
    return bool(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scripts", nargs="*", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=300, help="for a script, after which it counts as failed")
    parser.add_argument("--list", action="store_true", help="say why functions were run as they are")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--decorated", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run, options.decorated)
        return
    scripts = options.scripts or [p for place in PLACES for p in sorted((ROOT / place).glob("*.py"))]
    differ = [compared(p.resolve(), options.seconds, options.list) for p in scripts]
    print(f"{sum(differ)} of {len(differ)} scripts differ")
    sys.exit(sum(differ))


if __name__ == "__main__":
    main()
