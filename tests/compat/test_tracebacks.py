"""The traceback of an error ends at the user's line, with at most one entry of ours below it."""

import io
import traceback

import pytest

import compat as torch
from compat import distributions as D
from compat.nn import functional as F
from compat.utils.checkpoint import checkpoint
from funcgrad import config
from funcgrad.core.tracebacks import is_ours

nn, f = torch.nn, torch.func
X, V, G = torch.ones(2, 3), torch.ones(4), torch.ones(2, 3, requires_grad=True)


def sum_with_v(x):
    return (x + V).sum()


CALLS = [
    lambda: X + V, lambda: G * V, lambda: X / V, lambda: X**V, lambda: X < V, lambda: X @ X, lambda: X + "a", lambda: -(X > 0),
    lambda: X.__iadd__(V), lambda: G.add_(1), lambda: torch.add(X, V), lambda: torch.exp([1]), lambda: torch.matmul(X, X),
    lambda: X.view(5), lambda: X.reshape(7), lambda: X[9], lambda: X.__setitem__(9, 1), lambda: X.sum(7), lambda: X.mean(7),
    lambda: X.max(9), lambda: torch.cat([X, V]), lambda: torch.stack([X, V]), lambda: X.item(), lambda: bool(X), lambda: float(X),
    lambda: G.numpy(), lambda: X.to("cuda"), lambda: torch.tensor([[1], [1, 2]]), lambda: torch.zeros(-1),
    lambda: torch.randn("a"), lambda: torch.where(X, X, X), lambda: X.gather(0, V.long()), lambda: torch.linalg.inv(X),
    lambda: F.linear(X, X.T), lambda: F.relu(1), lambda: F.softmax(X, 5), lambda: F.cross_entropy(X, torch.tensor([9, 9])),
    lambda: F.mse_loss(X, torch.ones(5)), lambda: F.dropout(X, 3.0), lambda: F.max_pool2d(V, 2), lambda: X.sum().backward(),
    lambda: torch.autograd.grad(X, X), lambda: nn.Linear(2, 2)(X), lambda: nn.Sequential(nn.Linear(2, 2))(X),
    lambda: nn.Conv2d(3, 3, 3)(X), lambda: nn.LSTM(2, 2)(X), lambda: nn.Embedding(2, 2)(torch.tensor([7])),
    lambda: nn.BatchNorm1d(3)(X[:1]), lambda: X.foo, lambda: torch.foo, lambda: torch.device("foo"), lambda: torch.load("/nope"),
    lambda: next(iter(torch.utils.data.DataLoader([X, V], batch_size=2))), lambda: torch.load(io.BytesIO(b"abc")),
    lambda: f.grad(sum_with_v)(X), lambda: f.grad(sum_with_v, argnums=3)(X), lambda: f.grad_and_value(lambda x: x)(X),
    lambda: f.vjp(sum_with_v, X), lambda: f.vjp(torch.sin, X)[1](V), lambda: f.jvp(sum_with_v, (X,), (X,)),
    lambda: f.jvp(torch.sin, (X,), (V,)), lambda: f.linearize(sum_with_v, X), lambda: f.jacrev(sum_with_v)(X),
    lambda: f.jacfwd(sum_with_v)(X), lambda: f.hessian(sum_with_v)(X), lambda: f.vmap(sum_with_v, in_dims=5)(X),
    lambda: f.functional_call(nn.Linear(2, 2), {"weight": V}, (X,)), lambda: f.stack_module_state([nn.Linear(2, 2), nn.Linear(1, 2)]),
    lambda: checkpoint(sum_with_v, X, use_reentrant=False), lambda: checkpoint(sum_with_v, G, use_reentrant=True),
    lambda: D.Normal(0.0, -1.0), lambda: D.StudentT(-1.0), lambda: D.Bernoulli(), lambda: D.Normal(V, V).log_prob("a"),
    lambda: D.Normal(V, V).expand((3,)), lambda: D.Categorical(V).log_prob(torch.tensor(9)), lambda: D.Normal(V, V).rsample((-1,)),
    lambda: D.kl_divergence(D.Normal(0.0, 1.0), D.Categorical(V)), lambda: torch.optim.SGD([V * G.sum()], 0.1),
    lambda: torch.optim.Adam([G], betas=(1.0, 2.0)), lambda: torch.optim.lr_scheduler.StepLR(3, 2), lambda: nn.GRU(2, 2, dropout=3.0),
    lambda: nn.ModuleList([3]), lambda: nn.Linear(2, 2).to("cuda"), lambda: nn.Linear(2, 2).register_buffer("weight", V),
    lambda: nn.Linear(2, 2).get_submodule("x.y"), lambda: nn.init.xavier_uniform_(V), lambda: torch.utils.data.default_collate([X, V]),
]  # fmt: skip


F.max_pool2d(torch.ones(1, 4, 4), 2)  # (a function's first call takes another road than its second)


def entries(call):
    with pytest.raises(Exception) as caught:
        call()
    return list(traceback.walk_tb(caught.value.__traceback__))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_one_entry_of_ours(call):
    frames = [frame for frame, _ in entries(call)]
    ours = [i for i, frame in enumerate(frames) if is_ours(frame)]
    assert len(ours) <= 1
    assert {frame.f_code.co_name for i in ours for frame in frames[i + 1 :]} <= {"sum_with_v"}


def test_the_users_own_frames_stay():
    class Block(nn.Module):
        def forward(self, x):
            return helper(x)

    def helper(x):
        return x @ V

    names = [frame.f_code.co_name for frame, _ in entries(lambda: nn.Sequential(nn.Linear(3, 3), Block())(X))]
    assert [name for name in names if name in ("forward", "helper")] == ["forward", "helper"] and len(names) <= 7


def test_all_are_shown_when_asked_for():
    with config(full_tracebacks=True):
        assert sum(is_ours(frame) for frame, _ in entries(lambda: nn.Sequential(nn.Linear(2, 2))(X))) > 3
