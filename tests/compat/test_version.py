"""torch.__version__ compares as torch's does: the expected answers are those of torch 2.13's TorchVersion("2.13.0+cpu")."""

import pytest

import compat as torch
from compat.torch_version import TorchVersion


@pytest.mark.parametrize(
    "other, less, equal",
    [
        ("2.4", False, False),
        ("1.13.1", False, False),
        ("2.13.0", False, False),
        ("2.13", False, False),
        ("2.13.0rc1", False, False),
        ("2.14.0a0", True, False),
        ("10.0", True, False),
        ((1, 9), False, False),
        ((2, 13), False, False),
        ((3, 0), True, False),
    ],
)
def test_orders_as_versions(other, less, equal):
    v = TorchVersion("2.13.0+cpu")
    assert [v < other, v <= other, v > other, v >= other, v == other, v != other] == [
        less,
        less or equal,
        not less and not equal,
        not less,
        equal,
        not equal,
    ]


def test_is_a_string_and_parses():
    assert isinstance(torch.__version__, str) and torch.__version__ >= "2.4" and torch.version.cuda is None
    assert [int(k) for k in torch.__version__.split("+")[0].split(".")] == [2, 13, 0]
    assert (torch.__version__ == "no version") is False
