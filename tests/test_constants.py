"""Plain arrays that a function uses and then writes into, and what is handed out: no derivative may see the change."""

import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.constants import SMALL

ONES = np.ones(2)
TRANSFORMS = {
    "grad": lambda f, x: fg.grad(f)(x),
    "vjp": lambda f, x: fg.vjp(f, x)[1](1.0)[0],
    "grad of jit": lambda f, x: fg.grad(fg.jit(f))(x),
    "jit of grad": lambda f, x: fg.jit(fg.grad(f))(x),
    "vmap of grad": lambda f, x: fg.vmap(fg.grad(f))(x[None])[0],
    "linearize": lambda f, x: np.stack([fg.linearize(f, x)[1](e) for e in np.eye(len(x))]),
    "jvp": lambda f, x: np.stack([fg.jvp(f, (x,), (e,))[1] for e in np.eye(len(x))]),
}


def filled(x):
    """1 x + 2 x + 3 x, through one buffer."""
    buffer, total = np.empty(2), 0.0
    for k in (1, 2, 3):
        buffer[:] = k
        total = total + (x * buffer).sum()
    return total


def filled_on_the_left(x):
    buffer, total = np.empty(2), 0.0
    for k in (1, 2, 3):
        buffer[:] = k
        total = total + (buffer * x).sum()
    return total


def indexed(x):
    """x[0] + 10 x[1], through one index array."""
    at, total = np.array([0]), 0.0
    for k in (0, 1):
        at[0] = k
        total = total + (x[at] * (1 + 9 * k)).sum()
    return total


def masked(x):
    """x[0] + 10 x[1], through one mask."""
    mask, total = np.zeros(2, bool), 0.0
    for k in (0, 1):
        mask[:] = False
        mask[k] = True
        total = total + np.where(mask, x * (1 + 9 * k), 0.0).sum()
    return total


def multiplied(x):
    matrix, total = np.empty((2, 2)), 0.0
    for k in (1, 2, 3):
        matrix[:] = k
        total = total + (matrix @ x).sum() / 2
    return total


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize(
    "f, want",
    [
        (filled, [6, 6]),
        (filled_on_the_left, [6, 6]),
        (indexed, [1, 10]),
        (masked, [1, 10]),
        (multiplied, [6, 6]),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_a_buffer_written_again_is_another_constant(transform, f, want):
    np.testing.assert_allclose(TRANSFORMS[transform](f, ONES), want)


def test_jit_keeps_an_array_as_it_was_when_staged():
    w = np.ones(2)
    f = fg.jit(lambda x: x * w + x * (w * 2))
    assert f(ONES).tolist() == [3, 3]
    w[:] = 10
    assert f(ONES).tolist() == [3, 3]


def test_a_pullback_does_not_see_later_changes_of_its_primal():
    x = np.ones(2)
    _, pullback = fg.vjp(lambda x: x * x, x)
    x[:] = 100
    assert pullback(ONES)[0].tolist() == [2, 2]


def test_a_change_of_a_large_array_is_an_error_that_names_the_use():
    n = SMALL // 8 + 1
    large = np.ones(n)

    def f(x):
        total = 0.0
        for k in (1, 2):
            large[:] = k
            total = total + (x * large).sum()
        return total

    with pytest.raises(RuntimeError, match=r"was changed after it was used at .*test_constants\.py:\d+") as caught:
        fg.grad(f)(np.ones(n))
    assert isinstance(caught.value, fg.errors.ModifiedError)
    large[:] = 3.0
    assert fg.grad(lambda x: (x * large).sum())(np.ones(n))[0] == 3.0


# ------------------------------------------------------------------------------------------------ what is handed out
def test_aux_shares_no_memory_with_an_argument():
    x = np.ones(3)
    for aux in (
        fg.grad(lambda x: (x.sum(), x), has_aux=True)(x)[1],
        fg.value_and_grad(lambda x: (x.sum(), x[1:]), has_aux=True)(x)[0][1],
        fg.vjp(lambda x: (x * 2, x), x, has_aux=True)[2],
        fg.jvp(lambda x: (x * 2, x), (x,), (x,), has_aux=True)[2],
        fg.grad(lambda x: (x.sum(), fg.stop_gradient(x)), has_aux=True)(x)[1],
        fg.grad(lambda x: (x.sum(), ONES[:1]), has_aux=True)(x)[1],
    ):
        assert aux.flags.writeable and aux.base is None and not any(np.may_share_memory(aux, v) for v in (x, ONES))
    one, two = fg.grad(lambda x: (x.sum(), (x, x)), has_aux=True)(x)[1]
    assert not np.may_share_memory(one, two)


def test_a_constant_result_is_the_callers_own():
    c = np.ones(3)
    for got in (
        fg.jvp(lambda x: c, (1.0,), (1.0,))[0],
        fg.vmap(lambda x: c, out_axes=None)(np.ones(2)),
        fg.vjp(lambda x: c, 1.0)[0],
    ):
        assert not np.may_share_memory(got, c)


def doubled(x):
    """The sum of (2 x) squared, whose gradient is 8 x: doubled in place."""
    x *= 2.0
    return (x * x).sum()


def with_vjp():
    f = fg.custom_vjp(doubled)

    def bwd(residual, ct):
        residual *= 4.0
        return (ct * residual,)

    f.defvjp(lambda x: (doubled(x), x), bwd)
    return f


def with_jvp():
    f = fg.custom_jvp(doubled)

    @f.defjvp
    def rule(primals, tangents):
        (x,), (t,) = primals, tangents
        t *= 4.0
        return doubled(x), (x * t).sum()

    return f


def through_a_constant(x):
    constant = fg.stop_gradient(x)
    constant *= 2.0
    return 2.0 * (constant * x * 2.0).sum()


WRITERS = {
    "checkpoint": fg.checkpoint(doubled), "custom_vjp": with_vjp(), "custom_jvp": with_jvp(), "jit": fg.jit(doubled),
    "stop_gradient": through_a_constant, "cond": lambda x: fg.lax.cond(True, doubled, doubled, x),
    "cond of a view": lambda x: (lambda y: fg.lax.switch(1, [doubled, doubled], y[:]) + 0.0 * y.sum())(x * 1.0),
}  # fmt: skip
WAYS = {k: v for k, v in TRANSFORMS.items() if k not in ("jvp", "linearize")} | {
    "a pullback again": lambda f, x: [pull(1.0)[0] for pull in [fg.vjp(f, x)[1]] for _ in range(2)][1],
    "grad beside grad": lambda f, x: fg.grad(lambda y: f(y) + 0.0 * fg.grad(f)(y)[0])(x),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", WRITERS)
def test_functions_of_the_users_write_into_what_is_theirs(name, way):
    """Neither the caller's array nor what a rule keeps is changed by a write inside a function with a rule of its own."""
    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(WAYS[way](WRITERS[name], x), [8.0, 16.0])
    if name != "stop_gradient":
        assert WRITERS[name](x) == 20.0
    assert x.tolist() == [1.0, 2.0]


# ------------------------------------------------------------------------------------------------ what has a derivative
def test_complex_arguments_of_a_real_function():
    assert fg.grad(lambda z: abs(z) ** 2)(1 + 2j) == 2 - 4j  # jax 0.10.2
    with pytest.raises(TypeError, match="holomorphic=True"):
        fg.grad(lambda z: z * z)(1 + 2j)
    with pytest.raises(TypeError, match="must be complex with holomorphic=True"):
        fg.grad(lambda z: z * z, holomorphic=True)(1.0)


@pytest.mark.parametrize("f", [np.argmax, lambda x: np.sum(x.astype(int)), lambda x: np.any(x > 1), lambda x: 3])
def test_a_result_without_derivative_is_refused(f):
    with pytest.raises(TypeError, match="has no derivative"):
        fg.grad(f)(np.ones(3))


def test_jvp_refuses_an_integer_primal():
    with pytest.raises(TypeError, match="must be float or complex"):
        fg.jvp(np.tanh, (2,), (1,))
