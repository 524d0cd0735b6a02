"""Transforms nested in every order agree with jax on the same programs."""

import itertools

import jax
import numpy as np
import pytest
from programs import PROGRAMS

import funcgrad as fg

jax.config.update("jax_enable_x64", True)


def summed(f):
    """A scalar function again, of whatever the transforms made of f."""
    return lambda x: sum((leaf * leaf).sum() for leaf in fg.tree.leaves(f(x)))


def directed(jvp, f):
    return lambda x: jvp(f, (x,), (x * 0.5 + 1.0,))[1]


def mapped(vmap, stack, f):
    return lambda x: vmap(f)(stack(x))


OURS = {
    "grad": fg.grad,
    "jvp": lambda f: directed(fg.jvp, f),
    "vmap": lambda f: mapped(fg.vmap, lambda x: x * np.array([[1.0], [1.2]]), f),
    "jit": fg.jit,
    "checkpoint": fg.checkpoint,
}
JAX = {
    "grad": jax.grad,
    "jvp": lambda f: directed(jax.jvp, f),
    "vmap": lambda f: mapped(jax.vmap, lambda x: x * np.array([[1.0], [1.2]]), f),
    "jit": jax.jit,
    "checkpoint": jax.checkpoint,
}
PAIRS = list(itertools.product(OURS, repeat=2))


def same(ours, theirs):
    np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("program", PROGRAMS, ids=repr)
def test_value(program):
    same(program.ours(program.x), program.theirs(program.x))


@pytest.mark.parametrize("outer,inner", PAIRS, ids=["-of-".join(p) for p in PAIRS])
def test_every_ordered_pair(outer, inner):
    """outer(inner(program)) for each of the ten programs; results that are not scalar are squared and summed between."""
    for program in PROGRAMS:
        f, g = OURS[inner](program.ours), JAX[inner](program.theirs)
        if outer == "grad":
            f, g = summed(f), summed(g)
        same(OURS[outer](f)(program.x), JAX[outer](g)(program.x))


@pytest.mark.parametrize("program", PROGRAMS, ids=repr)
def test_three_deep(program):
    """Hessians by every road, and their compiled and mapped forms."""
    x, want = program.x, jax.hessian(program.theirs)(program.x)
    same(fg.hessian(program.ours)(x), want)
    same(fg.jacrev(fg.jacrev(program.ours))(x), want)
    same(fg.jacfwd(fg.jacfwd(program.ours))(x), want)
    same(fg.jacrev(fg.jacfwd(program.ours))(x), want)
    same(fg.jit(fg.hessian(program.ours))(x), want)
    same(fg.hessian(fg.jit(program.ours))(x), want)
    v = np.array([1.0, -0.5, 2.0])
    same(fg.hvp(program.ours, (x,), (v,)), want @ v)


def test_perturbation_confusion():
    """d/dx (x * d/dy (x + y)) is 1: the inner derivative must not see the outer one's perturbation."""
    assert fg.grad(lambda x: x * fg.grad(lambda y: x + y)(2.0))(1.0) == 1.0
    assert fg.grad(lambda x: x * fg.jvp(lambda y: x * y, (2.0,), (1.0,))[1])(3.0) == 6.0
    assert fg.jvp(lambda x: x * fg.jvp(lambda y: x * y, (2.0,), (1.0,))[1], (3.0,), (1.0,))[1] == 6.0
    assert fg.jvp(lambda x: x * fg.grad(lambda y: x * y)(2.0), (3.0,), (1.0,))[1] == 6.0


def test_jit_closes_over_an_outer_traced_value():
    x = np.array([0.3, 0.7])

    def f(a):
        return fg.grad(fg.jit(lambda y: (y * y * a).sum()))(x).sum()

    same(fg.grad(f)(x), 2 * x)
    same(fg.vmap(f)(np.stack([x, x + 1])), [(2 * x * x).sum(), (2 * x * (x + 1)).sum()])
    held = []
    g = fg.jit(lambda y: (y * held[-1]).sum())

    def h(a):
        held.append(a)
        return g(x)

    same(fg.grad(h)(x), x)
    same(fg.grad(h)(x + 1), x)  # the second call must not reuse a graph that holds the first call's value


def test_python_control_flow_on_values():
    def f(x):
        return (x * x).sum() if x[0] > 0 else x.sum()

    x = np.array([0.3, 0.7])
    same(fg.grad(f)(x), 2 * x)
    same(fg.grad(f)(-x), np.ones(2))
    same(fg.grad(lambda y: (fg.grad(f)(y) * y).sum())(x), 4 * x)
    same(fg.jvp(fg.grad(f), (x,), (x,))[1], 2 * x)

    def newton(a):
        y = a
        while abs(y * y - a) > 1e-12:
            y = 0.5 * (y + a / y)
        return y

    assert fg.grad(newton)(2.0) == pytest.approx(0.5 / 2**0.5)


def test_vjp_of_many_results_and_arguments():
    def f(p, y):
        return {"a": p["w"] * y, "b": (p["w"] ** 2).sum()}

    p, y = {"w": np.array([1.0, 2.0])}, np.array([3.0, 4.0])
    out, pull = fg.vjp(f, p, y)
    ct = {"a": np.array([1.0, 0.5]), "b": np.float64(2.0)}
    jout, jpull = jax.vjp(f, p, y)
    same(out["a"], jout["a"])
    for ours, theirs in zip(fg.tree.leaves(pull(ct)), jax.tree.leaves(jpull(ct)), strict=True):
        same(ours, theirs)
    same(pull(ct)[0]["w"], pull(ct)[0]["w"])  # a pullback may be called again
    with pytest.raises(TypeError, match="structure of the value"):
        pull((1.0,))
    with pytest.raises(ValueError, match="must have its shape"):
        pull({"a": np.ones(3), "b": 1.0})


def test_grad_options():
    f = lambda x, y: ((x * y).sum(), {"seen": x * 2})  # noqa: E731
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    g, aux = fg.grad(f, has_aux=True)(x, y)
    same(g, y)
    assert type(aux["seen"]) is np.ndarray
    same(aux["seen"], 2 * x)
    gx, gy = fg.grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(x, y)
    same(gx, y)
    same(gy, x)
    same(fg.grad(lambda x, y: (x * y).sum(), argnums=-1)(x, y), x)
    assert fg.grad(lambda z: z * z, holomorphic=True)(1 + 2j) == 2 + 4j
    assert fg.grad(lambda i: 2.0, allow_int=True)(np.arange(3)).dtype == jax.dtypes.float0
    (value, aux), g = fg.value_and_grad(f, has_aux=True)(x, y)
    assert value == 11.0


def test_scalars_keep_their_form():
    """A Python float gives Python floats, an array arrays, a 0-d array NumPy scalars; with and without jit."""
    for g in (fg.grad(lambda x: x * x * x), fg.jit(fg.grad(lambda x: x * x * x)), fg.grad(fg.jit(lambda x: x * x * x))):
        assert type(g(2.0)) is float and g(2.0) == 12.0
        out = g(np.array(2.0, np.float32))
        assert type(out) is np.float32 and out == 12.0
        assert type(g(np.float32(2.0))) is np.float32
    f = lambda x: x * 0.5 + 1  # noqa: E731
    assert fg.grad(lambda x: f(x).sum())(np.ones(3, np.float32)).dtype == np.float32
    assert fg.vmap(f)(np.ones(3, np.float32)).dtype == np.float32
    assert fg.jit(f)(np.ones(3, np.float32)).dtype == np.float32
    assert fg.jvp(f, (np.ones(3, np.float32),), (np.ones(3, np.float32),))[1].dtype == np.float32


def test_vmap_axes():
    a, b = np.arange(6.0).reshape(2, 3), np.arange(12.0).reshape(3, 2, 2)
    f = lambda x, y: x @ y  # noqa: E731
    same(fg.vmap(f, (1, 0))(a, b), jax.vmap(f, (1, 0))(a, b))
    same(fg.vmap(f, (1, None), out_axes=1)(a, b[0]), jax.vmap(f, (1, None), out_axes=1)(a, b[0]))
    same(fg.vmap(lambda d: d["u"] * d["v"], ({"u": 0, "v": None},))({"u": a, "v": 2.0}), a * 2)
    same(fg.vmap(lambda x: 3.0)(a), [3.0, 3.0])
    with pytest.raises(ValueError, match=r"x axis 0 has 2 \(float64\[2,3\]\); y axis 0 has 3 \(float64\[3,2,2\]\)"):
        fg.vmap(lambda x, y: x)(a, b)
    with pytest.raises(ValueError, match="has no axis 2"):
        fg.vmap(lambda x: x, 2)(a)


def test_deep_graphs_need_no_recursion():
    """A chain of 100,000 operations differentiates and is freed by reference counts."""

    def f(x):
        for _ in range(100_000):
            x = x + 1e-9
        return x

    assert fg.grad(f)(1.0) == 1.0


def test_results_are_owned():
    """Never an argument, never twice the same array, never memory of something else."""
    x, y, ct = np.ones(3), np.ones(3), np.ones(3)
    out, pull = fg.vjp(lambda x, y: x + y, x, y)
    a, b = pull(ct)
    assert a is not ct and b is not ct and not np.shares_memory(a, b) and not np.shares_memory(a, ct)
    assert fg.vjp(lambda x: x, x)[0] is not x
    g = fg.grad(lambda x: x.sum())(x)
    g += 1.0
    assert g.tolist() == [2.0] * 3
    out, pull = fg.vjp(np.exp, x)
    out *= 0.0  # exp's result is what its rule reads
    same(pull(ct)[0], np.exp(x))
    j = fg.jit(lambda x: x.reshape(3, 1))
    r = j(x)
    r += 1
    assert x.tolist() == [1.0] * 3


@pytest.mark.parametrize("into", [-3, -1, 0, 1, 2])
@pytest.mark.parametrize("out", [-2, -1, 0, 1])
def test_axes_of_vmap_from_either_end(into, out):
    x = np.arange(24.0).reshape(2, 3, 4)
    f = lambda v: v[0].sum() + v.reshape(-1)[1:3]  # noqa: E731
    np.testing.assert_allclose(fg.vmap(f, into, out)(x), jax.vmap(f, into, out)(x))


def test_what_is_plain_beside_a_handle_of_the_level_below():
    """Found by random programs: of x - y and sin(y) only the first has a handle inside."""

    def outer(x, y):
        return np.sum(fg.grad(lambda y: np.sum((x - y) * np.sin(y.astype("float64"))))(y))

    y = np.array([0.3, 0.4])
    np.testing.assert_allclose(fg.grad(outer)(2.0, y), np.sum(np.cos(y)), rtol=1e-12)
