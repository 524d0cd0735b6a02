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
def as_if_nobody_had_tensors_for_storage():
    """The first Tensor of uint16, uint32, uint64 or complex32 has functions intercepted for the rest of the process (compat/functions/lacking.py):
    no test depends on which came before it."""
    yield
    lacking = sys.modules.get("compat.functions.lacking")
    if lacking is not None and lacking.Begun.done:
        lacking.USERS.leave()
        lacking.Begun.done = False
        for d in lacking.dtypes.BY_NAME.values():
            if d.name in lacking.NAMES:
                with contextlib.suppress(AttributeError):  # (of one that nobody has asked for)
                    object.__delattr__(d, "numpy")
