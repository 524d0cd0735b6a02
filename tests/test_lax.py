"""funcgrad.lax against jax.lax: values and dtypes of the lines of expected/lax_cases.py, gradients where there are any, and under jit."""

import pathlib
import sys

import jax
import numpy as np
import pytest
import stored

import funcgrad as fg
from funcgrad import lax, tree

sys.path.append(str(pathlib.Path(__file__).parent / "expected"))
from lax_cases import CASES  # noqa: E402


class Draws:
    """What the lines draw, the same in every run; `use(i, array)` may put something else in the place of the i-th real array."""

    def __init__(self, use=lambda i, array: array):
        self.rng, self.count, self.use = np.random.default_rng(3), 0, use

    def real(self, array):
        self.count += 1
        return self.use(self.count - 1, array)

    def space(self, module):
        return {
            "lax": module,
            "np": np,
            "x": lambda *shape: self.real(self.rng.normal(size=shape)),
            "u": lambda *shape: self.real(self.rng.uniform(0.1, 0.9, shape)),
            "n": lambda *shape: self.rng.integers(0, 50, shape),
            "spd": lambda: self.real((lambda a: a @ a.T + np.eye(3))(self.rng.normal(size=(3, 3)))),
        }


def run(line, module, use=lambda i, array: array):
    draws = Draws(use)
    return eval(line, draws.space(module)), draws.count


def loss(line, module, numpy):
    """The weighted sum of what a line makes of its real arrays, and how many of those there are; None where nothing is real."""

    def f(*arrays):
        out, _ = run(line, module, lambda i, array: arrays[i])
        leaves = [v for v in tree.leaves(out) if np.dtype(v.dtype).kind in "fc"]
        total = 0.0
        for v in leaves:
            v = numpy.where(numpy.isfinite(numpy.abs(v)), v, 0.0)
            total = total + numpy.sum(
                numpy.abs(v) if v.dtype.kind == "c" else v * numpy.cos(numpy.arange(v.size).reshape(v.shape))
            )
        return total

    return f


def arrays_of(line):
    found = []
    out, _ = run(line, lax, lambda i, array: found.append(array) or array)
    return found, out


def of_jax(line):
    import jax.numpy as jnp

    found, _ = arrays_of(line)
    value, _ = run(line, jax.lax, lambda i, array: jnp.asarray(array))
    values = [np.asarray(v) for v in jax.tree.leaves(value)]
    gradients = []
    if found and any(v.dtype.kind in "fc" for v in values):
        try:
            gradients = [np.asarray(g) for g in jax.grad(loss(line, jax.lax, jnp), tuple(range(len(found))))(*found)]
        except (NotImplementedError, ValueError, TypeError):  # (jax has no rule by an operand of some lines)
            gradients = []
    return [values, gradients]


@pytest.fixture(scope="module")
def figures():
    return of_all()


def of_all():
    """jax's figures for every line: stored, or computed now."""
    key = f"jax {jax.__version__}, {hash_of(CASES)}"
    return dict(zip(CASES, stored.figures("lax", key, lambda: [of_jax(line) for line in CASES]), strict=True))


def hash_of(lines):
    import hashlib

    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


@pytest.mark.parametrize("line", CASES)
def test_as_jax(line, figures):
    found, out = arrays_of(line)
    values, gradients = figures[line]
    leaves = tree.leaves(out)
    assert len(leaves) == len(values)
    for got, want in zip(leaves, values, strict=True):
        assert np.shape(got) == want.shape
        if isinstance(got, (np.ndarray, np.generic)):
            assert got.dtype == want.dtype
        np.testing.assert_allclose(got, want, rtol=2e-7 if want.dtype == np.float32 else 1e-10, atol=1e-12)
    if gradients:
        import funcgrad.numpy as fnp

        f = loss(line, lax, fnp)
        numbers = tuple(range(len(found)))
        for transform in (fg.grad(f, numbers), fg.jit(fg.grad(f, numbers))):
            for got, want in zip(transform(*found), gradients, strict=True):
                np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-9)


def test_bad_calls_say_what_is_expected():
    x = np.ones((2, 3))
    for call, kind, text in (
        (lambda: lax.reshape(x, (4, 2)), TypeError, "has not as many elements"),
        (lambda: lax.transpose(x, (0, 0)), TypeError, "no permutation"),
        (lambda: lax.slice(x, (0, 2), (2, 5)), TypeError, "start <= limit <= length"),
        (lambda: lax.dot_general(x, x, (((1,), (0,)), ((), ()))), TypeError, "must have the same lengths"),
        (lambda: lax.dynamic_slice(x, (0, 0), (3, 1)), TypeError, "must not exceed"),
        (lambda: lax.squeeze(x, (0,)), ValueError, "not equal to one"),
        (lambda: lax.reduce_sum(x, (0, 0)), ValueError, "duplicate value"),
        (lambda: lax.fft(x, "DCT", (3,)), TypeError, "fft_type must be"),
        (lambda: lax.split(x, (1, 2)), ValueError, "must add up to 2"),
        (lambda: lax.associative_scan(None, x), TypeError, "fn must be callable"),
    ):
        with pytest.raises(kind, match=text):
            call()


def test_running_logsumexp_of_complex_numbers_looks_back_alone():
    """What comes later, greater by far or nan, changes no earlier sum: none underflows."""
    x = np.array([0j, 500 + 1j, 0.5j, 1000, complex(np.nan, 0)])
    want = np.array([0, 500 + 1j, 500 + 1j, 1000, complex(np.nan, np.nan)])
    np.testing.assert_allclose(lax.cumlogsumexp(x), want)
    np.testing.assert_allclose(lax.cumlogsumexp(x[::-1], reverse=True), want[::-1])
    np.testing.assert_allclose(fg.jit(fg.vmap(lax.cumlogsumexp))(np.stack([x, x]))[1], want)
    # the derivative of the k-th sum by x[j] is exp(x[j] - out[k]), j <= k
    jacobian = fg.jacfwd(lax.cumlogsumexp, holomorphic=True)(x[:4])
    np.testing.assert_allclose(jacobian, np.tril(np.exp(np.tril(x[:4] - want[:4, None]))), atol=1e-12)


def test_interpolation_of_complex_values():
    import funcgrad.jax as jax
    import funcgrad.jax.numpy as jnp

    x, xp, fp = jnp.array([0.5, 1.5, 9.0, -1.0]), jnp.arange(3.0), jnp.array([1 + 1j, 2, 3j])
    for f in (jnp.interp, jax.jit(jnp.interp), jax.vmap(jnp.interp, (0, None, None))):
        out = f(x, xp, fp)
        assert out.dtype == "complex64"
        assert out.tolist() == [1.5 + 0.5j, 1 + 1.5j, 3j, 1 + 1j]
    assert jnp.interp(x, xp, fp, left=1j)[3] == 1j
    assert jnp.interp(x, xp, fp, "extrapolate", "extrapolate").tolist() == [1.5 + 0.5j, 1 + 1.5j, -14 + 24j, 2j]
    assert jnp.interp(x, xp, xp, left=1j).tolist() == [0.5, 1.5, 2, 1j]
    np.testing.assert_allclose(jax.grad(lambda f: jnp.interp(0.3, xp, f).imag)(fp), [-0.7j, -0.3j, 0], rtol=1e-6)
    with pytest.raises(ValueError, match="x and xp must be real"):
        jnp.interp(x + 0j, xp, fp)
