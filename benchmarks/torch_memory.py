"""What two steps of training hold at their worst, beyond what stood before them: compat beside torch, each in a process of its own.

    python benchmarks/torch_memory.py [--rounds 3] [--only lstm]

The figure is the most memory the process has had resident, less what it had when the model and its data were there and a step on two
samples had brought in the code, in MB of 2 ** 20 bytes; the least of the rounds, since allocators round up. Both print the loss, which has to agree to six digits. For Linux, whose /proc
says what is resident.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = """
import resource
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
{model}


def step(x):
    loss = net(x).square().mean()
    if loss.requires_grad:
        loss.backward()
    return loss.item()


step(x[:2])
with open("/proc/self/statm") as file:
    before = int(file.read().split()[1]) * resource.getpagesize()
loss = [step(x) for _ in range(2)][-1]
worst = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(loss, (worst - before) / 2**20)
"""
LINEAR = "nn.Sequential(*[layer for _ in range(8) for layer in (nn.Linear(512, 512), nn.ReLU())])"
MODELS = {
    "linear": (
        "8 linear layers of 512 with relu, batch 4,096",
        f"net, x = {LINEAR}, torch.randn(4096, 512)",
    ),
    "convolutions": (
        "2 convolutions with batch norm, relu and pooling, batch 64",
        """
def block(given, made):
    return nn.Conv2d(given, made, 3, padding=1), nn.BatchNorm2d(made), nn.ReLU(), nn.MaxPool2d(2)
net, x = nn.Sequential(*block(3, 16), *block(16, 32)), torch.randn(64, 3, 64, 64)""",
    ),
    "transformer": (
        "a transformer's layer of 128, 4 heads, 256 steps, batch 16",
        "net, x = nn.TransformerEncoderLayer(128, 4, 512, dropout=0.0, batch_first=True), torch.randn(16, 256, 128)",
    ),
    "lstm": (
        "an LSTM of 256, 100 steps, batch 64",
        "layer, x = nn.LSTM(128, 256, batch_first=True), torch.randn(64, 100, 128)\nnet = lambda x: layer(x)[0]",
    ),
    "elementwise": (
        "gelu, softmax, layer norm and sigmoid of 8,192 by 512",
        "x = torch.randn(8192, 512, requires_grad=True)\n"
        "net = lambda x: F.gelu(F.softmax(F.layer_norm(x, (512,)), -1) * 2 + 1).sigmoid()",
    ),
    "inference": (
        "8 linear layers of 512 with relu, batch 8,192, nothing requires grad",
        f"net, x = {LINEAR}.requires_grad_(False), torch.randn(8192, 512)",
    ),
}


def run(model, *runner):
    """(loss, MB) of a model's program."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    given = [sys.executable, *runner, "-c", PROGRAM.format(model=model)]
    got = subprocess.run(given, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [float(x) for x in got.split()]


def least(model, rounds, *runner):
    """(loss, the least MB of the rounds)."""
    figures = [run(model, *runner) for _ in range(rounds)]
    return figures[0][0], min([held for _, held in figures])


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=MODELS)
    options = parser.parse_args(arguments)
    torch = importlib.util.find_spec("torch") is not None
    print("| model | compat, MB | torch, MB | torch / compat |\n|---|---|---|---|")
    for key in [options.only] if options.only else MODELS:
        name, model = MODELS[key]
        loss, ours = least(model, options.rounds, "-m", "compat")
        row = [name, f"{ours:.0f}", "", ""]
        if torch:
            loss_there, theirs = least(model, options.rounds)
            if abs(loss - loss_there) > 1e-6 * abs(loss_there):
                raise SystemExit(f"{key}: the losses differ: {loss} and {loss_there}")
            row[2:] = f"{theirs:.0f}", f"{theirs / ours:.2f}"
        print("|", " | ".join(row), "|", flush=True)


if __name__ == "__main__":
    main()
