"""torch._dynamo: the few names of it that programs use; compat's compiler has its own way (compat/compiler)."""

import sys
import warnings
from collections import Counter, defaultdict
from contextlib import nullcontext

from ._unusable import put
from .compiler import allow_in_graph, assume_constant_result, disable, is_compiling, reset
from .compiler.options import InvalidBackend, TorchDynamoException, list_backends
from .functions.missing import refusal
from .overrides import TorchFunctionMode

__all__ = [
    "allow_in_graph", "assume_constant_result", "config", "disable", "disallow_in_graph", "exc", "graph_break",
    "is_compiling", "is_dynamo_supported", "list_backends", "mark_dynamic", "mark_static", "mark_static_address", "maybe_mark_dynamic",
    "optimize", "reset",
]  # fmt: skip
missing = refusal(__name__)


def mark_dynamic(t, index, **options):
    """Nothing: a program is for one shape of its arguments."""


maybe_mark_dynamic = mark_dynamic


def mark_static(t, index=None):
    """Nothing: every shape is one for which a program is made."""


def mark_static_address(t, guard=False):
    """Nothing: a program reads the memory of its arguments where it lies."""


def disallow_in_graph(fn):
    """fn, which is always run as it is."""
    return disable(fn)


def graph_break(msg=""):
    """Nothing outside a compiled function; inside one, it is run as it is."""
    return disable(int)()


def is_dynamo_supported():
    """True: compile works."""
    return True


def optimize(backend="inductor", **options):
    """torch.compile as a decorator, by its first name."""
    from .compiler.compiled import compile

    return lambda f: compile(f, backend=backend)


class TransformGetItemToIndex(TorchFunctionMode):
    """Where Tensors of one number are indices in a mapped function. (They are without it too: nothing changes.)"""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


class Unsupported(TorchDynamoException):
    """What torch's compiler raises of what it cannot go through; never raised here, caught by name in some programs."""

    __module__ = "torch._dynamo.exc"


put(__name__, {name: "" for name in "_trace_wrapped_higher_order_op config eval_frame exc utils".split()})
exc = sys.modules[f"{__name__}.exc"]
vars(exc).update(InvalidBackend=InvalidBackend, TorchDynamoException=TorchDynamoException, Unsupported=Unsupported)
config = sys.modules[f"{__name__}.config"]  # (to be set, as scripts do; none of it changes anything)
vars(config).update(
    suppress_errors=False, cache_size_limit=8, recompile_limit=8, verbose=False, capture_scalar_outputs=False
)
sys.modules[f"{__name__}._trace_wrapped_higher_order_op"].TransformGetItemToIndex = TransformGetItemToIndex
eval_frame = sys.modules[f"{__name__}.eval_frame"]
eval_frame.is_dynamo_supported = is_dynamo_supported
utils = sys.modules[f"{__name__}.utils"]
utils.is_compile_supported = lambda device_type: device_type == "cpu"
utils.counters = defaultdict(Counter)  # (nothing is ever counted)
utils.disable_cache_limit = nullcontext  # (a function keeps each of its programs)
_warned = set()


def warn_once(msg, stacklevel=1):
    """Warn of something the first time that it is said."""
    if msg not in _warned:
        _warned.add(msg)
        warnings.warn(msg, stacklevel=stacklevel + 1)


utils.warn_once = warn_once


def __getattr__(name):
    if name == "OptimizedModule":
        from .compiler.compiled import OptimizedModule

        return OptimizedModule
    return missing(name)


eval_frame.__getattr__ = __getattr__
