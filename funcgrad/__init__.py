"""funcgrad: derivatives, vectorisation and compilation of Python functions over NumPy."""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from . import numpy, ops  # noqa: F401
from .at import at
from .core.primitive import PRIMITIVES as _PRIMITIVES
from .lazy import attributes as _attributes

if _TYPE_CHECKING:  # what the names below are, for editors and type checkers
    from . import checkpoint_policies, custom_derivatives, debug, lax, tree
    from .callbacks import io_callback, pure_callback
    from .compile.jit import jit
    from .compile.profile import profile
    from .control_flow import cond, fori_loop, scan, switch, while_loop
    from .conversion import closure_convert, elementwise_grad
    from .core.config import config
    from .numpy.concrete import value_of
    from .scopes import named_call, named_scope
    from .stages import ShapeDtypeStruct, eval_shape, make_graph
    from .tracing import trace_numpy
    from .transforms.checkpoint import checkpoint, checkpoint_name
    from .transforms.custom import custom_jvp, custom_vjp, stop_gradient
    from .transforms.derived import hessian, hvp, jacfwd, jacobian, jacrev
    from .transforms.forward_mode import jvp
    from .transforms.linear import linear_transpose, linearize
    from .transforms.reverse_mode import grad, value_and_grad, vjp
    from .transforms.vectorize import vmap

_MACHINERY = {  # primitives that are not in ops
    "callbacks": "pure_callback io_callback",
    "compile.call": "call",
    "compile.cond": "cond",
    "compile.scan": "scan",
    "compile.while_": "while_loop",
    "transforms.barrier": "barrier",
    "transforms.checkpoint": "named",
    "transforms.named": "psum all_gather psum_scatter all_to_all ppermute",
    "transforms.refused": "refused",
    "transforms.rules": "rule",
}
_PRIMITIVES.index(__name__, _MACHINERY)
__getattr__, __dir__ = _attributes(
    __name__,
    {
        "callbacks": "io_callback pure_callback",
        "compile.jit": "jit",
        "compile.profile": "profile",
        "control_flow": "cond fori_loop scan switch while_loop",
        "conversion": "closure_convert elementwise_grad",
        "core.config": "config",
        "numpy.concrete": "value_of",
        "scopes": "named_call named_scope",
        "stages": "ShapeDtypeStruct eval_shape make_graph",
        "tracing": "trace_numpy",
        "transforms.checkpoint": "checkpoint checkpoint_name",
        "transforms.custom": "custom_jvp custom_vjp stop_gradient",
        "transforms.derived": "hessian hvp jacfwd jacobian jacrev",
        "transforms.forward_mode": "jvp",
        "transforms.linear": "linear_transpose linearize",
        "transforms.reverse_mode": "grad value_and_grad vjp",
        "transforms.vectorize": "vmap",
    },
    modules="at checkpoint_policies custom_derivatives debug errors lax nn numpy optim random scipy stages tree",
)
__version__ = "0.1.0"
__all__ = [
    "ShapeDtypeStruct", "at", "checkpoint", "checkpoint_name", "checkpoint_policies", "closure_convert", "cond",
    "config", "custom_derivatives", "custom_jvp", "custom_vjp", "debug", "elementwise_grad", "eval_shape",
    "fori_loop", "grad", "hessian", "hvp", "io_callback", "jacfwd", "jacobian", "jacrev", "jit", "jvp", "lax",
    "linear_transpose", "linearize", "make_graph", "named_call", "named_scope", "profile", "pure_callback", "scan", "stages",
    "stop_gradient", "switch", "trace_numpy", "tree", "value_and_grad", "value_of", "vjp", "vmap", "while_loop",
]  # fmt: skip
