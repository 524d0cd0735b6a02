"""Post 4: the three lines of every training step, on the 1-2-1 network (the post gives those lines alone)."""

import torch
import torch.nn as nn

net = nn.Sequential(nn.Linear(1, 2), nn.Linear(2, 1))
with torch.no_grad():
    net[0].weight.copy_(torch.tensor([[-0.2377], [0.3578]]))
    net[0].bias.zero_()
    net[1].weight.copy_(torch.tensor([[0.4739, -0.2122]]))
    net[1].bias.zero_()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
loss_function = nn.MSELoss()

for step in range(3):
    loss = loss_function(net(torch.tensor([[2.]])), torch.tensor([[1.]]))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print("loss:", loss)
for name, parameter in net.named_parameters():
    print(name, parameter.data)
