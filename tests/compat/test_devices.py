"""Device-agnostic scripts take their CPU path, and what a machine without a GPU refuses is refused in torch's words."""

import pytest

import compat as torch
from compat import _settings
from funcgrad.core.config import config


def test_no_accelerator():
    assert not torch.cuda.is_available() and torch.cuda.device_count() == 0
    assert not torch.backends.mps.is_available() and not torch.backends.cudnn.is_available()
    assert not torch.accelerator.is_available() and torch.accelerator.current_accelerator() is None
    assert not torch.distributed.is_nccl_available()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    assert torch.ones(2, device=device).to(device).device.type == "cpu"
    torch.cuda.manual_seed_all(0)
    with torch.backends.cudnn.flags(deterministic=True):
        assert torch.backends.cudnn.deterministic
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        torch.cuda.synchronize()


NO_CUDA = AssertionError, "Torch not compiled with CUDA enabled"  # (of torch 2.13.0, as all texts below)
REFUSED = [
    (lambda: torch.ones(2).cuda(), *NO_CUDA),
    (lambda: torch.ones(2).to("cuda:0"), *NO_CUDA),
    (lambda: torch.zeros(1, device="cuda"), *NO_CUDA),
    (lambda: torch.nn.Linear(1, 1).to("cuda"), *NO_CUDA),
    (lambda: torch.nn.Linear(1, 1).cuda(), *NO_CUDA),
    (lambda: torch.ones(2).to("mps"), RuntimeError, "PyTorch is not linked with support for mps devices"),
    (lambda: torch.ones(2).to("xpu"), AssertionError, "Torch not compiled with XPU enabled"),
    (lambda: torch.ones(2).to(0), RuntimeError, "Cannot access accelerator device when none is available."),
    (lambda: torch.cuda.Stream(), RuntimeError, "torch.cuda.Stream requires CUDA support"),
    (lambda: torch.set_num_threads(0), RuntimeError, "set_num_threads expects a positive integer"),
    (lambda: torch.set_num_threads("a"), RuntimeError, "set_num_threads expects an int, but got str"),
    (
        lambda: torch.set_deterministic_debug_mode("x"),
        RuntimeError,
        "invalid value of debug_mode, expected one of `default`, `warn`, `error`, but got x",
    ),
    (
        lambda: torch.device("foo"),
        RuntimeError,
        "Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, "
        "hpu, mtia, privateuseone device type at start of device string: foo",
    ),
]


@pytest.mark.parametrize(("f", "kind", "text"), REFUSED)
def test_what_needs_another_device(f, kind, text):
    with pytest.raises(kind) as caught:
        f()
    assert str(caught.value) == text


def test_names_of_devices():
    assert repr(torch.device("cuda:1")) == "device(type='cuda', index=1)"
    assert torch.device("cuda", 0) == torch.device("cuda:0") != torch.device("cuda")
    with torch.device("cpu"):
        assert torch.get_default_device() == torch.device("cpu")


def test_settings_are_kept(monkeypatch):
    before = torch.get_num_threads()
    monkeypatch.setattr(_settings.Kept, "threads", _settings.Kept.threads)
    with config(threads=0):  # (both give back what was)
        torch.set_num_threads(1)
        assert torch.get_num_threads() == 1
        torch.set_num_threads(before)
    torch.use_deterministic_algorithms(True, warn_only=True)
    assert torch.get_deterministic_debug_mode() == 1 and torch.are_deterministic_algorithms_enabled()
    torch.use_deterministic_algorithms(False)
    with pytest.warns(UserWarning, match="^x is not one of 'highest', 'high', or 'medium'"):
        torch.set_float32_matmul_precision("x")
    assert torch.get_float32_matmul_precision() == "highest"
    with torch.backends.cudnn.flags(enabled=False):
        assert not torch.backends.cudnn.enabled
    assert torch.backends.cudnn.enabled
