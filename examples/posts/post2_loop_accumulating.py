"""Post 2: the loop without zeroing swings (missing import added; the plot became two printed figures)."""

import torch

torch.manual_seed(6)
lr = 0.01
result = []
# Training data: a line of slope 2 and intercept 5, with noise.
x = torch.rand(20, 1) * 10
y = 2 * x + (5 + torch.randn(20, 1))
# The model.
w = torch.randn((1), requires_grad=True)
b = torch.zeros((1), requires_grad=True)

for iteration in range(1000):
    # Forward.
    wx = torch.mul(w, x)
    y_pred = torch.add(wx, b)

    # Mean squared error.
    loss = (0.5 * (y - y_pred) ** 2).mean()
    result.append(loss)

    # Backward, onto the gradients of all steps before.
    loss.backward()

    # Update.
    b.data.sub_(lr * b.grad)
    w.data.sub_(lr * w.grad)

    if loss.data.numpy() < 1:
        break

# The post draws result here, which needs a window; its length says how long the loop ran.
print("iterations:", len(result))
print("last loss:", result[-1])
