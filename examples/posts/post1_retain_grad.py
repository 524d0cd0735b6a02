"""Post 1: the same graph with a.retain_grad(), which the post names in a comment (that call put in as a statement)."""

import torch
w = torch.tensor([1.], requires_grad=True)
x = torch.tensor([2.], requires_grad=True)
# y = (x + w) * (w + 1)
a = torch.add(w, x)
a.retain_grad()
b = torch.add(w, 1)
y = torch.mul(a, b)
y.backward()
# dy/da = b = 2, kept although a is no leaf.
print("gradient:\n", w.grad, x.grad, a.grad, b.grad, y.grad)
