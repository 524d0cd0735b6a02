"""Optimisers step many small parameters at once: to the bit what each of them alone would become, whatever memory is shared."""

import copy
import io

import numpy as np
import pytest

import compat as torch
from compat.optim import together

SHAPES = [(), (3,), (2, 3), (4, 1), (0,), (5,), (2, 2), (7,), (1,), (2, 1, 2), (3, 3), (6,), (3,), (40, 40)]
KINDS = {
    "SGD": dict(lr=0.1),
    "SGD momentum": dict(lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.1),
    "SGD nesterov": dict(lr=0.1, momentum=0.9, nesterov=True, maximize=True),
    "Adam": dict(lr=0.1, weight_decay=0.1),
    "Adam amsgrad": dict(lr=0.1, amsgrad=True, maximize=True),
    "AdamW": dict(lr=0.1),
    "RMSprop": dict(lr=0.1, centered=True, momentum=0.5),
    "Adagrad": dict(lr=0.1, lr_decay=0.1),
    "Adadelta": dict(lr=0.1),
    "Adamax": dict(lr=0.1),
    "RAdam": dict(lr=0.1),
    "Rprop": dict(lr=0.1),
}


def parameters(dtypes=(torch.float32,)):
    rng = np.random.default_rng(0)
    return [
        torch.tensor(rng.normal(size=s), dtype=dtypes[i % len(dtypes)], requires_grad=True)
        for i, s in enumerate(SHAPES)
    ]


def trained(kind, params, between=lambda step, params, optimizer: None, groups=lambda params: params, steps=6):
    """The bytes of parameters and state after some steps with gradients of many kinds: some None now and then, some transposed."""
    rng = np.random.default_rng(1)
    optimizer = getattr(torch.optim, kind.partition(" ")[0])(groups(params), **KINDS[kind])
    for step in range(steps):
        for i, p in enumerate(params):
            g = torch.tensor(rng.normal(size=tuple(p.shape)[::-1]), dtype=p.dtype)
            g = g.permute(*reversed(range(p.dim()))) if p.dim() else g
            p.grad = None if i == 1 and step in (0, 3) else g
        between(step, params, optimizer)
        optimizer.step()
    state = [{k: v.numpy().tobytes() for k, v in optimizer.state[p].items()} for p in params]
    return [p.detach().numpy().tobytes() for p in params], state


def alone(monkeypatch, *args, **kwargs):
    """The same, each parameter by itself."""
    with monkeypatch.context() as patch:
        patch.setattr("compat.optim.rule.WORTH", 10**9)
        return trained(*args, **kwargs)


@pytest.fixture
def joined(monkeypatch):
    """How many parameters were stepped at once, step by step."""
    counts = []
    step = together.Together.step
    monkeypatch.setattr(
        together.Together, "step", lambda self, *args: (counts.append(len(self.members)), step(self, *args))
    )
    return counts


@pytest.mark.parametrize(
    "dtypes", [(torch.float32,), (torch.float64, torch.float32, torch.complex64)], ids=["one", "three"]
)
@pytest.mark.parametrize("kind", KINDS)
def test_to_the_bit(kind, dtypes, monkeypatch, joined):
    expected = alone(monkeypatch, kind, parameters(dtypes))
    assert not joined
    assert trained(kind, parameters(dtypes)) == expected
    if len(dtypes) == 1:
        assert joined[-1] >= (
            12 if kind != "SGD momentum" else 0
        )  # (all but the large one, or that one and what had no gradient)


def halves(params):
    return [{"params": params[::2], "lr": 0.01}, {"params": params[1::2]}]


def moved(step, params, optimizer):
    """.data written to and replaced, state exchanged, a rate changed, a parameter frozen."""
    params[2].data.mul_(0.5)
    if step == 2:
        params[3].data = torch.ones(4, 1)
        optimizer.param_groups[0]["lr"] = 0.05
    if step == 3:
        optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    if step == 4:
        file = io.BytesIO()
        torch.save(optimizer.state_dict(), file)
        file.seek(0)
        optimizer.load_state_dict(torch.load(file))
        params[5].grad = None


@pytest.mark.parametrize("kind", ["SGD nesterov", "Adam"])
def test_what_happens_between_steps(kind, monkeypatch, joined):
    expected = alone(monkeypatch, kind, parameters(), moved, halves)
    assert trained(kind, parameters(), moved, halves) == expected
    assert joined


def overlapping(params):
    whole = torch.arange(16.0)
    for i, p in enumerate(params[1:4]):
        p.data = whole[2 * i : 2 * i + p.numel()].view(p.shape)


def gradient_is_a_parameter(step, params, optimizer):
    params[12].grad = params[1].detach()


def gradient_within_a_parameter(step, params, optimizer):
    params[1].grad = params[11].detach()[::2]


def nothing(step, params, optimizer):
    pass


@pytest.mark.parametrize(
    "before, between",
    [
        (overlapping, nothing),
        (lambda params: None, gradient_is_a_parameter),
        (lambda params: None, gradient_within_a_parameter),
    ],
)
def test_memory_that_is_shared(before, between, monkeypatch):
    """Then the order of the parameters matters, and is kept."""
    results = []
    for run in (lambda *a: alone(monkeypatch, *a), trained):
        params = parameters()
        before(params)
        results.append(run("Adam", params, between))
    assert results[0] == results[1]


def test_versions_and_storages_stay_each_parameters_own():
    """A step changes every parameter in its own memory: what a graph has saved, or `.numpy()` has given, finds out."""
    params = parameters()
    arrays = [p.detach().numpy() for p in params]
    loss = (params[1] ** 2).sum()
    for p in params:
        p.grad = torch.ones_like(p)
    optimizer = torch.optim.Adam(params)
    optimizer.step()
    assert all(np.shares_memory(a, p.detach().numpy()) for a, p in zip(arrays, params) if a.size)
    assert optimizer.state[params[1]]["exp_avg"].untyped_storage().nbytes() == params[1].numel() * 4
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()
