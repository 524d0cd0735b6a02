"""What torch.fx writes of functions: what torch hands on by name and with defaults, and where it has them."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import fx


def layers(x, w, t):
    y = F.dropout(F.gelu(F.leaky_relu(x, 0.2)), 0.1, False)
    y = F.max_pool2d(y, 2, stride=1)
    y = F.pad(F.interpolate(y, scale_factor=2), (1, 1))
    y = F.softmax(F.layer_norm(y, (4,)), dim=-1)
    y = F.conv2d(F.avg_pool2d(y, 2), w, padding=1)
    z = F.linear(y, w)
    loss = F.cross_entropy(z, t, reduction="sum") + F.mse_loss(z, t)
    loss = loss + F.normalize(z).sum() + F.one_hot(t, 3) + F.embedding(t, w)
    first = torch.split(z, 2)[0]
    seen = F.scaled_dot_product_attention(z, z, z, is_causal=True) + F.log_softmax(z, 1)
    return torch.einsum("ij,jk", loss, first) + F.batch_norm(seen, None, None) + torch.stack([z, z]).mean()


def matrices(x):
    y = torch.linalg.norm(x) + torch.fft.fft(x).real + torch.linalg.inv(x) + F.softplus(x)
    return y + F.pairwise_distance(x, x) + torch.cdist(x, x) + torch.special.i0e(x)


for f in (layers, matrices):
    traced = fx.symbolic_trace(f)
    print(traced.code)
    print(traced.graph)

x = torch.eye(3) + 0.1
again = fx.symbolic_trace(matrices)
print(torch.equal(again(x), matrices(x)))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 2)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))), inplace=True)


torch.manual_seed(0)
net = Net()
traced = fx.symbolic_trace(net)
for node in list(traced.graph.nodes):
    print(node.op, node.name, node.args, node.kwargs)
    if node.op == "call_function" and not node.kwargs["inplace"]:
        node.target, node.kwargs = torch.tanh, {}
traced.recompile()
print(traced.code, traced(torch.ones(1, 3)))
