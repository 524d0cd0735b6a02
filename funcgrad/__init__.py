"""funcgrad: derivatives, vectorisation and compilation of Python functions over NumPy."""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from . import numpy, ops  # noqa: F401
from .at import at
from .core.primitive import PRIMITIVES as _PRIMITIVES
from .lazy import attributes as _attributes

if _TYPE_CHECKING:  # what the names below are, for editors and type checkers
    from . import debug, lax, tree
    from .compile.jit import eval_shape, jit, make_graph
    from .control_flow import cond, fori_loop, scan, switch, while_loop
    from .core.config import config
    from .numpy.concrete import value_of
    from .tracing import trace_numpy
    from .transforms.custom import checkpoint, custom_jvp, custom_vjp, stop_gradient
    from .transforms.derived import hessian, hvp, jacfwd, jacobian, jacrev, linearize
    from .transforms.forward_mode import jvp
    from .transforms.reverse_mode import grad, value_and_grad, vjp
    from .transforms.vectorize import vmap

_MACHINERY = {  # primitives that are not in ops
    "compile.call": "call",
    "compile.cond": "cond",
    "compile.scan": "scan",
    "compile.while_": "while_loop",
    "transforms.barrier": "barrier",
    "transforms.custom": "rule",
}
_PRIMITIVES.index(__name__, _MACHINERY)
__getattr__, __dir__ = _attributes(
    __name__,
    {
        "compile.jit": "eval_shape jit make_graph",
        "control_flow": "cond fori_loop scan switch while_loop",
        "core.config": "config",
        "numpy.concrete": "value_of",
        "tracing": "trace_numpy",
        "transforms.custom": "checkpoint custom_jvp custom_vjp stop_gradient",
        "transforms.derived": "hessian hvp jacfwd jacobian jacrev linearize",
        "transforms.forward_mode": "jvp",
        "transforms.reverse_mode": "grad value_and_grad vjp",
        "transforms.vectorize": "vmap",
    },
)
__version__ = "0.1.0"
__all__ = [
    "at", "checkpoint", "cond", "config", "custom_jvp", "custom_vjp", "debug", "eval_shape", "fori_loop", "grad",
    "hessian", "hvp", "jacfwd", "jacobian", "jacrev", "jit", "jvp", "lax", "linearize", "make_graph", "scan",
    "stop_gradient", "switch", "trace_numpy", "tree", "value_and_grad", "value_of", "vjp", "vmap", "while_loop",
]  # fmt: skip
