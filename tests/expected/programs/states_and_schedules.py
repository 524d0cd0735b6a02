"""States of models and optimizers in one file, warm starts, the meta device, schedules one after the other, averages of weights."""

import torch, torch.nn as nn, torch.optim as optim, copy, io, os, tempfile, warnings, pickle
from torch.optim import lr_scheduler as S, swa_utils as W

torch.manual_seed(0)
tmp = tempfile.mkdtemp()
PATH = os.path.join(tmp, "m.pt")


class A(nn.Module):
    def __init__(s):
        super().__init__()
        s.fc = nn.Linear(3, 2)
        s.register_buffer("c", torch.zeros((), dtype=torch.long))
        s.register_buffer("t", torch.ones(1), persistent=False)
        s.extra = {"a": 1}

    def get_extra_state(s):
        return s.extra

    def set_extra_state(s, e):
        s.extra = e

    def forward(s, x):
        s.c += 1
        return s.fc(x)


a, b = A(), A()
oa, ob = optim.SGD(a.parameters(), lr=0.01, momentum=0.9), optim.Adam(b.parameters(), lr=1e-3)
for o, m in ((oa, a), (ob, b)):
    m(torch.ones(2, 3)).sum().backward()
    o.step()
torch.save(
    {
        "modelA": a.state_dict(),
        "modelB": b.state_dict(),
        "oA": oa.state_dict(),
        "oB": ob.state_dict(),
        "epoch": 5,
        "loss": torch.tensor(0.4),
    },
    PATH,
)
ck = torch.load(PATH, weights_only=False)
n = A()
print(n.load_state_dict(ck["modelA"]), n.extra, n.c, ck["oB"]["state"][0].keys(), ck["oA"]["param_groups"])
oa2 = optim.SGD(n.parameters(), lr=0.5)
oa2.load_state_dict(ck["oA"])
print(oa2)
print(oa2.state_dict()["state"][0]["momentum_buffer"])
try:
    optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1).load_state_dict(ck["oA"])
except ValueError as e:
    print(e)
for k, v in a.state_dict().items():
    print(k, "\t", v.size() if hasattr(v, "size") else v)
w = nn.Linear(3, 2)
print(w.load_state_dict({k[3:]: v for k, v in ck["modelA"].items() if k.startswith("fc.")}, strict=False))
meta = nn.Linear(3, 2, device="meta")
print(meta.weight)
meta.load_state_dict(w.state_dict(), assign=True)
print(meta.weight.is_meta, meta.weight.requires_grad)
try:
    nn.Linear(3, 2, device="meta").load_state_dict(w.state_dict())
    print("noop")
except Exception as e:
    print(e)
print(nn.Linear(2, 2, device="meta").to_empty(device="cpu").weight.shape)
try:
    nn.Linear(2, 2, device="meta").to("cpu")
except NotImplementedError as e:
    print(e)
st = torch.load(PATH, map_location=torch.device("cpu"), mmap=True, weights_only=True)
print(type(st["modelA"]).__name__, st["loss"])
with torch.device("meta"):
    mm = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
print({k: (v.device.type, tuple(v.shape)) for k, v in mm.state_dict().items()})


class Own:
    pass


torch.save({"o": Own()}, PATH)
try:
    torch.load(PATH)
except pickle.UnpicklingError as e:
    print(str(e)[:130])
with torch.serialization.safe_globals([Own]):
    print(type(torch.load(PATH)["o"]).__name__)
opt = optim.SGD([{"params": w.weight}, {"params": w.bias, "lr": 0.2, "name": "b"}], lr=0.1)
s1 = S.LinearLR(opt, 0.5, total_iters=2)
s2 = S.ExponentialLR(opt, 0.9)
s = S.SequentialLR(opt, [s1, s2], [3])
out = []
for _ in range(6):
    opt.step()
    s.step()
    out.append([round(x, 6) for x in s.get_last_lr()])
print(out)
c = S.ChainedScheduler([S.ConstantLR(opt, 0.1, 2), S.MultiStepLR(opt, [1, 3])])
for _ in range(4):
    opt.step()
    c.step()
    print([f"{x:.8f}" for x in c.get_last_lr()])
mo = optim.SGD([torch.ones(1, requires_grad=True)], lr=1.0)
p = S.ReduceLROnPlateau(mo, patience=1, factor=0.5, cooldown=1, threshold=0.1)
for l in (1, 1, 1, 0.99, 0.95, 0.5, 0.5, 0.5, 0.5, 0.5):
    p.step(l)
    print(mo.param_groups[0]["lr"], p.num_bad_epochs, p.cooldown_counter, end="; ")
print()
print(p.state_dict())
for sc in (
    S.CosineAnnealingLR(mo, 4, 0.1),
    S.CosineAnnealingWarmRestarts(mo, 2, 2),
    S.CyclicLR(mo, 0.1, 1.0, 2, mode="triangular2", cycle_momentum=False),
    S.PolynomialLR(mo, 4, 2.0),
    S.MultiplicativeLR(mo, lambda e: 0.9),
    S.LambdaLR(mo, lambda e: 0.5**e),
):
    for g in mo.param_groups:
        g["lr"] = 1.0
    r = []
    for _ in range(5):
        mo.step()
        sc.step()
        r.append(round(mo.param_groups[0]["lr"], 6))
    print(type(sc).__name__, r)
m = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
sw = W.AveragedModel(m, use_buffers=True)
o = optim.SGD(m.parameters(), 0.1)
ss = W.SWALR(o, swa_lr=0.05, anneal_epochs=2, anneal_strategy="linear")
X = torch.randn(8, 3)
for i in range(4):
    o.zero_grad()
    m(X).pow(2).mean().backward()
    o.step()
    sw.update_parameters(m)
    ss.step()
    print(f"{o.param_groups[0]['lr']:.4f}", end=" ")
W.update_bn([X[:4], X[4:]], sw)
print(sw(X).mean(), sw.module[1].num_batches_tracked, sw)
m.zero_grad(set_to_none=False)
print(m[0].weight.grad.abs().sum())
o.zero_grad()
print(m[0].weight.grad)
o.add_param_group({"params": [nn.Parameter(torch.zeros(1))], "lr": 7})
print(len(o.param_groups), o.param_groups[1]["lr"], o.defaults["momentum"])
try:
    o.add_param_group({"params": m[0].weight})
except ValueError as e:
    print(e)
try:
    o.add_param_group([m])
except TypeError as e:
    print(e)
try:
    optim.SGD([{"params": m[0].parameters()}, {"params": m[0].parameters(), "lr": 1}], 0.1)
except ValueError as e:
    print(e)
o = optim.AdamW([("w", nn.Parameter(torch.ones(2)))], lr=0.1)
print(o.state_dict()["param_groups"][0]["param_names"])
h = o.register_step_post_hook(lambda *a: print("stepped"))
o.step()
h.remove()
print(copy.deepcopy(o).param_groups[0].keys())
e = optim.Adam([torch.ones(1, requires_grad=True)], lr=torch.tensor(0.1))
print(e)
print(pickle.loads(pickle.dumps(e)).defaults["lr"])
