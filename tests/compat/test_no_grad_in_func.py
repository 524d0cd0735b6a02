"""no_grad, and writes through detach(), inside the functions that torch.func transforms: torch's results; and what fg.grad, which
differentiates through what an optimiser does under no_grad, makes of the same."""

import json

import numpy as np

import compat
import funcgrad as fg
from tests.expected.make_no_grad_in_func import TARGET, outcomes

STORED = json.loads(TARGET.read_text())["cases"]


def test_torch_func_minds_no_grad():
    got = outcomes(compat)
    assert got.keys() == STORED.keys()
    assert {k: v for k, v in got.items() if v != STORED[k]} == {}


def test_fg_grad_goes_through_updates():
    """p <- p - rate dloss/dp, under no_grad: dp/drate = -dloss/dp."""

    def after_a_step(rate):
        p = compat.tensor([1.0, 2.0], dtype=compat.float64)
        with compat.no_grad():
            p.sub_(rate * compat.tensor([3.0, 5.0], dtype=compat.float64))
        return p.sum()

    assert fg.grad(after_a_step)(compat.tensor(0.1, dtype=compat.float64)).item() == -8.0


def test_fg_grad_and_writes_through_detach():
    """The values change and the derivative does not know, whatever transform is outside."""

    def f(x):
        y = x * 1
        y.detach().mul_(3.0)
        return (y * y).sum()

    x = np.array([1.0, 2.0])
    assert fg.grad(f)(compat.tensor(x)).tolist() == [6.0, 12.0]
    assert fg.jvp(f, (compat.tensor(x),), (compat.ones(2, dtype=compat.float64),))[1].item() == 18.0
    assert fg.vmap(fg.grad(f))(compat.tensor(x[None])).tolist() == [[6.0, 12.0]]
