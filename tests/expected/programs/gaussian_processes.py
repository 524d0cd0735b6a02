"""Gaussian processes, inducing points, the next point to look at, and a filter that learns its noise."""

import torch, math, numpy as np
from torch.distributions import MultivariateNormal

torch.set_default_dtype(torch.double)
torch.manual_seed(4)
torch.set_printoptions(precision=5, linewidth=100)


class Kernel(torch.nn.Module):
    def __add__(self, o):
        return Comb(self, o, torch.add)

    def __mul__(self, o):
        return Comb(self, o, torch.mul)


class Comb(Kernel):
    def __init__(self, a, b, op):
        super().__init__()
        self.a, self.b, self.op = a, b, op

    def forward(self, x, z):
        return self.op(self.a(x, z), self.b(x, z))

    def extra_repr(self):
        return self.op.__name__


class RBF(Kernel):
    def __init__(self, ls=1.0, var=1.0):
        super().__init__()
        self.ls, self.var = torch.nn.Parameter(torch.tensor(ls).log()), torch.nn.Parameter(torch.tensor(var).log())

    def forward(self, x, z):
        return self.var.exp() * torch.exp(-0.5 * torch.cdist(x / self.ls.exp(), z / self.ls.exp()).square())


class Periodic(Kernel):
    def __init__(self, p=1.0, ls=1.0):
        super().__init__()
        self.p, self.ls = torch.nn.Parameter(torch.tensor(p)), torch.nn.Parameter(torch.tensor(ls))

    def forward(self, x, z):
        return torch.exp(-2 * torch.sin(math.pi * (x - z.T) / self.p) ** 2 / self.ls**2)


class Matern(Kernel):
    def __init__(self):
        super().__init__()
        self.ls = torch.nn.Parameter(torch.zeros(()))

    def forward(self, x, z):
        d = math.sqrt(5) * (x.unsqueeze(1) - z.unsqueeze(0)).abs().sum(-1) / self.ls.exp()
        return (1 + d + d.pow(2) / 3) * (-d).exp()


class GP(torch.nn.Module):
    def __init__(self, k, noise=0.1):
        super().__init__()
        self.k = k
        self.log_noise = torch.nn.Parameter(torch.tensor(noise).log())
        self.mean = torch.nn.Parameter(torch.zeros(1))

    def nlml(self, X, y):
        K = self.k(X, X) + (self.log_noise.exp() + 1e-8) * torch.eye(len(X))
        L = torch.linalg.cholesky(K)
        r = (y - self.mean).unsqueeze(-1)
        a = torch.cholesky_solve(r, L)
        self.L, self.a, self.X = L, a, X
        return 0.5 * (r.T @ a).squeeze() + L.diagonal().log().sum() + 0.5 * len(X) * math.log(2 * math.pi)

    @torch.no_grad()
    def predict(self, Z, full=False):
        Ks = self.k(self.X, Z)
        v = torch.linalg.solve_triangular(self.L, Ks, upper=False)
        mu = self.mean + (Ks.mT @ self.a).squeeze(-1)
        C = self.k(Z, Z) - v.mT @ v
        return (mu, C) if full else (mu, C.diagonal().clamp_min(0).sqrt())


X = torch.rand(25, 1) * 6
y = torch.sin(2 * X).squeeze() + 0.5 * X.squeeze() + 0.1 * torch.randn(25)
Z = torch.linspace(0, 7, 6).unsqueeze(-1)
for k in (RBF(), RBF(2.0) * Periodic(3.0) + Matern(), Matern()):
    gp = GP(k)
    print(gp)
    opt = torch.optim.Adam(gp.parameters(), 0.05)
    for i in range(8):
        opt.zero_grad()
        l = gp.nlml(X, y)
        l.backward()
        opt.step()
    print("nlml", l.item(), {n: round(p.item(), 6) for n, p in gp.named_parameters()})
    gp.nlml(X, y)
    mu, sd = gp.predict(Z)
    print(mu, sd)
    m, C = gp.predict(Z, True)
    print(MultivariateNormal(m, C + 1e-6 * torch.eye(6)).sample((2,)))
    lb = torch.optim.LBFGS(gp.parameters(), max_iter=15, line_search_fn="strong_wolfe")

    def c():
        lb.zero_grad()
        l = gp.nlml(X, y)
        l.backward()
        return l

    lb.step(c)
    print("lbfgs %.8f" % c())
try:
    torch.linalg.cholesky(torch.tensor([[1.0, 2.0], [2.0, 1.0]]))
except torch.linalg.LinAlgError as e:
    print(type(e), e)
print(torch.linalg.cholesky_ex(torch.tensor([[1.0, 2.0], [2.0, 1.0]])).info)
# sparse (SGPR) bound, inducing points learned
ind = torch.nn.Parameter(torch.linspace(0, 6, 6).view(-1, 1))
k = RBF()
ln = torch.nn.Parameter(torch.tensor(-2.0))
o = torch.optim.Adam([ind, ln, *k.parameters()], 0.03)
for i in range(12):
    Kuu = k(ind, ind) + 1e-6 * torch.eye(6)
    L = torch.linalg.cholesky(Kuu)
    A = torch.linalg.solve_triangular(L, k(ind, X), upper=False)
    s2 = ln.exp()
    B = torch.eye(6) + A @ A.T / s2
    LB = torch.linalg.cholesky(B)
    c_ = torch.linalg.solve_triangular(LB, A @ y[:, None], upper=False) / s2
    elbo = (
        -0.5 * 25 * (math.log(2 * math.pi) + ln)
        - LB.diag().log().sum()
        - 0.5 * (y @ y) / s2
        + 0.5 * (c_**2).sum()
        - 0.5 / s2 * (25 * k.var.exp() - (A**2).sum())
    )
    o.zero_grad()
    (-elbo).backward()
    o.step()
print("elbo", elbo.item(), ind.data.T)
# Bayesian optimisation with EI
f = lambda x: torch.sin(3 * x) + x**2 - 0.7 * x
bx = torch.tensor([-0.9, 1.1])
by = f(bx)
grid = torch.linspace(-1, 2, 200).unsqueeze(1)
N = torch.distributions.Normal(0.0, 1.0)
for i in range(5):
    g = GP(Matern(), 1e-4)
    g.nlml(bx[:, None], by).detach()
    mu, sd = g.predict(grid)
    z = (by.min() - mu - 0.01) / (sd + 1e-9)
    ei = (by.min() - mu - 0.01) * N.cdf(z) + sd * N.log_prob(z).exp()
    nx = grid[ei.argmax()]
    bx = torch.cat([bx, nx])
    by = torch.hstack([by, f(nx)])
    print("%d x=%.6f y=%.6f ei=%.3e" % (i, nx, by[-1], ei.max()))
# kalman filter learning
T = 20
F_ = torch.tensor([[1.0, 0.1], [0.0, 1.0]])
H = torch.tensor([[1.0, 0.0]])
lq, lr = torch.tensor(-2.0, requires_grad=True), torch.tensor(0.0, requires_grad=True)
xs = torch.cumsum(0.1 * torch.cumsum(0.1 * torch.randn(T), 0), 0)
obs = xs + 0.2 * torch.randn(T)
o = torch.optim.RMSprop([lq, lr], 0.05)
for it in range(4):
    m, P = torch.zeros(2, 1), torch.eye(2)
    ll = torch.zeros(())
    Q, R = lq.exp() * torch.tensor([[0.01 / 3, 0.05], [0.05, 1.0]]) * 0.1, lr.exp().view(1, 1)
    for t in range(T):
        m, P = F_ @ m, F_ @ P @ F_.T + Q
        S = H @ P @ H.T + R
        K = P @ H.T @ torch.inverse(S)
        r = obs[t] - H @ m
        ll = ll + torch.distributions.MultivariateNormal(torch.zeros(1), S).log_prob(r.view(1))
        m = m + K @ r
        P = (torch.eye(2) - K @ H) @ P
    o.zero_grad()
    (-ll).backward()
    o.step()
    if it % 2 == 0:
        print("kf", it, ll.item(), lq.grad.item(), lr.exp().item())
torch.set_default_dtype(torch.float32)
torch.set_printoptions(profile="default", sci_mode=None)
