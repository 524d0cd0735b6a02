"""GraphModule: a module whose forward is the source of its graph.

Invariant: it holds those modules, parameters and buffers of its root that the graph names, the very objects; `recompile` makes the source
anew after the graph has been changed.
"""

import linecache

from ..nn.modules.module import Module
from ..nn.parameter import Parameter
from ..tensor import Tensor

__all__ = ["GraphModule"]
REMINDER = "# To see more debug info, please use `graph_module.print_readable()`"
_numbers = iter(range(10**9))


def at(root, path):
    """The attribute at a dotted path."""
    for step in path.split(".") if path else ():
        root = getattr(root, step)
    return root


def put(root, path, value):
    """Give a module an attribute at a dotted path, with modules on the way."""
    *way, last = path.split(".")
    for step in way:
        if not hasattr(root, step):
            root.add_module(step, Module())
        root = getattr(root, step)
    if isinstance(value, Tensor) and not isinstance(value, Parameter):
        root.register_buffer(last, value)
    else:
        setattr(root, last, value)


def _copy_attr(from_module, to_module, target):
    """Give a module what another one has at a dotted path."""
    put(to_module, target, at(from_module, target))


_USER_PRESERVED_ATTRIBUTES_KEY = "_user_preserved_attributes"


class _CodeOnlyModule(Module):
    """A module of the attributes that another one had."""

    def __init__(self, body):
        super().__init__()
        self.__dict__ = body


class GraphModule(Module):
    """A module made of a graph, and of the module (or dict by name) in which its modules and parameters are found."""

    def __new__(cls, *args, **kwargs):
        own = type("GraphModule", (cls,), {"__module__": cls.__module__}) if "_own" not in vars(cls) else cls
        own._own = True
        return super().__new__(own)

    def __init__(self, root, graph, class_name="GraphModule"):
        super().__init__()
        type(self).__name__ = class_name
        if isinstance(root, Module):
            self.training = root.training
        for n in graph.nodes:
            if n.op in ("get_attr", "call_module"):
                value = at(root, n.target) if isinstance(root, Module) else root.get(n.target)
                if value is None:
                    raise RuntimeError(
                        f"Node {n} referenced target {n.target} but that target was not provided in ``root``!"
                    )
                put(self, n.target, value)
        self.graph = graph

    @property
    def graph(self):
        """The graph; another one may be put in its place."""
        return self.__dict__["_graph"]

    @graph.setter
    def graph(self, g):
        self.__dict__["_graph"] = g
        g.owning_module = self
        self.recompile()

    @property
    def code(self):
        """The source of forward."""
        return self.__dict__["_code"]

    def recompile(self):
        """Make forward of the graph as it is now; returns its source."""
        source = self._graph.python_code("self")
        self.__dict__["_code"] = source.src
        name = f"<eval_with_key>.{next(_numbers)}"
        linecache.cache[name] = (len(source.function_src), None, source.function_src.splitlines(True), name)
        space = dict(source.globals)
        exec(compile(source.function_src, name, "exec"), space)
        type(self).forward = space["forward"]
        return source

    def add_submodule(self, target, m):
        """Put a module at a dotted path; could it be?"""
        put(self, target, m)
        return True

    def delete_submodule(self, target):
        """Take a module away; was it there?"""
        *way, last = target.split(".")
        try:
            parent = at(self, ".".join(way))
        except AttributeError:
            return False
        return parent._modules.pop(last, None) is not None

    def delete_all_unused_submodules(self):
        """Take the modules away that the graph does not name."""
        used = {n.target for n in self.graph.nodes if n.op in ("call_module", "get_attr")}
        for name, _ in list(self.named_modules()):
            if name and not any(u == name or u.startswith(f"{name}.") or name.startswith(f"{u}.") for u in used):
                self.delete_submodule(name)

    def print_readable(self, print_output=True, **options):
        """The source as a class; it is printed, too."""
        text = f"class {type(self).__name__}(torch.nn.Module):{self.code.replace(chr(10), chr(10) + '    ').removeprefix(chr(10) + '    ')}"
        if print_output:
            print(text)
        return text

    def __deepcopy__(self, memo):
        from copy import deepcopy

        attributes = {
            n.target: deepcopy(at(self, n.target), memo)
            for n in self.graph.nodes
            if n.op in ("get_attr", "call_module")
        }
        return GraphModule(attributes, deepcopy(self.graph), type(self).__name__)

    def __str__(self):
        return "\n".join([super().__str__(), self.code, REMINDER])
