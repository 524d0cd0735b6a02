"""Post 4: a 1-2-1 network at input 2 (weights from the post's text; imports, input, backward and prints completed)."""

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

net = Net(1, 1)
# The post shows its random weights in pictures; its text names these four. The biases are known only through
# their joint effect on the output 0.0318, which 0.4089 on the last layer gives.
with torch.no_grad():
    net.linear1.weight.copy_(torch.tensor([[-0.2377], [0.3578]]))
    net.linear1.bias.zero_()
    net.linear2.weight.copy_(torch.tensor([[0.4739, -0.2122]]))
    net.linear2.bias.fill_(0.4089)
print(net)

x = torch.tensor([2.], requires_grad=True)
output = net(x)
print("output:", output)
for name, parameter in net.named_parameters():
    print(name, parameter)

output.backward()
print("input gradient:", x.grad)
for name, parameter in net.named_parameters():
    print(name, parameter.grad)
