"""Small models (hidden layers of at most 128, batches of at most 64): a training step on compat and on torch.

    python benchmarks/small_models.py [--rows lstm] [--json FILE] [--quick]

The goal is that of the examples, which benchmarks/torch_scripts.py times: a step is level with torch's or ahead. A step is what a training
loop has in it: `zero_grad`, the model, the loss, `backward`, the optimizer, `item`. Parameters, data and dropout come from the same seed
under both, and the losses of the first steps have to agree. One thread each; processor time.
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
QUICK = ("line", "mlp", "cnn")  # what a quick run has


def model(key, name, optimizer="Adam", loss="cross_entropy"):
    """A decorator of what makes, of a library, a module, its input and its target."""

    def register(build):
        def contestants():
            calls = {"compat": step(compat, build, optimizer, loss)}
            if torch:
                calls["torch"] = step(torch, build, optimizer, loss)
                first = {name: [call() for _ in range(4)] for name, call in calls.items()}
                np.testing.assert_allclose(first["compat"], first["torch"], rtol=2e-4, atol=1e-6)
            return calls

        ROWS.row(key, name, "torch 1", rtol=None, turn=0.02)(contestants)
        ROWS[-1].long = key not in QUICK
        return build

    return register


def step(lib, build, optimizer, loss):
    """A call that takes one step of a library's model, and gives its loss."""
    lib.manual_seed(0)
    net, x, y = build(lib)
    rule = getattr(lib.optim, optimizer)(net.parameters(), lr=0.001)
    measure = getattr(lib.nn.functional, loss)

    def call():
        rule.zero_grad()
        value = measure(net(x), y)
        value.backward()
        rule.step()
        return value.item()

    return call


def chain(lib, *layers):
    return lib.nn.Sequential(*layers)


def dense(lib, given, hidden, made, act="ReLU", between=()):
    """Two hidden layers."""
    nn = lib.nn
    norms = [getattr(nn, name)(hidden) for name in between]
    first, second = nn.Linear(given, hidden), nn.Linear(hidden, hidden)
    return chain(lib, first, *norms, getattr(nn, act)(), second, getattr(nn, act)(), nn.Linear(hidden, made))


def classes(lib, count, n):
    return lib.randint(0, count, (n,))


@model("line", "a line through 20 points", "SGD", "mse_loss")
def line(lib):
    return lib.nn.Linear(1, 1), lib.randn(20, 1), lib.randn(20, 1)


@model("logistic", "logistic regression of 64 points", "SGD", "binary_cross_entropy_with_logits")
def logistic(lib):
    return chain(lib, lib.nn.Linear(2, 1), lib.nn.Flatten(0)), lib.randn(64, 2), classes(lib, 2, 64).float()


@model("softmax", "softmax regression, 10 features, 3 classes, batch 32", "SGD")
def softmax(lib):
    return lib.nn.Linear(10, 3), lib.randn(32, 10), classes(lib, 3, 32)


@model("mlp", "layers 8-16-16-1, batch 16", loss="mse_loss")
def mlp(lib):
    return dense(lib, 8, 16, 1), lib.randn(16, 8), lib.randn(16, 1)


@model("wide", "layers 64-128-128-10, batch 64", "SGD")
def wide(lib):
    return dense(lib, 64, 128, 10), lib.randn(64, 64), classes(lib, 10, 64)


@model("wide-adam", "layers 64-128-128-10 with Adam, batch 64")
def wide_adam(lib):
    return wide(lib)


@model("tanh", "tanh layers 1-32-32-1, batch 64", loss="mse_loss")
def tanh(lib):
    return dense(lib, 1, 32, 1, "Tanh"), lib.randn(64, 1), lib.randn(64, 1)


@model("gelu", "GELU layers 20-64-64-2, batch 32", "AdamW")
def gelu(lib):
    return dense(lib, 20, 64, 2, "GELU"), lib.randn(32, 20), classes(lib, 2, 32)


@model("batch-norm", "layers 20-64-64-2 with ReLU and batch norm, batch 32")
def batch_norm(lib):
    return dense(lib, 20, 64, 2, between=("BatchNorm1d",)), lib.randn(32, 20), classes(lib, 2, 32)


@model("layer-norm", "the same with layer norm")
def layer_norm(lib):
    return dense(lib, 20, 64, 2, between=("LayerNorm",)), lib.randn(32, 20), classes(lib, 2, 32)


@model("dropout", "layers 20-64-2 with dropout, batch 32")
def dropout(lib):
    nn = lib.nn
    net = chain(lib, nn.Linear(20, 64), nn.ReLU(), nn.Dropout(), nn.Linear(64, 2))
    return net, lib.randn(32, 20), classes(lib, 2, 32)


@model("cnn", "two convolutions of 8 and 16 channels with pooling, 16 images of 16 x 16")
def cnn(lib, images=16):
    nn = lib.nn
    first = nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    second = nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    net = chain(lib, *first, *second, nn.Flatten(), nn.Linear(256, 10))
    return net, lib.randn(images, 1, 16, 16), classes(lib, 10, images)


@model("cnn-64", "the same two convolutions, 64 images")
def cnn_64(lib):
    return cnn(lib, 64)


@model("cnn-norm", "two with batch norm and average pooling, 16 colour images")
def cnn_norm(lib):
    nn = lib.nn
    first = nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AvgPool2d(2)
    second = nn.Conv2d(8, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1)
    net = chain(lib, *first, *second, nn.Flatten(), nn.Linear(16, 10))
    return net, lib.randn(16, 3, 16, 16), classes(lib, 10, 16)


@model("signal", "two convolutions of 16 signals of 50")
def signal(lib):
    nn = lib.nn
    first, second = nn.Conv1d(4, 16, 5, padding=2), nn.Conv1d(16, 16, 5, padding=2)
    net = chain(lib, first, nn.ReLU(), second, nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 3))
    return net, lib.randn(16, 4, 50), classes(lib, 3, 16)


@model("decoder", "a convolution with strides and a transposed one, 16 images of 16 x 16", loss="mse_loss")
def decoder(lib):
    nn = lib.nn
    x = lib.randn(16, 1, 16, 16)
    return chain(lib, nn.Conv2d(1, 8, 3, 2, 1), nn.ReLU(), nn.ConvTranspose2d(8, 1, 4, 2, 1)), x, x


def recurrent(lib, kind, given, hidden, steps=20, batch=16):
    """The last output of a layer, or of a cell that a loop calls."""

    class Last(lib.nn.Module):
        def __init__(self):
            super().__init__()
            cell = kind.endswith("Cell")
            self.layer = getattr(lib.nn, kind)(given, hidden, **{} if cell else {"batch_first": True})
            self.head = lib.nn.Linear(hidden, 2)

        def forward(self, x):
            if not kind.endswith("Cell"):
                return self.head(self.layer(x)[0][:, -1])
            state = None
            for t in range(steps):
                state = self.layer(x[:, t], state)
            return self.head(state[0] if type(state) is tuple else state)

    return Last(), lib.randn(batch, steps, given), classes(lib, 2, batch)


for _kind, _sizes in (("RNN", (8, 16)), ("LSTM", (8, 32)), ("GRU", (8, 64))):
    model(_kind.lower(), f"{_kind} of {_sizes[1]}, 20 steps, batch 16")(
        lambda lib, kind=_kind, sizes=_sizes: recurrent(lib, kind, *sizes)
    )
    model(f"{_kind.lower()}-cell", f"{_kind}Cell of 32, 10 steps, batch 16")(
        lambda lib, kind=_kind: recurrent(lib, f"{kind}Cell", 8, 32, 10)
    )


@model("lstm-128", "LSTM of 128, 20 steps, batch 32")
def lstm_128(lib):
    return recurrent(lib, "LSTM", 32, 128, batch=32)


def transformer(lib, width, layers, batch):
    nn = lib.nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.words, self.places = nn.Embedding(50, width), nn.Parameter(lib.zeros(16, width))
            layer = nn.TransformerEncoderLayer(width, 4, 2 * width, batch_first=True)
            self.layers, self.head = nn.TransformerEncoder(layer, layers), nn.Linear(width, 50)

        def forward(self, x):
            return self.head(self.layers(self.words(x) + self.places)).flatten(0, 1)

    return Model(), lib.randint(0, 50, (batch, 16)), classes(lib, 50, batch * 16)


@model("transformer", "transformer of 1 layer of 32, 4 sequences of 16", "AdamW")
def transformer_32(lib):
    return transformer(lib, 32, 1, 4)


@model("transformer-64", "transformer of 2 layers of 64, 8 sequences of 16", "AdamW")
def transformer_64(lib):
    return transformer(lib, 64, 2, 8)


@model("attention", "attention of 4 heads of 8, 4 sequences of 16", "SGD", "mse_loss")
def attention(lib):
    class Model(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.parts = lib.nn.Linear(32, 96)

        def forward(self, x):
            q, k, v = (t.view(4, 16, 4, 8).transpose(1, 2) for t in self.parts(x).chunk(3, -1))
            return lib.nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)

    return Model(), lib.randn(4, 16, 32), lib.randn(4, 16, 32)


@model("words", "the mean of 12 word vectors of 32, and a layer, batch 32")
def words(lib):
    class Model(lib.nn.Module):
        def __init__(self):
            super().__init__()
            self.vectors, self.head = lib.nn.Embedding(100, 32), lib.nn.Linear(32, 4)

        def forward(self, x):
            return self.head(self.vectors(x).mean(1))

    return Model(), lib.randint(0, 100, (32, 12)), classes(lib, 4, 32)


def table(records):
    """The rows of the page: torch's time over compat's, with its spread, and of the least figures."""
    yield "| model | torch / compat | least |"
    yield "|---|---|---|"
    for r in records:
        yield f"| {r['name']} | {r['median']:.2f} ({r['low']:.2f} to {r['high']:.2f}) | {r['least']:.2f} |"
    if records:
        yield f"| geometric mean | | {np.exp(np.mean(np.log([r['least'] for r in records]))):.2f} |"


if __name__ == "__main__":
    if torch:
        torch.set_num_threads(1)
    with fg.config(threads=1):
        found = ROWS.main(__doc__)
    print("", *table(found), sep="\n")
