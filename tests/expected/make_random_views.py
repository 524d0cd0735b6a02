"""Write random_views.json.xz: what torch shows after each line of 200 programs of tests/random_views.py (the lines are stored too).

Run with torch 2.13: `python tests/expected/make_random_views.py`.
"""

import json
import lzma
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]

from tests.random_views import Maker, run  # noqa: E402

SEED, COUNT = 10, 200

if __name__ == "__main__":
    torch.set_num_threads(1)
    programs = [Maker(SEED, number).program() for number in range(COUNT)]
    data = {"torch": torch.__version__, "programs": [[lines, run(torch, lines)] for lines in programs]}
    path = HERE / "random_views.json.xz"
    path.write_bytes(lzma.compress(json.dumps(data, separators=(",", ":")).encode()))
    print(f"{COUNT} programs, {path.stat().st_size} bytes")
