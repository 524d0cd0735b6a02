"""Numbers that are counted: arange, range, linspace, logspace."""

import math

import numpy as np

from funcgrad.core.quiet import quiet

from .. import dtypes
from ..deprecations import deprecated
from ..method_arguments import real_number
from ..tensor import Tensor
from .call_errors import MISSING
from .creation import finished, function, need_number, seldom
from .data import scalar_of
from .fused import multiply_add
from .mapped_by_loop import by_samples
from .operands import fitting, float_argument, integer, overflowing
from .out_argument import need_its_dtype
from .refusals import refuse
from .register import operation

VECTOR_BYTES = 32


def counted(start, n, step, d):
    """start + i * step for i < n, worked out in float64 (or int64) and rounded once."""
    if d.kind in "iu":
        return (
            (int(start) + int(step) * np.arange(n)).astype(d)
            if int(step) == step
            else (start + step * np.arange(n)).astype(d)
        )
    return (start + step * np.arange(n, dtype=np.float64)).astype(d)


def counted_by_vectors(start, n, step, d):
    """The same as torch.arange has it: vectors, two at a time, begin with a number of the dtype itself."""
    whole = 0 if d.char not in "fd" or not d.isnative else n - n % (2 * VECTOR_BYTES // d.itemsize)
    if d.char != "d" and not whole or float(start).is_integer() and float(step).is_integer():
        return counted(start, n, step, d)
    start, step, i = float(start), float(step), np.arange(n, dtype=np.float64)
    lane = i % (VECTOR_BYTES // d.itemsize)
    lane[whole:] = 0
    with quiet():
        if d.char == "d":
            return multiply_add(multiply_add(start, i - lane, step), lane, step)
        return ((start + step * (i - lane)).astype(d) + step * lane).astype(d)


def exponents_of_single(start, end, steps):
    """logspace's exponents in float32: both ends and their distance are of that dtype, the steps between them of float64."""
    first, last = np.float32(start), np.float32(end)
    step = float(last - first) / (steps - 1)
    i = np.arange(steps)
    return np.where(i < steps // 2, float(first) + step * i, float(last) - step * (steps - 1 - i))


def spaced(start, end, steps, d, once):
    """So many numbers from start to end, from each end to the middle, rounded `once` or twice; those of integers by a step in float64."""
    if steps < 2:
        return np.array([start] * steps, d)
    work = d if d.kind in "fc" else np.dtype(np.float64)
    if isinstance(start, complex) or isinstance(end, complex):
        work = np.promote_types(work, np.complex64)
    first, last = work.type(start), work.type(end)
    step = (last - first) / work.type(steps - 1)
    i = np.arange(steps)
    half = steps // 2
    if once and work.char in "fd" and work.isnative:
        ends, counts = np.empty(steps, work), np.empty(steps, work)
        ends[:half], ends[half:], counts[:half] = first, last, i[:half]
        np.negative(steps - 1 - i[half:], counts[half:], dtype=work)  # (of floats: the last is -0.0)
        with quiet():
            return multiply_add(ends, counts, step).astype(d, copy=False)
    up, down = i[:half].astype(work), (steps - 1 - i[half:]).astype(work)
    up, down = first + step * up, last - step * down
    return np.concatenate((up, down)).astype(work if work.kind == "c" else d)


BOUND = 1 << 62


@function
def arange(
    start=MISSING, end=MISSING, step=1, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False
):  # fmt: skip
    """start, start + step, ... below end: int64 if all three are integers, else the default float.

    >>> import compat as torch
    >>> torch.arange(1, 4)
    tensor([1, 2, 3])
    """
    if end is MISSING or start is MISSING:
        if start is MISSING and (end is MISSING or step != 1):
            raise TypeError("arange() missing start or end")
        start, end = 0, start if end is MISSING else end
    if (
        dtype is None is out
        and type(start) is type(end) is type(step) is int
        and step == 1
        and -BOUND < start <= end < BOUND
    ):
        return finished("arange", np.arange(start, end), out, device, requires_grad)
    need_its_dtype(out, dtype)
    for x in (start, end, step):
        need_number(x)
    start, end, step = (real_number(scalar_of(x), "double") for x in (start, end, step))
    for wanted in (dtype, None if out is None else out.dtype):
        if wanted is not None and dtypes.as_numpy(wanted).kind == "c":
            refuse("arange_cpu", dtypes.as_numpy(wanted))
    if step == 0 or step != step:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype is None and out is not None and out.dtype.numpy.kind in "iu":
        dtype = out.dtype  # (in which the ends and the step are, too)
    if dtype is not None:
        d = dtypes.as_numpy(dtype)
    else:
        d = np.dtype(np.int64) if all(isinstance(x, int) for x in (start, end, step)) else dtypes.Default.numpy
    for error in [dtypes.beyond(x) for x in (start, end, step) if isinstance(x, int)]:
        if error is not None:
            raise error
    if d.kind in "iu" and any([x > dtypes.LONG[1] for x in (start, end, step)]):
        raise RuntimeError("value cannot be converted to type int64_t without overflow")
    if d.kind == "b" and out is None or d in dtypes.UNSIGNED:
        refuse("arange_cpu", d)
    if d == np.int64:  # (of other integers the size is that of floats)
        start, end, step = int(start), int(end), int(step)
        if not step:
            raise ValueError("step must be nonzero")
    size = math.ceil((end - start) / step)
    if d.kind in "iu":
        start, step = int(start), int(step)
    with quiet():
        array = counted_by_vectors(start, size, step, d)
    return finished("arange", array, out, device, requires_grad)


@operation(name="range", method=False)
def range_(start=0, end=None, step=1, *, dtype=None, layout=None, device=None, requires_grad=False):
    """start, start + step, ... up to and including end (torch deprecates it: use arange)."""
    if end is None:
        start, end = 0, start
    start, end, step = (scalar_of(x) for x in (start, end, step))
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if not (math.isfinite(start) and math.isfinite(end)):
        raise RuntimeError(f"unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    deprecated("range")
    array = counted(start, math.floor((end - start) / step) + 1, step, float_argument(dtype))
    return finished("range", array, None, device, requires_grad)


def whole(x, d):
    """A number cut to an integer of a dtype, to which negative integers are wrapped round, negative floats are not."""
    if isinstance(x, float) and d.kind == "u" and x < 0:
        raise overflowing(d)
    return fitting(x, d)


def between(name, start, end, steps, dtype, d, once=True):
    """steps figures from start to end, worked out in d, of what is a number of a dtype."""
    steps = integer(steps)
    given = {what: x.dim() for what, x in (("start", start), ("end", end)) if isinstance(x, Tensor)}
    if any(given.values()):
        told = given if len(given) == 2 else {what: n for what, n in given.items() if n}
        told = " and ".join([f"{what} with {n} dimension(s)" for what, n in told.items()])
        raise RuntimeError(f"{name} only supports 0-dimensional start and end tensors, but got {told}.")
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    if dtype.kind == "b" and steps > 1:
        refuse(f"{name}_cpu", dtype)
    start, end = scalar_of(start), scalar_of(end)
    if dtype.kind == "f":
        for x in (start, end)[:steps]:  # (of one figure torch looks at the first alone)
            if not isinstance(x, complex):
                fitting(x, dtype)
    elif dtype.kind in "iu" and (once or steps > 1):  # (both ends are of the dtype)
        start, end = (whole(x, dtype) if at < steps else 0 for at, x in enumerate((start, end)))
    return spaced(start, end, steps, d, once)


@seldom
@by_samples
def linspace(
    start, end, steps, *, out=None, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False
):
    """`steps` evenly spaced figures from start to end, both included."""
    need_its_dtype(out, dtype)
    d = float_argument(dtype if out is None else out.dtype)
    return finished("linspace", between("linspace", start, end, steps, d, d), out, device, requires_grad)


@seldom
@by_samples
def logspace(
    start,
    end,
    steps,
    base=10.0,
    *,
    out=None,
    dtype=None,
    layout=None,
    device=None,
    requires_grad=False,
    pin_memory=False,
):
    """base ** x for `steps` evenly spaced exponents x from start to end."""
    need_its_dtype(out, dtype)
    d = float_argument(dtype if out is None else out.dtype)
    exponents = between("logspace", start, end, steps, d, np.dtype(np.float64), False)
    if d == np.float32 and exponents.dtype == np.float64 and len(exponents) > 1:
        exponents = exponents_of_single(scalar_of(start), scalar_of(end), len(exponents))
    with quiet():
        return finished("logspace", np.power(base, exponents).astype(d), out, device, requires_grad)
