"""Stages of compilation, shapes without values, callbacks with results, scopes, closure_convert: against jax where it says what is right."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp

jax.config.update("jax_enable_x64", True)
S = fg.ShapeDtypeStruct
W, X = np.arange(6.0).reshape(2, 3), np.array([0.5, -1.0, 2.0])
CASES = {  # function -> (arguments that describe, of numpy)
    "dict": (lambda of: lambda w, x: {"a": w @ x, "b": (of.sum(x), x[:1] > 0)}, (S((2, 3), "f8"), S((3,), "f8"))),
    "dtypes": (lambda of: lambda w, x: [w.T, x * 2, w[0] + x], (S((2, 3), "f4"), S((3,), "f8"))),
    "a number": (lambda of: lambda w, x: (w * x, x), (S((2, 3), "f4"), 2.0)),
    "empty": (lambda of: lambda w, x: of.concatenate([w.ravel(), x]), (S((0, 3), "f4"), S((3,), "f4"))),
}


def described(x):
    return jax.ShapeDtypeStruct(x.shape, x.dtype) if isinstance(x, S) else x


def same(ours, theirs):
    """The same tree of shapes and dtypes."""
    a, b = fg.tree.leaves(ours), jax.tree.leaves(theirs)
    assert [(x.shape, x.dtype, x.weak_type) for x in a] == [
        (x.shape, x.dtype, getattr(x, "weak_type", False)) for x in b
    ]
    assert all([isinstance(x, S) for x in a])
    assert str(fg.tree.map(lambda x: 0, ours)) == str(jax.tree.map(lambda x: 0, theirs))


@pytest.mark.parametrize("name", CASES)
def test_shapes(name):
    make, args = CASES[name]
    theirs = [described(x) for x in args]
    want = jax.eval_shape(make(jnp), *theirs)
    same(fg.eval_shape(make(fnp), *args), want)
    lowered = fg.jit(make(fnp)).lower(*args)
    same(lowered.out_info, want)
    same(
        fg.make_graph(make(fnp), return_shape=True)(*args)[1], jax.make_jaxpr(make(jnp), return_shape=True)(*theirs)[1]
    )
    of_jax = jax.jit(make(jnp)).lower(*theirs)
    assert str(lowered.in_tree) == str(of_jax.in_tree) and str(lowered.out_tree) == str(of_jax.out_tree)
    assert lowered.in_tree.num_leaves == 2


@pytest.mark.filterwarnings("ignore::funcgrad.errors.SideEffectWarning")  # (it counts how often it is staged)
def test_lower_compile_call():
    calls = []

    def f(w, x, *, scale):
        calls.append(1)
        return {"y": (w @ x) * scale, "n": 3}

    jitted = fg.jit(f)
    traced = jitted.trace(S((2, 3), "f8"), S((3,), "f8"), scale=2.0)
    compiled = traced.lower().compile()
    assert str(traced.graph) == traced.lower().as_text() and "dot_general" in traced.lower().as_text()
    assert "def run(a0, a1, a2)" in compiled.as_text() and traced.fun_name == "f"
    got = compiled(W, X, scale=2.0)
    assert got["y"].tolist() == (2 * W @ X).tolist() and got["n"] == 3
    jitted(W, X, scale=5.0)
    assert len(calls) == 1  # (lowering, compiling and calling stage once)
    for args, kwargs, what in (
        ((W.astype("f4"), X), {"scale": 2.0}, "argument 0 must be float64.2,3., as it was compiled for; got float32"),
        ((W, X[:2]), {"scale": 2.0}, "argument 1 must be float64.3.,"),
        ((W, X), {"scale": np.ones(())}, "argument 2 must be .* .a Python number., as it"),
        ((W,), {"scale": 2.0}, "must have the structure it was compiled for"),
    ):
        with pytest.raises(TypeError, match=rf"compiled f: .*{what}.*test_stages.py:\d+"):
            compiled(*args, **kwargs)
    with pytest.raises(TypeError, match="jit: .* ShapeDtypeStruct"):
        jitted(S((2, 3), "f8"), X, scale=2.0)


def test_static_arguments_of_lower():
    f = fg.jit(lambda x, n: x**n, static_argnums=1)
    assert f.lower(S((3,), "f8"), 2).compile()(X).tolist() == (X**2).tolist()
    assert f.lower(X, 3).compile()(X).tolist() == (X**3).tolist()


def test_compiled_functions_differentiate():
    compiled = fg.jit(lambda x: np.sum(np.sin(x))).lower(X).compile()
    np.testing.assert_allclose(fg.grad(compiled)(X), np.cos(X))


def test_costs():
    f = lambda w, x: jnp.sum(jnp.tanh(w @ x)) if isinstance(w, jax.Array) else np.sum(np.tanh(w @ x))  # noqa: E731
    ours = fg.jit(f).lower(W, X).cost_analysis()
    theirs = jax.jit(lambda w, x: jnp.sum(jnp.tanh(w @ x))).lower(W, X).cost_analysis()
    assert ours["transcendentals"] == theirs["transcendentals"] == 2
    assert ours["flops"] == 2 * 2 * 3 + 2 and abs(ours["flops"] - theirs["flops"]) <= 2  # (XLA counts the sum's n - 1)
    loop = fg.jit(lambda x: fg.lax.fori_loop(0, 10, lambda i, v: v * x, x)).lower(X).cost_analysis()
    assert loop["flops"] == 30 and "not counted" not in loop
    assert fg.jit(np.linalg.eigvalsh).lower(np.eye(3)).cost_analysis()["not counted"]


# ------------------------------------------------------------------------------------------------ callbacks
def callbacks(lib, method):
    struct = lib.ShapeDtypeStruct
    seen = []

    def host(x, y):
        seen.append((np.shape(x), np.shape(y)))
        return np.asarray(x) * 2.0 + np.asarray(y)

    def f(x, y):
        return lib.pure_callback(host, struct(x.shape, x.dtype), x, y, vmap_method=method)

    return f, seen


@pytest.mark.parametrize("method", ["sequential", "expand_dims", "broadcast_all"])
def test_pure_callback(method):
    """The results, and the shapes that the function is given, are jax's."""
    for use in (
        lambda lib, f: lib.jit(f)(W[0], W[1]),
        lambda lib, f: lib.vmap(f)(W, W),
        lambda lib, f: lib.jit(lib.vmap(f, (0, None)))(W, X),
        lambda lib, f: lib.lax.scan(lambda c, x: (f(c, x), c), X, W)[0],
    ):
        (ours, seen), (theirs, seen_by_jax) = callbacks(fg, method), callbacks(jax, method)
        np.testing.assert_allclose(use(fg, ours), use(jax, theirs))
        assert seen == seen_by_jax


def test_callbacks_refuse():
    f = lambda x, **kw: fg.pure_callback(np.sort, S(x.shape, x.dtype), x, **kw)  # noqa: E731
    for call, what in (
        (lambda: fg.grad(lambda x: f(x).sum())(X), "pure_callback has no derivative, as in jax"),
        (lambda: fg.jvp(f, (X,), (X,)), "pure_callback has no derivative"),
        (lambda: fg.vmap(f)(W), "needs vmap_method="),
        (lambda: f(X, vmap_method="other"), "vmap_method must be one of sequential"),
        (lambda: fg.pure_callback(np.sort, 3.0, X), "must be a pytree of ShapeDtypeStructs .*; got 3.0"),
        (
            lambda: fg.pure_callback(np.sum, S((3,), "f8"), X),
            r"must return float64\[3\], as announced; got float64\[\]",
        ),
        (lambda: fg.pure_callback(lambda x: (x, x), S((3,), "f8"), X), "must return .*, as announced; got"),
        (lambda: fg.io_callback(3.0, S((), "f8"), X), "first argument must be a function; got float"),
    ):
        with pytest.raises((TypeError, ValueError), match=rf"{what}.*test_stages.py:\d+"):
            call()
    with pytest.raises(ZeroDivisionError) as caught:
        fg.jit(lambda x: fg.pure_callback(lambda x: 1 / 0, S((), "f8"), x))(1.0)
    assert "raised in the function of pure_callback, called at" in caught.value.__notes__[0]


def test_io_callback():
    """Once each time the line is reached, in order; what it returns may depend on what was before."""
    seen = []

    def count(x):
        seen.append(float(x))
        return np.float64(len(seen))

    f = lambda x: x + fg.io_callback(count, S((), "f8"), x, ordered=True)  # noqa: E731
    assert f(1.0) == 2.0 and fg.jit(f)(2.0) == 4.0
    assert fg.vmap(f)(np.array([3.0, 1.0])).tolist() == [6.0, 5.0]
    assert fg.jit(fg.vmap(f))(np.array([3.0, 1.0])).tolist() == [8.0, 7.0]
    assert seen == [1.0, 2.0, 3.0, 1.0, 3.0, 1.0]
    fg.jit(lambda x: (fg.io_callback(count, S((), "f8"), x), x * 2)[1])(9.0)  # (also where nobody reads the result)
    assert seen[-1] == 9.0
    fg.lax.scan(lambda c, v: (c, f(v)), 0.0, np.arange(3.0))
    assert seen[-3:] == [0.0, 1.0, 2.0]


# ------------------------------------------------------------------------------------------------ scopes, closures
def test_scopes():
    with pytest.raises(TypeError) as caught:
        fg.grad(fg.named_call(fg.named_scope("inner")(lambda x: x + "a"), name="outer"))(1.0)
    assert [n for n in caught.value.__notes__ if "scope" in n] == ["in named_scope 'inner'", "in named_scope 'outer'"]
    assert fg.grad(fg.jit(fg.named_call(np.sin)))(0.0) == 1.0


def test_closure_convert():
    """jax's own example: a rule that differentiates by what a function that it is given closes over."""

    def minimize(lib, of):
        def outer(objective, x0):
            converted, consts = lib.closure_convert(objective, x0)
            return inner(converted, x0, *consts)

        f = lib.custom_vjp(lambda objective, x0, *consts: x0 * 0 + 2.0, nondiff_argnums=(0,))
        f.defvjp(
            lambda objective, x0, *consts: (f(objective, x0, *consts), (x0, consts)),
            lambda objective, r, ct: (ct * 0, *lib.vjp(lambda *c: objective(r[0], *c), *r[1])[1](ct)),
        )
        inner = f
        return lambda a, b: outer(lambda x: of.sin(a * x) + (lambda y: y * b[1])(x), 1.5)

    for args in ((2.0, np.array([1.0, 3.0])),):
        ours, theirs = fg.grad(minimize(fg, fnp), (0, 1))(*args), jax.grad(minimize(jax, jnp), (0, 1))(*args)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a, b)
    converted, values = fg.closure_convert(lambda x: x * 2, 1.0)
    assert values == [] and converted(4.0) == 8.0
    with pytest.raises(TypeError, match=r"takes 1 arguments like those .*test_stages.py:\d+"):
        converted(1.0, 2.0)


def test_elementwise_grad():
    x = np.array([0.3, -1.2])
    np.testing.assert_allclose(fg.elementwise_grad(fg.elementwise_grad(np.sin))(x), -np.sin(x))
    np.testing.assert_allclose(fg.elementwise_grad(lambda x, y: {"a": x * y}, 1)(2.0, x), [2.0, 2.0])
    assert fg.elementwise_grad(np.tanh)(0.0) == 1.0
