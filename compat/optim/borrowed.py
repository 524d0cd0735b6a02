"""What optimizers of one's own, written after torch's, import from torch.optim.optimizer.

Invariant: on a CPU without compilation each does what torch's does; the texts of docstrings are empty.
"""

import functools
from collections.abc import Iterable
from typing import Any, TypeAlias

from ..autograd.grad_mode import is_grad_enabled, set_grad_enabled
from ..dtypes import BY_NAME, get_default_dtype
from ..functions.register import FUNCTIONS
from ..tensor import Tensor

ParamsT: TypeAlias = Iterable[Tensor] | Iterable[dict[str, Any]] | Iterable[tuple[str, Tensor]]
StateDict: TypeAlias = dict[str, Any]
_params_doc = _foreach_doc = _fused_doc = _capturable_doc = _differentiable_doc = _maximize_doc = ""


def _use_grad_for_differentiable(func):
    """A step that runs with the grad mode that defaults["differentiable"] says."""

    @functools.wraps(func)
    def step(self, *args, **kwargs):
        before = is_grad_enabled()
        try:
            set_grad_enabled(self.defaults["differentiable"])
            return func(self, *args, **kwargs)
        finally:
            set_grad_enabled(before)

    return step


def _get_value(x):
    return x.item() if isinstance(x, Tensor) else x


def _to_scalar(x):
    return x.squeeze() if isinstance(x, Tensor) and x.dim() else x


def _stack_if_compiling(x):
    return x


def _view_as_real(params, *state_and_grads):
    for i, p in enumerate(params):
        if p.is_complex():
            params[i] = FUNCTIONS["view_as_real"](p)
            for s in state_and_grads:
                s[i] = FUNCTIONS["view_as_real"](s[i])


def _default_to_fused_or_foreach(params, differentiable, use_fused=False):
    return False, False


def _get_scalar_dtype(is_fused=None):
    return BY_NAME["float64" if not is_fused and get_default_dtype().name == "float64" else "float32"]


def _disable_dynamo_if_unsupported(single_tensor_fn=None):
    return lambda func: func


def _get_capturable_supported_devices(supports_xla=True):
    return ["cuda", "xpu", "hpu", "privateuseone", *["xla"] * supports_xla]
