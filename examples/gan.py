"""A generative adversarial pair on one-dimensional data: generator and discriminator take steps in turn.

On compat the losses of its 120 steps are torch's to six digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(4, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
discriminator = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
to_fool = torch.optim.Adam(generator.parameters(), lr=1e-2, betas=(0.5, 0.999))
to_tell = torch.optim.Adam(discriminator.parameters(), lr=1e-2, betas=(0.5, 0.999))
criterion = nn.BCEWithLogitsLoss()
real_label, fake_label = torch.ones(64, 1), torch.zeros(64, 1)


@showing.compiled
def train(real, noise):
    fake = generator(noise)

    to_tell.zero_grad()
    told = criterion(discriminator(real), real_label) + criterion(discriminator(fake.detach()), fake_label)
    told.backward()
    to_tell.step()

    to_fool.zero_grad()
    fooled = criterion(discriminator(fake), real_label)
    fooled.backward()
    to_fool.step()
    return told, fooled


losses = []
for step in showing.steps(120):
    told, fooled = train(3.0 + 0.5 * torch.randn(64, 1), torch.randn(64, 4))
    losses.append((told.item(), fooled.item()))
    if step % 30 == 29:
        print(f"step {step + 1}: discriminator {losses[-1][0]:.3f}, generator {losses[-1][1]:.3f}")

with torch.no_grad():
    sample = generator(torch.randn(1000, 4))
print(f"real mean 3.000, generated mean {sample.mean().item():.3f}")


def draw(axes):
    for name, curve in zip(("discriminator", "generator"), zip(*losses)):
        axes[0].plot(curve, label=name)
    axes[0].legend()
    axes[0].set(title="losses", xlabel="step")
    bins = torch.linspace(0, 6, 61)
    axes[1].hist((3.0 + 0.5 * torch.randn(1000)).numpy(), bins, alpha=0.5, label="real")
    axes[1].hist(sample.squeeze(1).numpy(), bins, alpha=0.5, label="generated")
    axes[1].legend()
    axes[1].set(title="1000 samples of each")


showing.save(__file__, draw, panels=2)
