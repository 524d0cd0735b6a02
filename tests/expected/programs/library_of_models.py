"""Configs, ModelOutput dataclasses, mixins, save_pretrained, and generate with processors, as libraries of transformers write them."""

import inspect
import json
import math
import os
import tempfile
from collections import OrderedDict
from dataclasses import dataclass, fields

import torch
import torch.utils.checkpoint
from torch import nn
from torch.nn import CrossEntropyLoss

torch.manual_seed(0)


class ModelOutput(OrderedDict):
    def __post_init__(self):
        for f in fields(self):
            v = getattr(self, f.name)
            if v is not None:
                self[f.name] = v

    def __getitem__(self, k):
        return dict(self.items())[k] if isinstance(k, str) else self.to_tuple()[k]

    def __setattr__(self, n, v):
        if n in self.keys() and v is not None:
            super().__setitem__(n, v)
        super().__setattr__(n, v)

    def to_tuple(self):
        return tuple(self[k] for k in self.keys())


@dataclass
class Out(ModelOutput):
    loss: torch.FloatTensor | None = None
    logits: torch.FloatTensor = None
    past_key_values: tuple | None = None
    hidden_states: tuple[torch.FloatTensor, ...] | None = None


torch.utils._pytree.register_pytree_node(
    Out, lambda o: (list(o.values()), list(o.keys())), lambda v, k: Out(**dict(zip(k, v)))
)


class Config:
    model_type = "tiny"

    def __init__(self, vocab_size=32, n=16, h=2, layers=2, dropout=0.1, **kw):
        self.__dict__.update(vocab_size=vocab_size, n=n, h=h, layers=layers, dropout=dropout, **kw)

    def to_json(self):
        return json.dumps({**self.__dict__, "model_type": self.model_type}, indent=2, sort_keys=True)


ACT2FN = {
    "gelu_new": lambda x: 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0)))),
    "relu": nn.functional.relu,
}


class Conv1D(nn.Module):
    def __init__(self, nf, nx):
        super().__init__()
        self.nf = nf
        self.weight = nn.Parameter(torch.empty(nx, nf))
        self.bias = nn.Parameter(torch.zeros(nf))
        nn.init.normal_(self.weight, std=0.02)

    def __repr__(self) -> str:
        return "Conv1D(nf={nf}, nx={nx})".format(**self.__dict__, nx=self.weight.shape[0])

    def forward(self, x):
        size_out = x.size()[:-1] + (self.nf,)
        return torch.addmm(self.bias, x.view(-1, x.size(-1)), self.weight).view(size_out)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        m = 64
        self.register_buffer(
            "bias", torch.tril(torch.ones((m, m), dtype=torch.bool)).view(1, 1, m, m), persistent=False
        )
        self.register_buffer("masked_bias", torch.tensor(-1e4), persistent=False)
        self.h = c.h
        self.c_attn, self.c_proj = Conv1D(3 * c.n, c.n), Conv1D(c.n, c.n)
        self.attn_dropout = nn.Dropout(c.dropout)

    def split(self, t):
        return t.view(*t.size()[:-1], self.h, -1).permute(0, 2, 1, 3)

    def forward(self, x, layer_past=None, attention_mask=None, use_cache=False):
        q, k, v = map(self.split, self.c_attn(x).split(x.shape[-1], dim=2))
        if layer_past is not None:
            k, v = torch.cat((layer_past[0], k), dim=-2), torch.cat((layer_past[1], v), dim=-2)
        w = torch.matmul(q, k.transpose(-1, -2)) / torch.full([], v.size(-1) ** 0.5, dtype=q.dtype, device=q.device)
        ql, kl = q.size(-2), k.size(-2)
        mask = self.bias[:, :, kl - ql : kl, :kl]
        w = torch.where(mask, w.to(w.dtype), torch.full([], torch.finfo(w.dtype).min, dtype=w.dtype))
        if attention_mask is not None:
            w = w + attention_mask
        w = self.attn_dropout(nn.functional.softmax(w, dim=-1).type(v.dtype))
        o = torch.matmul(w, v).permute(0, 2, 1, 3).contiguous()
        return self.c_proj(o.view(*o.size()[:-2], -1)), ((k, v) if use_cache else None)


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ln_1, self.ln_2, self.attn = nn.LayerNorm(c.n), nn.LayerNorm(c.n), Attention(c)
        self.fc, self.pr = Conv1D(4 * c.n, c.n), Conv1D(c.n, 4 * c.n)

    def forward(self, x, past=None, attention_mask=None, use_cache=False):
        a, p = self.attn(self.ln_1(x), past, attention_mask, use_cache)
        x = x + a
        return x + self.pr(ACT2FN["gelu_new"](self.fc(self.ln_2(x)))), p


class PreTrained(nn.Module):
    config_class, base_model_prefix, _tied_weights_keys = Config, "transformer", ["lm_head.weight"]

    def __init__(self, config, *i, **k):
        super().__init__()
        self.config = config

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def dtype(self):
        return next(p.dtype for p in self.parameters() if p.is_floating_point())

    def num_parameters(self, only_trainable=False):
        return sum(p.numel() for p in self.parameters() if p.requires_grad or not only_trainable)

    def post_init(self):
        self.apply(self._init_weights)

    def _init_weights(self, m):
        if isinstance(m, (nn.Linear, Conv1D)):
            m.weight.data.normal_(mean=0.0, std=0.02)
            if m.bias is not None:
                m.bias.data.zero_()
        elif isinstance(m, nn.Embedding):
            m.weight.data.normal_(mean=0.0, std=0.02)

    def resize_token_embeddings(self, n):
        old = self.get_input_embeddings()
        new = nn.Embedding(n, old.embedding_dim)
        self._init_weights(new)
        k = min(n, old.num_embeddings)
        new.weight.data[:k, :] = old.weight.data[:k, :]
        self.wte = new
        self.lm_head = nn.Linear(old.embedding_dim, n, bias=False)
        self.lm_head.weight = self.wte.weight
        self.config.vocab_size = n
        return new

    def save_pretrained(self, d):
        os.makedirs(d, exist_ok=True)
        open(os.path.join(d, "config.json"), "w").write(self.config.to_json())
        sd = self.state_dict()
        ptr = {}
        for k, v in sd.items():
            ptr.setdefault((v.untyped_storage().data_ptr(), tuple(v.shape)), []).append(k)
        torch.save({k: v for k, v in sd.items()}, os.path.join(d, "pytorch_model.bin"))
        return sorted(names for names in ptr.values() if len(names) > 1)

    @classmethod
    def from_pretrained(cls, d, **kw):
        c = json.load(open(os.path.join(d, "config.json")))
        c.pop("model_type")
        c.update(kw)
        m = cls(Config(**c))
        sd = torch.load(os.path.join(d, "pytorch_model.bin"), map_location="cpu", weights_only=True)
        r = m.load_state_dict(sd, strict=False)
        m.eval()
        return m, r


class LM(PreTrained):
    def __init__(self, c):
        super().__init__(c)
        self.wte, self.wpe, self.drop = nn.Embedding(c.vocab_size, c.n), nn.Embedding(64, c.n), nn.Dropout(c.dropout)
        self.h = nn.ModuleList([Block(c) for _ in range(c.layers)])
        self.ln_f = nn.LayerNorm(c.n)
        self.lm_head = nn.Linear(c.n, c.vocab_size, bias=False)
        self.gradient_checkpointing = False
        self.post_init()
        self.lm_head.weight = self.wte.weight

    def get_input_embeddings(self):
        return self.wte

    def forward(
        self,
        input_ids: torch.LongTensor,
        attention_mask: torch.Tensor | None = None,
        past=None,
        labels=None,
        use_cache=False,
        output_hidden_states=False,
        return_dict=True,
    ) -> tuple | Out:
        b, s = input_ids.shape
        n = past[0][0].size(-2) if past is not None else 0
        pos = torch.arange(n, n + s, dtype=torch.long, device=input_ids.device).unsqueeze(0)
        if attention_mask is not None:
            attention_mask = (1.0 - attention_mask[:, None, None, :].to(dtype=self.dtype)) * torch.finfo(self.dtype).min
        x = self.drop(self.wte(input_ids) + self.wpe(pos))
        hs, pres = (), () if use_cache else None
        for i, blk in enumerate(self.h):
            if output_hidden_states:
                hs += (x,)
            x, p = (
                torch.utils.checkpoint.checkpoint(blk.__call__, x, None, attention_mask, use_reentrant=False)
                if self.gradient_checkpointing and self.training
                else blk(x, past[i] if past else None, attention_mask, use_cache)
            )
            if use_cache:
                pres += (p,)
        logits = self.lm_head(self.ln_f(x))
        loss = None
        if labels is not None:
            sl, lb = logits[..., :-1, :].contiguous(), labels[..., 1:].contiguous()
            loss = CrossEntropyLoss()(sl.view(-1, sl.size(-1)), lb.view(-1).to(sl.device))
        return (
            Out(loss=loss, logits=logits, past_key_values=pres, hidden_states=hs or None)
            if return_dict
            else tuple(v for v in (loss, logits, pres, hs) if v is not None)
        )

    @torch.no_grad()
    def generate(self, ids, n, do_sample=False, temperature=1.0, top_p=0.9, repetition_penalty=1.2, eos=0, num_beams=1):
        past, fin = None, torch.zeros(len(ids), dtype=torch.long)
        for _ in range(n):
            o = self(ids if past is None else ids[:, -1:], past=past, use_cache=True)
            past = o.past_key_values
            sc = o.logits[:, -1, :].clone()
            g = torch.gather(sc, 1, ids)
            g = torch.where(g < 0, g * repetition_penalty, g / repetition_penalty)
            sc = sc.scatter(1, ids, g)
            if do_sample:
                sc = sc / temperature
                sl, si = torch.sort(sc, descending=False)
                cp = sl.softmax(dim=-1).cumsum(dim=-1)
                rm = cp <= (1 - top_p)
                rm[..., -1:] = 0
                sc = sc.masked_fill(rm.scatter(1, si, rm), -float("Inf"))
                nt = torch.multinomial(nn.functional.softmax(sc, dim=-1), num_samples=1).squeeze(1)
            else:
                nt = torch.argmax(sc, dim=-1)
            nt = nt * (1 - fin) + eos * fin
            fin = fin | (nt == eos).long()
            ids = torch.cat([ids, nt[:, None]], dim=-1)
            if fin.min() == 1:
                break
        return ids


m = LM(Config())
print(m, m.num_parameters(), m.dtype, m.device)
ids = torch.arange(24).view(2, 12) % 31 + 1
mask = torch.ones_like(ids)
mask[0, :3] = 0
opt = torch.optim.AdamW(
    [
        {
            "params": [p for n, p in m.named_parameters() if not any(nd in n for nd in ["bias", "ln_"])],
            "weight_decay": 0.01,
        },
        {"params": [p for n, p in m.named_parameters() if any(nd in n for nd in ["bias", "ln_"])], "weight_decay": 0.0},
    ],
    lr=5e-3,
)
sch = torch.optim.lr_scheduler.LambdaLR(
    opt, lambda s: float(s) / max(1, 3) if s < 3 else max(0.0, (12 - s) / 9), last_epoch=-1
)
for i in range(8):
    m.gradient_checkpointing = i % 2 == 1
    o = m(ids, mask, labels=ids)
    o.loss.backward()
    torch.nn.utils.clip_grad_norm_(m.parameters(), 1.0)
    opt.step()
    sch.step()
    m.zero_grad()
    print(f"{i} {o.loss.item():.6f} {sch.get_last_lr()[0]:.6f}", list(o.keys()), o[0] is o.loss, o["logits"].shape)
m.eval()
print(m.generate(ids[:, :4], 8).tolist())
torch.manual_seed(1)
print(m.generate(ids[:, :4], 8, True, 0.8).tolist())
d = tempfile.mkdtemp()
print(m.save_pretrained(d))
n, r = LM.from_pretrained(d)
print(r, torch.equal(n(ids).logits, m(ids).logits), n.lm_head.weight is n.wte.weight)
e = n.resize_token_embeddings(40)
print(e, n(ids).logits.shape, n.num_parameters(True))
print(
    torch.utils._pytree.tree_map(lambda t: t.shape, m(ids, use_cache=False)).logits,
    len(m(ids, output_hidden_states=True).hidden_states),
    inspect.signature(m.forward).parameters["labels"],
)
x = torch.utils._pytree.tree_flatten({"a": [torch.ones(1), 2], "b": (3,)})[1]
print(x)
