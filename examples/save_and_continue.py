"""A training run that is saved half-way, continued from the file, and ends where the run without a break ends."""

import io

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


def run(model, optimizer, schedule, epochs):
    for _ in range(epochs):
        for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=24, shuffle=True):
            loss = nn.functional.smooth_l1_loss(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return f"{loss.item():.4f}"


whole = start()
print("without a break:", run(*whole, 10))

parts = start()
print("half-way:", run(*parts, 5))
file = io.BytesIO()
torch.save({"states": [part.state_dict() for part in parts], "random": torch.get_rng_state()}, file)

file.seek(0)
again = start()
checkpoint = torch.load(file)
for part, state in zip(again, checkpoint["states"]):
    part.load_state_dict(state)
torch.set_rng_state(checkpoint["random"])
print("continued:", run(*again, 5))
print("the same weights:", all(torch.equal(p, q) for p, q in zip(whole[0].parameters(), again[0].parameters())))
