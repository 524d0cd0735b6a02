"""What is not the same on every system: names that Windows and macOS have not, the encoding of text that is not asked for, names of
files, and the two integers of C that are of one size; and what `python -OO` leaves out.

The process of each test loses those names before anything of ours is imported. (That is no run on those systems: it shows that
nothing here asks for what they lack.)
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WITHOUT = """
import logging, mmap, multiprocessing.connection, os, signal, subprocess, sys, tempfile
import numpy
for module, names in {
    mmap: [n for n in dir(mmap) if n.startswith(("MAP_", "PROT_", "MADV_"))],
    os: "fork forkpty register_at_fork sched_getaffinity uname getuid geteuid getppid".split(),
    signal: "SIGALRM SIGCHLD SIGKILL SIGUSR1 setitimer alarm".split(),
}.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
"""
EVERYTHING = """
import importlib, pkgutil
for root in ("funcgrad", "compat"):
    package = importlib.import_module(root)
    for found in pkgutil.walk_packages(package.__path__, root + "."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
"""
TRAINING = """
import io
import compat as torch
model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
optimizer = torch.optim.Adam(model.parameters())
data = torch.utils.data.TensorDataset(torch.randn(8, 2), torch.randn(8, 1))
for x, y in torch.utils.data.DataLoader(data, batch_size=4, shuffle=True):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
with tempfile.TemporaryDirectory() as folder:
    torch.save(model.state_dict(), os.path.join(folder, "a.pt"))
    model.load_state_dict(torch.load(os.path.join(folder, "a.pt")))
import funcgrad as fg
if fg.jit(fg.grad(lambda x: (x * x).sum()))(numpy.ones(3)).tolist() != [2, 2, 2]:
    raise AssertionError
"""


@pytest.mark.parametrize("code", [EVERYTHING, TRAINING], ids=["everything is imported", "a training"])
def test_nothing_asks_for_what_other_systems_lack(code):
    # (-OO: nor for assertions or docstrings)
    done = subprocess.run([sys.executable, "-OO", "-c", WITHOUT + code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


WORKERS = """
import multiprocessing
import compat as torch
multiprocessing.set_start_method("spawn", force=True)
class Squares(torch.utils.data.Dataset):
    def __len__(self):
        return 7
    def __getitem__(self, i):
        return torch.tensor([float(i * i)]), "é"
if __name__ == "__main__":
    assert not hasattr(os, "fork")
    loader = torch.utils.data.DataLoader(Squares(), batch_size=3, num_workers=2)
    print([x.ravel().tolist() for x, _ in loader])
"""


def test_workers_of_a_loader_are_there_where_nothing_forks(tmp_path):
    """Each is a new interpreter, which imports the script again."""
    script = tmp_path / "script.py"
    script.write_text(WITHOUT + WORKERS, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=ROOT, env=paths())
    assert (done.returncode, done.stdout) == (0, "[[0.0, 1.0, 4.0], [9.0, 16.0, 25.0], [36.0]]\n"), done.stderr


def paths():
    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("code", [EVERYTHING, TRAINING], ids=["everything is imported", "a training"])
def test_no_text_is_read_in_the_encoding_of_the_system(code):
    """Windows' is not UTF-8: an `open` that does not say its encoding is a warning, which is an error here."""
    options = ["-X", "warn_default_encoding", "-W", "error::EncodingWarning", "-X", "utf8=0"]
    done = subprocess.run(
        [sys.executable, *options, "-c", WITHOUT + code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert done.returncode == 0, done.stderr


def test_names_of_files_are_names_on_every_system():
    """No two differ in capitals alone, none is a device of Windows, none has a character that Windows has not."""
    asked = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT)
    names = asked.stdout.split("\n") if not asked.returncode else [str(p.relative_to(ROOT)) for p in ROOT.rglob("*.py")]
    assert len({n.casefold() for n in names}) == len(set(names))
    device = re.compile(r"(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.[^/]*)?(/|$)", re.IGNORECASE)
    assert not [n for n in names if device.search(n) or re.search(r'[<>:"|?*\\\\]|[ .](/|$)', n)]


@pytest.mark.parametrize("name", ["longlong", "ulonglong", "long", "ulong", "intc", "uintc"])
def test_integers_of_c_are_known_by_their_size(name):
    """An array of `long long` is one of int64 where `long` is too (Linux), one of `long` an int32 where `int` is too (Windows)."""
    import numpy as np

    import compat as torch

    array = np.zeros(3, name)
    wanted = np.dtype(f"{array.dtype.kind}{array.dtype.itemsize}")
    for t in (torch.from_numpy(array), torch.tensor(array), torch.as_tensor(array[1:])):
        assert t.numpy().dtype.char == wanted.char
        assert t.dtype is getattr(torch, wanted.name)
    torch.from_numpy(array)[0] = 1
    assert array[0] == 1  # (the same memory)
    if wanted == np.int64:
        targets = torch.from_numpy(np.zeros(3, name))
        assert torch.nn.functional.cross_entropy(torch.zeros(3, 2), targets).item() == pytest.approx(np.log(2))


# ------------------------------------------------------------------------------------------------ older NumPy
def version_of_numpy():
    import numpy as np

    return np.lib.NumpyVersion(np.__version__)


@pytest.mark.skipif(version_of_numpy() < "2.4.0", reason="NumPy does not tell them before")
def test_what_older_numpy_does_not_tell_of_its_functions_is_what_newer_tells():
    import inspect

    import numpy as np

    from funcgrad.jax.signatures import of_text, untold

    told = {name: str(inspect.signature(getattr(np, name))) for name in untold()}
    assert {name: str(of_text(text)) for name, text in untold().items()} == told


@pytest.mark.skipif(version_of_numpy() >= "2.5.0", reason="setting a shape is deprecated there")
def test_a_view_of_another_shape_without_numpys_reshape_that_may_refuse(monkeypatch):
    import numpy as np

    from funcgrad.core import strides

    monkeypatch.setattr(strides, "RESHAPE_MAY_REFUSE", False)
    x = np.arange(12).reshape(3, 4)
    for array, shape in ((x, (2, 6)), (x, (12,)), (x[:, ::2], (3, 2, 1)), (x.T, (2, 2, 3)), (x[:0], (0, 7))):
        got, want = strides.viewed(array, shape), np.reshape(array, shape)
        assert got.shape == want.shape and got.strides == want.strides
        assert array.shape != shape and (not array.size or np.shares_memory(got, array))
    for array, shape in ((x.T, (12,)), (x[:, ::3], (6,)), (x, (5,))):
        with pytest.raises(ValueError):
            strides.viewed(array, shape)
