"""Drawing under jit: figures of np.random that would be constants are told of; draws of our own happen in each call."""

import warnings

import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.errors import BakedWarning, RandomnessError

RNG = np.random.default_rng(0)


class Holder:
    rng = None


HOLDER = Holder()
HOLDER.rng = np.random.default_rng(1)


def helper(x):
    return x + np.random.normal(size=2)


BAKED = {
    "np.random, in a function it calls": (lambda x: helper(x) * 2, "np.random was drawn", "np.random.normal(size=2)"),
    "a Generator": (lambda x: x + RNG.normal(size=2), "RNG (a Generator)", "RNG.normal"),
    "an attribute": (lambda x: x + HOLDER.rng.normal(size=2), "rng (a Generator)", "HOLDER.rng"),
    "one of its own": (
        lambda x: x + np.random.default_rng().normal(size=2),
        "default_rng(), made without",
        "default_rng()",
    ),
}


@pytest.mark.parametrize("name", BAKED)
def test_figures_of_numpy_are_told_of(name):
    f, says, text = BAKED[name]
    with pytest.warns(BakedWarning) as caught:
        fg.jit(f)(np.ones(2))
    message = str(caught[0].message)
    assert len(caught) == 1 and says in message
    line = int(message.split(f"{__file__}:")[1].split(".")[0])
    with open(__file__) as source:
        assert text in source.read().splitlines()[line - 1]


def test_what_draws_nothing_is_left_alone():
    np.random.rand()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fg.jit(lambda x: x + np.random.default_rng(3).normal(size=2))(
            np.ones(2)
        )  # the same figures in every call anyway
        f = fg.jit(lambda x: x + RNG.bit_generator.state["has_uint32"])
        f(np.ones(2))
        RNG.normal()
        f(np.ones(2))


def source(made):
    def draw(shape, *xs):
        made.append((shape, [np.shape(x) for x in xs]))
        return np.full(shape, float(len(made)))

    return draw


def drawn(x, made, *operands):
    return PRIMITIVES["draw"](*operands, source=source(made), shape=(2,), dtype=np.dtype(float))[0] + x


@pytest.mark.parametrize(
    "transform",
    [fg.jit, lambda f: fg.jit(fg.jit(f)), lambda f: fg.jit(fg.vmap(f, randomness="same")), lambda f: fg.vmap(fg.jit(f), randomness="same")],
)  # fmt: skip
def test_each_call_draws_once(transform):
    made = []
    f = transform(lambda x: drawn(x, made))
    got = [f(np.zeros((1, 2)) if f.__name__ else np.zeros(2)) for _ in range(3)]
    assert [float(g.ravel()[0]) for g in got] == [1.0, 2.0, 3.0] and len(made) == 3


def test_the_derivative_draws_nothing_of_its_own():
    made = []
    f = fg.jit(fg.value_and_grad(lambda x: (drawn(x, made) * x).sum()))
    value, slope = f(np.array([1.0, 2.0]))
    assert len(made) == 1 and value == 2 + 6 and slope.tolist() == [3.0, 5.0]
    g = fg.value_and_grad(fg.jit(lambda x: (drawn(x, made) * x).sum()))
    assert g(np.array([1.0, 2.0]))[1].tolist() == [4.0, 6.0] and len(made) == 2


def test_in_a_loop_each_step_draws():
    made = []
    f = fg.jit(lambda x: fg.lax.scan(lambda c, _: (drawn(c, made), None), x, None, length=3)[0])
    assert f(np.zeros(2)).tolist() == [6.0, 6.0]
    assert fg.vmap(f, randomness="different")(np.zeros((4, 2))).tolist() == [[15.0, 15.0]] * 4
    assert [shape for shape, _ in made] == [(2,)] * 3 + [(4, 2)] * 3


def test_nested_maps_decide_each_for_its_own():
    made = []
    f = fg.vmap(fg.vmap(lambda x: drawn(x, made), randomness="different"), randomness="same")
    assert f(np.zeros((3, 4, 2))).shape == (3, 4, 2) and made[0][0] == (4, 2)
    fg.vmap(fg.vmap(lambda x: drawn(x, made, x), randomness="different"), randomness="different")(np.zeros((3, 4, 2)))
    assert made[1] == ((3, 4, 2), [(3, 4, 2)])
    with pytest.raises(RandomnessError, match="randomness error mode"):
        fg.vmap(fg.vmap(lambda x: drawn(x, made), randomness="different"))(np.zeros((3, 4, 2)))
    with pytest.raises(TypeError, match="randomness must be one of"):
        fg.vmap(drawn, randomness="none")
