"""Every way a traced value could fall into a plain array or number: each is refused, by line, before anything is written."""

import array
import cmath
import ctypes
import decimal
import fractions
import io
import json
import math
import operator
import pickle
import statistics
import struct

import numpy as np
import pytest

import funcgrad as fg
from funcgrad.errors import FuncgradError

MODULES = {
    m.__name__: m
    for m in (array, cmath, ctypes, decimal, fractions, io, json, math, operator, pickle, statistics, struct)
} | {"np": np}
# Each way takes plain arrays `a` (3 floats) and `m` (3 by 3), and traced `h` (a number), `v` (3 numbers), `w` (3 by 3).
WRITES = """
a[0] = h
a[:] = h
a[0:2] = h
a[0:3] = v
a[...] = v
a[[0, 2]] = h
a[np.array([True, False, True])] = h
a[np.array([0, 1, 2])] = v
m[0] = v
m[:, 1] = v
m[1, 2] = h
m.T[0, 1] = h
a.flat = v
a.fill(h)
a.put(0, h)
a.put([0, 1, 2], v)
a.setfield(h, float)
a += h
a -= h
a *= h
a /= h
a **= h
a //= h
a %= h
a += v
m @= w
m += w
np.add(a, h, out=a)
np.add(a, v, a)
np.multiply(v, 2.0, out=a)
np.sin(v, out=a)
np.add(a, h, out=a, where=np.array([True, False, True]))
np.matmul(m, w, out=m)
np.dot(m, w, out=m)
np.add.at(a, 0, h)
np.add.at(a, [0, 0], h)
np.multiply.at(a, [0, 1], h)
np.maximum.at(a, [0, 1], h)
np.add.reduce(w, out=a)
np.add.accumulate(v, out=a)
np.multiply.outer(a, v, out=m)
np.copyto(a, h)
np.copyto(a, v)
np.copyto(a, v, where=np.array([True, False, True]))
np.put(a, 0, h)
np.put(a, [0, 1], v)
np.place(a, np.array([True, False, True]), h)
np.place(a, np.array([True, False, True]), v)
np.putmask(a, np.array([True, False, True]), h)
np.putmask(a, np.array([True, False, True]), v)
np.put_along_axis(a, np.array([0]), h, 0)
np.put_along_axis(m, np.array([[0], [1], [2]]), h, 1)
np.fill_diagonal(m, h)
np.fill_diagonal(m, v)
np.sum(w, axis=0, out=a)
np.mean(w, axis=0, out=a)
np.cumsum(v, out=a)
np.max(w, axis=1, out=a)
np.clip(v, 0, 1, out=a)
np.clip(a, 0, h, out=a)
np.round(v, out=a)
np.take(v, [0, 1, 2], out=a)
np.concatenate([v[:1], a[:2]], out=a)
np.stack([v, a, a], out=m)
np.einsum("ij->i", w, out=a)
np.std(w, axis=0, out=a)
np.nan_to_num(a, copy=False, nan=h)
a.__setitem__(0, h)
operator.setitem(a, 0, h)
operator.iadd(a, h)
operator.imul(a, v)
np.nditer(a, op_flags=["readwrite"]).__next__()[...] = h
np.lib.stride_tricks.as_strided(a)[0] = h
array.array("d", [0.0])[0] = h
""".strip().splitlines()
READS = """
np.array([h])
np.array([h, h])
np.array([1.0, h])
np.array([[h, 1.0], [1.0, h]])
np.array(h)
np.array(v)
np.array([v, v])
np.array([a, v])
np.array((h,))
np.array([h], dtype=float)
np.array(v, dtype=np.float32)
np.array(v, copy=False)
np.array(h, ndmin=2)
np.asarray(h)
np.asarray(v)
np.asarray([h, 2.0])
np.asanyarray(v)
np.ascontiguousarray(v)
np.asfortranarray(w)
np.asarray_chkfinite(v)
np.require(v)
np.full(3, h)
np.full((2, 3), v)
np.full_like(a, h)
np.full_like(a, v)
np.fromiter([h, h], float)
np.fromiter((x for x in v), float)
np.arange(h)
np.arange(0.0, 1.0, h)
np.eye(h)
np.zeros((3, h))
np.ma.array(v)
np.ma.masked_array([h, h])
np.float64(h)
np.float64(v)
np.float32(h)
np.int64(h)
np.complex128(h)
np.float16(h)
np.dtype(float).type(h)
float(h)
complex(h)
float(v)
h.item()
v.item(0)
v.tolist()
h.tolist()
h.__array__()
h.__float__()
h.__complex__()
h.__index__()
math.sin(h)
math.sqrt(h)
math.isnan(h)
math.fsum([h, h])
math.hypot(h, 1.0)
math.prod([1.0, math.exp(h)])
cmath.exp(h)
range(h)
range(0, 3, h)
operator.index(h)
[1.0, 2.0][h]
(1.0, 2.0)[h]
"ab"[h]
a[h]
a[0:h]
list(range(3))[0:h]
"%f" % h
"%.3g" % h
array.array("d", [h])
ctypes.c_double(h)
pickle.dumps(h)
pickle.dumps({"x": v})
np.save(io.BytesIO(), v)
np.savetxt(io.StringIO(), v)
v.tobytes()
v.tofile(io.BytesIO())
v.dumps()
v.data
v.ctypes
np.from_dlpack(v)
np.insert(a, 0, v).tolist()
np.linalg.norm([h, 1.0])
np.sum([h, h])
np.dot([h, 1.0], [2.0, 3.0])
np.add([h, 1.0], 2.0)
np.vectorize(lambda t: t * 2)(v)
np.frompyfunc(lambda t: t * 2, 1, 1)(v)
np.polynomial.Polynomial(v)
np.random.default_rng(0).normal(h)
np.random.default_rng(0).normal(0.0, h, 3)
np.random.default_rng(0).choice(v)
np.random.default_rng(0).permutation(v)
np.ndenumerate(v).__next__()
a.flat[0] = h
np.zeros(h)
np.format_float_positional(h)
np.unpackbits(v)
np.i0([h])
""".strip().splitlines()


# Refused by Python or NumPy with an error of their own: code that looks at the type alone.
DROPPED = """
memoryview(a)[0] = h
fractions.Fraction(h)
decimal.Decimal(h)
struct.pack("d", h)
json.dumps(h)
memoryview(v)
np.frombuffer(v)
np.nditer(v)
ctypes.c_int(h)
""".strip().splitlines()
# An integer has no derivative, so these are Python's own where values are known; under jit and vmap they are refused.
WHOLE = """
int(h)
math.floor(h)
math.ceil(h)
math.trunc(h)
round(h)
divmod(3, int(h))
h.__int__()
np.base_repr(h)
"%d" % h
h.is_integer()
h.hex()
range(int(h))
""".strip().splitlines()


def run(text, a, m, h, v, w):
    exec(compile(text, __file__, "exec"), MODULES | {"a": a, "m": m, "h": h, "v": v, "w": w})  # noqa: S102


def everything(text, keep):
    """A function of one vector of 3 that goes this way; what it got back, if it was not stopped, goes into `keep`."""

    def f(x):
        a, m = np.arange(3.0) + 1, np.eye(3)
        kept = a.copy(), m.copy()
        w = np.outer(x, x)
        try:
            run(text, a, m, x[1] * 1.0, x * 1.0, w)
        finally:
            keep.append((a.tolist(), m.tolist()) == (kept[0].tolist(), kept[1].tolist()))
        return (x * x).sum()

    return f


X = np.array([0.5, 1.5, 2.5])
TRANSFORMS = {
    "grad": lambda f: fg.grad(f)(X),
    "jvp": lambda f: fg.jvp(f, (X,), (X,)),
    "vmap": lambda f: fg.vmap(f)(np.stack([X, X + 1])),
    "jit": lambda f: fg.jit(f)(X),
    "grad of grad": lambda f: fg.grad(lambda x: fg.grad(f)(x).sum())(X),
    "jit of grad": lambda f: fg.jit(fg.grad(f))(X),
    "vmap of grad": lambda f: fg.vmap(fg.grad(f))(np.stack([X, X + 1])),
}
CONCRETE = ("grad", "jvp", "grad of grad")


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("text", WRITES + READS + WHOLE)
def test_refused(text, transform):
    untouched = []
    if text in WHOLE and transform in CONCRETE:
        TRANSFORMS[transform](everything(text, untouched))
        return
    with pytest.raises(FuncgradError) as caught:
        TRANSFORMS[transform](everything(text, untouched))
    assert untouched == [True], "something was written before the error"
    message = str(caught.value)
    assert f"{__file__}:1" in message, "the error does not name the user's line"
    assert any(word in message for word in ("fg.", "funcgrad.numpy", "Use ", "use ", "np.")), "no remedy"


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("text", DROPPED)
def test_refused_by_others(text, transform):
    untouched = []
    with pytest.raises((TypeError, ValueError, struct.error)):
        TRANSFORMS[transform](everything(text, untouched))
    assert untouched == [True], "something was written before the error"


@pytest.mark.parametrize("text", WHOLE)
@pytest.mark.parametrize("value", [2.75, -2.75, 3.0])
def test_an_integer_is_what_python_gives(text, value):
    seen = []
    assert fg.grad(lambda h: (seen.append(eval(text, MODULES | {"h": h})), h * h)[1])(value) == 2 * value  # noqa: S307
    want = eval(text, MODULES | {"h": value if "base_repr" not in text else int(value)})  # noqa: S307
    assert seen == [want] and type(seen[0]) is type(want)
