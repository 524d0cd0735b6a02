"""Standard normal numbers of threefry keys.

jax's float32 code inverts erf by the polynomials of M. Giles, "Approximating the erfinv function" (GPU Computing Gems Jade,
2012), whose error of a few ulp its draws carry: the same figures need the same polynomials, and the same roundings.
"""

import math
import threading

import numpy as np

from ...core.multiply_add import fma
from ..special_values import erfinv
from . import threefry
from .room import Room
from .rounded import BLOCK, ONE, SMALL, horner_into, log1p_near_into, log_into, over_blocks, powers

f32 = np.float32
CENTRE = powers(
    (
        2.81022636e-08,
        3.43273939e-07,
        -3.5233877e-06,
        -4.39150654e-06,
        0.00021858087,
        -0.00125372503,
        -0.00417768164,
        0.246640727,
        1.50140941,
    )
)  # fmt: skip  in w - 2.5, for w = -log(1 - x^2) < 5
TAIL = powers(
    (
        -0.000200214257,
        0.000100950558,
        0.00134934322,
        -0.00367342844,
        0.00573950773,
        -0.0076224613,
        0.00943887047,
        1.00167406,
        2.83297682,
    )
)  # fmt: skip  in sqrt(w) - 3, beyond
MIDDLE, END, THREE, ROOT_2 = (np.array(c, f32) for c in (-2.5, -5, 3, math.sqrt(2)))
LOW = np.nextafter(f32(-1), f32(0))
FEW = 10  # numbers that Python computes sooner
ROOM = Room(*[(BLOCK, f32)] * 3, *[(BLOCK, np.float64)] * 2)


def erfinv_into(x, out):
    """The inverse of erf at float32 numbers between -1 and 1, as jax's float32 code gives it."""
    n = x.size
    room = ROOM.take()
    ordered, y, logs, wide, work = [a[:n] for a in room]
    np.multiply(x, x, y)
    near = y <= SMALL
    order = np.flatnonzero(near)
    k = order.size
    if k < n:  # those where log1p is computed otherwise stand behind the others
        order = np.concatenate([order, np.flatnonzero(~near)])
        np.take(x, order, out=ordered, mode="clip")
        np.multiply(ordered, ordered, y)
        x, ordered = ordered, x
    np.negative(y, y)
    if k:
        log1p_near_into(y[:k], logs[:k])
    if k < n:
        np.add(y[k:], ONE, y[k:])
        log_into(y[k:], logs[k:])
    p = y
    np.subtract(MIDDLE, logs, p)  # w - 2.5
    wide[...] = p
    horner_into(CENTRE, wide, work, p)
    tail = np.flatnonzero(logs <= END)
    if tail.size:
        p[tail] = horner(TAIL, np.sqrt(-logs[tail]) - THREE)
    if k < n:
        np.multiply(p, x, p)
        out[order] = p
    else:
        np.multiply(p, x, out)
    ROOM.give(room)


def horner(polynomial, x):
    out = np.empty_like(x)
    horner_into(polynomial, x.astype(np.float64), np.empty(x.shape), out)
    return out


def erfinv_any_into(x, out):
    """The same where there may be others than numbers between -1 and 1."""
    inside = np.abs(x) < 1
    if inside.all():
        return erfinv_into(x, out)
    erfinv_into(np.where(inside, x, f32(0)), out)
    np.copyto(out, np.where(np.abs(x) == 1, np.copysign(f32(np.inf), x), f32(np.nan)), where=~inside)


def erfinv_drawn(x):
    """The inverse of erf that normal draws are made with: float32 as jax's, other dtypes to their last digits."""
    x = np.asarray(x)
    if x.dtype == np.float16:
        return np.asarray(erfinv_drawn(x.astype(f32))).astype(np.float16)
    return over_blocks(erfinv_any_into, x) if x.dtype == f32 else erfinv(x)


def normal_into(u, out):
    """Standard normal numbers from float32 numbers of [0, 1) that are multiples of 2**-23: no step but the last three rounds."""
    np.add(u, u, u)
    np.add(u, LOW, u)
    erfinv_into(u, out)
    np.multiply(out, ROOT_2, out)


class Table:
    """The normal number of each of the 2**23 numbers that a float32 draw can be, made once small draws have taken as long as that takes.

    For draws of up to BLOCK numbers, which cost a hundred calls of NumPy each otherwise; of more the arithmetic is as quick as
    looking up in 32 MB. `spent` counts numbers computed, and CALL for each draw.
    """

    CALL = 4000

    def __init__(self):
        self.spent, self.numbers, self.lock = 0, None, threading.Lock()

    def count(self, drawn):
        """One more draw of so many numbers."""
        if self.numbers is None and drawn <= BLOCK:
            self.spent += drawn + self.CALL
            if self.spent > 1 << 23:
                with self.lock:
                    if self.numbers is None:
                        self.numbers = self.made()

    def made(self):
        from ...core.workers import spread

        numbers = np.empty(1 << 23, f32)

        def run(first, last):
            for i in range(first * BLOCK, last * BLOCK, BLOCK):
                normal_into(np.arange(i, i + BLOCK, dtype=f32) * f32(2.0**-23), numbers[i : i + BLOCK])

        spread(run, numbers.size // BLOCK)
        return numbers

    def look_up(self, u, out):
        """Standard normal numbers for numbers of [0, 1)."""
        np.take(self.numbers, (u * LENGTH).astype(np.intp), out=out, mode="clip")


TABLE = Table()
LENGTH = np.array(1 << 23, f32)


def of_few(u, out):
    """The same, one by one."""
    from .single import normal

    for i, v in enumerate(u.tolist()):
        out[i] = normal(v)


def from_unit(u):
    """Standard normal numbers from floats of [0, 1)."""
    dtype = u.dtype
    low = np.nextafter(dtype.type(-1), dtype.type(0))
    if dtype.itemsize == 8:  # (1 - low is rounded to 2, so that the sum is the only rounding)
        u = u + u
        u += low
    else:
        u = np.maximum(low, fma(u, dtype.type(1) - low, low))
    return dtype.type(math.sqrt(2)) * erfinv_drawn(u)


def normal_block(u, out):
    if u.dtype != f32:
        out[...] = from_unit(u)
        return
    if TABLE.numbers is not None and u.size <= BLOCK:
        TABLE.look_up(u, out)
        return
    if u.size <= FEW:
        of_few(u, out)
        return
    for i in range(0, u.size, BLOCK):
        normal_into(u[i : i + BLOCK], out[i : i + BLOCK])


def normal(keys, shape, dtype):
    """Standard normal numbers of each key."""
    if dtype == f32:
        TABLE.count(math.prod(shape) * (np.size(keys) // 2))
    return threefry.uniform(keys, shape, dtype, normal_block)


__all__ = ["erfinv_drawn", "from_unit", "normal"]
