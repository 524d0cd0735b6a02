"""Functions with derivatives of one's own: a swish that saves little, and rounding with a straight-through gradient.

On compat the losses of its 90 steps are torch's to five digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return grad * (s + x * s * (1 - s))


class Rounded(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, levels):
        return torch.round(x * levels) / levels

    @staticmethod
    def backward(ctx, grad):
        return grad, None


torch.manual_seed(0)
x = torch.randn(5, dtype=torch.float64, requires_grad=True)
print("gradcheck:", torch.autograd.gradcheck(Swish.apply, (x,)))


class Quantised(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 16), nn.Linear(16, 1)

    def forward(self, x):
        return self.second(Rounded.apply(Swish.apply(self.first(x)), 8))


inputs = torch.rand(128, 2) * 2 - 1
targets = inputs.prod(dim=1, keepdim=True)
model = Quantised()
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)


@showing.compiled
def train():
    loss = nn.functional.mse_loss(model(inputs), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


losses = []
for step in showing.steps(90):
    losses.append(train().item())
    if step % 30 == 29:
        print(f"step {step + 1}: loss {losses[-1]:.5f}")


def draw(axes):
    at = torch.linspace(-1, 1, 101)
    grid = torch.cartesian_prod(at, at)
    with torch.no_grad():
        found = model(grid).view(101, 101)
    axes[0].semilogy(losses)
    axes[0].set(title="loss", xlabel="step")
    axes[1].contourf(at, at, found.T, torch.linspace(-1.1, 1.1, 23), cmap="coolwarm", vmin=-1, vmax=1)
    axes[1].contour(at, at, grid.prod(dim=1).view(101, 101), 6, colors="black", linewidths=0.7)
    axes[1].set(title="quantised network; lines: x y itself", aspect="equal")


showing.save(__file__, draw, panels=2)
