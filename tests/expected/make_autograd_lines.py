"""Writes what torch 2.13 does in each line of the programs of tests/lines, a file `lines/NAME.json.xz` for each file of programs.

python tests/expected/make_autograd_lines.py [FILE...]
"""

import pathlib
import platform
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.autograd_lines import files, programs  # noqa: E402
from tests.side_by_side import outcome  # noqa: E402

torch.set_num_threads(1)
(HERE / "lines").mkdir(exist_ok=True)
for path in map(pathlib.Path, sys.argv[1:]) if sys.argv[1:] else files():
    stored = {
        "torch": torch.__version__,
        "python": platform.python_version_tuple()[:2],
        "programs": [outcome(torch, lines) for lines in programs(path)],
    }
    packed.write(f"lines/{path.stem}", stored)
