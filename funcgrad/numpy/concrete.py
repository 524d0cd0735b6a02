"""Values behind traced arrays: for Python control flow, printing, `value_of`, and results that have no derivative.

Invariant: a traced value that carries a derivative, or differs between samples, or is not known yet never leaves as a
plain number or array, but where the user asks for it by name (`value_of`) or only looks at it (printing).
"""

import functools
import importlib
import math

import numpy as np

from .. import tree
from ..core.aval import aval_of, describe
from ..core.handle import Array, Handle, fresh
from ..core.site import here, site, through_math, through_scipy
from ..core.state import tls
from ..core.trace import ROOT, Batch, Jvp, Tape
from ..errors import REMEDIES, ConcreteBoolError, ConcretizationError, ConversionError


# ------------------------------------------------------------------------------------------------ looking
def value_of(x):
    """The plain value behind a traced array, or behind each in a pytree, through every level; a plain array or number comes back
    itself.

    Under vmap it is the array of all samples' values, the mapped axis where it stands. Nothing is differentiated through
    it. Raises TypeError under jit, where there is no value yet.

    >>> import funcgrad as fg
    >>> seen = []
    >>> fg.grad(lambda x: (seen.append(fg.value_of(x)), x * x)[1])(3.0), seen
    (6.0, [3.0])
    """
    if isinstance(x, (list, tuple, dict)):
        return tree.map(value_of, x)
    copied = isinstance(x, Handle)
    while isinstance(x, Handle):
        if x.alias is not None:
            fresh(x)
        if x.owner.name == "jit":
            raising(
                ConcretizationError(
                    f"value_of: a staged array {aval_of(x)} has no value yet, at {here()}. Use fg.debug.print inside jit."
                )
            )
        x = x.val
    return x.copy() if copied and isinstance(x, np.ndarray) else x


def levels_of(x):
    """(names of the transforms a traced array stands under, outermost last; its plain value, None if it is staged)."""
    names = []
    while isinstance(x, Handle):
        if x.alias is not None:
            fresh(x)
        trace = x.owner
        if trace.level:
            mapped = f", mapped axis {x.mark}" if trace.name == "vmap" and x.mark is not None else ""
            names.append(trace.name + mapped)
        if trace.name == "jit":
            return names, None
        x = x.val
    return names, x


def text(x):
    """The value, as NumPy prints it, with the transforms it stands under; a staged array shows its aval."""
    names, value = levels_of(x)
    if value is None:
        return f"<{aval_of(x)} under {', '.join(names)}>"
    body = f"array({np.array2string(np.asarray(value), separator=', ', prefix='array(')})"
    return body if not names else f"{body} under {', '.join(names)}"


def formatted(x, spec):
    """`f"{x:.3f}"`: the value, for each sample under vmap; a staged array shows its aval."""
    value = levels_of(x)[1] if spec else None
    if value is None:
        return text(x)
    if np.ndim(value) == 0:
        return format(np.asarray(value).item(), spec)
    if x.shape != ():
        raise TypeError(f"unsupported format string {spec!r} for an array of shape {x.shape}; format its entries.")
    return "[" + ", ".join(format(v, spec) for v in np.asarray(value).ravel().tolist()) + "]"


# ------------------------------------------------------------------------------------------------ control flow
BRANCH = "Use np.where(condition, a, b), or fg.lax.cond, which runs one branch; or mark the argument static (jit)."
BRANCHES = "Use np.where(condition, a, b), which chooses for each sample."
SIZE = (
    "A size (of a slice, a shape, a range, a number of steps) must be known when jit stages the function: mark that argument static, "
    "jit(f, static_argnums=...) or jit(f, static_argnames=...). Or keep sizes fixed: choose entries by a mask, "
    "np.where(np.arange(len(x)) < n, x, 0), or cut a piece of fixed length with fg.lax.dynamic_slice(x, (start,), (length,)). To look something "
    "up, index an array with it (a[n]), not a list."
)
SIZES = (
    "All samples have the same shapes: choose entries by a mask, np.where(np.arange(len(x)) < n, x, 0), or loop over the samples in Python. "
    "To look something up, index an array with it (a[n]), not a list."
)
NUMBER = (
    "Keep it an array: functions of NumPy and of funcgrad.numpy take it as it is, and arrays to assign it into are made by funcgrad.numpy (or "
    "by NumPy itself in fg.trace_numpy(f)). Or mark the argument static (jit), or hand its value to Python code by fg.debug.callback."
)
INTEGERS = "np.floor, np.ceil, np.round, np.trunc and x.astype(int) give arrays; or mark the argument static (jit)."


def unknown_under(x):
    """The outermost transform under which a traced value is not one known number (jit, and vmap for a mapped value); or None."""
    found = None
    while isinstance(x, Handle):
        if x.alias is not None:
            fresh(x)
        trace = x.owner
        if not isinstance(trace, Tape) and not trace.concrete and not (type(trace) is Batch and x.mark is None):
            found = trace
        x = x.val
    return found


def refuse_unknown(x, trace, what, cure=None):
    """Raise ConcretizationError: the value of x is not one known number under this transform."""
    if trace.refusal is not None:
        raise trace.refusal(what)
    staged = trace.name == "jit"
    theirs = in_others_code()
    if theirs:
        name, whose, cure = theirs
        raising(
            (ConcreteBoolError if what == "bool" else ConcretizationError)(
                f"{name}: {aval_of(x)}, of which no values are known under {trace.name}, reaches {whose}, at {here()}. {cure}"
            )
        )
    if what == "bool":
        cure = BRANCH if staged else BRANCHES
    elif aval_of(x).dtype.kind in "iu":
        cure = SIZE if staged else SIZES
    elif cure is None:
        cure = NUMBER if aval_of(x).dtype.kind in "fc" else BRANCH if staged else BRANCHES
    raising(
        (ConcreteBoolError if what == "bool" else ConcretizationError)(
            f"{what}: the value of {aval_of(x)} is not one known number under {trace.name}, at {here()}. {cure}"
        )
    )


def in_others_code():
    """(the function of SciPy's, or of Python's math, that the user's code has called, whose it is, what to call in its place), or None."""
    name = through_scipy()
    if name is None:
        name = through_math()
        twin = name not in (None, "math.remainder") and next(
            (t for t in (f"numpy.{kin_of(name)}", f"funcgrad.scipy.special.{kin_of(name)}") if exists(t)), None
        )
        cure = f"Call {twin}, which takes it, in its place." if twin else "Write it with functions of NumPy."
        return name and (name, "Python's code for numbers", cure)
    if twin := twin_of(name):
        return name, "SciPy's own code", f"Call {twin}, which takes it, in its place."
    return (
        name,
        "SciPy's own code",
        (
            "funcgrad has no twin of it: write it with functions of funcgrad.numpy, or give it a derivative by fg.custom_vjp around fg.pure_callback."
        ),
    )


def twin_of(name):
    """The full name of what takes traced values in the place of this function of SciPy's; None where there is nothing."""
    kin = name.replace("scipy.", "numpy.", 1)
    twins = [
        f"funcgrad.{name}",
        f"funcgrad.autograd.{name}",
        *[kin for m in ("fft", "linalg") if kin.startswith(f"numpy.{m}.")],
    ]
    return next(filter(exists, twins), None)


MATH = {"lgamma": "gammaln", "dist": "linalg.norm", "fsum": "sum", "comb": "binom", "phase": "angle"}


def kin_of(name):
    """What NumPy and SciPy call a function of Python's math."""
    name = name.rpartition(".")[2]
    return MATH.get(name, name)


def exists(name):
    """Is there something of this full name?"""
    found, parts = None, name.split(".")
    for i, part in enumerate(parts):
        if hasattr(found, part):
            found = getattr(found, part)
            continue
        try:
            found = importlib.import_module(".".join(parts[: i + 1]))
        except ImportError:
            return False
    return True


def raising(error):
    """Raise it, and keep it: C code may replace it without a trace, and the boundary put it back."""
    error.at = site(2)
    tls.refused = error
    try:
        raise error
    finally:
        del error  # (its traceback has this frame: a cycle, which would keep what a function computed that catches it)


def concrete(x, what, cure=None):
    """The number behind a traced value, for Python control flow; a mapped or staged value has none."""
    if tls.stage is not None and isinstance(x, Handle):
        (x,) = tls.stage.capture((x,))  # (a Tensor from outside, of which nothing was asked before)
    whole = x
    while isinstance(x, Handle):
        if x.alias is not None:
            fresh(x)
        if x.owner.done:
            x.owner.leaked(what)
        trace = unknown_under(x)
        if trace is not None:
            refuse_unknown(whole, trace, what, cure)
        x = x.val
    return x


def truth(x):
    return bool(concrete(x, "bool"))


def contains(x, v):
    """`v in x`."""
    return truth_of((x == v).any())


def truth_of(b):
    return truth(b) if isinstance(b, Handle) else bool(b)


# ------------------------------------------------------------------------------------------------ conversion
NONE = object()


def plain(x):
    """The array behind a handle that carries nothing (a box of a plain value, a constant of its level); else NONE."""
    while isinstance(x, Handle):
        if x.alias is not None:
            fresh(x)
        trace = x.owner
        if trace is ROOT or (x.mark is None and isinstance(trace, (Jvp, Batch, Tape))):
            x = x.val
        else:
            if trace.done:
                trace.leaked("a conversion")
            return NONE
    return x


def refuse(x, what):
    """Raise ConversionError."""
    trace = unknown_under(x)
    if trace is not None:
        refuse_unknown(x, trace, what)
    theirs = in_others_code()
    if theirs:
        name, whose, cure = theirs
        raising(
            ConversionError(
                f"{name}: a traced {describe(x)} reaches {whose}, at {here()}, which would lose its derivative. {cure}"
            )
        )
    raising(
        ConversionError(
            f"{what}: a traced {describe(x)} cannot become a plain number or array, at {here()}: its derivative would be lost. "
            f"{REMEDIES}"
        )
    )


def plain_or_refuse(x, what):
    got = plain(x)
    return refuse(x, what) if got is NONE else got


def scalar(kind, what):
    """The method behind float(x), int(x), complex(x)."""
    return lambda x: kind(plain_or_refuse(x, what))


def to_array(x, dtype=None, copy=None):
    """`__array__`: NumPy's way to make an ndarray of anything."""
    got = np.asarray(plain_or_refuse(x, "np.asarray(x)"))
    return np.array(got, dtype, copy=copy)


def item(x, *at):
    """x.item(): a Python number."""
    return np.asarray(plain_or_refuse(x, "x.item()")).item(*at)


def tolist(x):
    """x.tolist(): nested Python lists of Python numbers."""
    return np.asarray(plain_or_refuse(x, "x.tolist()")).tolist()


def index(x):
    """`__index__`: what range(x) and list[x] ask for; only integers have one."""
    return plain_or_refuse(x, "operator.index(x)").__index__()


def whole(function, what):
    """The method behind int(x), math.floor(x) and their like: an integer has no derivative, so it is Python's own."""

    def method(x):
        value = np.asarray(concrete(x, what, INTEGERS))
        return function(value if value.ndim else value.item())

    return method


# ------------------------------------------------------------------------------------------------ results without derivative
def top_trace(x, top=None):
    """The highest trace among the handles in nested sequences."""
    if isinstance(x, Handle):
        if x.alias is not None:
            fresh(x)
        return x.owner if top is None or x.owner.level > top.level else top
    if isinstance(x, (list, tuple)):
        for v in x:
            top = top_trace(v, top)
    return top


def lowered(x, trace):
    """Nested sequences with the handles of a trace replaced by their values one level out."""
    if isinstance(x, Handle):
        return x.val if x.owner is trace else x
    if isinstance(x, (list, tuple)):
        parts = [lowered(v, trace) for v in x]
        return parts if isinstance(x, list) else tuple(parts)
    return x


def of_values(function, per_sample=False, why=None):
    """A NumPy function whose result has no derivative, as traced arrays take it: NumPy's own, one level further out.

    Under vmap a function of fixed result shape runs once a sample (`per_sample`), any other is refused, and so is all
    that jit stages: `why` says what to do instead.
    """
    name = f"numpy.{function.__name__}"
    why = why or "The shape or value of the result depends on values: compute it outside, and pass it in."

    @functools.wraps(function)
    def call(*args, **kwargs):
        trace = top_trace((args, list(kwargs.values())))
        if trace.done:
            trace.leaked(name)
        if type(trace) is Batch and per_sample:
            return each_sample(function, trace, args, kwargs)
        if not (trace.concrete or isinstance(trace, Tape)):
            raising(ConcretizationError(f"{name}: values are not known under {trace.name}, at {here()}. {why}"))
        return function(*lowered(args, trace), **{k: lowered(v, trace) for k, v in kwargs.items()})

    return call


def each_sample(function, trace, args, kwargs):
    """One call a sample, the results stacked on a mapped axis of their own."""
    from .joining import stack

    def sample(x, i):
        if isinstance(x, Handle):
            if x.owner is not trace or x.mark is None:
                return lowered(x, trace)
            return x.val[(slice(None),) * x.mark + (i,)]
        if isinstance(x, (list, tuple)):
            parts = [sample(v, i) for v in x]
            return parts if isinstance(x, list) else tuple(parts)
        return x

    results = [function(*sample(args, i), **{k: sample(v, i) for k, v in kwargs.items()}) for i in range(trace.size)]
    several = isinstance(results[0], tuple)
    rows = list(zip(*results, strict=True)) if several else [results]
    for row in rows:
        if len({np.shape(v) for v in row}) > 1:
            raise ConcretizationError(
                f"numpy.{function.__name__}: the samples' results differ in shape, {sorted({np.shape(v) for v in row})}, at "
                f"{here()}. Use a Python loop over the samples."
            )
    outs = [Array(stack(row) if any(isinstance(v, Handle) for v in row) else np.stack(row), 0, trace) for row in rows]
    return tuple(outs) if several else outs[0]


def rounded(x, ndigits=None):
    """round(x, n), an array again; round(x), a Python int."""
    return np.round(x, ndigits) if ndigits is not None else whole(round, "round(x)")(x)


def install():
    for name, f in {
        "__round__": rounded, "__trunc__": whole(math.trunc, "math.trunc(x)"),
        "__floor__": whole(math.floor, "math.floor(x)"), "__ceil__": whole(math.ceil, "math.ceil(x)"),
        "is_integer": whole(lambda v: v.is_integer(), "x.is_integer()"), "hex": whole(lambda v: v.hex(), "x.hex()"),
        "as_integer_ratio": lambda x: plain_or_refuse(x, "x.as_integer_ratio()").as_integer_ratio(),
        "__bool__": truth, "__float__": scalar(float, "float(x)"), "__int__": whole(int, "int(x)"),
        "__complex__": scalar(complex, "complex(x)"), "__index__": index, "__array__": to_array, "__repr__": text,
        "__str__": text, "__format__": formatted, "__contains__": contains, "item": item, "tolist": tolist,
    }.items():  # fmt: skip
        setattr(Array, name, f)


__all__ = ["concrete", "install", "of_values", "plain", "refuse", "value_of"]
