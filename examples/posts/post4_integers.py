"""Post 4: integers cannot require grad, so this ends in an error (completed from the post's comment)."""

import torch as t
from torch.autograd import Variable as V
a = V(t.tensor([2,3]), requires_grad=True)
