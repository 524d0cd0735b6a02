"""Functions of float64 vectors made to take arrays of any float dtype and shape."""

import functools

import numpy as np

# ------------------------------------------------------------------------------------------------ blocks
# Running a function of float64 vectors over arrays of any float dtype and shape, block by block.
#
# A polynomial is some fifty passes over its operand: in blocks that stay in the cache they take a fifth of the time.
BLOCK = 8192
FEW = 500  # up to here a loop over the C library is faster than fifty NumPy calls


def over_blocks(library=None, few=FEW):
    """Turns f(x: float64[n]) into a function of arrays of any float dtype and shape, with results of that dtype.

    `library`: the function of one Python float (and the params), used for arrays of up to `few` elements. What it raises says that it
    does not know the value, and f is asked.
    """

    def decorate(f):
        @functools.wraps(f)
        def values(x, **params):
            flat = x.reshape(-1)
            out = np.empty(x.shape, x.dtype)
            line = out.reshape(-1)
            with np.errstate(all="ignore"):
                if library is not None and x.size <= few:
                    try:
                        line[:] = np.array([library(v, **params) for v in flat.tolist()], np.float64)
                        return out
                    except (ArithmeticError, ValueError):
                        pass
                for i in range(0, flat.size, BLOCK):
                    line[i : i + BLOCK] = f(flat[i : i + BLOCK].astype(np.float64), **params)
            return out

        return values

    return decorate


def polynomial(coefficients, u):
    """The polynomial with these coefficients, highest power first, by Horner's rule."""
    p = coefficients[0] * u
    p += coefficients[1]
    for c in coefficients[2:]:
        p *= u
        p += c
    return p


def on(interval, x):
    """x of an interval (a, b) as u of -1 to 1."""
    a, b = interval
    return (x - (a + b) / 2) * (2 / (b - a))


# ------------------------------------------------------------------------------------------------ arrays
# Functions of several flat float64 arrays, made to take broadcast operands of one float dtype.
def elementwise_of(f, *xs):
    """f of flat float64 arrays, for broadcast operands of one float dtype."""
    dtype = np.result_type(*xs)
    shape = np.broadcast_shapes(*map(np.shape, xs))
    flat = [np.broadcast_to(np.asarray(x, np.float64), shape).reshape(-1) for x in xs]
    with np.errstate(all="ignore"):
        return f(*flat).astype(dtype).reshape(shape)
