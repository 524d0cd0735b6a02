"""torch.fx: the operations of a module as a graph of Python calls, which can be looked at, changed and run again.

A module is traced by running its forward on Proxies, which write down what is done to them; a graph is Python source in the end.
"""

from funcgrad.lazy import attributes as _attributes
from funcgrad.lazy import homes_of as _homes_of

from .._unusable import put as _put
from ..functions.missing import refusal as _refusal
from . import _pytree  # noqa: F401

_FAMILIES = {
    "graph": "Graph",
    "graph_module": "GraphModule",
    "interpreter": "Interpreter Transformer",
    "node": "Node has_side_effect map_arg",
    "proxy": "Proxy",
    "subgraph_rewriter": "replace_pattern",
    "tracer": "Tracer symbolic_trace wrap",
}
__getattr__, __dir__ = _attributes(
    __name__,
    _FAMILIES,
    missing=_refusal(__name__),
    modules="graph graph_module interpreter node passes proxy subgraph_rewriter",
)
__all__ = [*_homes_of(__name__, _FAMILIES)]


def get_proxy_mode():
    """None: no call is written down by a mode."""


_put(__name__, {"experimental.proxy_tensor": ""})
experimental.proxy_tensor.get_proxy_mode = get_proxy_mode  # noqa: F821 (which `put` has set)
del get_proxy_mode
