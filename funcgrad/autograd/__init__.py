"""The swap for HIPS autograd: `import funcgrad.autograd as autograd` where a program says `import autograd`.

`python -m funcgrad run script.py` does it for a script as it stands (running.py). Thin spellings over funcgrad's transforms:
what autograd differentiates by boxes and vector spaces is differentiated by the table of primitives. At kinks the
derivatives are funcgrad's, which are jax's (docs/autograd-users.md).
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from ..lazy import attributes as _attributes
from ..lazy import delegated as _delegated
from ..lazy import submodule as _submodule

if _TYPE_CHECKING:  # what the names below are, for editors and type checkers
    from .extend import primitive
    from .operators import (
        checkpoint,
        deriv,
        elementwise_grad,
        grad,
        grad_and_aux,
        grad_named,
        hessian,
        hessian_tensor_product,
        hessian_vector_product,
        holomorphic_grad,
        jacobian,
        make_ggnvp,
        make_hvp,
        make_jvp,
        make_jvp_reversemode,
        make_vjp,
        multigrad_dict,
        tensor_jacobian_product,
        value_and_grad,
        vector_jacobian_product,
    )  # fmt: skip

__getattr__, __dir__ = _attributes(
    __name__,
    {
        "extend": "primitive",
        "operators": "checkpoint deriv elementwise_grad grad grad_and_aux grad_named hessian hessian_tensor_product "
        "hessian_vector_product holomorphic_grad jacobian make_ggnvp make_hvp make_jvp make_jvp_reversemode make_vjp "
        "multigrad_dict tensor_jacobian_product value_and_grad vector_jacobian_product",
        "builtins": "dict isinstance list tuple type",
    },
    modules="builtins core differential_operators extend misc numpy scipy test_util tracer util wrap_util",
)
_submodule(
    __name__,
    "differential_operators",
    "autograd.differential_operators: where autograd itself keeps the operators.",
    _delegated(f"{__name__}.operators"),
)
__version__ = "1.9.1"  # the autograd whose names these are
__all__ = [
    "checkpoint", "deriv", "dict", "elementwise_grad", "grad", "grad_and_aux", "grad_named", "hessian", "hessian_tensor_product",
    "hessian_vector_product", "holomorphic_grad", "isinstance", "jacobian", "list", "make_ggnvp", "make_hvp", "make_jvp",
    "make_jvp_reversemode", "make_vjp", "multigrad_dict", "primitive", "tensor_jacobian_product", "tuple", "type",
    "value_and_grad", "vector_jacobian_product",
]  # fmt: skip
