"""Derivatives of every operation of the coverage page by every road, under torch and under compat.

`python tests/torch_derivatives.py [NAME ...]` (torch 2.13 is needed) takes each stored call (expected/coverage.json) that has a gradient, in
float64 and complex128: the gradient, the gradient of the gradient and that of this again on the tape; the tangent by
autograd.forward_ad; a tangent of the gradient (forward over reverse) and a gradient of the tangent (reverse over forward). It prints how many figures agree and those that do not. What torch has no derivative for is left out. Where the two differ,
differences of torch's own figures one order lower decide who is right.
"""

import pathlib
import re
import sys
import warnings

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.compat import sampling  # noqa: E402
from tests.compat.coverage import stored  # noqa: E402
from tests.compat.evaluation import tensors_of  # noqa: E402

DTYPES = ("float64", "complex128")


def moving(torch, call, dtype):
    """(the names of a call's operands that have derivatives, the others' values, the function of the former)."""
    given = {n: sampling.operand(torch, n, dtype) for n in sampling.names_in(call)}
    names = [n for n, t in given.items() if t.dtype.is_floating_point or t.dtype.is_complex]

    def f(*operands):
        result = sampling.run(torch, call, given | dict(zip(names, operands)), dtype)
        return tuple([t for t in tensors_of(result) if t.dtype.is_floating_point or t.dtype.is_complex])

    return f, tuple([given[n] for n in names])


def tape(torch, call, dtype):
    """(first, second, third) gradients."""
    results, leaves = sampling.recorded(torch, call, dtype)
    first = sampling.gradients(torch, results, leaves, create_graph=True)
    second = sampling.gradients(torch, first, leaves, 0.21, create_graph=True)
    return first, second, sampling.gradients(torch, second, leaves, 0.43)


def dual(torch, call, dtype):
    """The tangents by autograd.forward_ad."""
    F = torch.autograd.forward_ad
    f, xs = moving(torch, call, dtype)
    with F.dual_level():
        out = f(*[F.make_dual(x, t) for x, t in zip(xs, tangents_of(torch, xs))])
        parts = [F.unpack_dual(y) for y in out]
        return [torch.zeros_like(p) if t is None else t for p, t in parts]


def tangents_of(torch, xs):
    """A direction; a symmetric one for square matrices that are."""
    ts = sampling.cotangents(torch, xs, 0.4)
    square = [x.ndim >= 2 and x.shape[-1] == x.shape[-2] and bool((x == x.mH).all()) for x in xs]
    return tuple([t + t.mH if on else t for t, on in zip(ts, square)])


def differences(torch, title, call, dtype):
    """What a road should give, by differences of what torch computes one order lower (the highest order of the tape)."""
    f, xs = moving(torch, call, dtype)
    if title == "tape":
        return None
    below = f if title == "forward_ad" else gradient_of(torch, f, xs)
    ts, step = tangents_of(torch, xs), 1e-6
    up, down = [flat(below(*[x + s * t for x, t in zip(xs, ts)])) for s in (step, -step)]
    return [(a - b) / (2 * step) for a, b in zip(up, down)]


def third_by_differences(torch, call, dtype):
    """The third derivatives, by differences of torch's second."""
    names = sampling.names_in(call)
    base = {n: sampling.operand(torch, n, dtype) for n in names}
    leaves = [n for n in names if base[n].is_floating_point() or base[n].is_complex()]
    step = 1e-5

    def total(moved):
        values = {n: t.clone().requires_grad_(n in leaves) for n, t in (base | moved).items()}
        results = [t for t in tensors_of(sampling.run(torch, call, values, dtype)) if t.grad_fn is not None]
        own = [values[n] for n in leaves]
        first = sampling.gradients(torch, results, own, create_graph=True)
        second = sampling.gradients(torch, first, own, 0.21)
        return sum((g * c.conj()).real.sum() for g, c in zip(second, sampling.cotangents(torch, second, 0.43)))

    found = []
    for n in leaves:
        x, g = base[n], torch.zeros_like(base[n])
        for k in range(x.numel()):
            for unit in (1, 1j) if x.is_complex() else (1,):
                d = torch.zeros_like(x).reshape(-1)
                d[k] = step * unit
                slope = (total({n: x + d.reshape(x.shape)}) - total({n: x - d.reshape(x.shape)})) / (2 * step)
                g.reshape(-1)[k] += slope * unit
        found.append(g)
    return found


def near(got, wanted):
    return all(bool(torch_close(g, w)) for g, w in zip(got, wanted))


def torch_close(a, b):
    a, b = a.numpy(force=True), b.numpy(force=True)
    return abs(a - b).max(initial=0) <= 2e-4 * (1 + abs(b).max(initial=0))


def gradient_of(torch, f, xs):
    def total(*xs):
        out = f(*xs)
        return sum((y * c.conj()).real.sum() for y, c in zip(out, sampling.cotangents(torch, out, 0.0)))

    return torch.func.grad(total, tuple(range(len(xs))))


def forward_over_reverse(torch, call, dtype):
    f, xs = moving(torch, call, dtype)
    return torch.func.jvp(gradient_of(torch, f, xs), xs, tuple(tangents_of(torch, xs)))[1]


def reverse_over_forward(torch, call, dtype):
    f, xs = moving(torch, call, dtype)

    def tangent(*xs):
        return torch.func.jvp(f, xs, tuple(tangents_of(torch, xs)))[1]

    return gradient_of(torch, tangent, xs)(*xs)


ROADS = {
    "tape": tape,
    "forward_ad": dual,
    "forward over reverse": forward_over_reverse,
    "reverse over forward": reverse_over_forward,
}


def flat(got):
    return [t for g in got for t in (g if isinstance(g, (tuple, list)) else (g,))]


def attempt(road, torch, call, dtype):
    """The figures of a road, or the error."""
    with warnings.catch_warnings(action="ignore"):
        try:
            return flat(road(torch, call, dtype))
        except Exception as error:
            return error


def main(*only):
    import torch

    import compat

    counts = {road: [0, 0, 0, 0] for road in ROADS}  # agree, differ, only in compat, torch is wrong
    for name, entry in stored().items():
        if only and name not in only:
            continue
        for call, its in entry["calls"].items():
            for dtype in DTYPES:
                if dtype not in its.get("grads", {}):
                    continue
                for title, road in ROADS.items():
                    theirs = attempt(road, torch, call, dtype)
                    if isinstance(theirs, Exception):
                        if title == "tape" or not isinstance(attempt(road, compat, call, dtype), Exception):
                            counts[title][2] += 1
                        continue
                    ours = attempt(road, compat, call, dtype)
                    bad = str(ours)[:150] if isinstance(ours, Exception) else differing(ours, theirs)
                    if (
                        bad is not None
                        and not isinstance(ours, Exception)
                        and right(torch, title, call, dtype, ours, theirs)
                    ):
                        counts[title][3] += 1
                        continue
                    counts[title][bad is not None] += 1
                    if bad is not None:
                        print(f"{title}: {call} [{dtype}]: {bad}")
    for title, (agree, differ, more, wrong) in counts.items():
        print(
            f"{title}: {agree} of {agree + differ + wrong} calls agree; in {wrong} torch's differ from its own differences and compat's do not; "
            f"{more} more that torch refuses"
        )


def right(torch, title, call, dtype, ours, theirs):
    """Do differences of torch's figures say what compat says, and not what torch says?"""
    with warnings.catch_warnings(action="ignore"):
        if title == "tape":
            count = len(ours) // 3
            if differing(ours[: 2 * count], theirs[: 2 * count]) is not None:
                return False
            ours, theirs, wanted = ours[2 * count :], theirs[2 * count :], third_by_differences(torch, call, dtype)
        else:
            wanted = differences(torch, title, call, dtype)
    ours = [torch.from_numpy(t.numpy(force=True)) for t in ours]
    return near(ours, wanted) and not near(theirs, wanted)


def differing(ours, theirs):
    """What is different between two lists of figures, None if they agree."""
    if len(ours) != len(theirs):
        return f"{len(ours)} Tensors for {len(theirs)}"
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if not sampling.agrees(a, sampling.digest(b)):
            return f"figure {i}: {re.sub(' +', ' ', sampling.digest(a))} for {sampling.digest(b)}"


if __name__ == "__main__":
    main(*sys.argv[1:])
