"""torch.fx: the operations of a module as a graph of Python calls, which can be looked at, changed and run again.

A module is traced by running its forward on Proxies, which write down what is done to them; a graph is Python source in the end.
"""

from funcgrad.lazy import attributes, homes_of

from ..functions.missing import refusal
from . import _pytree  # noqa: F401

FAMILIES = {
    "graph": "Graph",
    "graph_module": "GraphModule",
    "interpreter": "Interpreter Transformer",
    "node": "Node has_side_effect map_arg",
    "proxy": "Proxy TraceError",
    "subgraph_rewriter": "replace_pattern",
    "tracer": "Tracer symbolic_trace wrap",
}
__getattr__, __dir__ = attributes(__name__, FAMILIES, missing=refusal("torch.fx", __name__))
__all__ = [*homes_of(__name__, FAMILIES)]
