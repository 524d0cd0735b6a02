"""torch.autograd: backward and grad, grad modes, hooks, Function, Variable, anomaly detection, functional, gradcheck."""

from funcgrad.lazy import attributes as _attributes

from ..functions.missing import refusal as _refusal
from . import hooks  # noqa: F401  (these three are what Tensors need; gradcheck is the name of a function here)
from .grad_mode import (
    enable_grad,
    enforce_grad_layout_policy,
    inference_mode,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)
from .gradcheck import gradcheck, gradgradcheck
from .walks import backward, grad

_NAMES = {
    "anomaly_mode": "detect_anomaly set_detect_anomaly",
    "function": "Function",
    "profiler": "_profiler_enabled",
    "variable": "Variable",
}
__getattr__, __dir__ = _attributes(
    __name__,
    _NAMES,
    missing=_refusal(__name__),
    modules="anomaly_mode forward_ad function functional grad_mode graph profiler profiler_util",
)

__all__ = [
    "Function", "Variable", "backward", "detect_anomaly", "enable_grad", "enforce_grad_layout_policy", "grad", "gradcheck", "gradgradcheck",
    "inference_mode", "no_grad", "set_detect_anomaly", "set_grad_enabled", "set_multithreading_enabled",
]  # fmt: skip
