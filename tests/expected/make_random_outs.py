"""Write random_outs.json.xz: what torch 2.13 makes of some of the calls of tests/random_outs.py.

Run with torch 2.13 beside compat: `python tests/expected/make_random_outs.py`. Of every function with out= it keeps a few calls, right and
wrong ones, on which both agree; `python tests/random_outs.py` shows those on which they do not.
"""

import collections
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))
import compat  # noqa: E402
import compat.fft  # noqa: E402
import compat.linalg  # noqa: E402
import compat.nn.functional  # noqa: E402
import compat.special  # noqa: E402
from tests import packed  # noqa: E402
from tests import random_calls as R  # noqa: E402
from tests import random_outs as O  # noqa: E402

SEED, DRAWN, EACH = 7, 16000, {"taken": 2, "refused": 3, "warned": 2}


def main():
    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False
    kept, rows = collections.Counter(), []
    for _, call in zip(range(DRAWN), O.program(SEED, O.takers(torch))):
        theirs = O.tried(torch, call)
        if theirs is None or isinstance(theirs[0], Exception) and R.INTERNAL.search(str(theirs[0])):
            continue
        kind = "refused" if isinstance(theirs[0], Exception) else "warned" if theirs[1] else "taken"
        kept_already = kept[call.name, kind] >= EACH[kind]
        if kept_already or R.unstable(theirs[0] if isinstance(theirs[0], Exception) else (theirs[0], {})):
            continue
        wanted = O.recorded(theirs)
        if O.as_recorded(O.outcome(compat, call), wanted):
            kept[call.name, kind] += 1
            rows.append([call.text, call.operands, call.setup, wanted])
    packed.write("random_outs", {"torch": torch.__version__, "calls": rows})
    print(f"{len(rows)} calls")


if __name__ == "__main__":
    main()
