"""A masked language model: a tokenizer, what is masked, tied weights, groups of parameters, warm-up, words that are guessed."""

import torch, torch.nn as nn, torch.nn.functional as F, re, random, math
from collections import Counter

random.seed(0)
torch.manual_seed(0)
text = "the quick brown fox jumps over the lazy dog . a quick dog runs over a brown log . the fox and the dog sleep .".split(
    " . "
)


class Tok:
    def __init__(s, c):
        cnt = Counter(w for l in c for w in re.findall(r"\w+", l))
        s.itos = ["[PAD]", "[CLS]", "[SEP]", "[MASK]", "[UNK]"] + [w for w, _ in cnt.most_common()]
        s.stoi = {w: i for i, w in enumerate(s.itos)}

    def __call__(s, l, n=12, return_tensors="pt"):
        ids = [1] + [s.stoi.get(w, 4) for w in re.findall(r"\w+", l)] + [2]
        am = [1] * len(ids) + [0] * (n - len(ids))
        ids += [0] * (n - len(ids))
        return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(am, dtype=torch.bool)}


tok = Tok(text)
V = len(tok.itos)
print(V, tok.itos[:8])


class Emb(nn.Module):
    def __init__(s, V, d, n):
        super().__init__()
        s.word = nn.Embedding(V, d, padding_idx=0)
        s.pos = nn.Embedding(n, d)
        s.ln = nn.LayerNorm(d, eps=1e-12)
        s.drop = nn.Dropout(0.1)
        s.register_buffer("position_ids", torch.arange(n).expand((1, -1)), persistent=False)

    def forward(s, x):
        return s.drop(s.ln(s.word(x) + s.pos(s.position_ids[:, : x.size(1)])))


class Bert(nn.Module):
    def __init__(s, V, d=16, h=4, L=2, n=12):
        super().__init__()
        s.emb = Emb(V, d, n)
        s.enc = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(d, h, 32, activation="gelu", batch_first=True, norm_first=False),
            L,
            enable_nested_tensor=False,
        )
        s.head = nn.Sequential(nn.Linear(d, d), nn.GELU(), nn.LayerNorm(d))
        s.dec = nn.Linear(d, V)
        s.dec.weight = s.emb.word.weight
        s.apply(s.init)

    def init(s, m):
        if isinstance(m, (nn.Linear, nn.Embedding)):
            m.weight.data.normal_(0, 0.02)
            if isinstance(m, nn.Linear) and m.bias is not None:
                m.bias.data.zero_()
        elif isinstance(m, nn.LayerNorm):
            m.bias.data.zero_()
            m.weight.data.fill_(1.0)

    def forward(s, x, am, labels=None):
        lo = s.dec(s.head(s.enc(s.emb(x), src_key_padding_mask=~am)))
        return (
            F.cross_entropy(lo.view(-1, lo.size(-1)), labels.view(-1), ignore_index=-100)
            if labels is not None
            else None,
            lo,
        )


def mask(ids, am, g):
    labels = ids.clone()
    p = torch.full(ids.shape, 0.25)
    p.masked_fill_((ids < 3) | ~am, 0.0)
    mi = torch.bernoulli(p, generator=g).bool()
    labels[~mi] = -100
    r = torch.bernoulli(torch.full(ids.shape, 0.8), generator=g).bool() & mi
    ids = ids.clone()
    ids[r] = 3
    rr = torch.bernoulli(torch.full(ids.shape, 0.5), generator=g).bool() & mi & ~r
    rw = torch.randint(V, ids.shape, dtype=torch.long, generator=g)
    ids[rr] = rw[rr]
    return ids, labels


m = Bert(V)
print(sum(p.numel() for p in m.parameters()), [k for k in m.state_dict()][:6], m.dec.weight is m.emb.word.weight)
dec = [p for n, p in m.named_parameters() if p.ndim >= 2]
nd = [p for n, p in m.named_parameters() if p.ndim < 2]
opt = torch.optim.AdamW([{"params": dec, "weight_decay": 0.01}, {"params": nd, "weight_decay": 0.0}], lr=3e-3)
sch = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min((s + 1) / 5, max(0.0, (30 - s) / 25)))
g = torch.Generator().manual_seed(7)
B = {k: torch.stack([tok(l)[k] for l in text]) for k in ("input_ids", "attention_mask")}
for i in range(25):
    ids, lab = mask(B["input_ids"], B["attention_mask"], g)
    l, _ = m(ids, B["attention_mask"], lab)
    opt.zero_grad(set_to_none=True)
    l.backward()
    n = nn.utils.clip_grad_norm_(m.parameters(), 1.0)
    opt.step()
    sch.step()
    if i % 6 == 0:
        print(i, f"{l:.5f} {n:.5f}", sch.get_last_lr())
m.eval()
with torch.inference_mode():
    x = B["input_ids"][:1].clone()
    x[0, 3] = 3
    lo = m(x, B["attention_mask"][:1])[1]
    p, i = lo[0, 3].softmax(-1).topk(3)
    print([tok.itos[j] for j in i.tolist()], p)
print(opt)
print(m)
