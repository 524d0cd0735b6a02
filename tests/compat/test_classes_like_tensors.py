"""Classes that are no Tensors and have a __torch_function__: torch asks them wherever they stand among the arguments."""

import subprocess
import sys

import pytest

import compat as torch

CLASS = """
class Alike:
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return "asked " + func.__name__
"""
SCRIPT = f"""
import torch, torch.nn.functional as F
{CLASS}
y, alike = torch.ones(3), Alike()
print({{}})
"""
exec(CLASS)
Y = torch.ones(3)


@pytest.fixture(autouse=True)
def unasked():
    torch.overrides.unwatch()  # (as before the program's first call with such an argument)
    yield
    torch.overrides.unwatch()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("F.adaptive_avg_pool2d(alike, 2)", "adaptive_avg_pool2d"),
        ("y + alike", "add"),
        ("torch.isin(y, alike)", "isin"),
        ("F.layer_norm(y, (3,), None, alike)", "layer_norm"),
        ("y.add_(alike)", "add_"),
        ("torch.stack([y, alike])", "stack"),
    ],
)
def test_a_script_s_first_call_asks(call, name):
    got = subprocess.run(
        [sys.executable, "-m", "compat", "-c", SCRIPT.format(call)], capture_output=True, text=True, check=False
    )
    assert (got.stdout, got.stderr) == (f"asked {name}\n", "")


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda d: torch.add(Y, d, alpha=2), "add"),
        (lambda d: Y.gt(d), "gt"),
        (lambda d: torch.pow(Y, d), "pow"),
        (lambda d: torch.stack([Y, d]), "stack"),
        (lambda d: torch.maximum(Y, d), "maximum"),
        (lambda d: torch.lerp(Y, Y, weight=d), "lerp"),
        (lambda d: torch.linalg.multi_dot([Y, Y, d]), "linalg_multi_dot"),
    ],
)
def test_a_call_that_fails_asks(call, name):
    assert call(Alike()) == f"asked {name}"  # noqa: F821 (CLASS makes it)
    assert torch.overrides.Watched.done


def test_what_is_split_by_name_is_still_cast_by_autocast():
    """Also where the library itself calls it, which knows it by one name."""
    script = (
        SCRIPT.format("torch.add(y, alike)")
        + """
m = torch.eye(2, dtype=torch.bfloat16)
with torch.autocast("cpu"):
    print(torch.linalg.inv(m).dtype, torch.inverse(m).dtype, torch.linalg.matrix_power(m, -2).dtype)
print(F.native_channel_shuffle is torch.native_channel_shuffle is not F.channel_shuffle)
"""
    )
    got = subprocess.run([sys.executable, "-m", "compat", "-c", script], capture_output=True, text=True, check=False)
    want = ["asked add", "torch.float32 torch.float32 torch.bfloat16", "True"]
    assert got.stdout.splitlines() == want, got.stderr


def test_a_script_that_only_names_it_is_left_alone():
    text = "class T(torch.Tensor):\n    def __torch_function__(cls): pass\n"
    assert not torch.overrides.defines_alike(
        text + "class M(O.TorchFunctionMode):\n    def __torch_function__(self): pass\n"
    )
    assert torch.overrides.defines_alike(text + CLASS)
