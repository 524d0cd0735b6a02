"""Which of torch's operations compat covers: runs the stored samples of a name and says, column by column, what holds.

Invariant: a cell says "yes" only if every sample behind it agreed: values with torch's in every dtype that torch takes
(out= included), the gradient and the gradient of the gradient with torch's; forward mode with the gradient, vmap with a
loop, compile (one graph, by jit) with eager, and dtypes that torch refuses are refused with its error, text included. "-" is
what torch has not either; "no" is the rest.
"""

import json
import pathlib
import re
import warnings
from functools import cache

import numpy as np

import compat
import compat.fft
import compat.linalg
import compat.nn.functional
import compat.special
import funcgrad
from tests.compat import sampling
from tests.compat.evaluation import tensors_of

EXPECTED = pathlib.Path(__file__).parents[1] / "expected"
SPACES = {
    "torch": compat,
    "Tensor": compat.Tensor,
    "linalg": compat.linalg,
    "fft": compat.fft,
    "special": compat.special,
    "nn.functional": compat.nn.functional,
}
COLUMNS = ("value", "gradient", "double backward", "forward mode", "vmap", "compile", "refusals")
YES, NO, NONE = "yes", "no", "-"


@cache
def stored():
    """name -> what torch gave for its calls."""
    return json.loads((EXPECTED / "coverage.json").read_text(encoding="utf-8"))["names"]


def has(name):
    space, _, own = name.rpartition(".")
    return hasattr(SPACES[space], own)


def holds(check, *args):
    """Does a check pass? What it raises is a failure too; `holds.why` keeps the last one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if check(*args):
                return True
        holds.why = f"{check.__name__} {args[:2]}"
    except Exception as error:
        holds.why = f"{check.__name__} {args[:2]}: {type(error).__name__}: {str(error)[:150]}"
    return False


# ------------------------------------------------------------------------------------------------ the checks
def value_agrees(call, dtype, wanted):
    return sampling.agrees(sampling.value(compat, call, dtype), wanted)


def out_agrees(call, dtype, wanted):
    out = sampling.empties(compat, sampling.value(compat, call, dtype))
    got = sampling.value(compat, call, dtype, out)
    written = got is out if hasattr(out, "grad_fn") else all(g is o for g, o in zip(got, out))
    return written and sampling.agrees(out, wanted)


def refuses(call, dtype, wanted):
    return sampling.refusal(compat, call, dtype) == wanted


def gradient_agrees(call, dtype, wanted):
    results, leaves = sampling.recorded(compat, call, dtype)
    return bool(results) and sampling.agrees(sampling.gradients(compat, results, leaves), wanted)


def second_agrees(call, dtype, wanted):
    return sampling.agrees(sampling.derivatives(compat, call, dtype)[1], wanted)


def forward_agrees(call, dtype):
    """<cotangent, jvp(tangent)> is <gradient, tangent>."""
    names = sampling.names_in(call)
    given = {n: sampling.operand(compat, n, dtype) for n in names}
    moving = [n for n in names if given[n].dtype.is_floating_point or given[n].dtype.is_complex]

    def f(*operands):
        result = sampling.run(compat, call, given | dict(zip(moving, operands)), dtype)
        return tuple([t for t in tensors_of(result) if t.dtype.is_floating_point or t.dtype.is_complex])

    primals = tuple([given[n] for n in moving])
    tangents = sampling.cotangents(compat, primals, 0.4)
    tangents = tuple(
        [t + t.mH if n == "spd" else t for t, n in zip(tangents, moving)]
    )  # (where only these have a meaning)
    out, out_tangents = funcgrad.jvp(f, primals, tangents)
    results, leaves = sampling.recorded(compat, call, dtype)
    live = [t for t in tensors_of(sampling.run(compat, call, dict(zip(names, leaves_of(call, dtype))), dtype))]
    live = [t.grad_fn is not None for t in live if t.dtype.is_floating_point or t.dtype.is_complex]
    seeds = sampling.cotangents(compat, results, 0.0)
    forward = sum(inner(s, t) for s, t in zip(seeds, [t for t, on in zip(out_tangents, live) if on]))
    grads = sampling.gradients(compat, results, leaves)
    backward = [inner(g, t) for g, t in zip(grads, tangents)]
    coarse = "bfloat16" in call or any(
        t.dtype in (compat.float16, compat.float32, compat.complex32, compat.complex64) for t in results
    )
    room = (1e-2 if coarse else 1e-9) * (1 + sum(map(abs, backward)))
    return any(0 in t.shape for t in leaves) or np.isclose(forward, sum(backward), rtol=0, atol=room, equal_nan=True)


def leaves_of(call, dtype):
    return [sampling.operand(compat, n, dtype, True) for n in sampling.names_in(call)]


def inner(x, y):
    """The real inner product."""
    return float(np.real(np.vdot(*[sampling.in_numpy(t).numpy(force=True) for t in (x, y)])))


def close(x, y):
    x, y = (sampling.in_numpy(t).numpy(force=True) for t in (x, y))
    return x.dtype == y.dtype and x.shape == y.shape and np.allclose(x, y, rtol=1e-6, atol=1e-8, equal_nan=True)


def maps(call, dtype):
    def vmap(f, axes):
        return lambda *operands: funcgrad.vmap(f, axes)(*operands)

    got, samples = sampling.mapped(compat, vmap, call, dtype)
    return all(close(g, compat.stack(parts)) for g, *parts in zip(got, *samples))


def compiles(call, dtype):
    f, operands = sampling.function_of(compat, call, dtype)
    want = f(*operands)
    compiled = funcgrad.jit(f)
    return all(close(g, w) for _ in range(2) for g, w in zip(compiled(*operands), want))


# ------------------------------------------------------------------------------------------------ the columns
def cell(checks):
    """Of the checks behind a cell, as (function, its arguments): do all hold?"""
    checks = list(checks)
    if not checks:
        return NONE
    return YES if all(holds(*check) for check in checks) else NO


def columns(name):
    """{column: cell} of a name of torch_names.json."""
    if not has(name):
        return dict.fromkeys(COLUMNS, NO)
    entry = stored()[name]
    calls = entry["calls"]
    if not calls:
        return dict.fromkeys(COLUMNS, NO)
    first, its = next(iter(calls.items()))
    dtype, wanted = next(iter(its["values"].items()))
    values = [(value_agrees, c, d, w) for c, e in calls.items() for d, w in e["values"].items()]
    if entry["out"]:
        values.append((out_agrees, first, dtype, wanted))
    grads = [(c, d, w) for c, e in calls.items() for d, w in e.get("grads", {}).items()]
    tensors = re.match(r"\w+\[[\d,]*\] ", wanted) is not None and bool(sampling.names_in(first))
    made = {  # (the row of padding_idx has a tangent and no gradient, in torch too)
        "value": values,
        "gradient": [(gradient_agrees, c, d, w[0]) for c, d, w in grads],
        "double backward": [(second_agrees, c, d, w[1]) for c, d, w in grads if w[1] is not None],
        "forward mode": [(forward_agrees, c, d) for c, d, _ in grads if "padding_idx=0" not in c],
        "vmap": [(maps, first, dtype)] * entry["vmap"],
        "compile": [(compiles, first, dtype)] * (tensors and entry["graph"]),
        "refusals": [(refuses, first, d, r) for d, r in entry["refused"].items()],
    }
    return {column: cell(checks) for column, checks in made.items()}
