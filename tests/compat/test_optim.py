"""compat.optim against the parameters that torch 2.13's optimizers reached (tests/expected/optim.json)."""

import copy
import json
import pathlib

import numpy as np
import pytest

import compat as torch
from tests.expected.make_optim import trained

STORED = json.loads((pathlib.Path(__file__).parents[1] / "expected" / "optim.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", STORED["optimizers"])
def test_twenty_steps_as_torch(code):
    np.testing.assert_allclose(trained(torch, code), STORED["optimizers"][code], rtol=1e-12, atol=1e-14)


def problem():
    w = torch.tensor([1.0, -2.0], requires_grad=True)
    return w, lambda: (w * w).sum()


def test_state_dict_goes_on_where_it_stopped():
    w, loss = problem()
    optimizer = torch.optim.Adam([w], lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
    state = copy.deepcopy(optimizer.state_dict())
    twin = w.detach().clone().requires_grad_()
    other = torch.optim.Adam([twin], lr=0.7)
    other.load_state_dict(state)
    for o, p in ((optimizer, w), (other, twin)):
        o.zero_grad()
        (p * p).sum().backward()
        o.step()
    assert (w == twin).all()
    assert state["param_groups"][0]["params"] == [0] and sorted(state["state"][0]) == ["exp_avg", "exp_avg_sq", "step"]


def test_closure_zero_grad_and_groups():
    w, loss = problem()
    optimizer = torch.optim.SGD([w], lr=0.1)

    def closure():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    assert optimizer.step(closure).item() == 5.0
    np.testing.assert_allclose(w.tolist(), [0.8, -1.6], rtol=1e-6)
    grad = w.grad
    optimizer.zero_grad(set_to_none=False)
    assert w.grad is grad and grad.tolist() == [0.0, 0.0]
    optimizer.zero_grad()
    assert w.grad is None
    optimizer.add_param_group({"params": [torch.ones(1, requires_grad=True)], "lr": 0.5})
    assert [g["lr"] for g in optimizer.param_groups] == [0.1, 0.5]
    with pytest.raises(ValueError, match="some parameters appear in more than one parameter group"):
        optimizer.add_param_group({"params": [w]})


def test_a_forgotten_zero_grad_warns_when_asked_to():
    w, loss = problem()
    optimizer = torch.optim.SGD([w], lr=0.1)

    def two_steps():
        for _ in range(2):
            loss().backward()
            optimizer.step()

    two_steps()  # silent: the warning is opt-in
    optimizer.zero_grad()
    with torch.optim.warn_if_not_zeroed():
        with pytest.warns(torch.optim.StaleGradientWarning, match=r"test_optim.py:\d+ has already used: was zero_grad"):
            two_steps()
        optimizer.zero_grad()
        loss().backward()
        loss().backward()  # accumulating before the step is what accumulation is for
        optimizer.step()
        w.grad.zero_()
        loss().backward()  # zeroed by hand


def test_the_step_of_a_jitted_training_loop():
    import funcgrad as fg

    w, loss = problem()
    v = w.detach().clone().requires_grad_()
    eager, staged = torch.optim.SGD([w], lr=0.1), torch.optim.SGD([v], lr=0.1)

    @fg.jit
    def step(scale):
        staged.zero_grad()
        ((v * v).sum() * scale).backward()
        staged.step()
        return (v * v).sum()

    for _ in range(3):
        eager.zero_grad()
        loss().backward()
        eager.step()
        step(torch.tensor(1.0))
    np.testing.assert_allclose(v.tolist(), w.tolist(), rtol=1e-6)
