"""Memories, state spaces, sets, pointers, networks made by networks, and controlled differential equations."""

import torch as th, torch.nn as nn, torch.nn.functional as F, math

th.manual_seed(2)


class NTM(nn.Module):
    """tiny neural turing machine, copy task"""

    def __init__(self, inp=4, N=10, M=6, H=20):
        super().__init__()
        self.N, self.M = N, M
        self.ctrl = nn.LSTMCell(inp + M, H)
        self.heads = nn.ModuleDict({k: nn.Linear(H, M + 6) for k in ("read", "write")})
        self.ea = nn.Linear(H, 2 * M)
        self.out = nn.Linear(H + M, inp - 1)
        self.register_buffer("mem0", th.full((N, M), 1e-6))
        self.h0 = nn.Parameter(th.zeros(2, H))
        self.r0 = nn.Parameter(0.05 * th.randn(M))

    def address(self, p, w, mem):
        k, b, g, s, y = p.split([self.M, 1, 1, 3, 1], -1)
        b, g, s, y = F.softplus(b), th.sigmoid(g), F.softmax(s, -1), 1 + F.softplus(y)
        wc = F.softmax(b * F.cosine_similarity(mem + 1e-16, k.unsqueeze(1) + 1e-16, dim=-1), -1)
        wg = g * wc + (1 - g) * w
        ws = sum(s[:, i : i + 1] * th.roll(wg, i - 1, dims=1) for i in range(3))
        w = ws**y
        return w / (w.sum(1, keepdim=True) + 1e-16)

    def forward(self, xs, T):
        B = xs.size(1)
        mem = self.mem0.repeat(B, 1, 1)
        h, c = (t.expand(B, -1) for t in self.h0)
        r = self.r0.expand(B, -1)
        w = {k: F.one_hot(th.zeros(B, dtype=th.long), self.N).float() for k in self.heads}
        outs = []
        for x in th.cat([xs, xs.new_zeros(T, *xs.shape[1:])]):
            h, c = self.ctrl(th.cat([x, r], 1), (h, c))
            w["write"] = self.address(self.heads["write"](h), w["write"], mem)
            e, a = self.ea(h).chunk(2, 1)
            mem = mem * (1 - th.einsum("bn,bm->bnm", w["write"], e.sigmoid())) + th.einsum(
                "bn,bm->bnm", w["write"], a.tanh()
            )
            w["read"] = self.address(self.heads["read"](h), w["read"], mem)
            r = th.bmm(w["read"].unsqueeze(1), mem).squeeze(1)
            outs.append(self.out(th.cat([h, r], 1)).sigmoid())
        return th.stack(outs[-T:])


m = NTM()
opt = th.optim.RMSprop(m.parameters(), lr=1e-3, alpha=0.95, momentum=0.9)
for i in range(6):
    T = th.randint(2, 5, ()).item()
    seq = th.bernoulli(th.full((T, 8, 3), 0.5))
    x = th.zeros(T + 1, 8, 4)
    x[:T, :, :3] = seq
    x[T, :, 3] = 1
    y = m(x, T)
    loss = F.binary_cross_entropy(y, seq)
    opt.zero_grad()
    loss.backward()
    nn.utils.clip_grad_value_(m.parameters(), 10)
    opt.step()
    if i % 5 == 0:
        print("ntm", i, T, "%.6f" % loss, (y.round() - seq).abs().sum().item() / 8)


class S4D(nn.Module):
    def __init__(self, H=4, N=8):
        super().__init__()
        self.log_dt = nn.Parameter(th.rand(H) * (math.log(0.1) - math.log(0.001)) + math.log(0.001))
        self.C = nn.Parameter(th.view_as_real(th.randn(H, N // 2, dtype=th.cfloat)))
        self.log_A_real = nn.Parameter(th.log(0.5 * th.ones(H, N // 2)))
        self.A_imag = nn.Parameter(math.pi * th.arange(N // 2).float().repeat(H, 1))
        self.D = nn.Parameter(th.randn(H))

    def kernel(self, L):
        dt = self.log_dt.exp()
        A = -self.log_A_real.exp() + 1j * self.A_imag
        dtA = A * dt.unsqueeze(-1)
        K = dtA.unsqueeze(-1) * th.arange(L)
        C = th.view_as_complex(self.C) * (th.exp(dtA) - 1.0) / A
        return 2 * th.einsum("hn, hnl -> hl", C, th.exp(K)).real

    def forward(self, u):
        L = u.size(-1)
        k = self.kernel(L)
        y = th.fft.irfft(th.fft.rfft(u, n=2 * L) * th.fft.rfft(k, n=2 * L), n=2 * L)[..., :L]
        return F.gelu(y + u * self.D.unsqueeze(-1))


class Mamba(nn.Module):
    def __init__(self, d=4, n=3):
        super().__init__()
        self.conv = nn.Conv1d(d, d, 3, groups=d, padding=2)
        self.x_proj = nn.Linear(d, 1 + 2 * n, bias=False)
        self.dt = nn.Linear(1, d)
        self.A_log = nn.Parameter(th.log(th.arange(1, n + 1).float().repeat(d, 1)))
        self.D = nn.Parameter(th.ones(d))
        self.n = n

    def forward(self, x):
        x = F.silu(self.conv(x)[..., : x.size(-1)]).transpose(1, 2)
        dt, B, C = self.x_proj(x).split([1, self.n, self.n], dim=-1)
        dt = F.softplus(self.dt(dt))
        dA = th.exp(th.einsum("bld,dn->bldn", dt, -self.A_log.exp()))
        dBx = th.einsum("bld,bln,bld->bldn", dt, B, x)
        h = th.zeros_like(dA[:, 0])
        ys = []
        for t in range(x.size(1)):
            h = dA[:, t] * h + dBx[:, t]
            ys.append((h * C[:, t, None]).sum(-1))
        return (th.stack(ys, 1) + self.D * x).transpose(1, 2)


u = th.randn(6, 4, 24)
tgt = u.cumsum(-1).tanh()
for net in (
    S4D(),
    Mamba(),
    nn.Sequential(
        nn.ConstantPad1d((4, 0), 0), nn.Conv1d(4, 8, 3, dilation=2), nn.ReLU(), nn.utils.weight_norm(nn.Conv1d(8, 4, 1))
    ),
):
    o = th.optim.AdamW(net.parameters(), 1e-2)
    for i in range(6):
        l = F.smooth_l1_loss(net(u), tgt)
        o.zero_grad()
        l.backward()
        o.step()
    print(type(net).__name__, l.item(), sum(p.grad.norm().item() for p in net.parameters()))


class MAB(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h = h
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))
        self.l0, self.l1 = nn.LayerNorm(d), nn.LayerNorm(d)

    def forward(self, Q, K):
        Q, K, V = self.q(Q), self.k(K), self.v(K)
        sp = lambda t: th.cat(t.split(t.size(-1) // self.h, 2), 0)
        A = th.softmax(sp(Q).bmm(sp(K).transpose(1, 2)) / math.sqrt(V.size(2)), 2)
        O = th.cat((sp(Q) + A.bmm(sp(V))).split(Q.size(0), 0), 2)
        O = self.l0(O)
        return self.l1(O + F.relu(self.o(O)))


class SetT(nn.Module):
    def __init__(self, d=12):
        super().__init__()
        self.i = nn.Linear(2, d)
        self.I = nn.Parameter(nn.init.xavier_uniform_(th.empty(1, 3, d)))
        self.m1, self.m2, self.p = MAB(d, 3), MAB(d, 3), MAB(d, 3)
        self.S = nn.Parameter(th.Tensor(1, 1, d))
        nn.init.xavier_uniform_(self.S)
        self.o = nn.Linear(d, 1)

    def forward(self, x):
        x = self.i(x)
        H = self.m1(self.I.repeat(x.size(0), 1, 1), x)
        x = self.m2(x, H)
        return self.o(self.p(self.S.repeat(len(x), 1, 1), x)).squeeze()


s = SetT()
x = th.randn(16, 7, 2)
y = x.amax((1, 2))
print("perm inv", th.allclose(s(x), s(x[:, th.randperm(7)]), atol=1e-5))
o = th.optim.Adam(s.parameters(), 5e-3)
for i in range(8):
    l = F.mse_loss(s(x), y)
    o.zero_grad(set_to_none=True)
    l.backward()
    o.step()
print("set", l.item())


class Ptr(nn.Module):
    def __init__(self, H=16):
        super().__init__()
        self.e = nn.LSTM(1, H, batch_first=True)
        self.d = nn.LSTMCell(1, H)
        self.W1, self.W2, self.v = nn.Linear(H, H, False), nn.Linear(H, H, False), nn.Linear(H, 1, False)

    def forward(self, x, tgt=None):
        enc, (h, c) = self.e(x)
        h, c = h[-1], c[-1]
        inp = th.zeros(len(x), 1)
        mask = th.zeros(x.shape[:2], dtype=th.bool)
        lp = []
        pick = []
        for t in range(x.size(1)):
            h, c = self.d(inp, (h, c))
            a = self.v(th.tanh(self.W1(enc) + self.W2(h)[:, None])).squeeze(-1).masked_fill(mask, -th.inf)
            lp.append(a.log_softmax(-1))
            i = tgt[:, t] if tgt is not None else a.argmax(-1)
            pick.append(i)
            mask = mask.scatter(1, i[:, None], True)
            inp = x.gather(1, i.view(-1, 1, 1)).squeeze(1)
        return th.stack(lp, 1), th.stack(pick, 1)


p = Ptr()
x = th.rand(32, 5, 1)
t = x.squeeze(-1).argsort(1)
o = th.optim.Adam(p.parameters(), 1e-2)
for i in range(10):
    lp, _ = p(x, t)
    l = F.nll_loss(lp.flatten(0, 1), t.flatten())
    o.zero_grad()
    l.backward()
    nn.utils.clip_grad_norm_(p.parameters(), 2.0)
    o.step()
print("ptr", l.item(), (p(x)[1] == t).all(1).float().mean())


class Hyper(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(3, 4)
        self.gen = nn.Linear(4, 2 * 5 + 5 + 5 + 1)

    def forward(self, task, x):
        w1, b1, w2, b2 = self.gen(self.emb(task)).split([10, 5, 5, 1], -1)
        return F.linear(F.elu(F.linear(x, w1.view(5, 2), b1)), w2.view(1, 5), b2)


hy = Hyper()
x = th.randn(20, 2)
ys = [x.sum(1, True), x.prod(1, True), x.norm(dim=1, keepdim=True)]
o = th.optim.Adamax(hy.parameters(), 2e-2)
for i in range(15):
    l = sum(F.mse_loss(hy(th.tensor(k), x), ys[k]) for k in range(3))
    o.zero_grad()
    l.backward()
    o.step()
print("hyper", l.item(), hy.emb.weight.grad.norm(dim=1))


class CDE(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Sequential(nn.Linear(5, 16), nn.Softplus(), nn.Linear(16, 10), nn.Tanh())
        self.i = nn.Linear(2, 5)
        self.r = nn.Linear(5, 1)

    def forward(self, X):
        z = self.i(X[:, 0])
        dX = X.diff(dim=1)
        return self.r(
            [z := z + (self.f(z).view(-1, 5, 2) @ dX[:, t, :, None]).squeeze(-1) for t in range(dX.size(1))][-1]
        )


X = th.cumsum(0.3 * th.randn(12, 9, 2), 1)
y = X[:, -1, :1] * X[:, 4, 1:]
c = CDE()
o = th.optim.Adam(c.parameters(), 1e-2)
for i in range(8):
    l = F.mse_loss(c(X), y)
    o.zero_grad()
    l.backward()
    o.step()
print("cde", l.item())

# transformers whose activation is a module: the layers of the stacks are copies
for act in (nn.SiLU(), nn.ReLU(), F.silu, th.tanh):
    for layer, stack in (
        (nn.TransformerEncoderLayer, nn.TransformerEncoder),
        (nn.TransformerDecoderLayer, nn.TransformerDecoder),
    ):
        th.manual_seed(4)
        l = layer(8, 2, 16, activation=act, batch_first=True, norm_first=True).eval()
        x = th.randn(2, 5, 8)
        args = (x,) if stack is nn.TransformerEncoder else (x, x.flip(1))
        y, several = l(*args), stack(l, 2)
        print(layer.__name__, y[0, 0, :4], several(*args)[0, 0, :4], "activation" in several.layers[0].__dict__)

# in what order attention's result lies: by rows of the batch where it is only evaluated
x = th.ones(2, 3, 4)
for options in (
    {},
    {"bias": False},
    {"batch_first": False},
    {"add_zero_attn": True},
    {"kdim": 3, "vdim": 3},
    {"num_heads": 1},
):
    m = nn.MultiheadAttention(**{"embed_dim": 4, "num_heads": 2, "batch_first": True} | options).eval()
    kv = th.ones(2, 3, 3) if "kdim" in options else x
    with th.no_grad():
        lies = [m(x, kv, kv)[0].stride(), m(x, kv.clone(), kv)[0].stride(), m.train()(x, kv, kv)[0].stride()]
    print(options, lies, m.eval()(x, kv, kv)[0].stride(), m.requires_grad_(False)(x, kv, kv)[0].stride())
m = nn.MultiheadAttention(4, 2, batch_first=True).eval().requires_grad_(False)
mask, causal = th.zeros(2, 3).bool(), nn.Transformer.generate_square_subsequent_mask(3)
for given in (
    {"key_padding_mask": mask},
    {"key_padding_mask": mask.float()},
    {"attn_mask": causal},
    {"attn_mask": causal < 0},
):
    print(m(x, x, x, **given)[0].stride(), m(x.clone().requires_grad_(), x, x, **given)[0].stride())
with th.autocast("cpu"):
    print(m(x, x, x)[0].stride(), m(x, x, x, need_weights=False)[0].dtype)
th.backends.mha.set_fastpath_enabled(False)
print(m(x, x, x)[0].stride(), m(x[0], x[0], x[0])[0].stride())
th.backends.mha.set_fastpath_enabled(True)
