"""A small GPT: causal attention, LayerNorm, AdamW with warm-up and cosine decay, clipping, sampling with multinomial.

On compat the losses of its 60 steps are torch's to six digits, and what is printed is the same text.
"""

import math

import showing
import torch
import torch.nn.functional as F
from torch import nn

text = "one two three four five six seven eight nine ten. " * 8
letters = sorted(set(text))
encode = {c: i for i, c in enumerate(letters)}
data = torch.tensor([encode[c] for c in text], dtype=torch.long)
BLOCK, WIDTH, HEADS, LAYERS = 16, 24, 4, 2


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.register_buffer("mask", torch.tril(torch.ones(BLOCK, BLOCK)).view(1, 1, BLOCK, BLOCK))

    def forward(self, x):
        b, t, c = x.shape
        q, k, v = (m.view(b, t, HEADS, c // HEADS).transpose(1, 2) for m in self.qkv(x).split(WIDTH, dim=2))
        scores = q @ k.transpose(-2, -1) / math.sqrt(k.size(-1))
        scores = scores.masked_fill(self.mask[:, :, :t, :t] == 0, float("-inf"))
        self.weights = F.softmax(scores, dim=-1)
        return self.out((self.weights @ v).transpose(1, 2).contiguous().view(b, t, c))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.attention = Attention()
        self.mlp = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH))

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(len(letters), WIDTH), nn.Embedding(BLOCK, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, len(letters), bias=False)
        self.apply(self.initial)

    def initial(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, std=0.05)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, x, targets=None):
        h = self.tokens(x) + self.places(torch.arange(x.size(1)))
        for block in self.blocks:
            h = block(h)
        logits = self.head(self.norm(h))
        loss = None if targets is None else F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1))
        return logits, loss

    @torch.no_grad()
    def generate(self, x, count, temperature=0.5):
        for _ in range(count):
            logits = self(x[:, -BLOCK:])[0][:, -1] / temperature
            x = torch.cat([x, torch.multinomial(F.softmax(logits, dim=-1), 1)], dim=1)
        return "".join(letters[i] for i in x[0].tolist())


torch.manual_seed(1337)
model = GPT()
decay = [p for p in model.parameters() if p.dim() >= 2]
rest = [p for p in model.parameters() if p.dim() < 2]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}], lr=1e-2)
STEPS, WARM = 60, 6
schedule = torch.optim.lr_scheduler.LambdaLR(
    optimizer, lambda s: (s + 1) / WARM if s < WARM else 0.5 + 0.5 * math.cos(math.pi * (s - WARM) / (STEPS - WARM))
)


@showing.compiled
def train(x, y):
    _, loss = model(x, y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss, norm


losses, rates = [], []
for step in showing.steps(STEPS):
    start = torch.randint(len(data) - BLOCK, (6,))
    x = torch.stack([data[i : i + BLOCK] for i in start])
    y = torch.stack([data[i + 1 : i + 1 + BLOCK] for i in start])
    loss, norm = train(x, y)
    losses.append(loss.item())
    rates.append(schedule.get_last_lr()[0])
    schedule.step()
    if step % 15 == 14:
        print(f"step {step + 1}: loss {losses[-1]:.3f}, gradient norm {norm:.2f}")
model.eval()
print(model.generate(torch.tensor([[encode["o"]]]), 40))


def draw(axes):
    axes[0].plot(losses, label="loss")
    axes[0].plot(torch.tensor(rates) / 1e-2, label="learning rate / 0.01")
    axes[0].legend()
    axes[0].set(xlabel="step")
    with torch.no_grad():
        model(data[None, :BLOCK])
    for panel, block in zip(axes[1:], model.blocks):
        panel.imshow(block.attention.weights[0].mean(dim=0), cmap="Blues")
        panel.set(title="attention, mean of heads", xticks=range(BLOCK), yticks=range(BLOCK))
        panel.set_xticklabels(text[:BLOCK])
        panel.set_yticklabels(text[:BLOCK])


showing.save(__file__, draw, panels=3)
