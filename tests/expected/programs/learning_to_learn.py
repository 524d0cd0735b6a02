"""Learning to learn: derivatives of steps, over tasks at once, curvature by products, conjugate gradients."""

import torch, torch.nn as nn, torch.nn.functional as F, copy, math, numpy as np
from collections import OrderedDict
from torch.func import functional_call, grad, vmap, stack_module_state, grad_and_value, jvp, vjp, hessian


class Sine:
    def __init__(self, seed):
        self.g = torch.Generator().manual_seed(seed)

    def task(self, k=8):
        a = 0.1 + 4.9 * torch.rand((), generator=self.g)
        p = math.pi * torch.rand((), generator=self.g)
        x = torch.rand(2 * k, 1, generator=self.g) * 10 - 5
        y = a * torch.sin(x - p)
        return x[:k], y[:k], x[k:], y[k:]


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.net = nn.Sequential(
            OrderedDict(
                [
                    ("l1", nn.Linear(1, 20)),
                    ("relu1", nn.ReLU()),
                    ("l2", nn.Linear(20, 20)),
                    ("relu2", nn.ReLU()),
                    ("l3", nn.Linear(20, 1)),
                ]
            )
        )

    def forward(self, x):
        return self.net(x)

    def argforward(self, x, w):
        x = F.relu(F.linear(x, w[0], w[1]))
        x = F.relu(F.linear(x, w[2], w[3]))
        return F.linear(x, w[4], w[5])


torch.manual_seed(0)
net = Net()
opt = torch.optim.Adam(net.parameters(), 1e-3)
src = Sine(1)
print("-- classic, create_graph")
for it in range(31):
    opt.zero_grad()
    meta = 0.0
    for _ in range(4):
        xs, ys, xq, yq = src.task()
        w = list(net.parameters())
        for s in range(2):
            l = F.mse_loss(net.argforward(xs, w), ys)
            g = torch.autograd.grad(l, w, create_graph=True)
            w = [p - 0.01 * gg for p, gg in zip(w, g)]
        meta = meta + F.mse_loss(net.argforward(xq, w), yq)
    (meta / 4).backward()
    opt.step()
    if it % 10 == 0:
        print(it, (meta / 4).item(), net.net.l1.weight.grad.norm().item())
print("-- functional, vmap over tasks")
params = dict(net.named_parameters())


def inner(p, xs, ys, xq, yq, lr=0.01):
    loss = lambda p, x, y: F.mse_loss(functional_call(net, p, (x,)), y)
    g = grad(loss)(p, xs, ys)
    new = {k: p[k] - lr * g[k] for k in p}
    return loss(new, xq, yq)


for it in range(3):
    tasks = [torch.stack(t) for t in zip(*[src.task() for _ in range(5)])]

    def outer(p):
        return vmap(inner, in_dims=(None, 0, 0, 0, 0))(p, *tasks).mean()

    g, v = grad_and_value(outer)(params)
    print(v, {k: tuple(t.shape) for k, t in g.items()}["net.l2.weight"], sum(t.pow(2).sum() for t in g.values()).sqrt())
    with torch.no_grad():
        params = {k: (p - 1e-2 * g[k]) for k, p in params.items()}
print("-- first order / reptile")
fast = copy.deepcopy(net)
old = {k: v.clone() for k, v in fast.state_dict().items()}
io = torch.optim.SGD(fast.parameters(), lr=0.02)
for it in range(4):
    xs, ys, xq, yq = src.task()
    for _ in range(5):
        io.zero_grad(set_to_none=False)
        F.mse_loss(fast(xs), ys).backward()
        io.step()
    new = fast.state_dict()
    fast.load_state_dict({k: old[k] + (new[k] - old[k]) * 0.5 for k in old})
    old = {k: v.clone() for k, v in fast.state_dict().items()}
    print(F.mse_loss(fast(xq), yq).item())
print("-- ensembles, per-sample grads")
nets = [Net() for _ in range(3)]
p, b = stack_module_state(nets)
basem = copy.deepcopy(nets[0]).to("meta")
xs, ys, *_ = src.task()
fm = lambda p, b, x: functional_call(basem, (p, b), (x,))
preds = vmap(fm, in_dims=(0, 0, None))(p, b, xs)
print(preds.shape, torch.allclose(preds[1], nets[1](xs), atol=1e-6))
ps = vmap(
    grad(lambda p, x, y: F.mse_loss(functional_call(net, p, x.unsqueeze(0)), y.unsqueeze(0))), in_dims=(None, 0, 0)
)({k: v.detach() for k, v in net.named_parameters()}, xs, ys)
print({k: tuple(v.shape) for k, v in ps.items()})
n = torch.stack([v.flatten(1).norm(dim=1) for v in ps.values()]).norm(dim=0)
print(n)
print("-- hvp, ggn, fisher")
flat = torch.nn.utils.parameters_to_vector(net.parameters()).detach()
shapes = [(k, v.shape, v.numel()) for k, v in net.named_parameters()]


def unflat(v):
    out, i = {}, 0
    for k, s, c in shapes:
        out[k] = v[i : i + c].view(s)
        i += c
    return out


L = lambda v: (functional_call(net, unflat(v), (xs,)) - ys).pow(2).mean()
v = torch.randn_like(flat)
hv = jvp(grad(L), (flat,), (v,))[1]
_, vj = vjp(grad(L), flat)
print(hv.norm(), torch.allclose(hv, vj(v)[0], atol=1e-4))
f = lambda v: functional_call(net, unflat(v), (xs,)).squeeze(-1)
_, jv = jvp(f, (flat,), (v,))
_, pull = vjp(f, flat)
print("ggn", pull(2 * jv / len(xs))[0].norm())
print(np.array2string(torch.linalg.eigvalsh(hessian(L)(flat)[-22:, -22:])[-3:].numpy(), precision=4))
print("-- CG newton")


def cg(A, b, n=10):
    x = torch.zeros_like(b)
    r = b.clone()
    p = r.clone()
    rs = r @ r
    for _ in range(n):
        Ap = A(p)
        a = rs / (p @ Ap)
        x += a * p
        r -= a * Ap
        rn = r.dot(r)
        p = r + rn / rs * p
        rs = rn
    return x


for _ in range(3):
    g = grad(L)(flat)
    d = cg(lambda u: jvp(grad(L), (flat,), (u,))[1] + 50.0 * u, g, 6)
    flat = flat - d
    print(L(flat).item())
