"""torch.save and torch.load: everything that a checkpoint holds, and what a file may not."""

import io
import os
import tempfile
from collections import OrderedDict

import torch


class Own:
    def __init__(self):
        self.x = 1


def attempt(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, error)


def there_and_back(x, **options):
    file = io.BytesIO()
    torch.save(x, file)
    file.seek(0)
    return torch.load(file, **options)


torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.Linear(2, 3))
optimizer = torch.optim.Adam(model.parameters())
schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2)
(model(torch.randn(4, 2)) * torch.arange(12.0).reshape(4, 3).sin()).sum().backward()
optimizer.step()
a = torch.arange(6.0).reshape(2, 3)
saved = {
    "a": a, "row": a[1], "t": a.t(), "p": model[1].weight, "model": model.state_dict(), "opt": optimizer.state_dict(),
    "sched": schedule.state_dict(), "dtype": torch.float32, "size": a.shape, "device": torch.device("cpu"),
    "c": torch.tensor([1 + 2j]), "b": torch.tensor([True]), "u": torch.ones(2, dtype=torch.uint16), "e": torch.empty(0, 3),
    "n": torch.tensor(3), "set": {1}, "od": OrderedDict(a=1), "x": torch.ones(1).expand(3),
    "leaf": torch.ones(2, requires_grad=True), "bytes": b"abc", "complex": 1j, "float": 1e-3, "big": 10**30, "none": None,
    "nested": (1, [2, ("x",)]), "half": torch.ones(2).half(), "i8": torch.tensor([-3], dtype=torch.int8),
}  # fmt: skip
for options in ({}, {"weights_only": False}, {"map_location": "cpu"}, {"map_location": lambda storage, loc: storage}):
    got = there_and_back(saved, **options)
    got["a"][1, 0] = 100
    print(got["row"], got["t"].stride(), got["model"]._metadata, got["leaf"].is_leaf)
print(got)
model.load_state_dict(got["model"])
optimizer.load_state_dict(got["opt"])
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.pt")
    torch.save(saved["model"], path)
    mapped = torch.load(path, mmap=True)
    print(mapped)
    mapped["0.bias"].zero_()
    print(torch.load(path)["0.bias"])
    torch.save(model, path)
    attempt(lambda: torch.load(path))
    print(torch.load(path, weights_only=False).eval()(torch.ones(1, 2)).detach())
    with torch.serialization.safe_globals([torch.nn.Sequential, torch.nn.Linear, torch.nn.BatchNorm1d]):
        print(torch.load(path))
attempt(lambda: there_and_back(Own()))
torch.serialization.add_safe_globals([Own])
print(there_and_back(Own()).x, Own in torch.serialization.get_safe_globals())
torch.serialization.clear_safe_globals()
print(torch.serialization.get_safe_globals())
for module in (
    torch.nn.LSTM(2, 3, 2, bidirectional=True), torch.nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0),
    torch.nn.Conv2d(1, 2, 3), torch.nn.Embedding(3, 2), torch.nn.ModuleDict({"a": torch.nn.GELU()}),
):  # fmt: skip
    again = there_and_back(module, weights_only=False)
    print(again, all(torch.equal(p, q) for p, q in zip(module.parameters(), again.parameters())))


class Named(torch.Tensor):
    pass


marked = torch.ones(2)
marked.note = "kept"
for x in (
    marked,
    torch.nn.Buffer(torch.ones(1)),
    torch.zeros(0, 3),
    torch.ones(2).as_subclass(Named),
    torch.ones(3)[1:1],
):
    file = io.BytesIO()
    torch.save(x, file)
    file.seek(0)
    got = torch.load(file, weights_only=False)
    print(
        type(got).__name__,
        got,
        getattr(got, "note", None),
        got.stride(),
        isinstance(got.untyped_storage(), torch.UntypedStorage),
    )
