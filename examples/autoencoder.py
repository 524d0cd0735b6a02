"""An autoencoder that squeezes 8 x 8 pictures of bars through four numbers; shows a picture and its reconstruction.

On compat the losses of its 150 steps are torch's to six digits, and what is printed is the same text.
"""

import showing
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


@showing.compiled
def train(x):
    loss = nn.functional.binary_cross_entropy(model(x), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


losses = []
for step in showing.steps(150):
    losses.append(train(bars(64)).item())
    if step % 50 == 49:
        print(f"step {step + 1}: loss {losses[-1]:.4f}")

x = bars(1)
with torch.no_grad():
    y = model(x)
print(f"error of one picture {(y - x).abs().mean():.3f}")
for row in x.view(8, 8):
    print("".join("#" if v else "." for v in row))


def draw(axes):
    with torch.no_grad():
        originals = bars(6)
        pairs = torch.stack([originals, model(originals)], dim=1).view(6, 16, 8)
    axes[0].plot(losses)
    axes[0].set(title="loss", xlabel="step")
    axes[1].imshow(pairs.permute(1, 0, 2).reshape(16, 48), cmap="gray", vmin=0, vmax=1)
    for edge in range(8, 48, 8):
        axes[1].axvline(edge - 0.5, color="tab:blue", linewidth=2)
    axes[1].axhline(7.5, color="tab:blue", linewidth=2)
    axes[1].set(title="pictures and what four numbers keep of them", xticks=[], yticks=[3.5, 11.5])
    axes[1].set_yticklabels(["in", "out"])


showing.save(__file__, draw, panels=2)
