"""Random programs of writes and views against NumPy itself: the derivative of one is its complex step, exact to rounding.

    python tests/test_random_writes.py FIRST LAST        tries these seeds

Invariant: a seed gives one program, whichever arrays it is run on.
"""

import sys

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp

SHAPES = [(6,), (2, 3), (3, 4), (2, 2, 3)]
STARTS = [
    lambda x, make, shape: make(shape),
    lambda x, make, shape: np.zeros_like(x, shape=shape),
    lambda x, make, shape: np.resize(x, shape) * 1.5,
    lambda x, make, shape: np.resize(x, shape).copy(),
]
UPDATES = [
    lambda a, i, v: a.__setitem__(i, v),
    lambda a, i, v: a.__setitem__(i, a[i] + v),
    lambda a, i, v: np.multiply(a[i], v, out=a[i]) if np.ndim(a[i]) else a.__setitem__(i, a[i] * v),
]
WHOLE = [
    lambda a, v: a.__iadd__(v),
    lambda a, v: a.__imul__(v),
    lambda a, v: np.copyto(a, v),
    lambda a, v: np.add(a, v, out=a),
    lambda a, v: a.fill(v[(0,) * v.ndim] if np.size(v) else 1.0),
]
VIEWS = [
    lambda a: a.T,
    lambda a: a.reshape(-1),
    lambda a: a.copy(),
    lambda a: np.moveaxis(a, 0, -1),
    lambda a: a[None],
]


def basic_index(rng, shape):
    found = []
    for d in shape:
        kinds = [int(rng.integers(-d, d)) if d else slice(None), slice(None), slice(int(rng.integers(d + 1)), None)]
        kinds += [slice(None, None, -1), slice(0, None, 2)]
        found.append(kinds[rng.integers(5)])
    found = found[: rng.integers(len(found) + 1)]
    if rng.integers(6) == 0:
        found.insert(int(rng.integers(len(found) + 1)), None)
    return tuple(found)


def advanced_index(rng, shape):
    first = rng.integers(-shape[0], shape[0], size=3)
    kinds = [rng.random(shape) < 0.5, first]
    if len(shape) > 1:
        kinds += [(first % shape[0], rng.integers(0, shape[1], size=3)), (slice(None), rng.permutation(shape[1])[:2])]
    return kinds[rng.integers(len(kinds))]


def value(rng, x, arrays, shape):
    size = int(np.prod(shape))
    source = arrays[rng.integers(len(arrays))].reshape(-1)
    kinds = [x[rng.integers(6)] * 2.0, np.sin(x[0] * x[1]), 3.0]
    kinds += [np.resize(np.cos(x) * x, shape) if size else 2.0, source[-1] * x[2] if len(source) else x[2]]
    return kinds[rng.integers(5)]


def program(seed, make):
    """A function of six numbers; `make(shape)` gives it an array of zeros."""

    def f(x):
        rng = np.random.default_rng(seed)
        arrays = [STARTS[rng.integers(4)](x, make, SHAPES[rng.integers(4)])]
        for _ in range(rng.integers(4, 14)):
            a = arrays[rng.integers(len(arrays))]
            kind = rng.integers(9)
            if kind < 2 and a.size:
                i = basic_index(rng, a.shape)
                if np.ndim(a[i]):
                    arrays.append(a[i])
            elif kind < 4:
                i = basic_index(rng, a.shape)
                UPDATES[rng.integers(3)](a, i, value(rng, x, arrays, np.shape(a[i])))
            elif kind == 4 and a.size:
                i = advanced_index(rng, a.shape)
                UPDATES[rng.integers(2)](a, i, value(rng, x, arrays, np.shape(a[i])))
            elif kind == 5:
                v = value(rng, x, arrays, a.shape)
                WHOLE[rng.integers(5)](a, v + np.zeros(a.shape))
            elif kind == 6:
                arrays.append(a * x[1])
            else:
                arrays.append(VIEWS[rng.integers(5)](a))
        weights = [np.cos(np.arange(a.size) * (k + 1.0)).reshape(a.shape) for k, a in enumerate(arrays)]
        return sum([(a * w * (1 + 0.1 * a)).sum() for a, w in zip(arrays, weights, strict=True)])

    return f


ROADS = {
    "grad": lambda f, x: fg.grad(f)(x),
    "jacfwd": lambda f, x: fg.jacfwd(f)(x),
    "jit of grad": lambda f, x: fg.jit(fg.grad(f))(x),
    "grad of jit": lambda f, x: fg.grad(fg.jit(f))(x),
    "vmap of grad": lambda f, x: fg.vmap(fg.grad(f))(np.stack([x / 2, x]))[1],
}


def disagreements(seed, roads=ROADS):
    x = np.random.default_rng([seed, 1]).normal(size=6) * 0.7
    kept = x.copy()
    plain, traced = program(seed, lambda shape: np.zeros(shape, complex)), program(seed, fnp.zeros)
    want = [plain(x + 1e-30j * e).imag / 1e-30 for e in np.eye(6)]
    for name in roads:
        got = roads[name](traced, x)
        if not np.allclose(got, want, rtol=1e-8, atol=1e-10):
            yield f"seed {seed}, {name}: {got}, and NumPy's complex step {want}"
    if not np.array_equal(x, kept):
        yield f"seed {seed}: the caller's array was changed"


@pytest.mark.parametrize("first", range(0, 80, 20))
def test_writes_and_views(first):
    with np.errstate(all="ignore"):
        assert not [line for seed in range(first, first + 20) for line in disagreements(seed)]


if __name__ == "__main__":
    np.seterr(all="ignore")
    for seed in range(*map(int, sys.argv[1:3])):
        for line in disagreements(seed):
            print(line)
