"""A convnet on digits drawn in the file: shifted, noisy 8 x 8 pictures of 0 to 9.

On compat the losses of its 48 steps are torch's to six digits, and what is printed is the same text.
"""

import showing
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

GLYPHS = """
.XX. ..X. XXX. XXX. X.X. XXX. .XX. XXX. XXX. XXX.
X..X .XX. ..X. ..X. X.X. X... X... ..X. X.X. X.X.
X..X ..X. .X.. .XX. XXX. XX.. XXX. .X.. XXX. XXX.
X..X ..X. X... ..X. ..X. ..X. X.X. .X.. X.X. ..X.
.XX. .XXX XXX. XXX. ..X. XX.. XXX. .X.. XXX. XX..
"""
rows = [line.split() for line in GLYPHS.split("\n") if line]
glyphs = torch.tensor([[[c == "X" for c in row[d]] for row in rows] for d in range(10)]).float()


class Digits(Dataset):
    def __init__(self, count, seed):
        g = torch.Generator().manual_seed(seed)
        self.labels = torch.randint(10, (count,), generator=g)
        self.pictures = 0.2 * torch.randn(count, 1, 8, 8, generator=g)
        for k, (dy, dx) in enumerate(torch.randint(2, (count, 2), generator=g).tolist()):
            self.pictures[k, 0, dy : dy + 5, dx : dx + 4] += glyphs[self.labels[k]]

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.pictures[i], self.labels[i]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.drop = nn.Dropout(0.1)
        self.fc = nn.Linear(16 * 4, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return F.log_softmax(self.fc(self.drop(x.flatten(1))), dim=1)


torch.manual_seed(1)
device = "cuda" if torch.cuda.is_available() else "cpu"
model = Net().to(device)
print(sum(p.numel() for p in model.parameters()), "parameters on", device)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-4)
loader = DataLoader(Digits(512, 0), batch_size=32, shuffle=True)
test = Digits(256, 1)


@showing.compiled
def train(pictures, labels):
    optimizer.zero_grad()
    loss = F.nll_loss(model(pictures), labels)
    loss.backward()
    optimizer.step()
    return loss


losses = []
for epoch in showing.steps(3):
    model.train()
    for pictures, labels in loader:
        losses.append(train(pictures.to(device), labels.to(device)).item())
    model.eval()
    with torch.no_grad():
        output = model(test.pictures)
        right = (output.argmax(1) == test.labels).sum().item()
    print(
        f"epoch {epoch + 1}: last loss {losses[-1]:.3f}, test loss {F.nll_loss(output, test.labels):.3f}, {right}/256 right"
    )


def draw(axes):
    axes[0].plot(losses)
    axes[0].set(title="loss of a batch", xlabel="batch")
    pictures = test.pictures[:24, 0].view(3, 8, 8, 8)
    axes[1].imshow(pictures.permute(0, 2, 1, 3).reshape(24, 64), cmap="gray_r")
    axes[1].vlines(torch.arange(7.5, 63, 8), -0.5, 23.5, color="white")
    axes[1].hlines(torch.arange(7.5, 23, 8), -0.5, 63.5, color="white")
    for k, (found, label) in enumerate(zip(output.argmax(1)[:24].tolist(), test.labels[:24].tolist())):
        color = "tab:green" if found == label else "tab:red"
        axes[1].text(k % 8 * 8, k // 8 * 8 + 7, str(found), color=color, weight="bold")
    axes[1].set(title="test pictures and what the net reads", xticks=[], yticks=[])


showing.save(__file__, draw, panels=2, size=(4.5, 3.6))
