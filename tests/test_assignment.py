"""Assignment and views under the functional transforms."""

import gc
import tracemalloc

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp

jax.config.update("jax_enable_x64", True)
X = np.array([0.3, 0.7, 1.1])


def same(ours, theirs):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-9, atol=1e-12)


def every_way(f, want, x=X):
    """The gradient of f under each transform that should leave it as it is, and the caller's array unchanged."""
    kept = x.copy()
    want = np.asarray(want)
    same(fg.grad(f)(x), want)
    same(fg.jit(fg.grad(f))(x), want)
    same(fg.grad(fg.jit(f))(x), want)
    same(fg.vmap(fg.grad(f))(np.stack([x, x])), [want, want])
    same(fg.jvp(f, (x,), (x,))[1], (want * x).sum())
    same(x, kept)


def test_index_kinds():
    rows, cols = np.array([2, 0, 2]), np.array([0, 1, 1])

    def f(x):
        a = fnp.zeros((3, 3))
        a[rows, cols] = x * 2
        a[1] += x
        a[..., 0] *= x
        a[np.array([True, False, True])] += 1.0
        a[-1, -1] = x[0] * x[1]
        a[:, None, 1][0] = x[2]
        return (a * a * np.arange(9.0).reshape(3, 3)).sum()

    def jf(x):
        a = jnp.zeros((3, 3)).at[rows, cols].set(x * 2)
        a = a.at[1].add(x)
        a = a.at[:, 0].multiply(x)
        a = a.at[np.array([True, False, True])].add(1.0)
        a = a.at[-1, -1].set(x[0] * x[1])
        a = a.at[0, 1].set(x[2])
        return (a * a * np.arange(9.0).reshape(3, 3)).sum()

    every_way(f, jax.grad(jf)(X))


def test_argument_itself_is_assigned():
    def f(x):
        y = x
        x[0] = 100.0
        x *= 2.0
        return (x * x).sum() + y[1]  # y is the same box

    every_way(f, [0.0, 8 * 0.7 + 2, 8 * 1.1])


def test_arrays_that_may_be_assigned():
    """np.zeros_like(x), x.copy(), x * 2, fnp.array([...]) all make boxes."""

    def f(x):
        a = np.zeros_like(x)
        a[0] = x[1]
        b = x.copy()
        b[1] = a[0] * 3
        c = x * 2
        c[2:] = b[1:2]
        d = fnp.array([x[0], 1.0, b[1]])
        d[1] += c[2]
        return (a * b * c * d).sum() + d.sum()

    def jf(x):
        a = jnp.zeros(3).at[0].set(x[1])
        b = x.at[1].set(a[0] * 3)
        c = (x * 2).at[2:].set(b[1:2])
        d = jnp.array([x[0], 1.0, b[1]]).at[1].add(c[2])
        return (a * b * c * d).sum() + d.sum()

    every_way(f, jax.grad(jf)(X))


def test_writes_through_views_of_views():
    def f(x):
        a = fnp.zeros((2, 2, 3))
        v = a[0].T
        w = v[1:, ::-1]
        w[0] = x[:2]
        a[0, 0] *= 2
        v += x[:, None]
        r = a.reshape(4, 3)
        r[3] = v[:, 0] * x
        return (a * a).sum() + (w * x[:2]).sum()

    def jf(x):
        m = jnp.zeros((2, 3)).at[1, 1].set(x[0]).at[0, 1].set(x[1])
        m = m.at[0].multiply(2) + x[None, :]
        w = m.T[1:, ::-1]
        a = jnp.stack([m, jnp.zeros((2, 3)).at[1].set(m[0] * x)])
        return (a * a).sum() + (w * x[:2]).sum()

    every_way(f, jax.grad(jf)(X))


def test_numpy_view_rules():
    """One number read is a copy; reshape after transpose is a view exactly when NumPy's is: plain NumPy is the judge."""

    def prog(a, v):
        s = a[0, 0]
        r = a[1]
        c = a.T.reshape(-1)
        q = a[:2].reshape(-1)
        a[0, 0] = v
        r[:2] += v
        a[:, 1] *= 2.0
        c[1] = 50.0
        q[0] += 1.0
        return s * 3.0 + (a * a).sum() + c[3] * 1.0 + q.sum()

    def plain(v):
        return prog(np.arange(9.0).reshape(3, 3), v)

    def traced(v):
        a = fnp.zeros((3, 3))
        a += np.arange(9.0).reshape(3, 3)
        return prog(a, v)

    eps = 1e-6
    same(fg.vjp(traced, 0.7)[0], plain(0.7))
    assert fg.grad(traced)(0.7) == pytest.approx((plain(0.7 + eps) - plain(0.7 - eps)) / 2 / eps, rel=1e-6)
    same(fg.jit(traced)(np.array(0.7)), plain(0.7))


def test_repeated_index_last_write_wins():
    i = np.array([1, 1, 0])

    def f(x):
        a = fnp.zeros(2)
        a[i] = x
        return (a * np.array([2.0, 3.0])).sum()

    same(fg.grad(f)(X), [0.0, 3.0, 2.0])


def test_an_inner_record_keeps_the_values_it_saw():
    def f(x):
        out, pull = fg.vjp(lambda y: (y * y * x).sum(), x)
        x[0] = 50.0
        out *= 100.0
        return pull(np.float64(1.0))[0].sum()

    same(fg.grad(f)(X), 4 * X)  # d/dx of sum(2 x x)


def loop(n):
    def f(x):
        a = fnp.zeros(n)
        for i in range(1, n):
            a[i] = a[i - 1] * 0.5 + x[i]
        return a.sum()

    return f


def peak_memory(n):
    """Peak bytes of the gradient of a loop that reads and writes each entry of a vector."""
    x = np.ones(n)
    gc.collect()
    tracemalloc.start()
    got = fg.grad(loop(n))(x)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    same(got[-1], 1.0)
    same(got[1], sum(0.5**k for k in range(n - 1)))
    return peak


def test_a_loop_over_a_vector_is_linear_in_memory():
    """The time of the same loop is a row of benchmarks/eager.py."""
    assert peak_memory(10_000) <= 2.2 * peak_memory(5_000)


def test_no_copy_per_write():
    """A write into an array nobody else holds goes into its memory; one into an array a rule saved makes a new one."""
    seen = []

    def f(x):
        a = fnp.zeros(4)
        a[0] = x[0]
        seen.append(a.val)
        a[1] = x[1]
        seen.append(a.val)
        b = np.sin(a)
        a[2] = x[2]
        seen.append(a.val)
        return (a * b).sum()

    fg.grad(f)(X)
    del seen[1:2]
    first, last = seen
    assert first is not last


def test_write_errors_leave_everything_as_it_was():
    def f(x):
        a = fnp.zeros(3)
        a[0] = x[0]
        with pytest.raises(ValueError):
            a[:2] = x
        with pytest.raises(IndexError):
            a[5] = x[0]
        with pytest.raises(ValueError):
            a += fnp.ones((2, 3))
        return (a * a).sum()

    same(fg.grad(f)(X), [0.6, 0.0, 0.0])
