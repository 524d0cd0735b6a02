"""Shapes, dtypes and weakness: what the aval rule foretells, and what every transform keeps."""

import itertools

import numpy as np
from oracle import as_tuple

import funcgrad as fg
from funcgrad.core.aval import Aval, aval_of

from .call import calls, law, noted, silent
from .compare import same_kind_of_value

DTYPES = [np.dtype(c) for c in "?bBhHiIlLefdFD"]
SCALARS = [True, 2, 2.0, 2j]


def avals(prim):
    """The aval rule tells shape, dtype and weakness of the value; an elementwise rule, for every dtype taken."""
    for call in calls(prim):
        with noted(call.what):
            same_avals(prim, call.args, call.params, call.out, call.what)
    if not prim.elementwise:
        return
    operands = [np.ones(2, d) for d in DTYPES] + SCALARS
    every = itertools.product(operands, repeat=prim.arity) if prim.arity <= 2 else [[x] * prim.arity for x in operands]
    for args in every:
        what = f"{prim.name} of {', '.join(str(aval_of(a)) for a in args)}"
        try:
            with silent():
                out = prim.impl(*args)
        except (TypeError, ValueError, ArithmeticError):
            continue
        with noted(what):
            same_avals(prim, args, {}, as_tuple(out), what)


def same_avals(prim, args, params, out, what):
    got = as_tuple(prim.aval(*map(aval_of, args), **params))
    want = tuple(map(aval_of, out))
    for a in got:
        assert type(a) is Aval and isinstance(a.dtype, np.dtype), (
            f"{what}: the aval rule gives no Aval, or no dtype in it"
        )
    assert got == want, f"{what}: the aval rule says {got}, the value is {want}"


@law()
def dtypes(call):
    """The result under grad, jvp, vmap and jit has the shape, dtype and weakness of the untransformed call, and so have
    tangents; gradients have those of their arguments."""
    case = call.case
    results = {"jit": (fg.jit(call.every)(*call.args), call.out)}
    if case.order:
        out, pull = fg.vjp(call.f, *call.xs)
        primal, tangent = fg.jvp(call.f, call.xs, case.ts)
        results |= {
            "vjp": (out, call.outs),
            "jvp": (primal, call.outs),
            "jvp, the tangent": (tangent, call.outs),
            "grad": (pull(call.cts), call.xs),
        }
    for name, (got, want) in results.items():
        for g, w in zip(got, want, strict=True):
            same_kind_of_value(g, w, f"{call.what}: result under {name}")
    if call.arrays():
        axes = tuple(0 if i in call.arrays() else None for i in range(len(call.args)))
        out = fg.vmap(call.every, axes)(*[a if d is None else a[None] for a, d in zip(call.args, axes, strict=True)])
        for g, w in zip(out, call.out, strict=True):
            same_kind_of_value(np.asarray(g)[0], w, f"{call.what}: result under vmap", weak_ok=True)
