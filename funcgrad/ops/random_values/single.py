"""A normal number from a float32 number of [0, 1), in Python's arithmetic: a hundred calls of NumPy take ten times as long for one.

Invariant: the bits are those of normal.py, whose steps these are. A product of float32 numbers is exact in Python's; sums, quotients and roots of them, rounded
to float32 afterwards, are what they are if rounded once.
"""

import math
from struct import Struct

from .normal import CENTRE, LOW, ROOT_2, TAIL
from .rounded import LOG, LOG1P, LOG2_HIGH, LOG2_LOW, ROOT_HALF, SMALL

FLOAT, BITS = Struct("f"), Struct("i")


def rounded(x, pack=FLOAT.pack, unpack=FLOAT.unpack):
    return unpack(pack(x))[0]


def numbers(polynomials):
    """The coefficients of each polynomial of rounded.powers."""
    columns = [c.reshape(-1).tolist() for c in polynomials]
    return [list(row) for row in zip(*columns, strict=True)]


NUMERATOR, DENOMINATOR = numbers(LOG1P)
PIECES = numbers(LOG)
(MIDDLE,), (OUTER,) = numbers(CENTRE), numbers(TAIL)
LEAST, ROOT = LOW.item(), ROOT_2.item()
LOW_2, HIGH_2, HALF, NEAR = LOG2_LOW.item(), LOG2_HIGH.item(), ROOT_HALF.item(), SMALL.item()


def horner(polynomial, x):
    p = polynomial[0]
    for c in polynomial[1:]:
        p = rounded(x * p + c)
    return p


def log1p_near(x):
    q = rounded(horner(NUMERATOR, x) / horner(DENOMINATOR, x))
    square = rounded(x * x)
    out = rounded(rounded(x * square) * q)
    return rounded(x + rounded(out - 0.5 * square))


def log(x):
    bits = BITS.unpack(FLOAT.pack(x))[0]
    e = bits - HALF >> 23
    m = FLOAT.unpack(BITS.pack(bits - (e << 23)))[0] - 1
    square = rounded(m * m)
    cube = rounded(square * m)
    p, *rest = [horner(piece, m) for piece in PIECES]
    for addend in (*rest, rounded(e * LOW_2)):
        p = rounded(p * cube + addend)
    return rounded(rounded(rounded(m - 0.5 * square) + p) + rounded(e * HIGH_2))


def erfinv(x):
    """The inverse of erf at a number between -1 and 1."""
    y = rounded(x * x)
    logs = log1p_near(-y) if y <= NEAR else log(rounded(1 - y))
    p = horner(OUTER, rounded(rounded(math.sqrt(-logs)) - 3)) if logs <= -5 else horner(MIDDLE, rounded(-2.5 - logs))
    return rounded(p * x)


def normal(u):
    """A standard normal number of a float32 number of [0, 1) that is a multiple of 2**-23."""
    return ROOT * erfinv(rounded(u + u + LEAST))


__all__ = ["normal"]
