"""Two classes in the plane told apart by logistic regression: by hand, then with LBFGS to the optimum.

On compat the losses of its 60 steps are torch's to six digits, and what is printed is the same text.
"""

import showing
import torch
import torch.nn.functional as F

torch.manual_seed(0)
n = 200
labels = (torch.arange(n) % 2).float()
points = torch.randn(n, 2) + torch.outer(labels, torch.tensor([2.0, 1.0]))

w = torch.zeros(2, requires_grad=True)
b = torch.zeros((), requires_grad=True)


@showing.compiled
def train():
    w.grad = b.grad = None
    loss = F.binary_cross_entropy_with_logits(points @ w + b, labels)
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p -= 0.5 * p.grad
    return loss


losses = []
for step in showing.steps(60):
    losses.append(train().item())
    if step % 20 == 19:
        print(f"step {step + 1}: loss {losses[-1]:.4f}")

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.LBFGS(model.parameters(), max_iter=30, line_search_fn="strong_wolfe")


@showing.compiled
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


def draw(axes):
    axes[0].plot(losses, label="by hand")
    axes[0].axhline(closure().item(), color="tab:red", linestyle="--", label="optimum")
    axes[0].legend()
    axes[0].set(title="loss", xlabel="step")
    for label in (0, 1):
        axes[1].plot(*points[labels == label].T, ".", label=f"class {label}")
    for weight, bias, style, name in ((w, b, "k:", "by hand"), (model.weight[0], model.bias[0], "k-", "optimum")):
        at = torch.linspace(-3, 5, 2)
        axes[1].plot(at, (-(at * weight[0] + bias) / weight[1]).detach(), style, label=name)
    axes[1].legend()
    axes[1].set(title="classes and boundaries", ylim=(-3, 4))


showing.save(__file__, draw, panels=2)
