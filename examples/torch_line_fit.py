"""A line fitted by hand in torch; `python -m compat examples/torch_line_fit.py` prints the same figures on NumPy.

The losses of all 101 steps are torch's to the last bit.
"""

import showing
import torch

torch.manual_seed(0)
x = torch.rand(50, 1) * 4
y = 3 * x - 1 + 0.1 * torch.randn(50, 1)

w = torch.zeros(1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)


@showing.compiled
def train():
    loss = ((w * x + b - y) ** 2).mean()
    w.grad = b.grad = None
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p -= 0.1 * p.grad
    return loss


losses = []
for step in showing.steps(101):
    losses.append(train().item())
    if step % 25 == 0:
        print(f"step {step:3d}  loss {losses[-1]:8.4f}  dloss/dw {w.grad.item():9.4f}")

print(w, b)


def draw(axes):
    axes[0].semilogy(losses)
    axes[0].set(title="loss", xlabel="step")
    at = torch.tensor([0.0, 4.0])
    axes[1].plot(x, y, ".")
    axes[1].plot(at, (w * at + b).detach())
    axes[1].set(title="points and line", xlabel="x")


showing.save(__file__, draw, panels=2)
