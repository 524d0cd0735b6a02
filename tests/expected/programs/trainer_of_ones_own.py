"""A small Lightning: hooks by name, callbacks, loggers, automatic and manual optimisation, metrics as modules with states, samplers."""

import abc
import contextlib
import functools
import io
import itertools
import operator
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader, Dataset, Sampler, random_split

torch.set_printoptions(precision=5, sci_mode=False, linewidth=100)


def seed_everything(s):
    np.random.seed(s)
    torch.manual_seed(s)
    return s


class Metric(nn.Module, abc.ABC):
    def __init__(s):
        super().__init__()
        s._defaults = {}

    def add_state(s, name, default, reduce="sum"):
        s._defaults[name] = default.clone() if isinstance(default, torch.Tensor) else []
        s.register_buffer(name, default.clone(), persistent=False) if isinstance(default, torch.Tensor) else setattr(
            s, name, []
        )

    @abc.abstractmethod
    def update(s, p, t): ...
    @abc.abstractmethod
    def compute(s): ...
    def forward(s, p, t):
        s.update(p, t)
        return s.compute()

    def reset(s):
        for k, v in s._defaults.items():
            setattr(s, k, v.clone() if isinstance(v, torch.Tensor) else [])


class Accuracy(Metric):
    def __init__(s, k=1):
        super().__init__()
        s.k = k
        s.add_state("correct", torch.tensor(0))
        s.add_state("total", torch.tensor(0))

    def update(s, p, t):
        s.correct += p.topk(s.k, -1).indices.eq(t.unsqueeze(-1)).any(-1).sum()
        s.total += t.numel()

    def compute(s):
        return s.correct.float() / s.total


class Confusion(Metric):
    def __init__(s, n):
        super().__init__()
        s.n = n
        s.add_state("mat", torch.zeros(n, n, dtype=torch.long))

    def update(s, p, t):
        s.mat += torch.bincount(t * s.n + p.argmax(-1), minlength=s.n**2).reshape(s.n, s.n)

    def compute(s):
        c = s.mat.float()
        tp = c.diag()
        pr, rc = tp / c.sum(0), tp / c.sum(1)
        return {
            "precision": pr.nan_to_num(),
            "recall": rc,
            "f1": (2 * pr * rc / (pr + rc)).nan_to_num(0),
            "kappa": ((tp.sum() / c.sum()) - (c.sum(0) @ c.sum(1)) / c.sum() ** 2)
            / (1 - (c.sum(0) @ c.sum(1)) / c.sum() ** 2),
        }


class AUROC(Metric):
    def __init__(s):
        super().__init__()
        s.add_state("p", [])
        s.add_state("t", [])

    def update(s, p, t):
        s.p.append(p.detach())
        s.t.append(t)

    def compute(s):
        p, t = torch.cat(s.p), torch.cat(s.t)
        o = torch.argsort(p, descending=True, stable=True)
        t = t[o]
        d = torch.where(p[o].diff() != 0)[0]
        i = torch.cat([d, torch.tensor([len(t) - 1])])
        tp = t.cumsum(0)[i]
        fp = 1 + i - tp
        return torch.trapezoid(F.pad(tp, (1, 0)) / tp[-1], F.pad(fp, (1, 0)) / fp[-1])


class Module(nn.Module):
    def __init__(s):
        super().__init__()
        s._log = {}
        s.automatic_optimization = True
        s.trainer = None
        s._hparams = {}

    def save_hyperparameters(s):
        f = sys._getframe(1)
        s._hparams = {k: v for k, v in f.f_locals.items() if k not in ("self", "s", "__class__")}

    @property
    def hparams(s):
        return type("H", (), s._hparams)

    def log(s, k, v, prog_bar=False):
        s._log[k] = v.detach().clone() if torch.is_tensor(v) else v

    def log_dict(s, d):
        [s.log(k, v) for k, v in d.items()]

    def optimizers(s):
        return s.trainer.optimizers

    def manual_backward(s, l):
        l.backward()

    def __getattr__(s, n):
        try:
            return super().__getattr__(n)
        except AttributeError as e:
            if n.startswith("on_"):
                return lambda *a, **k: None
            raise e


class Callback:
    def __getattr__(s, n):
        if n.startswith("on_"):
            return lambda *a, **k: None
        raise AttributeError(n)


class Checkpoint(Callback):
    def __init__(s, monitor, mode="min", top=2):
        s.m, s.op, s.top, s.kept = monitor, {"min": operator.lt, "max": operator.gt}[mode], top, []

    def on_validation_end(s, tr, m):
        v = float(m._log[s.m])
        b = io.BytesIO()
        torch.save(
            {
                "epoch": tr.epoch,
                "state_dict": m.state_dict(),
                "optimizer_states": [o.state_dict() for o in tr.optimizers],
                "lr_schedulers": [x.state_dict() for x in tr.schedulers],
                "hyper_parameters": m._hparams,
            },
            b,
        )
        s.kept.append((v, tr.epoch, b))
        s.kept.sort(key=lambda x: x[0], reverse=s.op is operator.gt)
        del s.kept[s.top :]


class LRMonitor(Callback):
    def on_train_epoch_end(s, tr, m):
        print("   lr", [[f"{g['lr']:.2e}" for g in o.param_groups] for o in tr.optimizers])


class Trainer:
    def __init__(
        s, max_epochs=3, callbacks=(), gradient_clip_val=None, accumulate_grad_batches=1, limit=None, precision=32
    ):
        s.__dict__.update(
            max_epochs=max_epochs,
            cb=callbacks,
            clip=gradient_clip_val,
            acc=accumulate_grad_batches,
            limit=limit,
            precision=precision,
            epoch=0,
            step=0,
        )

    def call(s, h):
        getattr(s.model, h)()
        [getattr(c, h)(s, s.model) for c in s.cb]

    def fit(s, model, tl, vl):
        s.model = model
        model.trainer = s
        c = model.configure_optimizers()
        s.optimizers, s.schedulers = c if isinstance(c, tuple) else ([c], [])
        ctx = functools.partial(torch.autocast, "cpu", torch.bfloat16) if s.precision == 16 else contextlib.nullcontext
        s.call("on_fit_start")
        for s.epoch in range(s.max_epochs):
            model.train()
            s.call("on_train_epoch_start")
            for i, b in enumerate(itertools.islice(tl, s.limit)):
                with ctx():
                    l = model.training_step(b, i)
                if model.automatic_optimization:
                    (l / s.acc).backward()
                    if (i + 1) % s.acc == 0:
                        if s.clip:
                            nn.utils.clip_grad_norm_(model.parameters(), s.clip, error_if_nonfinite=True)
                        [(o.step(), o.zero_grad()) for o in s.optimizers]
                s.step += 1
            s.call("on_train_epoch_end")
            model.eval()
            with torch.inference_mode():
                for i, b in enumerate(vl):
                    model.validation_step(b, i)
                s.call("on_validation_epoch_end")
            s.call("on_validation_end")
            [sc.step(model._log["val_loss"]) if isinstance(sc, ReduceLROnPlateau) else sc.step() for sc in s.schedulers]
            print(
                f"Epoch {s.epoch}: "
                + ", ".join(
                    f"{k}={v:.5f}" if not torch.is_tensor(v) or v.numel() == 1 else f"{k}={v}"
                    for k, v in sorted(model._log.items())
                )
            )


class Classifier(Module):
    def __init__(self, width: int = 16, lr: float = 1e-2, classes: int = 3):
        super().__init__()
        self.save_hyperparameters()
        self.net = nn.Sequential(nn.LazyLinear(width), nn.LazyBatchNorm1d(), nn.ReLU(), nn.LazyLinear(classes))
        self.metrics = nn.ModuleDict({"acc": Accuracy(), "top2": Accuracy(2), "conf": Confusion(classes)})
        self.auc = AUROC()
        self.example_input_array = torch.zeros(2, 6)

    def training_step(self, b, i):
        x, y = b
        l = F.cross_entropy(self.net(x), y)
        self.log("loss", l)
        return l

    def validation_step(self, b, i):
        x, y = b
        o = self.net(x)
        [m.update(o, y) for m in self.metrics.values()]
        self.auc(o.softmax(-1)[:, 0], (y == 0).long())
        self.log("val_loss", F.cross_entropy(o, y))

    def on_validation_epoch_end(self):
        self.log_dict(
            {k: m.compute() for k, m in self.metrics.items() if k != "conf"}
            | self.metrics["conf"].compute()
            | {"auc": self.auc.compute()}
        )
        [m.reset() for m in (*self.metrics.values(), self.auc)]

    def configure_optimizers(self):
        o = torch.optim.RAdam(self.parameters(), lr=self.hparams.lr)
        return [o], [ReduceLROnPlateau(o, patience=0, factor=0.5, threshold=0.5)]


class GANModule(Module):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.g, self.d = nn.Linear(2, 6), nn.Sequential(nn.Linear(6, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))

    def toggle(self, net):
        [p.requires_grad_(any(p is q for q in net.parameters())) for p in self.parameters()]

    def training_step(self, b, i):
        x, _ = b
        og, od = self.optimizers()
        z = torch.randn(len(x), 2)
        self.toggle(self.d)
        ld = F.softplus(-self.d(x)).mean() + F.softplus(self.d(self.g(z).detach())).mean()
        self.manual_backward(ld)
        od.step()
        od.zero_grad()
        self.toggle(self.g)
        lg = F.softplus(-self.d(self.g(z))).mean()
        og.zero_grad()
        self.manual_backward(lg)
        og.step()
        self.log_dict({"g": lg, "d": ld})

    def validation_step(self, b, i):
        self.log("val_loss", (b[0].mean(0) - self.g(torch.zeros(1, 2))).norm())

    def configure_optimizers(self):
        return [
            torch.optim.Adam(self.g.parameters(), 1e-2, betas=(0.5, 0.9)),
            torch.optim.Adam(self.d.parameters(), 1e-2),
        ], []


class Data(Dataset):
    def __init__(s, n=90):
        s.x = torch.randn(n, 6)
        s.y = s.x[:, :3].argmax(1)
        s.x = s.x * (1 + torch.arange(6.0))

    __len__ = lambda s: len(s.y)

    def __getitem__(s, i):
        return s.x[i], s.y[i]


class Distinct(Sampler[int]):
    def __init__(s, y, k):
        s.by = [torch.nonzero(y == c).flatten() for c in y.unique()]
        s.k = k

    def __iter__(s):
        yield from torch.stack([b[torch.randperm(len(b))[: s.k]] for b in s.by], 1).flatten().tolist()

    def __len__(s):
        return s.k * len(s.by)


if __name__ == "__main__":
    seed_everything(7)
    ds = Data()
    tr, va = random_split(ds, [60, 30])
    tl, vl = DataLoader(tr, 12, shuffle=True, drop_last=True), DataLoader(va, 10)
    m = Classifier()
    print(m.net, m._hparams, [p for p in m.parameters()][:1])
    m.net(m.example_input_array)
    print(m.net)
    ck = Checkpoint("acc", "max")
    Trainer(3, [ck, LRMonitor()], 1.0, 2).fit(m, tl, vl)
    print([(round(v, 5), e) for v, e, _ in ck.kept])
    ck.kept[0][2].seek(0)
    c = torch.load(ck.kept[0][2], weights_only=True)
    print(c.keys(), c["hyper_parameters"], c["lr_schedulers"][0]["num_bad_epochs"])
    n = Classifier(**c["hyper_parameters"])
    print(n.load_state_dict(c["state_dict"]), n.net[0], n.auc.p)
    seed_everything(7)
    Trainer(2, [], precision=16, limit=3).fit(Classifier(8), tl, vl)
    seed_everything(8)
    g = GANModule()
    Trainer(2).fit(g, tl, vl)
    print([p.requires_grad for p in g.parameters()])
    print(list(Distinct(ds.y, 2)), len(Distinct(ds.y, 4)), next(iter(DataLoader(ds, 6, sampler=Distinct(ds.y, 2))))[1])
    try:
        m.nope
    except AttributeError as e:
        print(e)
    try:
        Metric()
    except TypeError as e:
        print(e)
