"""Agents on a grid: actor and critic, dueling networks with priorities, deterministic policies, tree search, evolution."""

import math
import random
from collections import deque
from itertools import count

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim

torch.manual_seed(543)
random.seed(1)
rng = np.random.default_rng(0)


class Grid:
    def __init__(s, n=4):
        s.n = n

    def reset(s):
        s.p = [0, 0]
        s.t = 0
        return s.obs()

    def obs(s):
        o = np.zeros(s.n * s.n, dtype=np.float32)
        o[s.p[0] * s.n + s.p[1]] = 1
        return o

    def step(s, a):
        d = [(0, 1), (1, 0), (0, -1), (-1, 0)][a]
        s.p = [min(max(s.p[i] + d[i], 0), s.n - 1) for i in range(2)]
        s.t += 1
        done = s.p == [s.n - 1] * 2
        return s.obs(), 1.0 if done else -0.05, done or s.t > 30


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(16, 24)
        self.action_head = nn.Linear(24, 4)
        self.value_head = nn.Linear(24, 1)
        self.saved_actions = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.affine1(x))
        return F.softmax(self.action_head(x), dim=-1), self.value_head(x)


model = Policy()
optimizer = optim.Adam(model.parameters(), lr=3e-2)
eps = np.finfo(np.float32).eps.item()
env = Grid()
running = 0
for ep in range(8):
    state, er = env.reset(), 0
    for t in range(1, 100):
        probs, v = model(torch.from_numpy(state).float())
        m = torch.distributions.Categorical(probs)
        a = m.sample()
        model.saved_actions.append((m.log_prob(a), v))
        state, r, done = env.step(a.item())
        model.rewards.append(r)
        er += r
        if done:
            break
    R, returns, pl, vl = 0, [], [], []
    for r in model.rewards[::-1]:
        R = r + 0.99 * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + eps)
    for (lp, v), R in zip(model.saved_actions, returns):
        adv = R - v.item()
        pl.append(-lp * adv)
        vl.append(F.smooth_l1_loss(v, torch.tensor([R])))
    optimizer.zero_grad()
    loss = torch.stack(pl).sum() + torch.stack(vl).sum()
    loss.backward()
    optimizer.step()
    del model.rewards[:]
    del model.saved_actions[:]
    running = 0.05 * er + 0.95 * running
    print(f"Episode {ep}\tLast reward: {er:.2f}\tAverage reward: {running:.2f}\tloss {loss:.5f}")


# Dueling double DQN with prioritised replay
class Duel(nn.Module):
    def __init__(s):
        super().__init__()
        s.f, s.v, s.a = nn.Linear(16, 24), nn.Linear(24, 1), nn.Linear(24, 4)

    def forward(s, x):
        h = F.relu(s.f(x))
        a = s.a(h)
        return s.v(h) + a - a.mean(-1, keepdim=True)


q, tq = Duel(), Duel()
tq.load_state_dict(q.state_dict())
tq.eval()
o = optim.AdamW(q.parameters(), lr=1e-3, amsgrad=True)
mem, pr = deque(maxlen=200), deque(maxlen=200)
step = 0
for ep in range(5):
    s = env.reset()
    for t in count():
        e = 0.05 + 0.85 * math.exp(-step / 50)
        step += 1
        if random.random() > e:
            with torch.no_grad():
                a = q(torch.as_tensor(s)[None]).max(1).indices.view(1, 1).item()
        else:
            a = random.randrange(4)
        s2, r, d = env.step(a)
        mem.append((s, a, r, s2, d))
        pr.append(max(pr, default=1.0))
        s = s2
        if len(mem) >= 16:
            P = torch.tensor(list(pr)) ** 0.6
            P /= P.sum()
            ix = torch.multinomial(P, 16)
            w = (len(mem) * P[ix]) ** -0.4
            w /= w.max()
            S, A, Rw, S2, D = zip(*[mem[i] for i in ix])
            S, S2 = map(lambda z: torch.from_numpy(np.stack(z)), (S, S2))
            A, Rw, D = torch.tensor(A), torch.tensor(Rw), torch.tensor(D)
            with torch.no_grad():
                y = Rw + 0.95 * tq(S2).gather(1, q(S2).argmax(1, keepdim=True)).squeeze(1) * ~D
            td = y - q(S).gather(1, A.unsqueeze(1)).squeeze(1)
            l = (w * F.huber_loss(td, torch.zeros_like(td), reduction="none")).mean()
            o.zero_grad()
            l.backward()
            nn.utils.clip_grad_value_(q.parameters(), 100)
            o.step()
            for i, e_ in zip(ix.tolist(), td.abs().tolist()):
                pr[i] = e_ + 1e-3
            sd = tq.state_dict()
            qs = q.state_dict()
            for k in qs:
                sd[k] = qs[k] * 0.01 + sd[k] * 0.99
            tq.load_state_dict(sd)
        if d:
            print(f"dqn ep {ep} steps {t} loss {l.item() if len(mem) >= 16 else float('nan'):.6f} eps {e:.4f}")
            break


# DDPG with OU noise
class OU:
    def __init__(s):
        s.x = torch.zeros(1)

    def __call__(s):
        s.x = s.x + 0.15 * -s.x + 0.2 * torch.randn(1)
        return s.x


mu = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1), nn.Tanh())
Q = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 1))
import copy

mt, Qt = copy.deepcopy(mu).requires_grad_(False), copy.deepcopy(Q).requires_grad_(False)
om, oq = optim.Adam(mu.parameters(), 1e-3), optim.Adam(Q.parameters(), 1e-2, weight_decay=1e-2)
s, B, ou = torch.tensor([math.pi, 1.0]), [], OU()
for i in range(50):
    with torch.no_grad():
        a = (mu(s) + ou()).clamp_(-1, 1)
    th, w = s
    w2 = torch.clip(w + (-15 * torch.sin(th + math.pi) + 3 * a[0] * 2) * 0.05, -8, 8)
    s2 = torch.stack((th + w2 * 0.05, w2))
    r = -(((th + math.pi) % (2 * math.pi) - math.pi) ** 2 + 0.1 * w**2)
    B.append((s, a, r[None], s2))
    s = s2
    if i > 16:
        S, A, Rr, S2 = (torch.stack(z) for z in zip(*random.sample(B, 16)))
        y = Rr + 0.99 * Qt(torch.hstack((S2, mt(S2))))
        lq = F.mse_loss(Q(torch.hstack((S, A))), y)
        oq.zero_grad()
        lq.backward()
        oq.step()
        lm = -Q(torch.column_stack((S, mu(S)))).mean()
        om.zero_grad()
        lm.backward()
        om.step()
        with torch.no_grad():
            torch._foreach_mul_(list(mt.parameters()), 0.99)
            torch._foreach_add_(list(mt.parameters()), list(mu.parameters()), alpha=0.01)
            [t.lerp_(p, 0.01) for t, p in zip(Qt.parameters(), Q.parameters())]
        if i % 8 == 0:
            print(f"ddpg {i} {lq:.5f} {lm:.5f} {a.item():.5f}")
# MCTS with value net on nim; evolution strategies; CEM
val = nn.Sequential(nn.Linear(8, 16), nn.ReLU())
ph, vh = nn.Linear(16, 3), nn.Linear(16, 1)


def ev(n):
    h = val(F.one_hot(torch.tensor(n), 8).float())
    return F.softmax(ph(h), -1), torch.tanh(vh(h))


class Node:
    __slots__ = ("n", "P", "N", "W", "ch")

    def __init__(s, n, P):
        s.n, s.P, s.N, s.W, s.ch = n, P, 0, 0.0, {}


@torch.no_grad()
def search(root, sims=20):
    for _ in range(sims):
        node, path = root, [root]
        while node.ch:
            tot = sum(c.N for c in node.ch.values())
            a, node = max(
                node.ch.items(),
                key=lambda kv: (
                    (-kv[1].W / kv[1].N if kv[1].N else 0) + 1.5 * kv[1].P * math.sqrt(tot + 1) / (1 + kv[1].N)
                ),
            )
            path.append(node)
        if node.n == 0:
            v = -1.0
        else:
            p, v = ev(node.n)
            v = v.item()
            node.ch = {k: Node(node.n - k, p[k - 1].item()) for k in (1, 2, 3) if k <= node.n}
        for x in reversed(path):
            x.N += 1
            x.W += v
            v = -v
    return torch.tensor([root.ch[k].N if k in root.ch else 0 for k in (1, 2, 3)]).float()


oo = optim.SGD([*val.parameters(), *ph.parameters(), *vh.parameters()], 0.2, momentum=0.9)
for g in range(6):
    n, hist = 7, []
    while n:
        pi = search(Node(n, 1.0))
        pi = pi / pi.sum()
        hist.append((n, pi))
        n -= int(torch.multinomial(pi, 1)) + 1
    L = sum(
        -(pi * torch.log(ev(k)[0] + 1e-8)).sum() + (ev(k)[1] - (-1) ** (len(hist) - 1 - i)) ** 2
        for i, (k, pi) in enumerate(hist)
    )
    oo.zero_grad()
    L.sum().backward()
    oo.step()
    print("mcts", g, [k for k, _ in hist], f"{L.item():.5f}")
f = lambda x: -(x**2).sum(-1) - 3 * torch.cos(3 * x).sum(-1)
th = torch.full((5,), 2.0)
for g in range(12):
    e = torch.randn(20, 5)
    e = torch.cat([e, -e])
    Rk = f(th + 0.2 * e).argsort().argsort().float() / 39 - 0.5
    th = th + 0.3 * (Rk @ e) / (40 * 0.2)
print(th)
m_, s_ = torch.zeros(5) + 2, torch.ones(5)
for g in range(8):
    xs = torch.normal(m_.expand(30, 5), s_.expand(30, 5))
    el = xs[f(xs).topk(6).indices]
    m_, s_ = torch.std_mean(el, 0)[::-1]
print(m_, s_)
