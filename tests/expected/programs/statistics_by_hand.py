"""Statistics by hand: regressions with standard errors, survival, quantiles, mixtures, decompositions, permutation tests."""

import torch, math
import torch.nn.functional as F
from torch import Tensor, nn

torch.set_default_dtype(torch.float64)
g = torch.Generator().manual_seed(12)
n, p = 120, 3
X = torch.cat([torch.ones(n, 1), torch.randn(n, p - 1, generator=g)], 1)
beta = torch.tensor([0.3, -1.0, 0.6])


def newton(nll, b, it=25, tol=1e-10):
    for k in range(it):
        g = torch.func.grad(nll)(b)
        H = torch.func.hessian(nll)(b)
        step = torch.linalg.solve(H, g)
        b = b - step
        if step.abs().max() < tol:
            break
    return b, torch.linalg.inv(H), k


N01 = torch.distributions.Normal(0.0, 1.0)


def table(name, b, V):
    se = V.diagonal().sqrt()
    z = b / se
    pv = 2 * (1 - N01.cdf(z.abs()))
    print(f"--- {name}")
    print(f"{'':>6}{'coef':>10}{'se':>10}{'z':>9}{'P>|z|':>9}{'[.025':>10}{'.975]':>10}")
    for i in range(len(b)):
        print(
            f"{'x' + str(i):>6}{b[i]:10.5f}{se[i]:10.5f}{z[i]:9.3f}{pv[i]:9.4f}{b[i] - 1.959964 * se[i]:10.5f}{b[i] + 1.959964 * se[i]:10.5f}"
        )


y = torch.bernoulli(torch.sigmoid(X @ beta), generator=g)
nll = lambda b: F.binary_cross_entropy_with_logits(X @ b, y, reduction="sum")
b, V, k = newton(nll, torch.zeros(p))
table(f"logit ({k} it)", b, V)
pr = torch.sigmoid(X @ b)
print("pseudo R2", 1 - nll(b) / (-n * (y.mean() * y.mean().log() + (1 - y.mean()) * (1 - y.mean()).log())))
o = pr.sort().indices
r = torch.empty_like(o).scatter_(0, o, torch.arange(n)) + 1
n1 = y.sum()
print("AUC", ((r[y == 1].sum() - n1 * (n1 + 1) / 2) / (n1 * (n - n1))).item())
th = torch.linspace(0, 1, 6)
print(
    "ROC",
    [
        (
            round(((pr >= t) & (y == 1)).sum().item() / n1.item(), 4),
            round(((pr >= t) & (y == 0)).sum().item() / (n - n1).item(), 4),
        )
        for t in th
    ],
)
bins = torch.bucketize(pr, torch.linspace(0, 1, 6)[1:-1])
ece = sum(
    ((bins == k).double().mean() * (pr[bins == k].mean() - y[bins == k].mean()).abs())
    for k in range(5)
    if (bins == k).any()
)
print("ECE", ece)
c = torch.poisson(torch.exp(X @ beta), generator=g)
nl = lambda b: F.poisson_nll_loss(X @ b, c, reduction="sum")
b, V, k = newton(nl, torch.zeros(p))
table("poisson", b, V)
mu = torch.exp(X @ b)
dev = 2 * (torch.special.xlogy(c, c / mu) - (c - mu)).sum()
print("deviance", dev, "chi2", ((c - mu) ** 2 / mu).sum())
nb = lambda t: -torch.distributions.NegativeBinomial(t[-1].exp(), logits=X @ t[:-1] - t[-1]).log_prob(c).sum()
t, V, k = newton(nb, torch.cat([b, torch.tensor([1.0])]), 15)
print("nb", nb(t))
K = 3
Y = torch.multinomial((X @ torch.randn(p, K, generator=g)).softmax(1), 1, generator=g).squeeze()
W = nn.Parameter(torch.zeros(p, K))
opt = torch.optim.LBFGS([W], max_iter=100, tolerance_grad=1e-10, line_search_fn="strong_wolfe")


def cl():
    opt.zero_grad()
    l = F.cross_entropy(X @ W, Y) + 1e-3 * W.square().sum()
    l.backward()
    return l


opt.step(cl)
print(
    "softmax",
    cl().item(),
    W.data,
    torch.stack([torch.bincount((X @ W).argmax(1)[Y == k], minlength=K) for k in range(K)]),
)
T = -torch.log(torch.rand(n, generator=g)) / torch.exp(X[:, 1:] @ beta[1:])
C = torch.rand(n, generator=g) * 3
ev = (T <= C).double()
T = torch.minimum(T, C)
o = T.argsort(descending=True)
Xs, es = X[o, 1:], ev[o]
cox = lambda b: -((Xs @ b - torch.logcumsumexp(Xs @ b, 0)) * es).sum()
b, V, k = newton(cox, torch.zeros(2))
table("cox", b, V)
rs = Xs @ b
ci = (T[o][:, None] < T[o][None]) & (es[:, None] > 0)
print("c-index", ((rs[:, None] > rs[None]) & ci).sum() / ci.sum())
km = []
for t in T[ev > 0].sort().values[:5]:
    km.append(1 - ((T == t) & (ev > 0)).sum() / (T >= t).sum())
print("KM", torch.stack(km).cumprod(0))
x = torch.linspace(0, 3, n)
yq = torch.sin(x) + (0.1 + 0.2 * x) * torch.randn(n, generator=g)
Q = torch.tensor([0.1, 0.5, 0.9])
w = torch.zeros(4, 3, requires_grad=True)
Phi = torch.stack([x**k for k in range(4)], 1)
op = torch.optim.Adam([w], 0.05)
for i in range(30):
    e = yq[:, None] - Phi @ w
    l = torch.maximum(Q * e, (Q - 1) * e).mean()
    op.zero_grad()
    l.backward()
    op.step()
print("quantile", l.item(), (yq[:, None] < Phi @ w).double().mean(0))
ols = torch.linalg.lstsq(X, yq).solution if yq.dim() > 1 else torch.linalg.lstsq(X, yq[:, None]).solution.squeeze()
res = yq - X @ ols
s2 = res @ res / (n - p)
XtXi = torch.linalg.inv(X.T @ X)
table("ols", ols, s2 * XtXi)
table("HC0", ols, XtXi @ (X.T * res**2) @ X @ XtXi)
print(
    "R2",
    1 - res.square().sum() / (yq - yq.mean()).square().sum(),
    "DW",
    res.diff().square().sum() / res.square().sum(),
    "skew",
    (res**3).mean() / res.std(correction=0) ** 3,
    "tail p",
    torch.special.gammaincc(torch.tensor(1.0), torch.tensor(0.5 * 3.2)),
    torch.special.betainc(torch.tensor(2.0), torch.tensor(3.0), torch.tensor(0.4))
    if hasattr(torch.special, "betainc")
    else "",
)
D2 = torch.cat(
    [
        torch.randn(40, 2, generator=g) * 0.5 + m
        for m in (torch.tensor([0.0, 0.0]), torch.tensor([3.0, 1.0]), torch.tensor([0.0, 3.0]))
    ]
)
cen = D2[torch.randperm(len(D2), generator=g)[:3]]
for i in range(10):
    a = torch.cdist(D2, cen).argmin(1)
    cen = torch.stack([D2[a == k].mean(0) for k in range(3)])
print("kmeans", cen[cen[:, 0].argsort()], torch.bincount(a))
pi, mu, S = torch.full((3,), 1 / 3), cen.clone(), torch.eye(2).repeat(3, 1, 1)
for i in range(15):
    lp = torch.distributions.MultivariateNormal(mu, S).log_prob(D2[:, None]) + pi.log()
    ll = lp.logsumexp(1).mean()
    R = (lp - lp.logsumexp(1, keepdim=True)).exp()
    Nk = R.sum(0)
    pi = Nk / len(D2)
    mu = R.T @ D2 / Nk[:, None]
    d = D2[:, None] - mu
    S = torch.einsum("nk,nki,nkj->kij", R, d, d) / Nk[:, None, None] + 1e-6 * torch.eye(2)
print("EM", ll, pi.sort().values, torch.linalg.det(S).sort().values)
P = torch.cdist(D2[:30], D2[:30]) ** 2
Pm = torch.exp(-P).fill_diagonal_(0)
Pm = Pm / Pm.sum()
Yt = (1e-2 * torch.randn(30, 2, generator=g)).requires_grad_()
vel = torch.zeros_like(Yt)
for i in range(30):
    q = 1 / (1 + (Yt[:, None] - Yt[None]).pow(2).sum(-1))
    q = q * (1 - torch.eye(30))
    Qm = q / q.sum()
    kl = (Pm * ((Pm + 1e-12) / (Qm + 1e-12)).log()).sum()
    kl.backward()
    with torch.no_grad():
        vel = 0.7 * vel - 5.0 * Yt.grad
        Yt += vel
        Yt.grad.zero_()
print("tsne", kl.item())
s = torch.stack([torch.sin(torch.arange(200.0) / 5), torch.sign(torch.sin(torch.arange(200.0) / 7))])
A = torch.tensor([[1.0, 0.5], [0.3, 1.0]])
Z = A @ s
Z = Z - Z.mean(1, keepdim=True)
ew, ev_ = torch.linalg.eigh(Z @ Z.T / 200)
Zw = torch.diag(ew**-0.5) @ ev_.T @ Z
Wt = torch.eye(2)
for i in range(30):
    G = torch.tanh(Wt @ Zw)
    Wn = G @ Zw.T / 200 - torch.diag((1 - G**2).mean(1)) @ Wt
    u, _, vh = torch.linalg.svd(Wn)
    Wt = u @ vh
print("ica", torch.corrcoef(torch.cat([Wt @ Zw, s]))[:2, 2:].abs().amax(1))
Vm = torch.rand(10, 8, generator=g)
Wm, Hm = torch.rand(10, 3, generator=g), torch.rand(3, 8, generator=g)
for i in range(50):
    Hm *= (Wm.T @ Vm) / (Wm.T @ Wm @ Hm)
    Wm *= (Vm @ Hm.T) / (Wm @ Hm @ Hm.T)
print("nmf", torch.dist(Vm, Wm @ Hm))
mask = torch.rand(10, 8, generator=g) < 0.6
U0, V0 = (torch.randn(k, 2, generator=g) for k in (10, 8))
M = torch.randn(10, 2, generator=g) @ torch.randn(2, 8, generator=g)
for i in range(20):
    for k in range(10):
        v = V0[mask[k]]
        U0[k] = torch.linalg.solve(v.T @ v + 0.1 * torch.eye(2), v.T @ M[k, mask[k]])
    for k in range(8):
        u = U0[mask[:, k]]
        V0[k] = torch.linalg.solve(u.T @ u + 0.1 * torch.eye(2), u.T @ M[mask[:, k], k])
print("als", ((U0 @ V0.T - M)[mask] ** 2).mean().sqrt(), ((U0 @ V0.T - M)[~mask] ** 2).mean().sqrt())
a, b = yq[:60], yq[60:]
obs = a.mean() - b.mean()
perm = torch.stack(
    [(lambda q: yq[q[:60]].mean() - yq[q[60:]].mean())(torch.randperm(n, generator=g)) for _ in range(200)]
)
print(
    "perm p",
    (perm.abs() >= obs.abs()).double().mean(),
    "boot",
    torch.quantile(yq[torch.randint(n, (300, n), generator=g)].mean(1), torch.tensor([0.025, 0.975])),
)
mu1, C1 = torch.full((5,), 0.2), torch.cdist(torch.arange(5.0)[:, None], torch.arange(5.0)[:, None])
nu = torch.tensor([0.1, 0.1, 0.2, 0.3, 0.3])
f_, h_ = torch.zeros(5), torch.zeros(5)
for i in range(100):
    f_ = 0.1 * (mu1.log() - torch.logsumexp((h_ - C1) / 0.1, 1))
    h_ = 0.1 * (nu.log() - torch.logsumexp((f_[:, None] - C1) / 0.1, 0))
Pi = torch.exp((f_[:, None] + h_ - C1) / 0.1)
print("sinkhorn", (Pi * C1).sum(), Pi.sum(0), (mu1.cumsum(0) - nu.cumsum(0)).abs().sum())
torch.set_default_dtype(torch.float32)
