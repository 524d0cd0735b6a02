"""Models of medium size: a step forward, and one forward and back, on compat, on compat compiled, and on torch.

    python benchmarks/torch_models.py [--rows resnet] [--json FILE] [--quick]

The examples, which benchmarks/torch_scripts.py times, are small: there Python counts. Here the kernels do. Parameters and inputs come from
the same seed under both, and losses and gradients have to agree. One thread each; processor time. At the end it prints the rows of the
table in docs/performance.md: torch's time over compat's, of the least figures.
"""

import os
import sys
from pathlib import Path

for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

import compat  # noqa: E402
import funcgrad as fg  # noqa: E402
from benchmarks.rows import Rows, optional  # noqa: E402

torch = optional("torch")
ROWS = Rows()
QUICK = ("separable", "bags")  # what a quick run has
EAGER, COMPILED, TORCH = "compat", "compat compiled", "torch"


def model(key, name):
    """A decorator of what makes, of a library, a module and its input: a row forward, and one forward and back."""

    def register(build):
        for back in (False, True):
            row = f"{key}-{'step' if back else 'forward'}"
            ROWS.row(row, f"{name}, {'forward and back' if back else 'forward'}", rtol=None)(
                lambda back=back: contestants(build, back)
            )
            ROWS[-1].long = key not in QUICK
        return build

    return register


def contestants(build, back):
    """{contestant: its call}, which have given the same loss and gradients."""
    runs = {EAGER: step(compat, build, back), COMPILED: step(compat, build, back, compiled=True)}
    if torch:
        runs[TORCH] = step(torch, build, back)
    found = {name: [f().item(), *f.gradients()] for name, f in runs.items()}
    for name, figures in found.items():
        for a, b in zip(figures, found[EAGER], strict=True):
            scale = max(np.abs(b).max(), 1e-3)
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4 * scale, err_msg=name)
    return runs


def step(lib, build, back, compiled=False):
    """A call that gives the loss of a library's model; `gradients()` are those of its parameters."""
    lib.manual_seed(0)
    net, x = build(lib)
    if not back:
        net.requires_grad_(False)

    def loss():
        return net(x).square().mean()

    def both():
        net.zero_grad()
        value = loss()
        value.backward()
        return value

    call = both if back else loss
    call = lib.compile(call) if compiled else call
    call.gradients = lambda: [p.grad.numpy() for p in net.parameters() if p.grad is not None]
    return call


@model("resnet", "residual network of 7 convolutions, 16 images of 32 x 32")
def resnet(lib):
    nn = lib.nn

    class Block(nn.Module):
        def __init__(self, given, made, stride):
            super().__init__()
            self.first, self.second = nn.Conv2d(given, made, 3, stride, 1, bias=False), nn.Conv2d(made, made, 3, 1, 1)
            self.norms = nn.ModuleList([nn.BatchNorm2d(made), nn.BatchNorm2d(made)])
            self.around = nn.Identity() if stride == 1 else nn.Conv2d(given, made, 1, stride)

        def forward(self, x):
            y = nn.functional.relu(self.norms[0](self.first(x)))
            return nn.functional.relu(self.norms[1](self.second(y)) + self.around(x))

    blocks = [Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2)]
    ends = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)
    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), *blocks, *ends), lib.randn(16, 3, 32, 32)


@model("transformer", "transformer of 4 layers of 256, 4 sequences of 64")
def transformer(lib):
    layer = lib.nn.TransformerEncoderLayer(256, 4, 1024, dropout=0.0, batch_first=True)
    return lib.nn.TransformerEncoder(layer, 4, enable_nested_tensor=False), lib.randn(4, 64, 256)


@model("mlp", "3 linear layers of 1,024, batch 128")
def mlp(lib):
    nn = lib.nn
    layers = nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10)
    return nn.Sequential(*layers), lib.randn(128, 1024)


@model("lstm", "LSTM of 256, 50 steps, batch 32")
def lstm(lib):
    class Last(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.head = lib.nn.LSTM(64, 256, batch_first=True), lib.nn.Linear(256, 10)

        def forward(self, x):
            return self.head(self.layer(x)[0][:, -1])

    return Last(), lib.randn(32, 50, 64)


@model("separable", "depthwise and pointwise convolutions, 8 images of 32 x 32 with 32 channels")
def separable(lib):
    nn = lib.nn
    layers = nn.Conv2d(32, 32, 3, padding=1, groups=32), nn.Conv2d(32, 64, 1), nn.ReLU6(), nn.GroupNorm(8, 64)
    return nn.Sequential(*layers), lib.randn(8, 32, 32, 32)


@model("decoder", "2 transposed convolutions, 8 images of 16 x 16 to 64 x 64")
def decoder(lib):
    nn = lib.nn
    layers = nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(16, 3, 4, 2, 1), nn.Sigmoid()
    return nn.Sequential(*layers), lib.randn(8, 32, 16, 16)


@model("signal", "2 convolutions of 16 signals of 500, one dilated")
def signal(lib):
    nn = lib.nn
    layers = nn.Conv1d(16, 32, 9, padding=4), nn.GELU(), nn.Conv1d(32, 32, 9, padding=8, dilation=2), nn.MaxPool1d(2)
    return nn.Sequential(*layers), lib.randn(16, 16, 500)


@model("bags", "bags of 50 of 10,000 words, batch 256")
def bags(lib):
    nn = lib.nn
    return nn.Sequential(nn.EmbeddingBag(10000, 64), nn.Linear(64, 10)), lib.randint(0, 10000, (256, 50))


def table(records):
    """The rows of the page: of each model torch's time over compat's and over compiled compat's, forward, and forward and back."""
    least = {(r["row"], r["of"]): r["least"] for r in records}
    cells = {}
    for r in records:
        if r["of"] == TORCH:
            ours = least[r["row"], COMPILED]
            key, name = r["row"].rsplit("-", 1)[0], r["name"].rsplit(", ", 1)[0]
            cells.setdefault((key, name), []).extend([f"{r['least']:.2f}", f"{r['least'] / ours:.2f}"])
    yield "| model | forward, eager | forward, compiled | and back, eager | and back, compiled |"
    yield "|---|---|---|---|---|"
    for (_, name), row in cells.items():
        yield f"| {name} | {' | '.join(row)} |"


if __name__ == "__main__":
    if torch:
        torch.set_num_threads(1)
    with fg.config(threads=1):
        found = ROWS.main(__doc__)
    print("", *table(found), sep="\n")
