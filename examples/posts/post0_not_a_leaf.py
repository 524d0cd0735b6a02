"""Post 0: x1 as a multiple of a leaf is no leaf, and gets no grad (the post gives x1's line, the rest is completed)."""

import torch
import numpy as np

x1 = 2 * torch.ones(2, 2, requires_grad=True, dtype=torch.float)
w1 = torch.from_numpy( 5*np.ones((2, 2), dtype=np.float32) )
w1.requires_grad_(True)
print("x1 =", x1)

L = x1 * w1
L.backward(torch.ones(2, 2, dtype=torch.float))

print("x1.is_leaf =", x1.is_leaf)
print("x1.grad =", x1.grad)
print("w1.grad =", w1.grad)
