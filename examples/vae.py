"""A variational autoencoder of points on a circle, written with torch.distributions.

On compat the losses of its 80 steps are torch's to six digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn
from torch.distributions import Independent, Normal, kl_divergence

torch.manual_seed(0)
angle = 2 * torch.pi * torch.rand(512)
data = torch.stack([angle.cos(), angle.sin()], dim=1) + 0.05 * torch.randn(512, 2)


class VAE(nn.Module):
    def __init__(self, hidden=32, latent=2):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(2, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, 2))
        self.prior = Independent(Normal(torch.zeros(latent), torch.ones(latent)), 1)

    def forward(self, x):
        mean, log_std = self.encoder(x).chunk(2, dim=-1)
        posterior = Independent(Normal(mean, log_std.exp()), 1)
        likelihood = Independent(Normal(self.decoder(posterior.rsample()), 0.2), 1)
        return likelihood.log_prob(x).mean(), kl_divergence(posterior, self.prior).mean()


model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)


@showing.compiled
def train(batch):
    fit, divergence = model(batch)
    loss = divergence - fit
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss, fit, divergence


losses = []
for step in showing.steps(80):
    loss, fit, divergence = train(data[torch.randperm(512)[:128]])
    losses.append(loss.item())
    if step % 20 == 19:
        print(f"step {step + 1}: reconstruction {fit.item():.3f}, divergence {divergence.item():.3f}")
with torch.no_grad():
    samples = model.decoder(model.prior.sample((256,)))
    print(f"mean radius of samples {samples.norm(dim=1).mean():.3f}")


def draw(axes):
    axes[0].plot(losses)
    axes[0].set(title="loss", xlabel="step")
    with torch.no_grad():
        mean = model.encoder(data)[:, :2]
    axes[1].scatter(*mean.T, c=angle, s=6, cmap="hsv")
    axes[1].set(title="means in the latent plane, by angle", aspect="equal")
    axes[2].plot(*data.T, ".", color="lightgray", markersize=3, label="data")
    axes[2].plot(*samples.T, "r.", markersize=3, label="samples")
    axes[2].legend(loc="upper left")
    axes[2].set(title="what it dreams up", aspect="equal")


showing.save(__file__, draw, panels=3)
