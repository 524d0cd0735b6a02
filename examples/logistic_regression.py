"""Two classes in the plane told apart by logistic regression: by hand, then with LBFGS to the optimum."""

import torch
import torch.nn.functional as F

torch.manual_seed(0)
n = 200
labels = (torch.arange(n) % 2).float()
points = torch.randn(n, 2) + torch.outer(labels, torch.tensor([2.0, 1.0]))

w = torch.zeros(2, requires_grad=True)
b = torch.zeros((), requires_grad=True)
for step in range(60):
    loss = F.binary_cross_entropy_with_logits(points @ w + b, labels)
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p -= 0.5 * p.grad
            p.grad = None
    if step % 20 == 19:
        print(f"step {step + 1}: loss {loss:.4f}")

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.LBFGS(model.parameters(), max_iter=30, line_search_fn="strong_wolfe")


def closure():
    optimizer.zero_grad()
    loss = F.binary_cross_entropy_with_logits(model(points).squeeze(1), labels)
    loss.backward()
    return loss


optimizer.step(closure)
right = ((model(points).squeeze(1) > 0) == labels.bool()).float().mean()
print(
    f"optimum: loss {closure():.4f}, accuracy {right:.3f}, weights {[round(v, 2) for v in model.weight.view(-1).tolist()]}"
)
