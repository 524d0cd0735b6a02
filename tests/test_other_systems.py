"""What is not the same on every system: names that Windows and macOS have not, and the two integers of C that are of one size.

The process of each test loses those names before anything of ours is imported. (That is no run on those systems: it shows that
nothing here asks for what they lack.)
"""

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
assert fg.jit(fg.grad(lambda x: (x * x).sum()))(numpy.ones(3)).tolist() == [2, 2, 2]
"""


@pytest.mark.parametrize("code", [EVERYTHING, TRAINING], ids=["everything is imported", "a training"])
def test_nothing_asks_for_what_other_systems_lack(code):
    done = subprocess.run([sys.executable, "-c", WITHOUT + code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


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
