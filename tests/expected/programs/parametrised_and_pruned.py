"""Weights that are parametrised and weights that are pruned, after the two tutorials."""

import torch, torch.nn as nn, torch.nn.utils.parametrize as parametrize, torch.nn.utils.prune as prune, torch.nn.functional as F
from torch.nn.utils import parametrizations as PZ

torch.manual_seed(2)


class Symmetric(nn.Module):
    def forward(self, X):
        return X.triu() + X.triu(1).transpose(-1, -2)


class MatrixExponential(nn.Module):
    def forward(self, X):
        return torch.matrix_exp(X)


class Skew(nn.Module):
    def forward(self, X):
        A = X.triu(1)
        return A - A.transpose(-1, -2)

    def right_inverse(self, A):
        return A.triu(1)


layer = nn.Linear(3, 3)
print(f"Unparametrized:\n{layer}")
parametrize.register_parametrization(layer, "weight", Symmetric())
print(layer)
A = layer.weight
print(torch.allclose(A, A.T))
print(layer.parametrizations, layer.parametrizations.weight, layer.parametrizations.weight[0])
print(dict(layer.named_parameters()).keys())
try:
    layer.weight = torch.ones(3, 3)
except Exception as e:
    print(type(e).__name__, e)


class CayleyMap(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.register_buffer("Id", torch.eye(n))

    def forward(self, X):
        return torch.linalg.solve(self.Id - X, self.Id + X)

    def right_inverse(self, A):
        return torch.linalg.solve(A + self.Id, A - self.Id)


lo = nn.Linear(3, 3)
parametrize.register_parametrization(lo, "weight", Skew())
parametrize.register_parametrization(lo, "weight", CayleyMap(3))
X = torch.empty(3, 3)
nn.init.orthogonal_(X)
if X.det() < 0:
    X[0].neg_()
lo.weight = X
print(torch.dist(lo.weight, X) < 1e-5)
print(lo)
with parametrize.cached():
    print(lo.weight is lo.weight)
opt = torch.optim.SGD(lo.parameters(), lr=0.1)
for i in range(3):
    opt.zero_grad()
    l = (lo(torch.ones(2, 3)) ** 2).mean() + lo.weight[0, 1]
    l.backward()
    opt.step()
    print(f"{l.item():.6f}", torch.dist(lo.weight @ lo.weight.T, torch.eye(3)) < 1e-5)
parametrize.remove_parametrizations(lo, "weight", leave_parametrized=True)
print(lo, type(lo), lo.weight.requires_grad)


class NoShape(nn.Module):
    def forward(self, x):
        return x[:1]


try:
    parametrize.register_parametrization(nn.Linear(3, 3), "weight", NoShape())
except Exception as e:
    print(type(e).__name__, e)
try:
    parametrize.register_parametrization(nn.Linear(3, 3), "wait", Skew())
except Exception as e:
    print(type(e).__name__, e)
sn = PZ.spectral_norm(nn.Linear(4, 5))
print(sn, sorted(sn.state_dict()))
print(torch.linalg.matrix_norm(sn.weight, 2))
wn = PZ.weight_norm(nn.Conv2d(2, 3, 3), dim=0)
print(sorted(wn.state_dict()), wn.parametrizations.weight.original0.shape)
og = PZ.orthogonal(nn.Linear(4, 4), orthogonal_map="householder")
print(og, torch.dist(og.weight.T @ og.weight, torch.eye(4)) < 1e-5)


# pruning
class LeNet(nn.Module):
    def __init__(s):
        super().__init__()
        s.conv1 = nn.Conv2d(1, 6, 5)
        s.conv2 = nn.Conv2d(6, 16, 5)
        s.fc1 = nn.Linear(16 * 4 * 4, 12)
        s.fc2 = nn.Linear(12, 10)

    def forward(s, x):
        x = F.max_pool2d(F.relu(s.conv1(x)), (2, 2))
        x = F.max_pool2d(F.relu(s.conv2(x)), 2)
        return s.fc2(F.relu(s.fc1(x.view(-1, int(x.nelement() / x.shape[0])))))


m = LeNet()
mod = m.conv1
print(
    prune.random_unstructured(mod, name="weight", amount=0.3),
    list(n for n, _ in mod.named_parameters()),
    [n for n, _ in mod.named_buffers()],
)
print(mod.weight.eq(0).sum(), list(mod._forward_pre_hooks.values()))
prune.l1_unstructured(mod, name="bias", amount=3)
print(list(mod.named_buffers())[1][1], mod.bias)
prune.ln_structured(mod, name="weight", amount=0.5, n=2, dim=0)
for hook in mod._forward_pre_hooks.values():
    if hook._tensor_name == "weight":
        break
print(type(hook).__name__, list(hook), len(hook))
prune.remove(mod, "weight")
print([n for n, _ in mod.named_parameters()])
ps = ((m.conv2, "weight"), (m.fc1, "weight"), (m.fc2, "weight"))
prune.global_unstructured(ps, pruning_method=prune.L1Unstructured, amount=0.2)
for mm, n in ps:
    print(
        "Sparsity in %s: %.2f%%"
        % (type(mm).__name__, 100.0 * float(torch.sum(mm.weight == 0)) / float(mm.weight.nelement()))
    )


class Foobar(prune.BasePruningMethod):
    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t, default_mask):
        mask = default_mask.clone()
        mask.view(-1)[::2] = 0
        return mask


def foobar(module, name):
    Foobar.apply(module, name)
    return module


foobar(m.fc2, name="bias")
print(m.fc2.bias_mask, prune.is_pruned(m))
print(m.state_dict().keys())
print(m(torch.ones(1, 1, 28, 28)).shape)
for bad in (
    lambda: prune.random_unstructured(m.fc1, "weight", amount=1.5),
    lambda: prune.random_unstructured(m.fc1, "weight", amount=10**6),
    lambda: prune.remove(m.conv1, "weight"),
    lambda: prune.random_structured(nn.Linear(2, 2), "bias", 0.5, 0),
    lambda: prune.l1_unstructured(nn.Linear(2, 2), "weight", amount=-1),
):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
