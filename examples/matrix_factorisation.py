"""Ratings completed by a product of two thin matrices: embeddings, a sparse set of known entries, SGD with momentum.

On compat the losses of its 60 steps are torch's to five digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn

torch.manual_seed(0)
USERS, ITEMS, RANK = 40, 30, 3
true = torch.randn(USERS, RANK) @ torch.randn(ITEMS, RANK).T
known = torch.rand(USERS, ITEMS) < 0.6
users, items = known.nonzero(as_tuple=True)
ratings = true[users, items]


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.user, self.item = nn.Embedding(USERS, 8), nn.Embedding(ITEMS, 8)
        nn.init.normal_(self.user.weight, std=0.3)
        nn.init.normal_(self.item.weight, std=0.3)

    def forward(self, u, i):
        return (self.user(u) * self.item(i)).sum(dim=1)


model = Factors()
optimizer = torch.optim.SGD(model.parameters(), lr=8.0, momentum=0.9, weight_decay=1e-5)


@showing.compiled
def train():
    optimizer.zero_grad()
    loss = ((model(users, items) - ratings) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss


losses = []
for epoch in showing.steps(60):
    loss = train()
    losses.append(loss.item())
    if epoch % 15 == 14:
        print(f"epoch {epoch + 1}: known entries off by {loss.sqrt():.4f}")
with torch.no_grad():
    hidden = (model.user.weight @ model.item.weight.T - true)[~known]
print(f"hidden entries off by {hidden.pow(2).mean().sqrt():.2f}; their spread is {true[~known].std():.2f}")


def draw(axes):
    completed = (model.user.weight @ model.item.weight.T).detach()
    given = torch.where(known, true, torch.tensor(float("nan")))
    for panel, (title, matrix) in zip(axes, {"all ratings": true, "known": given, "completed": completed}.items()):
        panel.imshow(matrix, cmap="coolwarm", vmin=-5, vmax=5)
        panel.set(title=title, xticks=[], yticks=[])
    axes[0].set(xlabel="items", ylabel="users")
    axes[3].semilogy(losses)
    axes[3].set(title="loss of known entries", xlabel="epoch")


showing.save(__file__, draw, panels=4, size=(2.6, 3.6))
