"""The scripts in examples on compat, as they are and with `--compile`, and on torch.

    python benchmarks/torch_scripts.py [--rows autoencoder,vae] [--rounds 5] [--json FILE] [--quick]

Each runs in this process, under one after the other, and has to print the same numbers. Two figures each: the whole script, with whatever
it compiles, and a step of its training when that is over (the middle one of the second half of each loop). One thread each. A quick run
takes three of them.
"""

import argparse
import contextlib
import io
import os
import re
import statistics
import sys
import time
import types
import warnings
from pathlib import Path

for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "examples")]
sys.modules.update(matplotlib=None, tqdm=None)  # neither pictures nor progress bars are timed

import numpy as np  # noqa: E402
import showing  # noqa: E402

import compat  # noqa: E402
import funcgrad as fg  # noqa: E402
from benchmarks.rows import Row, Rows, optional  # noqa: E402

torch = optional("torch")
OTHER = ("functional", "showing")  # no torch scripts
QUICK = ("convnet_digits", "mlp_regression", "vae")
ARGUMENTS = [("--rounds", {"type": int, "default": 5, "help": "how often each takes its turn"})]
EAGER, COMPILED, TORCH = "compat", "compat compiled", "torch"
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]\d+)?")


def own_modules():
    """The modules of the real torch among those that are loaded."""
    return {name: m for name, m in sys.modules.items() if name.partition(".")[0] == "torch"}


def on_compat(code, path, *options):
    """run(code, path, *options), in which `import torch` gives compat."""
    kept = own_modules()
    for name in kept:
        del sys.modules[name]
    compat.install()
    try:
        return run(code, path, *options)
    finally:
        compat.uninstall()
        sys.modules.update(kept)


class Steps:
    """In the place of showing.steps: notes what each step of each loop takes."""

    def __init__(self):
        self.loops = []

    def __call__(self, count):
        self.loops.append(taken := [])
        for i in range(count):
            start = time.process_time()
            yield i
            taken.append(time.process_time() - start)

    def middle(self):
        """Seconds of a step: the median of the second half of a loop, and the mean of these."""
        return statistics.mean([statistics.median(taken[len(taken) // 2 :]) for taken in self.loops])


def run(code, path, *options):
    """(what a script prints, seconds of a step)."""
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    before = sys.modules["__main__"], sys.argv, showing.steps
    sys.modules["__main__"], sys.argv, showing.steps = module, [str(path), *options], Steps()
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()) as printed,
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            exec(code, vars(module))
        return printed.getvalue(), showing.steps.middle()
    finally:
        sys.modules["__main__"], sys.argv, showing.steps = before


def numbers(text):
    return list(map(float, NUMBER.findall(text)))


class Script(Row):
    """The row of one script."""

    def __init__(self, path, rounds):
        title = path.read_text(encoding="utf-8").split('"""')[1].splitlines()[0]
        super().__init__(path.stem, title, self.calls, "compiled ahead of torch", rounds=rounds, quick=1)
        self.path, self.long = path, path.stem not in QUICK

    def calls(self, quick):
        code = compile(self.path.read_text(encoding="utf-8"), str(self.path), "exec")
        runs = {EAGER: lambda: on_compat(code, self.path), COMPILED: lambda: on_compat(code, self.path, "--compile")}
        if torch is not None:
            runs[TORCH] = lambda: run(code, self.path)
        printed = {name: numbers(f()[0]) for name, f in runs.items()}
        for name, found in printed.items():
            np.testing.assert_allclose(found, printed[EAGER], rtol=0.02, atol=2e-3, err_msg=f"{self.key}, {name}")
        self.steps, self.turns = {name: [] for name in runs}, self.quick if quick else self.rounds

        def noted(name):
            return lambda: self.steps[name].append(runs[name]()[1])

        return {name: noted(name) for name in runs}

    def beside(self):
        return [("a step", {name: taken[-self.turns :] for name, taken in self.steps.items()})]

    def records(self, what, figures, ours):
        """As of any row, and torch beside the compiled script."""
        found = super().records(what, figures, ours)
        if TORCH in figures:
            found += super().records(what, {name: figures[name] for name in (COMPILED, TORCH)}, COMPILED)
        return found


def given():
    parser = argparse.ArgumentParser(add_help=False)
    for name, options in ARGUMENTS:
        parser.add_argument(name, **options)
    return parser.parse_known_args()[0]


ROWS = Rows(
    [Script(path, given().rounds) for path in sorted((ROOT / "examples").glob("*.py")) if path.stem not in OTHER]
)

if __name__ == "__main__":
    if torch:
        torch.set_num_threads(1)
    with fg.config(threads=1):
        records = ROWS.main(__doc__, ARGUMENTS)
    for what in ("time", "a step"):
        for ours in (EAGER, COMPILED):
            found = {r["row"]: r["least"] for r in records if (r["what"], r["of"], r.get("to")) == (what, TORCH, ours)}
            if found:
                print(f"\n{'the whole script' if what == 'time' else what}, torch / {ours}, of the least: ", end="")
                print(*[f"{row} {ratio:.2f}" for row, ratio in found.items()], sep=", ", end="; ")
                print(f"geometric mean {statistics.geometric_mean(found.values()):.2f}")
