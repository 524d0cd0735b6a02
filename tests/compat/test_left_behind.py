"""What tests/left_behind.py looks at is there, and what a test leaves behind is named."""

import importlib
import sys

import compat
from tests import left_behind


def test_every_setting_is_there():
    told = {module: names.split() for module, names in left_behind.SETTINGS.items()}
    for module in told:
        importlib.import_module(module)
    assert {module: left_behind.of(module)[0][1:] for module in told} == told


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


def test_a_stance_and_switches_are_named():
    before = left_behind.state()
    stance = compat.compiler.set_stance("force_eager")
    stance.__enter__()
    compat.jit.enable_onednn_fusion(True)
    compat.autograd.profiler.local.open.append("stretch")
    found = left_behind.differences(before, left_behind.state())
    stance.__exit__(None, None, None)
    compat.jit.enable_onednn_fusion(False)
    compat.autograd.profiler.local.open.clear()
    assert {line.split(":")[0] for line in found} == {
        "compat.compiler.stance",
        "compat.jit",
        "compat.autograd.profiler",
    }
    assert not left_behind.differences(before, left_behind.state())


def test_a_module_that_is_no_longer_loaded_is_named(monkeypatch):
    before = left_behind.state()
    with monkeypatch.context() as m:
        m.delitem(sys.modules, "compat.stores")
        assert left_behind.differences(before, left_behind.state()) == ["compat.stores: loaded before, not after"]
    assert not left_behind.differences(before, left_behind.state())
