"""Every class of torch.nn in half precision, beside torch: modules made in float32 and turned by `.to(dtype)`, run and differentiated.

    python tests/half_networks.py --count 4000 --seed 1

Counts results whose bits are torch's, those a few units of the last place of the largest figure away, and the rest, which it prints.
Invariant: a seed and a number give one call, always the same.
"""

import argparse
import pathlib
import random
import sys
from collections import Counter

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.network_kinds import KINDS  # noqa: E402
from tests.random_networks import split  # noqa: E402
from tests.side_by_side import flat, names_for, plain  # noqa: E402

BITS = {"bfloat16": 7, "float16": 10}  # of the significand that are stored
NEAR = 4  # units
UNSOUND = {  # of what torch 2.13 gives memory that is not its own
    "EmbeddingBag": "include_last_offset=True",  # of indices behind the last offset
    "MaxPool2d": "dilation", "MaxPool3d": "dilation",  # of windows that hold nothing
}  # fmt: skip
LEFT_OUT = ("ModuleList", "ModuleDict", "ParameterList", "ParameterDict")
NAMES = [n for n in sorted(KINDS) if not n.startswith(LEFT_OUT)]


def call(r, number):
    """(dtype, the module, its inputs), as texts."""
    positional, options, inputs = KINDS[NAMES[number % len(NAMES)]]
    args = split(r.choice(positional))
    unsound = UNSOUND.get(NAMES[number % len(NAMES)], " ")
    args += [
        f"{k}={r.choice(v)}"
        for k, v in options.items()
        if k not in ("dtype", "device", unsound.partition("=")[0])
        and r.random() < 0.3
        and k + "=" not in " ".join(args)
    ]
    return r.choice([*BITS]), f"nn.{NAMES[number % len(NAMES)]}({', '.join(args)})", split(r.choice(inputs))


def figures(t):
    return str(t.dtype), t.detach().double().numpy() if t.is_floating_point() else t.detach().numpy()


def run(torch, dtype, module, inputs):
    """[(what, dtype, figures)] of the results, the gradients and the buffers after them, or the error."""
    names = names_for(torch)
    torch.manual_seed(3)
    torch.set_default_dtype(torch.float32)
    found = []
    try:
        d = getattr(torch, dtype)
        m = eval(module, names).to(d)
        torch.set_default_dtype(d)
        given = [eval(g, names) if not g.startswith("*") else g for g in inputs]
        by_name = any("=" in g or g[0] == "*" for g in inputs)
        out = m(*eval(f"[{', '.join(inputs)}]", names)) if by_name else m(*given)
        found += [("value", *figures(t)) for t in flat(out)]
        buffers = [("buffer", *figures(b)) for b in m.buffers() if "Uninitialized" not in type(b).__name__]
        leaves = [t for t in given if hasattr(t, "grad_fn") and t.is_leaf and t.requires_grad] + [*m.parameters()]
        for wanted in [leaves, leaves[:1], leaves[-1:]][: 3 if len(leaves) > 1 and not by_name else 1]:
            if len(wanted) < len(leaves):  # (one alone: what the rules of the others would read is not kept)
                for t in leaves:
                    t.requires_grad_(t is wanted[0])
                out = m(*given)
            ends = [t for t in flat(out) if t.requires_grad]
            if ends and leaves:
                ways = [
                    torch.tensor(np.cos(np.arange(t.numel()) + 1.0).reshape(tuple(t.shape)), dtype=t.dtype)
                    for t in ends
                ]
                grads = torch.autograd.grad(ends, wanted, ways, allow_unused=True)
                found += [("gradient", *figures(g)) for g in grads if g is not None]
        found += buffers
    except Exception as error:
        found.append(("error", type(error).__name__, plain(str(error))))
    finally:
        torch.set_default_dtype(torch.float32)
    return found


def units_apart(dtype, got, want):
    """The largest difference in units of the last place of the largest figure; infinite where they are not comparable."""
    if got.shape != want.shape or not np.array_equal(np.isfinite(got), np.isfinite(want)):
        return np.inf
    finite = np.isfinite(want)
    if not np.array_equal(got[~finite], want[~finite], equal_nan=True):
        return np.inf
    scale = np.abs(want[finite]).max(initial=0)
    if not scale:
        return np.abs(got[finite]).max(initial=0) and np.inf
    return np.abs(got - want)[finite].max() / 2.0 ** (np.floor(np.log2(scale)) - BITS.get(dtype, 23))


def compared(got, want):
    """[(kind of row, how they compare)]."""
    if [row[:2] for row in got] != [row[:2] for row in want]:
        return [
            (
                "rows",
                f"{[r[:2] + r[2:] * (r[0] == 'error') for r in got]} | {[r[:2] + r[2:] * (r[0] == 'error') for r in want]}",
            )
        ]
    found = []
    for (what, dtype, a), (_, _, b) in zip(got, want):
        if what == "error":
            found.append(("error", "same" if a == b else f"{a} | {b}"))
        elif np.array_equal(a, b, equal_nan=True):
            found.append((what, "same"))
        else:
            apart = units_apart(dtype.removeprefix("torch."), a, b)
            found.append((what, "near" if apart <= NEAR else f"{apart:.1f} units"))
    return found


def main():
    import torch

    import compat

    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--near", action="store_true", help="print those that are near, too")
    args = parser.parse_args()
    counts = Counter()
    for number in range(args.count):
        case = call(random.Random(f"{args.seed} {number}"), number)
        rows = compared(run(compat, *case), run(torch, *case))
        for what, how in rows:
            kind = how if how in ("same", "near") else "other"
            counts[what, kind] += 1
            if kind == "other" or args.near and kind == "near":
                print(number, *case, what, how, sep=" ; ")
    print(", ".join([f"{what} {kind}: {n}" for (what, kind), n in sorted(counts.items())]))


if __name__ == "__main__":
    main()
