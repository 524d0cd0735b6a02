"""Graph: nodes in the order in which they run, and the Python source that runs them.

Invariant: names of nodes are unique, and no builtin's; the source computes what the nodes say, and lets go of each value after its last use.
"""

import builtins
import keyword
import operator
import re
import typing

from ..devices import Device
from .node import Node, map_arg, qualified_name, type_text

__all__ = ["Graph"]
SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "matmul": "@", "pow": "**", "lshift": "<<",
    "rshift": ">>", "and_": "&", "or_": "|", "xor": "^", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=",
}  # fmt: skip
IN_PLACE = {f"i{name.rstrip('_')}": f"{sign}=" for name, sign in SIGNS.items()}
FORMATS = {name: f"{{}} {sign} {{}}" for name, sign in SIGNS.items()} | {
    "getitem": "{}[{}]", "neg": "-{}", "pos": "+{}", "invert": "~{}",
}  # fmt: skip


RESERVED = ("inf", "nan", "NoneType", "torch", "device")


def snake_case(text):
    """A name in small letters with lines between its words."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=.)([A-Z])(?=[a-z])", lambda m: "_" + m.group(0), text).lower()


class Namespace:
    """Names that are taken."""

    def __init__(self):
        self.used, self.counts = set(), {}

    def new(self, wanted):
        """A name that is free: the wanted one, or with the next number of its kind."""
        name = re.sub(r"[^0-9a-zA-Z_]", "_", wanted) or "_unnamed"
        name = f"_{name}" if name[0].isdigit() else name
        base, digits = re.fullmatch(r"(\w*?)(?:_(\d+))?", name).groups()
        if digits is not None and name not in self.used:
            number = int(digits)
        else:
            number = self.counts.get(base, 0)
            if keyword.iskeyword(name) or hasattr(builtins, name) or name in RESERVED:
                number += 1
                name = f"{base}_{number}"
        while name in self.used:
            number += 1
            name = f"{base}_{number}"
        self.used.add(name)
        self.counts[base] = number
        return name


class Nodes:
    """The nodes of a graph, which may change while they are gone through."""

    def __init__(self, graph, backwards=False):
        self.graph, self.backwards = graph, backwards

    def __iter__(self):
        root = self.graph._root
        n = root.prev if self.backwards else root.next
        while n is not root:
            if not n._erased:
                yield n
            n = n.prev if self.backwards else n.next

    def __reversed__(self):
        return iter(Nodes(self.graph, not self.backwards))

    def __len__(self):
        return sum(1 for _ in self)


class Inserting:
    """Where new nodes of a graph come from now on; as a block, until its end."""

    def __init__(self, graph, place):
        self.graph, self.before = graph, graph._place
        graph._place = place

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.graph._place = self.before


class Graph:
    """Nodes of a traced module, or of one's own making.

    >>> import compat as torch
    >>> print(torch.fx.symbolic_trace(torch.nn.Sequential(torch.nn.ReLU())).graph)
    graph():
        %input_1 : [num_users=1] = placeholder[target=input]
        %_0 : [num_users=1] = call_module[target=0](args = (%input_1,), kwargs = {})
        return _0
    """

    def __init__(self, owning_module=None, tracer_cls=None, tracer_extras=None):
        self.owning_module, self._tracer_cls = owning_module, tracer_cls
        self._names = Namespace()
        self._root = Node(self, "", "root", "", (), {})
        self._place = self._root

    nodes = property(Nodes)

    # ---- making nodes
    def create_node(self, op, target, args=None, kwargs=None, name=None, type_expr=None):
        """A new node, at the end or where inserting_before or inserting_after says."""
        wanted = name
        if wanted is None:
            wanted = target.__name__ if callable(target) else target
            if isinstance(target, str) and target.startswith("__") and target.endswith("__"):
                wanted = target[2:-2]
            wanted = snake_case(wanted)
        n = Node(self, self._names.new(wanted), op, target, args or (), kwargs or {}, type_expr)
        self._place.prepend(n)
        return n

    def placeholder(self, name, type_expr=None, default_value=builtins.Ellipsis):
        """An argument of the graph."""
        return self.create_node(
            "placeholder", name, () if default_value is ... else (default_value,), type_expr=type_expr
        )

    def get_attr(self, qualified_name, type_expr=None):
        """A parameter, buffer or module of the root."""
        return self.create_node("get_attr", qualified_name, type_expr=type_expr)

    def call_module(self, module_name, args=None, kwargs=None, type_expr=None):
        """A call of a module of the root."""
        return self.create_node("call_module", module_name, args, kwargs, type_expr=type_expr)

    def call_method(self, method_name, args=None, kwargs=None, type_expr=None):
        """A call of a method of the first of args."""
        return self.create_node("call_method", method_name, args, kwargs, type_expr=type_expr)

    def call_function(self, the_function, args=None, kwargs=None, type_expr=None, name=None):
        """A call of a function."""
        return self.create_node("call_function", the_function, args, kwargs, name, type_expr)

    def output(self, result, type_expr=None):
        """What the graph returns."""
        return self.create_node("output", "output", (result,), type_expr=type_expr)

    def inserting_before(self, n=None):
        """From here on, or for a block, new nodes come before a node (None: before all)."""
        return Inserting(self, self._root.next if n is None else n)

    def inserting_after(self, n=None):
        """From here on, or for a block, new nodes come behind a node (None: behind all)."""
        return Inserting(self, self._root if n is None else n.next)

    def node_copy(self, node, arg_transform=lambda x: x):
        """A copy of a node of any graph; arg_transform gives this graph's nodes for those it uses."""
        args, kwargs = map_arg(node.args, arg_transform), map_arg(node.kwargs, arg_transform)
        new = self.create_node(node.op, node.target, args, kwargs, node.name, node.type)
        new.meta = dict(node.meta)
        return new

    def graph_copy(self, g, val_map, return_output_node=False):
        """Copy the nodes of another graph; returns what stands for its output."""
        for n in g.nodes:
            if n in val_map:
                continue
            if n.op == "output":
                out = map_arg(n.args[0], lambda n: val_map[n])
                return (out, n) if return_output_node else out
            val_map[n] = self.node_copy(n, lambda n: val_map[n])
        return None

    def __deepcopy__(self, memo):
        new = Graph(tracer_cls=self._tracer_cls)
        done = {}
        out = new.graph_copy(self, done)
        last = next((n for n in reversed(self.nodes) if n.op == "output"), None)
        if last is not None:
            new.output(out, last.type)
        return new

    # ---- taking nodes away
    def erase_node(self, to_erase):
        """Take a node out; RuntimeError if it is used."""
        if to_erase.users:
            raise RuntimeError(
                f"Tried to erase Node {to_erase} but it still had {len(to_erase.users)} users in the graph: {to_erase.users}!"
            )
        to_erase._set((), {})
        to_erase._unlink()
        to_erase._erased = True

    def eliminate_dead_code(self, is_impure_node=None):
        """Take out what nobody uses; was there any?"""
        found = False
        for n in reversed(self.nodes):
            if not n.users and not (is_impure_node or Node.is_impure)(n):
                self.erase_node(n)
                found = True
        return found

    def find_nodes(self, *, op, target=None, sort=True):
        """The nodes of an op, and a target."""
        if op == "call_function" and target is None:
            raise AssertionError("target must not be None for call_function op")
        return [n for n in self.nodes if n.op == op and (target is None or n.target == target)]

    def lint(self):
        """RuntimeError if a node is used before it is computed, or belongs to another graph."""
        seen = set()
        for n in self.nodes:
            for used in n.all_input_nodes:
                if used.graph is not self:
                    raise RuntimeError(
                        f"Argument '{used}' of Node '{n}' does not belong to this Graph, but was used as an argument!"
                    )
                if used not in seen:
                    raise RuntimeError(
                        f"Argument '{used}' of Node '{n}' was used before it has been defined! Please check that Nodes in the graph are topologically ordered\n{self}"
                    )
            seen.add(n)

    # ---- as text
    def __str__(self):
        lines = [n.format_node() for n in self.nodes]
        return "graph():" + "".join([f"\n    {line}" for line in lines])

    def python_code(self, root_module="self", verbose=False, **options):
        """The source of `forward`, with the functions that it names."""
        return Source(self, root_module)


def text_of(a):
    """An argument in source."""
    if isinstance(a, Node):
        return a.name
    if isinstance(a, (tuple, list)) and not hasattr(a, "_fields"):
        words = ", ".join(map(text_of, a))
        return f"({words}{',' * (len(a) == 1)})" if isinstance(a, tuple) else f"[{words}]"
    if isinstance(a, dict):
        return "{" + ", ".join([f"{k!r}: {text_of(v)}" for k, v in a.items()]) + "}"
    if isinstance(a, slice):
        return f"slice({text_of(a.start)}, {text_of(a.stop)}, {text_of(a.step)})"
    if isinstance(a, type) or callable(a):
        return qualified_name(a)
    return repr(a)


def attribute_text(root, path):
    """self.a.b, or getattr(self.a, "0") where a step is no name."""
    for step in path.split("."):
        root = f"{root}.{step}" if step.isidentifier() else f'getattr({root}, "{step}")'
    return root


OLDER = {list: typing.List, dict: typing.Dict, set: typing.Set, frozenset: typing.FrozenSet, tuple: typing.Tuple}  # noqa: UP006


class Source:
    """The source of a graph: as it is shown (`src`), its function (`function_src`), and the names that are no builtins (`globals`)."""

    def __init__(self, graph, root):
        import math

        import compat

        self.root, self.wrapped = root, {}
        self.globals = {
            "torch": compat,
            "operator": operator,
            "inf": math.inf,
            "nan": math.nan,
            "device": compat.device,
        }
        arguments, lines, returned = [], [], ""
        last_uses, seen = {}, set()
        for n in reversed(graph.nodes):
            for used in n.all_input_nodes:
                if used not in seen:
                    seen.add(used)
                    last_uses.setdefault(n, []).append(used)
        for n in graph.nodes:
            if n.op == "placeholder":
                typed = f" : {self.annotation(n.type)}" if n.type is not None else ""
                default = f" = {text_of(n.args[0])}" if n.args else ""
                arguments.append(f"{n.target}{typed}{default}")
                raw = n.target.replace("*", "")
                if raw != n.name:
                    lines.append(f"{n.name} = {raw}")
                continue
            if n.op == "output":
                returned = f" -> {self.annotation(n.type)}" if n.type is not None else ""
                lines.append(f"return {text_of(n.args[0])}")
                continue
            let_go = [*last_uses.get(n, []), *([] if n.users else [n])]
            typed = f" : {self.annotation(n.type)}" if n.type is not None else ""
            tail = f";  {' = '.join([d.name for d in let_go])} = None" if let_go else ""
            lines.append(self.call(n, n.name + typed) + tail)
        body = "\n".join(lines or ["pass"]) + "\n"
        head = f"def forward({', '.join(['self', *arguments])}){returned}:\n"
        self.function_src = head + "\n".join([f"    {line}" for line in body.split("\n")])
        marks = [f'torch.fx._symbolic_trace.wrap("{name}")' for name in self.wrapped]
        self.src = "\n" + "\n".join(marks) + "\n\n" + self.function_src

    def call(self, n, name):
        """The line of one node, without what it lets go of."""
        args = ", ".join([*map(text_of, n.args), *[f"{k} = {text_of(v)}" for k, v in n.kwargs.items()]])
        if n.op == "get_attr":
            return f"{name} = {attribute_text(self.root, n.target)}"
        if n.op == "call_module":
            return f"{name} = {attribute_text(self.root, n.target)}({args})"
        if n.op == "call_method":
            rest = ", ".join([*map(text_of, n.args[1:]), *[f"{k} = {text_of(v)}" for k, v in n.kwargs.items()]])
            return f"{name} = {text_of(n.args[0])}.{n.target}({rest})"
        f = n.target
        own = getattr(f, "__name__", None)
        if getattr(operator, own or "", None) is f and not n.kwargs:
            if own in FORMATS:
                return f"{name} = {FORMATS[own].format(*map(text_of, n.args))}"
            if own in IN_PLACE:
                a, b = map(text_of, n.args)
                return f"{a} {IN_PLACE[own]} {b};  {name} = {a}"
        if f is getattr and isinstance(n.args[1], str) and n.args[1].isidentifier():
            return f"{name} = {text_of(n.args[0])}.{n.args[1]}"
        known = self.function(f)
        if n.meta.get("is_wrapped"):
            self.wrapped[known] = None
        return f"{name} = {known}({args})"

    def annotation(self, t):
        """A type in the source: what it is made of gets names that the globals know."""
        origin = getattr(t, "__origin__", None)
        if isinstance(t, str) or t == ():
            return t or "()"
        if origin is None:
            return self.known("device" if t is Device else type_text(t), t)
        if isinstance(t, typing._GenericAlias):
            origin = OLDER.get(origin, origin)
        name, parts = self.known(type_text(origin), origin), getattr(t, "__args__", ())
        return f"{name}[{','.join(map(self.annotation, parts))}]" if parts else name

    def function(self, f):
        """A function's name in the source."""
        return self.known(qualified_name(f), f)

    def known(self, name, f):
        """The name for a function or a type, which the globals lead to it."""
        root = name.partition(".")[0]
        if root in ("torch", "operator") or "." not in name:
            found = self.globals.get(root, getattr(builtins, root, None))
            for step in name.split(".")[1:]:
                found = getattr(found, step, None)
            if found is f:
                return name
        name = re.sub(r"[^0-9a-zA-Z_]+", "_", name)
        while self.globals.setdefault(name, f) is not f:
            name += "_1"
        return name
