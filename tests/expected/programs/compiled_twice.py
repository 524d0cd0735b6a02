"""Compiled functions that are given one Tensor twice, then two."""

import torch


def compiled(f):
    return torch.compile(f, backend="aot_eager")


def written():
    @compiled
    def h(a, b):
        a.add_(1)
        return a * b

    return h


for backwards in (False, True):
    h, x, b = written(), torch.ones(2), torch.zeros(4)
    calls = [(x, x), (x, torch.ones(2)), (b[:2], b[2:])]
    for pair in calls[::-1] if backwards else calls:
        print(h(*pair), x, b)


@compiled
def of_a_dict(d):
    d["a"].mul_(2)
    return d["b"] + 1


t = torch.ones(2)
for other in (t, torch.ones(2), torch.ones(2), t):
    print(of_a_dict({"a": t, "b": other}), t)


@compiled
def inner(a, b):
    return (a * b).sum()


w, v = torch.ones(3, requires_grad=True), torch.full((3,), 2.0, requires_grad=True)
for one, two in ((w, w), (w, v), (v, v), (v, w)):
    inner(one, two).backward()
    print(w.grad, v.grad)


class Keeping(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.kept = []

    def forward(self, x):
        self.kept.append(x * 2)
        return x


model = Keeping()
forward = compiled(model)
for _ in range(3):
    forward(torch.ones(1))
    print(model.kept)
