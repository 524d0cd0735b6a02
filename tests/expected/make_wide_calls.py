"""Write wide_calls.json.xz: what torch 2.13 does in the lines of tests/wide_calls.txt, and makes of some of the calls of
`tests/random_calls.py --wide`.

Run with torch 2.13 beside compat: `python tests/expected/make_wide_calls.py`. Of the random calls it keeps those that both refuse in the
same words (at most two of a name); `python tests/random_calls.py --wide` shows those that they do not.
"""

import collections
import pathlib
import platform
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
import compat  # noqa: E402
import compat.fft  # noqa: E402
import compat.linalg  # noqa: E402
import compat.nn.functional  # noqa: E402
import compat.special  # noqa: E402
from tests import packed  # noqa: E402
from tests import random_calls as R  # noqa: E402
from tests.autograd_lines import programs  # noqa: E402
from tests.side_by_side import outcome  # noqa: E402

SEED, DRAWN, EACH = 0, 12000, 2


def random_ones():
    kept, rows = collections.Counter(), []
    for _, call in zip(range(DRAWN), R.program(SEED, R.every_call(), wide=True)):
        if kept[call.name] == EACH:
            continue
        theirs = R.outcome(torch, call)
        if isinstance(theirs, Exception) and R.compared(theirs, compat, call) is None and not R.unstable(theirs):
            wanted = R.recorded(theirs)
            if R.as_recorded(R.outcome(compat, call), wanted):
                kept[call.name] += 1
                rows.append([call.text, call.operands, call.default, wanted])
    return rows


def main():
    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False
    lines = [outcome(torch, lines) for lines in programs(HERE.parent / "wide_calls.txt")]
    rows = random_ones()
    found = {"torch": torch.__version__, "python": platform.python_version_tuple()[:2], "lines": lines, "calls": rows}
    packed.write("wide_calls", found)
    print(f"{len(lines)} programs of lines, {len(rows)} random calls")


if __name__ == "__main__":
    main()
