"""A line fitted by hand in torch; `python -m compat examples/torch_line_fit.py` prints the same figures on NumPy."""

import torch

torch.manual_seed(0)
x = torch.rand(50, 1) * 4
y = 3 * x - 1 + 0.1 * torch.randn(50, 1)

w = torch.zeros(1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)

for step in range(101):
    loss = ((w * x + b - y) ** 2).mean()
    loss.backward()
    if step % 25 == 0:
        print(f"step {step:3d}  loss {loss.item():8.4f}  dloss/dw {w.grad.item():9.4f}")
    with torch.no_grad():
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
        w.grad.zero_()
        b.grad.zero_()

print(w, b)
print(loss)
