"""Ratings completed by a product of two thin matrices: embeddings, a sparse set of known entries, SGD with momentum."""

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
for epoch in range(60):
    optimizer.zero_grad()
    loss = ((model(users, items) - ratings) ** 2).mean()
    loss.backward()
    optimizer.step()
    if epoch % 15 == 14:
        print(f"epoch {epoch + 1}: known entries off by {loss.sqrt():.4f}")
with torch.no_grad():
    hidden = (model.user.weight @ model.item.weight.T - true)[~known]
print(f"hidden entries off by {hidden.pow(2).mean().sqrt():.2f}; their spread is {true[~known].std():.2f}")
