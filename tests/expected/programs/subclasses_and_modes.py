"""Subclasses of Tensor, classes like it, and modes: what __torch_function__ sees, and what comes back."""

import copy

import torch
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode, has_torch_function, is_tensor_like, resolve_name


class Named(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        print("called", func.__name__, [t.__name__ for t in types])
        return super().__torch_function__(func, types, args, kwargs)


class Plain(torch.Tensor):
    pass


class WithMeta(torch.Tensor):
    def __new__(cls, data, meta=None):
        return torch.as_tensor(data).as_subclass(cls)

    def __init__(self, data, meta=None):
        self.meta = meta


x = torch.tensor([1.0, 2.0]).as_subclass(Named)
one = torch.ones(2)
results = [
    x + 1, 2 * x, one * x, x - one, x / 2, x**2, -x, x[0], x.sum(), torch.sin(x), torch.add(one, x), torch.stack([x, x]),
    F.relu(x), x > 1, x @ x, abs(x), F.softmax(x, 0), x.clone(), x.detach(), x.reshape(2, 1), torch.linalg.norm(x),
]  # fmt: skip
print([type(r).__name__ for r in results])
p = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).as_subclass(Plain)
print(p * 2, torch.zeros_like(p), p.new_zeros(2), type(p.max(0)).__name__, type(p.max(0).values).__name__)
print(
    [
        type(t).__name__
        for t in (p.T, p.split(1)[0], p[0], next(iter(p)), torch.cat([one[None], p]), p.mean(), copy.copy(p))
    ]
)
print(
    type(p.tolist()).__name__, type(p.numpy()).__name__, p.shape, isinstance(p, torch.Tensor), type(p.add_(1)).__name__
)
leaf = torch.ones(2, requires_grad=True)
seen = leaf.as_subclass(Plain)
print(seen, seen.is_leaf)
(seen * seen).sum().backward()
print(leaf.grad)
print(Plain([1.0, 2.0]), torch.Tensor._make_subclass(Plain, one, True), type(torch.nn.Parameter(one) * 2).__name__)
m = WithMeta([1.0, 2.0], meta="kept")
print(m.meta, type(m + m).__name__, m)
with torch._C.DisableTorchFunctionSubclass():
    print(type(m + m).__name__)

HANDLED = {}


class Diagonal:
    def __init__(self, n, value):
        self.n, self.value = n, value

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func not in HANDLED or not all(issubclass(t, (torch.Tensor, Diagonal)) for t in types):
            return NotImplemented
        return HANDLED[func](*args, **(kwargs or {}))


def implements(function):
    def register(handler):
        HANDLED[function] = handler
        return handler

    return register


@implements(torch.mean)
def mean(d):
    return d.value / d.n


@implements(torch.add)
def add(a, b):
    return Diagonal(a.n, a.value + b.value)


d = Diagonal(5, 2)
print(torch.mean(d), torch.add(d, d).value, has_torch_function((d,)), has_torch_function((one,)), is_tensor_like(d))
for wrong in (lambda: torch.sin(d), lambda: torch.stack([d]), lambda: one.as_subclass(int)):
    try:
        wrong()
    except TypeError as error:
        print(error)


class Spy(TorchFunctionMode):
    def __init__(self, name):
        self.name = name

    def __torch_function__(self, func, types, args=(), kwargs=None):
        print(self.name, func.__name__)
        return func(*args, **(kwargs or {}))


with Spy("outer"), Spy("inner"):
    y = torch.ones(2) + 1
    F.relu(y).sum()
print(y, resolve_name(torch.sin), resolve_name(F.linear), resolve_name(torch.linalg.inv))
