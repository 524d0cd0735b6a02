"""What tests/left_behind.py looks at is there, and what a test leaves behind is named."""

import sys

import compat
from tests import left_behind


def test_every_setting_is_there():
    told = {module: names.split() for module, names in left_behind.SETTINGS.items()}
    assert {module: left_behind.of(module)[0][1:] for module in told if module in sys.modules} == told


def test_what_is_left_is_named():
    before = left_behind.state()
    compat.set_printoptions(precision=2)
    compat.autograd.set_multithreading_enabled(False)
    try:
        one, other = left_behind.differences(before, left_behind.state())
    finally:
        compat.set_printoptions(profile="default")
        compat.autograd.set_multithreading_enabled(True)
    assert "grad_mode: set_multithreading_enabled.now True before, False after" in one
    assert "compat.printing: _options" in other and "precision=2" in other
    assert not left_behind.differences(before, left_behind.state())
