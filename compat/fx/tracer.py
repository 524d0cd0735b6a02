"""Tracing: a module's forward is run on Proxies, and what it does becomes a graph.

Invariant: while a trace runs, modules and functions that get a Proxy write a node instead of computing; afterwards everything is as before.
"""

import contextlib
import functools
import inspect
import math
import sys

from ..nn.modules.module import Module
from ..nn.parameter import Parameter
from ..overrides import watch
from ..tensor import Tensor
from .graph import Graph
from .graph_module import GraphModule
from .node import WRAPPED
from .patches import Patcher, autowrap_check, patch_wrapped_functions
from .proxy import Proxy, TraceError

__all__ = ["Tracer", "symbolic_trace", "wrap"]
CONTROL_FLOW = "symbolically traced variables cannot be used as inputs to control flow"
LOOP = (
    "Proxy object cannot be iterated. This can be attempted when the Proxy is used in a loop or as a *args or **kwargs function "
    "argument. See the torch.fx docs on pytorch.org for a more detailed explanation of what types of control flow can be traced, and "
    "check out the Proxy docstring for help troubleshooting Proxy iteration errors"
)


def wrap(fn_or_name):
    """Have a function of the calling module, by name or as a decorator, written down as one call. Returns what it is given."""
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError("Unsupported type for global function! Must be either a callable or string name")
    name = fn_or_name if isinstance(fn_or_name, str) else fn_or_name.__name__
    frame = sys._getframe(1)
    if frame.f_code.co_name != "<module>":
        raise NotImplementedError("wrap must be called at the top level of a module")
    WRAPPED.append((frame.f_globals, name))
    return fn_or_name


class Tracer:
    """Makes graphs of modules and functions; a subclass says by is_leaf_module which modules stay calls."""

    def __init__(self, autowrap_modules=(math,), autowrap_functions=(), param_shapes_constant=False):
        of_modules = [f for m in autowrap_modules for name, f in vars(m).items() if name[:1] != "_" and callable(f)]
        self._autowrap_function_ids = {id(f) for f in (*of_modules, *autowrap_functions)}
        self._autowrap_search = list(autowrap_modules)

    # ---- what a subclass may change
    def is_leaf_module(self, m, module_qualified_name):
        """Is the module to be one call? (Those of torch.nn are, but for Sequential.)"""
        from ..nn.modules.container import Sequential

        return m.__module__.startswith(("torch.nn.", "compat.nn.")) and not isinstance(m, Sequential)

    def call_module(self, m, forward, args, kwargs):
        """A module is called: its node, or what its forward gives."""
        path = self.path_of_module(m)
        if self.is_leaf_module(m, path):
            return self.create_proxy("call_module", path, args, kwargs)
        return forward(*args, **kwargs)

    def create_node(self, kind, target, args, kwargs, name=None, type_expr=None):
        """A node of the graph."""
        return self.graph.create_node(kind, target, args, kwargs, name, type_expr)

    def proxy(self, node):
        """The Proxy of a node."""
        return Proxy(node, self)

    def to_bool(self, obj):
        """A Proxy is asked whether it is true."""
        raise TraceError(CONTROL_FLOW)

    def iter(self, obj):
        """A Proxy is gone through."""
        raise TraceError(LOOP)

    def keys(self, obj):
        """The keys of a Proxy, for `**`."""
        return Proxy.__getattr__(obj, "keys")()

    # ---- tracing
    def create_proxy(self, kind, target, args, kwargs, name=None, type_expr=None):
        """A node, as a Proxy."""
        args, kwargs = self.create_arg(args), self.create_arg(kwargs)
        return self.proxy(self.create_node(kind, target, args, kwargs, name, type_expr))

    def create_arg(self, a):
        """Arguments with nodes in the place of Proxies and of Tensors; NotImplementedError for what source cannot show."""
        if isinstance(a, Proxy):
            return a.node
        if isinstance(a, (tuple, list)):
            new = [self.create_arg(v) for v in a]
            return type(a)(*new) if hasattr(a, "_fields") else (tuple if isinstance(a, tuple) else list)(new)
        if isinstance(a, dict):
            return {k: self.create_arg(v) for k, v in a.items()}
        if isinstance(a, slice):
            return slice(self.create_arg(a.start), self.create_arg(a.stop), self.create_arg(a.step))
        if isinstance(a, Tensor):
            return self.create_node("get_attr", self.name_of(a), (), {})
        if isinstance(a, Module):
            return self.create_node("get_attr", self.path_of_module(a), (), {})
        return a

    def name_of(self, t):
        """The name of a parameter or buffer; any other Tensor becomes an attribute of the root."""
        for name, p in (*self.root.named_parameters(), *self.root.named_buffers()):
            if p is t:
                return name
        for name, x in vars(self.root).items():
            if x is t:
                return name
        number = 0
        while hasattr(self.root, f"_tensor_constant{number}"):
            number += 1
        setattr(self.root, f"_tensor_constant{number}", t)
        return f"_tensor_constant{number}"

    def path_of_module(self, mod):
        """The name of a module in the root; NameError if it is not in it."""
        for name, m in self.root.named_modules():
            if m is mod:
                return name
        raise NameError("module is not installed as a submodule")

    def trace(self, root, concrete_args=None):
        """The graph of a module, or of a function. Arguments in concrete_args keep the values that are given there."""
        if isinstance(root, Module):
            self.root, f = root, type(root).forward
            first = [root]
        else:
            self.root, f, first = Module(), root, []
        self.graph = Graph(tracer_cls=type(self))
        args, kwargs = self.arguments(f, len(first), concrete_args or {})
        with self.watching(getattr(f, "__globals__", {})):
            out = f(*first, *args, **kwargs)
            self.create_node(
                "output", "output", (self.create_arg(out),), {}, None, getattr(f, "__annotations__", {}).get("return")
            )
        return self.graph

    def arguments(self, f, skipped, concrete):
        """Proxies for the parameters of a function."""
        args, kwargs = [], {}
        for name, p in list(inspect.signature(f).parameters.items())[skipped:]:
            if name in concrete:
                value = concrete[name]
            elif p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
                raise TraceError(
                    f"{p}: compat traces no arguments without names of their own; give them names, or in concrete_args"
                )
            else:
                default = () if p.default is p.empty else (p.default,)
                typed = None if p.annotation is p.empty else p.annotation
                value = self.create_proxy("placeholder", name, default, {}, type_expr=typed)
            if p.kind is p.VAR_POSITIONAL:
                args += value
            elif p.kind is p.VAR_KEYWORD:
                kwargs |= value
            elif p.kind is p.KEYWORD_ONLY:
                kwargs[name] = value
            else:
                args.append(value)
        return args, kwargs

    def create_args_for_root(self, root_fn, is_module, concrete_args=None):
        """(the function, its arguments: Proxies), after the root itself where that is a module."""
        args, _ = self.arguments(root_fn, int(is_module), concrete_args or {})
        return root_fn, [self.root] * is_module + args

    def getattr(self, attr, attr_val, parameter_proxy_cache):
        """What a module gives for an attribute: a Proxy for a parameter, always the same."""
        if not isinstance(attr_val, Parameter):
            return attr_val
        name = self.name_of(attr_val)
        if name not in parameter_proxy_cache:
            parameter_proxy_cache[name] = self.create_proxy("get_attr", name, (), {})
        return parameter_proxy_cache[name]

    @contextlib.contextmanager
    def watching(self, space):
        """A block in which modules, and functions that get a Proxy, write nodes. `space`: the globals of what is traced."""
        call, find = Module.__call__, Module.__getattr__
        tracer, found, ids = self, {}, self._autowrap_function_ids

        @functools.wraps(call)
        def called(m, *args, **kwargs):
            autowrap_check(patcher, getattr(m.forward, "__globals__", {}), ids)
            return tracer.call_module(m, lambda *a, **k: call(m, *a, **k), args, kwargs)

        @functools.wraps(find)
        def got(m, name):
            return tracer.getattr(name, find(m, name), found)

        with Patcher() as patcher:
            patcher.patch_method(Module, "__getattr__", got, deduplicate=False)
            patcher.patch_method(Module, "__call__", called, deduplicate=False)
            patch_wrapped_functions(patcher)
            autowrap_check(patcher, space, ids)
            for module in self._autowrap_search:
                autowrap_check(patcher, vars(module), ids)
            yield


def symbolic_trace(root, concrete_args=None):
    """A GraphModule of a module or a function, made by running it on Proxies.

    TraceError where it decides by values.

    >>> import compat as torch
    >>> print(torch.fx.symbolic_trace(lambda x: torch.relu(x) + 1).code.strip())
    def forward(self, x):
        relu = torch.relu(x);  x = None
        add = relu + 1;  relu = None
        return add
    """
    tracer = Tracer()
    graph = tracer.trace(root, concrete_args)
    name = type(root).__name__ if isinstance(root, Module) else root.__name__
    return GraphModule(tracer.root, graph, name)


class GraphAppendingTracer(Tracer):
    """A Tracer that adds to a graph: what is done to a Proxy of it is written down there."""

    def __init__(self, graph):
        super().__init__()
        self.graph, self.root = graph, Module()
        watch()  # (a Proxy among others is found in every call)
