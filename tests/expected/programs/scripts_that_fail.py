"""What a scripted module raises where its code fails: errors of the interpreter, not Python's."""

import torch
from torch import nn


class Column(nn.Module):
    def forward(self, x):
        return x[..., 2]


class Checked(nn.Module):
    def forward(self, x):
        assert x.shape[0] == 3, "three rows"
        return x


class CheckedByTorch(nn.Module):
    def forward(self, x):
        torch._assert(x.shape[0] == 3, "three rows")
        return x


class Refusing(nn.Module):
    def forward(self, x):
        if x.shape[0] == 2:
            raise ValueError("two rows")
        return x


class Product(nn.Module):
    def forward(self, x):
        return x @ torch.ones(7, 7)


class Listed(nn.Module):
    def forward(self, x):
        y = [1, 2]
        return y[x.shape[0] + 1]


class Around(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x) + 1


def last(text):
    lines = text.strip().split("\n")
    return lines[0], lines[-1] if "shapes" in lines[-1] or "rows" in lines[-1] or "list" in lines[-1] else ""


x = torch.ones(2, 2)
print(torch.jit.Error, torch.jit.Error.__mro__[1])
for m in (Column(), Checked(), CheckedByTorch(), Refusing(), Product(), Listed(), Around(Refusing()), Around(Column())):
    try:
        torch.jit.script(m)(x)
    except (RuntimeError, torch.jit.Error) as error:
        print(type(m).__name__, type(error).__name__, isinstance(error, torch.jit.Error), *last(str(error)))
    try:
        m(x)
    except Exception as error:
        print("  plainly:", type(error).__name__)
traced = torch.jit.trace(Column(), torch.ones(2, 3))
for wrong in ((x,), (), (x, x)):
    try:
        traced(*wrong)
    except RuntimeError as error:
        print("traced", type(error).__name__, isinstance(error, torch.jit.Error))
print(traced(torch.arange(6.0).reshape(2, 3)), torch.jit.script(Around(Refusing()))(torch.ones(3, 1)).shape)
