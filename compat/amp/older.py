"""torch.cuda.amp and torch.cpu.amp: the older spelling of torch.amp for a device, with torch's warnings.

Invariant: a device's package has its parts (`autocast_mode`, `grad_scaler`) as modules, which have what it has.
"""

import sys
from types import ModuleType

from funcgrad.core.site import warn

from .. import dtypes
from . import autocast_mode, grad_scaler


def deprecated(kind, name, args="'{}', args..."):
    """Warn that torch.<kind>.amp.<name> has a newer spelling."""
    warn(
        f"`torch.{kind}.amp.{name}(args...)` is deprecated. Please use `torch.amp.{name}({args.format(kind)})` instead.",
        FutureWarning,
    )


def older(kind, half):
    """{name: what torch.<kind>.amp has of it}."""

    class autocast(autocast_mode.autocast):
        """torch.amp.autocast for the device."""

        def __init__(self, enabled=True, dtype=dtypes.BY_NAME[half], cache_enabled=True):
            deprecated(kind, "autocast")
            super().__init__(kind, dtype, enabled, cache_enabled)

    class GradScaler(grad_scaler.GradScaler):
        """torch.amp.GradScaler for the device."""

        def __init__(
            self, init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True
        ):
            deprecated(kind, "GradScaler")
            super().__init__(kind, init_scale, growth_factor, backoff_factor, growth_interval, enabled)

    def custom_fwd(fwd=None, *, cast_inputs=None):
        """torch.amp.custom_fwd for the device."""
        deprecated(kind, "custom_fwd", "args..., device_type='{}'")
        return autocast_mode.custom_fwd(fwd, device_type=kind, cast_inputs=cast_inputs)

    def custom_bwd(bwd=None):
        """torch.amp.custom_bwd for the device."""
        deprecated(kind, "custom_bwd", "args..., device_type='{}'")
        return autocast_mode.custom_bwd(bwd, device_type=kind)

    def amp_definitely_not_available():
        """True: there is no GPU."""
        return True

    found = {"autocast": autocast, "GradScaler": GradScaler}
    if kind == "cuda":
        found |= {f.__name__: f for f in (custom_fwd, custom_bwd, amp_definitely_not_available)}
    return found


def package(kind, half):
    """torch.<kind>.amp."""
    name = f"compat.{kind}.amp"
    parts = {"autocast_mode": "autocast custom_fwd custom_bwd", "grad_scaler": "GradScaler"}
    parts |= {"common": "amp_definitely_not_available"} if kind == "cuda" else {}
    has = older(kind, half)
    made = sys.modules[name] = ModuleType(name, f'torch.{kind}.amp: the older spelling of torch.amp for "{kind}".')
    made.__path__, made.__all__ = [], list(has)
    for part, names in parts.items():
        module = sys.modules[f"{name}.{part}"] = ModuleType(f"{name}.{part}")
        for n in names.split():
            if n in has:
                setattr(module, n, has[n])
                setattr(made, n, has[n])
                has[n].__module__, has[n].__qualname__ = module.__name__, n
        module.__all__ = [n for n in names.split() if n in has]
        setattr(made, part, module)
    return made
