"""custom_vjp, custom_jvp and checkpoint policies against jax: every option, under every other transform."""

import functools
import json
import pathlib
import tracemalloc
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.errors import SideEffectWarning
from tests.expected.custom_rules_cases import CASES, CASES_FORWARD, FORWARD, USES, X, Y, run

jax.config.update("jax_enable_x64", True)
WANT = json.loads((pathlib.Path(__file__).parent / "expected" / "custom_rules.json").read_text())
TOLD = (
    "value",
    "grad",
    "grad by y",
    "grad by both",
    "jit of grad",
    "jvp",
    "jvp in x",
    "jit of jvp",
)  # where what a rule is told
# is compared too (elsewhere it is a matter of how often each library calls a rule)


def close(got, want):
    got, want = fg.tree.leaves(got), jax.tree.leaves(want)
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("make,use", [*CASES, *CASES_FORWARD])
def test_figures(make, use):
    got, seen = run(fg, fnp, make, (USES | FORWARD)[use])
    want, seen_by_jax = WANT[f"{use}: {make.__name__}"]
    got = fg.tree.leaves(got)
    assert [np.shape(v) for v in got] == [np.shape(v) for v in want]
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
    if use in TOLD:
        assert json.loads(json.dumps(seen)) == seen_by_jax


@pytest.mark.parametrize("lib", [fg, jax])
def test_integers_and_known_zeros(lib):
    """An integer's tangent is a zero of dtype float0; of two results the rule hears which one nothing reached."""
    seen = []
    f = lib.custom_jvp(lambda x, n: x * n)
    f.defjvp(lambda p, t: (seen.append(t[1].dtype), (p[0] * p[1], t[0] * p[1]))[1])
    assert lib.grad(f)(2.0, 3) == 3.0 and seen == [np.dtype([("float0", "V")])]
    g = lib.custom_vjp(lambda x: (x, x * 2))
    known = lambda cts: [type(c) is lib.custom_derivatives.SymbolicZero for c in cts]  # noqa: E731
    g.defvjp(lambda x: ((x.value, x.value * 2), None), lambda _, cts: (seen.append(known(cts)), (cts[1],))[1], True)
    assert lib.grad(lambda x: g(x)[1])(3.0) == 1.0 and seen[1] == [True, False]


def test_mistakes():
    def rule_of(rule):
        f = fg.custom_jvp(lambda x: (x, x))
        f.defjvp(rule)
        return lambda: fg.jvp(f, (X,), (X,))

    for call, what in (
        (rule_of(lambda p, t: p[0]), "must return .value, tangent."),
        (rule_of(lambda p, t: ((p[0], p[0]), t[0])), "structure of its value"),
        (rule_of(lambda p, t: ((p[0], p[0]), (t[0], 1.0))), "tangent of the shape of its value, float64.3."),
        (lambda: fg.custom_vjp(np.sin)(1.0), r"has no rule yet; call sin.defvjp.fwd, bwd..*test_custom_rules.py"),
        (lambda: fg.custom_vjp(lambda x: x, nondiff_argnames="z"), "names 'z', but .* has x"),
        (lambda: fg.custom_jvp(lambda x, n: x, nondiff_argnums=1).defjvps(None), "cannot be used with nondiff_argnums"),
    ):
        with pytest.raises((TypeError, ValueError), match=what):
            call()
    f = fg.custom_vjp(lambda x, y: x * y, nondiff_argnums=(1,))
    f.defvjp(lambda x, y: (x * y, None), lambda y, r, ct: (ct,))
    with pytest.raises(TypeError, match="must not be traced"):
        fg.grad(lambda y: f(2.0, y))(3.0)


# ------------------------------------------------------------------------------------------------ checkpoint policies
def deep(of, name):
    return lambda x, y: of.sin(of.sin(name(of.cos(of.sin(x) * y), "h")) @ np.ones((3, 3)))


POLICIES = {
    "nothing_saveable": None, "everything_saveable": None, "dots_saveable": None, "dots_with_no_batch_dims_saveable": None,
    "save_only_these_names": ("h",), "save_any_names_but_these": ("h",), "save_anything_except_these_names": ("h",),
}  # fmt: skip


def policy(lib, name):
    got = getattr(lib.checkpoint_policies, name)
    return got if POLICIES[name] is None else got(*POLICIES[name])


@pytest.mark.parametrize("name", POLICIES)
def test_policies(name):
    f = deep(fnp, fg.checkpoint_name)
    g = fg.checkpoint(f, policy=policy(fg, name))
    for use in ("grad by both", "jit of grad", "grad of jit", "jacrev of jacrev", "in scan"):
        close(USES[use](fg, g)(X, Y), USES[use](fg, f)(X, Y))
    many = [fg.grad(lambda x, f=f: fg.vmap(f, (0, None))(x, Y).sum()) for f in (f, g)]
    close(many[1](np.stack([X, Y])), many[0](np.stack([X, Y])))
    close(fg.jit(FORWARD["hessian"](fg, g))(X, Y), fg.hessian(lambda x, y: f(x, y).sum())(X, Y))


def test_policies_see_and_save_what_those_of_jax_do():
    """The residuals that jax keeps for this function are, beside x itself, one value for the name (and we keep the dot where it asks for dots)."""
    from jax._src.ad_checkpoint import saved_residuals
    from jax.ad_checkpoint import checkpoint_name

    def kept(f, *args):
        fg.vjp(f, *args)  # (what is loaded on first use is not what is meant)
        tracemalloc.start()
        try:
            pull = fg.vjp(f, *args)[1]
            return round((tracemalloc.get_traced_memory()[0] - 1000) / args[0].nbytes, 1), pull
        finally:
            tracemalloc.stop()

    big = np.ones((400, 300))
    w = np.ones((300, 300))
    ours = lambda x: fnp.sum(fnp.sin(fg.checkpoint_name(fnp.cos(fnp.sin(x)), "h")) @ w)  # noqa: E731
    theirs = lambda x: jnp.sum(jnp.sin(checkpoint_name(jnp.cos(jnp.sin(x)), "h")) @ w)  # noqa: E731
    for name in POLICIES:
        if name in ("everything_saveable", "save_anything_except_these_names", "save_any_names_but_these"):
            continue
        n, pull = kept(fg.checkpoint(ours, policy=policy(fg, name)), big)
        residuals = saved_residuals(jax.checkpoint(theirs, policy=policy(jax, name)), big)
        arrays = [a for a, why in residuals if a.shape == big.shape]
        assert round(n) == len(arrays) - 1 + (name.startswith("dots")), (
            name,
            n,
            residuals,
        )  # (jax sees that no rule reads this dot)
        close(pull(1.0), jax.grad(theirs)(big))
    assert kept(fg.checkpoint(ours, policy=policy(fg, "everything_saveable")), big)[0] == 4


def test_a_checkpoint_that_does_something_else_the_second_time_says_so():
    runs = []

    def f(x):
        runs.append(x)
        return np.sin(x) if len(runs) == 1 else np.cos(np.sin(x))

    with pytest.raises(TypeError, match="checkpoint: the second run of the function came to cos"):
        fg.grad(fg.checkpoint(f, policy=policy(fg, "everything_saveable")))(1.0)


@pytest.mark.parametrize(
    "first,second,said",
    (
        (np.exp, np.sin, "came to sin"),
        (lambda x: np.cos(np.sin(x)), np.sin, "did not come to cos"),
        (lambda x: np.sin(x) * np.cos(x), lambda x: np.cos(x) * np.sin(x), "came to cos"),
    ),
)
@pytest.mark.parametrize("at", (lambda f: f, fg.jit, fg.vmap))
def test_a_checkpoint_takes_no_value_that_another_operation_saved(first, second, said, at):
    runs = []

    def f(x):
        runs.append(x)
        return first(x) if len(runs) == 1 else second(x)

    with pytest.raises(TypeError, match=f"checkpoint: the second run of the function {said}"):
        at(fg.grad(lambda x: fg.checkpoint(f, policy=policy(fg, "everything_saveable"))(x).sum()))(np.ones((2, 2)))


def test_static_arguments_and_values_of_a_checkpoint():
    f = fg.checkpoint(
        lambda x, n, flag: x**n if flag else x, static_argnums=(1, 2), policy=policy(fg, "everything_saveable")
    )
    assert fg.grad(f)(3.0, 2, True) == 6.0
    assert (
        fg.grad(lambda x: fg.checkpoint(lambda x: x * x if x > 0 else -x, policy=policy(fg, "nothing_saveable"))(x))(
            -2.0
        )
        == -1.0
    )


def test_hessian_of_a_checkpoint_of_a_rule():
    """The value that is kept is that of fwd, which a jvp around it can pass through."""
    f = fg.custom_vjp(lambda x: x**3)
    f.defvjp(lambda x: (x**3, x), lambda x, ct: (ct * 3 * x * x,))
    for g in (fg.checkpoint(f), fg.checkpoint(f, policy=policy(fg, "everything_saveable"))):
        assert fg.hessian(g)(2.0) == 12.0 and fg.jit(fg.hessian(g))(2.0) == 12.0


def test_writes_loops_and_several_results_under_policies():
    def f(x):
        a = fnp.zeros(3)
        first = a[:2]
        for i in range(1, 3):
            a[i] = np.sin(a[i - 1]) * 0.5 + x[i] ** 2
        first[0] = a[2] * x[0]
        w, v = np.linalg.eigh(np.outer(x, x) + np.diag([1.0, 2.0, 3.0]))
        c, ys = fg.lax.scan(lambda c, v: (np.sin(c) * v, c), x[0], a)
        return c + np.sum(w * ys) + np.sum(v[0] ** 2 * x) if x[0] > 0 else np.sum(x)

    for name in ("everything_saveable", "dots_saveable"):
        g = fg.checkpoint(f, policy=policy(fg, name))
        close(fg.value_and_grad(g)(np.abs(X)), fg.value_and_grad(f)(np.abs(X)))
        close(fg.hessian(g)(np.abs(X)), fg.hessian(f)(np.abs(X)))


def test_truth_values_among_residuals_under_vmap():
    """`perturbed` stays a known truth value where the function is mapped."""
    f = fg.custom_vjp(lambda v, w: v + w)
    f.defvjp(
        lambda v, w: (f(v.value, w.value), (v.value, w.perturbed)),
        lambda res, ct: (ct * np.cos(res[0]), ct * 0.5 if res[1] else None),
        symbolic_zeros=True,
    )
    x = np.array([[0.3, 1.0], [0.2, -0.5]])
    both = lambda x: np.sum(fg.vmap(lambda v: f(v, np.ones(2)) * f(v, v))(x))  # noqa: E731
    want = np.cos(x) * (2 * x) + (np.cos(x) + 0.5) * (x + 1)
    for grad in (fg.grad(both), fg.jit(fg.grad(both))):
        np.testing.assert_allclose(grad(x), want, rtol=1e-14)


@pytest.mark.parametrize("policy", ["everything_saveable", "nothing_saveable", "dots_saveable"])
def test_a_checkpoint_that_closes_over_a_value_of_an_outer_derivative(policy):
    def second(wrap):
        return fg.grad(lambda x: fg.grad(lambda y: np.sum(wrap(lambda z: np.tanh(z) * np.cos(x) * x[0])(y)))(x).sum())

    x = np.array([0.3, -0.4, 0.5])
    kept = functools.partial(fg.checkpoint, policy=getattr(fg.checkpoint_policies, policy))
    want = jax.grad(lambda x: jax.grad(lambda y: jax.numpy.sum(jax.numpy.tanh(y) * jax.numpy.cos(x) * x[0]))(x).sum())(
        x
    )
    np.testing.assert_allclose(second(kept)(x), want, rtol=1e-12)


# ------------------------------------------------------------------------------------------------ what a function closes over
class Scaled:
    def __init__(self, p):
        self.p = p

    def __call__(self, x):
        return fnp.sin(x * self.p)


def held(p):
    """p in the places from which a function reaches it: a closure, a default, an object, a partial, a jitted function."""
    yield lambda x: fnp.sin(x * p)
    yield lambda x, q=p: fnp.sin(x * q)
    yield Scaled(p)
    yield Scaled(p).__call__
    yield functools.partial(lambda q, x: fnp.sin(x * q), p)
    yield fg.jit(lambda x: fnp.sin(x * p))


@pytest.mark.parametrize("place", range(6))
def test_a_checkpointed_function_is_differentiated_by_what_it_reads(place):
    p = np.array([0.1, 0.2, 0.3])
    want = (4 * p) * np.cos(2 * p * p)

    def f(p):
        return fg.checkpoint(list(held(p))[place])(p * 2).sum()

    def looped(p):
        return fg.lax.scan(lambda c, _: (f(p) + 0 * c, None), 0.0, None, length=1)[0]

    for g in (fg.grad(f), fg.jit(fg.grad(f)), fg.grad(fg.jit(f)), fg.grad(looped)):
        np.testing.assert_allclose(g(p), want, rtol=1e-12)
    np.testing.assert_allclose(fg.vmap(fg.grad(f))(np.stack([p, p]))[1], want, rtol=1e-12)
    np.testing.assert_allclose(fg.jit(lambda p: fg.jvp(f, (p,), (np.ones(3),))[1])(p), want.sum(), rtol=1e-12)


def test_a_checkpointed_body_of_jax_reads_what_is_outside():
    import funcgrad.jax as jax
    import funcgrad.jax.numpy as jnp

    def total(p):
        return jax.lax.scan(jax.checkpoint(lambda c, x: (c * p + x, c)), jnp.zeros(3), jnp.ones((4, 3)))[0].sum()

    assert jax.grad(total)(jnp.ones(3)).tolist() == jax.jit(jax.grad(total))(jnp.ones(3)).tolist() == [6.0, 6.0, 6.0]


def test_rules_close_over_values_of_the_stage_they_are_called_in():
    def made(p):
        @fg.custom_jvp
        def f(x):
            return x * p["a"]

        f.defjvp(lambda x, t: (x[0] * p["a"], t[0] * p["a"] * 10))
        return Held(f)

    class Held:
        def __init__(self, f):
            self.f = f

        def __call__(self, x):
            return self.f(x)

    p, x = {"a": np.array([1.0, 2.0])}, np.array([3.0, 5.0])
    assert fg.jit(lambda p, x: made(p)(x))(p, x).tolist() == [3.0, 10.0]
    assert fg.jit(lambda p, x: fg.grad(lambda x: made(p)(x).sum())(x))(p, x).tolist() == [10.0, 20.0]
    with pytest.raises(
        TypeError, match="custom_jvp: the derivative is asked for by a value that the function closes over"
    ):
        fg.grad(fg.jit(lambda p, x: made(p)(x).sum()))(p, x)


def kinds_of_rules(p):
    """x * p in which p is what the function, its rules, functions in these, and the function as its rules call it close over; d/dx is 10 p."""
    f = fg.custom_jvp(lambda x: x * p)
    f.defjvp(lambda x, t: (f(x[0]), t[0] * p * 10))
    yield f
    g = fg.custom_jvp(lambda x: x * p)
    g.defjvps(lambda t, out, x: t * p * 10)
    yield g
    h = fg.custom_vjp(lambda x: x * p)
    h.defvjp(lambda x: (h(x), None), lambda _, ct: (ct * p * 10,))
    yield h
    k = fg.custom_vjp(lambda how, x: x * p, nondiff_argnums=(0,))
    k.defvjp(lambda how, x: (k(how, x), p), lambda how, r, ct: (ct * how(r),))
    yield lambda x: k(lambda r: r * 10 + 0 * p, x)


@pytest.mark.parametrize("kind", range(4))
def test_rules_close_over_values_of_enclosing_transforms(kind):
    """Figures of jax where it takes this at all (the vmaps, and the loops over values from outside of some of them), else what it would be."""
    made = lambda p: list(kinds_of_rules(p))[kind]  # noqa: E731
    x, p = np.array([3.0, 5.0]), np.array([1.0, 2.0])

    def mapped(x, p):
        return fg.vmap(lambda x, p: made(p)(x))(x, p).sum()

    for g in (fg.grad(mapped), fg.jit(fg.grad(mapped)), fg.grad(fg.jit(mapped))):
        assert g(x, p).tolist() == [10.0, 20.0]
    assert fg.jit(fg.vmap(fg.grad(lambda x, p: made(p)(x))))(x, p).tolist() == [10.0, 20.0]

    def looped(x, p):
        return fg.lax.scan(lambda c, _: (made(p)(c), None), x, None, length=3)[0]

    def over(x, p):
        return fg.lax.scan(lambda c, q: (made(q)(c), None), x, fnp.stack([p, p, p]))[0]

    for f in (looped, over):
        for g in (fg.grad(f), fg.jit(fg.grad(f)), fg.grad(fg.jit(f))):
            assert g(1.5, 2.0) == 8000.0
    assert fg.grad(lambda p: fg.grad(lambda x: made(p)(x))(3.0))(2.0) == 10.0
    for of_p in (lambda p: made(p)(3.0), fg.jit(lambda p: made(p)(3.0))):
        with pytest.raises(
            TypeError, match="custom_(jvp|vjp): the derivative is asked for by a value that the function clos"
        ):
            fg.grad(of_p)(2.0)


def test_a_rule_that_keeps_a_value_of_what_has_returned_is_an_error_where_it_is_asked_for():
    kept = []

    def keeps(p):
        f = fg.custom_jvp(lambda x: x * 2)
        f.defjvp(lambda x, t: (x[0] * 2, t[0] * p))
        kept.append(f)
        return p

    fg.vmap(keeps)(np.ones(2))
    assert kept[0](3.0) == 6.0
    with pytest.raises(fg.errors.LeakedTracerError):
        fg.grad(kept[0])(3.0)


def test_what_is_changed_in_a_closure_beside_a_traced_value_is_the_users_own():
    seen = []

    def made(p):
        f = fg.custom_jvp(lambda x: (seen.append("f"), x * p)[1])
        f.defjvp(lambda x, t: (seen.append("rule"), (x[0] * p, t[0] * p))[1])
        return f

    fg.grad(lambda x, p: fg.vmap(lambda x, p: made(p)(x))(x, p).sum())(np.ones(2), np.ones(2))
    assert {*seen} == {"f", "rule"}


class Box:
    kept = None


def test_only_what_rules_keep_is_not_told_of_as_held():
    """A rule in the graph may close over a traced value; what anything else still holds is told of, whatever rules there are."""
    box = Box()

    def made(p):
        f = fg.custom_jvp(lambda x: x * p)
        f.defjvp(lambda x, t: (x[0] * p, t[0] * p))
        return f

    def keeps(x):
        y = fnp.sin(x)
        (lambda: setattr(box, "kept", y))()
        return made(y)(x)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fg.jit(lambda x: made(fnp.sin(x))(x))(1.0)
        fg.jit(lambda x: fg.lax.scan(lambda c, _: (made(x)(c), None), x, None, length=2)[0])(1.0)
    with pytest.warns(SideEffectWarning, match=r"traced value of sin, .* is still held \(by a (dict|Box)\)"):
        fg.jit(keeps)(1.0)


def test_residuals_of_a_mapped_rule_are_its_own_when_staged():
    @fg.custom_vjp
    def f(a, x):
        return fnp.cos(a * x)

    f.defvjp(lambda a, x: (f(a, x), (a, f(a, x))), lambda r, ct: (ct * (100 * r[0] + r[1]), None))
    a = np.array([0.2, 0.5])
    want = 100 * a + np.cos(a)
    np.testing.assert_allclose(fg.jit(fg.vmap(fg.grad(f), (0, None)))(a, 1.0), want, rtol=1e-12)


def test_forward_over_a_staged_gradient_of_a_custom_vjp():
    """A gradient is made of what fwd and bwd do: it has a forward mode, staged or not."""

    @fg.custom_vjp
    def f(x):
        return fnp.sin(x)

    f.defvjp(lambda x: (fnp.sin(x), x), lambda x, ct: (ct * fnp.cos(x),))
    x = np.array([0.3, 0.5])
    g = fg.grad(lambda x: f(x).sum())
    mapped = fg.jit(fg.grad(lambda x: fg.vmap(f)(x).sum()))
    for gradient in (g, fg.jit(g), mapped, lambda x: fg.lax.scan(lambda c, _: (g(c), None), x, None, length=1)[0]):
        push = lambda x, h=gradient: fg.jvp(h, (x,), (np.ones(2),))[1]  # noqa: E731
        np.testing.assert_allclose(push(x), -np.sin(x), rtol=1e-14)
        np.testing.assert_allclose(fg.jit(push)(x), -np.sin(x), rtol=1e-14)


def square_with(make, k):
    """x ** 2 with the slope k x, where `make(k)` is a rule that holds k."""
    f = fg.custom_vjp(lambda x: x * x)
    f.defvjp(lambda x: (x * x, x), make(k))
    return f


HOLDERS = {
    "closure": lambda k: lambda x, ct: (ct * k * x,),
    "default": lambda k: lambda x, ct, k=k: (ct * k * x,),
    "keyword": lambda k: lambda x, ct, *, k=k: (ct * k * x,),
    "partial": lambda k: functools.partial(lambda k, x, ct: (ct * k * x,), k),
    "named": lambda k: functools.partial(lambda x, ct, k: (ct * k * x,), k=k),
    "inside": lambda k: functools.partial(lambda scale, x, ct: (scale(ct) * x,), lambda ct, k=k: ct * k),
}


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("staged", (False, True))
def test_rules_hold_values_of_enclosing_transforms_in_closures_defaults_and_partials(holder, staged):
    """d/dx is k x, its derivative k, for each k that a vmap or a scan is at (closed form)."""
    at = fg.jit if staged else lambda f: f
    slope = lambda k: fg.grad(at(square_with(HOLDERS[holder], k)))(2.0)
    ks = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(fg.vmap(slope)(ks), 2 * ks)
    np.testing.assert_allclose(fg.grad(lambda ks: fg.vmap(slope)(ks).sum())(ks), [2.0] * 3)
    np.testing.assert_allclose(fg.lax.scan(lambda c, k: (c + slope(k), c), 0.0, ks)[0], 12.0)
    again = lambda k: fg.grad(fg.grad(at(square_with(HOLDERS[holder], k))))(2.0)
    np.testing.assert_allclose(fg.vmap(again)(ks), ks)


def by_attribute(x):
    def body(y, s=x):
        body.runs = getattr(body, "runs", 0) + 1
        return y * s * body.k

    body.k, body.runs = 3.0, 0
    return body, lambda: body.runs and body.__doc__ is None


def by_attribute_of_a_partial(x):
    body = functools.partial(lambda s, y: y * s, x)
    body.k = 3.0
    return lambda y: body(y) * body.k


def by_a_name(x):
    @functools.wraps(np.linspace)
    def body(y, s=x):
        return y * s * 3 if (body.__name__, body.__module__) == ("linspace", "numpy") else y * 0

    return body


def by_one_object(x):
    mark = [x, 3.0]
    return lambda y, s=x, c=mark: y * s * c[1] if c is mark else y * 0


def by_what_is_changed(x):
    scale = [1.0]

    def body(y, s=x, c=scale):
        scale[0] = 3.0
        return y * s * c[0]

    return body


def by_what_contains_itself(x):
    scale = {1: 3.0, "s": x}
    scale["itself"] = [scale]
    return lambda y: y * scale["s"] * scale["itself"][0][1]


def by_keys_without_an_order(x):
    return lambda y, s=x, table={1: 3.0, "a": 2.0}: y * s * table[1]  # noqa: B006


@pytest.mark.parametrize("make", [v for k, v in list(globals().items()) if k.startswith("by_")])
@pytest.mark.parametrize("at", (lambda f: f, fg.jit))
def test_what_a_function_is_and_holds_beside_a_traced_value_stays_as_it_is(make, at):
    """Each body is 3 x y, by an attribute, a name or a container that the copy of a function must have too."""

    def of(x):
        body, *more = made if type(made := make(x)) is tuple else (made,)
        g = fg.custom_vjp(lambda y: body(y))
        g.defvjp(lambda y: (body(y), y), lambda y, ct: (ct * body(1.0),))
        got = g(3.0), fg.grad(g)(3.0)
        assert all(told() for told in more)
        return got

    xs = np.arange(3.0)
    value, slope = fg.vmap(at(of))(xs)
    np.testing.assert_array_equal(value, 9 * xs)
    np.testing.assert_array_equal(slope, 3 * xs)


def test_what_a_default_collects_beside_a_traced_value_is_the_users_own():
    log = []

    def of(x):
        def body(y, s=x, seen=log):
            seen.append("body")
            return y * s

        g = fg.custom_vjp(body)
        g.defvjp(lambda y: (body(y), y), lambda y, ct: (ct,))
        return g(3.0)

    np.testing.assert_array_equal(fg.vmap(of)(np.arange(3.0)), [0.0, 3.0, 6.0])
    assert log == ["body"]


def test_a_value_that_only_an_object_holds_is_found_or_the_error_says_where_it_was_held():
    def of(k):
        box = Box()
        box.kept = k
        return square_with(lambda k: lambda x, ct: (ct * box.kept * x,), k)

    ks = np.arange(3.0)
    np.testing.assert_array_equal(fg.vmap(lambda k: fg.grad(of(k))(2.0))(ks), 2 * ks)
    np.testing.assert_array_equal(fg.jit(fg.vmap(lambda k: fg.grad(of(k))(2.0)))(ks), 2 * ks)
    with pytest.raises(
        fg.errors.GraphError, match=r"^jit: .*test_custom_rules.* reads float64\[\] of .* only an object or"
    ):
        fg.vmap(lambda k: fg.grad(fg.jit(of(k)))(2.0))(ks)


def test_a_number_goes_through_nested_rules_under_vmap():
    """d/dx of k x at a Python number that only the derivatives hold, whose square the rule takes by the operator (closed form)."""

    def f(k):
        g = fg.custom_jvp(lambda x: x * x)
        g.defjvp(lambda ps, ts: (ps[0] ** 2, ts[0] * ps[0] * k))
        return g

    ks = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(fg.vmap(lambda k: fg.grad(fg.grad(f(k)))(2.0))(ks), ks)
