"""Write mutated_scripts.json.xz: how the first scripts of tests/mutated_scripts.py end under torch 2.13.

Run with torch 2.13 beside compat: `python tests/expected/make_mutated_scripts.py`. Scripts on which the two differ are left out;
`python tests/mutated_scripts.py` shows those.
"""

import json
import lzma
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]

import compat  # noqa: E402
from tests import mutated_scripts as M  # noqa: E402

COUNT = 100


def main():
    torch.set_num_threads(1)
    kept = []
    for number in range(COUNT):
        _, text = M.of_seed("stored", number)
        want = M.W.end_of(torch, text)
        kept += [] if M.differ(M.W.end_of(compat, text), want) else [[number, want]]
    text = json.dumps({"torch": torch.__version__, "ends": kept}, separators=(",", ":")).encode()
    (HERE / "mutated_scripts.json.xz").write_bytes(lzma.compress(text, preset=9))
    print(f"{len(kept)} of {COUNT} scripts, {sum('error' in end for _, end in kept)} end with an error")


if __name__ == "__main__":
    main()
