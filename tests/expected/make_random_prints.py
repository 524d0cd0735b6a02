"""Write random_prints.json.xz: cases of tests/random_prints.py that are short to print, and what torch prints. Run with torch 2.13:
`python tests/expected/make_random_prints.py`."""

import json
import lzma
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests.random_prints import Maker, run  # noqa: E402

SEED, COUNT, LONGEST = 11, 900, 500


def main():
    cases = []
    for number in range(COUNT):
        lines = Maker(SEED, number).case()
        text = run(torch, lines)
        if len(text) <= LONGEST and "Sub(" not in lines[-1]:
            cases.append([lines, text])
    stored = json.dumps({"torch": torch.__version__, "cases": cases}, separators=(",", ":"))
    (HERE / "random_prints.json.xz").write_bytes(lzma.compress(stored.encode(), preset=9))


if __name__ == "__main__":
    main()
