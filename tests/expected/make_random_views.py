"""Write random_views.json.xz: what torch shows after each line of 200 and more programs of
tests/random_views.py, and of those in tests/views.txt (the lines are stored too).

Run with torch 2.13: `python tests/expected/make_random_views.py`.
"""

import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.autograd_lines import programs as written  # noqa: E402
from tests.random_views import Maker, run  # noqa: E402

SEED, COUNT = 10, 200
MENDED = {  # programs that differed once, by their seeds
    31: (
        50,
        107,
        124,
        149,
        194,
        364,
        606,
        749,
        869,
        892,
        1118,
        1367,
        1378,
        1402,
        1569,
        1628,
        1654,
        1771,
        1791,
        1982,
        2170,
        2212,
        2469,
        2486,
        2495,
        2594,
        2676,
    ),
    32: (778, 1118, 1173, 1224, 1719, 1782, 2309, 2429, 2686),
    33: (605, 670, 711, 1450, 1891, 2080, 2589, 2756),
    71: (6, 28, 63, 73, 125, 279, 428, 437, 773),
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    chosen = [(SEED, number) for number in range(COUNT)] + [(seed, n) for seed, some in MENDED.items() for n in some]
    programs = [Maker(*one).program() for one in chosen] + written(HERE.parent / "views.txt")
    data = {"torch": torch.__version__, "programs": [[lines, run(torch, lines)] for lines in programs]}
    packed.write("random_views", data)
    print(f"{len(programs)} programs")
