"""Post 2, related reading: .to(device) before and after the leaf is named (device is defined here, as the CPU)."""

import torch

device = torch.device("cpu")

# On another device .to makes a copy that is no leaf, and grad is None; on the CPU it hands a itself back.
a = torch.ones((2, 2), requires_grad=True).to(device)
b = a.sum()
b.backward()
print(a.grad)

a = torch.ones((2, 2), requires_grad=True)
c = a.to(device)
b = c.sum()
b.backward()
print(a.grad)
