"""Write mutated_scripts.json.xz: how the first scripts of each kind of tests/mutated_scripts.py end under torch 2.13.

Run with torch 2.13 beside compat: `python tests/expected/make_mutated_scripts.py`. Scripts on which the two differ are left out;
`python tests/mutated_scripts.py` shows those.
"""

import pathlib
import sys

import torch
import torch.nn.utils.prune  # (torch loads it only when it is asked to)

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
import compat  # noqa: E402
import compat.nn.utils.prune  # noqa: E402
from tests import mutated_scripts as M  # noqa: E402
from tests import packed  # noqa: E402

COUNT = {"scripts": 100, "parts": 280, "modules": 280}


def main():
    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False
    kept = []
    for kind, count in COUNT.items():
        for number in range(count):
            _, text = M.of_seed("stored", number, kind)
            want = M.W.end_of(torch, text)
            kept += [] if M.differ(M.W.end_of(compat, text), want) else [[kind, number, want]]
    packed.write("mutated_scripts", {"torch": torch.__version__, "ends": kept})
    print(f"{len(kept)} of {sum(COUNT.values())} scripts, {sum('error' in end for *_, end in kept)} end with an error")


if __name__ == "__main__":
    main()
