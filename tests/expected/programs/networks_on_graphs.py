"""Networks on graphs by index_add, scatter and segments; random walks, ranks and shortest paths."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
N, E = 30, 120
ei = torch.randint(0, N, (2, E))
ei = torch.unique(torch.cat([ei, ei.flip(0)], 1), dim=1)
ei = ei[:, ei[0] != ei[1]]
print(ei.shape, ei[:, :6])
x = torch.randn(N, 6)
y = torch.randint(0, 3, (N,))
deg = torch.zeros(N).scatter_add_(0, ei[0], torch.ones(ei.size(1)))
print(deg)


def softmax_by(a, idx, n):
    mx = a.new_full((n, a.size(1)), float("-inf")).scatter_reduce_(
        0, idx[:, None].expand_as(a), a, "amax", include_self=False
    )
    e = (a - mx[idx]).exp()
    z = torch.zeros(n, a.size(1)).index_add_(0, idx, e)
    return e / (z[idx] + 1e-16)


class GCN(nn.Module):
    def __init__(s, i, o):
        super().__init__()
        s.lin = nn.Linear(i, o, bias=False)
        s.bias = nn.Parameter(torch.zeros(o))
        nn.init.xavier_uniform_(s.lin.weight)

    def forward(s, x, ei):
        loop = torch.arange(x.size(0))
        r, c = torch.cat([ei, loop.expand(2, -1)], 1)
        d = torch.bincount(c, minlength=x.size(0)).to(x.dtype)
        n = d.pow(-0.5)
        n.masked_fill_(n == float("inf"), 0)
        n = n[r] * n[c]
        x = s.lin(x)
        return torch.zeros_like(x).index_add(0, c, n.view(-1, 1) * x[r]) + s.bias


class GAT(nn.Module):
    def __init__(s, i, o, h=2):
        super().__init__()
        s.h = h
        s.w = nn.Linear(i, h * o, bias=False)
        s.a = nn.Parameter(torch.empty(1, h, 2 * o))
        nn.init.xavier_uniform_(s.a, gain=1.414)

    def forward(s, x, ei):
        z = s.w(x).view(len(x), s.h, -1)
        r, c = ei
        a = F.leaky_relu((torch.cat([z[r], z[c]], -1) * s.a).sum(-1), 0.2)
        a = F.dropout(softmax_by(a, c, len(x)), 0.3, s.training)
        out = z.new_zeros(z.shape)
        out.scatter_add_(0, c.view(-1, 1, 1).expand(-1, s.h, z.size(-1)), a.unsqueeze(-1) * z[r])
        return out.flatten(1)


class SAGE(nn.Module):
    def __init__(s, i, o, red="mean"):
        super().__init__()
        s.l, s.r, s.red = nn.Linear(i, o), nn.Linear(i, o, bias=False), red

    def forward(s, x, ei):
        m = torch.zeros_like(x).scatter_reduce(
            0, ei[1][:, None].expand(-1, x.size(1)), x[ei[0]], s.red, include_self=False
        )
        return F.normalize(s.l(m) + s.r(x))


class GIN(nn.Module):
    def __init__(s, i, o):
        super().__init__()
        s.eps = nn.Parameter(torch.Tensor([0]))
        s.mlp = nn.Sequential(nn.Linear(i, 2 * o), nn.PReLU(), nn.Linear(2 * o, o))

    def forward(s, x, ei):
        return s.mlp((1 + s.eps) * x + torch.zeros_like(x).index_put((ei[1],), x[ei[0]], accumulate=True))


class Net(nn.Module):
    def __init__(s, a, b):
        super().__init__()
        s.a, s.b = a, b

    def forward(s, x, ei):
        return F.log_softmax(s.b(F.dropout(F.elu(s.a(x, ei)), 0.2, s.training), ei), dim=1)


tm = torch.zeros(N, dtype=torch.bool)
tm[torch.randperm(N)[:20]] = True
nets = {
    "gcn": lambda: Net(GCN(6, 8), GCN(8, 3)),
    "gat": lambda: Net(GAT(6, 4), GAT(8, 3, 1)),
    "sage": lambda: Net(SAGE(6, 8), SAGE(8, 3, "amax")),
    "sageprod": lambda: Net(SAGE(6, 8, "prod"), SAGE(8, 3, "sum")),
    "gin": lambda: Net(GIN(6, 8), GIN(8, 3)),
}
for k, f in nets.items():
    torch.manual_seed(3)
    m = f()
    o = torch.optim.Adam(m.parameters(), lr=0.01, weight_decay=5e-4)
    for ep in range(10):
        m.train()
        o.zero_grad()
        l = F.nll_loss(m(x, ei)[tm], y[tm])
        l.backward()
        o.step()
        if ep % 3 == 0:
            print(k, ep, f"{l.item():.6f}")
    m.eval()
    p = m(x, ei).argmax(dim=1)
    print(f"{int((p[~tm] == y[~tm]).sum())}/{int((~tm).sum())}", p[:10].tolist())
# pooling over a batch of graphs, MPNN with edge features, link prediction
batch = torch.repeat_interleave(torch.arange(3), torch.tensor([8, 10, 12]))
pooled = torch.stack([torch.segment_reduce(x, r, lengths=torch.bincount(batch)) for r in ("mean", "max", "sum")])
print(pooled.shape, pooled[:, :, 0])
z = nn.Parameter(torch.randn(N, 4))
o = torch.optim.Adam([z], 0.05)
adj = torch.zeros(N, N).index_put_(tuple(ei), torch.tensor(1.0))
print(adj.sum(), (adj == adj.T).all())
for i in range(6):
    neg = (adj == 0).nonzero()
    neg = neg[torch.randperm(len(neg))[: ei.size(1)]].t()
    sc = lambda e: (z[e[0]] * z[e[1]]).sum(-1)
    l = F.softplus(-sc(ei)).mean() + F.softplus(sc(neg)).mean()
    o.zero_grad()
    l.backward()
    o.step()
print(f"{l.item():.6f}")
L = torch.diag(adj.sum(1)) - adj
ev, U = torch.linalg.eigh(L)
print(ev[1:4], (L @ U - U * ev).abs().max() < 1e-4)
# label propagation, pagerank, shortest paths, node2vec walks
P = adj / adj.sum(0).clamp(min=1)
pr = torch.full((N,), 1 / N)
for _ in range(30):
    pr = 0.15 / N + 0.85 * (P @ pr)
print(pr.topk(3))
D = torch.where(adj > 0, 1.0, torch.inf).fill_diagonal_(0)
for k in range(N):
    D = torch.minimum(D, D[:, k : k + 1] + D[k : k + 1])
print(D.max(), D[0, :8])
walks = torch.empty(4, 5, dtype=torch.long)
walks[:, 0] = torch.arange(4)
for s in range(1, 5):
    walks[:, s] = torch.multinomial(adj[walks[:, s - 1]] + 1e-9, 1).squeeze(1)
print(walks)
A3 = torch.matrix_power(adj, 3)
print(A3.trace() / 6)
r, c = torch.tril_indices(4, 4, -1)
print(adj[r, c])
