"""Copies of Tensors and modules, writes under torch.func, and what torch says of a few things that do not fit."""

import copy
import pickle

import torch
from torch import nn
from torch.func import functional_call, grad, jvp, stack_module_state, vmap
from torch.nn.utils.rnn import pad_sequence


def attempt(f):
    try:
        print(f())
    except Exception as error:
        kind = "RuntimeError" if isinstance(error, RuntimeError) else type(error).__name__
        print(kind, str(error).split("\n")[0])


torch.manual_seed(0)
layer = nn.Linear(1, 1)
layer(torch.ones(1)).sum().backward()
layer.weight.tag = "kept"
leaf = torch.ones(2, requires_grad=True)
leaf.note = [1]
leaf.sum().backward()
for again in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer)), copy.copy(layer)):
    print(again.weight.grad, getattr(again.weight, "tag", None), again.weight is layer.weight)
for again in (copy.deepcopy(leaf), pickle.loads(pickle.dumps(leaf)), copy.copy(leaf), copy.deepcopy(leaf.detach())):
    print(again, again.grad, getattr(again, "note", None), again.data_ptr() == leaf.data_ptr())
for again in (pickle.loads(pickle.dumps(leaf * 2)), copy.copy(leaf * 2)):
    print(again, again.is_leaf)
print(*(pickle.loads(pickle.dumps(v)) for v in (torch.float16, torch.Size([2]), torch.device("cpu"), nn.GELU("tanh"))))
attempt(lambda: copy.deepcopy(leaf * 2))
attempt(lambda: torch.save(3, 4))

# ---------------------------------------------------------------------- writes under vmap reach what was mapped
models = [nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4)) for _ in range(2)]
params, buffers = stack_module_state(models)
rows = torch.randn(5, 3)
print(vmap(lambda p, b: functional_call(models[0], (p, b), (rows,)))(params, buffers).std(dim=1))
print(buffers)
x = torch.arange(6.0).view(2, 3)
print(vmap(lambda x: x.mul_(2))(x), vmap(lambda x: x.add_(1).sum(), in_dims=1)(x), x)
print(vmap(lambda x: x[0].fill_(9) + 0)(x), vmap(lambda x: x.neg_(), chunk_size=1)(x), x)
print(vmap(vmap(lambda x: x.add_(1)))(x), vmap(lambda d: d["x"].zero_() + 1)({"x": x}), x)
print(vmap(lambda x, y: x.add_(y), in_dims=(0, None))(x, torch.ones(3)), x)
attempt(lambda: vmap(nn.BatchNorm1d(3))(torch.ones(2, 4, 3)))
for f in (
    lambda x: x[x > 0],
    lambda x: torch.nonzero(x),
    lambda x: torch.masked_select(x, x > 0),
    lambda x: x[0].item(),
):
    attempt(lambda f=f: vmap(f)(torch.ones(2, 3)))
attempt(lambda: grad(lambda x: (x.sum(), x))(rows))
attempt(lambda: jvp(lambda: 3, (), ()))

# ---------------------------------------------------------------------- what does not fit, and what is odd
for module in (nn.Hardsigmoid(True), nn.Hardswish(True), nn.ReLU6(), nn.ReLU6(True)):
    print(module, module(torch.tensor([-9.0, 0.5, 9.0])), isinstance(module, nn.Hardtanh))
attempt(lambda: nn.ReLU6().max_val)
attempt(lambda: pad_sequence([torch.ones(2, 2), torch.ones(2, 3)]))
attempt(lambda: pad_sequence([torch.ones(1, 2), torch.ones(2, 1)], padding_side="left"))
attempt(lambda: pad_sequence([1, 2]))
attempt(lambda: torch.empty(2, -3))
attempt(lambda: torch.zeros(-1))
attempt(lambda: nn.Linear(1, 1).xpu())
optimizer = torch.optim.LBFGS([nn.Parameter(torch.ones(2))], max_iter=0)
attempt(lambda: optimizer.step(lambda: (optimizer.param_groups[0]["params"][0] ** 2).sum()))
