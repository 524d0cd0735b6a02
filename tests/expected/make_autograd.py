"""Writes tests/expected/autograd.json: what HIPS autograd 1.9.1 gives for the lines of autograd_cases.py, and what autograd_program.py
prints on it.

python tests/expected/make_autograd.py
"""

import json
import pathlib
import subprocess
import sys
import warnings
from importlib import import_module
from importlib.metadata import version

from autograd_cases import LINES, names

HERE = pathlib.Path(__file__).parent


def plain(x):
    """A value as JSON: arrays and numbers as lists and numbers, complex ones as {"re", "im"}; functions as None."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if callable(x):
        return None
    if hasattr(x, "tolist"):
        return plain(x.tolist())
    return {"re": x.real, "im": x.imag} if isinstance(x, complex) else x


def outcome(line, space):
    try:
        return {"value": plain(eval(line, space))}
    except Exception as error:
        return {"error": next(k.__name__ for k in type(error).__mro__ if k.__module__ == "builtins")}


if __name__ == "__main__":
    space = names(import_module, "autograd")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {line: outcome(line, space) for line in LINES}
    done = subprocess.run([sys.executable, HERE / "autograd_program.py"], capture_output=True, text=True, check=True)
    text = json.dumps({"autograd": version("autograd"), "lines": found, "printed": done.stdout}, indent=1)
    (HERE / "autograd.json").write_text(text + "\n")
