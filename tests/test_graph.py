"""Graphs: printing and parsing, checking, passes text in, text out, and what jit makes of them."""

import re

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.compile.passes import common_subexpressions, dead_code, inline
from funcgrad.core.checking import check
from funcgrad.core.graph import evaluate
from funcgrad.core.graph_text import dump, parse
from funcgrad.errors import GraphError

X = np.array([0.3, 0.7])
TABLE = np.arange(40.0).reshape(20, 2)


def programs():
    yield lambda x: np.sin(x) * 2.0 + x[::-1], (X,)
    yield lambda x, n: (x * n, x.sum() / n), (X, 3.0)
    yield lambda x: np.sum(TABLE * x), (X,)  # a large constant
    yield lambda x: x * np.array([1.0, -0.0]) + np.float32(0.5), (X,)  # small constants
    yield fg.grad(lambda x: np.sum(np.exp(x) * x)), (X,)
    yield fg.jit(lambda x: np.cos(x)), (X,)  # a nested graph

    def writes(x):
        a = fnp.zeros(3)
        a[1:] = x
        a[0] += x[1]
        return a

    yield writes, (X,)
    yield lambda x: x, (X,)
    yield lambda x: 1.0, (X,)


@pytest.mark.parametrize("k", range(9))
def test_print_and_parse_round_trip(k):
    f, args = list(programs())[k]
    graph = fg.make_graph(f)(*args)
    text, objects = dump(graph)
    again = parse(text, objects)
    assert dump(again)[0] == text
    check(again)
    for a, b in zip(evaluate(again, *args), evaluate(graph, *args), strict=True):
        np.testing.assert_array_equal(a, b)


def test_text():
    graph = fg.make_graph(lambda x: np.sum(x * 2.0))(X)
    assert str(graph) == (
        "graph(a0: float64[2])\n  v0: float64[2] = mul(a0, 2.0)\n  v1: float64[] = sum(v0, axes=(0,))\n  return v1"
    )


@pytest.mark.parametrize(
    "text,what",
    [
        ("graph(a0: float64[2])\n  v0: float64[3] = mul(a0, 2.0)\n  return v0", "says float64"),
        ("graph(a0: float64[2])\n  v0: float64[2]* = mul(a0, 2.0)\n  return v0", "its rule gives"),
    ],
)
def test_check_refuses(text, what):
    with pytest.raises(GraphError, match=what):
        check(parse(text))


@pytest.mark.parametrize(
    "text,what",
    [
        ("a0", "first line"),
        ("graph(a0: float64[2])\n  v0: float64[2] = nosuch(a0)\n  return v0", "no primitive 'nosuch'"),
        ("graph(a0: float64[2])\n  v0 = mul(a0, a0)\n  return v0", "line 2, column 6: expected .:. and an aval"),
        ("graph(a0: float64[2])\n  v0: float64[2] = mul(a0, a0)", "no return line"),
    ],
)
def test_parse_refuses(text, what):
    with pytest.raises(GraphError, match=what):
        parse(text)


def test_common_subexpressions():
    got = common_subexpressions(
        parse(
            "graph(a0: float64[2])\n  v0: float64[2] = sin(a0)\n  v1: float64[2] = sin(a0)\n  v2: float64[2] = mul(v0, v1)\n"
            "  v3: float64[2] = mul(v2, 0.0)\n  v4: float64[2] = mul(v2, -0.0)\n  v5: float64[2] = add(v3, v4)\n  return v5"
        )
    )
    assert str(got) == (
        "graph(a0: float64[2])\n  v0: float64[2] = sin(a0)\n  v1: float64[2] = mul(v0, v0)\n"
        "  v2: float64[2] = mul(v1, 0.0)\n  v3: float64[2] = mul(v1, -0.0)\n  v4: float64[2] = add(v2, v3)\n  return v4"
    )


def test_dead_code():
    got = dead_code(parse("graph(a0: float64[2])\n  v0: float64[2] = sin(a0)\n  v1: float64[2] = cos(a0)\n  return v1"))
    assert str(got) == "graph(a0: float64[2])\n  v0: float64[2] = cos(a0)\n  return v0"


def test_inline():
    graph = fg.make_graph(lambda x: fg.jit(np.sin)(x) * fg.checkpoint(np.cos)(x))(X)
    assert [n.prim.name for n in graph.nodes] == ["call", "pick", "rule", "pick", "mul"]
    assert [n.prim.name for n in inline(graph).nodes] == ["sin", "cos", "mul"]


def test_backward_keeps_only_what_it_needs():
    """Forward and backward of a differentiated jitted call share one joint graph: the one residual is exp's result."""
    f = fg.jit(lambda x: np.sum(np.exp(x * 2.0 + 1.0)))
    fg.grad(f)(X)
    joint = f.graph(X).cache["vjp", 1]
    assert len(joint.forward.outs) == 2
    assert "exp" not in [n.prim.name for n in joint.backward.nodes]


def test_source_reuses_names_of_dead_values():
    def f(x):
        for _ in range(12):
            x = np.sin(x) + 1.0
        return x

    source = fg.jit(f).source(np.linspace(0.0, 1.0, 100))
    names = set(re.findall(r"\b[bv]\d+\b", source))
    assert names == {"b0", "v0"}  # one piece of memory for all of them, and the result


@pytest.mark.filterwarnings("ignore::funcgrad.errors.SideEffectWarning")  # (it counts how often it is staged)
def test_jit_caches_by_signature():
    calls = []

    @fg.jit
    def f(x, n=2.0):
        calls.append(1)
        return x * n

    f(X)
    f(X + 1)
    assert len(calls) == 1
    f(X.astype(np.float32))
    f(np.ones(3))
    f(X, n=3.0)
    f(X, n=4.0)
    assert len(calls) == 4
    assert f(X, n=4.0).tolist() == [1.2, 2.8]


def test_static_arguments():
    @fg.jit
    def plain(x, n):
        return x if n else -x

    with pytest.raises(TypeError, match=r"test_graph.py:\d+.*static"):
        plain(X, True)
    f = fg.jit(lambda x, n: sum(x * k for k in range(n)), static_argnums=1)
    assert f(X, 3).tolist() == (X * 3).tolist()
    assert f(X, 2).tolist() == X.tolist()
    g = fg.jit(lambda x, *, mode: x * 2 if mode == "double" else x, static_argnames="mode")
    assert g(X, mode="double").tolist() == (X * 2).tolist()
    assert g(X, mode="none").tolist() == X.tolist()
    with pytest.raises(TypeError, match="hashable"):
        f(X, [1])
    with pytest.raises(TypeError, match="'nosuch'"):
        fg.jit(lambda x: x, static_argnames="nosuch")


def test_compiled_code_is_silent():
    assert fg.jit(np.log)(np.zeros(2)).tolist() == [-np.inf, -np.inf]
    f = fg.jit(np.log)
    f(np.zeros(2))
    assert f(np.zeros(2)).tolist() == [-np.inf, -np.inf]


def test_eval_shape():
    out = fg.eval_shape(
        lambda x, y: {"a": x @ y, "b": x.sum()}, np.ones((3, 2), np.float32), np.ones((2, 4), np.float32)
    )
    assert (out["a"].shape, out["a"].dtype, out["b"].shape) == ((3, 4), np.float32, ())


def test_linearize_computes_the_value_once():
    """It agrees with jax, and the function it returns runs only what depends on the tangents."""
    import jax

    jax.config.update("jax_enable_x64", True)
    f = lambda p: {"a": fnp.sin(p[0]) * p[1], "b": fnp.sum(p[0] * p[0])}  # noqa: E731
    jf = lambda p: {"a": jax.numpy.sin(p[0]) * p[1], "b": jax.numpy.sum(p[0] * p[0])}  # noqa: E731
    point, t = (X, 2.0), (X + 1, 0.5)
    out, push = fg.linearize(f, point)
    want, want_push = jax.linearize(jf, point)
    for ours, theirs in ((out, want), (push(t), want_push(t)), (push((t[0] * 2, 1.0)), want_push((t[0] * 2, 1.0)))):
        for k in "ab":
            np.testing.assert_allclose(ours[k], theirs[k])
    assert "sin" not in [n.prim.name for n in push.graph.nodes]
    mine = X.copy()
    out, push = fg.linearize(lambda x: np.exp(x) * x, mine)
    grown, push_grown = fg.linearize(np.exp, X)
    mine[:] = out[:] = grown[:] = 0.0  # neither what was given nor what was got is what the linear function keeps
    np.testing.assert_allclose(push(X), np.exp(X) * (X + 1) * X)
    np.testing.assert_allclose(push_grown(X), np.exp(X) * X)
    value, push, aux = fg.linearize(lambda x: (x * x, x + 1), 3.0, has_aux=True)
    assert (value, push(1.0), aux) == (9.0, 6.0, 4.0)
    np.testing.assert_allclose(fg.grad(lambda x: fg.linearize(lambda y: y * y * x, x)[1](1.0))(3.0), 12.0)
    with pytest.raises(TypeError, match="structure"):
        push((1.0, 2.0))
