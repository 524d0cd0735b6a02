"""Device-agnostic scripts take their CPU path."""

import pytest

import compat as torch


def test_no_accelerator():
    assert not torch.cuda.is_available() and torch.cuda.device_count() == 0
    assert not torch.backends.mps.is_available() and not torch.backends.cudnn.is_available()
    assert not torch.accelerator.is_available() and torch.accelerator.current_accelerator() is None
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    assert torch.ones(2, device=device).to(device).device.type == "cpu"
    torch.cuda.manual_seed_all(0)
    torch.backends.cudnn.deterministic = True
    with pytest.raises(AssertionError, match="Torch not compiled with CUDA enabled"):
        torch.cuda.synchronize()
    with pytest.raises(RuntimeError, match="compat has no cuda device"):
        torch.device("cuda")
