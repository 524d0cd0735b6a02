"""What is handed out belongs to the user: results are writeable and share memory with nothing."""

import numpy as np

import funcgrad as fg

from .call import law
from .compare import equal


def arrays_in(tree):
    return [v for v in fg.tree.leaves(tree) if isinstance(v, np.ndarray)]


@law()
def ownership(call):
    """Results are writeable, own their memory, share none; writing into them changes no argument and no later call."""
    args, xs, ts, cts = call.args, call.xs, call.case.ts, call.cts
    axes = tuple(0 if i in call.arrays() else None for i in range(len(args)))
    stacked = [a if d is None else a[None].copy() for a, d in zip(args, axes, strict=True)]
    compiled = fg.jit(lambda *a: (call.every(*a), call.every(*a), a))
    runs = {"jit": lambda: compiled(*args)}
    if call.arrays():
        runs["vmap"] = lambda: fg.vmap(lambda *a: (call.every(*a), call.every(*a), a), axes)(*stacked)
    if call.case.order:
        thrice = lambda *ys: (call.f(*ys), call.f(*ys), ys)  # noqa: E731
        value, pull = fg.vjp(thrice, *xs)
        kept = [v.copy() for v in arrays_in(pull((cts, cts, ts)))]
        scribble(value, f"{call.what}: value of vjp", arrays_in([args, ts, cts]))
        again = arrays_in(pull((cts, cts, ts)))
        assert equal(again, kept), f"{call.what}: writing into the value of vjp changed its pullback"
        runs["vjp"] = lambda: fg.vjp(thrice, *xs)[0]
        runs["pullback"] = lambda: pull((cts, cts, ts))
        runs["jvp"] = lambda: fg.jvp(thrice, xs, ts)
    given = arrays_in([args, ts, cts, stacked])
    before = [x.copy() for x in given]
    for name, run in runs.items():
        what = f"{call.what}: {name}"
        first = run()
        kept = [v.copy() for v in arrays_in(first)]
        scribble(first, what, given)
        assert equal(given, before), f"{what}: its arguments have changed"
        assert equal(arrays_in(run()), kept), f"{what}: writing into its results changed what the next call returns"


def scribble(results, what, given):
    """Write into every result, once seen that it may be written to and shares no memory."""
    arrays = arrays_in(results)
    for i, v in enumerate(arrays):
        assert v.flags.writeable, f"{what}: result {i} is read-only"
        assert v.flags.owndata, f"{what}: result {i} does not own its memory"
        assert not any(np.shares_memory(v, x) for x in given), f"{what}: result {i} shares memory with an argument"
        assert not any(np.shares_memory(v, x) for x in arrays[:i]), f"{what}: result {i} shares memory with another"
    for v in arrays:
        v[...] = 77 if v.dtype.kind != "b" else ~v
