"""Post 4: the gradient of mean(3 * (a + 3) ** 2) through Variable (v( repaired to V()."""

import torch as t
from torch.autograd import Variable as V
a = V(t.tensor([2., 3.]), requires_grad=True)
b = a + 3
c = b * b * 3
out = c.mean()
out.backward()
print(a.grad)
