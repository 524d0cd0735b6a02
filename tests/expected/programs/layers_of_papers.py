"""Layers from papers: sine networks with their Laplacian, splines fitted by LBFGS, low-rank adaptation by surgery on named
modules, a mixture of experts, averaged and tied weights."""

import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


class SineLayer(nn.Module):
    def __init__(self, i, o, bias=True, is_first=False, omega_0=30):
        super().__init__()
        self.omega_0 = omega_0
        self.is_first = is_first
        self.in_features = i
        self.linear = nn.Linear(i, o, bias=bias)
        self.init_weights()

    def init_weights(self):
        with torch.no_grad():
            if self.is_first:
                self.linear.weight.uniform_(-1 / self.in_features, 1 / self.in_features)
            else:
                self.linear.weight.uniform_(
                    -math.sqrt(6 / self.in_features) / self.omega_0, math.sqrt(6 / self.in_features) / self.omega_0
                )

    def forward(self, x):
        return torch.sin(self.omega_0 * self.linear(x))


class Siren(nn.Module):
    def __init__(self, i, h, n, o):
        super().__init__()
        net = [SineLayer(i, h, is_first=True)]
        for _ in range(n):
            net.append(SineLayer(h, h))
        net.append(nn.Linear(h, o))
        self.net = nn.Sequential(*net)

    def forward(self, coords):
        coords = coords.clone().detach().requires_grad_(True)
        return self.net(coords), coords


def gradient(y, x, grad_outputs=None):
    if grad_outputs is None:
        grad_outputs = torch.ones_like(y)
    return torch.autograd.grad(y, [x], grad_outputs=grad_outputs, create_graph=True)[0]


def divergence(y, x):
    div = 0.0
    for i in range(y.shape[-1]):
        div += torch.autograd.grad(y[..., i], x, torch.ones_like(y[..., i]), create_graph=True)[0][..., i : i + 1]
    return div


def laplace(y, x):
    return divergence(gradient(y, x), x)


def get_mgrid(n, dim=2):
    t = tuple(dim * [torch.linspace(-1, 1, steps=n)])
    return torch.stack(torch.meshgrid(*t, indexing="ij"), dim=-1).reshape(-1, dim)


m = Siren(2, 16, 1, 1)
opt = torch.optim.Adam(lr=1e-3, params=m.parameters())
c = get_mgrid(8)
target = torch.cos(3 * c[:, :1]) * c[:, 1:]
for s in range(4):
    out, co = m(c)
    l = ((out - target) ** 2).mean()
    gr = gradient(out, co).norm()
    la = laplace(out, co).mean()
    (l + 1e-6 * la**2).backward()
    opt.step()
    opt.zero_grad()
    print(f"step {s}, loss {l:.6f} gradient {gr:.3f} Laplacian {la:.2f}")


class KANLinear(nn.Module):
    def __init__(self, i, o, grid_size=5, k=3):
        super().__init__()
        h = 2 / grid_size
        grid = (torch.arange(-k, grid_size + k + 1) * h - 1).expand(i, -1).contiguous()
        self.register_buffer("grid", grid)
        self.k = k
        self.base_weight = nn.Parameter(torch.Tensor(o, i))
        self.spline_weight = nn.Parameter(torch.Tensor(o, i, grid_size + k))
        nn.init.kaiming_uniform_(self.base_weight, a=math.sqrt(5))
        nn.init.trunc_normal_(self.spline_weight, std=0.1)

    def b_splines(self, x):
        grid = self.grid
        x = x.unsqueeze(-1)
        bases = ((x >= grid[:, :-1]) & (x < grid[:, 1:])).to(x.dtype)
        for k in range(1, self.k + 1):
            bases = ((x - grid[:, : -(k + 1)]) / (grid[:, k:-1] - grid[:, : -(k + 1)]) * bases[:, :, :-1]) + (
                (grid[:, k + 1 :] - x) / (grid[:, k + 1 :] - grid[:, 1:(-k)]) * bases[:, :, 1:]
            )
        return bases.contiguous()

    def curve2coeff(self, x, y):
        A = self.b_splines(x).transpose(0, 1)
        B = y.transpose(0, 1)
        return torch.linalg.lstsq(A, B).solution.permute(2, 0, 1).contiguous()

    def forward(self, x):
        return F.linear(F.silu(x), self.base_weight) + F.linear(
            self.b_splines(x).view(x.size(0), -1), self.spline_weight.view(self.base_weight.size(0), -1)
        )


k = nn.Sequential(KANLinear(2, 4), KANLinear(4, 1))
opt = torch.optim.LBFGS(
    k.parameters(), lr=1, history_size=10, line_search_fn="strong_wolfe", tolerance_grad=1e-32, tolerance_change=1e-32
)
x = torch.rand(40, 2) * 2 - 1
y = torch.exp(torch.sin(torch.pi * x[:, [0]]) + x[:, [1]] ** 2)
for _ in range(3):

    def closure():
        opt.zero_grad()
        l = F.mse_loss(k(x), y)
        l.backward()
        return l

    print(f"{opt.step(closure).item():.4f}")
print(k[0].curve2coeff(x, torch.randn(40, 2, 3)).shape, k[0].b_splines(x).sum(-1).mean())


class LoRALinear(nn.Module):
    def __init__(self, base, r=2, alpha=4):
        super().__init__()
        self.base = base
        base.weight.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(r, base.in_features) * 0.02)
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        self.scale = alpha / r

    def forward(self, x):
        return self.base(x) + (x @ self.A.T @ self.B.T) * self.scale

    def merge(self):
        self.base.weight.data += self.scale * self.B @ self.A
        return self.base


net = nn.ModuleDict(
    {"enc": nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0), "head": nn.Linear(8, 3)}
)
for p in net.parameters():
    p.requires_grad = False
for name, mod in list(net.named_modules()):
    if isinstance(mod, nn.Linear) and not type(mod).__name__.startswith("NonDyn"):
        parent = net.get_submodule(name.rpartition(".")[0])
        setattr(parent, name.rpartition(".")[2], LoRALinear(mod))
print(net)
print(
    [n for n, p in net.named_parameters() if p.requires_grad],
    sum(p.numel() for p in net.parameters() if p.requires_grad),
    "trainable of",
    sum(p.numel() for p in net.parameters()),
)
xb = torch.randn(5, 7, 8)
opt = torch.optim.AdamW(filter(lambda p: p.requires_grad, net.parameters()), 1e-2)
net2 = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3))
net2[0] = LoRALinear(net2[0])
opt = torch.optim.AdamW([p for p in net2.parameters() if p.requires_grad], 1e-2)
for _ in range(3):
    l = F.cross_entropy(net2(xb[:, 0]), torch.tensor([0, 1, 2, 0, 1]))
    opt.zero_grad()
    l.backward()
    opt.step()
    print(l.item())
before = net2(xb)
net2[0] = net2[0].merge()
print((before - net2(xb)).abs().max() < 1e-5, net2)


class MoE(nn.Module):
    def __init__(self, d, n, k):
        super().__init__()
        self.gate = nn.Linear(d, n, bias=False)
        self.experts = nn.ModuleList(
            [nn.Sequential(nn.Linear(d, 2 * d), nn.GELU(), nn.Linear(2 * d, d)) for _ in range(n)]
        )
        self.k = k

    def forward(self, x):
        B, T, C = x.shape
        x = x.view(-1, C)
        logits = self.gate(x)
        w, sel = torch.topk(logits.softmax(-1), self.k)
        w = w / w.sum(-1, keepdim=True)
        out = torch.zeros_like(x)
        mask = F.one_hot(sel, len(self.experts)).permute(2, 1, 0)
        for e, ex in enumerate(self.experts):
            idx, top = torch.where(mask[e])
            if top.numel() == 0:
                continue
            out.index_add_(0, top, ex(x[top]) * w[top, idx, None])
        return out.view(B, T, C), (mask.sum(1).float().mean(1) * logits.softmax(-1).mean(0)).sum() * len(self.experts)


moe = MoE(8, 4, 2)
out, aux = moe(xb)
(out.pow(2).mean() + 0.01 * aux).backward()
print(
    out.shape,
    aux,
    [f"{e[0].weight.grad.norm().item():.4f}" if e[0].weight.grad is not None else None for e in moe.experts],
    moe.gate.weight.grad.norm(),
)


class EMA:
    def __init__(self, model, decay):
        self.shadow = {n: p.clone().detach() for n, p in model.named_parameters() if p.requires_grad}
        self.decay = decay

    @torch.no_grad()
    def update(self, model):
        for n, p in model.named_parameters():
            self.shadow[n].lerp_(p, 1 - self.decay)


ema = EMA(moe, 0.9)
moe.experts[0][0].weight.data.mul_(2)
ema.update(moe)
print(ema.shadow["experts.0.0.weight"].norm())
swa = torch.optim.swa_utils.AveragedModel(net2, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
swa.update_parameters(net2)
print(swa.n_averaged, type(swa.module).__name__)


class Tied(nn.Module):
    def __init__(s):
        super().__init__()
        s.emb = nn.Embedding(10, 4)
        s.out = nn.Linear(4, 10, bias=False)
        s.out.weight = s.emb.weight


t = Tied()
print(
    [n for n, _ in t.named_parameters()],
    list(t.state_dict()),
    [n for n, _ in t.named_parameters(remove_duplicate=False)],
    t.emb.weight is t.out.weight,
)
t.out(t.emb(torch.tensor([1, 2]))).sum().backward()
print(t.emb.weight.grad[:3])
u = copy.deepcopy(t)
print(u.emb.weight is u.out.weight)

# a tangent comes back as the Tensor that it was given as
primal, tangent = torch.randn(2, 3), torch.randn(2, 3)
with torch.autograd.forward_ad.dual_level():
    dual = torch.autograd.forward_ad.make_dual(primal, tangent)
    product = torch.autograd.forward_ad.unpack_dual(dual * dual)
    print(torch.autograd.forward_ad.unpack_dual(dual).tangent is tangent, product.tangent is tangent, product)
