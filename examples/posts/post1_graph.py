"""Post 1: y = (x + w) * (w + 1), its leaves, gradients and grad_fn (one missing line break repaired)."""

import torch
w = torch.tensor([1.], requires_grad=True)
x = torch.tensor([2.], requires_grad=True)
# y = (x + w) * (w + 1)
a = torch.add(w, x)
b = torch.add(w, 1)
y = torch.mul(a, b)
y.backward()
# dy/dw along both paths: (w + 1) + (x + w)
print(w.grad)

# Which of them are leaves.
print("is_leaf:\n", w.is_leaf, x.is_leaf, a.is_leaf, b.is_leaf, y.is_leaf)

# Only leaves keep their gradient.
print("gradient:\n", w.grad, x.grad, a.grad, b.grad, y.grad)

# What made each of them.
print("w.grad_fn = ", w.grad_fn)
print("x.grad_fn = ", x.grad_fn)
print("a.grad_fn = ", a.grad_fn)
print("b.grad_fn = ", b.grad_fn)
print("y.grad_fn = ", y.grad_fn)
