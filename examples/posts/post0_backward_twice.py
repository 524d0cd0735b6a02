"""Post 0: L.backward a second time on the same graph, which ends in an error (completed from the post's prose)."""

import torch
import numpy as np

x1 = torch.from_numpy( 2*np.ones((2, 2), dtype=np.float32) )
x1.requires_grad_(True)
w1 = torch.from_numpy( 5*np.ones((2, 2), dtype=np.float32) )
w1.requires_grad_(True)

x2 = x1 * w1
w2 = torch.from_numpy( 6*np.ones((2,2), dtype=np.float32) )
w2.requires_grad_(True)

y = x2 * w2
Y = torch.from_numpy( 10*np.ones((2,2), dtype=np.float32) )

L = Y - y

L.backward(torch.ones(2, 2, dtype=torch.float))
print("x1.grad =", x1.grad)

# The first pass has freed what the two products had saved.
L.backward(torch.ones(2, 2, dtype=torch.float))
