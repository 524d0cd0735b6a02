"""trace_numpy: NumPy source traced without rewriting it."""

import numpy

from .rebind import module_replacements, rebind

_replacements = None


def trace_numpy(f):
    """f with NumPy replaced by funcgrad.numpy in its own source, and in that of the functions it calls in its package.

    A plain `np.zeros(n)` inside a function is an ndarray, which no protocol can make traced; here it is funcgrad.numpy's,
    so that `A = np.zeros(n); A[i] = x[i]` and `np.array([x[0], x[1]])` differentiate. The originals are not touched.
    `grad(f, numpy=True)` and `jit(f, numpy=True)` do the same. Arguments, results and dtypes are f's. Raises TypeError for an f that is no
    function; a function without source of Python's, as np.sin, comes back as it is.

    >>> import funcgrad as fg, numpy as np
    >>> def f(x):
    ...     A = np.zeros(2)
    ...     A[0] = x[0] * x[1]
    ...     return np.array([A[0], x[1]]).sum()
    >>> fg.grad(fg.trace_numpy(f))(np.array([2.0, 3.0]))
    array([3., 3.])
    """
    global _replacements
    if _replacements is None:
        from . import numpy as namespace

        _replacements = module_replacements(numpy, namespace)
    return rebind(f, _replacements)
