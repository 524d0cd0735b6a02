"""What a compiled function does beside computing: as if it were not compiled, also where torch's own compiler keeps the first call's answer. (Beside
torch: tests/expected/programs/compiled_effects.py.)"""

import collections
import os
import random
import warnings

import numpy as np
import pytest

import compat as torch

own, legacy = random.Random(1), np.random.RandomState(2)
last = collections.deque(maxlen=3)


def own_generator(x):
    return x + own.random()


def generator_of_numpy(x):
    return x + legacy.normal()


def figures_of_numpy(x):
    return x + torch.from_numpy(np.random.randn(2)).float()


def attribute_of_itself(x):
    attribute_of_itself.n = getattr(attribute_of_itself, "n", 0) + 1
    return x + attribute_of_itself.n


def environment(x):
    os.environ["COMPILED_EFFECTS"] = os.environ.get("COMPILED_EFFECTS", "") + "z"
    return x + len(os.environ["COMPILED_EFFECTS"])


def bounded(x):
    last.append(len(last) + 1)
    return x + len(last) + sum(last)


def begin():
    own.seed(1)
    legacy.seed(2)
    np.random.seed(3)
    last.clear()
    attribute_of_itself.__dict__.pop("n", None)
    os.environ.pop("COMPILED_EFFECTS", None)


@pytest.mark.parametrize(
    "f", [own_generator, generator_of_numpy, figures_of_numpy, attribute_of_itself, environment, bounded]
)
def test_each_call_does_it_anew(f):
    begin()
    wanted = [f(torch.ones(2)).tolist() for _ in range(4)]
    begin()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        compiled = torch.compile(f)
        assert [compiled(torch.ones(2)).tolist() for _ in range(4)] == wanted
    begin()


def test_what_is_its_own_is_compiled():
    def f(x):
        some, table = [], {}
        for i in range(3):
            some.append(x * i)
            table[i] = x
        table.update(a=random.Random)
        return sum(some) + table[2]

    compiled = torch.compile(f, fullgraph=True)
    assert compiled(torch.ones(2)).tolist() == compiled(torch.ones(2)).tolist() == [4.0, 4.0]


def test_the_reason_names_what_is_called():
    with pytest.raises(RuntimeError, match=r"fullgraph=True.*Random\.random, which each call would have to do anew"):
        torch.compile(own_generator, fullgraph=True)(torch.ones(2))


def test_a_compiled_module_takes_the_parameters_of_functional_call():
    class Scale(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.tensor(0.5))

        @torch.compile
        def forward(self, x):
            return (self.w.exp() * x).sum()

    model, x = Scale(), torch.arange(3.0)
    model(x)
    for w in (0.5, 1.0):
        q = torch.tensor(w, requires_grad=True)
        out = torch.func.functional_call(model, {"w": q}, (x,))
        (g,) = torch.autograd.grad(out, q, create_graph=True)
        (h,) = torch.autograd.grad(g, q)
        assert torch.allclose(torch.stack([out, g, h]), 3 * q.exp())


def test_numbers_have_second_derivatives_compiled():
    cube = torch.compile(lambda x: x**3)
    assert torch.autograd.functional.hessian(cube, torch.tensor(2.0)).item() == 12.0


def test_a_module_that_is_converted_has_other_buffers():
    model = torch.nn.BatchNorm1d(2).eval()
    forward = torch.compile(lambda x: (x * model.running_var).sum())
    x = torch.ones(1, 2)
    assert forward(x).dtype == torch.float32
    model.double()
    assert forward(x).dtype == torch.float64


def test_numbers_in_the_state_of_an_optimizer_matter_to_who_steps():
    model, x = torch.nn.Linear(2, 1), torch.ones(3, 2)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=4)

    @torch.compile
    def closure():
        optimizer.zero_grad()
        loss = (model(x) - 1).pow(2).sum()
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    assert len(closure.stats().compilations) <= 3


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x.clone().requires_grad_(),
        lambda x: x.clone().requires_grad_() * 2,
        lambda x: torch.nn.Parameter(x * 2),
        lambda x: torch.ones(2, requires_grad=True) + x,
    ],
)
def test_what_is_made_to_require_grad_inside_does(make):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        compiled, x = torch.compile(make), torch.ones(2)
        for _ in range(2):
            got, wanted = compiled(x), make(x)
            assert (got.requires_grad, got.is_leaf) == (wanted.requires_grad, wanted.is_leaf)
