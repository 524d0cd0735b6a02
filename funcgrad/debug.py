"""Looking at values inside transforms. Nothing here changes a value, or its derivative."""

import builtins

import numpy as np

from . import tree
from .core.aval import aval_of
from .core.handle import Handle
from .core.site import here
from .errors import ConcretizationError
from .numpy.concrete import levels_of


class Shown:
    """A value as a format string prints it: the plain number or array, of all samples under vmap."""

    def __init__(self, x):
        self.value = levels_of(x)[1]

    def __format__(self, spec):
        value = self.value
        if not spec:
            return str(value)
        if np.ndim(value):
            return np.array2string(np.asarray(value), formatter={"all": lambda v: format(v, spec)})
        return format(np.asarray(value)[()], spec)

    def __repr__(self):
        return repr(self.value)

    __str__ = lambda self: str(self.value)  # noqa: E731


def print(form, *args, **kwargs):
    """Print `form.format(*args, **kwargs)` with the plain values of traced arrays, under grad, vjp, jvp and vmap.

    Under vmap a value is the array of all samples. The arguments may be pytrees. Raises TypeError (ConcretizationError)
    under jit, where there are no values.

    >>> import funcgrad as fg
    >>> def f(x):
    ...     fg.debug.print("x={} or {x:.2f}", x, x=x)
    ...     return x * x
    >>> fg.grad(f)(3.0)
    x=3.0 or 3.00
    6.0
    """
    for x in tree.leaves((args, kwargs)):
        if isinstance(x, Handle) and levels_of(x)[1] is None:
            raise ConcretizationError(
                f"debug.print: a staged array {aval_of(x)} has no value under jit, at {here()}. Return it from the function "
                "and print it outside, or call the function without jit while you look: values are known under grad, jvp "
                "and vmap."
            )
    args, kwargs = tree.map(lambda x: Shown(x) if isinstance(x, Handle) else x, (args, kwargs))
    builtins.print(form.format(*args, **kwargs))
