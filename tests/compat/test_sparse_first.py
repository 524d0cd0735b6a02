"""The first sparse Tensors of a process, made in several threads at once: each call with one is answered as such."""

import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = """
import threading
import compat as torch
start, found = threading.Barrier(6), []
def first():
    start.wait()
    try:
        s = torch.sparse_coo_tensor([[0, 1], [1, 0]], [1.0, 2.0], (4, 4), check_invariants=False)
        found.append(torch.matmul(s, torch.ones(4, 4)).sum().item() + torch.cat([s, s]).to_dense().sum().item())
    except Exception as error:
        found.append(repr(error))
threads = [threading.Thread(target=first) for _ in range(6)]
[t.start() for t in threads]
[t.join() for t in threads]
print(found)
"""


def test_first_ones_of_six_threads():
    got = subprocess.run([sys.executable, "-c", PROGRAM], cwd=HERE, capture_output=True, text=True, timeout=120)
    assert got.stdout.strip() == repr([18.0] * 6), got.stdout[-600:] + got.stderr[-600:]


def test_copy_of_a_sparse_parameter_is_one():
    import copy

    import compat as torch

    s = torch.sparse_coo_tensor([[0, 1], [1, 0]], [1.0, 2.0], (2, 2), check_invariants=False)
    p = copy.deepcopy(torch.nn.Parameter(s))
    assert isinstance(p, torch.nn.Parameter) and p.requires_grad


def test_errors_of_dense_tensors_are_the_same_after_the_first_sparse_one():
    import compat as torch

    x = torch.ones(2)

    def texts():
        found = []
        for wrong in (lambda: x.tolist(1), lambda: x.item(2), lambda: torch.cat([x, 1]), lambda: x.element_size(3)):
            with pytest.raises(TypeError) as error:
                wrong()
            found.append(str(error.value))
        return found

    before = texts()
    assert before[0] == "TensorBase.tolist() takes no arguments (1 given)"
    torch.sparse_coo_tensor([[0], [1]], [1.0], (2, 2), check_invariants=False)
    assert texts() == before
