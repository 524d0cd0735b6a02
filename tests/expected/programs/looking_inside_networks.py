"""Hooks at work: activation maps, statistics, attributions, guided gradients, pictures made by gradients."""

import torch, torch.nn as nn, torch.nn.functional as F, functools, collections, contextlib, gc, weakref
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(16, 5)

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


net = Net().eval()
x = torch.randn(2, 3, 16, 16)


class GradCAM:
    def __init__(self, model, layer):
        self.model = model
        self.handles = [layer.register_forward_hook(self.fwd), layer.register_full_backward_hook(self.bwd)]

    def fwd(self, m, i, o):
        self.a = o.detach()

    def bwd(self, m, gi, go):
        self.g = go[0].detach()
        self.gi = [None if t is None else tuple(t.shape) for t in gi]

    def __call__(self, x, c=None):
        out = self.model(x)
        c = out.argmax(1) if c is None else c
        self.model.zero_grad()
        out.gather(1, c.view(-1, 1)).sum().backward()
        w = self.g.mean((2, 3), keepdim=True)
        cam = F.relu((w * self.a).sum(1, keepdim=True))
        cam = F.interpolate(cam, x.shape[2:], mode="bilinear", align_corners=False)
        cam -= cam.amin((1, 2, 3), keepdim=True)
        return cam / (cam.amax((1, 2, 3), keepdim=True) + 1e-8)

    def remove(self):
        [h.remove() for h in self.handles]


gc_ = GradCAM(net, net.features[3])
cam = gc_(x)
print(cam.shape, cam[0, 0, ::5, ::5], gc_.gi)
gc_.remove()
print(len(net.features[3]._forward_hooks), len(net.features[3]._backward_hooks))
stats = collections.defaultdict(list)


def hook(name, m, inp, out):
    stats[name].append((out.mean().item(), out.std().item(), (out == 0).float().mean().item()))


hs = [m.register_forward_hook(functools.partial(hook, n)) for n, m in net.named_modules() if not list(m.children())]
with torch.no_grad():
    net(x)
for n, v in stats.items():
    print("%-12s mean %+.5f std %.5f dead %.4f" % (n, *v[0]))
for h in hs:
    h.remove()


def guided(m, gi, go):
    return (torch.clamp(gi[0], min=0.0),)


net2 = Net()
net2.load_state_dict(net.state_dict())
net2.eval()
for m in net2.modules():
    if isinstance(m, nn.ReLU):
        m.register_full_backward_hook(guided)
xg = x.clone().requires_grad_()
net2(xg)[:, 0].sum().backward()
xp = x.clone().requires_grad_()
net(xp)[:, 0].sum().backward()
print("guided", xg.grad.norm(), "plain", xp.grad.norm())
sal = xp.grad.abs().max(1)[0]
print(sal.shape, sal.amax((1, 2)))
ig = torch.zeros_like(x)
steps = 8
for k in range(1, steps + 1):
    xi = (x * k / steps).requires_grad_()
    net(xi)[:, 1].sum().backward()
    ig += xi.grad / steps
print("IG completeness", (ig * x).sum((1, 2, 3)), net(x)[:, 1] - net(torch.zeros_like(x))[:, 1])
sg = torch.zeros_like(x)
for _ in range(4):
    n = (x + 0.1 * torch.randn_like(x)).requires_grad_(True)
    sg += torch.autograd.grad(net(n)[:, 0].sum(), n)[0]
print("smooth", sg.norm())
occ = torch.zeros(4, 4)
with torch.no_grad():
    base = net(x[:1])[0, 0]
    for i in range(4):
        for j in range(4):
            o = x[:1].clone()
            o[..., 4 * i : 4 * i + 4, 4 * j : 4 * j + 4] = 0.0
            occ[i, j] = base - net(o)[0, 0]
print(occ)
order = []
l = nn.Linear(2, 2)
l.register_forward_pre_hook(lambda m, a: order.append("pre"))
l.register_forward_pre_hook(lambda m, a: (order.append("pre2"), (a[0] * 2,))[1], prepend=True)
l.register_forward_hook(lambda m, a, o: order.append(("post", tuple(a[0].shape))))
l.register_forward_hook(lambda m, a, kw, o: (order.append(("kw", sorted(kw))), o + 1)[1], with_kwargs=True)
l.register_full_backward_pre_hook(lambda m, go: order.append("bpre"))
l.register_full_backward_hook(lambda m, gi, go: order.append("bwd"))
l.weight.register_hook(lambda g: order.append("w") or g * 0.5)
l.bias.register_post_accumulate_grad_hook(lambda p: order.append("acc"))
z = torch.ones(1, 2, requires_grad=True)
o = l(z)
o.register_hook(lambda g: order.append("out"))
o.sum().backward()
print(order, z.grad, l.weight.grad, l.bias.grad)
print([type(h).__name__ for h in l._forward_hooks.values()], len(l._forward_pre_hooks))
gh = nn.modules.module.register_module_forward_hook(lambda m, i, o: order.append(type(m).__name__))
order.clear()
net(x)
gh.remove()
print(order)


class Extract(nn.Module):
    def __init__(self, m, layers):
        super().__init__()
        self.m = m
        self.out = {}
        [dict(m.named_modules())[k].register_forward_hook(self.save(k)) for k in layers]

    def save(self, k):
        def fn(_, __, o):
            self.out[k] = o

        return fn

    def forward(self, x):
        _ = self.m(x)
        return self.out


f = Extract(net, ["features.2", "avgpool"])
print({k: tuple(v.shape) for k, v in f(x).items()})
acts = [torch.randn(20, 4), torch.randn(20, 6)]
cka = lambda a, b: (lambda a, b: (a.T @ b).norm() ** 2 / ((a.T @ a).norm() * (b.T @ b).norm()))(
    a - a.mean(0), b - b.mean(0)
)
print("CKA", cka(*acts))
gram = lambda y: torch.einsum("bchw,bdhw->bcd", y, y) / y[0].numel()
img = torch.randn(1, 3, 12, 12, requires_grad=True)
tgt = gram(net.features[:3](torch.randn(1, 3, 12, 12))).detach()
opt = torch.optim.LBFGS([img], max_iter=4)
runs = [0]
[p.requires_grad_(False) for p in net.parameters()]
while runs[0] < 15:

    def closure():
        with torch.no_grad():
            img.clamp_(-2, 2)
        opt.zero_grad()
        y = net.features[:3](img)
        tv = (img[..., 1:] - img[..., :-1]).abs().mean()
        l = 1e3 * F.mse_loss(gram(y), tgt) + tv
        l.backward()
        runs[0] += 1
        if runs[0] % 5 == 0:
            print("style run %d: %.6f" % (runs[0], l.item()))
        return l

    opt.step(closure)
dream = torch.zeros(1, 3, 8, 8).normal_(0, 0.1).requires_grad_()
for octave in range(3):
    for i in range(3):
        jx, jy = torch.randint(-2, 3, (2,)).tolist()
        r = torch.roll(dream, (jx, jy), (-1, -2))
        a = net.features[:4](r)
        a.norm().backward()
        g = dream.grad
        g /= g.abs().mean()
        dream.data += 0.05 * g
        dream.grad = None
    dream = F.interpolate(dream.detach(), scale_factor=1.4, mode="bicubic", antialias=False).requires_grad_()
    print("dream", dream.shape, dream.mean().item(), dream.std().item())
w = weakref.ref(net2)
del net2, m
gc.collect()
print(w() is None)
s = io_ = net.state_dict()
print(list(s)[-3:], s._metadata["features.4"], type(s))
print(
    sum(b.numel() for b in net.buffers()),
    [n for n, _ in net.named_children()],
    net.get_submodule("features.3"),
    net.get_parameter("classifier.bias").shape,
    net.get_buffer("features.4.running_mean").shape,
)


# ---- modules that stand at several places, list themselves, or are exchanged while they are listed
class Listed(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(1, 1)

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        yield prefix + "<own>", self


shared = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
tree = nn.Module()
tree.first, tree.nothing, tree.inner = (
    shared,
    None,
    nn.ModuleDict({"x": shared, "y": Listed(), "z": nn.Sequential(nn.Sequential(shared[1]))}),
)
tree.last = shared[0]
for once in (True, False):
    print([n for n, _ in tree.named_modules(prefix="p", remove_duplicate=once)])
    print([n for n, _ in tree.named_parameters(remove_duplicate=once)])
print([type(m).__name__ for m in tree.modules()], len(list(tree.parameters())), [n for n, _ in tree.named_children()])
exchanged = nn.Sequential(nn.Linear(1, 1), nn.Sequential(nn.Linear(1, 1), nn.Tanh()), nn.Tanh())
seen = []
for n, m in exchanged.named_modules():
    seen.append((n, type(m).__name__))
    if n == "0":
        exchanged[1] = nn.ReLU()
    if n == "1":
        exchanged[2] = nn.Sequential(nn.Sigmoid())
print(seen)
try:
    for n, m in exchanged.named_modules():
        exchanged.add_module("more" + n, nn.Identity())
except RuntimeError as error:
    print(error)
