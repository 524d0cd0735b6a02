"""DeepONet, FNO, neural ODE with events, Koopman, symplectic, SINDy, deep Ritz, Gauss-Newton and Levenberg-Marquardt by jacrev, CG and Anderson."""

import math

import torch
from torch import fft, nn
from torch.func import functional_call, grad, jacrev, jvp, vjp, vmap

torch.manual_seed(0)


class SpectralConv1d(nn.Module):
    def __init__(s, i, o, m):
        super().__init__()
        s.m = m
        s.w = nn.Parameter(1 / (i * o) * torch.rand(i, o, m, dtype=torch.cfloat))

    def forward(s, x):
        b, c, n = x.shape
        xf = fft.rfft(x)
        o = torch.zeros(b, s.w.size(1), n // 2 + 1, dtype=torch.cfloat)
        o[:, :, : s.m] = torch.einsum("bix,iox->box", xf[:, :, : s.m], s.w)
        return fft.irfft(o, n=n)


class FNO(nn.Module):
    def __init__(s, m=6, w=12):
        super().__init__()
        s.p = nn.Linear(2, w)
        s.k = nn.ModuleList([SpectralConv1d(w, w, m) for _ in range(2)])
        s.c = nn.ModuleList([nn.Conv1d(w, w, 1) for _ in range(2)])
        s.q = nn.Sequential(nn.Linear(w, 24), nn.GELU(), nn.Linear(24, 1))

    def forward(s, a):
        g = torch.linspace(0, 1, a.size(1)).expand(len(a), -1)
        x = s.p(torch.stack([a, g], -1)).permute(0, 2, 1)
        for k, c in zip(s.k, s.c):
            x = nn.functional.gelu(k(x) + c(x))
        return s.q(x.permute(0, 2, 1)).squeeze(-1)


def grf(n, N=32):
    k = torch.arange(1, 6)
    return (torch.randn(n, 5, 1) / k[:, None] * torch.sin(math.pi * 2 * k[:, None] * torch.linspace(0, 1, N))).sum(1)


A = grf(20)
U = torch.cumulative_trapezoid(A, dx=1 / 31, dim=1)
U = nn.functional.pad(U, (1, 0))
net = FNO()
opt = torch.optim.Adam(net.parameters(), 5e-3)
rel = lambda p, y: ((p - y).norm(dim=1) / y.norm(dim=1)).mean()
for i in range(10):
    l = rel(net(A), U)
    opt.zero_grad()
    l.backward()
    opt.step()
    (print("fno", i, f"{l.item():.6f}") if i % 3 == 0 else None)
print(
    net(grf(2, 64)).shape, net.k[0].w.grad.dtype, net.k[0].w.grad.abs().mean(), opt.state[net.k[0].w]["exp_avg"].dtype
)
br, tk = (
    nn.Sequential(nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 8)),
    nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 8)),
)
b0 = nn.Parameter(torch.zeros(1))
opt = torch.optim.Adam([*br.parameters(), *tk.parameters(), b0], 5e-3)
tt = torch.linspace(0, 1, 32)[:, None]
for i in range(8):
    l = ((br(A) @ tk(tt).T + b0 - U) ** 2).mean()
    opt.zero_grad()
    l.backward()
    opt.step()
print("deeponet", f"{l.item():.6f}")
print(
    "physics",
    f"{(vmap(vmap(grad(lambda t, a: (br(a) @ tk(t[None, None]).T + b0).squeeze()), (0, None)), (None, 0))(tt[:, 0], A[:2]) - A[:2]).pow(2).mean().item():.6f}",
)


# dopri-like adaptive step with events
def f(t, y):
    return torch.stack([y[1], torch.tensor(-9.81) - 0.1 * y[1]])


def step(t, y, h):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + 0.75 * h, y + 0.75 * h * k2)
    y2 = y + h * (2 / 9 * k1 + 1 / 3 * k2 + 4 / 9 * k3)
    k4 = f(t + h, y2)
    return y2, (h * (-5 / 72 * k1 + 1 / 12 * k2 + 1 / 9 * k3 - 1 / 8 * k4)).abs().max()


t, y, h, ev = torch.tensor(0.0), torch.tensor([2.0, 0.0]), torch.tensor(0.05), []
while t < 2 and len(ev) < 4:
    y2, e = step(t, y, h)
    if e > 1e-4:
        h = h * 0.5
        continue
    if y2[0] < 0:
        th = y[0] / (y[0] - y2[0])
        t = t + th * h
        y = torch.tensor([0.0, -0.8 * (y[1] + th * (y2[1] - y[1]))])
        ev.append((round(t.item(), 4), round(y[1].item(), 4)))
        y[0] = 1e-4
    else:
        t, y = t + h, y2
    h = torch.clamp(h * torch.clamp(0.9 * (1e-4 / (e + 1e-12)) ** (1 / 3), 0.3, 2.0), max=0.1)
print("bounces", ev)
# Levenberg-Marquardt on a network in float64
m = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1)).double()
p = {k: v.detach() for k, v in m.named_parameters()}
x = torch.linspace(-2, 2, 25, dtype=torch.float64)[:, None]
y = torch.sin(2 * x)
sh = {k: v.shape for k, v in p.items()}
th = torch.cat([v.flatten() for v in p.values()])
un = lambda v: {k: c.view(s) for (k, s), c in zip(sh.items(), v.split([s.numel() for s in sh.values()]))}
res = lambda v: (functional_call(m, un(v), (x,)) - y).squeeze()
lam = 1e-2
for i in range(12):
    r, J = res(th), jacrev(res)(th)
    d = torch.linalg.lstsq(
        torch.cat([J, math.sqrt(lam) * torch.eye(len(th), dtype=th.dtype)]),
        -torch.cat([r, torch.zeros_like(th)])[:, None],
    ).solution.squeeze()
    n = res(th + d)
    if n @ n < r @ r:
        th, lam = th + d, lam / 3
    else:
        lam = lam * 2
    if i % 3 == 0:
        print("lm", i, f"{(r @ r).item():.6f} {lam:.2e}")


def cg(mv, b, n=20):
    x = torch.zeros_like(b)
    r = b.clone()
    q = r.clone()
    rs = r.dot(r)
    for _ in range(n):
        Aq = mv(q)
        a = rs / q.dot(Aq)
        x += a * q
        r -= a * Aq
        rn = r.dot(r)
        if rn.sqrt() < 1e-10:
            break
        q = r + rn / rs * q
        rs = rn
    return x


gn = lambda v: vjp(res, th)[1](jvp(res, (th,), (v,))[1])[0] + 1e-3 * v
s = cg(gn, -vjp(res, th)[1](res(th))[0])
print("cg", (gn(s) + vjp(res, th)[1](res(th))[0]).norm() < 1e-3, s.norm())


def anderson(f, x0, mm=4, n=15):
    X, Fx = [x0], [f(x0)]
    X.append(Fx[0])
    for k in range(1, n):
        Fx.append(f(X[-1]))
        K = min(mm, len(Fx))
        G = torch.stack([Fx[-i - 1] - X[-i - 1] for i in range(K)])
        Hm = torch.zeros(K + 1, K + 1, dtype=x0.dtype)
        Hm[0, 1:] = Hm[1:, 0] = 1
        Hm[1:, 1:] = G @ G.T + 1e-10 * torch.eye(K, dtype=x0.dtype)
        a = torch.linalg.solve(Hm, torch.eye(K + 1, dtype=x0.dtype)[0])[1:]
        X.append(sum(a[i] * Fx[-i - 1] for i in range(K)))
        if (X[-1] - X[-2]).norm() < 1e-12:
            break
    return X[-1], k


z, k = anderson(torch.cos, torch.ones(3, dtype=torch.double))
print(z, k <= 14)
# SINDy with sequential thresholds; Koopman by DMD; deep Ritz; sobolev
T_ = torch.linspace(0, 4, 200, dtype=torch.double)
X = torch.stack([torch.exp(-0.1 * T_) * torch.cos(2 * T_), -torch.exp(-0.1 * T_) * torch.sin(2 * T_)], 1)
dX = torch.gradient(X, spacing=(T_,), dim=0)[0]
lib = torch.cat([torch.ones(200, 1), X, X[:, :1] ** 2, X[:, :1] * X[:, 1:], X[:, 1:] ** 2], 1)
Xi = torch.linalg.lstsq(lib, dX).solution
for _ in range(5):
    sm = Xi.abs() < 0.05
    Xi[sm] = 0
    for j in range(2):
        big = ~sm[:, j]
        Xi[big, j] = torch.linalg.lstsq(lib[:, big], dX[:, j : j + 1]).solution.squeeze(1)
print("sindy", Xi.T.round(decimals=3))
Us, S, Vh = torch.linalg.svd(X[:-1].T, full_matrices=False)
At = Us.T @ X[1:].T @ Vh.T @ torch.diag(1 / S)
ew = torch.linalg.eigvals(At)
print("dmd", (ew.log() / (T_[1] - T_[0])).imag.sort().values, ew.abs())
u = nn.Sequential(nn.Linear(1, 16), nn.SiLU(), nn.Linear(16, 1))
opt = torch.optim.Adam(u.parameters(), 1e-2)
for i in range(20):
    xq = torch.rand(50, 1, requires_grad=True)
    v = u(xq) * xq * (1 - xq)
    (g,) = torch.autograd.grad(v.sum(), xq, create_graph=True)
    E = (0.5 * g**2 - math.pi**2 * torch.sin(math.pi * xq) * v).mean()
    opt.zero_grad()
    E.backward()
    opt.step()
    (print("ritz", i, f"{E.item():.6f}") if i % 6 == 0 else None)
print(
    torch.linalg.cond(lib),
    torch.linalg.matrix_rank(lib),
    torch.linalg.matrix_exp(At * 0.1),
    torch.special.expit(At),
    torch.cumulative_trapezoid(X[:5, 0]),
    torch.vander(T_[:3]),
    torch.combinations(torch.arange(4)).tolist(),
    torch.cartesian_prod(torch.arange(2), torch.arange(2)).tolist(),
    torch.block_diag(torch.eye(1), torch.ones(1, 2)),
    torch.polygamma(1, T_[1:3]),
    torch.special.bessel_j0(T_[:3]),
    torch.logspace(0, 2, 3),
    torch.tensordot(X, X, dims=([0], [0])),
    torch.linalg.multi_dot([X.T, X, X.T])[:, 0],
)
