"""Sparse Tensors as scripts use them: a graph network, word vectors and a factorised matrix."""

import copy
import io
import pickle

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
torch.sparse.check_sparse_tensor_invariants.enable()


# a graph, with the adjacency that a GCN takes: D^-1/2 (A + I) D^-1/2
def normalised(edges, n):
    loops = torch.arange(n).repeat(2, 1)
    index = torch.cat([edges, edges.flip(0), loops], 1)
    a = torch.sparse_coo_tensor(index, torch.ones(index.shape[1]), (n, n)).coalesce()
    degree = torch.sparse.sum(a, 1).to_dense()
    scale = degree.pow(-0.5)
    row, column = a.indices()
    return torch.sparse_coo_tensor(a.indices(), scale[row] * a.values() * scale[column], (n, n)).coalesce()


n = 12
edges = torch.stack([torch.randint(0, n, (20,)), torch.randint(0, n, (20,))])
adjacency = normalised(edges, n)
print(adjacency)
print(adjacency.shape, adjacency._nnz(), adjacency.is_sparse, adjacency.layout, adjacency.is_coalesced())


class GCN(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(5, 8), nn.Linear(8, 3)

    def forward(self, x, a):
        h = torch.relu(torch.sparse.mm(a, self.first(x)))
        return F.log_softmax(torch.spmm(a, self.second(h)), 1)


x, labels = torch.randn(n, 5), torch.randint(0, 3, (n,))
net = GCN()
optimizer = torch.optim.Adam(net.parameters(), 0.05)
for step in range(20):
    optimizer.zero_grad()
    loss = F.nll_loss(net(x, adjacency), labels)
    loss.backward()
    optimizer.step()
    if step % 5 == 4:
        print(step, f"{loss.item():.4f}")

# attention over edges: the values of the adjacency are learnt
score = torch.zeros(adjacency._nnz(), requires_grad=True)
for _ in range(3):
    attention = torch.sparse.softmax(torch.sparse_coo_tensor(adjacency.indices(), score, (n, n)), 1)
    out = (torch.sparse.mm(attention, x) - x).pow(2).sum()
    (g,) = torch.autograd.grad(out, score)
    score = (score - 0.1 * g).detach().requires_grad_()
    print(f"{out.item():.4f}", g[:4])

# a sparse leaf
a = adjacency.detach().clone().requires_grad_()
dense = torch.randn(n, 2, requires_grad=True)
torch.sparse.mm(a, dense).pow(2).sum().backward()
print(a.grad.is_sparse, a.grad._nnz(), a.grad.to_dense()[:2], dense.grad[:2])
a.grad = None
(a.to_dense() ** 2).sum().backward()
print(torch.allclose(a.grad.to_dense(), 2 * a.detach().to_dense()))


# word vectors with sparse gradients
class SkipGram(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.center = nn.Embedding(words, width, sparse=True)
        self.around = nn.Embedding(words, width, sparse=True)

    def forward(self, c, o, negatives):
        c = self.center(c)
        good = (c * self.around(o)).sum(1)
        bad = torch.bmm(self.around(negatives), c.unsqueeze(2)).squeeze(2)
        return -(F.logsigmoid(good) + F.logsigmoid(-bad).sum(1)).mean()


for make in (
    lambda p: torch.optim.SparseAdam(p, 0.05),
    lambda p: torch.optim.SGD(p, 0.5),
    lambda p: torch.optim.Adagrad(p, 0.2),
):
    torch.manual_seed(1)
    model = SkipGram(30, 6)
    optimizer = make(list(model.parameters()))
    for step in range(12):
        c, o, bad = torch.randint(0, 30, (16,)), torch.randint(0, 30, (16,)), torch.randint(0, 30, (16, 4))
        optimizer.zero_grad()
        loss = model(c, o, bad)
        loss.backward()
        optimizer.step()
    g = model.center.weight.grad
    print(f"{loss.item():.4f}", g.is_sparse, g.coalesce().indices()[0][:6].tolist(), model.around.weight[3].detach())
    other = make(list(copy.deepcopy(model).parameters()))
    other.load_state_dict(optimizer.state_dict())
    print(sorted(other.state_dict()["state"].get(0, ())))

# a factorised matrix: users and items, each with a bias
torch.manual_seed(2)
users, items, bias = nn.Embedding(9, 4, sparse=True), nn.Embedding(7, 4, sparse=True), nn.Embedding(7, 1, sparse=True)
optimizer = torch.optim.SGD([*users.parameters(), *items.parameters(), *bias.parameters()], lr=0.1, momentum=0.5)
for step in range(8):
    u, i = torch.randint(0, 9, (10,)), torch.randint(0, 7, (10,))
    optimizer.zero_grad()
    loss = ((users(u) * items(i)).sum(1) + bias(i).squeeze(1) - (u + i).float() / 5).pow(2).mean()
    loss.backward()
    optimizer.step()
print(f"{loss.item():.4f}", users.weight[:2].detach())

# a bag of words, its rows weighted
bag = nn.EmbeddingBag(20, 3, mode="sum", sparse=True)
w = torch.rand(6, requires_grad=True)
bag(torch.tensor([1, 4, 4, 9, 1, 19]), torch.tensor([0, 3]), per_sample_weights=w).pow(2).sum().backward()
print(bag.weight.grad, w.grad)

# put together, in parts, copied
s = torch.eye(3).to_sparse()
t = torch.cat([s, 2 * s.t()], 1)
print(t, t[1], t.index_select(1, torch.tensor([4, 1])).to_dense(), torch.stack([s, s]).shape)
print((s + s * s - s / 2).to_dense(), (torch.ones(3, 3) + s), torch.sparse.sum(t, 0))
print(s.transpose(0, 1).coalesce().values(), s.unsqueeze(0).shape, s.norm(), s.sum())
print(copy.deepcopy(t).to_dense().equal(t.to_dense()), pickle.loads(pickle.dumps(t)).to_dense().equal(t.to_dense()))
file = io.BytesIO()
torch.save({"t": t, "g": bag.weight.grad}, file)
file.seek(0)
loaded = torch.load(file)
print(loaded["t"], loaded["g"].is_coalesced())
for f in (
    lambda: torch.exp(s),
    lambda: s.values().add_(1) + s,
    lambda: s + 1,
    lambda: torch.sparse_coo_tensor([[5]], [1.0], (3,)),
    lambda: s.view(9),
):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, str(error).split(" with arguments")[0][:120])
