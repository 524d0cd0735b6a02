"""Writes random_func.json.xz: what torch 2.13 does in each line of the first programs of tests/random_func.py."""

import pathlib
import platform
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed, random_func  # noqa: E402
from tests.side_by_side import outcome, programs  # noqa: E402

COUNT = 150

torch.set_num_threads(1)
rows = [outcome(torch, lines) for lines in programs(random_func.program, COUNT, "stored")]
stored = {"torch": torch.__version__, "python": platform.python_version_tuple()[:2], "func": rows}
packed.write("random_func", stored)
