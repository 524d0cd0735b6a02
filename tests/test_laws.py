"""Every law can fail: each is shown a primitive, or a transform, broken in the way the law is about, and must notice."""

import pathlib
import warnings

import numpy as np
import oracle
import pytest
import test_primitives
from laws import LAWS
from test_rule_mutation import Change, on_jvp, on_pull, on_traced, replaced, scaled

import funcgrad as fg
from funcgrad.core.aval import Aval, shape_of
from funcgrad.core.formula import Formula
from funcgrad.core.primitive import PRIMITIVES, Plan, no_batch
from funcgrad.core.sample import Sample

P = PRIMITIVES
FLOAT64 = np.dtype(float)


def with_formula(prim, text):
    """The primitive with another formula."""
    return replaced(prim, formulas={f: (Formula(text),) for f in prim.formulas}, plans={}, compiled={})


def with_pull(prim, change):
    """The primitive with `change(pull)` in place of what each of its nodes does."""

    def plan(need, kink=None, side="numpy"):
        made = Plan(prim, need, kink, side)
        changed = change(made.pull)

        def pull(*args):
            changed(*args)
            made.pull = pull  # (the first call of an elementwise pull puts the written-out one in its place)

        made.pull = pull
        return made

    return replaced(prim, plan=plan)


def in_double(pull):
    """Cotangents in float64, whatever the operands are."""

    def wide(n, ct, cts, owned):
        own = {}
        pull(n, ct, own, set())
        cts.update({k: np.asarray(v, np.float64) for k, v in own.items()})

    return wide


def warning(pull):
    def speaks(*args):
        warnings.warn("a rule speaks", RuntimeWarning)
        pull(*args)

    return speaks


def destroying(pull):
    """The cotangent it was given, the caller's own array, is changed."""

    def doubles(n, ct, cts, owned):
        ct *= 2
        pull(n, ct, cts, owned)

    return doubles


class KeepsAnother(Plan):
    """Nodes keep another value than the operand."""

    __slots__ = ()

    def keep(self, vals, out):
        return (vals[0] * 1.5,), None


def keeping_another(prim):
    """(variadic: its call is not written out, so that the plan itself keeps)"""
    return {"plan": lambda need, kink=None: KeepsAnother(prim, need, kink), "variadic": True}


def unmoved(size, xs, ds, *, axes):
    """A batching rule of sum that forgets that the mapped axis moves the others."""
    return P["sum"](xs[0], axes=axes), 0


def constant_rule(p):
    """sin with a rule that is right, but a constant to the next derivative."""
    return on_traced(p, Change(lambda gs: {i: P["stop"](g) for i, g in gs.items()}))


def not_inverse(up, new, *, perm):
    return P["transpose"], (new,), {"perm": perm}


SPEAKS = "[{0}, __import__('warnings').warn('compiled code speaks')][0]"


def written(form, ufunc):
    """A text for compiled code in place of sin's: of another function, or with something around it."""
    return lambda w, out, x: form.format(w.call(ufunc, ufunc.__name__, [x]))


BROKEN = [  # (law, primitive it is asked about, what is broken, how)
    ("value", "sin", "the function", lambda p: replaced(p, impl=np.cos)),
    ("value", "sin", "the dtype", lambda p: replaced(p, impl=lambda x: np.asarray(np.sin(x), np.float32))),
    ("value", "sin", "the shape", lambda p: replaced(p, impl=lambda x: np.sin(x)[..., None])),
    ("vjp", "mul", "the rule", lambda p: on_pull(p, scaled(1, 1.01))),
    ("vjp", "sin", "the formula", lambda p: with_formula(p, "t * x")),
    ("vjp", "sin", "the written-out road", lambda p: replaced(p, fast=P["cos"].fast)),
    ("vjp", "sum", "the dtype of the cotangent", lambda p: with_pull(p, in_double)),
    ("jvp", "mul", "the rule", lambda p: on_jvp(p, scaled(0, -1))),
    ("second_order", "sin", "the rule over handles", lambda p: on_traced(p, scaled(0, 1.01))),
    ("second_order", "mul", "jvp", lambda p: on_jvp(p, scaled(0, 1.01))),
    ("second_order", "sin", "the derivative of the rule", constant_rule),
    ("duality", "mul", "vjp", lambda p: on_pull(p, scaled(0, 1.01))),
    ("duality", "dot_general", "jvp", lambda p: on_jvp(p, scaled(1, 1.01))),
    ("finite_differences", "mul", "jvp", lambda p: on_jvp(p, scaled(1, 1.01))),
    ("vmap", "sum", "the batching rule", lambda p: replaced(p, batch=unmoved)),
    ("vmap", "sin", "the batching rule of what the rule calls", lambda p: replaced(P["cos"], batch=P["sin"].batch)),
    ("jit", "sin", "the source", lambda p: replaced(p, numpy=written("{0}", np.cos))),
    ("jit", "sin", "the rule over handles", lambda p: on_traced(p, scaled(0, 1.01))),
    ("avals", "sin", "the shape", lambda p: replaced(p, aval=lambda x: Aval((7,), FLOAT64))),
    ("avals", "sin", "the dtype", lambda p: replaced(p, aval=lambda x: Aval(shape_of(x), FLOAT64))),
    ("avals", "sum", "the kind of dtype", lambda p: replaced(p, aval=lambda x, *, axes: Aval((2,), float))),
    ("avals", "weak", "the weakness", lambda p: replaced(p, aval=lambda x: Aval((), FLOAT64))),
    ("dtypes", "sin", "the source", lambda p: replaced(p, numpy=written("{0}.astype(float)", np.sin))),
    ("dtypes", "sum", "the dtype of the cotangent", lambda p: with_pull(p, in_double)),
    ("saves", "sin", "a saved value that nothing reads", lambda p: with_formula(p, "where(True, t * cos(x), out)")),
    ("saves", "sin", "what is kept", lambda p: replaced(p, **keeping_another(p))),
    ("silence", "sin", "a rule", lambda p: with_pull(p, warning)),
    ("silence", "sin", "the source", lambda p: replaced(p, numpy=written(SPEAKS, np.sin))),
    ("in_place", "sin", "into", lambda p: replaced(p, into=lambda mem: np.cos(mem, out=mem))),
    ("views", "transpose", "unview", lambda p: replaced(p, unview=not_inverse)),
    ("ownership", "sin", "a rule that writes into its cotangent", lambda p: with_pull(p, destroying)),
]


@pytest.mark.parametrize(
    ("law", "name", "what", "broken"), BROKEN, ids=[f"{b[0]}-{b[2]}".replace(" ", "-") for b in BROKEN]
)
def test_law_notices(law, name, what, broken):
    with broken(P[name]), pytest.raises(AssertionError, match=name):
        LAWS[law](P[name])
    LAWS[law](P[name])


def test_every_law_is_shown_a_breakage():
    assert {b[0] for b in BROKEN} == set(LAWS)


def views_of(tree):
    return fg.tree.map(lambda v: v[...] if isinstance(v, np.ndarray) else v, tree)


def vjp_of_views(f, *xs, vjp=fg.vjp):
    out, pull = vjp(f, *xs)
    return out, lambda ct: views_of(pull(ct))


def vjp_of_one_memory(f, *xs, vjp=fg.vjp):
    """The value is what the pullback reads."""
    out, pull = vjp(f, *xs)
    read = [v for v in fg.tree.leaves(out) if isinstance(v, np.ndarray) and v.size][:1]
    return out, lambda ct: fg.tree.map(lambda g: g + sum(np.sum(v) for v in read), pull(ct))


TRANSFORMS = {  # a transform that hands out what it should not
    "jit: its arguments": ("jit", lambda f: f),
    "jit: one array twice": ("jit", lambda f, jit=fg.jit: lambda *a: 2 * jit(f)(*a)[:1]),
    "jit: read-only arrays": ("jit", lambda f, jit=fg.jit: lambda *a: fg.tree.map(read_only, jit(f)(*a))),
    "vjp: views": ("vjp", vjp_of_views),
    "vjp: its residuals": ("vjp", vjp_of_one_memory),
    "jvp: views": ("jvp", lambda f, xs, ts, jvp=fg.jvp: views_of(jvp(f, xs, ts))),
    "vmap: views": ("vmap", lambda f, axes, vmap=fg.vmap: lambda *a: views_of(vmap(f, axes)(*a))),
}


def read_only(v):
    if isinstance(v, np.ndarray):
        v.flags.writeable = False
    return v


@pytest.mark.parametrize(("name", "broken"), TRANSFORMS.values(), ids=[k.replace(" ", "-") for k in TRANSFORMS])
def test_ownership_notices(name, broken, monkeypatch):
    monkeypatch.setattr(fg, name, broken)
    with pytest.raises(AssertionError, match="memory|read-only|changed"):
        LAWS["ownership"](P["sin"])


# ------------------------------------------------------------------------------------------------ where jax gives nan
def nan_at_zero(jax, x):
    """The sine, with a derivative that is nan in jax at 0."""
    return jax.numpy.sqrt(x * x) * jax.numpy.sin(x) / jax.numpy.abs(x)


def at_zero(rng):
    yield Sample(np.array([0.0, 0.5]), kind="kink", order=1)


def test_a_limit_that_jax_misses_is_compared_beside_it(monkeypatch, tmp_path):
    """Where jax gives nan and we a number, the number must be what jax gives a little further on."""
    sin = P["sin"]
    monkeypatch.setattr(oracle, "FOLDER", tmp_path)
    with replaced(sin, samples=at_zero, jax=nan_at_zero):
        oracle.cases_of.cache_clear()
        try:
            assert np.isnan(oracle.cases_of("sin")[0].want["vjp"][0][0])
            LAWS["vjp"](sin)
            LAWS["jvp"](sin)
            at_kink = with_formula(sin, "t * where(equal(x, 0), 1.01, cos(x))")
            with at_kink, pytest.raises(AssertionError, match="beside it"):
                LAWS["vjp"](sin)
        finally:
            oracle.cases_of.cache_clear()


# ------------------------------------------------------------------------------------------------ what must be declared
def plain_only(rng):
    yield Sample(np.ones((2, 3)), axes=(0,))


def mislabelled(rng):
    for kind in ("plain", "float32", "empty", "0-d", "strided", "complex128", "complex64", "int64", "int32", "bool"):
        yield Sample(np.ones((2, 3)), axes=(0,), kind=kind)


UNDECLARED = [
    ("complete", "sin", "lowering", {"jax": None}),
    ("complete", "sin", "aval", {"aval": None}),
    ("complete", "sum", "docstring", {"__doc__": None}),
    ("samples", "sum", "no samples", {"samples": lambda rng: []}),
    ("samples", "sum", "float32", {"samples": plain_only}),
    ("samples", "sum", "empty", {"samples": mislabelled}),
    ("samples", "sin", "kink", {"kinked": True}),
    ("samples", "sum", "no reason", {"without": {"empty": ""}}),
]


@pytest.mark.parametrize(("test", "name", "says", "fields"), UNDECLARED, ids=[f"{t}-{s}" for t, _, s, _ in UNDECLARED])
def test_declarations_are_checked(test, name, says, fields):
    with replaced(P[name], **fields), pytest.raises(AssertionError, match=says):
        getattr(test_primitives, f"test_{test}")(P[name])


def test_a_missing_batching_rule_is_noticed():
    with (
        replaced(P["sum"], batch=lambda size, xs, ds, **kw: no_batch(P["sum"])),
        pytest.raises(AssertionError, match="batch"),
    ):
        test_primitives.test_complete(P["sum"])


def test_the_operation_of_the_page_keeps_every_law(tmp_path):
    """What docs/adding-an-operation.md declares, as it would be tested if it stood in the table."""
    page = (pathlib.Path(__file__).parents[1] / "docs" / "adding-an-operation.md").read_text(encoding="utf-8")
    code = page.split("```python\n")[1].split("```")[0].replace('"gudermannian"', '"of_the_page"')
    file = tmp_path / "operation.py"  # (the oracle reads the source of its function)
    file.write_text(code, encoding="utf-8")
    try:
        exec(compile(code, str(file), "exec"), {"__name__": "funcgrad.ops.of_the_page"})
        for law in LAWS.values():
            law(P["of_the_page"])
    finally:
        P.pop("of_the_page", None)
