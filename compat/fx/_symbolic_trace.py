"""torch.fx._symbolic_trace: what packages make a `trace` of their own of: the calls that are replaced, and how."""

import functools  # noqa: F401
from types import FunctionType  # noqa: F401

from .._unusable import Unusable
from ..functions.missing import refusal as _refusal
from ..nn.modules.module import Module
from .graph import Graph  # noqa: F401
from .graph_module import GraphModule  # noqa: F401
from .patches import Patcher as _Patcher  # noqa: F401
from .patches import autowrap_check as _autowrap_check  # noqa: F401
from .patches import patch_wrapped_functions as _patch_wrapped_functions  # noqa: F401
from .proxy import Proxy  # noqa: F401
from .tracer import Tracer, symbolic_trace, wrap  # noqa: F401

__getattr__ = _refusal(__name__)
_orig_module_call, _orig_module_getattr = Module.__call__, Module.__getattr__
ScriptObject = Unusable("ScriptObject", (), {"of": "torch._C.ScriptObject", "__module__": "torch._C"})


def compatibility(is_backward_compatible):
    """A decorator that changes nothing: a promise of torch's about its own names."""
    return lambda f: f
