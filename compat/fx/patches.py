"""What a trace puts in the place of methods and functions for as long as it runs.

Invariant: at the end of the block everything stands as before, the last change undone first.
"""

import builtins
import functools

from ..overrides import USERS
from .node import WRAPPED
from .proxy import proxies

MISSING = object()


class Patcher:
    """A block with other functions in some places; in it functions that get a Proxy write a node."""

    def __init__(self):
        self.before = []  # (how to put it back, where, name, what stood there)
        self.visited = set()

    def patch(self, frame_dict, name, new_fn, deduplicate=True):
        """Put a function in the place of a global, or before a builtin of that name."""
        old = frame_dict.get(name, MISSING)
        self.before.append((dict.pop if old is MISSING else dict.__setitem__, frame_dict, name, old))
        frame_dict[name] = new_fn

    def patch_method(self, cls, name, new_fn, deduplicate=True):
        """Put a function in the place of a class's method."""
        self.before.append((setattr, cls, name, getattr(cls, name)))
        setattr(cls, name, new_fn)

    def visit_once(self, thing):
        """Is it seen for the first time?"""
        first = id(thing) not in self.visited
        self.visited.add(id(thing))
        return first

    def __enter__(self):
        USERS.enter()
        return self

    def __exit__(self, *error):
        USERS.leave()
        while self.before:
            back, where, name, old = self.before.pop()
            back(where, name, old)
        self.visited.clear()


def written(f):
    """f, which is written down as one call where a Proxy is among the arguments."""

    @functools.wraps(f)
    def call(*args, **kwargs):
        proxy = next(proxies((args, kwargs)), None)
        if proxy is None:
            return f(*args, **kwargs)
        made = proxy.tracer.create_proxy("call_function", f, args, kwargs)
        made.node.meta["is_wrapped"] = True
        return made

    return call


def patch_wrapped_functions(patcher):
    """Have the functions that `torch.fx.wrap` was told of written down."""
    for space, name in WRAPPED:
        patcher.patch(space, name, written(space[name] if name in space else getattr(builtins, name)))


def autowrap_check(patcher, frame_dict, function_ids):
    """Have functions of these ids written down wherever they stand among some globals."""
    if patcher.visit_once(frame_dict):
        for name, value in list(frame_dict.items()):
            if name[:1] != "_" and callable(value) and id(value) in function_ids:
                patcher.patch(frame_dict, name, written(value))
