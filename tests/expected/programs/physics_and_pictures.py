"""Simulators that are differentiated, a soft rasteriser, warped pictures, filters, and pictures that grow by equations."""

import torch, math, torch.nn as nn, torch.nn.functional as F

torch.manual_seed(0)
dt = 0.02


class Springs(nn.Module):
    def __init__(self, n=5):
        super().__init__()
        self.k = nn.Parameter(torch.full((n - 1,), 5.0))
        self.damp = nn.Parameter(torch.tensor(0.1))
        self.register_buffer("rest", torch.ones(n - 1))
        self.n = n

    def step(self, x, v):
        d = x[1:] - x[:-1]
        l = d.norm(dim=-1, keepdim=True)
        f = self.k[:, None] * (l - self.rest[:, None]) * d / l
        F_ = torch.zeros_like(x)
        F_[:-1] += f
        F_[1:] -= f
        F_[:, 1] -= 9.8
        F_ = F_ - self.damp * v
        mask = torch.ones(self.n, 1)
        mask[0] = 0
        v = (v + dt * F_) * mask
        return x + dt * v, v

    def forward(self, T=40):
        x = torch.stack([torch.arange(float(self.n)), torch.zeros(self.n)], 1)
        v = torch.zeros_like(x)
        tr = [x]
        for _ in range(T):
            x, v = self.step(x, v)
            tr.append(x)
        return torch.stack(tr)


true = Springs()
true.k.data = torch.tensor([8.0, 12.0, 6.0, 20.0])
obs = true().detach()
m = Springs()
o = torch.optim.Adam([{"params": [m.k], "lr": 0.5}, {"params": [m.damp], "lr": 0.01}])
for i in range(9):
    l = (m() - obs).square().mean()
    o.zero_grad()
    l.backward()
    o.step()
    if i % 8 == 0:
        print("springs", i, l.item(), m.k.data, m.damp.item())


class NBody:
    def __init__(self, n):
        self.q, self.p, self.m = (
            torch.randn(n, 3).double(),
            0.1 * torch.randn(n, 3).double(),
            torch.rand(n).double() + 0.5,
        )

    def H(self, q, p):
        d = q[:, None] - q[None]
        r = (d.square().sum(-1) + 0.05).sqrt()
        return (p.square().sum(1) / (2 * self.m)).sum() - 0.5 * (
            self.m[:, None] * self.m / r * (1 - torch.eye(len(q)))
        ).sum()

    def leap(self, n, h=0.005):
        q, p = self.q.clone(), self.p.clone()
        dq, dp = torch.func.grad(self.H, 0), torch.func.grad(self.H, 1)
        for _ in range(n):
            p = p - h / 2 * dq(q, p)
            q = q + h * dp(q, p)
            p = p - h / 2 * dq(q, p)
        return q, p


nb = NBody(4)
E0 = nb.H(nb.q, nb.p)
q, p = nb.leap(40)
print("energy", E0.item(), abs((nb.H(q, p) - E0) / E0).item() < 1e-3, q[0], p.sum(0) - nb.p.sum(0) < 1e-9)


class HNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.n = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 1))

    def forward(self, z):
        z = z.requires_grad_(True)
        H = self.n(z).sum()
        (dH,) = torch.autograd.grad(H, z, create_graph=True)
        return torch.stack([dH[:, 1], -dH[:, 0]], 1)


z = torch.randn(64, 2)
dz = torch.stack([z[:, 1], -torch.sin(z[:, 0])], 1)
h = HNN()
o = torch.optim.Adam(h.parameters(), 1e-2, weight_decay=1e-4)
for i in range(16):
    l = F.mse_loss(h(z.clone()), dz)
    o.zero_grad()
    l.backward()
    o.step()
print("hnn", l.item())


def raster(tri, S=16, sigma=0.5):
    yy, xx = torch.meshgrid(torch.arange(S) + 0.5, torch.arange(S) + 0.5, indexing="ij")
    P = torch.stack([xx, yy], -1)
    e = tri.roll(-1, 0) - tri
    nrm = torch.stack([-e[:, 1], e[:, 0]], 1)
    nrm = nrm / nrm.norm(dim=1, keepdim=True)
    d = ((P[..., None, :] - tri) * nrm).sum(-1)
    s = torch.sign((e[0, 0] * e[1, 1] - e[0, 1] * e[1, 0]))
    return torch.sigmoid(-torch.logsumexp(-s * d / sigma, -1))


target = raster(torch.tensor([[3.0, 3.0], [13.0, 4.0], [7.0, 13.0]]))
tri = nn.Parameter(torch.tensor([[5.0, 5.0], [10.0, 6.0], [6.0, 9.0]]))
o = torch.optim.SGD([tri], 20.0, momentum=0.5)
sch = torch.optim.lr_scheduler.LambdaLR(o, lambda e: 0.97**e)
for i in range(16):
    l = (raster(tri) - target).pow(2).mean()
    o.zero_grad()
    l.backward()
    o.step()
    sch.step()
print("raster", l.item(), tri.data)
print((raster(tri)[4:12:2, ::3] * 9).round().int())


class STN(nn.Module):
    def __init__(self):
        super().__init__()
        self.loc = nn.Sequential(
            nn.Conv2d(1, 4, 5), nn.MaxPool2d(2, stride=2), nn.ReLU(True), nn.Flatten(), nn.Linear(4 * 36, 6)
        )
        self.loc[-1].weight.data.zero_()
        self.loc[-1].bias.data.copy_(torch.tensor([1, 0, 0, 0, 1, 0], dtype=torch.float))
        self.fc = nn.Linear(256, 2)

    def forward(self, x):
        th = self.loc(x).view(-1, 2, 3)
        g = F.affine_grid(th, x.size(), align_corners=False)
        w = F.grid_sample(x, g, align_corners=False)
        return F.log_softmax(self.fc(w.flatten(1)), 1), w


x = torch.rand(8, 1, 16, 16)
y = torch.arange(8) % 2
x[y == 1, :, 4:8, 4:12] += 1
s = STN()
o = torch.optim.SGD(s.parameters(), 0.05)
for i in range(10):
    lp, w = s(x)
    l = F.nll_loss(lp, y)
    o.zero_grad()
    l.backward()
    o.step()
print("stn", l.item(), s.loc[-1].bias.data)
th = torch.tensor([[[math.cos(0.3), -math.sin(0.3), 0], [math.sin(0.3), math.cos(0.3), 0.1]]])
for mode in ("bilinear", "nearest", "bicubic"):
    for pad in ("zeros", "border", "reflection"):
        print(
            mode,
            pad,
            F.grid_sample(
                x[:1],
                F.affine_grid(th, (1, 1, 5, 5), align_corners=True),
                mode=mode,
                padding_mode=pad,
                align_corners=True,
            )
            .sum()
            .item(),
        )
sob = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
im = x[:1]
ed = F.conv2d(im, torch.stack([sob, sob.T])[:, None], padding=1).square().sum(1).sqrt()
print(ed.mean(), ed.argmax())
k = torch.exp(-(torch.arange(-2, 3).float() ** 2) / 2)
k = torch.outer(k, k)
k /= k.sum()
print(
    F.conv2d(im, k[None, None], padding="same").std(),
    F.max_pool2d(-im, 3, 1, 1).neg().mean(),
    F.unfold(im, 3).median(1).values.mean(),
    F.avg_pool2d(im, 2).sum(),
    F.interpolate(im, size=(7, 9), mode="area").sum(),
    F.interpolate(im, scale_factor=0.5, mode="bilinear", antialias=True).sum(),
    F.pixel_unshuffle(im, 2).shape,
    torch.fft.ifft2(torch.fft.fft2(im) * torch.fft.fft2(F.pad(k, (0, 11, 0, 11)))).real.sum(),
    F.fold(F.unfold(im, 4, stride=4), (16, 16), 4, stride=4).equal(im),
    torch.histc(im, 4),
    torch.cumsum(torch.cumsum(im, -1), -2)[0, 0, -1, -1],
    im.flip(-1).rot90(1, (2, 3)).sum(),
    (im > im.mean()).float().mean(),
    F.local_response_norm(im, 2).sum(),
    F.lp_pool2d(im, 2, 4).sum(),
)


def total_variation(x):
    return (x[..., 1:, :] - x[..., :-1, :]).abs().sum() + (x[..., 1:] - x[..., :-1]).abs().sum()


noisy = im + 0.2 * torch.randn_like(im)
den = noisy.clone().requires_grad_()
o = torch.optim.Adam([den], 0.05)
for i in range(20):
    l = F.mse_loss(den, noisy, reduction="sum") + 0.1 * total_variation(den)
    o.zero_grad()
    l.backward()
    o.step()
print("tv", l.item(), F.mse_loss(den, im) < F.mse_loss(noisy, im))
ssim = lambda a, b, C1=0.01**2, C2=0.03**2: (
    lambda f: (
        lambda ma, mb: (
            ((2 * ma * mb + C1) * (2 * (f(a * b) - ma * mb) + C2))
            / ((ma**2 + mb**2 + C1) * (f(a * a) - ma**2 + f(b * b) - mb**2 + C2))
        ).mean()
    )(f(a), f(b))
)(lambda t: F.avg_pool2d(t, 3, 1))
print("ssim", ssim(im, noisy), "psnr", -10 * torch.log10(F.mse_loss(im, noisy)))
u = torch.zeros(20, 20)
u[8:12, 8:12] = 1.0
lap = torch.tensor([[[[0.0, 1, 0], [1, -4, 1], [0, 1, 0]]]])
for i in range(50):
    u = u + 0.2 * F.conv2d(F.pad(u[None, None], (1,) * 4, mode="circular"), lap)[0, 0]
print("heat", u.sum(), u.max(), u[10, ::4])
Au, Bv = torch.ones(1, 1, 12, 12), torch.zeros(1, 1, 12, 12)
Bv[..., 5:7, 5:7] = 1
for i in range(30):
    r = Au * Bv**2
    L = lambda t: F.conv2d(
        F.pad(t, (1, 1, 1, 1), mode="replicate"),
        torch.tensor([[[[0.05, 0.2, 0.05], [0.2, -1.0, 0.2], [0.05, 0.2, 0.05]]]]),
    )
    Au, Bv = Au + L(Au) - r + 0.055 * (1 - Au), Bv + 0.5 * L(Bv) + r - 0.117 * Bv
print("gray-scott", Au.mean(), Bv.max())
