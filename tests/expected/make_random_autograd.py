"""Write random_autograd.json.xz: what torch 2.13 does in the lines of tests/autograd_walks.txt and of the first programs of
tests/random_autograd.py and tests/random_walks.py."""

import pathlib
import random
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed, random_walks  # noqa: E402
from tests.autograd_lines import programs  # noqa: E402
from tests.random_autograd import program  # noqa: E402
from tests.side_by_side import outcome  # noqa: E402

COUNT, WALKS = 110, 80
torch.set_num_threads(1)
written = [outcome(torch, lines) for lines in programs(HERE.parent / "autograd_walks.txt")]
drawn = [outcome(torch, program(random.Random(f"stored {n}"), n)) for n in range(COUNT)]
walks = [outcome(torch, random_walks.program(random.Random(f"stored {n}"), n)) for n in range(WALKS)]
stored = {"torch": torch.__version__, "written": written, "drawn": drawn, "walks": walks}
packed.write("random_autograd", stored)
