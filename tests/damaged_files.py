"""Damaged and hostile files: torch.load refuses each, or gives an object of what it may give; nothing is called on the way.

`python -m tests.damaged_files SEED COUNT` damages a file COUNT times and says what became of it.
"""

import io
import os
import pickle
import random
import subprocess
import sys
import zipfile
from collections import Counter

import compat as torch

REFUSALS = pickle.UnpicklingError, RuntimeError, IndexError, EOFError, KeyError
GLOBALS = (
    "os system|builtins eval|builtins getattr|subprocess Popen|numpy load|torch load|torch.hub load|torch.nn.modules.linear Linear|"
    "torch Tensor|torch FloatStorage|collections OrderedDict|torch._utils _rebuild_tensor_v2"
).split("|")
AFTER = [b"", b")R", b"(X\x01\x00\x00\x00atR", b")\x81", b"}b"]  # called, made anew, changed
INSTRUCTIONS = bytes([*range(33, 127), *range(0x80, 0x99)])


def a_file(**how):
    """A file with a model, an optimizer and other things in it, as bytes."""
    torch.manual_seed(0)
    layer = torch.nn.Linear(2, 3)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    views = torch.arange(6).reshape(2, 3).T, torch.ones(2, dtype=torch.bfloat16), torch.tensor(1 + 2j)
    file = io.BytesIO()
    torch.save(
        {"layer": layer.state_dict(), "optimizer": optimizer.state_dict(), "views": views, "rest": {1, 2.5, "s", None}},
        file,
        **how,
    )
    return file.getvalue()


def records_of(file):
    """The records of a zip file, by name."""
    with zipfile.ZipFile(io.BytesIO(file)) as z:
        return {name: z.read(name) for name in z.namelist()}


def damaged(data, rng):
    """A pickle with a few bytes changed, put in or left out, or calls of functions put in."""
    data, kind = bytearray(data), rng.choice(["byte", "instruction", "inserted", "left out", "global"])
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(2, len(data))
        if kind == "byte":
            data[at] = rng.randrange(256)
        elif kind == "instruction":
            data[at] = rng.choice(INSTRUCTIONS)
        elif kind == "inserted":
            data[at:at] = bytes([rng.choice(INSTRUCTIONS)])
        elif kind == "left out":
            del data[at : at + rng.randrange(1, 12)]
        else:
            data[at:at] = b"c" + rng.choice(GLOBALS).replace(" ", "\n").encode() + b"\n" + rng.choice(AFTER)
    return bytes(data)


def packed(records, data):
    """A file of these records, whose pickle is this one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        for name, record in records.items():
            z.writestr(name, data if name.endswith("data.pkl") else record)
    return file.getvalue()


def check(seed, count):
    """What became of `count` damaged files, by kind; AssertionError if one raised another error, or called what is not allowed."""
    rng, records, found, called = random.Random(seed), records_of(a_file()), Counter(), []
    old = a_file(_use_new_zipfile_serialization=False)
    (data,) = [record for name, record in records.items() if name.endswith("data.pkl")]
    before = os.system, subprocess.Popen.__init__
    os.system = subprocess.Popen.__init__ = lambda *args, **kwargs: called.append(args)
    try:
        for _ in range(count):
            whole = packed(records, damaged(data, rng)) if rng.random() < 0.7 else damaged(old, rng)
            whole = whole if rng.random() < 0.8 else whole[: rng.randrange(4, len(whole))]
            try:
                torch.load(io.BytesIO(whole))
                found["read"] += 1
            except REFUSALS as error:
                found[type(error).__name__] += 1
    finally:
        os.system, subprocess.Popen.__init__ = before
    assert not called, called
    return dict(found)


if __name__ == "__main__":
    print(check(int(sys.argv[1]), int(sys.argv[2])))
