"""Bodies of loops over small arrays, run on their elements (compile/elements.py): as text, against NumPy's loops, and where it is not done."""

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.compile import around_loops, element_loops, elements
from funcgrad.core.graph_parser import parse

A = np.array([[0.3, -0.2, 0.5], [0.1, 0.4, -0.6], [-0.7, 0.2, 0.1]])
XS = np.sin(np.arange(24.0)).reshape(8, 3)


def test_graph_of_elements():
    graph = parse("""
graph(a0: float64[2,2], a1: float64[2], a2: float64[])
  v0: float64[2] = dot_general(a0, a1, dims=(((1,), (0,)), ((), ())))
  v1: float64[2] = mul(v0, a2)
  v2: float64[] = sum(v1, axes=(0,))
  v3: float64[2] = getitem(v1, idx=(slice(None, None, -1),))
  return v3, v2
""")
    assert str(elements.elementwise_graph(graph)) == (
        """graph(a0: float64[], a1: float64[], a2: float64[], a3: float64[], a4: float64[], a5: float64[], a6: float64[])
  v0: float64[] = mul(a0, a4)
  v1: float64[] = mul(a1, a5)
  v2: float64[] = add(v0, v1)
  v3: float64[] = mul(a2, a4)
  v4: float64[] = mul(a3, a5)
  v5: float64[] = add(v3, v4)
  v6: float64[] = mul(v2, a6)
  v7: float64[] = mul(v5, a6)
  v8: float64[] = add(v6, v7)
  return v7, v6, v8"""
    )


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("v0: float64[17] = sin(a0)", "it is large"),
        ("v0: float64[17] = cumsum(a0, axis=0)", "no such form"),
    ],
)
def test_not_taken_apart(body, why):
    size = 17 if "large" in why else 3
    text = f"graph(a0: float64[{size}])\n  {body}\n  return v0\n".replace("17", str(size))
    assert elements.elementwise_graph(parse(text)) is None


def step(o, c, x):
    """A step that moves elements about, and what it computes; `o`: the module."""
    v, n, positive, total = c
    v = o.tanh(A @ v + x)
    m = o.stack([v, v[::-1]]) * o.where(positive, 1.0, 0.5)
    out = (
        o.sum(m * (m > v[0]).astype(np.float64), axis=0),
        o.max(v),
        o.mean(m),
        o.concatenate([v[1:], x[:1]]),
        n,
        m.T @ m,
        positive,
    )
    return (v, n + 1, v[0] > 0, total + v[1] ** 2 / (1 + x[2] ** 2)), out


START = A[0], 0, True, np.float64(0.5)


def by_hand():
    carry, rows = START, []
    for x in XS:
        carry, out = step(np, carry, x)
        rows.append(out)
    return carry, tuple([np.array(c) for c in zip(*rows, strict=True)])


def test_values(monkeypatch):
    seen = []
    made = element_loops.scan_code
    monkeypatch.setattr("funcgrad.compile.scan.scan_code", lambda *args: seen.append(1) or made(*args))
    got = fg.jit(lambda xs: fg.lax.scan(lambda c, x: step(fnp, c, x), START, xs))(XS)
    assert seen
    for g, w in zip(fg.tree.leaves(got), fg.tree.leaves(by_hand()), strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-12)
        assert np.asarray(g).dtype == np.asarray(w).dtype and (np.ndim(g) == 0 or g.flags.owndata)
    backwards = fg.lax.scan(lambda c, x: (c - x, c * x), A[0], XS, reverse=True)[1]
    np.testing.assert_allclose(backwards, [(A[0] - XS[i + 1 :].sum(0)) * XS[i] for i in range(8)])


@pytest.mark.parametrize("nest", ["grad", "vmap", "jvp", "grad of grad"])
def test_derivatives(nest):
    """Of x -> sum of a quadratic map's orbit: the derivative follows from the chain rule by hand."""

    def f(x):
        def step(c, _):
            c = fnp.stack([1 - 1.4 * c[0] ** 2 + c[1], 0.3 * c[0]])
            return c, c[0]

        return fg.lax.scan(step, fnp.stack([x, 0.1 * x]), None, length=6)[1].sum()

    def orbit(x):  # (value, first, second derivative) pairs
        a, b, total = (x, 1.0, 0.0), (0.1 * x, 0.1, 0.0), np.zeros(3)
        for _ in range(6):
            square = (a[0] ** 2, 2 * a[0] * a[1], 2 * a[1] ** 2 + 2 * a[0] * a[2])
            a, b = tuple([-1.4 * s + v for s, v in zip(square, b, strict=True)]), tuple([0.3 * v for v in a])
            a = (1 + a[0], *a[1:])
            total += a
        return total

    want = orbit(0.2)
    if nest == "grad":
        np.testing.assert_allclose(fg.jit(fg.value_and_grad(f))(0.2), want[:2])
    elif nest == "vmap":
        np.testing.assert_allclose(fg.jit(fg.vmap(f))(np.array([0.2, 0.3])), [want[0], orbit(0.3)[0]])
    elif nest == "jvp":
        np.testing.assert_allclose(fg.jit(lambda x: fg.jvp(f, (x,), (2.0,)))(0.2), [want[0], 2 * want[1]])
    else:
        np.testing.assert_allclose(fg.jit(fg.grad(fg.grad(f)))(0.2), want[2])


def test_numbers_like_numpys():
    """What raises in Python is inf and nan here, in the step in which it happens; then the loop goes on."""

    def step(c, x):
        return fnp.stack([c[0] + 1.0, 1.0 / x]), fnp.exp(x) + fnp.log(x) + c[1]

    xs = np.array([1.0, 0.0, 1000.0, -1.0])
    last, ys = fg.jit(lambda xs: fg.lax.scan(step, np.zeros(2), xs))(xs)
    assert np.array_equal(last, [4.0, -1.0])
    np.testing.assert_allclose(ys, [np.e, -np.inf, np.inf, np.nan])


def test_while():
    def newton(a):
        def go(c):
            return fnp.abs(c[0] ** 2 - a) > 1e-12

        return fg.lax.while_loop(go, lambda c: fnp.stack([0.5 * (c[0] + a / c[0]), c[1] + 1]), fnp.stack([a, 0 * a]))

    root, steps = fg.jit(newton)(np.float64(2.0))
    assert abs(root - np.sqrt(2)) < 1e-12 and steps == 5


def test_rows_that_no_step_needs_are_computed_after_the_loop():
    """Of the carry that each step began with: the loop itself has the carry alone. What Python would raise at is inf and nan there too."""

    def step(c, x):
        top = fnp.max(c)
        e = fnp.exp(c - top)
        new = fnp.stack([c[1] + x, c[0] * x[()]])
        return new, (e / fnp.sum(e), fnp.log(e), 1.0 / (c - x), c[0] > x, new)

    def by_hand(c, xs):
        rows = []
        for x in xs:
            e = np.exp(c - c.max())
            new = np.array([c[1] + x, c[0] * x])
            with np.errstate(all="ignore"):
                rows.append((e / e.sum(), np.log(e), 1.0 / (c - x), c[0] > x, new))
            c = new
        return c, [np.array(r) for r in zip(*rows, strict=True)]

    xs, c = np.linspace(-1.0, 1.0, 40), np.array([0.3, -1.0])
    for reverse in (False, True):
        last, rows = fg.jit(lambda c, xs: fg.lax.scan(step, c, xs, reverse=reverse))(c, xs)  # noqa: B023 (it is run at once)
        want, due = by_hand(c, xs[::-1] if reverse else xs)
        np.testing.assert_allclose(last, want)
        for got, values in zip(rows, due, strict=True):
            np.testing.assert_allclose(got, values[::-1] if reverse else values)
            assert got.dtype == values.dtype and got.flags.owndata and got.flags.writeable
        assert np.isinf(rows[2]).any() == (not reverse)
    graph = parse("""
graph(a0: float64[2], a1: float64[])
  v0: float64[2] = mul(a0, a1)
  v1: float64[2] = exp(a0)
  v2: float64[2] = sin(v1)
  v3: float64[2] = add(v2, v0)
  return v0, v3
""")
    found = around_loops.late(graph, 0, 1, 40)
    assert [n.prim.name for n in found.step.nodes] == ["mul"] and found.kept == [0]
    assert around_loops.late(graph, 0, 1, 8) is None  # (too few steps)


@pytest.mark.parametrize("shape", [(1,), (1, 1), (2,)])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.sum(),
        lambda x: x.max(),
        lambda x: x.ravel()[0],
        lambda x: x[..., 0],
        lambda x: x.mean(),
        lambda x: x[:1].reshape(-1)[0],
    ],
)
def test_one_number_is_a_scalar_or_an_array_as_numpys(f, shape):
    """An array of one element is not reshaped into a result where NumPy gives a scalar."""
    x = np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)
    got, wanted = fg.jit(f)(x), f(x)
    assert (type(got), got.dtype, got.shape, got.tolist()) == (
        type(wanted),
        wanted.dtype,
        wanted.shape,
        wanted.tolist(),
    )
