"""Post 3: the derivative of x ** 2 + 3 * x at 2 (no repairs)."""

import torch
x = torch.tensor(2.0, requires_grad=True)
y = x ** 2 + 3*x
y.backward()
print(x.grad)
