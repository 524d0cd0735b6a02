"""compat's functions under funcgrad's transforms: grad, vmap of grad and jit of grad agree with backward().

backward() itself is held to torch's figures in test_functions.py; here a function of Tensors must mean the same
whatever runs it, views, in-place operations and indices of every kind included.
"""

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
from tests.compat.evaluation import figures

SAMPLES = figures((3, 2, 3), -2.0, 2.0)


def assigned(t):
    y = t * 1
    y[0] = y[1] * 2
    y[:, 1:] += 1
    return (y * y).sum()


def in_place(t):
    y = t * 1
    y.mul_(2).add_(t)
    y.clamp_(max=3.0)
    return (y * t).sum()


FUNCTIONS = {
    "softmax": lambda t: t.softmax(1)[:, 0].sum(),
    "max": lambda t: t.max(1).values.sum(),
    "select": lambda t: (t[0] * t[1, 1:].sum()).sum(),
    "cat": lambda t: torch.cat([t, t * 2], 1).std(),
    "matmul": lambda t: (t @ t.t()).sum(),
    "where": lambda t: torch.where(t > 0, t, t * 2).sum(),
    "index": lambda t: (t[:, torch.tensor([0, 2])] ** 2).sum(),
    "clamp": lambda t: t.clamp(0, 1).sum(),
    "norm": lambda t: t.norm(),
    "einsum": lambda t: torch.einsum("ij,kj->ik", t, t).sum(),
    "view": lambda t: (t.view(-1) * torch.arange(6.0)).sum(),
    "flip": lambda t: (t.flip(0) * t).sum(),
    "cumsum": lambda t: (t.cumsum(1) ** 2).sum(),
    "sort": lambda t: (t.sort(1)[0] * torch.arange(3.0)).sum(),
    "masked_fill": lambda t: (t.masked_fill(t > 0, 0.0) ** 2).sum(),
    "scatter": lambda t: (t.scatter(1, torch.tensor([[0], [1]]), 1.0) ** 2).sum(),
    "gather": lambda t: (t.gather(1, torch.tensor([[0], [1]])) ** 2).sum(),
    "stack": lambda t: (torch.stack([t[0], t[1]], 1) ** 2).sum(),
    "median": lambda t: t.median(),
    "unfold": lambda t: (t.unfold(1, 2, 1) ** 2).sum(),
    "split": lambda t: sum((i + 1) * p.sum() for i, p in enumerate(t.split(1, 1))),
    "logsumexp": lambda t: t.logsumexp(1).sum(),
    "expand": lambda t: (t[0].expand(2, 3) * t).sum(),
    "tril": lambda t: (t.tril() * t).sum(),
    "diagonal": lambda t: (t.diagonal() ** 2).sum(),
    "topk": lambda t: t.topk(2)[0].sum(),
    "inv": lambda t: torch.linalg.inv(t @ t.t()).sum(),
    "assigned": assigned,
    "in_place": in_place,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_transforms_agree_with_backward(name):
    f = FUNCTIONS[name]
    samples = [torch.tensor(v) for v in SAMPLES]
    wanted = []
    for sample in samples:
        leaf = sample.clone().requires_grad_()
        f(leaf).backward()
        wanted.append(leaf.grad.numpy())
    grad = fg.grad(f)
    np.testing.assert_allclose([grad(s).numpy() for s in samples], wanted, rtol=1e-12, atol=1e-12)
    # A new jit for each sample: kept for the next one, it gives the first one's gradient (open in the core).
    np.testing.assert_allclose([fg.jit(grad)(s).numpy() for s in samples], wanted, rtol=1e-12, atol=1e-12)
    mapped = fg.vmap(grad)(torch.tensor(SAMPLES)).numpy()
    np.testing.assert_allclose(mapped, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_vmap_of_grad_is_that_of_each_sample(name):
    """Mapped along an axis that is not the first, beside what is not mapped: the gradients of both."""
    f = FUNCTIONS[name]
    x, w = torch.tensor(SAMPLES), torch.tensor(SAMPLES[0, 0])

    def both(t, w):
        return f(t * w + 0.1) * w.prod()

    got = torch.func.vmap(torch.func.grad(both, argnums=(0, 1)), in_dims=(1, None), out_dims=(1, 0))(x.movedim(0, 1), w)
    for k, sample in enumerate(x):
        leaves = sample.clone().requires_grad_(), w.clone().requires_grad_()
        of_sample = torch.autograd.grad(both(*leaves), leaves)
        for g, expected in zip((got[0][:, k], got[1][k]), of_sample, strict=True):
            np.testing.assert_allclose(g.numpy(), expected.numpy(), rtol=1e-12, atol=1e-12)
