"""Operations of several primitives that torch computes in one kernel: of half precision they are worked out in float32 and
rounded once, as a primitive is by itself (funcgrad/core/halves.py).

Invariant: nothing here costs a program that has no half precision more than a look at a flag.
"""

import functools

from funcgrad.core.halves import BFLOAT16, FLOAT32, HALVES, VECTOR, at_begin, rounded, rounder
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import shared

from ..graph import label, shown
from ..payload import current
from ..tensor import Tensor

cast = PRIMITIVES["cast"]


def floats_in(args):
    """The float Tensors among arguments, also those in lists."""
    found = []
    for a in args:
        if isinstance(a, Tensor):
            if a.owner.dtype(current(a)).kind in "fc":
                found.append(a)
        elif type(a) in (list, tuple):
            found += floats_in(a)
    return found


def half_of(args):
    """The half precision dtype that every float Tensor among arguments has, or None."""
    found = None
    for a in args if shared.halves else ():
        if isinstance(a, Tensor):
            d = a.owner.dtype(current(a))
            if d.kind not in "fc":
                continue
        elif type(a) in (list, tuple) and floats_in(a):
            d = half_of(a)
        else:
            continue
        if d not in HALVES or found not in (None, d):
            return None
        found = d
    return found


def widened(a):
    """An argument with its half precision Tensors as float32."""
    if isinstance(a, Tensor):
        return cast(a, dtype=FLOAT32) if a.owner.dtype(a) in HALVES else a
    return type(a)(map(widened, a)) if type(a) in (list, tuple) else a


def rounded_to(t, d):
    """A float32 Tensor's values as they are in half precision, still as float32."""
    return cast(cast(t, dtype=d), dtype=FLOAT32)


def narrowed(out, d, operands):
    """A result with its float32 Tensors in dtype d, shown as the operation that it was before."""
    if isinstance(out, (tuple, list)):
        parts = [narrowed(o, d, operands) for o in out]
        return type(out)(parts) if type(out) in (tuple, list) else type(out)(*parts)
    if not isinstance(out, Tensor) or out.owner.dtype(out) != FLOAT32:
        return out
    got = cast(out, dtype=d)
    if out.mark is not None and out.mark.plan is not None:
        label(got, type(shown(out.mark)).__name__, operands)
    return got


def in_one(f, *args, **kwargs):
    """f(*args, **kwargs), rounded once if the float Tensors among the arguments are of half precision."""
    d = half_of((*args, *kwargs.values()))
    if d is None:
        return f(*args, **kwargs)
    try:
        return in_float32(d, f, *args, **kwargs)
    except Exception as error:
        if "loat" in str(error):  # (what is said of dtypes, of those that were given)
            f(*args, **kwargs)
        raise


def in_float32(d, f, *args, **kwargs):
    """f of the arguments with their half precision Tensors as float32, its result rounded to d."""
    out = f(*map(widened, args), **{k: widened(v) for k, v in kwargs.items()})
    return narrowed(out, d, floats_in((*args, *kwargs.values())))


def half_in(t):
    """The dtype of a Tensor if that is of half precision, else None."""
    if not shared.halves:
        return None
    d = t.owner.dtype(current(t))
    return d if d in HALVES else None


def rounds_once(f):
    """f as a function of which torch rounds the result once."""

    @functools.wraps(f)
    def g(*args, **kwargs):
        return in_one(f, *args, **kwargs)

    return g


def number_in(x, d):
    """A number as torch's kernels of a half precision dtype take it where they compute with Tensors' own elements."""
    return float(rounded(x, d)) if d in HALVES and type(x) is float else x


__all__ = [
    "BFLOAT16", "FLOAT32", "HALVES", "VECTOR", "at_begin", "half_in", "half_of", "in_float32", "number_in", "rounded_to", "rounder", "rounds_once", "shared",
    "widened",
]  # fmt: skip
