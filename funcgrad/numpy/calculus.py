"""Differences, integrals and interpolation of sampled functions; convolution; polynomials."""

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from .arguments import as_array, at_axis, axes_of, axis_of, cast, inexact, operand, size_of
from .concrete import NONE, concrete, levels_of, plain, unknown_under
from .protocol import implements, no_rule
from .sorting import searchsorted

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ differences
@implements(np.diff)
def diff(a, n=1, axis=-1, prepend=np._NoValue, append=np._NoValue):
    a = as_array(a)
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    if not a.shape:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = axis_of(axis, len(a.shape))
    ends = [end_piece(v, a, axis) for v in (prepend, append)]
    parts = [p for p in (ends[0], a, ends[1]) if p is not None]
    a = np.concatenate(parts, axis) if len(parts) > 1 else a
    step = P["not_equal"] if dtype_of(a).kind == "b" else P["sub"]
    for _ in range(n):
        behind, before = at_axis(axis, slice(1, None)), at_axis(axis, slice(None, -1))
        a = step(P["getitem"](a, idx=behind), P["getitem"](a, idx=before))
    return a


def end_piece(v, a, axis):
    """What diff puts before or behind: a number stands for a slice of it."""
    if v is np._NoValue:
        return None
    v = as_array(v)
    return v if v.shape else np.broadcast_to(v, (*a.shape[:axis], 1, *a.shape[axis + 1 :]))


@implements(np.ediff1d)
def ediff1d(ary, to_end=None, to_begin=None):
    ary = np.ravel(as_array(ary))
    ends = [None if v is None else np.ravel(as_array(v)) for v in (to_begin, to_end)]
    for name, v in zip(("to_begin", "to_end"), ends, strict=True):
        if v is not None and not np.can_cast(dtype_of(v), dtype_of(ary), "same_kind"):
            raise TypeError(f"dtype of `{name}` must be compatible with input `ary` under the `same_kind` rule.")
    ends = [None if v is None else cast(v, dtype_of(ary)) for v in ends]
    parts = [p for p in (ends[0], P["sub"](ary[1:], ary[:-1]), ends[1]) if p is not None]
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


@implements(np.gradient)
def gradient(f, *varargs, axis=None, edge_order=1):
    """Central differences inside, one-sided ones of first or second order at the ends, with NumPy's own formulas."""
    f = as_array(f)
    f = cast(f, np.float64) if dtype_of(f).kind in "iu" else f
    axes = axes_of(f, axis)
    if len(varargs) == 0:
        spacings = [1.0] * len(axes)
    elif len(varargs) == 1 and not shape_of(operand(varargs[0])):
        spacings = [operand(varargs[0])] * len(axes)
    elif len(varargs) == len(axes):
        spacings = [operand(v) for v in varargs]
    else:
        raise TypeError("invalid number of arguments")
    if edge_order not in (1, 2):
        raise ValueError("'edge_order' greater than 2 not supported")
    out = []
    for d, h in zip(axes, spacings, strict=True):
        k = f.shape[d]
        if shape_of(h):
            if len(shape_of(h)) != 1:
                raise ValueError("distances must be either scalars or 1d")
            if shape_of(h)[0] != k:
                raise ValueError("when 1d, distances must match the length of the corresponding dimension")
            h = cast(h, np.float64) if dtype_of(h).kind in "iu" else h
        if k < edge_order + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, at least (edge_order + 1) elements are required."
            )
        out.append(along_axis(f, d, h, edge_order))
    return out[0] if len(out) == 1 else tuple(out)


def otype(f):
    """The dtype of a gradient: that of the samples, if a difference of them is a number at all."""
    return np.float64 if dtype_of(f).kind == "b" else dtype_of(f)


def along_axis(f, d, h, edge_order):
    """The derivative of samples along axis d; h: the spacing, or the coordinates."""

    def at(start, stop):
        return P["getitem"](f, idx=at_axis(d, slice(start, stop)))

    def wide(v):
        return P["reshape"](v, shape=(shape_of(v)[0],) + (1,) * (len(f.shape) - d - 1))

    n = f.shape[d]
    steps = diff(h) if shape_of(h) else None

    def step(i):
        return h if steps is None else steps[i]

    if steps is None:
        middle = (at(2, None) - at(None, -2)) / (2.0 * h)
    else:
        before, behind = wide(steps[:-1]), wide(steps[1:])
        middle = (
            -(behind) / (before * (before + behind)) * at(None, -2)
            + (behind - before) / (before * behind) * at(1, -1)
            + before / (behind * (before + behind)) * at(2, None)
        )
    if edge_order == 1:
        first, last = (at(1, 2) - at(0, 1)) / step(0), (at(n - 1, n) - at(n - 2, n - 1)) / step(-1)
    elif steps is None:
        first = (-1.5 * at(0, 1) + 2.0 * at(1, 2) - 0.5 * at(2, 3)) / h
        last = (0.5 * at(n - 3, n - 2) - 2.0 * at(n - 2, n - 1) + 1.5 * at(n - 1, n)) / h
    else:
        p, q = step(0), step(1)
        first = -(2.0 * p + q) / (p * (p + q)) * at(0, 1) + (p + q) / (p * q) * at(1, 2) - p / (q * (p + q)) * at(2, 3)
        p, q = step(-2), step(-1)
        last = (
            q / (p * (p + q)) * at(n - 3, n - 2)
            - (q + p) / (p * q) * at(n - 2, n - 1)
            + (2.0 * q + p) / (q * (p + q)) * at(n - 1, n)
        )
    return cast(np.concatenate((first, middle, last), d), otype(f))


# ------------------------------------------------------------------------------------------------ integrals, interpolation
@implements("trapezoid", "trapz")
def trapezoid(y, x=None, dx=1.0, axis=-1):
    y = as_array(y)
    axis = axis_of(axis, len(y.shape))
    if x is None:
        d = operand(dx)
    else:
        x = as_array(x)
        d = diff(x) if len(x.shape) == 1 else diff(x, axis=axis)
        if len(x.shape) == 1:
            d = P["reshape"](d, shape=(*shape_of(d), *(1,) * (len(y.shape) - axis - 1)))
    left = P["getitem"](y, idx=at_axis(axis, slice(None, -1)))
    right = P["getitem"](y, idx=at_axis(axis, slice(1, None)))
    return np.sum(np.divide(np.multiply(d, np.add(right, left)), 2.0), axis=axis)


@implements(np.interp)
def interp(x, xp, fp, left=None, right=None, period=None):
    x, xp, fp = inexact(operand(x)), inexact(as_array(xp)), inexact(as_array(fp))
    if period is None and "c" in (dtype_of(x).kind, dtype_of(xp).kind):
        raise TypeError("interp: x and xp must be real; only fp may be complex.")
    if len(xp.shape) != 1 or xp.shape != fp.shape:
        raise ValueError("fp and xp are not of the same length.")
    if not xp.shape[0]:
        raise ValueError("array of sample points is empty")
    if period is not None:
        if period == 0:
            raise ValueError("period must be a non-zero value")
        period = abs(period)
        left = right = None
        x, xp = P["remainder"](x, period), P["remainder"](xp, period)
        order = np.argsort(xp)
        xp, fp = np.take(xp, order), np.take(fp, order)
        xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
        fp = np.concatenate((fp[-1:], fp, fp[:1]))
    n = xp.shape[0]
    wide = np.float64 if dtype_of(fp).kind == "f" else np.complex128
    x, xp, fp = cast(x, np.float64), cast(xp, np.float64), cast(fp, wide)
    above = np.clip(searchsorted(xp, x, "right"), 1, max(n - 1, 1))
    if n == 1:
        inside = np.broadcast_to(fp[0], shape_of(x))
    else:
        below = P["sub"](above, 1)
        x0, x1, f0, f1 = (P["gather"](v, i) for v, i in ((xp, below), (xp, above), (fp, below), (fp, above)))
        width = P["sub"](x1, x0)
        flat = P["equal"](width, 0)
        inside = P["where"](flat, f1, f0 + (x - x0) * ((f1 - f0) / P["where"](flat, 1.0, width)))
    low, high = fp[0] if left is None else left, fp[-1] if right is None else right
    out = P["where"](P["less"](x, xp[0]), low, P["where"](P["greater"](x, xp[-1]), high, inside))
    return out


@implements(np.unwrap)
def unwrap(p, discont=None, axis=-1, *, period=2 * np.pi):
    p = as_array(p)
    axis = axis_of(axis, len(p.shape))
    d = diff(p, axis=axis)
    half = period / 2
    discont = half if discont is None else discont
    jump = np.remainder(d + half, period) - half
    jump = P["where"](P["logical_and"](P["equal"](jump, -half), P["greater"](d, 0)), half, jump)
    correct = P["where"](P["less"](P["abs"](d), discont), 0.0, jump - d)
    first = P["getitem"](p, idx=at_axis(axis, slice(0, 1)))
    rest = P["getitem"](p, idx=at_axis(axis, slice(1, None)))
    return np.concatenate((cast(first, dtype_of(correct)), rest + np.cumsum(correct, axis)), axis)


# ------------------------------------------------------------------------------------------------ convolution
def full_convolution(a, v):
    """sum over k of a[k] v[n - k], for n from 0 to len(a) + len(v) - 2."""
    a, v = as_array(a), as_array(v)
    if len(a.shape) != 1 or len(v.shape) != 1:
        raise ValueError("object too deep for desired array")
    if not a.shape[0] or not v.shape[0]:
        raise ValueError("a cannot be empty" if not a.shape[0] else "v cannot be empty")
    if v.shape[0] > a.shape[0]:
        a, v = v, a
    n, k = a.shape[0], v.shape[0]
    padded = P["pad"](a, 0, config=((k - 1, k - 1, 0),))
    windows = P["gather"](padded, np.arange(n + k - 1)[:, None] + np.arange(k)[::-1])
    return P["dot_general"](windows, v, dims=(((1,), (0,)), ((), ())))


def part(full, n, k, mode):
    """The part of a full convolution of lengths n >= k that `mode` asks for."""
    if mode == "full":
        return full
    if mode == "same":
        return full[(k - 1) // 2 : (k - 1) // 2 + n]
    if mode == "valid":
        return full[k - 1 : n]
    raise ValueError(f"mode must be one of 'full', 'same', or 'valid' (got {mode!r})")


@implements(np.convolve)
def convolve(a, v, mode="full"):
    a, v = np.atleast_1d(as_array(a)), np.atleast_1d(as_array(v))
    n, k = sorted((size_of(a), size_of(v)), reverse=True)
    return part(full_convolution(a, v), n, k, mode)


@implements(np.correlate)
def correlate(a, v, mode="valid"):
    a, v = as_array(a), as_array(v)
    swapped = size_of(v) > size_of(a)
    n, k = sorted((size_of(a), size_of(v)), reverse=True)
    full = full_convolution(a, v[::-1].conj())
    if mode == "same" and swapped:  # NumPy correlates the longer with the shorter and turns the result round
        return part(full[::-1], n, k, mode)[::-1]
    return part(full, n, k, mode)


# ------------------------------------------------------------------------------------------------ polynomials
@implements(np.polyval)
def polyval(p, x):
    if isinstance(x, np.poly1d):
        return no_rule("numpy.polyval of a poly1d")
    p, x = as_array(p), operand(x)
    y = np.zeros_like(x)
    for c in p:
        y = y * x + c
    return y


def aligned(a, b):
    """Two coefficient vectors of one length, zeros in front."""
    a, b = np.atleast_1d(as_array(a)), np.atleast_1d(as_array(b))
    n = max(a.shape[0], b.shape[0])
    return [P["pad"](v, 0, config=((n - v.shape[0], 0, 0),)) for v in (a, b)]


@implements(np.polyadd)
def polyadd(a1, a2):
    return np.add(*aligned(a1, a2))


@implements(np.polysub)
def polysub(a1, a2):
    return np.subtract(*aligned(a1, a2))


@implements(np.polymul)
def polymul(a1, a2):
    return convolve(leading(a1), leading(a2))


def leading(p):
    """Coefficients from the first that is not zero, as poly1d has them; all of them where the values are not known."""
    p = np.atleast_1d(as_array(p))
    known = plain(p)
    if known is NONE or not len(known):
        return p
    filled = np.flatnonzero(known)
    return p[filled[0] :] if len(filled) else p[-1:]


@implements(np.polyder)
def polyder(p, m=1):
    p = as_array(p)
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    for _ in range(m):
        p = p[:-1] * np.arange(p.shape[0] - 1, 0, -1)
    return p


@implements(np.polyint)
def polyint(p, m=1, k=None):
    p = inexact(as_array(p))
    constants = np.zeros(m) if k is None else np.ravel(as_array(k))
    constants = np.broadcast_to(constants, (m,)) if size_of(constants) == 1 else constants
    for i in range(m):
        p = np.concatenate((p / np.arange(p.shape[0], 0, -1), cast(constants[i : i + 1], dtype_of(p))))
    return p


@implements(np.polyfit)
def polyfit(x, y, deg, rcond=None, full=False, w=None, cov=False):
    """Least squares, scaled column by column as NumPy does."""
    x, y = inexact(as_array(x)), inexact(as_array(y))
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if len(x.shape) != 1 or not x.shape[0]:
        raise TypeError("expected 1D vector for x" if len(x.shape) != 1 else "expected non-empty vector for x")
    if y.shape[0] != x.shape[0]:
        raise TypeError("expected x and y to have same length")
    left = np.vander(x, deg + 1)
    if w is not None:
        w = as_array(w)
        left, y = left * w[:, None], y * (w[:, None] if len(y.shape) == 2 else w)
    if np.float16 in (dtype_of(x), dtype_of(y)):
        raise TypeError("polyfit: least squares take no float16; use x.astype(np.float32).")
    scale = np.sqrt(np.sum(left * left, axis=0))
    rcond = x.shape[0] * np.finfo(dtype_of(x)).eps if rcond is None else rcond
    left = left / scale
    c, residuals, rank, values = np.linalg.lstsq(left, y, rcond)
    c = np.transpose(np.transpose(c) / scale)
    if full:
        return c, residuals, rank, values, rcond
    if not cov:
        return c
    spread = np.linalg.inv(left.T @ left) / np.outer(scale, scale)
    if cov == "unscaled":
        return c, spread
    if x.shape[0] <= deg + 1:
        raise ValueError("the number of data points must exceed order to scale the covariance matrix")
    factor = residuals / (x.shape[0] - deg - 1)
    return c, spread * factor if len(y.shape) == 1 else spread[:, :, None] * factor


@implements(np.poly)
def poly(seq_of_zeros):
    zeros = as_array(seq_of_zeros)
    if len(zeros.shape) == 2:
        zeros = np.linalg.eigvals(zeros)
    zeros = cast(zeros, np.dtype(np.mintypecode(dtype_of(zeros).char)))
    out = np.ones_like(zeros, shape=(1,))
    for z in zeros:
        out = np.convolve(out, np.stack([np.ones_like(z), -z]))
    values = levels_of(zeros)[1]
    if values is not None and np.iscomplexobj(values) and np.all(np.sort(values) == np.sort(values.conj())):
        return np.real(out)  # complex zeros in pairs: NumPy's result is real
    return out


@implements(np.roots)
def roots(p):
    """The eigenvalues of the companion matrix; leading and trailing zeros must be known, as they decide its size."""
    p = np.atleast_1d(as_array(p))
    if len(p.shape) != 1:
        raise ValueError("Input must be a rank-1 array.")
    filled = np.flatnonzero(np.asarray(concrete(np.not_equal(p, 0), "roots")))
    if not filled.size:
        return np.array([])
    first, last = int(filled[0]), int(filled[-1])
    zeros, p = p.shape[0] - 1 - last, inexact(p[first : last + 1])
    n = p.shape[0]
    found = np.zeros_like(p, shape=(0,))
    if n > 1:
        top = P["reshape"](P["div"](P["neg"](p[1:]), p[0]), shape=(1, n - 1))
        found = np.linalg.eigvals(np.concatenate((top, np.eye(n - 2, n - 1, dtype=p.dtype)), 0))
    return np.concatenate((found, np.zeros_like(found, shape=(zeros,)))) if zeros else found


def long_division(u, v):
    """(quotient, what is left of u, how many of its first entries are zero but for rounding), of polynomials."""
    u, v = np.atleast_1d(inexact(as_array(u))), np.atleast_1d(inexact(as_array(v)))
    m, n = shape_of(u)[0] - 1, shape_of(v)[0] - 1
    quotient, rest = [], u
    for k in range(m - n + 1):
        d = rest[k] / v[0]
        quotient.append(d)
        rest = rest - P["pad"](d * v, 0, config=((k, m - n - k, 0),))
    return np.stack(quotient or [np.zeros_like(u, shape=())]), rest, len(quotient)


@implements(np.polydiv)
def polydiv(u, v):
    """(quotient, remainder) by long division; the remainder is cut where its values are zero, or, where they are not known (under jit
    and vmap), to one entry less than v has."""
    quotient, rest, zeros = long_division(u, v)
    if unknown_under(rest) is not None:
        return quotient, rest[min(zeros, shape_of(rest)[0] - 1) :]
    while shape_of(rest)[0] > 1 and np.allclose(rest[0], 0, rtol=1e-14):
        rest = rest[1:]
    return quotient, rest


__all__ = ["convolve", "diff", "gradient", "interp"]
