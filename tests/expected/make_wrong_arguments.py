"""Write wrong_arguments.json.xz: what torch 2.13 says of every third of the wrong calls of tests/wrong_arguments.py.

Run with torch 2.13 beside compat: `python tests/expected/make_wrong_arguments.py`. It keeps the calls on which both agree;
`python tests/wrong_arguments.py` shows those on which they do not.
"""

import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))
import compat  # noqa: E402
from tests import packed  # noqa: E402
from tests import wrong_arguments as W  # noqa: E402


def main():
    torch.set_num_threads(1)
    rows = [(text, W.outcome(torch, text)) for text in W.programs()[::3]]
    kept = [row for row in rows if row[1] and W.outcome(compat, row[0]) == row[1]]
    packed.write("wrong_arguments", {"torch": torch.__version__, "calls": kept})
    print(f"{len(kept)} calls")


if __name__ == "__main__":
    main()
