"""Random draws as functions of a key: threefry bits and keys, distributions without parameters, and those by rejection.

A key is the operand uint32[..., 2]; leading axes are keys of their own, so that mapping over keys is no loop. A draw does not
vary with its key; it varies with the parameters of its distribution where jax has it so (gamma, implicitly).
"""

import numpy as np

from ..core import multiply_add
from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define, elementwise
from ..core.sample import Sample, strided
from .elementwise import add, div, equal, mul, neg, sub, where  # noqa: F401  (formulas name them)
from .exponential import exp, log  # noqa: F401
from .floats import over_floats, real_function
from .incomplete import gamma_density, incomplete_gamma
from .kinked import maximum
from .random_values import laws, normal, rejection, threefry
from .shape import batched, fit
from .special import HALF_ROOT_PI  # noqa: F401  (a formula names it)

KEYS_ONLY = {
    "0-d": "a key has two words",
    "complex128": "its operand is a key",
    "int64": "its operand is a key",
    "bool": "its operand is a key",
}
NO_DERIVATIVE = "a draw does not vary with its key"
U32 = np.dtype(np.uint32)


def leading(key):
    """The axes of a key operand that count keys."""
    return shape_of(key)[:-1]


def by_keys(jax, f, keys, *operands):
    """The oracle: jax's f(key, ...) mapped over the leading axes of keys (and of the other operands)."""
    for _ in np.shape(keys)[:-1]:
        f = jax.vmap(f)
    return f(jax.random.wrap_key_data(jax.numpy.asarray(keys)), *operands)


def keys_like(rng, *lead):
    return rng.integers(0, 1 << 32, (*lead, 2), dtype=np.uint32)


def key_samples(rng, *choices):
    """Samples of a primitive whose only operand is a key, for each choice of its params."""
    for params in choices:
        yield Sample(keys_like(rng), order=0, **params)
    params = choices[0]
    yield Sample(keys_like(rng, 3), order=0, **params)
    yield Sample(strided(keys_like(rng, 2, 2)), kind="strided", order=0, **params)
    yield Sample(keys_like(rng, 0), kind="empty", order=0, **params)


@define
class random_bits:
    """Uniform bits of each key: unsigned integers of `width` bits, of shape [*keys, *shape]."""

    nondiff = NO_DERIVATIVE
    fresh = True
    dtypes = ""
    without = KEYS_ONLY

    def jax(jax, key, *, shape, width):
        return by_keys(jax, lambda k: jax.random.bits(k, shape, f"uint{width}"), key)

    def impl(key, *, shape, width):
        return threefry.bits(key, shape, width)[()]

    def aval(key, *, shape, width):
        return Aval((*leading(key), *shape), threefry.UINT[width])

    def batch(size, xs, ds, **params):
        return random_bits(batched(size, xs[0], ds[0]), **params), 0

    def samples(rng):
        yield from key_samples(
            rng, *({"shape": s, "width": w} for w, s in ((32, (3,)), (64, (2, 2)), (16, ()), (8, (0, 2))))
        )


@define
class random_split:
    """New keys of each key: uint32[*keys, *shape, 2]."""

    nondiff = NO_DERIVATIVE
    fresh = True
    dtypes = ""
    without = KEYS_ONLY

    def jax(jax, key, *, shape):
        return jax.random.key_data(by_keys(jax, lambda k: jax.random.split(k, shape), key))

    def impl(key, *, shape):
        return threefry.split(key, shape)

    def aval(key, *, shape):
        return Aval((*leading(key), *shape, 2), U32)

    def batch(size, xs, ds, **params):
        return random_split(batched(size, xs[0], ds[0]), **params), 0

    def samples(rng):
        yield from key_samples(rng, {"shape": (2,)}, {"shape": ()}, {"shape": (2, 3)})


@define
class random_fold_in:
    """The key made of each key and a whole number: key[*keys, 2], data[*keys] -> uint32[*keys, 2]."""

    nondiff = NO_DERIVATIVE
    fresh = True
    dtypes = ""
    without = {k: why for k, why in KEYS_ONLY.items() if k != "0-d"}

    def jax(jax, key, data):
        return jax.random.key_data(by_keys(jax, jax.random.fold_in, key, jax.numpy.asarray(data, "uint32")))

    def impl(key, data):
        return threefry.fold_in(key, data)

    def aval(key, data):
        return Aval(shape_of(key), U32)

    def batch(size, xs, ds):
        return random_fold_in(*map(batched, (size,) * 2, xs, ds)), 0

    def samples(rng):
        yield Sample(keys_like(rng), np.uint32(7), order=0)
        yield Sample(keys_like(rng), np.array(1 << 31, np.uint32), kind="0-d", order=0)
        yield Sample(strided(keys_like(rng, 3)), strided(np.arange(3, dtype=np.uint32)), kind="strided", order=0)
        yield Sample(keys_like(rng, 0), np.zeros(0, np.uint32), kind="empty", order=0)


OF_JAX = {
    "gumbel_high": lambda random, *args: random.gumbel(*args, mode="high"),
    "gumbel_highest": lambda random, *args: random.gumbel(*args, mode="highest"),
}


@define
class random_draw:
    """Draws of a distribution without parameters (`law`: uniform on [0, 1), normal, exponential, gumbel, ...)."""

    nondiff = NO_DERIVATIVE
    fresh = True
    dtypes = ""
    without = KEYS_ONLY

    def jax(jax, key, *, law, shape, dtype):
        of = OF_JAX.get(law) or (lambda random, *args: getattr(random, law)(*args))
        return by_keys(jax, lambda k: of(jax.random, k, shape, dtype), key)

    def impl(key, *, law, shape, dtype):
        return laws.draw(key, law, shape, dtype)[()]

    def aval(key, *, law, shape, dtype):
        return Aval((*leading(key), *shape), np.dtype(dtype))

    def batch(size, xs, ds, **params):
        return random_draw(batched(size, xs[0], ds[0]), **params), 0

    def samples(rng):
        choices = [{"law": law, "shape": (2,), "dtype": np.dtype(np.float32)} for law in laws.LAWS]
        choices += [{"law": law, "shape": (3,), "dtype": np.dtype(np.float64)} for law in ("uniform", "normal")]
        yield from key_samples(rng, *choices, {"law": "normal", "shape": (2,), "dtype": np.dtype(np.float16)})


def _randint(key, low, high, *, shape, dtype):
    info = np.iinfo(dtype)
    width = 8 * dtype.itemsize
    word = threefry.UINT[width].type
    lead = np.shape(key)[:-1]
    low, high = [spread_over(v, lead, shape) for v in (low, high)]
    beyond = high > info.max
    low, high = [np.clip(v, info.min, info.max).astype(dtype) for v in (low, high)]
    keys = threefry.split(key, (2,))
    first, second = (threefry.bits(keys[..., i, :], shape, width) for i in (0, 1))
    with np.errstate(all="ignore"):
        span = np.where(high <= low, word(1), (high - low).astype(word))
        span = span + (beyond & (high > low)).astype(word)  # (the whole range of the dtype wraps to 0)
        safe = np.where(span == 0, word(1), span)
        factor = np.remainder(word(1 << width // 2), safe)
        factor = np.remainder(factor * factor, safe)
        offset = np.remainder(np.remainder(first, safe) * factor + np.remainder(second, safe), safe)
        offset = np.where(span == 0, second, offset)
        return (low + offset.astype(dtype)).astype(dtype)


def spread_over(v, lead, shape):
    """A parameter of shape [*keys, *s], where s broadcasts against `shape`, with axes to broadcast in between."""
    v = np.asarray(v)
    rest = v.shape[len(lead) :]
    return v.reshape(lead + (1,) * (len(shape) - len(rest)) + rest)


@define
class random_randint:
    """Whole numbers of [low, high), from twice the bits of the dtype; low[*keys, *s], s broadcasting against `shape`."""

    nondiff = NO_DERIVATIVE
    fresh = True
    dtypes = ""
    without = {k: why for k, why in KEYS_ONLY.items() if k != "0-d"}

    def jax(jax, key, low, high, *, shape, dtype):
        return by_keys(jax, lambda k, a, b: jax.random.randint(k, shape, a, b, dtype), key, low, high)

    def impl(key, low, high, *, shape, dtype):
        return _randint(key, low, high, shape=shape, dtype=dtype)[()]

    def aval(key, low, high, *, shape, dtype):
        return Aval((*leading(key), *shape), dtype)

    def batch(size, xs, ds, **params):
        return random_randint(*map(batched, (size,) * 3, xs, ds), **params), 0

    def samples(rng):
        i32, i64 = np.dtype(np.int32), np.dtype(np.int64)
        for low, high in ((0, 10), (-5, 7), (3, 3), (5, 2), (-(1 << 31), (1 << 31) - 1)):
            yield Sample(keys_like(rng), np.array(low), np.array(high), order=0, shape=(4,), dtype=i32)
        yield Sample(keys_like(rng), np.array(0), np.array(1 << 31), order=0, shape=(4,), dtype=i32)
        yield Sample(keys_like(rng), np.array(-9), np.array(1 << 60), order=0, shape=(2, 2), dtype=i64)
        wide = np.array([[3], [50]]), np.array([10, 1000])
        yield Sample(keys_like(rng), *wide, order=0, shape=(2, 2), dtype=i32, kind="broadcast")
        yield Sample(
            strided(keys_like(rng, 2)), strided(np.array([0, 1])), np.array([9, 5]), order=0, shape=(3,), dtype=i32
        )
        yield Sample(
            keys_like(rng, 0), np.zeros(0, int), np.zeros(0, int), order=0, shape=(3,), dtype=i32, kind="empty"
        )


# ------------------------------------------------------------------------------------------------ arithmetic of draws
# x y + z with one rounding, as XLA's code scales uniform numbers
_fma = over_floats(multiply_add.fma)
FLOAT64 = np.dtype(np.float64)


def _fma_text(w, out, x, y, z):
    avals = [v.aval for v in (x, y, z)]
    shape = np.broadcast_shapes(*[a.shape for a in avals])
    if not shape or any([a.dtype.char != "f" for a in avals]):
        return None
    out = w.memory(out, Aval(shape, avals[0].dtype))
    total = w.scratch(Aval(shape, FLOAT64))
    w.line(w.call(np.multiply, "multiply", [x, y, total, f"dtype={w.literal(FLOAT64)}"]))  # exact
    w.line(w.call(np.add, "add", [total, z, total]))
    w.line(f"{out}[...] = {total}")
    return out


fma = elementwise(
    "fma",
    _fma,
    "t * y",
    "t * x",
    "t",
    arity=3,
    jax=lambda jax, x, y, z: x * y + z,
    numpy=_fma_text,
    without={"edge": "jax's product of huge numbers overflows before the sum", "weak": "its operands are arrays"},
    **real_function(_fma),
)


def from_nearer(x, y, z):
    """x + z (y - x) from the nearer end, in float32 with one rounding of its last product and sum, as torch's kernel."""
    gap = y - x
    if z.ndim:
        near = np.abs(z) < 0.5
        x, z = np.where(near, x, y), np.where(near, z, z - z.dtype.type(1))
    elif abs(z) >= 0.5:
        x, z = y, z - z.dtype.type(1)
    return multiply_add.single(gap, z, x) if gap.dtype.char == "f" else gap * z + x


_from_nearer = over_floats(from_nearer)


def _lerp(x, y, z):
    if type(z) is float and type(x) is type(y) is np.ndarray and x.dtype is y.dtype and x.dtype.kind == "f":
        return from_nearer(x, y, x.dtype.type(z))
    return _from_nearer(x, y, z)


# x + z (y - x)
lerp = elementwise(
    "lerp",
    _lerp,
    "t * (1 - z)",
    "t * z",
    "t * (y - x)",
    arity=3,
    dtypes="f",
    jax=lambda jax, x, y, z: jax.numpy.where(abs(z) < 0.5, x + z * (y - x), y - (y - x) * (1 - z)),
    **real_function(_lerp),
)
# x + y z with one rounding: what BLAS calls axpy (z a number), and torch add with alpha
_scaled_add = over_floats(lambda x, y, z: multiply_add.fma(y, z, x))
scaled_add = elementwise(
    "scaled_add",
    _scaled_add,
    "t",
    "t * z",
    "t * y",
    arity=3,
    jax=lambda jax, x, y, z: x + y * z,
    numpy=lambda w, out, x, y, z: _fma_text(w, out, y, z, x),
    without={"edge": "jax's product of huge numbers overflows before the sum", "weak": "its operands are arrays"},
    **real_function(_scaled_add),
)

# the inverse of erf that draws are made with: in float32 to the bit what jax computes
_erfinv_drawn = over_floats(normal.erfinv_drawn)
erfinv_drawn = elementwise(
    "erfinv_drawn",
    _erfinv_drawn,
    "t * (HALF_ROOT_PI * exp(out * out))",
    jax="scipy.special.erfinv",
    domain="unit",
    tolerance=10.0,
    **real_function(_erfinv_drawn),
)


# ------------------------------------------------------------------------------------------------ rejection
def gamma_slope(a, x):
    """d x / d a at a fixed probability: -(dP / da) / (dP / dx) for the distribution function P(a, x)."""
    return neg(div(incomplete_gamma(a, x, upper=False, nth=1), gamma_density(a, x)))


@define
class random_gamma:
    """Gamma numbers, or their logarithms: key[*keys, 2], a[*keys, *shape]; each element has loops of its own.

    Its derivative with respect to a is that of the number whose probability is held (implicit reparameterisation).
    """

    saves = ((), (1, "out"))
    dtypes = "f"
    without = {k: why for k, why in KEYS_ONLY.items() if k != "0-d"} | {
        "finite differences": "where a draw is rejected it jumps",
        "second order": "jax has none",
    }
    tolerance = 30.0

    def jax(jax, key, a, *, log_space):
        one = jax.random.loggamma if log_space else jax.random.gamma

        def draw(k, a):
            return one(k, a, np.shape(a), a.dtype)

        return by_keys(jax, draw, key, a)

    def impl(key, a, *, log_space):
        return np.asarray(rejection.gamma(key, a, log_space))[()]

    def aval(key, a, *, log_space):
        return Aval(shape_of(a), dtype_of(a))

    def batch(size, xs, ds, **params):
        return random_gamma(*map(batched, (size,) * 2, xs, ds), **params), 0

    def vjp(ct, out, key, a, *, need, log_space):
        return [None, fit(mul(ct, gamma_rate(out, a, log_space)), a)]

    def jvp(ts, out, key, a, *, log_space):
        return None if ts[1] is None else mul(ts[1], gamma_rate(out, a, log_space))

    def samples(rng):
        for log_space in (False, True):
            yield Sample(keys_like(rng), np.array([0.3, 0.9, 1.5, 4.0]), order=1, log_space=log_space)
            yield Sample(keys_like(rng), np.array(2.5), kind="0-d", order=1, log_space=log_space)
        a32 = np.array([[0.7, 2.0]], np.float32)
        yield Sample(keys_like(rng, 1), a32, kind="float32", order=1, log_space=True)
        yield Sample(keys_like(rng, 2), strided(np.array([1.5, 0.5])), kind="strided", order=1, log_space=False)
        yield Sample(keys_like(rng), np.zeros((0, 2)), kind="empty", order=0, log_space=False)


def gamma_rate(out, a, log_space):
    if not log_space:
        return gamma_slope(a, out)
    x = maximum(exp(out), np.finfo(dtype_of(out)).tiny)
    return div(gamma_slope(a, x), x)


@define
class random_poisson:
    """Poisson numbers of rates lam[*keys, *shape], as integers of a dtype; key[*keys, 2]."""

    nondiff = "a count does not vary with its rate"
    dtypes = "f"
    without = {k: why for k, why in KEYS_ONLY.items() if k != "0-d"}

    def jax(jax, key, lam, *, dtype):
        return by_keys(jax, lambda k, r: jax.random.poisson(k, r, np.shape(r), dtype), key, lam)

    def impl(key, lam, *, dtype):
        return np.asarray(rejection.poisson(key, lam, dtype))[()]

    def aval(key, lam, *, dtype):
        return Aval(shape_of(lam), dtype)

    def batch(size, xs, ds, **params):
        return random_poisson(*map(batched, (size,) * 2, xs, ds), **params), 0

    def samples(rng):
        i32 = np.dtype(np.int32)
        for lam in ([0.5, 3.0, 0.0, 9.5], [20.0, 300.0, 1.0]):
            yield Sample(keys_like(rng), np.array(lam), order=0, dtype=i32)
        yield Sample(keys_like(rng), np.array(4.0, np.float32), kind="0-d", order=0, dtype=i32)
        yield Sample(strided(keys_like(rng, 2)), strided(np.array([1.0, 30.0])), kind="strided", order=0, dtype=i32)
        yield Sample(keys_like(rng), np.zeros((0,)), kind="empty", order=0, dtype=i32)


@define
class random_binomial:
    """Binomial numbers, as floats: n and p of shape [*keys, *shape] in one float dtype; key[*keys, 2]."""

    nondiff = "a count does not vary with its probability"
    dtypes = "f"
    without = {k: why for k, why in KEYS_ONLY.items() if k != "0-d"}

    def jax(jax, key, n, p, *, dtype):
        return by_keys(jax, lambda k, n, p: jax.random.binomial(k, n, p, np.shape(p), dtype), key, n, p)

    def impl(key, n, p, *, dtype):
        return np.asarray(rejection.binomial(key, n, p, dtype))[()]

    def aval(key, n, p, *, dtype):
        return Aval(shape_of(p), dtype)

    def batch(size, xs, ds, **params):
        return random_binomial(*map(batched, (size,) * 3, xs, ds), **params), 0

    def samples(rng):
        f32 = np.dtype(np.float32)
        n, p = np.array([5.0, 40.0, 100.0, 10.0]), np.array([0.3, 0.9, 0.5, 0.0])
        yield Sample(keys_like(rng), n, p, order=0, dtype=np.dtype(np.float64))
        yield Sample(keys_like(rng), n.astype(f32), p.astype(f32), kind="float32", order=0, dtype=f32)
        yield Sample(keys_like(rng), np.array(9.0), np.array(0.5), kind="0-d", order=0, dtype=f32)
        yield Sample(strided(keys_like(rng, 4)), strided(n), strided(p), kind="strided", order=0, dtype=f32)
        yield Sample(keys_like(rng), np.zeros((0,)), np.zeros((0,)), kind="empty", order=0, dtype=f32)
