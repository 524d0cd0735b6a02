"""Values and derivatives: against jax's figures, and against themselves (duality, slopes) where jax plays no part."""

import numpy as np
from oracle import Case, dtype_of, filled, like

import funcgrad as fg
from funcgrad.core.sample import Sample

from .call import law
from .compare import close, close_all, dtype_expected, same_kind_of_value

DIFFERENCE_STEP = 2e-4  # central differences of fourth order, so the step may be far above rounding
DIFFERENCE_TOLERANCE = 1e-7
LIMIT_STEP = 1e-7  # how far from a kink jax is asked where it gives nan and we give the limit
LIMIT_TOLERANCE = 1e-3


def against_jax(call, got, which):
    """Compare with jax. Where jax gives nan at a kink, a finite value of ours must be the limit of jax's beside it."""
    if call.at_torch_kink:
        return
    case = call.case
    want = case.want[which]
    what = f"{call.what}: {which}"
    assert len(got) == len(want), f"{what}: {len(got)} results, expected {len(want)}"
    for i, (a, b) in enumerate(zip(got, want, strict=True)):
        part = f"{what} {i}" if len(got) > 1 else what
        if case.sample.kind == "kink" and np.shape(a) == b.shape:
            gap = np.isnan(b) & np.isfinite(a)
            if gap.any():
                for side in (1, -1):
                    beside = near(case, side).want[which][i]
                    close(np.asarray(a)[gap], beside[gap], f"{part}: jax gives nan, beside it", LIMIT_TOLERANCE)
                b = np.where(gap, a, b)
        close(a, b, part, call.tolerance)


def near(case, side):
    """The case with its float operands moved a little to one side."""

    def moved(x):
        steps = side * LIMIT_STEP * np.linspace(1, 2, np.size(x)).reshape(np.shape(x))
        return type(x)(x + steps) if not np.ndim(x) else (x + steps).astype(x.dtype)

    args = [moved(a) if i in case.floats else a for i, a in enumerate(case.sample.args)]
    beside = Case(case.prim, Sample(*args, kind="limit", order=case.order, **case.sample.params), case.number)
    return filled([beside], f"{case.prim.name}.limit")[0]


@law()
def value(call):
    """The value is that of the jax lowering; its dtype too, or a row of NUMPY_DTYPE_RULES says why not."""
    close_all(call.out, call.case.want["value"], f"{call.what}: value", call.tolerance)
    operands = [dtype_of(a) for a in call.args]
    for got, want in zip(map(dtype_of, call.out), call.case.want["value"], strict=True):
        assert call.weak or dtype_expected(operands, got, want.dtype), f"{call.what}: {got}, jax {want.dtype}"


@law(order=1)
def jvp(call):
    """The tangent is jax's; the tangents of one operand at a time add up to it."""
    out, got = fg.jvp(call.f, call.xs, call.case.ts)
    against_jax(call, got, "jvp")
    close_all(out, call.outs, f"{call.what}: value under jvp")
    if len(call.xs) == 1 or not all(np.isfinite(t).all() for t in got):
        return
    total = [np.zeros_like(t) for t in got]
    for i, t in enumerate(call.case.ts):
        alone = fg.jvp(lambda x, i=i: call.f(*call.xs[:i], x, *call.xs[i + 1 :]), (call.xs[i],), (t,))[1]
        total = [a + b for a, b in zip(total, alone, strict=True)]
    close_all(total, got, f"{call.what}: tangents of single operands, summed", 10 * call.tolerance)


@law(order=1)
def vjp(call):
    """The cotangents are jax's, in the form of their operands: of all together, of each alone, of one use or three."""
    xs, cts, what = call.xs, call.cts, f"{call.what}: cotangent"
    out, pull = fg.vjp(call.f, *xs)
    gs = pull(cts)
    against_jax(call, gs, "vjp")
    close_all(out, call.outs, f"{call.what}: value under vjp")
    for g, x in zip(gs, xs, strict=True):
        same_kind_of_value(g, x, what)
    if len(xs) > 1:
        for i, x in enumerate(xs):
            alone = fg.vjp(lambda y, i=i: call.f(*xs[:i], y, *xs[i + 1 :]), x)[1](cts)[0]
            close(alone, gs[i], f"{what} of operand {i} alone", call.tolerance)
    uses = (cts, tuple(like(2 * np.asarray(c), c) for c in cts), cts)
    thrice = fg.vjp(lambda *ys: (call.f(*ys), call.f(*ys), call.f(*ys)), *xs)[1](uses)
    close_all(thrice, [4 * np.asarray(g) for g in gs], f"{what} of three uses", 10 * call.tolerance)
    fast = getattr(call.prim, "fast", call.prim)
    if fast is not call.prim and len(xs) == len(call.args) and not call.params:
        again = fg.vjp(lambda *ys: (fast(*ys),), *xs)[1](cts)
        close_all(again, gs, f"{what} on the written-out road", call.tolerance)


@law(order=2)
def second_order(call):
    """vjp of vjp and jvp of vjp are jax's, by the operands and by the cotangent; jvp of jvp is symmetric with them."""
    case, operands = call.case, (*call.xs, *call.cts)
    gs, pull = fg.vjp(call.gradient, *operands)
    against_jax(call, gs, "vjp")
    against_jax(call, pull(case.us), "vjp of vjp")
    gs, ts = fg.jvp(call.gradient, operands, (*case.ts, *call.vts))
    against_jax(call, gs, "vjp")
    against_jax(call, ts, "jvp of vjp")
    forward = fg.jvp(lambda *xs: fg.jvp(call.f, xs, case.us)[1], call.xs, case.ts)[1]
    by_x = fg.jvp(lambda *xs: call.pull(xs, call.cts), call.xs, case.ts)[1]
    same_pairing((forward, call.cts), (by_x, case.us), f"{call.what}: jvp of jvp, and jvp of vjp", call.tolerance)


@law(order=1)
def duality(call):
    """<ct, J t> = <J^T ct, t>."""
    ts = fg.jvp(call.f, call.xs, call.case.ts)[1]
    gs = call.pull(call.xs, call.cts)
    same_pairing((ts, call.cts), (gs, call.case.ts), f"{call.what}: <ct, J t> and <J^T ct, t>", call.tolerance)


def same_pairing(left, right, what, tol):
    """<a, b> = <c, d>, paired as jax's convention pairs them: no conjugation, and the real part of the sum."""
    sums, sizes = [], []
    for xs, ys in (left, right):
        products = [np.asarray(x, np.complex128) * np.asarray(y) for x, y in zip(xs, ys, strict=True)]
        sums.append(sum(float(np.sum(p).real) for p in products))
        sizes.append(sum(float(np.sum(np.abs(p))) for p in products))
    if np.isfinite(sizes).all():
        close(sums[0], sums[1], what, 10 * tol * max(1.0, max(sizes) / max(abs(sums[1]), 1e-3)))


@law(order=1)
def finite_differences(call):
    """The tangent is the slope of the value along it, in double precision.

    Values fixed up to a choice that LAPACK makes anew at each point (the phases of singular vectors) have no slope:
    `without = {"finite differences complex128": "why"}` on the primitive.
    """
    exact = all(dtype_of(v).name in ("float64", "complex128") for v in (*call.xs, *call.outs))
    kind = call.case.sample.kind
    if call.prim.nondiff or kind == "kink" or not exact:
        return
    if {"finite differences", f"finite differences {kind}"} & set(call.prim.without):
        return
    h, ts = DIFFERENCE_STEP, call.case.ts
    points = [call.f(*[x + k * h * t for x, t in zip(call.xs, ts, strict=True)]) for k in (-2, -1, 1, 2)]
    if not all(np.isfinite(v).all() for p in points for v in p):
        return
    for t, (a, b, c, d) in zip(fg.jvp(call.f, call.xs, ts)[1], zip(*points, strict=True), strict=True):
        slope = (8 * (np.asarray(c) - b) - (np.asarray(d) - a)) / (12 * h)
        scale = max(np.max(np.abs(a), initial=0.0), 1.0) * call.prim.tolerance
        close(t, slope, f"{call.what}: tangent, by differences", DIFFERENCE_TOLERANCE * scale)
