"""Node: one call of a graph.

Invariant: `users` of a node are those nodes of its graph whose args or kwargs hold it; a node stands between `prev` and `next`.
"""

import builtins
import operator
import sys
import typing

Target, Argument = typing.Union[typing.Callable[..., typing.Any], str], typing.Any  # noqa: UP007  (for annotations)
__all__ = ["Node", "has_side_effect", "map_arg"]
OPS = ("placeholder", "get_attr", "call_function", "call_module", "call_method", "output")
WRAPPED = []  # (globals of a module, name of a function in it that is written down as one call)
IMPURE = set()  # functions that are called for what they do


def has_side_effect(fn):
    """Keep calls of a function although nobody uses their result; returns it."""
    IMPURE.add(fn)
    return fn


def put_together(a, new):
    """A sequence like a of other values; a torch.Size has become a tuple."""
    return type(a)(*new) if hasattr(a, "_fields") else list(new) if isinstance(a, list) else tuple(new)


def map_arg(a, fn):
    """args or kwargs with fn(node) in the place of each node."""
    if isinstance(a, Node):
        return fn(a)
    if isinstance(a, (tuple, list)):
        return put_together(a, [map_arg(v, fn) for v in a])
    if isinstance(a, dict):
        return {k: map_arg(v, fn) for k, v in a.items()}
    if isinstance(a, slice):
        return slice(map_arg(a.start, fn), map_arg(a.stop, fn), map_arg(a.step, fn))
    return a


def found_at(name):
    """What a name of torch leads to; None if nothing."""
    found = sys.modules[__package__.partition(".")[0]]
    for step in name.split(".")[1:]:
        found = getattr(found, step, None)
    return found


def qualified_name(f):
    """The name of a function as source has it: torch.relu, operator.add, len."""
    from .._C import home_of
    from ..functions.register import FUNCTIONS
    from ..overrides import resolve_name

    name = getattr(f, "__name__", None)
    if name is not None and getattr(builtins, name, None) is f:
        return name
    if name is not None and getattr(operator, name, None) is f:
        return f"operator.{name}"
    known = f"torch.{name}" if name in FUNCTIONS.homes and FUNCTIONS[name] is f else resolve_name(f)
    if known is not None and not known.startswith("torch.Tensor."):
        return home if found_at(home := home_of(known)) is f else known
    if getattr(sys.modules[__package__.partition(".")[0]], name, None) is f:
        return f"torch.{name}"
    module = f.__module__
    return f"{'torch' + module[6:] if module.partition('.')[0] == 'compat' else module}.{name}"


def type_text(t):
    """A type as annotations show it."""
    if isinstance(t, type) and not hasattr(t, "__origin__"):
        first, dot, rest = t.__module__.partition(".")
        module = "torch" + ("" if t.__name__ == "Tensor" else dot + rest) if first == "compat" else t.__module__
        return t.__qualname__ if module == "builtins" else f"{module}.{t.__qualname__}"
    return t if isinstance(t, str) else "..." if t is ... else repr(t)


class Node:
    """A placeholder, an attribute, a call, or the output of a graph: `op`, `target`, `args` and `kwargs` say what is done."""

    def __init__(self, graph, name, op, target, args, kwargs, return_type=None):
        self.graph, self.name, self.op, self.target, self.type = graph, name, op, target, return_type
        self.users, self.meta = {}, {}
        self._args, self._kwargs, self._input_nodes = (), {}, {}
        self._erased = False
        self.prev = self.next = self
        self._set(args, kwargs)

    def _set(self, args, kwargs):
        for n in self._input_nodes:
            n.users.pop(self, None)
        self._input_nodes = {}
        self._args, self._kwargs = map_arg(tuple(args), self._use), map_arg(dict(kwargs), self._use)

    def _use(self, n):
        self._input_nodes[n] = n.users[self] = None
        return n

    args = property(lambda n: n._args, lambda n, args: n._set(args, n._kwargs))
    kwargs = property(lambda n: n._kwargs, lambda n, kwargs: n._set(n._args, kwargs))

    @property
    def all_input_nodes(self):
        """The nodes in args and kwargs."""
        return list(self._input_nodes)

    def update_arg(self, idx, arg):
        """Set one of the args."""
        self.args = (*self.args[:idx], arg, *self.args[idx + 1 :])

    def update_kwarg(self, key, arg):
        """Set one of the kwargs."""
        self.kwargs = {**self.kwargs, key: arg}

    def insert_arg(self, idx, arg):
        """Put one more before an arg."""
        self.args = (*self.args[:idx], arg, *self.args[idx:])

    def replace_all_uses_with(self, replace_with, delete_user_cb=lambda user: True, *, propagate_meta=False):
        """Let the users of this node use another; returns them."""
        users = [u for u in self.users if delete_user_cb(u)]
        if propagate_meta:
            replace_with.meta.update(self.meta)
        for u in users:
            u.replace_input_with(self, replace_with)
        return users

    def replace_input_with(self, old_input, new_input):
        """Use another node instead of one."""
        swap = lambda n: new_input if n is old_input else n  # noqa: E731
        self._set(map_arg(self.args, swap), map_arg(self.kwargs, swap))

    def prepend(self, x):
        """Move a node to the place before this one."""
        if x is not self:
            x._unlink()
            before = self.prev
            before.next = self.prev = x
            x.prev, x.next = before, self

    def append(self, x):
        """Move a node to the place behind this one."""
        self.next.prepend(x)

    def _unlink(self):
        self.prev.next, self.next.prev = self.next, self.prev

    def is_impure(self):
        """Is it there for more than its result?"""
        return self.op in ("placeholder", "output") or self.op == "call_function" and self.target in IMPURE

    def format_node(self, placeholder_names=None, maybe_return_typename=None):
        """The line of the node in the text of its graph."""
        typed = f"{type_text(self.type)} " if self.type is not None else ""
        head = f"%{self.name} : {typed}[num_users={len(self.users)}] = {self.op}[target={self._shown_target()}]"
        if self.op == "placeholder":
            return head + (f"(default={self.args[0]})" if self.args else "")
        if self.op == "get_attr":
            return head
        if self.op == "output":
            return f"return {self.args[0]}"
        return f"{head}(args = {shown(self.args)}, kwargs = {shown(self.kwargs)})"

    def _shown_target(self):
        if isinstance(self.target, str):
            return self.target
        name = qualified_name(self.target)
        return name if "." in name else f"builtins.{name}"

    def __lt__(self, other):
        order = {n: i for i, n in enumerate(self.graph.nodes)}
        return order[self] < order[other]

    def __repr__(self):
        return self.name


def shown(a):
    """args or kwargs as the text of a graph has them: nodes with a % in front."""
    if isinstance(a, Node):
        return f"%{a.name}"
    if isinstance(a, (tuple, list)):
        words = ", ".join(map(shown, a)) + "," * (isinstance(a, tuple) and len(a) == 1)
        return f"({words})" if isinstance(a, tuple) else f"[{words}]"
    if isinstance(a, dict):
        return "{" + ", ".join([f"{k}: {shown(v)}" for k, v in a.items()]) + "}"
    return repr(a) if isinstance(a, slice) else str(a)
