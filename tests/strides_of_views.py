"""Random chains of views over memory with gaps, axes of one element among them: their shapes, strides and offsets, in compat and in torch.

    python tests/strides_of_views.py --count 3000 --seed 0          (torch has to be installed)

Invariant: a seed and a number give one chain; a line that a library refuses ends it.
"""

import argparse
import pathlib
import sys

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]

KINDS = "slice slice select narrow permute mT unsqueeze squeeze view reshape flatten unflatten split diagonal unfold".split()


def one(rng, items):
    return items[int(rng.integers(len(items)))]


def divided(rng, n, most):
    """Lengths whose product is n."""
    out = []
    while len(out) < most and rng.random() < 0.8:
        out.append(one(rng, [k for k in range(1, n + 1) if n % k == 0]))
        n //= out[-1]
    return [*out, n]


def step(rng, kind, shape):
    """The text of one view of x, which has this shape; None where there is none of the kind."""
    n = len(shape)
    if kind == "slice":
        parts = [f"{one(rng, ('', '', 1)) if k > 1 else ''}::{one(rng, (1, 2, 2))}" for k in shape]
        return f"x[{', '.join(parts)}]" if parts else None
    if kind == "unsqueeze":
        return f"x.unsqueeze({int(rng.integers(n + 1))})"
    if kind in ("view", "reshape"):
        new = divided(rng, int(np.prod(shape)), 3)
        if rng.random() < 0.4:
            new.insert(int(rng.integers(len(new) + 1)), 1)
        return f"x.{kind}({tuple(new)})"
    if not n:
        return None
    d = int(rng.integers(n))
    k = shape[d]
    length = int(rng.integers(1, k + 1))
    if kind == "unflatten":
        return f"x.unflatten({d}, {tuple(divided(rng, k, 2))})"
    return {
        "select": f"x.select({d}, {int(rng.integers(k))})",
        "narrow": f"x.narrow({d}, {int(rng.integers(k - length + 1))}, {length})",
        "permute": f"x.permute({tuple(rng.permutation(n).tolist())})",
        "mT": "x.mT" if n > 1 else None,
        "squeeze": f"x.squeeze({d})",
        "flatten": f"x.flatten({d}, {int(rng.integers(d, n))})",
        "split": f"x.split(2, {d})[0]",
        "diagonal": f"x.diagonal(0, 0, {n - 1})" if n > 1 else None,
        "unfold": f"x.unfold({d}, {length}, {one(rng, (1, 2))})",
    }[kind]


def chain(torch, seed, number):
    """The lines of one chain (whose shapes the library tells)."""
    rng = np.random.default_rng([seed, number])
    shape = tuple([one(rng, (1, 1, 2, 3, 4)) for _ in range(one(rng, (1, 2, 3, 3, 4)))])
    lines = [f"torch.arange({int(np.prod(shape))}.).reshape({shape})"]
    x = eval(lines[0], {"torch": torch})
    for _ in range(int(rng.integers(2, 6))):
        text = step(rng, one(rng, KINDS), tuple(x.shape))
        try:
            x = eval(text or "x", {"x": x})
        except RuntimeError:  # (a view that there is not)
            return [*lines, text]
        lines += [text] * (text is not None)
    return lines


def seen(torch, lines):
    """What each line gives: shape, strides, offset; the error of the last."""
    x, out = None, []
    for line in lines:
        try:
            x = eval(line, {"torch": torch, "x": x})
        except RuntimeError as error:
            return [*out, str(error)]
        out.append([list(x.shape), list(x.stride()), x.storage_offset()])
    return out


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--count", type=int, default=1000)
    options = options.parse_args()
    import torch

    import compat

    different = 0
    for number in range(options.count):
        lines = chain(torch, options.seed, number)
        ours, theirs = seen(compat, lines), seen(torch, lines)
        if ours != theirs:
            different += 1
            at = next(k for k, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b)
            print(f"--- {number}\n" + "\n".join(lines[: at + 1]) + f"\n  compat: {ours[at]}\n  torch:  {theirs[at]}")
    print(f"{options.count} chains, {different} differ")


if __name__ == "__main__":
    main()
