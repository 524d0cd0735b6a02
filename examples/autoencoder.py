"""An autoencoder that squeezes 8 x 8 pictures of bars through four numbers; shows a picture and its reconstruction."""

import torch
from torch import nn

torch.manual_seed(0)


def bars(count):
    """Pictures with one bright row and one bright column."""
    pictures = torch.zeros(count, 8, 8)
    rows, columns = torch.randint(8, (2, count))
    pictures[torch.arange(count), rows] = 1.0
    pictures[torch.arange(count), :, columns] = 1.0
    return pictures.view(count, 64)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 4))
        self.decoder = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 64), nn.Sigmoid())

    def forward(self, x):
        return self.decoder(self.encoder(x))


model = Autoencoder()
optimizer = torch.optim.RMSprop(model.parameters(), lr=3e-3)
for step in range(150):
    x = bars(64)
    loss = nn.functional.binary_cross_entropy(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 50 == 49:
        print(f"step {step + 1}: loss {loss.item():.4f}")

x = bars(1)
with torch.no_grad():
    y = model(x)
print(f"error of one picture {(y - x).abs().mean():.3f}")
for row in x.view(8, 8):
    print("".join("#" if v else "." for v in row))
