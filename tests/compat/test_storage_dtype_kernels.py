"""uint16, uint32 and uint64, which torch has for storage: what is refused of them, and in which words (functions/storage_dtypes.py)."""

import subprocess
import sys

import numpy as np
import pytest

import compat as torch
import compat.fft
import compat.linalg
import compat.nn.functional
import compat.special
from tests import packed, random_calls

CALLS = packed.read("storage_dtype_kernels")["calls"]
PARTS = 6


@pytest.mark.parametrize("part", range(PARTS))
def test_calls_give_what_torch_gave(part):
    assert not random_calls.differing(compat, CALLS[part::PARTS])


def said(f):
    with pytest.raises(NotImplementedError) as caught:
        f()
    return str(caught.value)


def test_every_row_of_the_table_is_known_to_a_stored_call():
    from compat.functions.storage_dtype_kernels import rows

    kernels = {row[0] for row in rows().values() if isinstance(row[0], str)}
    seen = " ".join([wanted for *_, wanted in CALLS if isinstance(wanted, str)])
    # (what makes a Tensor is called without any here; each of these was asked of torch by hand)
    made = {"arange_cpu", "eye", "logspace_cpu", "randperm", "range_cpu", "tril_indices", "triu_indices", "sum_cpu"}
    made |= {"prod_out_cpu", "log_normal_cpu", "bincount_cpu"}
    assert {k for k in kernels - made if f'"{k}"' not in seen} == set()


def test_a_refused_change_leaves_its_tensor_as_it_was():
    t = torch.tensor([1, 2, 3], dtype=torch.uint16)
    out = torch.zeros(3, dtype=torch.uint16)
    assert said(lambda: t.add_(1)) == "\"add_stub\" not implemented for 'UInt16'"
    assert said(lambda: torch.add(t, 1, out=out)) == "\"add_stub\" not implemented for 'UInt16'"
    assert said(lambda: t.__setitem__(t == 2, 7)) == "\"masked_fill\" not implemented for 'UInt16'"
    assert t.tolist() == [1, 2, 3] and t._version == 0 and out.tolist() == [0, 0, 0]


def test_the_library_itself_may_use_what_its_users_may_not():
    t = torch.tensor([[1, 2], [3, 60000]], dtype=torch.uint16)
    assert repr(t).startswith("tensor([[    1,     2],")
    assert torch.stack([t, t]).sum().item() == 2 * 60006
    assert said(lambda: torch.nn.ReLU()(t)) == "\"clamp_min_scalar_cpu\" not implemented for 'UInt16'"


FIRST = """
import sys
import compat as torch
x = torch.ones(3) + 1
torch.nn.functional.relu(x).sum()
assert "compat.functions.storage_dtypes" not in sys.modules
own = torch.add.__code__
for make in (lambda: torch.arange(5, dtype=torch.uint32), lambda: torch.arange(5, dtype=torch.uint32)):
    try:
        make()
    except NotImplementedError as error:
        print(error)
print(torch.add.__code__ is own or "asks")
"""


def test_nothing_is_asked_before_the_first_such_tensor():
    got = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, check=True).stdout
    assert got.splitlines() == ["\"arange_cpu\" not implemented for 'UInt32'"] * 2 + ["asks"]


def test_an_array_from_numpy_is_asked_too():
    t = torch.from_numpy(np.array([3, 1], np.uint64))
    assert said(lambda: -t) == "\"neg_cpu\" not implemented for 'UInt64'"
    assert said(lambda: t // 2) == "\"div_floor_cpu\" not implemented for 'UInt64'"
    assert (t * t).tolist() == [9, 1]
