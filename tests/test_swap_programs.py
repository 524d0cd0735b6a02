"""Programs for jax and for autograd, as they stand, under `python -m funcgrad run`: they print what the libraries themselves make them print."""

import functools
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

EXPECTED = pathlib.Path(__file__).parent / "expected"
PRINTED = json.loads((EXPECTED / "swap_programs.json").read_text())["printed"]
NUMBER = re.compile(r"-?\d+\.\d*(?:e[-+]\d+)?")


def same(got, want):
    """The same text, but that a number may differ in the last digits that it prints: a few in 10**6; spaces are not counted."""
    assert re.sub(r"\s+", "", NUMBER.sub("#", got)) == re.sub(r"\s+", "", NUMBER.sub("#", want)), got
    for g, w in zip(NUMBER.findall(got), NUMBER.findall(want), strict=True):
        last = 10.0 ** -len(w.partition("e")[0].partition(".")[2]) if "e" not in w else 0.0
        np.testing.assert_allclose(float(g), float(w), rtol=3e-6, atol=2 * last)


ONE_AFTER_ANOTHER = """
import contextlib, io, json, runpy, sys, traceback
printed = {}
for path in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        try:
            runpy.run_path(path, run_name="__main__")
        except Exception:
            traceback.print_exc(file=out)
    printed[path] = out.getvalue()
print(json.dumps(printed))
"""


@functools.cache
def printed():
    """What all of them print, under one `python -m funcgrad run`."""
    paths = [str(EXPECTED / "swap_programs" / name) for name in PRINTED]
    command = [sys.executable, "-m", "funcgrad", "run", "-c", ONE_AFTER_ANOTHER, *paths]
    env = {k: v for k, v in os.environ.items() if k != "JAX_ENABLE_X64"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=EXPECTED.parents[1], env=env)
    assert done.returncode == 0, done.stderr
    return {pathlib.Path(path).name: text for path, text in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", PRINTED)
def test_program(name):
    same(printed()[name], PRINTED[name])


def test_another_figure_is_seen():
    with pytest.raises(AssertionError):
        same("loss 0.51235 [1, 2]", "loss 0.51225 [1, 2]")
    with pytest.raises(AssertionError):
        same("loss 0.51235 [1, 2]", "loss 0.51235 [1, 3]")
