"""What the distributions here are: namespaces of functions of (x, parameters..., loc, scale), made from a few formulas.

Invariant: outside its support a density is 0 (its logarithm -inf), and the formula is not evaluated there, so that no nan
reaches a derivative.
"""

import inspect
from types import ModuleType

import numpy as np

from ...core.aval import dtype_of, is_weak
from ...numpy.arguments import cast, operand


class Family(ModuleType):
    """A distribution: its functions are attributes. (A module by its type, as distributions are in jax and autograd.)

    >>> from funcgrad.scipy.stats import expon
    >>> expon
    <distribution expon: cdf, logcdf, logpdf, logsf, pdf, ppf, sf>
    """

    def __init__(self, name, doc, **functions):
        super().__init__(f"funcgrad.scipy.stats.{name}", doc)
        for key, f in functions.items():
            f.__name__ = key
            f.__qualname__ = f"{name}.{key}"
            setattr(self, key, f)
        self.functions = sorted(functions)

    def __repr__(self):
        return f"<distribution {self.__name__.rpartition('.')[2]}: {', '.join(self.functions)}>"


def taking(parameters, f, doc, first="x"):
    """f(x, *parameters) as a function that takes them by position or name; `parameters` is {name: default or ...}."""
    empty = inspect.Parameter.empty
    signature = inspect.Signature(
        [inspect.Parameter(first, inspect.Parameter.POSITIONAL_OR_KEYWORD)]
        + [
            inspect.Parameter(k, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=empty if v is ... else v)
            for k, v in parameters.items()
        ]
    )

    def function(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return f(*in_one_dtype(*bound.args))

    function.__signature__ = signature
    function.__doc__ = doc
    return function


def in_one_dtype(*args):
    """Operands in the float dtype of those that are no Python numbers; float64 where there are none, or whole numbers."""
    args = [operand(v) for v in args]
    strong = [dtype_of(v) for v in args if not is_weak(v)]
    dtype = np.result_type(*strong) if strong else np.dtype(np.float64)
    dtype = dtype if dtype.kind in "fc" else np.dtype(np.float64)
    return [cast(v, dtype) if is_weak(v) or dtype_of(v).kind in "biu" else v for v in args]


DOCS = {
    "logpdf": "The logarithm of the density at x.",
    "pdf": "The density at x.",
    "logpmf": "The logarithm of the probability of k.",
    "pmf": "The probability of k.",
    "cdf": "The probability of at most x.",
    "logcdf": "The logarithm of the probability of at most x.",
    "sf": "The probability of more than x.",
    "logsf": "The logarithm of the probability of more than x.",
    "ppf": "The x below which the probability is q.",
    "isf": "The x above which the probability is q.",
}


def family(name, doc, parameters, **formulas):
    """A Family of functions that all take the same parameters."""
    made = {
        key: taking(parameters, f, DOCS[key], first={"logpmf": "k", "pmf": "k", "ppf": "q", "isf": "q"}.get(key, "x"))
        for key, f in formulas.items()
    }
    return Family(name, doc, **made)


def exp_of(f):
    return lambda *args: np.exp(f(*args))


def log_of(f):
    return lambda *args: np.log(f(*args))


def standardised(name, doc, shapes, *, log_density, support=(None, None), inside=None, only=(), **of_z):
    """A continuous family from formulas in z = (x - loc) / scale and the shape parameters.

    `of_z` has any of cdf, sf, logcdf, logsf, ppf, isf; what is missing of the logarithms and of sf is made from the rest.
    `inside`: a number in the support, at which the formulas are evaluated for x outside. `only`: the functions kept.
    """
    low, high = support
    parameters = {k: ... for k in shapes} | {"loc": 0, "scale": 1}

    def z_of(x, args):
        *ps, loc, scale = args
        return np.divide(np.subtract(x, loc), scale), ps, loc, scale

    def within(z):
        """(z brought into the support, where it is below, where above); None where there is no such end."""
        below = None if low is None else np.less(z, low)
        above = None if high is None else np.greater(z, high)
        for out in (below, above):
            if out is not None:
                z = np.where(out, inside, z)
        return z, below, above

    def put(value, below, above, at_low, at_high):
        if below is not None:
            value = np.where(below, at_low, value)
        return value if above is None else np.where(above, at_high, value)

    def logpdf(x, *args):
        z, ps, _, scale = z_of(x, args)
        z, below, above = within(z)
        return put(np.subtract(log_density(z, *ps), np.log(scale)), below, above, -np.inf, -np.inf)

    def at(f, at_low, at_high):
        def of(x, *args):
            z, ps, _, _ = z_of(x, args)
            z, below, above = within(z)
            return put(f(z, *ps), below, above, at_low, at_high)

        return of

    def back(f):
        def of(q, *args):
            *ps, loc, scale = args
            return np.add(loc, np.multiply(f(q, *ps), scale))

        return of

    made = {"logpdf": logpdf, "pdf": exp_of(logpdf)}
    ends = {"cdf": (0.0, 1.0), "sf": (1.0, 0.0), "logcdf": (-np.inf, 0.0), "logsf": (0.0, -np.inf)}
    base = dict(of_z)
    if "cdf" in base:
        cdf = base["cdf"]
        base.setdefault("sf", lambda z, *ps: np.subtract(1.0, cdf(z, *ps)))
        base.setdefault("logcdf", log_of(cdf))
        base.setdefault("logsf", log_of(base["sf"]))
    for key, f in base.items():
        made[key] = at(f, *ends[key]) if key in ends else back(f)
    return family(name, doc, parameters, **{k: f for k, f in made.items() if not only or k in only})
