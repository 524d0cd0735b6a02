"""Strides, memory formats, storages, DLPack and views of views against what torch 2.13 gave (tests/expected/memory.json), and
the errors of what came with the coverage page. Results, gradients and errors must be torch's.
"""

import json
import pathlib
import platform
import subprocess
import sys
import warnings

import numpy as np
import pytest

import compat
from tests.compat.test_functions import assert_as_torch

PATH = pathlib.Path(__file__).parents[1] / "expected" / "memory.json"
FAMILIES = json.loads(PATH.read_text(encoding="utf-8"))["families"]
CASES = [(family, code) for family, cases in FAMILIES.items() for code in cases]


@pytest.mark.parametrize("family, code", CASES, ids=[code for _, code in CASES])
def test_as_torch(family, code):
    assert_as_torch(code, FAMILIES[family][code])


def test_a_storage_counts_as_a_change():
    """What is written through a storage, or another Tensor over it, is seen by the version that autograd checks."""
    x = compat.ones(3, requires_grad=True)
    y = x * 2
    z = y * y
    y.detach().storage()[0] = 5.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.sum().backward()


def test_nobody_is_looked_for_where_nobody_else_sees_the_memory(monkeypatch):
    """To find who else sees a memory takes a walk over all objects of the process: milliseconds."""
    from compat import _resized

    def refuse():
        raise AssertionError("all objects are asked for")

    monkeypatch.setattr(_resized.gc, "get_objects", refuse)
    a = compat.arange(6.0).reshape(2, 3)
    for out in (compat.empty(0), compat.tensor([]), compat.zeros(2), compat.empty(0, 5)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # (of an out= that is not empty)
            assert compat.add(a, a, out=out).tolist() == [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]]
    assert compat.ones(2).resize_(3, 2).shape == (3, 2)
    seen = compat.empty(0)
    storage = seen.untyped_storage()
    with pytest.raises(AssertionError, match="all objects"):
        seen.resize_(3)
    assert storage.nbytes() == 0


def test_dlpack_shares_memory():
    array = np.arange(3.0)
    t = compat.from_dlpack(array)
    t += 1
    back = np.from_dlpack(t)
    assert array.tolist() == back.tolist() == [1.0, 2.0, 3.0] and np.shares_memory(back, array)


FAULTS = """
import resource
import compat as torch
x = torch.ones(1 << 18)
def step():
    y = x * 2
    z = y.relu()
    return (z + y).sum()
for _ in range(20): step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50): step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc gives blocks of 128 KB back to the system")
def test_freed_memory_is_used_again():
    """Results of a megabyte take no new pages (256 each) in every step."""
    root = pathlib.Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", FAULTS], cwd=root, capture_output=True, text=True, check=True)
    assert int(told.stdout) < 5000
