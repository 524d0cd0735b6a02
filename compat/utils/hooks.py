"""RemovableHandle: what registering a hook returns. Tables of hooks are dicts from a handle's id to the hook."""

import itertools
import warnings
import weakref
from functools import partial

from ..functions.missing import refusal as _refusal

fresh_id = itertools.count().__next__

# How often an attribute of any module was set, in the ways that torch documents, or a hook registered: what compiled code asks first.
CHANGES = [0]


class Table(dict):
    """Hooks by their numbers."""

    __slots__ = ("__weakref__",)


def held(table):
    """What gives a table, as long as it is there: a handle keeps no hook alive. (A plain dict cannot be referred to weakly.)"""
    return partial(same, table) if type(table) is dict else weakref.ref(table)


def same(table):
    return table


class RemovableHandle:
    """Takes a hook out again: `handle.remove()`, or at the end of a `with handle:` block.

    `extra_dict`: a further table, or several, that may hold something under the same id.
    """

    __slots__ = ("id", "hooks_dict_ref", "extra", "__weakref__")

    def __init__(self, hooks_dict, *, extra_dict=None):
        self.id = fresh_id()
        self.hooks_dict_ref = held(hooks_dict)
        self.extra = tuple(map(held, (extra_dict,) if isinstance(extra_dict, dict) else extra_dict or ()))

    def remove(self):
        """Take the hook out; a second time does nothing."""
        for ref in (self.hooks_dict_ref, *self.extra):
            table = ref()
            if table is not None:
                table.pop(self.id, None)

    def __getstate__(self):
        return self.id, *[ref() for ref in (self.hooks_dict_ref, *self.extra)]

    def __setstate__(self, state):
        self.id, *tables = state
        self.hooks_dict_ref, *self.extra = [held({} if table is None else table) for table in tables]

    def __enter__(self):
        return self

    def __exit__(self, type, value, tb):
        self.remove()


def register(table, hook, *, first=False, extra=()):
    """Enter a hook in a table, at the end or (`first`) at the beginning; returns its handle."""
    handle = RemovableHandle(table, extra_dict=extra)
    CHANGES[0] += 1
    table[handle.id] = hook
    if first:
        for key in [k for k in table if k != handle.id]:
            table[key] = table.pop(key)
    return handle


def unserializable_hook(f):
    """A decorator: nothing is warned of when a Tensor with this hook is saved."""
    f.__torch_unserializable__ = True
    return f


def warn_if_has_hooks(tensor):
    """Warn of the hooks of a Tensor, which are not saved with it."""
    from ..payload import current

    mark = current(tensor).mark
    extra = getattr(mark, "extra", None)
    for heard in (extra.hooks or {} if extra is not None else {}).values():
        hook = getattr(heard, "hook", heard)
        if not hasattr(hook, "__torch_unserializable__"):
            warnings.warn(
                f"backward hook {hook!r} on tensor will not be serialized.  If this is expected, you can decorate the function with "
                "@torch.utils.hooks.unserializable_hook to suppress this warning",
                stacklevel=2,
            )


__getattr__ = _refusal(__name__)
