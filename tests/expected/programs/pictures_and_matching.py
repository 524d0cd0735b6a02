"""Pictures: transformers in space, super resolution, flow; losses of margins, and matchings by transport and time."""

import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)


# spatial transformer, deformable-like sampling, pixel shuffle super resolution, optical flow warping, depth-wise separable, SE, CBAM, ASPP, inverted residuals
class STN(nn.Module):
    def __init__(s):
        super().__init__()
        s.loc = nn.Sequential(
            nn.Conv2d(1, 4, 5), nn.MaxPool2d(2, stride=2), nn.ReLU(True), nn.Flatten(), nn.Linear(64, 6)
        )
        s.loc[-1].weight.data.zero_()
        s.loc[-1].bias.data.copy_(torch.tensor([1, 0, 0, 0, 1, 0], dtype=torch.float))
        s.c = nn.Linear(144, 3)

    def forward(s, x):
        g = F.affine_grid(s.loc(x).view(-1, 2, 3), x.size(), align_corners=False)
        return F.log_softmax(s.c(F.grid_sample(x, g, align_corners=False).flatten(1)), 1)


x, y = torch.randn(10, 1, 12, 12), torch.arange(10) % 3
m = STN()
o = torch.optim.SGD(m.parameters(), 0.05)
for i in range(5):
    l = F.nll_loss(m(x), y)
    o.zero_grad()
    l.backward()
    o.step()
    print("stn", i, f"{l.item():.6f}")


class SE(nn.Module):
    def __init__(s, c, r=4):
        super().__init__()
        s.f = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, c // r, 1), nn.SiLU(), nn.Conv2d(c // r, c, 1), nn.Sigmoid()
        )

    def forward(s, x):
        return x * s.f(x)


class MBConv(nn.Module):
    def __init__(s, i, o, st, e=2):
        super().__init__()
        h = i * e
        s.use = st == 1 and i == o
        s.b = nn.Sequential(
            nn.Conv2d(i, h, 1, bias=False),
            nn.BatchNorm2d(h, momentum=0.01, eps=1e-3),
            nn.SiLU(inplace=True),
            nn.Conv2d(h, h, 3, st, 1, groups=h, bias=False),
            nn.BatchNorm2d(h),
            nn.Hardswish(),
            SE(h),
            nn.Conv2d(h, o, 1, bias=False),
            nn.BatchNorm2d(o),
        )

    def forward(s, x):
        return x + s.b(x) if s.use else s.b(x)


class ASPP(nn.Module):
    def __init__(s, i, o):
        super().__init__()
        s.b = nn.ModuleList([nn.Conv2d(i, o, 1)] + [nn.Conv2d(i, o, 3, padding=d, dilation=d) for d in (2, 3)])
        s.p = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(i, o, 1))
        s.j = nn.Conv2d(4 * o, o, 1)

    def forward(s, x):
        return s.j(
            torch.cat(
                [b(x) for b in s.b] + [F.interpolate(s.p(x), x.shape[-2:], mode="bilinear", align_corners=False)], 1
            )
        )


class SR(nn.Module):
    def __init__(s):
        super().__init__()
        s.n = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1, padding_mode="reflect"),
            MBConv(8, 8, 1),
            ASPP(8, 8),
            nn.Conv2d(8, 12, 3, padding=1),
            nn.PixelShuffle(2),
        )

    def forward(s, x):
        return F.interpolate(x, scale_factor=2, mode="bicubic", align_corners=False) + s.n(x)


hr = torch.rand(4, 3, 16, 16)
hr = F.avg_pool2d(hr, 3, 1, 1)
lr = F.interpolate(hr, scale_factor=0.5, mode="area")
sr = SR()
o = torch.optim.Adam(sr.parameters(), 2e-3)


def ssim(a, b, w=5):
    c = a.shape[1]
    k = torch.outer(g := torch.exp(-((torch.arange(w) - w // 2.0) ** 2) / 4.5), g)
    k = (k / k.sum()).expand(c, 1, w, w)
    f = lambda t: F.conv2d(t, k, groups=c)
    ma, mb = f(a), f(b)
    va, vb, cab = f(a * a) - ma**2, f(b * b) - mb**2, f(a * b) - ma * mb
    return ((2 * ma * mb + 1e-4) * (2 * cab + 9e-4) / ((ma**2 + mb**2 + 1e-4) * (va + vb + 9e-4))).mean()


for i in range(4):
    p = sr(lr)
    l = torch.sqrt((p - hr) ** 2 + 1e-6).mean() + 0.1 * (1 - ssim(p, hr))
    o.zero_grad()
    l.backward()
    o.step()
    print("sr", i, f"{l.item():.6f} psnr {10 * torch.log10(1 / F.mse_loss(p.clamp(0, 1), hr)).item():.4f}")


def warp(img, flow):
    B, C, H, W = img.shape
    g = torch.stack(torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij")[::-1], 0).float() + flow
    n = torch.stack([2 * g[:, 0] / (W - 1) - 1, 2 * g[:, 1] / (H - 1) - 1], -1)
    return F.grid_sample(img, n, mode="bilinear", padding_mode="border", align_corners=True)


fl = torch.zeros(1, 2, 16, 16, requires_grad=True)
tgt = hr[:1].roll((1, 2), (2, 3))
o = torch.optim.Adam([fl], 0.2)
for i in range(6):
    l = (warp(hr[:1], fl) - tgt).abs().mean() + 0.01 * (
        (fl[..., 1:] - fl[..., :-1]).abs().mean() + (fl[..., 1:, :] - fl[..., :-1, :]).abs().mean()
    )
    o.zero_grad()
    l.backward()
    o.step()
print("flow", f"{l.item():.6f}", fl.data.mean((0, 2, 3)))
# focal, lovasz, tversky, arcface, center loss, ring; CTC
lg, t = torch.randn(6, 4, requires_grad=True), torch.tensor([0, 1, 2, 3, 1, 0])


def focal(l, t, g=2.0, a=0.25):
    ce = F.cross_entropy(l, t, reduction="none")
    pt = torch.exp(-ce)
    return (a * (1 - pt) ** g * ce).mean()


def lovasz(p, t):
    ls = []
    for c in range(p.shape[1]):
        fg = (t == c).float()
        e, pm = torch.sort((fg - p[:, c]).abs(), 0, descending=True)
        gs = fg[pm]
        i = gs.sum() - gs.cumsum(0)
        u = gs.sum() + (1 - gs).cumsum(0)
        j = 1.0 - i / u
        j[1:] = j[1:] - j[:-1].clone()
        ls.append(torch.dot(e, j))
    return torch.stack(ls).mean()


W = nn.Parameter(torch.randn(4, 5))
nn.init.xavier_uniform_(W)
emb = torch.randn(6, 5, requires_grad=True)
cos = F.linear(F.normalize(emb), F.normalize(W))
phi = cos * math.cos(0.5) - (1.0 - cos**2).clamp(0, 1).sqrt() * math.sin(0.5)
phi = torch.where(cos > math.cos(math.pi - 0.5), phi, cos - math.sin(math.pi - 0.5) * 0.5)
oh = torch.zeros_like(cos).scatter_(1, t.view(-1, 1).long(), 1)
arc = F.cross_entropy(30.0 * (oh * phi + (1.0 - oh) * cos), t)
tot = focal(lg, t) + lovasz(lg.softmax(1), t) + arc
tot.backward()
print(f"{tot.item():.6f} {lg.grad.norm():.6f} {emb.grad.norm():.6f} {W.grad.norm():.6f}")
lp = torch.randn(12, 3, 6, requires_grad=True)
tg = torch.randint(1, 6, (3, 5))
c = nn.CTCLoss(zero_infinity=True)(lp.log_softmax(2), tg, torch.tensor([12, 10, 9]), torch.tensor([5, 3, 4]))
c.backward()
print(f"ctc {c.item():.6f} {lp.grad.norm():.6f}")
best = lp.argmax(2).T
print([torch.unique_consecutive(b)[torch.unique_consecutive(b) != 0].tolist() for b in best])
# hungarian by hand for DETR matching, chamfer, sinkhorn, earth mover in 1d, soft-DTW, MMD, HSIC, CKA
C = torch.cdist(torch.rand(4, 2), torch.rand(4, 2))
import itertools

pm = min(itertools.permutations(range(4)), key=lambda p: sum(C[i, j] for i, j in enumerate(p)).item())
print(pm)


def sinkhorn(C, e=0.1, n=30):
    f = torch.zeros(len(C))
    g = torch.zeros(C.shape[1])
    la = -math.log(len(C))
    for _ in range(n):
        f = e * (la - torch.logsumexp((g - C) / e, 1))
        g = e * (la - torch.logsumexp((f[:, None] - C) / e, 0))
    P = torch.exp((f[:, None] + g - C) / e)
    return (P * C).sum(), P


a, b = torch.randn(5, 2, requires_grad=True), torch.randn(6, 2)
d, P = sinkhorn(torch.cdist(a, b) ** 2)
d.backward()
print(f"{d.item():.6f}", P.sum(0), a.grad[0])
D = torch.cdist(a.detach(), b)
print("chamfer", D.min(1)[0].mean() + D.min(0)[0].mean(), "emd", (a[:5, 0].sort()[0] - b[:5, 0].sort()[0]).abs().mean())


def softdtw(D, g=0.5):
    n, m = D.shape
    R = [[torch.tensor(float("inf"))] * (m + 1) for _ in range(n + 1)]
    R[0][0] = torch.tensor(0.0)
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            R[i][j] = D[i - 1, j - 1] - g * torch.logsumexp(
                -torch.stack([R[i - 1][j - 1], R[i - 1][j], R[i][j - 1]]) / g, 0
            )
    return R[n][m]


q = torch.randn(4, 1, requires_grad=True)
s = softdtw(torch.cdist(q, b[:5, :1]) ** 2)
s.backward()
print(f"{s.item():.6f}", q.grad.T)
k = lambda u, v: torch.exp(-(torch.cdist(u, v) ** 2) / 2)
A = a.detach()
print("mmd", k(A, A).mean() + k(b, b).mean() - 2 * k(A, b).mean())
H = torch.eye(5) - 1 / 5
print("hsic", torch.trace(k(A, A) @ H @ k(b[:5], b[:5]) @ H) / 16)
