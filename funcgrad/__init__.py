"""funcgrad: derivatives, vectorisation and compilation of Python functions over NumPy."""

from . import debug, numpy, ops, tree  # noqa: F401
from .at import at
from .compile.jit import eval_shape, jit, make_graph
from .core.config import config
from .numpy.concrete import value_of
from .tracing import trace_numpy
from .transforms.custom import checkpoint, custom_jvp, custom_vjp, stop_gradient
from .transforms.derived import hessian, hvp, jacfwd, jacobian, jacrev, linearize
from .transforms.forward_mode import jvp
from .transforms.reverse_mode import grad, value_and_grad, vjp
from .transforms.vectorize import vmap

__version__ = "0.1.0"
__all__ = [
    "at", "checkpoint", "config", "custom_jvp", "custom_vjp", "debug", "eval_shape", "grad", "hessian", "hvp",
    "jacfwd", "jacobian", "jacrev", "jit", "jvp", "linearize", "make_graph", "stop_gradient", "trace_numpy", "tree",
    "value_and_grad", "value_of", "vjp", "vmap",
]  # fmt: skip
