"""Chapters of a course by hand: recurrent cells, masked attention, positions, BLEU, anchors and boxes."""

import torch, math, collections, re
from torch import nn
from torch.nn import functional as F

torch.manual_seed(1)


class RNNScratch(nn.Module):
    def __init__(s, ni, nh, sigma=0.1):
        super().__init__()
        s.W_xh = nn.Parameter(torch.randn(ni, nh) * sigma)
        s.W_hh = nn.Parameter(torch.randn(nh, nh) * sigma)
        s.b_h = nn.Parameter(torch.zeros(nh))
        s.nh = nh

    def forward(s, inputs, state=None):
        state = torch.zeros((inputs.shape[1], s.nh), device=inputs.device) if state is None else state[0]
        outs = []
        for X in inputs:
            state = torch.tanh(torch.matmul(X, s.W_xh) + torch.matmul(state, s.W_hh) + s.b_h)
            outs.append(state)
        return outs, state


class LSTMScratch(nn.Module):
    def __init__(s, ni, nh, sigma=0.1):
        super().__init__()
        iw = lambda *sh: nn.Parameter(torch.randn(*sh) * sigma)
        triple = lambda: (iw(ni, nh), iw(nh, nh), nn.Parameter(torch.zeros(nh)))
        s.W_xi, s.W_hi, s.b_i = triple()
        s.W_xf, s.W_hf, s.b_f = triple()
        s.W_xo, s.W_ho, s.b_o = triple()
        s.W_xc, s.W_hc, s.b_c = triple()

    def forward(s, inputs, HC=None):
        if HC is None:
            H = torch.zeros((inputs.shape[1], s.W_hi.shape[0]))
            C = torch.zeros_like(H)
        else:
            H, C = HC
        outs = []
        for X in inputs:
            I = torch.sigmoid(X @ s.W_xi + H @ s.W_hi + s.b_i)
            Fg = torch.sigmoid(X @ s.W_xf + H @ s.W_hf + s.b_f)
            O = torch.sigmoid(X @ s.W_xo + H @ s.W_ho + s.b_o)
            Ct = torch.tanh(X @ s.W_xc + H @ s.W_hc + s.b_c)
            C = Fg * C + I * Ct
            H = O * torch.tanh(C)
            outs.append(H)
        return outs, (H, C)


txt = re.sub(
    "[^A-Za-z]+",
    " ",
    "The Time Traveller (for so it will be convenient to speak of him) was expounding a recondite matter to us.",
).lower()
tokens = list(txt)


class Vocab:
    def __init__(s, tokens=[], min_freq=0, res=[]):
        c = collections.Counter(tokens)
        s.tf = sorted(c.items(), key=lambda x: x[1], reverse=True)
        s.itt = list(sorted(set(["<unk>"] + res + [t for t, f in s.tf if f >= min_freq])))
        s.tti = {t: i for i, t in enumerate(s.itt)}

    def __len__(s):
        return len(s.itt)

    def __getitem__(s, t):
        return s.tti.get(t, s.tti["<unk>"]) if not isinstance(t, (list, tuple)) else [s[x] for x in t]


v = Vocab(tokens)
corpus = torch.tensor(v[tokens])
arr = torch.stack([corpus[i : i + 9] for i in range(len(corpus) - 9)])
X, Y = arr[:, :-1], arr[:, 1:]
print(len(v), X.shape, v.tf[:3])
for cls in (RNNScratch, LSTMScratch):
    rnn = cls(len(v), 16)
    head = nn.Linear(16, len(v))
    ps = list(rnn.parameters()) + list(head.parameters())
    o = torch.optim.SGD(ps, lr=1.0)
    for e in range(6):
        outs, _ = rnn(F.one_hot(X[:32].T, len(v)).type(torch.float32))
        l = F.cross_entropy(head(torch.stack(outs, 1)).flatten(0, 1), Y[:32].flatten())
        o.zero_grad()
        l.backward()
        norm = torch.sqrt(sum(torch.sum((p.grad**2)) for p in ps))
        if norm > 1:
            for p in ps:
                p.grad[:] *= 1 / norm
        o.step()
        print(cls.__name__, f"{torch.exp(l):.4f} {norm:.5f}")


def masked_softmax(X, valid_lens):
    def _sm(X, vl, value=0):
        mask = torch.arange(X.size(1), dtype=torch.float32, device=X.device)[None, :] < vl[:, None]
        X[~mask] = value
        return X

    if valid_lens is None:
        return F.softmax(X, dim=-1)
    shape = X.shape
    valid_lens = torch.repeat_interleave(valid_lens, shape[1]) if valid_lens.dim() == 1 else valid_lens.reshape(-1)
    X = _sm(X.reshape(-1, shape[-1]), valid_lens, value=-1e6)
    return F.softmax(X.reshape(shape), dim=-1)


print(
    masked_softmax(torch.rand(2, 2, 4), torch.tensor([2, 3])),
    masked_softmax(torch.rand(2, 2, 4), torch.tensor([[1, 3], [2, 4]])),
)
Q = torch.ones((3, 4))
K = torch.ones((3, 4))
try:
    torch.bmm(Q, K)
except RuntimeError as e:
    print(e)


class AddAttn(nn.Module):
    def __init__(s, h):
        super().__init__()
        s.W_k = nn.LazyLinear(h, bias=False)
        s.W_q = nn.LazyLinear(h, bias=False)
        s.w_v = nn.LazyLinear(1, bias=False)

    def forward(s, q, k, v, vl):
        q, k = s.W_q(q), s.W_k(k)
        f = torch.tanh(q.unsqueeze(2) + k.unsqueeze(1))
        s.aw = masked_softmax(s.w_v(f).squeeze(-1), vl)
        return torch.bmm(s.aw, v)


q, k, val, vl = (
    torch.normal(0, 1, (2, 1, 20)),
    torch.normal(0, 1, (2, 10, 2)),
    torch.normal(0, 1, (2, 10, 4)),
    torch.tensor([2, 6]),
)
at = AddAttn(8).eval()
print(at(q, k, val, vl).shape, at.aw)


class PE(nn.Module):
    def __init__(s, d, mx=100):
        super().__init__()
        s.P = torch.zeros((1, mx, d))
        X = torch.arange(mx, dtype=torch.float32).reshape(-1, 1) / torch.pow(
            10000, torch.arange(0, d, 2, dtype=torch.float32) / d
        )
        s.P[:, :, 0::2] = torch.sin(X)
        s.P[:, :, 1::2] = torch.cos(X)

    def forward(s, X):
        return X + s.P[:, : X.shape[1], :].to(X.device)


print(PE(6)(torch.zeros(1, 3, 6)))


def bleu(p, l, k):
    p, l = p.split(" "), l.split(" ")
    sc = math.exp(min(0, 1 - len(l) / len(p)))
    for n in range(1, min(k, len(p)) + 1):
        nm, ls = 0, collections.defaultdict(int)
        for i in range(len(l) - n + 1):
            ls[" ".join(l[i : i + n])] += 1
        for i in range(len(p) - n + 1):
            if ls[" ".join(p[i : i + n])] > 0:
                nm += 1
                ls[" ".join(p[i : i + n])] -= 1
        sc *= math.pow(nm / (len(p) - n + 1), math.pow(0.5, n))
    return sc


print(bleu("il est calme !", "il est calme .", 2))


def multibox_prior(data, sizes, ratios):
    h, w = data.shape[-2:]
    dev, ns, nr = data.device, len(sizes), len(ratios)
    bpp = ns + nr - 1
    st = torch.tensor(sizes, device=dev)
    rt = torch.tensor(ratios, device=dev)
    ch = (torch.arange(h, device=dev) + 0.5) / h
    cw = (torch.arange(w, device=dev) + 0.5) / w
    sy, sx = torch.meshgrid(ch, cw, indexing="ij")
    sy, sx = sy.reshape(-1), sx.reshape(-1)
    ww = torch.cat((st * torch.sqrt(rt[0]), sizes[0] * torch.sqrt(rt[1:]))) * h / w
    hh = torch.cat((st / torch.sqrt(rt[0]), sizes[0] / torch.sqrt(rt[1:])))
    am = torch.stack((-ww, -hh, ww, hh)).T.repeat(h * w, 1) / 2
    return (torch.stack([sx, sy, sx, sy], dim=1).repeat_interleave(bpp, dim=0) + am).unsqueeze(0)


A = multibox_prior(torch.rand(1, 3, 4, 6), [0.75, 0.5, 0.25], [1, 2, 0.5])
print(A.shape, A.reshape(4, 6, 5, 4)[2, 3, 0, :])


def box_iou(b1, b2):
    ar = lambda b: (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
    ul = torch.max(b1[:, None, :2], b2[:, :2])
    lr = torch.min(b1[:, None, 2:], b2[:, 2:])
    i = (lr - ul).clamp(min=0)
    ia = i[:, :, 0] * i[:, :, 1]
    return ia / (ar(b1)[:, None] + ar(b2) - ia)


def nms(boxes, scores, th):
    B = torch.argsort(scores, dim=-1, descending=True)
    keep = []
    while B.numel() > 0:
        i = B[0]
        keep.append(i)
        if B.numel() == 1:
            break
        iou = box_iou(boxes[i, :].reshape(-1, 4), boxes[B[1:], :].reshape(-1, 4)).reshape(-1)
        B = B[torch.nonzero(iou <= th).reshape(-1) + 1]
    return torch.tensor(keep, device=boxes.device)


bx = torch.tensor([[0.1, 0.08, 0.52, 0.92], [0.08, 0.2, 0.56, 0.95], [0.15, 0.3, 0.62, 0.91], [0.55, 0.2, 0.9, 0.88]])
print(nms(bx, torch.tensor([0.9, 0.8, 0.7, 0.9]), 0.5), box_iou(bx, bx))
