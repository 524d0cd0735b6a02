"""torch.func: funcgrad's transforms with torch's signatures, on functions of Tensors.

Invariant: nothing is differentiated or mapped here; each function checks its arguments in torch's words, renames them, and
calls the transform of funcgrad.
"""

import functools

from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import public
from funcgrad.lazy import attributes as _attributes

from ..functions.missing import refusal as _refusal
from ..payload import current
from ..tensor import Tensor
from .derivatives import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, vjp
from .mapping import vmap
from .modules import functional_call, replace_all_batch_norm_modules_, stack_module_state

__all__ = [
    "debug_unwrap", "functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp", "linearize",
    "rearrange", "replace_all_batch_norm_modules_", "stack_module_state", "vjp", "vmap",  # noqa: F822  (the first waits)
]  # fmt: skip
__getattr__, __dir__ = _attributes(__name__, {"rearranging": "rearrange"}, missing=_refusal(__name__), modules="")


def debug_unwrap(tensor, *, recurse=True):
    """The Tensor inside a Tensor that a transform has given a function, for looking at it; `recurse`: inside all transforms.

    >>> import compat as torch
    >>> torch.func.vmap(lambda x: (print(torch.func.debug_unwrap(x)), x)[1])(torch.arange(2.0))
    tensor([0., 1.])
    tensor([0., 1.])
    """
    if not isinstance(tensor, Tensor):
        raise TypeError(
            "is_functorch_wrapped_tensor(): incompatible function arguments. The following argument types are supported:\n    1. "
            f"(arg0: torch.Tensor) -> bool\n\nInvoked with: {tensor!r}"
        )
    while isinstance(tensor, Tensor) and tensor.owner is not TAPE:
        tensor = current(tensor).val.val  # (between them stands what the transform makes of it)
        if not recurse:
            break
    return tensor


def functionalize(func, *, remove="mutations"):
    """func itself: changes in place are functional wherever a transform sees them here."""
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError(
            f"functionalize(f, remove='mutations'): received invalid argument for remove={remove}. Valid options are:\n"
            "     remove='mutations': all inplace and out= operators will be removed from the program, and replaced with their "
            "out-of-place equivalents.\n"
            "     remove='mutations_and_views': In addition to the above, all aliasing operators {view} will be replaced with "
            "their non-aliasing counterparts, {view}_copy.\n"
        )

    @public
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        return func(*args, **kwargs)

    return wrapper
