"""Memory that `share_memory_` has moved is one for all processes, those included that are not forked."""

import gc
import os
import pathlib
import subprocess
import sys

import pytest

import compat as torch

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = """
import torch, torch.multiprocessing as mp
from torch import nn

def train(model, results):
    o = torch.optim.SGD(model.parameters(), 0.1)
    for _ in range(3):
        o.zero_grad(); model(torch.ones(2, 3)).pow(2).mean().backward(); o.step()
    results.put(model.weight.is_shared())

def add(rank, t, view):
    t[rank] += rank + 1
    view.add_(1 if rank == 0 else 0)
    assert view.untyped_storage().data_ptr() == t.untyped_storage().data_ptr()

def received(ones, answers):
    t = ones.get(); t += 1; answers.put("done")

if __name__ == "__main__":
    torch.manual_seed(0)
    mp.set_start_method(METHOD, force=True)
    m = nn.Linear(3, 1).share_memory()
    before, results = m(torch.ones(1, 3)).abs(), mp.SimpleQueue()
    for _ in range(2):
        p = mp.Process(target=train, args=(m, results)); p.start(); p.join()
    print(results.get(), results.get(), bool(m(torch.ones(1, 3)).abs() < 0.1 * before))
    t = torch.zeros(3, 2).share_memory_()
    mp.start_processes(add, (t, t[2]), nprocs=2, start_method=METHOD)
    print(t.tolist())
    ones, answers, counts = mp.Queue(), mp.Queue(), torch.zeros(2, dtype=torch.int64).share_memory_()
    p = mp.Process(target=received, args=(ones, answers)); p.start(); ones.put(counts)
    print(answers.get(), counts.tolist()); p.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="files in memory without a name are Linux's")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_write_into_one_memory(method, tmp_path):
    """The printed lines are torch 2.13's for each method."""
    (tmp_path / "script.py").write_text(SCRIPT.replace("METHOD", repr(method)), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "compat", "script.py"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    lines = ["True True True", "[[1.0, 1.0], [2.0, 2.0], [1.0, 1.0]]", "done [1, 1]"]
    assert ran.stdout.splitlines() == lines, ran.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="files in memory without a name are Linux's")
def test_no_file_stays_open():
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    held = [torch.ones(3).share_memory_() for _ in range(20)]
    assert len(os.listdir("/proc/self/fd")) > before
    del held
    assert len(os.listdir("/proc/self/fd")) == before
