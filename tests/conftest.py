"""What every test runs under: jax in 64 bits on the CPU, and the helpers of this folder importable by name.

Set before jax is first imported, by any test file, so that no test depends on which file was collected first.
"""

import contextlib
import os
import pathlib
import sys

import pytest

os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from left_behind import differences, state  # noqa: E402
from versions import TESTS, reason  # noqa: E402

from funcgrad.jax.config import config  # noqa: E402

config.update(
    "jax_enable_x64", False
)  # (the swap reads the same variable; its own tests and pages are in 32 bits, as its users are)


def pytest_collection_modifyitems(items):
    for item in items:
        if why := reason(item.nodeid, TESTS):
            item.add_marker(pytest.mark.xfail(reason=why, strict=True))


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """A test that leaves a setting of the process other than it was fails, by name: no test depends on which came before it. (The first Tensor of
    uint16, uint32, uint64 or complex32, and the first sparse one, have functions intercepted for the rest of the process,
    compat/functions/storage_dtypes.py and compat/sparse/meeting.py: that is undone.)"""
    before = state()
    yield
    undo_tensors_for_storage()
    undo_sparse_tensors()
    left = differences(before, state())
    assert not left, "the test leaves behind: " + "; ".join(left)


def undo_tensors_for_storage():
    lacking = sys.modules.get("compat.functions.storage_dtypes")
    if lacking is not None and lacking.Begun.done:
        lacking.USERS.leave()
        lacking.Begun.done = False
        for d in lacking.dtypes.BY_NAME.values():
            if d.name in lacking.NAMES:
                with contextlib.suppress(AttributeError):  # (of one that nobody has asked for)
                    object.__delattr__(d, "numpy")


def undo_sparse_tensors():
    meeting = sys.modules.get("compat.sparse.meeting")
    if meeting is not None and meeting.Begun.kind is not None:
        meeting.USERS.leave()
        meeting.Begun.kind = None
