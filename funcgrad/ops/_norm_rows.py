"""A normalisation layer over rows that lie together in memory, layer norm's and group norm's, in as few passes as NumPy's calls allow.

Rows lie as [rows, parts, each]: a weight has a number for each of `each` (layer norm, of one part) or for each part of each row (group
norm). Sums of products are inner products, which write nothing. (Blocks of rows that stay in the second cache were no faster.)
"""

from functools import lru_cache
from math import prod

import numpy as np

from .torch_order import LONG, einsum, sum_over


@lru_cache(512)
def rows_of(shape, axes, weight):
    """(rows, parts, each) of a layer over the last axes, whose weight of that shape broadcasts to the input's; None where it is of another kind."""
    k = len(axes)
    if not k or axes != tuple(range(len(shape) - k, len(shape))) or 0 in shape:
        return None
    lead, inner = shape[:-k], shape[-k:]
    if weight == inner:
        return prod(lead), 1, prod(inner)
    if len(lead) == 2 and weight == (1, lead[1], inner[0], *(1,) * (k - 1)):
        return prod(lead), inner[0], prod(inner[1:])
    return None


@lru_cache(64)
def ones(n, dtype):
    one = np.ones(n, dtype)
    one.flags.writeable = False
    return one


def totals(x):
    """The sums of rows [rows, each]: of short ones a product with ones takes a third of the time of np.add.reduce."""
    n = x.shape[1]
    return x.dot(ones(n, x.dtype)) if n < LONG else np.add.reduce(x, axis=1)


def products(x, y):
    """The inner products of rows [rows, each]."""
    return np.vecdot(x, y) if x.shape[1] < LONG else np.add.reduce(x * y, axis=1)


def over(rows, sums, x, *others):
    """`sums` of rows [rows, parts * each], as a column: by parts, which are shorter."""
    count, parts, each = rows
    if parts == 1:
        return sums(x, *others)[:, None]
    found = sums(*[v.reshape(-1, each) for v in (x, *others)])
    return np.add.reduce(found.reshape(count, parts), axis=1, keepdims=True)


def forward(x, w, b, eps, rows):
    """(the layer of x, mean, variance and 1 / sqrt(variance + eps) of each row as a column)."""
    count, parts, each = rows
    size = parts * each
    whole = np.empty(x.shape, x.dtype)  # (what is handed on owns its memory)
    x, out = x.reshape(count, size), whole.reshape(count, size)
    if parts == 1 and w.size == each < LONG:  # (layer norm's rows: the lines below, without the calls)
        mean = x.dot(ones(each, x.dtype))[:, None]
        mean /= size
        np.subtract(x, mean, out)
        variance = np.vecdot(out, out)[:, None]
        variance /= size
        r = variance + x.dtype.type(eps)
        np.sqrt(r, r)
        np.divide(1, r, r)
        out *= r
        out *= w if w.ndim == 1 else w.reshape(each)
        out += b if b.ndim == 1 else b.reshape(each)
        return whole, mean, variance, r
    mean = over(rows, totals, x)
    mean /= size
    np.subtract(x, mean, out)
    variance = over(rows, products, out, out)
    variance /= size
    r = variance + x.dtype.type(eps)
    np.sqrt(r, r)
    np.divide(1, r, r)
    if parts == 1 and w.size == each:
        out *= r
        out *= w.reshape(each)
        out += b.reshape(each)
        return whole, mean, variance, r
    out = out.reshape(rows)
    out *= of_parts(w, rows) * r[:, None]
    out += of_parts(b, rows)
    return whole, mean, variance, r


def of_parts(w, rows):
    """A weight with a number for each part of some rows, as it is for those of all rows."""
    count, parts, _ = rows
    return w.reshape(1, -1).repeat(count * parts // w.size, 0).reshape(count, parts, 1)


def pull(ct, x, w, mean, r, rows):
    """The cotangents of x, of the weight and of the bias; mean and r of each row as a column.

    With s = (x - mean) r and g = ct w it is r (g - average(g) - s average(s g)); where w has a number for each part, sums of products
    with it are its products with sums.
    """
    count, parts, each = rows
    size = parts * each
    centred = x.reshape(count, size) - mean
    whole = np.empty(x.shape, x.dtype)
    g = whole.reshape(count, size)
    if parts == 1 and w.size == each:
        ct = ct.reshape(count, size)
        np.multiply(ct, r, g)
        weight, bias = einsum("ij,ij->j", g, centred), sum_over(ct, (0,))
        g *= w.reshape(each)
        average, along = totals(g)[:, None], products(g, centred)[:, None]
    else:
        channels = w.size
        ct, w, centred = ct.reshape(-1, each), of_parts(w, rows), centred.reshape(-1, each)
        weight, bias = products(ct, centred).reshape(count, parts) * r, totals(ct).reshape(count, parts)
        average = np.add.reduce(bias * w[..., 0], axis=1, keepdims=True) * r
        along = np.add.reduce(weight * w[..., 0], axis=1, keepdims=True)
        np.multiply(ct.reshape(rows), w * r[:, None], g.reshape(rows))
        centred = centred.reshape(count, size)
        weight, bias = (np.add.reduce(v.reshape(-1, channels), axis=0) for v in (weight, bias))
    along *= r
    along *= r
    along /= size
    average /= size
    centred *= along
    centred += average
    g -= centred
    return whole, weight, bias


__all__ = ["forward", "pull", "rows_of"]
