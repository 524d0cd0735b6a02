"""Write random_prints.json.xz: cases of tests/random_prints.py that are short to print, and what torch prints. Run with torch 2.13:
`python tests/expected/make_random_prints.py`."""

import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.random_prints import Maker, run  # noqa: E402

SEED, COUNT, LONGEST = 11, 900, 500


def main():
    cases = []
    for number in range(COUNT):
        lines = Maker(SEED, number).case()
        text = run(torch, lines)
        if len(text) <= LONGEST and "Sub(" not in lines[-1]:
            cases.append([lines, text])
    packed.write("random_prints", {"torch": torch.__version__, "cases": cases})


if __name__ == "__main__":
    main()
