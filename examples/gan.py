"""A generative adversarial pair on one-dimensional data: generator and discriminator take steps in turn."""

import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(4, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
discriminator = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
to_fool = torch.optim.Adam(generator.parameters(), lr=5e-3, betas=(0.5, 0.999))
to_tell = torch.optim.Adam(discriminator.parameters(), lr=5e-3, betas=(0.5, 0.999))
criterion = nn.BCEWithLogitsLoss()
real_label, fake_label = torch.ones(64, 1), torch.zeros(64, 1)

for step in range(120):
    real = 3.0 + 0.5 * torch.randn(64, 1)
    fake = generator(torch.randn(64, 4))

    to_tell.zero_grad()
    told = criterion(discriminator(real), real_label) + criterion(discriminator(fake.detach()), fake_label)
    told.backward()
    to_tell.step()

    to_fool.zero_grad()
    fooled = criterion(discriminator(fake), real_label)
    fooled.backward()
    to_fool.step()
    if step % 30 == 29:
        print(f"step {step + 1}: discriminator {told.item():.3f}, generator {fooled.item():.3f}")

with torch.no_grad():
    sample = generator(torch.randn(1000, 4))
print(f"real mean 3.000, generated mean {sample.mean().item():.3f}")
