"""Write wrong_scripts.json.xz: how the scripts of tests/wrong_scripts.txt end under torch 2.13.

Run with torch 2.13: `python tests/expected/make_wrong_scripts.py`.
"""

import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.wrong_scripts import end_of, scripts  # noqa: E402


def main():
    torch.set_num_threads(1)
    ends = {title: end_of(torch, text) for title, text in scripts().items()}
    packed.write("wrong_scripts", {"torch": torch.__version__, "ends": ends})
    print(f"{len(ends)} scripts, {sum('error' in end for end in ends.values())} end with an error")


if __name__ == "__main__":
    main()
