"""Rays, encodings of positions and sums along rays, as in a small radiance field."""

import torch
import torch.nn.functional as F

torch.manual_seed(9)


def positional_encoding(t, L=4, include=True):
    enc = [t] if include else []
    fb = 2.0 ** torch.linspace(0.0, L - 1, L, dtype=t.dtype, device=t.device)
    for f in fb:
        for fn in (torch.sin, torch.cos):
            enc.append(fn(t * f))
    return enc[0] if len(enc) == 1 else torch.cat(enc, dim=-1)


def cumprod_exclusive(t):
    c = torch.cumprod(t, -1)
    c = torch.roll(c, 1, -1)
    c[..., 0] = 1.0
    return c


def get_ray_bundle(h, w, f, pose):
    ii, jj = torch.meshgrid(torch.arange(w).to(pose), torch.arange(h).to(pose), indexing="xy")
    d = torch.stack([(ii - w * 0.5) / f, -(jj - h * 0.5) / f, -torch.ones_like(ii)], dim=-1)
    rd = torch.sum(d[..., None, :] * pose[:3, :3], dim=-1)
    return pose[:3, -1].expand(rd.shape), rd


def query(o, d, near, far, n, rnd=True):
    z = torch.linspace(near, far, n).to(o)
    if rnd:
        z = z + torch.rand(list(o.shape[:-1]) + [n]).to(o) * (far - near) / n
    return o[..., None, :] + d[..., None, :] * z[..., :, None], z


def render(rf, z):
    s = F.relu(rf[..., 3])
    rgb = torch.sigmoid(rf[..., :3])
    e = torch.tensor([1e10], dtype=z.dtype)
    dist = torch.cat((z[..., 1:] - z[..., :-1], e.expand(z[..., :1].shape)), -1)
    al = 1.0 - torch.exp(-s * dist)
    w = al * cumprod_exclusive(1.0 - al + 1e-10)
    return (w[..., None] * rgb).sum(-2), (w * z).sum(-1), w.sum(-1)


class Tiny(torch.nn.Module):
    def __init__(s, h=24):
        super().__init__()
        s.l1 = torch.nn.Linear(27, h)
        s.l2 = torch.nn.Linear(h, h)
        s.l3 = torch.nn.Linear(h, 4)

    def forward(s, x):
        return s.l3(F.relu(s.l2(F.relu(s.l1(x)))))


def batches(x, c=64):
    return [x[i : i + c] for i in range(0, x.shape[0], c)]


pose = torch.eye(4)
pose[2, 3] = 4.0
o, d = get_ray_bundle(6, 5, 7.0, pose)
print(o.shape, d[0, 0], o.stride())
tgt = torch.rand(6, 5, 3)
m = Tiny()
opt = torch.optim.Adam(m.parameters(), lr=5e-3)
for i in range(15):
    p, z = query(o, d, 2.0, 6.0, 8)
    e = positional_encoding(p.reshape(-1, 3))
    rf = torch.cat([m(b) for b in batches(e)], 0).reshape(list(p.shape[:-1]) + [4])
    rgb, dep, acc = render(rf, z)
    loss = F.mse_loss(rgb, tgt)
    loss.backward()
    opt.step()
    opt.zero_grad()
    if i % 5 == 4:
        print(i, f"{loss.item():.6f} psnr {-10.0 * torch.log10(loss).item():.4f}", dep.mean(), acc.min())


def sample_pdf(bins, weights, n, det=False):
    w = weights + 1e-5
    pdf = w / torch.sum(w, -1, keepdim=True)
    cdf = torch.cumsum(pdf, -1)
    cdf = torch.cat([torch.zeros_like(cdf[..., :1]), cdf], -1)
    u = (
        torch.linspace(0.0, 1.0, steps=n).expand(list(cdf.shape[:-1]) + [n])
        if det
        else torch.rand(list(cdf.shape[:-1]) + [n])
    )
    u = u.contiguous()
    inds = torch.searchsorted(cdf, u, right=True)
    below = torch.max(torch.zeros_like(inds - 1), inds - 1)
    above = torch.min((cdf.shape[-1] - 1) * torch.ones_like(inds), inds)
    g = torch.stack([below, above], -1)
    ms = [g.shape[0], g.shape[1], cdf.shape[-1]]
    cg = torch.gather(cdf.unsqueeze(1).expand(ms), 2, g)
    bg = torch.gather(bins.unsqueeze(1).expand(ms), 2, g)
    den = cg[..., 1] - cg[..., 0]
    den = torch.where(den < 1e-5, torch.ones_like(den), den)
    return bg[..., 0] + (u - cg[..., 0]) / den * (bg[..., 1] - bg[..., 0])


print(
    sample_pdf(
        torch.linspace(0, 1, 6).expand(2, 6), torch.tensor([[0.1, 0.5, 0, 0.2, 0.2], [1.0, 0, 0, 0, 1]]), 4, True
    ),
    sample_pdf(torch.linspace(0, 1, 6).expand(2, 6), torch.rand(2, 5), 3),
)
