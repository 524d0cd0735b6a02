"""torch.autograd: backward and grad, grad modes, hooks, Function, Variable, anomaly detection, functional, gradcheck."""

from funcgrad.lazy import attributes as _attributes

from ..functions.missing import refusal as _refusal
from . import hooks  # noqa: F401  (these three are what Tensors need; gradcheck is the name of a function here)
from .grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)
from .gradcheck import gradcheck, gradgradcheck
from .walks import backward, grad

_NAMES = {
    "anomaly_mode": "detect_anomaly is_anomaly_check_nan_enabled is_anomaly_enabled set_detect_anomaly",
    "function": "Function",
    "profiler": "_profiler_enabled",
    "variable": "Variable",
}
__getattr__, __dir__ = _attributes(__name__, _NAMES, missing=_refusal("torch.autograd", __name__))

__all__ = [
    "Function", "Variable", "backward", "detect_anomaly", "enable_grad", "grad", "gradcheck", "gradgradcheck",
    "inference_mode", "is_anomaly_check_nan_enabled", "is_anomaly_enabled", "is_grad_enabled",
    "is_inference_mode_enabled", "no_grad", "set_detect_anomaly", "set_grad_enabled", "set_multithreading_enabled",
]  # fmt: skip
