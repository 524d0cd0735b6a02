"""A function means the same compiled: results, gradients, what is left in memory and the stream of draws, over three steps of training.

Invariant: eager compat, which other tests hold against torch, is the oracle; none of these programs is run as it is.
"""

import warnings

import pytest

import compat as torch
from compat import nn
from compat.nn import functional as F


def leaf(*shape, seed=0):
    torch.manual_seed(seed)
    return torch.randn(*shape).requires_grad_()


X, L, W = torch.linspace(-1, 1, 20).reshape(5, 4), nn.Linear(4, 4), leaf(4)
TARGET = nn.Linear(4, 4)
EMBEDDING, HEADS = nn.Embedding(6, 4), nn.MultiheadAttention(4, 2, batch_first=True)
NORMED = nn.utils.parametrizations.spectral_norm(nn.Linear(4, 3))
STATE = torch.zeros(4)


class Scaled(torch.autograd.Function):
    """Seven times its derivative."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x):
        return x.round()

    @staticmethod
    def setup_context(ctx, inputs, output):
        pass

    @staticmethod
    def backward(ctx, g):
        return g * 7


def unrecorded(x):
    with torch.no_grad():
        z = L(x).tanh()
        with torch.enable_grad():
            y = L(x).sin()
    a, b = z.split([1, 3], 1)
    return (L(x) * z).sum() + (y[:, :1] * a).sum() + (y[:, 1:] * b).sum()


def bootstrapped(x):
    with torch.no_grad():
        best = 0.9 * TARGET(x).max(1).values + L(x).max(1).values
    return F.smooth_l1_loss(L(x)[:, 0], best)


def switched(x):
    torch.set_grad_enabled(False)
    z = L(x).tanh()
    torch.set_grad_enabled(True)
    return (L(x) * z).sum()


def penalised(x):
    z = (x * torch.rand(5, 1)).requires_grad_()
    (g,) = torch.autograd.grad(L(z).tanh().sum(), z, create_graph=True)
    return ((g.norm(2, 1) - 1) ** 2).mean() + L(x).mean()


def one_step_ahead(x, graph):
    loss = L(x).pow(2).mean()
    grads = torch.autograd.grad(loss, list(L.parameters()), create_graph=graph, retain_graph=True)
    return loss + sum(((p - 0.1 * g) ** 2).sum() for p, g in zip(L.parameters(), grads))


def averaged(x):
    y = L(x)
    STATE.mul_(0.9).add_(y.detach().mean(0), alpha=0.1)
    return (y - STATE).pow(2).sum()


def in_place(x):
    y = L(x)
    y.mul_(2)
    y[:, 1:].sub_(1)
    y[0].zero_()
    F.relu_(y)
    return y.sum()


def mapped(x):
    def one(a):
        with torch.no_grad():
            z = a * W
        return (Scaled.apply(a * W) * z).sum()

    return torch.vmap(one)(x).sum() + (torch.func.grad(lambda t: (Scaled.apply(t) * t).sum())(W) * W).sum()


def quantised(x):
    e = L(x)
    q = EMBEDDING(torch.cdist(e, EMBEDDING.weight).argmin(1))
    return (e + (q - e).detach()).pow(2).sum() + F.mse_loss(q, e.detach()) + 0.25 * F.mse_loss(e, q.detach())


def sampled(x):
    d = torch.distributions.Categorical(logits=L(x))
    a = d.sample()
    n = torch.distributions.Normal(L(x), F.softplus(L(x)) + 0.1)
    return -(d.log_prob(a) * (a.float() - 1)).mean() + d.entropy().mean() + (n.rsample() ** 2).mean()


def cast(x):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = L(x) @ L.weight
    return y.float().pow(2).mean()


PROGRAMS = {
    f.__name__: f
    for f in (unrecorded, bootstrapped, switched, penalised, averaged, in_place, mapped, quantised, sampled, cast)
} | {
    "ahead": lambda x: one_step_ahead(x, True),
    "ahead, first order": lambda x: one_step_ahead(x, False),
    "spectral norm": lambda x: NORMED(x).pow(2).sum(),
    "attention": lambda x: HEADS(x[None], x[None], x[None])[0].pow(2).sum(),
    "dropout": lambda x: F.dropout(L(x), 0.5).pow(2).sum() + F.gumbel_softmax(L(x), hard=True)[:, 0].sum(),
    "data": lambda x: (L.weight.data * L.weight * 2).sum() + (L(x).round() + (L(x) - L(x).detach()) * 3).sum(),
    "checkpoint": lambda x: torch.utils.checkpoint.checkpoint(lambda t: L(t).tanh().sum(), x, use_reentrant=False),
    "called with": lambda x: torch.func.functional_call(
        L, {"weight": L.weight * 2, "bias": L.bias.detach()}, (x,)
    ).sum(),
    "decompositions": lambda x: (
        torch.logdet(L.weight @ L.weight.T + torch.eye(4)) + torch.linalg.svdvals(L.weight).sum()
    ),
}
TOLERANCE = {"cast": 1e-3}  # (bfloat16, whose products are rounded at other places)


def trained(f, leaves):
    """What three steps give and leave."""
    torch.manual_seed(7)
    STATE.zero_()
    seen = []
    for _ in range(3):
        for p in leaves:
            p.grad = None
        loss = f(X)
        seen += [
            loss.detach().clone(),
            *[None if p.grad is None else p.grad.clone() for p in leaves],
        ]  # (nothing came yet)
        loss.backward()
        seen += [None if p.grad is None else p.grad.clone() for p in leaves] + [STATE.clone()]
        with torch.no_grad():
            for p in leaves:
                if p.grad is not None:
                    p -= 0.01 * p.grad
    return [*seen, torch.rand(1)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_compiled_alike(name):
    modules = (L, TARGET, EMBEDDING, HEADS, NORMED)
    leaves = [W, *[p for m in modules for p in m.parameters()]]
    memory = [*leaves, *[b for m in modules for b in m.buffers()]]
    begun = [t.detach().clone() for t in memory]
    found = []
    for f in (PROGRAMS[name], torch.compile(PROGRAMS[name])):
        with torch.no_grad():
            for t, v in zip(memory, begun, strict=True):
                t.copy_(v)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # (nor is it run as it is)
            found.append(trained(f, leaves))
    for got, want in zip(found[1], found[0], strict=True):
        assert (got is None) == (want is None)
        if want is not None:
            torch.testing.assert_close(got, want, rtol=(r := TOLERANCE.get(name, 2e-5)), atol=r)
