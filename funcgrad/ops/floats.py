"""Functions that NumPy has no ufunc for, made to look like one: dtypes, in-place form, Python scalars.

Invariant: with one operand such a function has the dtypes of np.exp, with more those of np.hypot (integers become the
float of their size, Python scalars are weak), and `aval` says exactly what `impl` does.
"""

import functools
import math

import numpy as np

try:
    from numpy._core.umath import clip  # what np.clip calls at the end of 1.2 us of Python
except ImportError:  # a NumPy that keeps it elsewhere
    clip = np.clip

from ..core.aval import Aval, dtype_of, is_weak, ndarray, promotion_key, shape_of
from ..core.primitive import PRIMITIVES
from ..core.sample import Sample, draw, elementwise_samples, strided
from ..errors import DTypeError

VECTOR = 64  # bytes, of AVX-512

MODEL = {1: np.exp, 2: np.hypot}


def float_dtype(*xs):
    """The dtype in which a function of x (or x and y, ...) is computed; raises TypeError for complex operands."""
    if len(xs) > 2:
        strong = [Aval((), float_dtype(x)) for x in xs if not is_weak(x)] or xs[:1]
        return functools.reduce(lambda x, y: Aval((), float_dtype(x, y)), strong, strong[0]).dtype
    keys = tuple(map(promotion_key, xs))
    try:
        dtype = MODEL[len(xs)].resolve_dtypes((*keys, None))[-1]
    except TypeError:
        dtype = np.result_type(*keys)
    if dtype.kind != "f":
        raise DTypeError(f"this function takes real operands; got {dtype}. Pass real and imaginary parts separately.")
    return dtype


def float_aval(*xs, **_):
    return Aval(np.broadcast_shapes(*map(shape_of, xs)), float_dtype(*xs))


def over_floats(f):
    """f, written for float arrays of one dtype, as an impl for operands of any real dtype."""

    @functools.wraps(f)
    def impl(*xs, **params):
        x = xs[0]
        if type(x) is ndarray and x.dtype.kind == "f":
            if len(xs) == 1:
                return f(x, **params)
            if all([type(y) is ndarray and y.dtype is x.dtype for y in xs]):
                return np.asarray(f(*xs, **params))[()]
        dtype = float_dtype(*xs)
        return np.asarray(f(*[np.asarray(x, dtype) for x in xs], **params))[()]

    return impl


def held(x, low, high, out=None):
    """A float array between two Python numbers: NaN stays, and -0.0 where a bound is 0, as torch has it. NumPy takes a fourth to a
    seventh of what maximum and minimum of an array and a number take, except for half precision."""
    low, high = ends(low, high, low or math.copysign(1.0, low), high or math.copysign(1.0, high), x.dtype)
    return clip(x, low, high, out=out)


@functools.lru_cache(1024)
def ends(low, high, sign_of_low, sign_of_high, dtype):
    """Two numbers as arrays, which spares NumPy making them in each call. The signs tell 0.0 from -0.0."""
    return np.array(low, dtype), np.array(high, dtype)


def as_floats(x):
    """x as NumPy's scalar or array of the dtype that np.exp would give it."""
    x = x if type(x) is ndarray else np.asarray(x)
    return x if x.dtype.kind in "fc" else x.astype(np.exp.resolve_dtypes((x.dtype, None))[-1])


def in_place(impl):
    """The in-place form of an elementwise impl: memory <- impl(memory, ...). It has no opinion on `kink`."""

    def into(memory, *xs, kink=None, **params):
        if isinstance(impl, np.ufunc):
            impl(memory, *xs, out=memory, casting="same_kind")
        else:
            np.copyto(memory, impl(memory, *xs, **params), casting="same_kind")

    return into


def real_function(impl):
    """The fields of a primitive whose impl was made by `over_floats`."""
    return {"aval": float_aval, "into": in_place(impl)}


def samples_with(name, *choices, move=None):
    """The usual samples of an elementwise primitive, once for each choice of its params (a dict).

    `move` carries float operands from the primitive's domain to where it is defined.
    """

    def moved(x):
        if not move or not isinstance(x, np.ndarray) or x.dtype.kind not in "fc":
            return x
        y = np.asarray(move(x), x.dtype)
        return strided(y) if any(k < 0 for k in x.strides) else y

    def samples(rng):
        for params in choices:
            for s in elementwise_samples(PRIMITIVES[name], rng):
                if s.kind in PRIMITIVES[name].without:
                    continue
                yield Sample(*map(moved, s.args), kind=s.kind, order=s.order, **params)

    return samples


def few_samples(name, *choices):
    """A sample of each required kind for the first choice of params, a plain one for each of the others: a value is a loop."""

    def samples(rng):
        p = PRIMITIVES[name]
        domains = p.domain if isinstance(p.domain, tuple) else (p.domain,) * p.arity

        def case(shapes, dtype=np.float64):
            return [draw(rng, d, s, dtype) for d, s in zip(domains, shapes, strict=True)]

        n = len(domains)
        yield Sample(*case([(2,)] * n), **choices[0])
        yield Sample(*case([()] * n), kind="0-d", order=1, **choices[0])
        yield Sample(*case([(0, 2)] * n), kind="empty", **choices[0])
        yield Sample(*map(strided, case([(3,)] * n)), kind="strided", order=0, **choices[0])
        yield Sample(*case([(2, 1), (2,), (), ()][:n]), kind="broadcast", order=0, **choices[0])
        yield Sample(*case([(2,)] * n, np.float32), kind="float32", order=1, **choices[0])
        for params in choices[1:]:
            yield Sample(*case([(2,)] + [()] * (n - 1)), order=0, **params)

    return samples


def few(x, vectors=1):
    """Do the numbers fill less than so many vectors?"""
    return math.prod(shape_of(x)) * dtype_of(x).itemsize < vectors * VECTOR
