"""The traceback of an error ends at the user's line, with at most one entry of ours below it."""

import traceback

import pytest

import compat as torch
from compat.nn import functional as F
from funcgrad import config
from funcgrad.core.tracebacks import is_ours

nn = torch.nn
X, V, G = torch.ones(2, 3), torch.ones(4), torch.ones(2, 3, requires_grad=True)
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
    lambda: next(iter(torch.utils.data.DataLoader([X, V], batch_size=2))),
]  # fmt: skip


def entries(call):
    with pytest.raises(Exception) as caught:
        call()
    return list(traceback.walk_tb(caught.value.__traceback__))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.filterwarnings("ignore:Using a target size")
def test_one_entry_of_ours(call):
    frames = [frame for frame, _ in entries(call)]
    ours = [frame for frame in frames if is_ours(frame)]
    assert len(ours) <= 1 and not any(is_ours(frame) for frame in frames[: len(frames) - len(ours)])


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
