"""Write storage_dtype_kernels.json.xz: what torch 2.13 says of calls with uint16, uint32, uint64 and complex32, of which it lacks most kernels.

Run with torch 2.13 beside compat: `python tests/expected/make_storage_dtype_kernels.py`. It keeps the refused calls of tests/dtypes_of_calls.py
whose operands are all of such a dtype, some with several dtypes, and a few of those that torch takes, where both agree.
"""

import collections
import itertools
import pathlib
import random
import sys
import warnings

import torch

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))
import compat  # noqa: E402
import compat.fft  # noqa: E402
import compat.linalg  # noqa: E402
import compat.nn.functional  # noqa: E402
import compat.special  # noqa: E402
from tests import dtypes_of_calls as D  # noqa: E402
from tests import packed  # noqa: E402
from tests import random_calls as R  # noqa: E402

SEED, DRAWN, MIXED, TAKEN = 3, 12000, 500, 300


def main():
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    table = [row for row in R.every_call() if not R.DEADLY.search(row[1])]
    turns, kept, rows = itertools.cycle(D.UNSIGNED), collections.Counter(), []
    alike = (
        call
        for calls in zip(*[iter(D.stored(table, D.UNSIGNED))] * 3)
        for call in [calls[D.UNSIGNED.index(next(turns))]]
    )
    several = (c for c in D.mixed(table, random.Random(SEED), DRAWN) if D.is_of(c, D.UNSIGNED))
    complex32 = D.stored(table, ["complex32"])
    mixed = (c for c in D.mixed(table, random.Random(SEED), DRAWN) if D.is_of(c, ["complex32"]))
    kinds = (
        ("alike", alike, len(table)),
        ("several", several, MIXED),
        ("complex32", complex32, len(table)),
        ("mixed", mixed, MIXED),
    )
    for kind, calls, most in kinds:
        for call in calls:
            try:
                theirs = R.outcome(torch, call)
            except SyntaxError:  # (a lambda that ends in a bracket of its own)
                continue
            refused = isinstance(theirs, Exception)
            own = (kind, refused)
            if kept[own] >= (most if refused or kind == "complex32" else TAKEN) or R.unstable(theirs):
                continue
            if R.compared(theirs, compat, call) is None:
                wanted = R.recorded(theirs)
                if R.as_recorded(R.outcome(compat, call), wanted):
                    kept[own] += 1
                    rows.append([call.text, call.operands, call.default, wanted])
    packed.write("storage_dtype_kernels", {"torch": torch.__version__, "calls": rows})
    print(f"{len(rows)} calls {dict(kept)}")


if __name__ == "__main__":
    main()
