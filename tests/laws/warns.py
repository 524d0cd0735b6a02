"""Forward code warns as NumPy does; derivative rules and compiled code never, at whatever points."""

import warnings

import numpy as np
from oracle import PYTHON, dtype_of

import funcgrad as fg

from .call import law, silent

FINITE = (0.0, -1.0, 1.0, 1e-300)
HARD = (0.0, -1.0, 1.0, np.inf, -np.inf, np.nan, 1e300, 1e-300)
KINDS = ("plain", "0-d", "weak", "kink", "float32", "complex128")  # of samples that are tried at such points


def hard(x, k, points):
    """x with hard points in place of its floats; other k, other places."""
    if dtype_of(x).kind not in "fc":
        return x
    if type(x) in PYTHON:
        return type(x)(points[k % len(points)])
    points = [points[(k + j * (1 + k % 3)) % len(points)] for j in range(x.size)]
    with silent():
        return np.array(points).reshape(x.shape).astype(x.dtype)


def heard(f):
    """(the messages that f warns of, its result); (None, None) where it raises an error that NumPy raises as well."""
    with warnings.catch_warnings(record=True) as found, np.errstate(all="warn"):
        warnings.simplefilter("always")
        try:
            result = f()
        except (np.linalg.LinAlgError, ArithmeticError, ValueError):
            return None, None
    return [str(w.message) for w in found], result


@law()
def silence(call):
    """Forward code warns as NumPy does and no more; pullbacks, jvp's rules and compiled code never warn."""
    if call.case.sample.kind not in KINDS:
        return
    lapack = ".linalg" in call.prim.namespace["__name__"]  # may not return from inf, nan or an overflow
    points = FINITE if lapack else HARD
    for k in range(-1, len(points)):
        args = call.args if k < 0 else [hard(x, k + i, points) for i, x in enumerate(call.args)]
        forward, _ = heard(lambda: call.every(*args))  # noqa: B023
        if forward is not None:
            beyond_forward(call, args, forward)


def beyond_forward(call, args, forward):
    what = f"{call.what}, operands {[np.asarray(a).tolist() for a in args]}"

    def quiet(f, name, allowed=()):
        got, result = heard(f)
        assert got is not None, f"{what}: {name} raises where the value does not"
        assert len(got) <= len(allowed), f"{what}: {name} warns {got}" + (f", the value {forward}" if allowed else "")
        return result

    compiled = fg.jit(call.every)
    for name in ("code compiled just now", "compiled code"):
        quiet(lambda: compiled(*args), name)
    if not call.case.order:
        return
    f = call.at(args)
    xs = tuple(args[i] for i in call.case.floats)
    pull = quiet(lambda: fg.vjp(f, *xs), "vjp", forward)[1]
    quiet(lambda: pull(call.cts), "a pullback")
    quiet(lambda: fg.jit(lambda *ys: fg.vjp(f, *ys)[1](call.cts))(*xs), "jit of vjp")
    quiet(lambda: fg.jvp(f, xs, call.case.ts), "jvp", forward)
