"""Post 2: the same two steps with the gradients zeroed (missing import added, one stray indent removed)."""

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

for iteration in range(2):
    # Forward.
    wx = torch.mul(w, x)
    y_pred = torch.add(wx, b)

    # Mean squared error.
    loss = (0.5 * (y - y_pred) ** 2).mean()

    # Forget the last step, since backward adds to what is there.
    if iteration > 0:
        w.grad.data.zero_()
        b.grad.data.zero_()

    # Backward.
    loss.backward()

    print("w.grad:", w.grad)
    print("b.grad:", b.grad)

    # Update.
    b.data.sub_(lr * b.grad)
    w.data.sub_(lr * w.grad)
