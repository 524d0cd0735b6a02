"""A training run that is saved half-way, continued from the file, and ends where the run without a break ends.

On compat the losses of its 40 steps are torch's to six digits, and what is printed is the same text.
"""

import io

import showing
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

data = torch.Generator().manual_seed(7)
x = torch.randn(96, 4, generator=data)
y = (x**2).sum(dim=1, keepdim=True)


def start():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 24), nn.Tanh(), nn.Dropout(0.1), nn.Linear(24, 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    return model, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 4, gamma=0.5)


def run(model, optimizer, schedule, epochs, losses):
    @showing.compiled
    def train(inputs, targets):
        loss = nn.functional.smooth_l1_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    for _ in showing.steps(epochs):
        for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True):
            losses.append(train(inputs, targets).item())
        schedule.step()
    return f"{losses[-1]:.4f}"


losses, before, after = [], [], []
whole = start()
print("without a break:", run(*whole, 10, losses))

parts = start()
print("half-way:", run(*parts, 5, before))
file = io.BytesIO()
torch.save({"states": [part.state_dict() for part in parts], "random": torch.get_rng_state()}, file)

file.seek(0)
again = start()
checkpoint = torch.load(file)
for part, state in zip(again, checkpoint["states"]):
    part.load_state_dict(state)
torch.set_rng_state(checkpoint["random"])
print("continued:", run(*again, 5, after))
print("the same weights:", all(torch.equal(p, q) for p, q in zip(whole[0].parameters(), again[0].parameters())))


def draw(axes):
    axes.plot(losses, color="lightgray", linewidth=6, label="without a break")
    axes.plot(before, label="up to the file")
    axes.plot(range(len(before), len(losses)), after, label="from the file on")
    axes.legend()
    axes.set(title="loss of a batch", xlabel="batch")


showing.save(__file__, draw)
