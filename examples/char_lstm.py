"""An LSTM that learns a sentence by heart, letter by letter, and writes it down.

On compat the losses of its 60 steps are torch's to five digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn

text = "the quick brown fox jumps over the lazy dog. "
letters = sorted(set(text))
index = {c: i for i, c in enumerate(letters)}
data = torch.tensor([index[c] for c in text * 2])


class Writer(nn.Module):
    def __init__(self, size=48):
        super().__init__()
        self.embed = nn.Embedding(len(letters), 16)
        self.lstm = nn.LSTM(16, size, batch_first=True)
        self.head = nn.Linear(size, len(letters))

    def forward(self, x, state=None):
        out, state = self.lstm(self.embed(x), state)
        return self.head(out), state


torch.manual_seed(0)
model = Writer()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)


@showing.compiled
def train(batch):
    logits, _ = model(batch[:, :-1])
    loss = nn.functional.cross_entropy(logits.reshape(-1, len(letters)), batch[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss


losses = []
for step in showing.steps(60):
    start = torch.randint(len(text), (4,))
    losses.append(train(torch.stack([data[s : s + 33] for s in start])).item())
    if step % 15 == 14:
        print(f"step {step + 1}: loss {losses[-1]:.3f}")

model.eval()
with torch.no_grad():
    x, state, out, chances = torch.tensor([[index["t"]]]), None, "t", []
    for _ in range(44):
        logits, state = model(x, state)
        chances.append(logits[0, -1].softmax(-1))
        x = logits[:, -1].argmax(-1, keepdim=True)
        out += letters[x.item()]
print(out)


def draw(axes):
    axes[0].semilogy(losses)
    axes[0].set(title="loss", xlabel="step")
    axes[1].imshow(torch.stack(chances, dim=1), aspect="auto", cmap="Blues", vmin=0, vmax=1)
    axes[1].set(title="probability of the next letter", xticks=range(44), yticks=range(len(letters)))
    axes[1].set_xticklabels(out[1:], fontsize=7)
    axes[1].set_yticklabels(letters, fontsize=6)


showing.save(__file__, draw, panels=2, size=(4.5, 4))
