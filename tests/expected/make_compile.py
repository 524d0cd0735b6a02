"""Stores what torch gives for the runs of tests/compat/compiling.py, eagerly: python tests/expected/make_compile.py."""

import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "compat"))
import compiling  # noqa: E402


def main():
    torch.set_num_threads(1)
    stored = {
        "torch": torch.__version__,
        "runs": {f"{n} {o}": compiling.run(torch, n, o) for n, o in compiling.RUNS},
        "mapped": {
            f"{name} {mode}": compiling.mapped(torch, torch.func.vmap, name, mode)
            for name in compiling.random_functions(torch)
            for mode in compiling.MODES
        },
    }
    (HERE / "compile.json").write_text(json.dumps(stored) + "\n")


main()
