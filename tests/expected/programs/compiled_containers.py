"""Compiled functions that take, change and give back lists, dicts and objects, and steps of optimizers written by hand."""

import functools
from collections import OrderedDict, namedtuple
from dataclasses import dataclass

import torch

Pair = namedtuple("Pair", "x y")


@dataclass
class Output:
    logits: torch.Tensor
    loss: torch.Tensor = None


def compiled(f):
    return torch.compile(f, backend="aot_eager")


@compiled
def in_their_order(parts):
    return list(parts), {k: v + torch.rand(1) for k, v in parts.items()}


for keys in ("za", "az", "za"):
    torch.manual_seed(0)
    print(in_their_order({k: torch.zeros(1) for k in keys}))


@compiled
def of_two_kinds(x):
    return {1: x, "a": x + 1}


@compiled
def pairs(p):
    return Pair(p.y * 2, p.x), torch.max(p.x, 0)


@compiled
def objects(o):
    o.loss = o.logits.sum()
    return Output(o.logits * 2, o.loss)


print(of_two_kinds(torch.ones(1)), pairs(Pair(torch.ones(1), torch.zeros(1))))
for i in range(2):
    given = Output(torch.ones(2) * i)
    print(objects(given), given)


@compiled
def into_a_batch(batch, seen):
    batch["y"] = batch["x"] * 2
    seen.append(batch["y"].sum())
    seen[0] = batch["x"][0]
    return batch


@compiled
def deeper(tree):
    tree["l"][0]["x"] = tree["l"][0]["x"] + 1
    tree["l"].append({"x": tree["y"]})
    return tree["l"]


@compiled
def options(x, cfg):
    return x * cfg.pop("scale", 3)


@compiled
def moved(d):
    d.move_to_end("a")
    d["c"] = d["a"] + d["b"]
    return list(d.values())


@compiled
def counted(state):
    state["step"] += 1
    state["w"].add_(1)
    return state


@compiled
def logged(x, log):
    log.append(float(x.sum()))
    return len(log)


@compiled
def twice(x):
    a, b = x + 1, x * 2
    return a, b, b, x


state, log, tree = {"step": 0, "w": torch.zeros(1)}, [], {"l": [{"x": torch.zeros(1)}], "y": torch.ones(1)}
for i in range(3):
    batch, seen, cfg = {"x": torch.ones(2) * i}, [None], {"scale": 2}
    print(into_a_batch(batch, seen) is batch, batch, seen)
    print(deeper(tree) is tree["l"], tree)
    print(options(torch.ones(1), cfg), cfg)
    ordered = OrderedDict(a=torch.ones(1), b=torch.ones(1) * i)
    print(moved(ordered), ordered)
    print(counted(state) is state, state)
    print(logged(torch.ones(2), log), log)
    got = twice(torch.ones(1) * i)
    print(got, got[1] is got[2])


# ------------------------------------------------------------------------------------------------ optimizers of one's own
class Lion(torch.optim.Optimizer):
    """Its state is made by the first step, of Tensors that each step changes in place."""

    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state["m"] = torch.zeros_like(p)
                m = state["m"]
                p.add_((m * 0.9 + p.grad * 0.1).sign_(), alpha=-group["lr"])
                m.mul_(0.99).add_(p.grad, alpha=0.01)


class Counting(Lion):
    """Its state has a number, and a Tensor that each step replaces."""

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(step=0, m=torch.zeros_like(p))
                state["step"] += 1
                state["m"] = state["m"] * 0.9 + p.grad
                p.sub_(state["m"] * group["lr"] / state["step"])


class Alone(Lion):
    """It counts in an attribute."""

    t = 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            for p in group["params"]:
                p.sub_(p.grad * group["lr"] * self.t)


for kind in (Lion, Counting, Alone):
    w = torch.nn.Parameter(torch.ones(3))
    optimizer = kind([w])

    @compiled
    def step(x):
        optimizer.zero_grad()
        loss = (w * x).square().sum()
        loss.backward()
        optimizer.step()
        return loss

    losses = [round(step(torch.ones(3) * (1 + 0.1 * i)).item(), 4) for i in range(5)]
    print(kind.__name__, losses, optimizer.state[w], getattr(optimizer, "t", None))


# ------------------------------------------------------------------------------------------------ attributes of classes
class Options:
    scale, calls = 2.0, 0


class Counter:
    calls = 0

    def hit(self):
        self.calls += 1
        return self.calls


@compiled
def scaled(x):
    return x * Options.scale


@compiled
def hit(x):
    Options.calls += 1
    return x * Options.calls, x * own.hit()


class Layer(torch.nn.Module):
    alpha = 1.5

    def forward(self, x):
        return x * self.alpha


own, layer = Counter(), Layer()
called = compiled(layer)
for i in range(3):
    Options.scale, Layer.alpha = float(i), 10.0 * i
    print(scaled(torch.ones(1)), called(torch.ones(1)), hit(torch.ones(1)), Options.calls, own.calls)


# ------------------------------------------------------------------------------------------------ Tensors that are read and replaced
class Running(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("low", torch.tensor(float("inf")))
        self.h, self.w = None, torch.nn.Parameter(torch.ones(2))

    def forward(self, x):
        if self.training:
            self.low = torch.minimum(self.low, x.detach().amin())
        self.h = x * self.w if self.h is None else self.h.detach() * 0.5 + x * self.w
        return self.h - self.low


running = Running()
called, first = torch.compile(running, backend="aot_eager", fullgraph=True), running.low
for i in range(4):
    y = called(torch.ones(2) * (5 - i))
    y.sum().backward()
    print(y.tolist(), running.low, running.low is first, running.w.grad, running.h.requires_grad)
running.eval()
running.low = torch.tensor(3.0)
print(called(torch.ones(2)).tolist(), running.low, list(running.state_dict()))


class State:
    x = None


@compiled
def carried(v):
    state.x = state.x * w + v
    return state.x.sum()


state, w = State(), torch.tensor(2.0, requires_grad=True)
state.x = torch.zeros(2)
for i in range(3):
    loss = carried(torch.ones(2))
    print(round(loss.item(), 4), state.x.requires_grad)
loss.backward()
print(w.grad)


# ------------------------------------------------------------------------------------------------ functions that remember
@functools.lru_cache(None)
def lower(n):
    return torch.tril(torch.ones(n, n))


class Places(torch.nn.Module):
    @functools.lru_cache(maxsize=8)  # noqa: B019
    def places(self, n):
        return torch.arange(n) / n

    def forward(self, x):
        return x + self.places(x.shape[-1])


@compiled
def masked(x):
    return x * lower(x.shape[0])


places = Places()
called = compiled(places)
for n in (2, 2, 3, 2):
    print(masked(torch.ones(n, n)).sum(), lower(n).sum(), called(torch.ones(n)), places.places(n))


# ------------------------------------------------------------------------------------------------ results in the memory of others
@compiled
def doubled(x):
    x.mul_(2)
    return x.view(-1)[:1]


@compiled
def in_all_ways(x):
    return x, x.view(-1), x.T, x, x[0], *x.chunk(2)


@compiled
def beside_its_views(x):
    y = x * 2
    return y[0], y, y.T.reshape(-1), y.view(4)[1:3]


@compiled
def with_history(x):
    y = weight * x
    return y, y[0], y.unsqueeze(0), weight.view(2, 1)


weight = torch.ones(2, requires_grad=True)
base = torch.arange(6.0)
for i in range(2):
    a, b = torch.ones(3), torch.ones(2, 2) * i
    first = doubled(a)
    first[0] = 9
    print(a, first._base is a)
    got = in_all_ways(b)
    got[4].fill_(5)
    got[5].add_(1)
    print(b, got[0] is b, got[3] is b, got[2]._is_view(), got)
    got = beside_its_views(torch.ones(2, 2))
    got[1].zero_()
    got[3].add_(1)
    print(got)
    y, first, row, column = with_history(torch.ones(2))
    (y.sum() + 3 * first + row.sum() + column.square().sum()).backward()
    print(weight.grad, [v.requires_grad for v in (y, first, row, column)])
    part = in_all_ways(base[i : i + 4].view(2, 2))
    part[4][0] = -1
    print(base, part[4]._base is base)
