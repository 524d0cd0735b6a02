"""Writes autograd_lines.json.xz: what torch 2.13 does in each line of the programs of tests/lines."""

import json
import lzma
import pathlib
import platform
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests.autograd_lines import files, programs  # noqa: E402
from tests.side_by_side import outcome  # noqa: E402

torch.set_num_threads(1)
rows = {path.stem: [outcome(torch, lines) for lines in programs(path)] for path in files()}
stored = {"torch": torch.__version__, "python": platform.python_version_tuple()[:2], "programs": rows}
(HERE / "autograd_lines.json.xz").write_bytes(
    lzma.compress(json.dumps(stored, separators=(",", ":")).encode(), preset=9)
)
