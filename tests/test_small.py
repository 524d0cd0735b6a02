"""Small arrays of straight-line code as numbers (compile/small.py): as text, where it is done and where not, and that results are NumPy's."""

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.compile import small
from funcgrad.core.graph_parser import parse


def test_graph_of_numbers():
    graph = parse("""
graph(a0: float64[3], a1: float64[1000])
  v0: float64[2] = getitem(a0, idx=(slice(1, None, None),))
  v1: float64[2] = getitem(a0, idx=(slice(0, 2, None),))
  v2: float64[2] = sub(v0, v1)
  v3: float64[] = dot_general(v2, v2, dims=(((0,), (0,)), ((), ())))
  v4: float64[] = sqrt(v3)
  v5: float64[2] = mul(v4, v2)
  v6: float64[2] = exp(v5)
  v7: float64[2] = sub(v6, v2)
  v8: float64[] = sum(v7, axes=(0,))
  v9: float64[1000] = mul(v8, a1)
  return v9, v7
""")
    assert str(small.taken_apart_where_small(graph)) == (
        """graph(a0: float64[3], a1: float64[1000])
  v0: float64[] = getitem(a0, idx=(0,))
  v1: float64[] = getitem(a0, idx=(1,))
  v2: float64[] = getitem(a0, idx=(2,))
  v3: float64[] = sub(v1, v0)
  v4: float64[] = sub(v2, v1)
  v5: float64[] = mul(v3, v3)
  v6: float64[] = mul(v4, v4)
  v7: float64[] = add(v5, v6)
  v8: float64[] = sqrt(v7)
  v9: float64[] = mul(v8, v3)
  v10: float64[] = mul(v8, v4)
  v11: float64[] = exp(v9)
  v12: float64[] = exp(v10)
  v13: float64[] = sub(v11, v3)
  v14: float64[] = sub(v12, v4)
  v15: float64[] = add(v13, v14)
  v16: float64[1000] = mul(v15, a1)
  v17: float64[2] = stack(v13, v14, axis=0)
  return v16, v17"""
    )


@pytest.mark.parametrize(
    ("aval", "operation"),
    [
        ("float64[12]", "exp"),  # as quick
        ("float32[3]", "neg"),  # (its numbers are no Python numbers)
        ("float64[3]", "lgamma"),  # no such form
    ],
)
def test_left_whole(aval, operation):
    lines = [f"  v{i + 1}: {aval} = {operation}({'v' if i else 'a'}{i})\n" for i in range(20)]
    graph = parse(f"graph(a0: {aval})\n{''.join(lines)}  return v20\n")
    assert small.taken_apart_where_small(graph) is graph


def rope(o, p, ends):
    """Springs between neighbours, entry by entry; `o`: the module. `ends`: a large array that numbers of it meet."""
    force = [o.zeros(2) for _ in p]
    for i in range(len(p) - 1):
        d = p[i + 1] - p[i]
        pull = (1.0 - 0.5 / o.sqrt(d @ d)) * d
        force[i], force[i + 1] = force[i] + pull, force[i + 1] - pull
    force = o.stack(force)
    at = o.where(force > 0, o.exp(-force), force)
    return force, o.sum(at) * ends, o.max(at, axis=0), at > 0.1, at[0], at[0]


def test_values_and_derivatives():
    p, ends = np.array([[0.1, 0.2], [1.0, -0.5], [1.5, 0.7], [2.5, 0.4]]), np.linspace(-1.0, 1.0, 40)
    compiled = fg.jit(lambda p, ends: rope(fnp, p, ends))
    assert compiled.source(p, ends).count(" = math_sqrt(") + compiled.source(p, ends).count("(math_sqrt(") == 3
    for _ in range(2):
        for got, want in zip(compiled(p, ends), rope(np, p, ends), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-14)
            assert got.dtype == want.dtype and got.flags.writeable
    slope = fg.jit(fg.grad(lambda p: fnp.sum(rope(fnp, p, ends)[0] ** 2)))(p)
    step = 1e-20j  # (a complex step: exact to rounding)
    for i in np.ndindex(p.shape):
        q = p.astype(complex)
        q[i] += step
        force = rope_force(q)
        np.testing.assert_allclose(slope[i], np.sum(force**2).imag / 1e-20, rtol=1e-12)


def rope_force(p):
    force = np.zeros_like(p)
    for i in range(len(p) - 1):
        d = p[i + 1] - p[i]
        pull = (1.0 - 0.5 / np.sqrt(np.sum(d * d))) * d
        force[i] += pull
        force[i + 1] -= pull
    return force


def test_numbers_like_numpys():
    """What raises in Python is inf and nan here."""

    def f(x):
        return fnp.log(x[:2] * x[1:]) / x[0] + fnp.exp(x[:2]) * x[2] - x[1:] / fnp.sum(x)

    for x in (np.array([0.0, 1.0, 2.0]), np.array([1000.0, -1.0, 2.0]), np.array([1.0, 1.0, -2.0])):
        with np.errstate(all="ignore"):
            want = np.log(x[:2] * x[1:]) / x[0] + np.exp(x[:2]) * x[2] - x[1:] / np.sum(x)
        np.testing.assert_allclose(fg.jit(f)(x), want)


def test_steps_of_a_loop():
    """Rows that a step writes in place, some of which are one and the same value."""

    def step(v, x):
        w = fnp.stack([v[1] - 0.1 * v[0], v[0] + x[0] * v[1]]) / (1.0 + v @ v)
        return w, (w, w + 0.0, fnp.sum(w) * x)

    xs = np.random.default_rng(0).standard_normal((6, 40))
    v = np.array([0.3, -0.4])
    last, (first, second, third) = fg.jit(lambda v, xs: fg.lax.scan(step, v, xs))(v, xs)
    for i, x in enumerate(xs):
        v = np.array([v[1] - 0.1 * v[0], v[0] + x[0] * v[1]]) / (1.0 + v @ v)
        np.testing.assert_allclose(first[i], v)
        np.testing.assert_allclose(second[i], v)
        np.testing.assert_allclose(third[i], v.sum() * x)
    np.testing.assert_allclose(last, v)
