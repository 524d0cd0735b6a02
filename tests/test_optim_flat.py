"""funcgrad.optim: every optimiser leaf by leaf as its formula says; buffers and layouts; schedules; under jit; errors."""

import math

import numpy as np
import pytest

import funcgrad as fg
from funcgrad import optim
from tests.raised import refused

RNG = np.random.default_rng(7)
PARAMS = {"w": RNG.normal(size=(3, 4)), "rest": [RNG.normal(size=5).astype(np.float32), RNG.normal(size=())[()]]}
GRADS = [fg.tree.map(lambda p: np.asarray(RNG.normal(size=np.shape(p))).astype(p.dtype)[()], PARAMS) for _ in range(4)]


def by_hand(rule):
    """Each leaf on its own: rule(p, g, state, t) -> p, with state a dict that starts empty."""
    out = []
    for i, p in enumerate(fg.tree.leaves(PARAMS)):
        state = {}
        for t, grads in enumerate(GRADS, 1):
            p = rule(p, fg.tree.leaves(grads)[i], state, t)
        out.append(p)
    return out


def sum_of(state, g, decay):
    state["sum"] = g + decay * state.get("sum", 0 * g)
    return state["sum"]


def nesterov(p, g, state, t):
    return p - 0.1 * (g + 0.8 * sum_of(state, g, 0.8))


def adam(p, g, state, t, decay=0.0):
    m = state["m"] = 0.9 * state.get("m", 0 * g) + 0.1 * g
    v = state["v"] = 0.999 * state.get("v", 0 * g) + 0.001 * g * g
    step = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return p - 0.1 * (step + decay * p)


def nadam(p, g, state, t):
    m = state["m"] = 0.9 * state.get("m", 0 * g) + 0.1 * g
    v = state["v"] = 0.999 * state.get("v", 0 * g) + 0.001 * g * g
    top = 0.9 * m / (1 - 0.9 ** (t + 1)) + 0.1 * g / (1 - 0.9**t)
    return p - 0.1 * top / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)


def rmsprop(p, g, state, t, under_root=True):
    v = state["v"] = 0.95 * state.get("v", 0 * g) + 0.05 * g * g
    return p - 0.1 * g / (np.sqrt(v + 1e-8) if under_root else np.sqrt(v) + 1e-8)


def centred(p, g, state, t):
    v = state["v"] = 0.95 * state.get("v", 0 * g) + 0.05 * g * g
    m = state["m"] = 0.95 * state.get("m", 0 * g) + 0.05 * g
    state["b"] = 0.7 * state.get("b", 0 * g) + g / np.sqrt(v - m * m + 1e-8)
    return p - 0.1 * state["b"]


def adagrad(p, g, state, t):
    s = state["s"] = state.get("s", 0 * g + 0.1) + g * g
    return p - 0.1 * g / np.sqrt(s + 1e-7)


OPTIMIZERS = {
    "sgd": (optim.sgd(0.1), lambda p, g, state, t: p - 0.1 * g),
    "momentum": (optim.momentum(0.1, 0.8), lambda p, g, state, t: p - 0.1 * sum_of(state, g, 0.8)),
    "nesterov": (optim.nesterov(0.1, 0.8), nesterov),
    "adam": (optim.adam(0.1), adam),
    "nadam": (optim.adam(0.1, nesterov=True), nadam),
    "adamw": (optim.adamw(0.1, weight_decay=0.3), lambda p, g, state, t: adam(p, g, state, t, 0.3)),
    "rmsprop": (optim.rmsprop(0.1, decay=0.95), rmsprop),
    "rmsprop as torch": (
        optim.rmsprop(0.1, decay=0.95, eps_in_sqrt=False),
        lambda p, g, state, t: rmsprop(p, g, state, t, False),
    ),
    "rmsprop centred": (optim.rmsprop(0.1, decay=0.95, centered=True, momentum=0.7), centred),
    "adagrad": (optim.adagrad(0.1), adagrad),
    "schedule": (optim.sgd(lambda count: 0.1 / (1.0 + count)), lambda p, g, state, t: p - 0.1 / t * g),
    "clip": (optim.chain(optim.clip(0.5), optim.sgd(0.1)), lambda p, g, state, t: p - 0.1 * np.clip(g, -0.5, 0.5)),
}


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "jit"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_by_hand(name, compiled):
    opt, rule = OPTIMIZERS[name]
    step = fg.jit(opt.step) if compiled else opt.step
    params, state = PARAMS, opt.init(PARAMS)
    for grads in GRADS:
        params, state = step(grads, state, params)
    for got, want, start in zip(fg.tree.leaves(params), by_hand(rule), fg.tree.leaves(PARAMS), strict=True):
        assert got.dtype == start.dtype and np.shape(got) == np.shape(start)
        np.testing.assert_allclose(got, want, rtol=1e-5 if got.dtype == np.float32 else 1e-12)


def test_update_and_apply():
    """`update` and `apply_updates` are `step` in two; neither writes into what it was given."""
    opt = optim.chain(optim.clip_by_global_norm(1.0), optim.adam(0.1))
    before = fg.tree.map(np.copy, PARAMS)
    state = opt.init(PARAMS)
    updates, first = opt.update(GRADS[0], state, PARAMS)
    params = optim.apply_updates(PARAMS, updates)
    stepped, second = opt.step(GRADS[0], state, PARAMS)
    for a, b in zip(fg.tree.leaves((params, first)), fg.tree.leaves((stepped, second)), strict=True):
        assert np.array_equal(a, b)
    opt.step(GRADS[1], first, params)
    assert all(np.array_equal(a, b) for a, b in zip(fg.tree.leaves(before), fg.tree.leaves(PARAMS), strict=True))
    assert fg.tree.structure(updates) == fg.tree.structure(PARAMS)


def test_global_norm():
    norm = optim.global_norm({"a": np.array([3.0, 0.0]), "b": np.array([4.0j])})
    assert norm == 5
    small = {"a": np.array([0.3, 0.4])}
    kept, _ = optim.clip_by_global_norm(1.0).update(small, (), None)
    assert np.array_equal(kept["a"], small["a"])
    cut, _ = optim.clip_by_global_norm(0.25).update(small, (), None)
    np.testing.assert_allclose(cut["a"], [0.15, 0.2])
    slope = fg.grad(lambda g: np.sum(optim.clip_by_global_norm(1.0).update(g, ())[0]))(np.zeros(2))
    assert np.array_equal(slope, np.ones(2))  # (no nan where the norm is 0)


def test_flat_buffers():
    """One buffer for each dtype; what is unpacked are views of it; a Flat is a tree of its buffers."""
    flat = optim.Flat.of(PARAMS)
    assert [(b.dtype.name, b.size) for b in flat.buffers] == [("float32", 5), ("float64", 13)]
    tree = flat.tree()
    assert fg.tree.structure(tree) == fg.tree.structure(PARAMS)
    assert all(np.array_equal(a, b) for a, b in zip(fg.tree.leaves(tree), fg.tree.leaves(PARAMS), strict=True))
    assert np.shares_memory(tree["w"], flat.buffers[1]) and np.shares_memory(tree["rest"][0], flat.buffers[0])
    assert optim.layout_of(PARAMS) is flat.layout
    doubled = fg.tree.map(lambda b: 2 * b, flat)
    assert np.array_equal(doubled.tree()["w"], 2 * PARAMS["w"])
    got = fg.grad(lambda p: np.sum(optim.Flat.of(p).buffers[1] ** 2))(PARAMS)
    np.testing.assert_allclose(got["w"], 2 * PARAMS["w"])
    empty = optim.sgd(0.1)
    assert empty.step({}, empty.init({}), {})[0] == {}


SCHEDULES = {
    "constant": (optim.constant_schedule(0.3), {0: 0.3, 9: 0.3}),
    "linear": (optim.linear_schedule(1.0, 0.0, 4, 2), {0: 1.0, 2: 1.0, 4: 0.5, 6: 0.0, 9: 0.0}),
    "polynomial": (optim.polynomial_schedule(1.0, 0.0, 2, 4), {2: 0.25, 4: 0.0}),
    "exponential": (optim.exponential_decay(2.0, 4, 0.25), {0: 2.0, 2: 1.0, 4: 0.5}),
    "exponential in steps": (optim.exponential_decay(2.0, 4, 0.25, staircase=True, end_value=0.1), {3: 2.0, 7: 0.5, 40: 0.1}),
    "cosine": (optim.cosine_decay_schedule(2.0, 8, 0.5), {0: 2.0, 4: 1.5, 8: 1.0, 99: 1.0}),
    "piecewise": (optim.piecewise_constant_schedule(1.0, {2: 0.5, 5: 0.1}), {2: 1.0, 3: 0.5, 6: 0.05}),
    "warmup": (optim.warmup_cosine_decay_schedule(0.0, 1.0, 4, 12), {0: 0.0, 2: 0.5, 4: 1.0, 8: 0.5, 12: 0.0}),
    "joined": (optim.join_schedules([optim.constant_schedule(1.0), lambda k: k * 1.0], [3]), {2: 1.0, 3: 0.0, 5: 2.0}),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name):
    schedule, points = SCHEDULES[name]
    compiled = fg.jit(lambda k: np.multiply(1.0, schedule(k)))
    for k, want in points.items():
        assert math.isclose(schedule(np.int32(k)), want, abs_tol=1e-12)
        assert math.isclose(compiled(np.int32(k)), want, abs_tol=1e-12)


def test_training_under_jit():
    """A whole loop of steps in one scan."""
    opt = optim.adam(0.2)
    target = {"a": np.arange(3.0), "b": -1.0}

    def loss(p):
        return np.sum((p["a"] - target["a"]) ** 2) + (p["b"] - target["b"]) ** 2

    @fg.jit
    def train(params):
        def step(carry, _):
            params, state = carry
            params, state = opt.step(fg.grad(loss)(params), state, params)
            return (params, state), loss(params)

        return fg.lax.scan(step, (params, opt.init(params)), None, length=200)

    (params, _), losses = train({"a": np.zeros(3), "b": np.float64(0.0)})
    np.testing.assert_allclose(params["a"], target["a"], atol=1e-2)
    assert losses[-1] < 1e-3 < losses[0]


ERRORS = {
    "whole numbers": (TypeError, "['n'] is int64", lambda: optim.sgd(0.1).init({"w": np.ones(2), "n": np.arange(2)})),
    "another tree": (ValueError, "expected a tree like", lambda: optim.sgd(0.1).step({"v": np.ones(2)}, ((),), {"w": np.ones(2)})),
    "another shape": (ValueError, "a leaf has shape (3,)", lambda: optim.sgd(0.1).step([np.ones(3)], ((),), [np.ones(2)])),
    "no parameters": (
        ValueError, "needs the parameters", lambda: optim.adamw(0.1).update([np.ones(2)], optim.adamw(0.1).init([np.ones(2)]))
    ),
    "another state": (ValueError, "the state has 1 parts for 2", lambda: optim.momentum(0.1).update([np.ones(2)], ((),))),
}  # fmt: skip


@pytest.mark.parametrize("what", ERRORS)
def test_errors(what):
    error, text, f = ERRORS[what]
    refused(error, f, text)
