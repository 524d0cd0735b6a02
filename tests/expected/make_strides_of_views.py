"""Write strides_of_views.json.xz: 600 chains of tests/strides_of_views.py, and the shapes, strides and offsets that torch gives their lines.

Run with torch 2.13: `python tests/expected/make_strides_of_views.py`.
"""

import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.strides_of_views import chain, seen  # noqa: E402

SEED, COUNT = 1, 600

if __name__ == "__main__":
    chains = [chain(torch, SEED, number) for number in range(COUNT)]
    data = {"torch": torch.__version__, "chains": [[lines, seen(torch, lines)] for lines in chains]}
    packed.write("strides_of_views", data)
    print(f"{COUNT} chains")
