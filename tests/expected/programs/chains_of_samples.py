"""Chains of samples: Hamiltonian and Gibbs, Ising spins, a change point, Stein's particles, autocorrelations, histograms, Markov chains."""

import torch, math
from torch.distributions import Normal, MultivariateNormal, Bernoulli, Categorical, Gamma, Poisson

torch.manual_seed(42)
torch.set_default_dtype(torch.float64)
cov = torch.tensor([[1.0, 0.8], [0.8, 2.0]])
tgt = MultivariateNormal(torch.tensor([1.0, -1.0]), cov)


def glog(q):
    q = q.detach().requires_grad_()
    lp = tgt.log_prob(q)
    (g,) = torch.autograd.grad(lp.sum(), q)
    return lp.detach(), g


def hmc(q, eps=0.3, L=8):
    p = torch.randn_like(q)
    lp, g = glog(q)
    H = lp - 0.5 * (p**2).sum(-1)
    q2 = q.clone()
    p = p + 0.5 * eps * g
    for i in range(L):
        q2 = q2 + eps * p
        lp2, g = glog(q2)
        p = p + (eps if i < L - 1 else 0.5 * eps) * g
    acc = torch.rand(q.shape[0]).log() < (lp2 - 0.5 * (p**2).sum(-1) - H)
    return torch.where(acc[:, None], q2, q), acc


q = torch.zeros(16, 2)
S = []
A = []
for i in range(60):
    q, a = hmc(q)
    A.append(a)
    if i >= 20:
        S.append(q)
S = torch.stack(S)
A = torch.stack(A).to(torch.get_default_dtype())
print(S.shape, S.mean((0, 1)), torch.cov(S.flatten(0, 1).T), A.mean())
W = S.var(0).mean(0)
B = S.shape[0] * S.mean(0).var(0)
print("rhat", ((W * (39 / 40) + B / 40) / W).sqrt())


def acf(x, k):
    x = x - x.mean(0)
    return torch.stack([(x[: len(x) - i] * x[i:]).mean() for i in range(k)]) / (x * x).mean()


print(acf(S[..., 0], 5))
f = torch.fft.rfft(S[..., 0] - S[..., 0].mean(0), n=128, dim=0)
ac = torch.fft.irfft(f * f.conj(), n=128, dim=0)[:5].mean(1)
print(ac / ac[0])
# Ising, checkerboard
Lx = 12
s = torch.where(torch.rand(Lx, Lx) < 0.5, -1.0, 1.0)
ii = torch.arange(Lx)
cb = ((ii[:, None] + ii) % 2).bool()
for T in (1.5, 2.27, 3.5):
    mag = []
    en = []
    for sweep in range(40):
        for c in (cb, ~cb):
            nb = sum(torch.roll(s, sh, d) for sh in (1, -1) for d in (0, 1))
            flip = torch.rand(Lx, Lx) < torch.exp(-2 * s * nb / T)
            s = torch.where(flip & c, -s, s)
        mag.append(s.mean().abs())
        en.append(-(s * (s.roll(1, 0) + s.roll(1, 1))).mean())
    print(T, torch.stack(mag)[20:].mean(), torch.stack(en)[20:].var() * Lx * Lx / T**2)
print("\n".join("".join("#" if v > 0 else "." for v in r) for r in s.int().tolist()[:3]))
# Gibbs for change point in Poisson
y = torch.cat([Poisson(3.0).sample((30,)), Poisson(7.0).sample((20,))])
n = len(y)
k = n // 2
keep = []
for it in range(50):
    l1 = Gamma(2 + y[:k].sum(), 1.0 + k).sample()
    l2 = Gamma(2 + y[k:].sum(), 1.0 + n - k).sample()
    cs = torch.cumsum(y, 0)
    ks = torch.arange(1, n)
    lg = cs[:-1] * l1.log() - ks * l1 + (cs[-1] - cs[:-1]) * l2.log() - (n - ks) * l2
    k = Categorical(logits=lg).sample().item() + 1
    keep.append([l1.item(), l2.item(), k])
K = torch.tensor(keep)
print(K.mean(0), K[10:].quantile(torch.tensor([0.05, 0.95]), 0), torch.mode(K[:, 2].long()))
# SGLD, Stein variational
x = torch.randn(20, 2)


def svgd(x, h=None):
    lp, g = glog(x)
    d = torch.cdist(x, x) ** 2
    h = d.median() / math.log(len(x) + 1)
    Kk = torch.exp(-d / h)
    dK = (x * Kk.sum(1, keepdim=True) - Kk @ x) * 2 / h
    return (Kk @ g + dK) / len(x)


ada = 0
for i in range(50):
    g = svgd(x)
    ada = 0.9 * ada + 0.1 * g**2 if i else g**2
    x = x + 0.1 * g / (ada.sqrt() + 1e-6)
print(x.mean(0), torch.cov(x.T))
print(torch.histogram(x[:, 0], bins=5, range=(-2.0, 4.0)))
print(torch.histogramdd(x, bins=[2, 3]).hist)
print(torch.histc(x, bins=4))
u = torch.quasirandom.SobolEngine(2, scramble=True, seed=3).draw(64, dtype=torch.float64)
print((4 * ((u**2).sum(1) < 1).double().mean()), Normal(0.0, 1.0).icdf(u.clamp(1e-9, 1 - 1e-9)).mean(0))
P = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.0, 0.3, 0.7]])
w, v = torch.linalg.eig(P.T)
st = v[:, w.real.argmax()].real
print(st / st.sum(), torch.linalg.matrix_power(P, 50)[0])
c = torch.zeros((), dtype=torch.long)
path = [c]
for _ in range(15):
    c = torch.multinomial(P[c], 1).squeeze()
    path.append(c)
print(torch.stack(path), torch.bincount(torch.stack(path), minlength=3))
torch.set_default_dtype(torch.float32)
