"""Named axes: collectives against jax's figures under every other transform, names that are not bound, what is cached."""

import json
import pathlib

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.core.checking import check
from funcgrad.errors import UnboundAxisError
from tests.expected.named_axes_cases import CASES, PROGRAMS, TWO, USES, Q, X

WANT = json.loads((pathlib.Path(__file__).parent / "expected" / "named_axes.json").read_text())
lax = fg.lax


def close(got, want):
    got = fg.tree.leaves(got)
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("program,use", CASES)
def test_programs(program, use):
    x, make = PROGRAMS[program]
    close(USES[use](fg, make(lax, fnp))(x), WANT[f"{use}: {program}"])


@pytest.mark.parametrize("name", TWO)
def test_two_names(name):
    f = TWO[name](lax, fnp)
    g = fg.vmap(fg.vmap(f, axis_name="j"), axis_name="i")
    close(g(Q), WANT[f"two: {name}"])
    close(fg.jit(g)(Q), WANT[f"two: {name}"])
    close(
        fg.vmap(fg.vmap(f, axis_name="i"), in_axes=1, axis_name="j")(Q).T, WANT[f"two: {name}"]
    ) if name != "axis_index" else None


def test_a_name_that_is_not_bound():
    calls = [
        lambda: lax.psum(1.0, "i"),
        lambda: lax.axis_index("i"),
        lambda: lax.pmean(X, ("i", "j")),
        lambda: fg.vmap(lambda x: lax.all_gather(x, "i"))(X),
        lambda: fg.vmap(lambda x: lax.ppermute(x, "i", [(0, 1)]), axis_name="k")(X),
        lambda: fg.jit(lambda x: lax.psum(x, "i"))(X),
    ]
    for call in calls:
        with pytest.raises(NameError, match=r"unbound axis name: i\. .*test_named_axes.py:\d+") as caught:
            call()
        assert isinstance(caught.value, UnboundAxisError)


def test_what_jit_staged_under_a_name_is_not_used_without_it():
    """Nor under the same name with another size, where the size is a constant of the code."""
    f = fg.jit(lambda c: c * lax.psum(1, "i") + lax.psum(c, "i"))
    for n in (3, 5, 3):
        assert fg.vmap(lambda x: x * 0 + f(2.0), axis_name="i")(np.ones(n)).tolist() == [4.0 * n] * n  # noqa: B023
    with pytest.raises(NameError, match="unbound axis name"):
        f(2.0)
    g = fg.jit(lambda c: lax.psum_scatter(c, "i"))
    got = fg.vmap(lambda x: x * 0 + g(np.array([1.0, 2.0, 3.0])), axis_name="i")(X)
    assert got.tolist() == [3.0, 6.0, 9.0]  # (no operand of the compiled function is mapped, and its result is)


def test_results_that_are_the_same_for_all_samples():
    assert fg.vmap(lambda x: lax.psum(x, "i"), axis_name="i", out_axes=None)(X) == X.sum()
    assert fg.vmap(lambda x: lax.axis_size("i"), axis_name="i", out_axes=None)(X) == 3
    assert fg.vmap(lambda x: lax.pbroadcast(x, "i", 1), axis_name="i")(X).tolist() == [1.5] * 3
    # the innermost of two axes of one name is meant
    inner = fg.vmap(fg.vmap(lambda x: lax.psum(x, "i"), axis_name="i"), axis_name="i")
    np.testing.assert_allclose(inner(Q), np.repeat(Q.sum(1, keepdims=True), 2, 1))
    assert fg.vmap(lambda x: lax.ppermute(x, "i", [(0, 1)]), axis_name="i")(X).tolist() == [0.0, 0.5, 0.0]
    for dtype, want in (("int8", "int8"), ("float32", "float32"), ("bool", "int64")):
        got = fg.vmap(lambda x: lax.psum(x, "i"), axis_name="i")(np.ones(3, dtype))
        assert got.dtype == want and got.tolist() == [3] * 3


def test_axis_size_alone():
    assert fg.vmap(lambda: lax.axis_index("i") * 2, axis_name="i", axis_size=3)().tolist() == [0, 2, 4]
    with pytest.raises(ValueError, match="axis_size is 4|differ in size"):
        fg.vmap(lambda x: x, axis_name="i", axis_size=4)(X)


def test_a_branch_sees_every_sample():
    """y_i = S x_i where x_i > 1, else x_i, with S the sum of sin(x_j) over all samples; its derivative by hand."""
    f = fg.vmap(lambda x: lax.cond(x > 1, lambda x: lax.psum(np.sin(x), "i") * x, lambda x: x, x), axis_name="i")
    s, taken = np.sin(X).sum(), X > 1
    np.testing.assert_allclose(f(X), np.where(taken, s * X, X))
    want = np.where(taken, s, 1.0) + np.cos(X) * X[taken].sum()
    for g in (fg.grad(lambda x: f(x).sum()), fg.jit(fg.grad(lambda x: f(x).sum()))):
        np.testing.assert_allclose(g(X), want)


def test_collectives_are_nodes_until_their_axis_is_mapped():
    seen = []

    def f(x):
        seen.append(fg.make_graph(lambda x: lax.psum(np.sin(x), "i"))(1.0))
        return x

    fg.vmap(f, axis_name="i")(X)
    assert "psum(v0, over='i')" in str(check(seen[0]))
    graph = fg.make_graph(fg.vmap(lambda x: lax.psum(np.sin(x), "i"), axis_name="i"))(X)
    assert "psum" not in str(graph) and "sum(v0, axes=(0,))" in str(graph)


def test_mistakes():
    for call, what in (
        (lambda x: lax.psum_scatter(x, "i"), "axis 0 must have size 3, that of the named axis; got 2"),
        (lambda x: lax.all_to_all(x, "i", 0, 0, tiled=True), "axis 0 must divide into 3 parts; got 2"),
        (lambda x: lax.ppermute(x, "i", [(0, 1), (2, 1)]), "to one place at most"),
        (lambda x: lax.pshuffle(x, "i", [0, 0, 1]), "each number below 3 once"),
        (lambda x: lax.pbroadcast(x, "i", 3), "number of a sample, below 3; got 3"),
        (lambda x: lax.psum(x, "i", axis_index_groups=[[0, 1, 2]]), "axis_index_groups is not supported under vmap"),
        (lambda x: lax.all_gather(x, ("i", "i")), "one axis name is needed"),
    ):
        with pytest.raises((TypeError, ValueError, NotImplementedError), match=rf"{what}.*test_named_axes.py:\d+"):
            fg.vmap(call, axis_name="i")(np.ones((3, 2)))


def test_rules_of_the_users_and_loops_keep_the_name():
    f = fg.custom_vjp(lambda x: lax.psum(x * x, "i"))
    f.defvjp(lambda x: (lax.psum(x * x, "i"), x), lambda x, ct: (2.0 * x * lax.psum(ct, "i"),))
    plain = lambda x: lax.psum(x * x, "i")  # noqa: E731
    for make in (lambda f: fg.vmap(fg.grad(f), axis_name="i"), lambda f: fg.vmap(fg.jit(fg.grad(f)), axis_name="i")):
        np.testing.assert_allclose(make(f)(X), make(plain)(X))
    g = lambda x: lax.while_loop(lambda s: s[1] < 3, lambda s: (lax.pmean(np.sin(s[0]), "i") + x, s[1] + 1), (x, 0))[0]  # noqa: E731
    h = lambda x: lax.fori_loop(0, 3, lambda k, v: lax.pmean(np.sin(v), "i") + x, x)  # noqa: E731
    np.testing.assert_allclose(fg.vmap(g, axis_name="i")(X), fg.vmap(h, axis_name="i")(X))
