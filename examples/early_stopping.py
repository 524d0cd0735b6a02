"""Training that watches a validation set: the rate falls on a plateau, and the best weights are kept when it stops.

On compat the losses of its 116 steps are torch's to six digits, and what is printed is the same text.
"""

import copy

import showing
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
x = torch.randn(160, 8)
y = (x[:, :1] * x[:, 1:2]).sign().clamp(min=0) + 0.1 * torch.randn(160, 1)
train = DataLoader(TensorDataset(x[:112], y[:112]), batch_size=28, shuffle=True, drop_last=True)
held_x, held_y = x[112:], y[112:]

model = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
best, best_state, bad = float("inf"), None, 0


@showing.compiled
def step(inputs, targets):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(inputs), targets)
    loss.backward()
    optimizer.step()
    return loss


losses, held_losses, rates = [], [], []
for epoch in showing.steps(40):
    model.train()
    for inputs, targets in train:
        losses.append(step(inputs, targets).item())
    model.eval()
    with torch.no_grad():
        held = nn.functional.mse_loss(model(held_x), held_y).item()
    schedule.step(held)
    held_losses.append(held)
    rates.append(optimizer.param_groups[0]["lr"])
    if held < best - 1e-4:
        best, best_state, bad = held, copy.deepcopy(model.state_dict()), 0
    else:
        bad += 1
    if epoch % 5 == 0:
        print(f"epoch {epoch}: validation loss {held:.4f}, lr {rates[-1]:.4f}")
    if bad == 6:
        print("stopped after epoch", epoch)
        break
model.load_state_dict(best_state)
with torch.no_grad():
    print(f"best {best:.4f}, again {nn.functional.mse_loss(model(held_x), held_y).item():.4f}")


def draw(axes):
    axes[0].plot(torch.tensor(losses).view(-1, 4).mean(dim=1), label="training, with dropout")
    axes[0].plot(held_losses, label="validation")
    axes[0].plot(held_losses.index(best), best, "ro", label="the weights that are kept")
    axes[0].legend()
    axes[0].set(title="loss", xlabel="epoch")
    axes[1].step(range(len(rates)), rates)
    axes[1].set(title="learning rate", xlabel="epoch", ylim=(0, None))


showing.save(__file__, draw, panels=2)
