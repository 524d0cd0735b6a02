"""A small network fitted to a curve with Adam and a cosine schedule, in batches from a DataLoader.

On compat the losses of its 120 steps are torch's to five digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(0)
x = torch.linspace(-3, 3, 256).unsqueeze(1)
y = torch.sin(2 * x) + 0.3 * x + 0.05 * torch.randn_like(x)
train, test = random_split(TensorDataset(x, y), [0.75, 0.25])
loader = DataLoader(train, batch_size=32, shuffle=True)

model = nn.Sequential(nn.Linear(1, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.03)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
loss_of = nn.MSELoss()


@showing.compiled
def step(inputs, targets):
    optimizer.zero_grad()
    loss = loss_of(model(inputs), targets)
    loss.backward()
    optimizer.step()
    return loss


losses = []
for epoch in showing.steps(20):
    total = 0.0
    for inputs, targets in loader:
        losses.append(step(inputs, targets).item())
        total += losses[-1] * len(inputs)
    schedule.step()
    if epoch % 5 == 4:
        print(f"epoch {epoch + 1:2d}  lr {schedule.get_last_lr()[0]:.5f}  training loss {total / len(train):.4f}")

model.eval()
with torch.no_grad():
    inputs, targets = test[:]
    print(f"test loss {loss_of(model(inputs), targets):.4f}, f(1) = {model(torch.ones(1, 1)).item():.3f}")


def draw(axes):
    axes[0].semilogy(losses)
    axes[0].set(title="loss of a batch", xlabel="batch")
    axes[1].plot(*train[:], ".", color="lightgray", label="training")
    axes[1].plot(inputs, targets, "k.", markersize=4, label="test")
    with torch.no_grad():
        axes[1].plot(x, model(x), color="tab:red", label="network")
    axes[1].legend()
    axes[1].set(title="curve and network")


showing.save(__file__, draw, panels=2)
