"""In which dtype each operation computes under autocast: every call of the coverage page, run under torch and under compat.

    python tests/autocast_dtypes.py

Invariant: a call is one of coverage_cases.py; it is run with float32 operands in bfloat16 and in float16, and with bfloat16 operands.
"""

import pathlib
import sys
import warnings

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.compat import sampling  # noqa: E402
from tests.expected.coverage_cases import ROWS, calls  # noqa: E402

MODES = {
    "bfloat16": "float32",
    "float16": "float32",
    "of bfloat16": "bfloat16",
}  # autocast's dtype -> that of the operands
DIFFERENT = (  # in compat a single operation, of which torch sees the parts; and what compat has not
    "torch.linalg.pinv(", "torch.convolution(", "torch.fake_quantize_per_tensor_affine(", "a.chalf(",
)  # fmt: skip


def samples():
    """(call, mode) of all."""
    found = [call for space in ROWS for name in ROWS[space] for call in calls(space, name)[:2]]
    return [(call, mode) for call in found if not call.startswith(DIFFERENT) for mode in MODES]


def shown(torch, x):
    if isinstance(x, torch.Tensor):
        return str(x.dtype).removeprefix("torch.")
    return [shown(torch, v) for v in x] if isinstance(x, (tuple, list)) else type(x).__name__


def result(torch, call, mode, enabled=True):
    """The dtypes of what a call gives; None where it is refused."""
    wanted = MODES[mode]
    operands = {n: sampling.operand(torch, n, wanted) for n in sampling.names_in(call)}
    dtype = torch.float16 if mode == "float16" else torch.bfloat16
    with warnings.catch_warnings(), torch.autocast("cpu", dtype=dtype, enabled=enabled):
        warnings.simplefilter("ignore")
        try:
            return shown(torch, sampling.run(torch, call, operands, wanted))
        except Exception:  # (what is refused, and how, is other tests')
            return None


def main():
    """Print where the two differ, and how many there are."""
    import torch

    import compat

    different = 0
    for call, mode in samples():
        want, got = result(torch, call, mode), result(compat, call, mode)
        if want is not None and got != want:
            different += 1
            print(f"{call} [{mode}]: {got} | {want}")
    print(f"{len(samples())} calls, {different} differ")


if __name__ == "__main__":
    main()
