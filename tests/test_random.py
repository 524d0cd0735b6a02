"""funcgrad.random against jax.random: stored draws, to the bit where docs/random.md says so; under every transform; errors."""

import json
import pathlib
import sys

import numpy as np
import pytest
import scipy.special

import funcgrad as fg
from funcgrad import random
from funcgrad.compile.passes.order import ready
from funcgrad.ops.random_values import normal

FOLDER = pathlib.Path(__file__).parent / "expected"
sys.path.insert(0, str(FOLDER))
from random_cases import BFLOAT16, CASES, GRADIENTS, WEIGHTS, N, arguments  # noqa: E402

from tests.raised import refused  # noqa: E402

STORED = json.loads((FOLDER / "random.json").read_text())
KEY = random.key(STORED["seed"])


def array_of(words):
    dtype = np.dtype(words["dtype"])
    unsigned = np.dtype(f"u{dtype.itemsize if dtype.kind != 'c' else dtype.itemsize // 2}")
    return np.array(words["words"], unsigned).view(dtype).reshape(words["shape"])


def near(got, want, how, what):
    got = np.asarray(got)
    assert got.dtype == want.dtype and got.shape == want.shape, (
        f"{what}: {got.dtype}{got.shape}, jax {want.dtype}{want.shape}"
    )
    if how == 0:
        assert np.array_equal(got, want, equal_nan=want.dtype.kind in "fc"), f"{what}: got {got}, jax {want}"
        return
    real = want.real.dtype
    scale = np.spacing(np.maximum(np.abs(want), np.finfo(real).tiny).astype(real)).astype(np.float64)
    if isinstance(how, tuple):
        scale, how = np.maximum(scale, np.spacing(real.type(how[1]))), 4
    error = np.abs(got.astype(np.complex128) - want) / scale
    assert error.max() <= how, f"{what}: {error.max()} ulp from jax at {np.argmax(error)}"


@pytest.mark.parametrize("label", CASES)
def test_draws(label):
    name, args, how = CASES[label]
    near(getattr(random, name)(KEY, *arguments(args, np.dtype)), array_of(STORED["draws"][label]), how, label)


@pytest.mark.parametrize("label", BFLOAT16)
def test_draws_in_bfloat16(label):
    """Of the import swap, which has this dtype."""
    import funcgrad.jax as jax

    name, before, after = BFLOAT16[label]
    got = getattr(jax.random, name)(jax.random.key(STORED["seed"]), *before, N, jax.numpy.bfloat16, *after)
    assert got.dtype == jax.numpy.bfloat16
    near(np.asarray(got.astype("float32")), array_of(STORED["bfloat16"][label]), 0, label)


def test_keys():
    for seed, words in STORED["keys"].items():
        assert np.array_equal(random.key_data(random.key(int(seed))), array_of(words)), seed
        assert np.array_equal(random.PRNGKey(int(seed)), array_of(words)), seed
    keys = random.split(KEY, (2, 3))
    assert keys.shape == (2, 3) and keys.ndim == 2 and keys.size == 6 and len(keys) == 2 and keys[1, 2].shape == ()
    assert np.array_equal(random.key_data(keys), array_of(STORED["split"]))
    assert np.array_equal(random.key_data(random.fold_in(KEY, 4294967295)), array_of(STORED["fold_in"]))
    raw = random.split(random.PRNGKey(STORED["seed"]), (2, 3))  # of raw words come raw words, the same
    assert isinstance(raw, np.ndarray) and np.array_equal(raw, array_of(STORED["split"]))
    assert random.key_impl(KEY) == "threefry2x32" and repr(random.key_dtype()) == "key<fry>" == repr(KEY.dtype)
    assert np.array_equal(random.normal(random.wrap_key_data(random.key_data(KEY))), random.normal(KEY))
    assert (keys.reshape(6)[4] == keys[1, 1]) and keys.ravel().shape == (6,)
    assert [k.shape for k in keys] == [(3,), (3,)]


@pytest.mark.parametrize("n", [96, 97, 20_000, 300_000])  # in whole numbers, in NumPy, by blocks, on threads
@pytest.mark.parametrize("label", ["uniform", "normal far", "bits", "exponential", "bits uint64"])
def test_draws_do_not_depend_on_how_many(label, n):
    """Where shapes begin alike, draws do, and several keys draw what each of them does."""
    name, (shape, *rest), _ = CASES[label]
    draw = getattr(random, name)
    got = draw(KEY, (n,), *rest)
    want = array_of(STORED["draws"][label])[:n]
    assert np.array_equal(got[: len(want)], want)
    keys = random.split(KEY, 3)
    assert np.array_equal(got[-2:], draw(KEY, (n + 5,), *rest)[n - 2 : n])
    mapped = fg.vmap(lambda k: draw(k, (n // 3,), *rest))(keys)
    assert np.array_equal(mapped, [draw(k, (n // 3,), *rest) for k in keys])


def test_empty_and_single():
    assert random.normal(KEY, (0, 3)).shape == (0, 3) and isinstance(random.normal(KEY), np.float32)


KINDS = {
    "normal": lambda k: random.normal(k, (3,)),
    "randint": lambda k: random.randint(k, (3,), 0, 9),
    "gamma": lambda k: random.gamma(k, 2.5, (3,)),
    "poisson": lambda k: random.poisson(k, np.array([2.0, 30.0]), (2,)),
    "binomial": lambda k: random.binomial(k, 50.0, 0.3, (3,)),
    "permutation": lambda k: random.permutation(k, 6),
    "categorical": lambda k: random.categorical(k, np.zeros(4)),
    "split": lambda k: random.key_data(random.split(random.fold_in(k, 3), 2)),
}


@pytest.mark.parametrize("name", KINDS)
def test_vmap_and_jit(name):
    """Mapped over keys, and compiled, a draw is what it is for each key."""
    f = KINDS[name]
    keys = random.split(KEY, 4)
    want = np.stack([f(k) for k in keys])
    for g in (fg.vmap(f), fg.jit(fg.vmap(f)), fg.vmap(fg.jit(f))):
        assert np.array_equal(g(keys), want)
    assert np.array_equal(fg.lax.map(f, keys), want)


def test_keys_are_carried():
    """Through scan, under jit: the keys of a loop are those of Python's."""

    def step(key, _):
        key, sub = random.split(key)
        return key, random.normal(sub, (2,))

    last, draws = fg.jit(lambda key: fg.lax.scan(step, key, None, length=5))(KEY)
    key, want = KEY, []
    for _ in range(5):
        key, x = step(key, None)
        want.append(x)
    assert np.array_equal(draws, want) and np.array_equal(random.key_data(last), random.key_data(key))
    assert np.array_equal(fg.jit(lambda s: random.key_data(random.key(s)))(-3), random.key_data(random.key(-3)))
    indexed = fg.vmap(lambda i: random.uniform(random.fold_in(KEY, i)))(np.arange(3))
    assert np.array_equal(indexed, [random.uniform(random.fold_in(KEY, i)) for i in range(3)])


@pytest.mark.parametrize("label", GRADIENTS)
def test_gradients(label):
    f, x = GRADIENTS[label]
    x = np.float32(x)

    def loss(a):
        return np.sum(f(random, KEY, a) * WEIGHTS)

    want = STORED["gradients"][label]
    for got in (fg.grad(loss)(x), fg.jit(fg.grad(loss))(x), fg.jvp(loss, (x,), (np.float32(1),))[1]):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, want, rtol=1e-4)


def test_gamma_to_second_order():
    """Implicit derivatives differentiate again (jax's do not): those of the number whose probability is held."""

    def draw(a):
        return random.gamma(KEY, a, dtype=np.float64)

    p = scipy.special.gammainc(2.5, draw(2.5))
    near, far = (scipy.special.gammaincinv(2.5 + np.array([h, 0.0, -h]), p) for h in (1e-3, 2e-3))
    second = [(v[0] - 2 * v[1] + v[2]) / h**2 for v, h in ((near, 1e-3), (far, 2e-3))]
    np.testing.assert_allclose(fg.grad(fg.grad(draw))(2.5), (4 * second[0] - second[1]) / 3, rtol=1e-5)


ERRORS = {
    "one key": (ValueError, "takes one key; got an array of keys of shape (4,)", lambda: random.normal(random.split(KEY, 4))),
    "no key": (TypeError, "expected a key, from funcgrad.random.key(seed)", lambda: random.normal(3)),
    "words of another kind": (TypeError, "got float64[2]", lambda: random.normal(np.zeros(2))),
    "dtype": (ValueError, "normal: dtype must be a float dtype; got int64", lambda: random.normal(KEY, dtype=np.int64)),
    "shape": (ValueError, "do not broadcast to shape=(3,)", lambda: random.uniform(KEY, (3,), minval=np.ones(2))),
    "implementation": (ValueError, "'rbg'", lambda: random.key(0, impl="rbg")),
    "seed": (TypeError, "key: the seed must be one whole number; got 1.5", lambda: random.key(1.5)),
    "fold_in": (OverflowError, "uint32", lambda: random.fold_in(KEY, 1 << 32)),
    "numbers of a key": (TypeError, "key_data", lambda: np.sin(KEY)),
    "probability": (TypeError, "must be a float; got int64", lambda: random.bernoulli(KEY, 1)),
    "more than there are": (ValueError, "5 draws without replacement from 3", lambda: random.choice(KEY, 3, (5,), False)),
    "covariance": (ValueError, "shapes (2,) and (3, 3)", lambda: random.multivariate_normal(KEY, np.zeros(2), np.eye(3))),
}  # fmt: skip


@pytest.mark.parametrize("what", ERRORS)
def test_errors(what):
    error, text, f = ERRORS[what]
    refused(error, f, text)


def test_beside_numpy():
    """NumPy's generators work beside keys, and a key seeds one."""
    rng = np.random.default_rng(random.key_data(KEY))
    assert rng.normal(size=3).shape == (3,)
    grad = fg.grad(lambda s: np.sum(s * np.random.default_rng(0).normal(size=3)))(2.0)
    assert grad == np.sum(np.random.default_rng(0).normal(size=3))


@pytest.mark.parametrize("law", ["normal", "uniform", "gumbel", "cauchy"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_small_draws_of_compiled_code_are_one(law, dtype):
    """Keys are drawn from together, and what each gives is what it gives alone; a draw that decides a key stays before it."""
    shapes = [(3,), (2, 2), (3,), (), (40,), (4096, 2)]
    draw = getattr(fg.random, law)

    def f(key):
        *keys, last = fg.random.split(key, len(shapes) + 1)
        found = [draw(k, s, dtype=dtype) for k, s in zip(keys, shapes, strict=True)]
        return [*found, draw(fg.random.fold_in(last, (found[0][0] > 0).astype(np.uint32)), (5,), dtype=dtype)]

    keys = fg.random.split(fg.random.key(3), 2)
    for got, want in zip(fg.jit(f)(keys[0]), f(keys[0]), strict=True):
        np.testing.assert_array_equal(got, want)
    for got, one, two in zip(fg.jit(fg.vmap(f))(keys), f(keys[0]), f(keys[1]), strict=True):
        np.testing.assert_array_equal(got, [one, two])
    names = [n.prim.name for n in ready(fg.make_graph(f)(keys[0])).nodes]
    assert names.count("random_draw") == 3


def test_a_few_normal_numbers_are_those_of_many():
    """Few are computed one by one in Python's arithmetic, to the bit what blocks are; drawn from every part of [0, 1)."""
    ends = np.concatenate([np.arange(60), (1 << 22) + np.arange(-30, 30), (1 << 23) - 1 - np.arange(60)])
    places = np.concatenate([ends, np.random.default_rng(0).integers(0, 1 << 23, 600)])
    u = (places * 2.0**-23).astype(np.float32)
    many, few = np.empty_like(u), np.empty_like(u)
    normal.normal_into(u.copy(), many)
    for i in range(0, len(u), normal.FEW):
        normal.normal_block(u[i : i + normal.FEW].copy(), few[i : i + normal.FEW])
    np.testing.assert_array_equal(few, many)


def test_normal_numbers_of_the_table_are_those_computed(monkeypatch):
    """Small draws make the table when they have taken as long as it takes; what is drawn stays the same, to the bit."""
    table = normal.Table()
    monkeypatch.setattr(normal, "TABLE", table)
    keys, sizes = random.split(KEY, 6), (1, 7, 300, 9000)
    want = [random.normal(k, (n,)) for k, n in zip(keys, sizes, strict=False)]
    many = fg.vmap(lambda k: random.normal(k, (40,)))(keys)
    assert table.numbers is None and table.spent >= sum(sizes) + 4 * table.CALL
    random.normal(KEY, (10**6,))
    assert table.spent < 10**5, "large draws do not need it"
    table.spent = 1 << 23
    got = [random.normal(k, (n,)) for k, n in zip(keys, sizes, strict=False)]
    assert table.numbers.size == 1 << 23
    for g, w in zip(got, want, strict=True):
        np.testing.assert_array_equal(g, w)
    np.testing.assert_array_equal(fg.vmap(lambda k: random.normal(k, (40,)))(keys), many)


def test_what_is_made_of_a_key_in_a_tree_is_no_key():
    found = fg.tree.map(lambda k: random.normal(k, (2,)), {"x": KEY, "y": [random.split(KEY)[0]]})
    assert np.array_equal(found["x"], random.normal(KEY, (2,)))
    assert np.array_equal(found["y"][0], random.normal(random.split(KEY)[0], (2,)))
    assert fg.tree.map(lambda k: random.split(k, 3), {"x": KEY})["x"].shape == (3,)
