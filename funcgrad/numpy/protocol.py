"""How NumPy's own functions reach the primitives: `__array_ufunc__` and `__array_function__` of traced arrays.

`@implements(np.f)` registers our version of a NumPy function: what np.f does where it meets a traced array. Invariant:
a traced value never becomes a plain array on the way; what has no rule is refused by name, unless all arrays that it
meets are boxes of plain values (made by funcgrad.numpy inside a transform), for which NumPy's own function runs.
"""

import numpy as np

from ..core.aval import PYTHON_SCALARS, dtype_of
from ..core.handle import Array, Handle, fresh
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..core.trace import ROOT
from ..errors import DTypeError, NotDifferentiableError
from ..lazy import Table
from .arguments import into, operand, smallest

P = PRIMITIVES
PRIMITIVE_OF = {  # ufuncs whose primitive has another name
    "absolute": "abs", "conjugate": "conj", "divide": "div", "invert": "bitwise_not", "multiply": "mul", "negative": "neg",
    "subtract": "sub",
}  # fmt: skip


def of_primitive(ufunc):
    """What traced arrays do in the ufunc that a primitive stands for; None for any other."""
    p = P.get(PRIMITIVE_OF.get(ufunc.__name__, ufunc.__name__))
    if p is None or p.ufunc is not ufunc:
        return None
    return strong(p.fast) if p.symbol else p.fast


def name_in_index(function):
    return name_of(function).removeprefix("numpy.")


UFUNCS = Table(lambda u: u.__name__, otherwise=of_primitive)  # NumPy ufunc -> what traced arrays do
METHODS = Table()  # "reduce", "accumulate", "outer", ... -> what traced arrays do in this method of a ufunc
FUNCTIONS = Table(name_in_index, otherwise=lambda f: None)  # NumPy function -> our version


def implements(*functions):
    """Register a function as what these NumPy functions do on traced arrays.

    A name (a string) stands for the function numpy.<name>, or for none where this NumPy has none.
    """

    def register(f):
        for g in functions:
            g = numpy_function(g) if isinstance(g, str) else g
            if g is not None:
                FUNCTIONS[g] = f
        return f

    return register


def numpy_function(name):
    *modules, last = name.split(".")
    space = np
    for m in modules:
        space = getattr(space, m)
    return getattr(space, last, None)


def strong(f):
    """f as a NumPy function: of Python numbers alone it makes a NumPy scalar, where an operator makes a Python number."""

    def call(*args):
        out = f(*args)
        if type(out) is Array:
            return P["cast"](out, dtype=out.dtype) if type(out.val) is not np.ndarray and out.weak else out
        return np.asarray(out)[()] if type(out) in PYTHON_SCALARS else out

    return call


# ------------------------------------------------------------------------------------------------ the two protocols
def array_ufunc(self, ufunc, method, *args, **kwargs):
    if method == "__call__":
        f = UFUNCS[ufunc]
        if f is None:
            f = by_name(ufunc)
        if f is None:
            return of_boxes(ufunc, args, kwargs)
        if kwargs:
            return ufunc_with(ufunc, f, args, **kwargs)
        for a in args:
            if not isinstance(a, (Handle, np.ndarray)) and type(a) not in PYTHON_SCALARS:
                return f(*map(operand, args))
        return f(*args)
    return METHODS[method](ufunc, *args, **kwargs)


def array_function(self, function, types, args, kwargs):
    f = FUNCTIONS[function]
    return of_boxes(function, args, kwargs) if f is None else f(*args, **kwargs)


def by_name(ufunc):
    """What a ufunc that is not NumPy's does: that of scipy.special, told by its name. SciPy is not imported for it."""
    from ..scipy.special import BY_NAME

    f = None if getattr(np, ufunc.__name__, None) is ufunc else BY_NAME.get(ufunc.__name__)
    if f is not None:
        UFUNCS[ufunc] = f
    return f


def ufunc_with(ufunc, f, args, out=None, where=True, dtype=None, casting="same_kind", order="K", subok=True, **others):
    """A ufunc call with keywords: out= is written in place, where= selects, dtype= casts."""
    name = f"numpy.{ufunc.__name__}"
    args = [*map(operand, args)]
    if dtype is not None:
        for a in args:
            if not np.can_cast(smallest(a, dtype), dtype, casting):
                raise DTypeError(
                    f"{name}: cannot cast {dtype_of(a).name} to dtype={np.dtype(dtype).name} by the rule {casting!r}."
                )
        args = [a if type(a) in PYTHON_SCALARS else P["cast"](a, dtype=np.dtype(dtype)) for a in args]
    if ufunc.signature is not None:  # matmul and its kin know `axes`, `axis`, `keepdims`
        result = f(*args, **others)
    elif others:
        return no_rule(f"{name} with {', '.join(others)}=")
    else:
        result = f(*args)
    outs = out if isinstance(out, tuple) else (out,)
    results = result if ufunc.nout > 1 else (result,)
    given = []
    for r, o in zip(results, outs if len(outs) == len(results) else outs * len(results), strict=True):
        if where is not True:
            if o is None:
                return no_rule(f"{name} with where= and no out= (what is left out would be arbitrary)")
            r = P["where"](where, r, o)
        given.append(into(o, r, name, casting))
    return tuple(given) if ufunc.nout > 1 else given[0]


# ------------------------------------------------------------------------------------------------ without a rule
def of_boxes(function, args, kwargs):
    """NumPy's function itself, where every traced array is a box of plain values; an error by name otherwise."""
    boxed = []
    args, kwargs = unboxed(args, boxed), unboxed(kwargs, boxed)
    if kwargs.get("out") is not None or None in boxed or not boxed:
        return no_rule(name_of(function))
    out = function(*args, **kwargs)
    return Array(out, None, ROOT) if isinstance(out, np.ndarray) and out.dtype.kind in "fc" else out


def unboxed(x, boxed):
    """x with the values of boxes in their place; `boxed` receives what each traced array held, None if it is traced."""
    if isinstance(x, Handle):
        if x.alias is not None:
            fresh(x)
        boxed.append(None if x.owner is not ROOT else x)
        return x.val
    if isinstance(x, (list, tuple)):
        parts = [unboxed(v, boxed) for v in x]
        return parts if isinstance(x, list) else tuple(parts)
    return {k: unboxed(v, boxed) for k, v in x.items()} if isinstance(x, dict) else x


def name_of(function):
    return f"{getattr(function, '__module__', None) or 'numpy'}.{getattr(function, '__name__', function)}"


def no_rule(name):
    import difflib

    short = name.partition(" ")[0].rpartition(".")[2]
    known = {f.__name__ for f in FUNCTIONS} | {u.__name__ for u in UFUNCS}
    known |= {p.ufunc.__name__ for p in P.values() if p.ufunc is not None}
    near = difflib.get_close_matches(short, known - {short}, 3)
    if short in known and not name.startswith(f"numpy.{short}"):
        near = [f"numpy.{short}"]
    hint = f" The nearest covered: {', '.join(near)}." if near else ""
    raise NotDifferentiableError(
        f"{name}: no rule for traced arrays, at {here()}.{hint} Write it with covered functions, give it a rule with "
        "fg.custom_vjp or fg.custom_jvp, or use fg.value_of(x) if no derivative should flow here."
    )


def install():
    Array.__array_ufunc__ = array_ufunc
    Array.__array_function__ = array_function


__all__ = ["FUNCTIONS", "METHODS", "UFUNCS", "implements", "install", "no_rule", "strong"]
