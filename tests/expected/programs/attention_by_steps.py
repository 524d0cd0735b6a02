"""Translation with attention, step by step with and without teacher forcing, as in a tutorial."""

import random

import torch
import torch.nn as nn
import torch.nn.functional as F

random.seed(1)
torch.manual_seed(1)
SOS, EOS = 0, 1


class EncoderRNN(nn.Module):
    def __init__(s, n, h, p=0.1):
        super().__init__()
        s.e = nn.Embedding(n, h)
        s.g = nn.GRU(h, h, batch_first=True)
        s.d = nn.Dropout(p)

    def forward(s, x):
        return s.g(s.d(s.e(x)))


class BahdanauAttention(nn.Module):
    def __init__(s, h):
        super().__init__()
        s.Wa = nn.Linear(h, h)
        s.Ua = nn.Linear(h, h)
        s.Va = nn.Linear(h, 1)

    def forward(s, q, k):
        sc = s.Va(torch.tanh(s.Wa(q) + s.Ua(k))).squeeze(2).unsqueeze(1)
        w = F.softmax(sc, -1)
        return torch.bmm(w, k), w


class Dec(nn.Module):
    def __init__(s, h, n):
        super().__init__()
        s.e = nn.Embedding(n, h)
        s.a = BahdanauAttention(h)
        s.g = nn.GRU(2 * h, h, batch_first=True)
        s.o = nn.Linear(h, n)
        s.d = nn.Dropout(0.1)

    def forward(s, eo, eh, t=None, L=6):
        inp = torch.empty(eo.size(0), 1, dtype=torch.long, device=eo.device).fill_(SOS)
        h = eh
        outs, att = [], []
        for i in range(L):
            e = s.d(s.e(inp))
            c, w = s.a(h.permute(1, 0, 2), eo)
            o, h = s.g(torch.cat((e, c), 2), h)
            o = s.o(o)
            outs.append(o)
            att.append(w)
            inp = t[:, i].unsqueeze(1) if t is not None else o.topk(1)[1].squeeze(-1).detach()
        return F.log_softmax(torch.cat(outs, 1), -1), h, torch.cat(att, 1)


enc, dec = EncoderRNN(12, 16), Dec(16, 12)
eo, do = (torch.optim.Adam(m.parameters(), lr=1e-2) for m in (enc, dec))
crit = nn.NLLLoss()
x = torch.randint(2, 12, (24, 6))
y = x.flip(1)
for ep in range(25):
    eo.zero_grad()
    do.zero_grad()
    o, h = enc(x)
    p, _, _ = dec(o, h, y)
    l = crit(p.view(-1, p.size(-1)), y.reshape(-1))
    l.backward()
    eo.step()
    do.step()
    if ep % 5 == 0:
        print("%d %.5f" % (ep, l.item()))
enc.eval()
dec.eval()
with torch.no_grad():
    o, h = enc(x[:2])
    p, _, a = dec(o, h)
    print(p.argmax(-1), a[0].sum(-1), a.shape, a[1, 2])
try:
    p.view(3, -1, 7)
except RuntimeError as e:
    print(e)
try:
    enc(torch.tensor([[12]]))
except IndexError as e:
    print(e)
print(enc.g, list(dec.state_dict())[:4], dec.g.all_weights[0][0].shape, dec.g.flatten_parameters())
