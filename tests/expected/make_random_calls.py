"""Write random_calls.json.xz: what torch 2.13 makes of some of the calls of tests/random_calls.py.

Run with torch 2.13 beside compat: `python tests/expected/make_random_calls.py`. Of every name of torch_names.json it keeps a few calls on
which both agree; `python tests/random_calls.py` shows those on which they do not.
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

SEED, DRAWN, EACH = 0, 30000, {False: 3, True: 4}  # of calls that torch takes, and of those that it refuses


def main():
    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False
    kept, rows = collections.Counter(), []
    for _, call in zip(range(DRAWN), R.program(SEED, R.every_call())):
        theirs = R.outcome(torch, call)
        kind = call.name, isinstance(theirs, Exception)
        if kept[kind] >= EACH[kind[1]] // (2 if call.name.startswith("Tensor.") else 1):
            continue
        if R.compared(theirs, compat, call) is None and not R.unstable(theirs):
            wanted = R.recorded(theirs)
            if R.as_recorded(R.outcome(compat, call), wanted):
                kept[kind] += 1
                rows.append([call.text, call.operands, call.default, wanted])
    packed.write("random_calls", {"torch": torch.__version__, "calls": rows})
    print(f"{len(rows)} calls")


if __name__ == "__main__":
    main()
