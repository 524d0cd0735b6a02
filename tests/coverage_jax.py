"""Which of jax's names funcgrad covers: runs the samples of a name and says, column by column, what holds.

Invariant: a cell says "yes" only if every sample behind it agreed. Values: in every dtype that jax takes, of arrays traced
under vjp, those of jax; of funcgrad.numpy in its place NumPy's own dtype and figures, wherever NumPy has the function (jax
promotes whole numbers and half precision by rules of its own). vjp: jax's figures; jvp: agrees with the vjp; vmap with a loop
over two samples; jit with eager. "-" is what jax has not either; "no" is the rest.
"""

import dataclasses
import io
import json
import pathlib
import re
import sys
import tempfile
import warnings
from functools import cache, reduce

import numpy as np

import funcgrad as fg
from tests.compat import sampling
from tests.compat.evaluation import figures

EXPECTED = pathlib.Path(__file__).parent / "expected"
sys.path.append(str(EXPECTED))
COLUMNS = ("value", "jvp", "vjp", "vmap", "jit")
YES, NO, NONE = "yes", "no", "-"
DTYPES = "float64 float32 float16 complex128 complex64 int64 int32 int8 uint8 bool".split()
ORDER = ["float64", "complex128", "int64"]  # the dtypes of the calls after a name's first
DTYPES_OF = {
    "nn": DTYPES[:7],
    "scipy.stats": DTYPES[:2],
}  # (activations of bytes and truth values, densities of whole and complex numbers)
PARTS = "lax nn random tree scipy".split()


@cache
def stored():
    return json.loads((EXPECTED / "jax_coverage.json").read_text(encoding="utf-8"))


# where jax's figures have fewer digits: it computes in float32 (attention), or approximates (Stirling's series)
COARSE = dict.fromkeys(("dot_product_attention", "betaln", "beta", "entropy", "bernoulli"), 1e-5)
REAL = {"dot_product_attention", "owens_t"}  # of which complex numbers make no sense, though jax computes something
# what jax says has the derivative zero, though it has another one: (name, dtype or "" for any)
MORE = {
    (n, "") for n in "unique unique_all unique_counts unique_inverse unique_values union1d setdiff1d setxor1d".split()
}
MORE |= {("sign", "complex128")}


# ------------------------------------------------------------------------------------------------ running a call
class Ours:
    """The names that a call reaches: those of the functional face."""

    def __init__(self, numpy=None):
        import funcgrad.numpy

        self.jnp = numpy or funcgrad.numpy
        self.jax = fg

    def __getattr__(self, part):
        return __import__(f"funcgrad.{part}", fromlist=[part])

    def operand(self, array):
        return np.array(array)

    def leaves(self, out):
        return fg.tree.leaves(out)


def written(f, target, *args, **kwargs):
    """What a function that writes has left in its target."""
    f(target, *args, **kwargs)
    return target


def file_of(data):
    path = tempfile.NamedTemporaryFile(delete=False)
    with path:
        path.write(data)
    return path.name


FIXED_NAMES = {
    "np": np, "inf": np.inf, "nan": np.nan, "io": io, "written": written, "file_of": file_of, "dataclasses": dataclasses,
    "array_of": sampling.array_of,
}  # fmt: skip


class Spaces(dict):
    """The names that a call may use, looked up in a library when they are first asked for."""

    def __init__(self, library, **more):
        super().__init__(FIXED_NAMES, **more)
        self.library = library

    def __missing__(self, name):
        if name not in (*PARTS, "jnp", "jax"):
            raise KeyError(name)
        return getattr(self.library, name)


def run(library, call, operands, dtype):
    """The arrays (and other leaves) that a call gives of these operands."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        space = Spaces(library, dtype=np.dtype(dtype), **operands)
        # (the names that lambdas use are looked up as globals, which must be a plain dict)
        for name in (*PARTS, "jnp", "jax"):
            if re.search(rf"\b{name}\b", call):
                space[name] = space[name]
        out = eval(sampling.compiled(call), dict(space))
        return library.leaves(out)


def names_in(call):
    return sampling.names_in(call)


@cache
def operands_of(call, dtype, shift=0.0):
    """The arrays of a call's operands; `shift` moves the float ones, for a second sample."""
    found = {}
    for name in names_in(call):
        array = sampling.array_of(name, dtype)
        found[name] = array * (1 - shift) if shift and array.dtype.kind in "fc" else array
        found[name] = found[name].astype(array.dtype)
    return found


def is_array(x):
    return hasattr(x, "dtype") and hasattr(x, "shape") and np.dtype(x.dtype).kind in "biufc"


def arrays(out):
    """Leaves with Python's numbers as arrays."""
    return [np.asarray(x) if isinstance(x, (bool, int, float, complex)) else x for x in out]


def digest(out):
    """Leaves as texts: of an array or a number "float32[2,3] 1.23456", of others their repr."""
    found = []
    for x in arrays(out):
        if is_array(x):
            x = np.asarray(x)
            found.append(
                f"{x.dtype.name}{list(x.shape)} ".replace(" ", "", x.ndim - 1 if x.ndim else 0) + sampling.figures_of(x)
            )
        else:
            found.append(repr(x))
    return found


def agrees(out, wanted, room=None, any_dtype=False):
    """Are these leaves what digests say, but for rounding? `any_dtype`: of the same kind is enough."""
    if len(out) != len(wanted):
        return False
    for leaf, x, text in zip(out, arrays(out), wanted):
        if not is_array(x) or "] " not in text:
            if repr(leaf) != text:
                return False
            continue
        x = np.asarray(x)
        head, *theirs = text.rsplit("] ", 1)
        name, _, shape = head.partition("[")
        theirs = theirs[0].split() if theirs else []
        if shape != ",".join(map(str, x.shape)):
            return False
        kind = np.dtype(name).kind
        if name != x.dtype.name and not (any_dtype and (kind == x.dtype.kind or {kind, x.dtype.kind} <= {*"iu"})):
            return False
        own, size = sampling.projections(x)
        coarse = max(sampling.TOLERANCE.get(d, 1e-6) for d in (x.dtype.name, name)) if room is None else room
        limit = coarse * max(size, 1e-3)
        if len(own) != len(theirs) or not all(abs(o - float(t)) <= limit + 1e-11 * abs(o) for o, t in zip(own, theirs)):
            return False
    return True


def cotangents(arrays, phase=0.0):
    """Fixed cotangents, of the dtypes of these."""
    made = []
    for at, x in enumerate(arrays):
        real = figures(x.shape, 0.2, 1.2, 0.37 * at + phase)
        if np.dtype(x.dtype).kind == "c":
            real = real + 1j * figures(x.shape, 0.2, 1.2, 0.37 * at + phase + 0.5)
        made.append(real.astype(x.dtype))
    return made


def moving_in(call, dtype):
    return [n for n in names_in(call) if sampling.array_of(n, dtype).dtype.kind in "fc"]


def function_of(library, call, dtype, moving, only=None):
    """(a call as a function of its float operands that returns a tuple of arrays, those operands); `only`: kinds of results."""
    given = operands_of(call, dtype)

    def f(*xs):
        everything = {n: library.operand(v) for n, v in given.items()} | dict(zip(moving, xs))
        out = [x for x in arrays(run(library, call, everything, dtype)) if is_array(x)]
        return tuple([x for x in out if only is None or np.dtype(x.dtype).kind in only])

    return f, [library.operand(given[n]) for n in moving]


# ------------------------------------------------------------------------------------------------ the checks
def plain(library, call, dtype):
    return run(library, call, {n: library.operand(v) for n, v in operands_of(call, dtype).items()}, dtype)


def traced(call, dtype, library=None):
    """What a call gives of operands that are traced under vjp; its leaves that are no arrays as they are."""
    names, others, library = names_in(call), [], library or Ours()
    if not names:
        return plain(library, call, dtype)

    def f(*xs):
        out = arrays(run(library, call, dict(zip(names, xs)), dtype))
        others.extend(x for x in out if not is_array(x))
        return tuple([x for x in out if is_array(x)])

    out, _ = library.jax.vjp(f, *[library.operand(v) for v in operands_of(call, dtype).values()])
    return list(out) + others


def room_of(call):
    """The tolerance of a call, where it is not that of its dtype."""
    name = call.partition("(")[0].rpartition(".")[2]
    return COARSE.get(name, 1e-5 if "float32" in call else None)


def value_agrees(call, dtype, wanted, of_numpy):
    """Traced and plain give NumPy's leaves (of_numpy), or jax's: of whole numbers and halves, of several dtypes, and of what
    NumPy or SciPy has too (None), in a dtype of the same kind. What is made of float32 alone is no float64."""
    mixed = any(n in sampling.FIXED for n in names_in(call)) or "np." in call or not names_in(call)
    loose = np.dtype(dtype).kind in "biu" or dtype == "float16" or of_numpy is None or mixed or "scipy." in call
    every = [traced(call, dtype)] + (
        [] if of_numpy else [plain(Ours(), call, dtype)]
    )  # (plain, NumPy's function is ours)
    for out in every:
        room = COARSE.get(call.partition("(")[0].rpartition(".")[2])
        room = room and max(room, sampling.TOLERANCE.get(dtype, 0))
        if not agrees(out, wanted, room, any_dtype=loose and not of_numpy):
            return False
        if dtype == "float32" and not (mixed or of_numpy) and any(getattr(x, "dtype", None) == np.float64 for x in out):
            return False
    return True


def pulled(call, dtype, library):
    f, xs = function_of(library, call, dtype, moving_in(call, dtype), "fc")
    out, pull = library.jax.vjp(f, *xs)
    return pull(tuple(cotangents(out))), out, f, xs


def vjp_agrees(call, dtype, wanted, library=None):
    return agrees(list(pulled(call, dtype, library or Ours())[0]), wanted, room_of(call))


def jvp_agrees(call, dtype, wanted, library=None):
    """<cotangent, jvp(tangent)> is <vjp, tangent>."""
    library = library or Ours()
    grads, out, f, xs = pulled(call, dtype, library)
    tangents = cotangents(xs, 0.4)
    moving = moving_in(call, dtype)
    tangents = [t + np.conj(t.T) if n == "spd" else t for n, t in zip(moving, tangents)]
    _, pushed = library.jax.jvp(f, tuple(xs), tuple(tangents))
    forward = sum(np.sum(c * p) for c, p in zip(cotangents(out), pushed)).real
    terms = [np.sum(g * t).real for g, t in zip(grads, tangents)]
    coarse = (
        "float32" in call
        or "precision" in call
        or any(o.dtype.itemsize // (1 + (o.dtype.kind == "c")) < 8 for o in out)
    )
    return np.isclose(
        forward, sum(terms), rtol=0, atol=(1e-3 if coarse else 1e-8) * (1 + sum(map(abs, terms))), equal_nan=True
    )


def vmap_agrees(call, dtype, library=None):
    library, names = library or Ours(), names_in(call)
    moves = [n not in sampling.FIXED for n in names]
    if not any(moves):
        moves = [True] * len(names)
    f, first = function_of(library, call, dtype, names)
    second = [library.operand(operands_of(call, dtype, 0.25)[n]) for n in names]
    given = [library.jnp.stack([x, y]) if m else x for x, y, m in zip(first, second, moves)]
    got = library.jax.vmap(f, tuple([0 if m else None for m in moves]))(*given)
    return all(close(g, np.stack(parts)) for g, *parts in zip(got, f(*first), f(*second), strict=True))


def jit_agrees(call, dtype, library=None):
    library = library or Ours()
    f, xs = function_of(library, call, dtype, names_in(call))
    compiled = library.jax.jit(f)
    return all(close(g, w) for _ in range(2) for g, w in zip(compiled(*xs), f(*xs), strict=True))


def close(x, y):
    x, y = np.asarray(x), np.asarray(y)
    return (
        x.dtype == y.dtype
        and x.shape == y.shape
        and np.allclose(x, y, rtol=1e-6, atol=1e-8 if x.dtype.itemsize >= 8 else 1e-6, equal_nan=True)
    )


def holds(check, *args):
    """Does a check pass? What it raises is a failure too; `holds.why` keeps the last one."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            if check(*args):
                return True
        holds.why = f"{check.__name__} {args[:2]}"
    except Exception as error:
        holds.why = f"{check.__name__} {args[:2]}: {type(error).__name__}: {str(error)[:200]}"
    return False


# ------------------------------------------------------------------------------------------------ the columns
def has(space, name):
    try:
        module = Ours().jnp if space == "numpy" else __import__(f"funcgrad.{space}", fromlist=[name])
    except ImportError:
        module = reduce(getattr, space.split("."), fg)
    return hasattr(module, name)


def in_numpy(space, name):
    return (
        space.startswith("numpy")
        and reduce(lambda m, k: getattr(m, k, None), [*space.split(".")[1:], name], np) is not None
    )


def numpys(call, dtype):
    """What NumPy itself gives; None where it refuses."""
    try:
        return digest(plain(Ours(np), call, dtype))
    except Exception:
        return None


def dtypes_of(space, name):
    """The dtypes that a name is tried in."""
    known = DTYPES_OF.get("scipy.stats" if space.startswith("scipy.stats") else space, DTYPES)
    return [d for d in known if not (name in REAL and d.startswith("complex"))]


def checks_of(space, name):
    """{column: [(check, arguments)]} of a name."""
    entry = stored()["names"].get(f"{space}.{name}") or {"calls": []}
    made = {c: [] for c in COLUMNS}
    for at, (call, values, pulls, ways) in enumerate(entry["calls"]):
        dtypes = (DTYPES if at == 0 else ORDER) if names_in(call) or "dtype" in call else ["float64"]
        for dtype in [d for d in dtypes if d in dtypes_of(space, name)]:
            own = numpys(call, dtype) if in_numpy(space, name) else None
            theirs = values.get(dtype)
            if own is not None:
                made["value"].append((value_agrees, call, dtype, own, True))
            if theirs is not None and (own is not None or not in_numpy(space, name)):
                made["value"].append((value_agrees, call, dtype, theirs, None if own is not None else False))
        for dtype, wanted in pulls.items():
            if (
                dtype not in dtypes_of(space, name)
                or (in_numpy(space, name) and numpys(call, dtype) is None)
                or (name, dtype) in MORE
                or (name, "") in MORE
            ):
                continue
            made["vjp"].append((vjp_agrees, call, dtype, wanted))
            made["jvp"].append((jvp_agrees, call, dtype, wanted))
        dtype = next(iter(values), "float64")
        if at == 0 and "vmap" in ways:
            made["vmap"].append((vmap_agrees, call, dtype))
        if at == 0 and "jit" in ways:
            made["jit"].append((jit_agrees, call, dtype))
    return made


def columns(space, name):
    """{column: cell} of a name of jax_names.json."""
    if not has(space, name):
        return dict.fromkeys(COLUMNS, NO)
    made = checks_of(space, name)
    if not made["value"]:
        return dict.fromkeys(COLUMNS, NO)
    return {c: (YES if all([holds(*k) for k in checks]) else NO) if checks else NONE for c, checks in made.items()}
