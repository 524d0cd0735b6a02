"""compat.nn against what torch 2.13 gave, stored in tests/expected/nn.json; and what no stored figure can show."""

import copy
import json
import pathlib
import pickle

import numpy as np
import pytest

import compat
from compat import nn
from tests.compat.test_functions import assert_as_torch

PATH = pathlib.Path(__file__).parents[1] / "expected" / "nn.json"
FAMILIES = json.loads(PATH.read_text(encoding="utf-8"))["families"]
CASES = [(family, code) for family, cases in FAMILIES.items() for code in cases]


@pytest.mark.parametrize("family, code", CASES, ids=[code for _, code in CASES])
def test_as_torch(family, code):
    assert_as_torch(code, FAMILIES[family][code], ("nodes", "views", "backward", "again"))


def test_initial_values_are_torch_s_bit_for_bit():
    stored = FAMILIES["initial"]["list(torch.nn.Linear(40, 30).parameters())"]["result"]
    compat.manual_seed(7)
    for p, want in zip(nn.Linear(40, 30).parameters(), stored):
        got = np.array([float(f"{v:.9g}") for v in p.detach().numpy().reshape(-1).tolist()])
        assert (got == np.array(want["t"][2])).all()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.norm = nn.BatchNorm1d(3)
        self.register_buffer("seen", compat.zeros(1), persistent=False)

    def forward(self, x):
        return self.norm(self.first(x)).tanh().sum()


def test_deepcopy_and_pickle_are_independent_and_equal():
    net = Net()
    net(compat.randn(4, 2)).backward()
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        assert [n for n, _ in twin.named_parameters()] == [n for n, _ in net.named_parameters()]
        for p, q in zip(net.parameters(), twin.parameters()):
            assert isinstance(q, nn.Parameter) and q.requires_grad and q.is_leaf
            assert (p.detach().numpy() == q.detach().numpy()).all()
            assert not np.shares_memory(p.detach().numpy(), q.detach().numpy())
        assert (twin.norm.running_mean == net.norm.running_mean).all()
        assert "seen" not in twin.state_dict() and "norm.running_var" in twin.state_dict()


def test_state_dict_shares_memory_and_loads():
    net, other = Net(), Net()
    state = net.state_dict()
    assert np.shares_memory(state["first.weight"].numpy(), net.first.weight.detach().numpy())
    assert str(other.load_state_dict(state)) == "<All keys matched successfully>"
    assert (other.first.weight == net.first.weight).all()
    with pytest.raises(RuntimeError, match=r'Missing key\(s\) in state_dict: "weight"'):
        nn.Linear(1, 1).load_state_dict({"bias": compat.zeros(1)})
    with pytest.raises(RuntimeError, match="size mismatch for weight: copying a param with shape"):
        nn.Linear(1, 1).load_state_dict({"weight": compat.zeros(2, 2), "bias": compat.zeros(1)})


def test_assignment_keeps_the_tables():
    net = Net()
    with pytest.raises(TypeError, match="cannot assign 'int' as parameter|cannot assign 'int' as child module"):
        net.first = 3
    with pytest.raises(AttributeError, match=r"cannot assign module before Module.__init__\(\) call"):
        type("Late", (nn.Module,), {"__init__": lambda self: setattr(self, "x", nn.Identity())})()
    del net.norm
    assert [n for n, _ in net.named_children()] == ["first"]
    net.extra = nn.Parameter(compat.ones(2))
    assert "extra" in dict(net.named_parameters()) and "extra" not in net.__dict__


def test_train_eval_and_zero_grad():
    net = Net()
    assert not net.eval().norm.training and net.train().norm.training
    net(compat.randn(4, 2)).backward()
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.requires_grad_(False)
    assert not any(p.requires_grad for p in net.parameters())


def test_a_module_under_transforms():
    import funcgrad as fg

    layer = nn.Linear(3, 1)
    x = np.arange(6.0, dtype=np.float32).reshape(2, 3)
    w = layer.weight.detach().numpy()[0]
    grads = fg.vmap(fg.grad(lambda t: layer(t).sum()))(compat.tensor(x))
    np.testing.assert_allclose(grads.detach().numpy(), np.stack([w, w]), rtol=1e-6)
