"""autograd.scipy.signal: convolve, along several axes at once, over stacks of arrays, and summed over others."""

import math

from ...core.aval import shape_of
from ...core.site import here
from ...errors import ArgumentValueError
from ...lax import conv_general_dilated
from ...numpy import flip, reshape, transpose
from ...numpy.arguments import as_array

__all__ = ["convolve"]


def convolve(A, B, axes=None, dot_axes=((), ()), mode="full"):
    """The convolution of A with B along `axes` (those of A, those of B; all of them if None), summed over `dot_axes`.

    Axes of neither kind are looped over: the result has A's, then B's, then the convolved ones. `mode`: "full", "valid", or "same",
    the middle of "full" as long as A. Raises ValueError for another mode, and where with "valid" neither covers the other.

    >>> import numpy as np
    >>> convolve(np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0]))
    array([1., 3., 5., 3.])
    """
    if mode not in ("full", "valid", "same"):
        raise ArgumentValueError(f"convolve: mode must be 'full', 'valid' or 'same'; got {mode!r}. [at {here()}]")
    A, B = as_array(A), as_array(B)
    axes = [list(range(len(shape_of(A))))] * 2 if axes is None else [list(a) for a in axes]
    a, a_free, a_sizes = laid_out(A, axes[0], dot_axes[0])
    b, b_free, b_sizes = laid_out(B, axes[1], dot_axes[1])
    swapped = mode == "valid" and any(m < n for m, n in zip(a_sizes, b_sizes))
    if swapped:
        if any(m > n for m, n in zip(a_sizes, b_sizes)):
            raise ArgumentValueError(
                f"convolve: with mode='valid' one array must be at least as long as the other along every axis that is convolved; got "
                f"lengths {a_sizes} and {b_sizes}. [at {here()}]"
            )
        a, b, a_free, b_free, a_sizes, b_sizes = b, a, b_free, a_free, b_sizes, a_sizes
    pads = {"full": [(k - 1, k - 1) for k in b_sizes], "same": [(k // 2, (k - 1) // 2) for k in b_sizes]}
    kernel = flip(b, tuple(range(2, 2 + len(b_sizes))))
    out = conv_general_dilated(a, kernel, (1,) * len(a_sizes), pads.get(mode, "VALID"))
    if swapped:
        out, a_free, b_free = transpose(out, (1, 0, *range(2, 2 + len(a_sizes)))), b_free, a_free
    return reshape(out, (*a_free, *b_free, *shape_of(out)[2:]))


def laid_out(x, convolved, dotted):
    """(x as [all free axes, all dotted ones, *convolved], the sizes of the free ones, those of the convolved ones)."""
    rank, shape = len(shape_of(x)), shape_of(x)
    convolved, dotted = [[i % rank for i in group] for group in (convolved, dotted)]
    free = [i for i in range(rank) if i not in (*convolved, *dotted)]
    sizes, free_sizes = [shape[i] for i in convolved], [shape[i] for i in free]
    x = transpose(x, (*free, *dotted, *convolved))
    return reshape(x, (math.prod(free_sizes), math.prod(shape[i] for i in dotted), *sizes)), free_sizes, sizes
