"""Training code as people write it: configurations, registries, trainers with callbacks, optimizers and schedules of one's
own, odd imports, Tensors where Python wants numbers."""

from __future__ import annotations

import abc
import collections
import contextlib
import dataclasses
import functools
import itertools
import json
import logging
import math
import operator
import pathlib
import tempfile

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor, optim
from torch.nn import Parameter, init
from torch.nn.common_types import _ratio_any_t, _size_2_t
from torch.nn.modules.utils import _pair, _single
from torch.nn.parameter import Parameter as P2
from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler, _LRScheduler
from torch.types import Device, Number
from torch.utils.data import DataLoader

torch.manual_seed(0)
torch.set_printoptions(precision=4, linewidth=100)
log = logging.getLogger("x")
REG: dict[str, type[nn.Module]] = {}


def register(name: str):
    return lambda cls: REG.setdefault(name, cls)


@dataclasses.dataclass(frozen=True)
class Cfg:
    dim: int = 8
    depth: int = 2
    act: str = "gelu"
    lr: float = 1e-2
    dtype: torch.dtype = torch.float32
    device: torch.device | str = "cpu"


ACT = {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "mish": nn.Mish, "elu": nn.ELU}


@register("mlp")
class MLP(nn.Sequential):
    def __init__(self, c: Cfg, *, out: int = 1):
        super().__init__(
            collections.OrderedDict(
                [
                    (
                        f"block{i}",
                        nn.Sequential(nn.LayerNorm(c.dim), nn.Linear(c.dim, c.dim), ACT[c.act](), nn.Dropout(0.1)),
                    )
                    for i in range(c.depth)
                ]
                + [("head", nn.Linear(c.dim, out))]
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        for name, m in self.named_children():
            x = x + m(x) if name.startswith("block") else m(x)
        return x


class Averager:
    def __init__(self):
        self.reset()

    def reset(self):
        self.v, self.n = torch.zeros(()), 0

    def update(self, v, n=1):
        self.v += v.detach() * n
        self.n += n

    @property
    def avg(self):
        return (self.v / max(self.n, 1)).item()


class Callback(abc.ABC):
    @abc.abstractmethod
    def on_epoch_end(self, tr, **k): ...


class Print(Callback):
    def on_epoch_end(self, tr, **k):
        print({a: round(b, 4) if isinstance(b, float) else b for a, b in k.items()})


class Ckpt(Callback):
    def __init__(self, d):
        self.d, self.best = pathlib.Path(d), math.inf

    def on_epoch_end(self, tr, **k):
        if k["loss"] < self.best:
            self.best = k["loss"]
            torch.save(
                {
                    "m": tr.model.state_dict(),
                    "o": tr.opt.state_dict(),
                    "s": tr.sched.state_dict(),
                    "rng": torch.get_rng_state(),
                    "k": k,
                },
                self.d / "best.pt",
            )


class Trainer:
    def __init__(self, cfg, model, cbs):
        self.cfg, self.model, self.cbs = cfg, model.to(cfg.device, cfg.dtype), cbs
        dec = [p for n, p in model.named_parameters() if p.ndim > 1]
        nod = [p for n, p in model.named_parameters() if p.ndim <= 1]
        self.opt = optim.AdamW([{"params": dec, "weight_decay": 0.1}, {"params": nod, "weight_decay": 0.0}], lr=cfg.lr)
        self.sched = lr_scheduler.LambdaLR(
            self.opt, lambda s: min((s + 1) / 5, 1.0) * 0.5 * (1 + math.cos(math.pi * s / 40))
        )

    @contextlib.contextmanager
    def mode(self, train):
        was = self.model.training
        self.model.train(train)
        try:
            with torch.set_grad_enabled(train):
                yield
        finally:
            self.model.train(was)

    def fit(self, dl, epochs):
        for ep in range(epochs):
            a = Averager()
            with self.mode(True):
                for x, y in dl:
                    self.opt.zero_grad()
                    l = F.mse_loss(self.model(x), y)
                    l.backward()
                    gn = nn.utils.clip_grad_norm_(self.model.parameters(), 1.0, error_if_nonfinite=True)
                    self.opt.step()
                    self.sched.step()
                    a.update(l, len(x))
            with self.mode(False):
                ev = F.l1_loss(self.model(dl.dataset.tensors[0]), dl.dataset.tensors[1])
            for c in self.cbs:
                c.on_epoch_end(self, epoch=ep, loss=a.avg, mae=ev.item(), lr=self.sched.get_last_lr()[0], gn=gn.item())


cfg = Cfg()
X = torch.randn(60, 8)
Y = X[:, :1] * X[:, 1:2]
d = tempfile.mkdtemp()
tr = Trainer(cfg, REG["mlp"](cfg), [Print(), Ckpt(d)])
tr.fit(DataLoader(torch.utils.data.TensorDataset(X, Y), 20, shuffle=True), 3)
ck = torch.load(pathlib.Path(d) / "best.pt")
print(
    ck["k"],
    ck["s"]["last_epoch"],
    ck["o"]["param_groups"][1]["weight_decay"],
    len(ck["o"]["state"]),
    sorted(ck["o"]["state"][0]),
)
print(tr.model, sum(map(torch.numel, tr.model.parameters())), tr.opt)


class MyOpt(Optimizer):
    def __init__(self, params, lr=1e-3, beta=0.9):
        if lr < 0:
            raise ValueError("lr")
        super().__init__(params, dict(lr=lr, beta=beta))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is None:
                    continue
                st = self.state[p]
                if len(st) == 0:
                    st["m"] = torch.zeros_like(p, memory_format=torch.preserve_format)
                u = st["m"].clone().mul_(g["beta"]).add(p.grad, alpha=1 - g["beta"]).sign_()
                p.add_(u, alpha=-g["lr"])
                st["m"].mul_(0.99).add_(p.grad, alpha=0.01)
        return loss


class Warm(LRScheduler):
    def __init__(self, o, n, last_epoch=-1):
        self.n = n
        super().__init__(o, last_epoch)

    def get_lr(self):
        return [b * min(1, (self.last_epoch + 1) / self.n) for b in self.base_lrs]


m = nn.Linear(3, 1)
o = MyOpt(m.parameters(), lr=0.1)
s = Warm(o, 4)
xx = torch.randn(5, 3)
for _ in range(4):

    def closure():
        o.zero_grad()
        l = m(xx).pow(2).sum()
        l.backward()
        return l

    print(o.step(closure).item(), s.get_last_lr())
    s.step()
print(o, o.state_dict()["param_groups"], list(o.state.values())[0]["m"])
print(s.state_dict())


class GradRev(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, a):
        ctx.a = a
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return g.neg() * ctx.a, None


q = torch.ones(2, requires_grad=True)
GradRev.apply(q, 0.5).sum().backward()
print(q.grad)


class Conv2dSame(nn.Conv2d):
    def forward(self, x: Tensor) -> Tensor:
        ih, iw = x.shape[-2:]
        kh, kw = self.weight.shape[-2:]
        sh, sw = self.stride
        ph, pw = max((math.ceil(ih / sh) - 1) * sh + kh - ih, 0), max((math.ceil(iw / sw) - 1) * sw + kw - iw, 0)
        return F.conv2d(
            F.pad(x, [pw // 2, pw - pw // 2, ph // 2, ph - ph // 2]),
            self.weight,
            self.bias,
            self.stride,
            0,
            self.dilation,
            self.groups,
        )


print(
    Conv2dSame(1, 2, 3, stride=2)(torch.ones(1, 1, 7, 7)).shape,
    _pair(3),
    _single(2),
    Conv2dSame(1, 2, (3, 5), bias=False),
)


class WS(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_parameter("none", None)
        self.w = P2(torch.empty(2, 3))
        self.register_buffer("b", torch.ones(1), persistent=False)
        self.reset_parameters()
        self.extra = {"k": 1}

    def reset_parameters(self):
        init.orthogonal_(self.w)
        init.uniform_(self.w, -1, 1)

    def extra_repr(self):
        return f"w={tuple(self.w.shape)}"

    def get_extra_state(self):
        return self.extra

    def set_extra_state(self, s):
        self.extra = s

    def __call__(self, *a, **k):
        return super().__call__(*a, **k)

    def forward(self, x, *, scale: float = 1.0):
        return F.linear(x, self.w) * scale


ws = WS()
print(ws, ws.state_dict().keys(), ws(torch.ones(3), scale=2.0), ws.none)
ws2 = WS()
print(ws2.load_state_dict(ws.state_dict()))
print(
    list(itertools.chain(*[[n for n, _ in ws.named_parameters()], [n for n, _ in ws.named_buffers()]])),
    isinstance(ws.w, Tensor),
    issubclass(Parameter, Tensor),
    ws.w.__class__.__name__,
)


@torch.no_grad()
def init_weights(m):
    print(type(m).__name__, end=" ")
    if isinstance(m, (nn.Linear, nn.Conv2d)):
        init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
        m.bias.fill_(0.0) if m.bias is not None else None


print(tr.model.apply(init_weights).head.weight.abs().sum())


@functools.lru_cache(None)
def mask(n: int) -> Tensor:
    return torch.ones(n, n, dtype=torch.bool).tril()


print(
    mask(3),
    mask(3) is mask(3),
    torch.finfo(torch.float16).min,
    functools.reduce(operator.mul, [torch.tensor(2), torch.tensor(3)]),
    json.dumps({"l": torch.tensor([1.0, 2.0]).tolist(), "s": torch.tensor(3).item()}),
    sum([torch.ones(2), torch.ones(2)]),
    min(torch.tensor([3, 1])),
    np.mean([torch.tensor(1.0), torch.tensor(2.0)]),
    torch.tensor([1, 2]).numpy().tolist(),
    [*torch.arange(3)],
    dict(zip("ab", torch.arange(2))),
    torch.stack([*torch.arange(3)]),
    {k: v.shape for k, v in m.state_dict().items()},
    (torch.arange(3) == 1).any().item(),
    torch.Size([1, 2]) + (3,),
    torch.Size([2, 3]).numel(),
    math.prod(torch.Size([2, 3])),
    torch.tensor([1.0, 2.0]).__array__(),
    tuple(torch.ones(2)),
    "%.2f" % torch.tensor(1.234),  # noqa: UP031
    f"{torch.tensor(1234.0):.1e}",
    f"{torch.tensor([1.0])}",
    torch.tensor(1.0) if torch.tensor(1) else 0,
    math.sqrt(torch.tensor(4.0)),
    range(torch.tensor(3)),
    [10, 20, 30][torch.tensor(1)],
    np.float32(2) * torch.ones(2),
    torch.ones(2) * np.float64(3),
    pow(torch.tensor(2.0), 3),
    complex(torch.tensor(1.0)),
    _size_2_t,
    _ratio_any_t,
    issubclass(_LRScheduler, LRScheduler),
    Number is not None and Device is not None,
)
