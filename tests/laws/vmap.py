"""vmap is a Python loop: for every choice of mapped axes, alone and combined with derivatives either way round."""

import itertools

import numpy as np
from oracle import PYTHON, directed, dtype_of, rng_of

import funcgrad as fg

from .call import law
from .compare import close, close_all

BATCH = 5  # no axis of a sample should have this length, so that no broadcast hides a misplaced axis


def versions_of(call):
    """BATCH versions of every operand, in the primitive's domain: rolled and scaled; only scaled if that leaves it."""

    def scaled(x, k):
        return (x * (1 - 0.03 * k)).astype(x.dtype) if x.dtype.kind in "fc" else x

    def rolled(x, k):
        return scaled(np.roll(x, k), k)

    def usable(args):
        try:
            out = call.every(*args)
        except np.linalg.LinAlgError:
            return False
        return all(np.array_equal(np.isfinite(o), np.isfinite(p)) for o, p in zip(out, call.out, strict=True))

    for make in (rolled, scaled):
        chosen = [[make(x, k) if isinstance(x, np.ndarray) else x for x in call.args] for k in range(BATCH)]
        if all(map(usable, chosen)):
            break
    return list(zip(*chosen, strict=True))


def in_axes_of(call):
    """Every choice of mapped axes: none, first, last. Beyond three arrays: each alone, and all together."""
    arrays = call.arrays()
    choices = [[None, *sorted({0, np.ndim(x)})] if i in arrays else [None] for i, x in enumerate(call.args)]
    if len(arrays) <= 3:
        every = list(itertools.product(*choices))
    else:
        every = [tuple(c[-1] if j == i else None for j, c in enumerate(choices)) for i in arrays]
        every += [tuple(c[min(k, len(c) - 1)] for c in choices) for k in (1, 2)]
    return [axes for axes in every if any(d is not None for d in axes)]


@law()
def vmap(call):
    """vmap is a Python loop, whichever operands are mapped along whichever axis; so are grad under vmap and vmap under
    grad, and vmap over cotangents or tangents alone."""
    if not call.arrays():
        return
    versions = versions_of(call)
    for axes in in_axes_of(call):
        what = f"{call.what}: vmap with in_axes {axes}"
        triples = list(zip(call.args, versions, axes, strict=True))
        loop = [[x if d is None else v[k] for x, v, d in triples] for k in range(BATCH)]
        mapped = [x if d is None else np.stack(v, d) for x, v, d in triples]
        like_loop(fg.vmap(call.every, axes)(*mapped), [call.every(*args) for args in loop], what, call)
        if call.case.order:
            of_grad(call, axes, loop, mapped, what)
    if call.case.order:
        over_directions(call)


def like_loop(got, each, what, call):
    """Results of vmap are those of the loop, stacked along axis 0, in their dtype."""
    columns = list(zip(*each, strict=True))
    close_all(got, [np.stack([np.asarray(v) for v in vs]) for vs in columns], what, call.tolerance)
    for g, vs in zip(got, columns, strict=True):
        if type(vs[0]) not in PYTHON:
            assert dtype_of(g) == dtype_of(vs[0]), f"{what}: dtype {dtype_of(g)}, expected {dtype_of(vs[0])}"


def of_grad(call, axes, loop, mapped, what):
    """The gradient of each sample, by grad under vmap and by vmap under grad."""
    floats = call.case.floats

    def gradient(*args):
        return fg.vjp(call.at(args), *[args[i] for i in floats])[1](call.cts)

    each = [gradient(*args) for args in loop]
    like_loop(fg.vmap(gradient, axes)(*mapped), each, f"{what}, of grad", call)
    if not all(np.isfinite(g).all() for gs in each for g in gs):
        return

    def whole(*xs):
        full = list(mapped)
        for i, x in zip(floats, xs, strict=True):
            full[i] = x
        out = fg.vmap(call.every, axes)(*full)
        return tuple(out[i] for i in call.case.outs)

    out, pull = fg.vjp(whole, *[mapped[i] for i in floats])
    gs = pull(tuple(np.stack([np.asarray(c, dtype_of(o))] * BATCH) for c, o in zip(call.cts, out, strict=True)))
    for g, parts, i in zip(gs, zip(*each, strict=True), floats, strict=True):
        parts = [np.asarray(p) for p in parts]
        want = np.sum(parts, axis=0, dtype=parts[0].dtype) if axes[i] is None else np.stack(parts, axes[i])
        close(g, want, f"{what}, under grad: cotangent of operand {i}", 10 * call.tolerance)


def over_directions(call):
    """What jacrev and jacfwd do: only the cotangents, or only the tangents, are mapped."""
    rng = rng_of(f"{call.prim.name} directions")

    def stacked(vs):
        return [directed(rng, (BATCH, *np.shape(v)), dtype_of(v).kind).astype(dtype_of(v)) for v in vs]

    pull = fg.vjp(call.f, *call.xs)[1]

    def push(*ts):
        return fg.jvp(call.f, call.xs, ts)[1]

    for directions, run, name in (
        (stacked(call.outs), lambda *cts: pull(cts), "a pullback"),
        (stacked(call.xs), push, "jvp"),
    ):
        each = [run(*[d[k] for d in directions]) for k in range(BATCH)]
        like_loop(fg.vmap(run)(*directions), each, f"{call.what}: vmap of {name} over its directions", call)
