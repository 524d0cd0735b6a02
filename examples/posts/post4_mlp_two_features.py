"""Post 4: the network at input (2, 3) (the weights are lost with its pictures: own ones; all else completed)."""

import torch
import torch.nn as nn

class Net(nn.Module):
    def __init__(self, in_dim, out_dim):
        super(Net,self).__init__()
        self.linear1 = nn.Linear(in_dim,2)
        self.linear2 = nn.Linear(2,out_dim)

    def forward(self,x):
        out = self.linear1(x)
        out = self.linear2(out)

        return out

net = Net(2, 1)
# w1 .. w6 as the post numbers them: w1, w2 lead to the hidden unit behind w6, w3, w4 to the one behind w5.
with torch.no_grad():
    net.linear1.weight.copy_(torch.tensor([[0.5, -0.25], [-1.0, 0.75]]))
    net.linear1.bias.zero_()
    net.linear2.weight.copy_(torch.tensor([[2.0, 0.5]]))
    net.linear2.bias.zero_()
print(net)

x = torch.tensor([2., 3.], requires_grad=True)
output = net(x)
print("output:", output)

output.backward()
# x1: w1 * w6 + w3 * w5, x2: w2 * w6 + w4 * w5
print("input gradient:", x.grad)
for name, parameter in net.named_parameters():
    print(name, parameter.grad)
