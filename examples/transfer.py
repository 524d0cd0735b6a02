"""A network trained on one task, saved, and taken over for another: its first layers frozen, a new head on top.

On compat the losses of its 120 steps are torch's to six digits, and what is printed is the same text.
"""

import os
import tempfile

import showing
import torch
from torch import nn

torch.manual_seed(0)
points = torch.rand(400, 2) * 2 - 1
inside = (points.norm(dim=1) < 0.7).long()
quadrant = (points[:, 0] * points[:, 1] > 0).long()


def body():
    return nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU())


losses = []


def train(model, labels, steps):
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.02)

    @showing.compiled
    def step():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(points), labels)
        loss.backward()
        optimizer.step()
        return loss

    for _ in showing.steps(steps):
        losses.append(step().item())
    right = (model(points).argmax(1) == labels).float().mean().item()
    return f"loss {losses[-1]:.3f}, accuracy {right:.2f}"


first = nn.Sequential(body(), nn.Linear(16, 2))
print("trained on discs:", train(first, inside, 60))
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "discs.pt")
    torch.save(first.state_dict(), path)
    state = torch.load(path, weights_only=True)

second = nn.Sequential(body(), nn.Linear(16, 2))
kept = {k: v for k, v in state.items() if k.startswith("0.")}
print(second.load_state_dict(kept, strict=False))
for p in second[0][:2].parameters():
    p.requires_grad = False
frozen = second[0][0].weight.clone()
print("tuned on quadrants:", train(second, quadrant, 60))
print("first layer unchanged:", torch.equal(frozen, second[0][0].weight))


def draw(axes):
    axes[0].plot(losses[:60], label="discs")
    axes[0].plot(losses[60:], label="quadrants, first layers taken over")
    axes[0].legend()
    axes[0].set(title="loss", xlabel="step")
    at = torch.linspace(-1, 1, 101)
    grid = torch.cartesian_prod(at, at)
    for panel, model, labels in ((axes[1], first, inside), (axes[2], second, quadrant)):
        with torch.no_grad():
            chance = model(grid).softmax(1)[:, 1].view(101, 101)
        panel.contourf(at, at, chance.T, 10, cmap="coolwarm", vmin=0, vmax=1)
        panel.scatter(*points.T, c=labels, s=4, cmap="coolwarm", edgecolors="black", linewidths=0.3)
        panel.set(title="classes found", aspect="equal", xticks=[], yticks=[])


showing.save(__file__, draw, panels=3)
