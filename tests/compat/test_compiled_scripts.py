"""Scripts print the same with every function of theirs compiled: a few of those that tests/compiled_scripts.py goes through."""

import ast
import subprocess
import sys

import pytest

from tests import compiled_scripts

PROGRAMS = compiled_scripts.ROOT / "tests/expected/programs"
SCRIPTS = "compiled_containers", "policies_and_matrices", "sequences_and_sets"


def test_functions_of_scripts_are_compiled_and_the_scripts_print_the_same():
    paths = [str(PROGRAMS / f"{name}.py") for name in SCRIPTS]
    done = subprocess.run([sys.executable, compiled_scripts.__file__, *paths], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1:] == [f"0 of {len(SCRIPTS)} scripts differ"], done.stdout + done.stderr
    counts = [int(line.split(": ")[1].split()[0]) for line in done.stdout.splitlines()[:-1]]
    assert sum(counts) >= 8 and all(counts)


def test_what_differs_is_seen(tmp_path):
    (tmp_path / "script.py").write_text(
        "import torch\ndef f(x):\n    return x, torch.compiler.is_compiling()\nprint(f(torch.ones(2)))\n"
    )
    done = subprocess.run(
        [sys.executable, compiled_scripts.__file__, str(tmp_path / "script.py")], capture_output=True, text=True
    )
    assert done.returncode == 1 and "DIFFERS" in done.stdout and "1 of 1 functions compiled" in done.stdout


@pytest.mark.parametrize(
    ("plain", "other", "same"),
    [
        ("tensor([1.0000, 2.0000],\n  grad_fn=<MulBackward0>)", "tensor([1.00001, 2.0000], grad_fn=<CompiledFunctionBackward>)", True),
        ("loss 0.5", "loss 0.6", False),
        ("a b", "a b c", False),
        ("True 1", "False 1", False),
        ("nan 1e-3", "nan 0.001", True),
    ],
)  # fmt: skip
def test_texts_are_compared_but_for_rounding(plain, other, same):
    assert (not compiled_scripts.differences(plain, other)) == same


def test_which_functions_are_decorated():
    source = "class A:\n def __init__(self): pass\n def f(self): pass\ndef g():\n def h(): return 1\n yield h\ndef main(): pass\nasync def k(): pass\n"
    tree = compiled_scripts.Decorating().visit(ast.parse(source))
    assert [n.name for n in ast.walk(tree) if getattr(n, "decorator_list", None)] == ["f", "h"]
