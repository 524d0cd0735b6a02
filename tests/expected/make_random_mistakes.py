"""Write random_mistakes.json.xz: what torch 2.13 says of the first programs of tests/random_mistakes.py, of which each ends with a mistake.

Run with torch 2.13 beside compat: `python tests/expected/make_random_mistakes.py`. Programs on which the two differ are left out;
`python tests/random_mistakes.py` shows those.
"""

import pathlib
import sys

import torch
import torch.nn.utils.prune  # (torch loads it only when it is asked to)

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
import compat  # noqa: E402
from tests import packed  # noqa: E402
from tests import random_mistakes as R  # noqa: E402
from tests.side_by_side import outcome  # noqa: E402

EACH = {"pools": 5, "parts": 2, "objects": 8}  # programs of a row


def main():
    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False
    kept, left = [], 0
    for of, number in [(k, n) for k, each in EACH.items() for n in range(each * len(R.rows(k)))]:
        lines = R.of_seed("stored", number, of)
        want = outcome(torch, lines)
        if any("error" in row for row in want):
            agrees = R.disagreement(outcome(compat, lines), want, lines) is None
            kept += [[of, number, want]] if agrees else []
            left += not agrees
    packed.write("random_mistakes", {"torch": torch.__version__, "programs": kept})
    print(f"{len(kept)} programs, {left} left out")


if __name__ == "__main__":
    main()
