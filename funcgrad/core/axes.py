"""Named axes: the vmaps around on this thread that have a name, found by it. Innermost bindings win."""

from .site import here
from .state import tls


class Size(int):
    """The size of a mapped axis that has a name: what batching rules get as `size`."""

    name = None

    def __new__(cls, size, name):
        got = super().__new__(cls, size)
        got.name = name
        return got


def sized(size, name):
    """A size as batching rules get it."""
    return int(size) if name is None else Size(size, name)


def name_of(size):
    """The name of a mapped axis, by the size that a batching rule gets; None if it has none."""
    return size.name if type(size) is Size else None


def bound_names():
    """{name: the vmap that binds it}."""
    found = {}
    trace = tls.mapping
    while trace is not None:
        name = name_of(trace.size)
        if name is not None:
            found.setdefault(name, trace)
        trace = trace.around
    return found


def environment():
    """The named axes around, and their sizes: what a function staged here may depend on."""
    return tuple([(name, int(t.size)) for name, t in bound_names().items()]) if tls.mapping is not None else ()


def binder(name, what):
    """The vmap that binds a name; NameError if none does."""
    from ..errors import UnboundAxisError

    trace = bound_names().get(name)
    if trace is None:
        raise UnboundAxisError(
            f"{what}: unbound axis name: {name}. It is bound inside a function mapped by vmap(f, axis_name={name!r}). [at {here()}]"
        )
    return trace


__all__ = ["Size", "binder", "bound_names", "environment", "name_of", "sized"]
