"""trace_numpy: NumPy source traced without rewriting it, by what stands in it for what no protocol of NumPy's brings to traced values.

These are functions that make arrays, NumPy's own where sequences hold the traced values (`np.sum([x[0], x[1]])`), and the functions of
Python's math and of SciPy. Invariant: a call without traced values is a call of the original.
"""

import functools
import math
import sys
from types import ModuleType

import numpy as np

from . import numpy as fnp
from .core.handle import Handle
from .numpy import NAMES
from .numpy.arguments import PLAIN, holds_handle, joined
from .numpy.concrete import twin_of
from .rebind import module_replacements, rebind

ARRAY_FUNCTION = type(np.sum)
OF_ARRAYS = frozenset(  # NumPy's functions that take a sequence of arrays: what is joined are the sequences in it
    "concatenate concat stack vstack row_stack hstack dstack column_stack lexsort multi_dot select choose piecewise histogramdd".split()
)
AS_THEY_ARE = frozenset(
    {"block", *NAMES["creation"].split()}
)  # (lists are its structure; they take lists of traced values)
NUMPYS = {n for n in vars(math) if isinstance(getattr(np, n, None), np.ufunc)}.difference(
    "floor ceil trunc remainder gcd lcm".split()
)
SPECIAL = {"erf": "erf", "erfc": "erfc", "gamma": "gamma", "lgamma": "gammaln"}  # those that SciPy has
MATH = {
    "log": lambda x, base=None: np.log(x) if base is None else np.log(x) / np.log(base),
    "hypot": lambda *xs: functools.reduce(np.hypot, xs, 0.0),
    "ldexp": lambda x, i: np.ldexp(real(x), i),
    "dist": lambda p, q: np.linalg.norm(difference(reals(p), reals(q))),
    "fsum": lambda xs: np.sum(reals(xs)),
}


# ------------------------------------------------------------------------------------------------ NumPy's functions
def holds_number(x):
    """Is there a traced float in this sequence? (An integer may be a size or an index, and those are no arrays.)"""
    if isinstance(x, (list, tuple)):
        return not PLAIN.issuperset(map(type, x)) and any(map(holds_number, x))
    return isinstance(x, Handle) and x.dtype.kind in "fc"


def as_operand(x):
    return joined(x) if isinstance(x, (list, tuple)) and holds_number(x) else x


def as_operands(x):
    return type(x)([as_operand(v) for v in x]) if type(x) in (list, tuple) and holds_number(x) else x


def of_sequences(f):
    """A function of NumPy's to which a sequence with traced numbers in it is the array that it would be if they were plain."""
    convert = as_operands if f.__name__ in OF_ARRAYS else as_operand

    @functools.wraps(f)
    def call(*args, **kwargs):
        for a in args:
            if a.__class__ is list or a.__class__ is tuple:
                args = [convert(a) for a in args]
                break
        if kwargs:
            kwargs = {k: convert(v) for k, v in kwargs.items()}
        return f(*args, **kwargs)

    return call


def namespace_over(module, ours):
    """The names of `ours`, a twin of this module of NumPy's, with the module's functions made `of_sequences`."""
    space = ModuleType(ours.__name__, ours.__doc__)

    def lookup(name):
        value = getattr(ours, name)
        if isinstance(value, ModuleType) and isinstance(getattr(module, name, None), ModuleType):
            value = namespace_over(getattr(module, name), value)
        elif type(getattr(module, name, None)) is ARRAY_FUNCTION and name not in AS_THEY_ARE:
            value = of_sequences(value)
        setattr(space, name, value)
        return value

    space.__getattr__ = lookup
    return space


# ------------------------------------------------------------------------------------------------ math and SciPy
def of_others(f, twin):
    """A function of other packages that answers traced values by what `twin()` gives; by itself where that is None."""

    @functools.wraps(f)
    def call(*args, **kwargs):
        for a in args:
            if a.__class__ is not float and a.__class__ is not int and holds_handle(a):
                break
        else:
            if not kwargs or not holds_handle([*kwargs.values()]):
                return f(*args, **kwargs)
        return f(*args, **kwargs) if (ours := twin()) is None else ours(*args, **kwargs)

    return call


def real(x):
    """An operand of math's functions, which compute integers as floats and refuse whole arrays."""
    if not isinstance(x, Handle):
        return math.copysign(x, x)  # (its number as a float, and math's own errors)
    if x.shape:
        if x.size != 1:
            raise TypeError(
                "only length-1 arrays can be converted to Python scalars: call NumPy's function, not math's"
            )
        x = x.reshape(())
    kind = x.dtype.kind
    if kind == "c":
        raise TypeError("must be real number, not complex")
    return x if kind == "f" else x.astype(np.float64)


def reals(xs):
    """The array of a sequence of such operands."""
    return fnp.asarray(joined([real(x) for x in xs]))


def difference(p, q):
    if p.shape != q.shape:
        raise ValueError("both points must have the same number of dimensions")
    return p - q


@functools.cache
def of_math(name):
    """What computes this function of math's from traced numbers."""
    if name in ("dist", "fsum", "ldexp"):
        return MATH[name]
    if name in SPECIAL:
        from .scipy import special

        twin = getattr(special, SPECIAL[name])
    else:
        twin = MATH.get(name) or getattr(np, name)
    return lambda *xs: twin(*map(real, xs))


def of_scipy(name):
    first, *rest = (twin_of(name) or "").split(".")
    return functools.reduce(getattr, rest, sys.modules[first]) if first else None


class Math:
    """Python's math, its functions of real numbers for traced values too."""

    def __getattr__(self, name):
        if name not in NUMPYS and name not in SPECIAL and name not in MATH:
            return getattr(math, name)
        value = of_others(getattr(math, name), functools.partial(of_math, name))
        setattr(self, name, value)
        return value


PROTOCOLS = (
    type,
    np.ufunc,
    ARRAY_FUNCTION,
)  # the callables that are no functions, or that take traced values themselves


class Scipy:
    """A module of SciPy's, its functions for traced values too where funcgrad has a twin of them."""

    def __init__(self, module):
        self._module = module

    def __getattr__(self, name):
        value = getattr(self._module, name)
        if isinstance(value, ModuleType) and value.__name__.startswith("scipy."):
            value = Scipy(value)
        elif callable(value) and not isinstance(value, PROTOCOLS) and not name.startswith("_"):
            value = of_others(value, functools.partial(of_scipy, f"{self._module.__name__}.{name}"))
        setattr(self, name, value)
        return value


SCIPYS = tuple(f"scipy.{m}" for m in "special linalg fft integrate interpolate ndimage optimize signal".split())
made = {}  # the modules of SciPy that were loaded -> what stands for what


def replacements():
    """What stands for NumPy, for Python's math, and for the modules of SciPy that are loaded."""
    loaded = tuple(sys.modules[name] for name in ("scipy", *SCIPYS) if name in sys.modules)
    if loaded not in made:
        others = [(math, Math()), *[(module, Scipy(module)) for module in loaded]]
        for module, ours in others.copy():
            for name, theirs in vars(module).items():
                if callable(theirs) and not name.startswith("_"):
                    standing = getattr(ours, name)
                    if standing is not theirs:
                        others.append((theirs, standing))
        made[loaded] = module_replacements(np, namespace_over(np, fnp), others)
    return made[loaded]


def trace_numpy(f):
    """f with NumPy replaced by funcgrad.numpy in its own source, and in that of the functions it calls in its package.

    A plain `np.zeros(n)` inside a function is an ndarray, which no protocol can make traced; here it is funcgrad.numpy's,
    so that `A = np.zeros(n); A[i] = x[i]` and `np.array([x[0], x[1]])` differentiate. The originals are not touched.
    So do functions of NumPy of a list that holds traced numbers, as np.sum([x[0], x[1]]) (not ufuncs, as np.sin), the functions of real
    numbers in Python's math (as NumPy's, so nan with a warning where math raises), and those of SciPy of which funcgrad.scipy has a twin.
    Not caught: math.remainder, lists of traced numbers given to SciPy, methods of SciPy's objects (scipy.stats's distributions), and
    modules of SciPy that are loaded after this call.
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
    return rebind(f, replacements())
