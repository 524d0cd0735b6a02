"""Interpreter: runs a graph node by node, for subclasses that want to see or change what each does."""

from .graph import Graph
from .graph_module import GraphModule, at
from .node import map_arg
from .proxy import Proxy

__all__ = ["Interpreter", "Transformer"]


class Interpreter:
    """Runs the graph of a GraphModule; a subclass may define run_node, call_function, call_method, call_module and their like."""

    def __init__(self, module, garbage_collect_values=True, graph=None):
        self.module, self.submodules = module, dict(module.named_modules())
        self.graph = module.graph if graph is None else graph
        self.env, self.args_iter = {}, iter(())

    def run(self, *args, initial_env=None, enable_io_processing=True):
        """What the graph returns for these arguments."""
        self.env, self.args_iter = dict(initial_env or {}), iter(args)
        for n in self.graph.nodes:
            if n not in self.env:
                try:
                    self.env[n] = self.run_node(n)
                except Exception as error:
                    said = f"While executing {n.format_node()}\nOriginal traceback:\nNone"
                    error.args = (f"{error.args[0]}\n\n{said}" if error.args else said, *error.args[1:])
                    raise
            if n.op == "output":
                return self.env[n]
        return None

    def run_node(self, n):
        """The value of one node."""
        args, kwargs = self.fetch_args_kwargs_from_env(n)
        return getattr(self, n.op)(n.target, args, kwargs)

    def fetch_args_kwargs_from_env(self, n):
        """The values of the node's arguments."""
        return self.map_nodes_to_values(n.args, n), self.map_nodes_to_values(n.kwargs, n)

    def map_nodes_to_values(self, args, n):
        """Arguments with values in the place of nodes."""
        return map_arg(args, lambda used: self.env[used])

    def fetch_attr(self, target):
        """The attribute of the module at a dotted path."""
        return at(self.module, target)

    def placeholder(self, target, args, kwargs):
        """The next argument."""
        if target.startswith("*"):
            return list(self.args_iter)
        try:
            return next(self.args_iter)
        except StopIteration:
            if args:
                return args[0]
            raise RuntimeError(
                f"Expected positional argument for parameter {target}, but one was not passed in!"
            ) from None

    def get_attr(self, target, args, kwargs):
        """A parameter, buffer or module."""
        return self.fetch_attr(target)

    def call_function(self, target, args, kwargs):
        """The result of a function."""
        return target(*args, **kwargs)

    def call_method(self, target, args, kwargs):
        """The result of a method of the first argument."""
        return getattr(args[0], target)(*args[1:], **kwargs)

    def call_module(self, target, args, kwargs):
        """The result of a module."""
        return self.fetch_attr(target)(*args, **kwargs)

    def output(self, target, args, kwargs):
        """What is returned."""
        return args[0]


class Transformer(Interpreter):
    """An Interpreter whose values are Proxies: `transform` gives the module that it writes."""

    def __init__(self, module):
        from .tracer import Tracer

        super().__init__(module)
        self.new_graph, self.tracer = Graph(), Tracer()
        self.tracer.graph, self.tracer.root = self.new_graph, module

    def placeholder(self, target, args, kwargs):
        """An argument of the new graph."""
        return Proxy(self.new_graph.placeholder(target, default_value=args[0] if args else ...), self.tracer)

    def get_attr(self, target, args, kwargs):
        """An attribute in the new graph."""
        return self.tracer.create_proxy("get_attr", target, args, kwargs)

    def call_function(self, target, args, kwargs):
        """A call in the new graph."""
        return self.tracer.create_proxy("call_function", target, args, kwargs)

    def call_module(self, target, args, kwargs):
        """A call in the new graph."""
        return self.tracer.create_proxy("call_module", target, args, kwargs)

    def transform(self):
        """The module of the new graph."""
        out = self.run()
        self.new_graph.output(map_proxies(out))
        return GraphModule(self.module, self.new_graph)


def map_proxies(a):
    if isinstance(a, Proxy):
        return a.node
    if isinstance(a, (tuple, list)):
        return type(a)([map_proxies(v) for v in a])
    return {k: map_proxies(v) for k, v in a.items()} if isinstance(a, dict) else a
