"""jax.tree: funcgrad.tree's names. Arrays, numbers and keys are leaves (to the engine an array of keys is a container of its words)."""

import functools
import inspect

from .. import tree as _tree
from ..lazy import attributes as _attributes
from .arrays import PRNGKeyArray

_NAMES = "all broadcast flatten flatten_with_path leaves leaves_with_path map map_with_path reduce reduce_associative static structure transpose unflatten"


def _is_key(*place):
    return type(place[-1]) is PRNGKeyArray


def _stopping_at_keys(f):
    """A function of a pytree, to which an array of keys is a leaf whatever `is_leaf` says."""
    kinds = inspect.signature(f).parameters
    if "is_leaf" not in kinds:
        return f
    at = [*kinds].index("is_leaf") if kinds["is_leaf"].kind is inspect.Parameter.POSITIONAL_OR_KEYWORD else None

    @functools.wraps(f)
    def call(*args, is_leaf=None, **kwargs):
        if at is not None and len(args) > at:
            is_leaf, args = args[at], (*args[:at], *args[at + 1 :])
        stop = _is_key if is_leaf is None else lambda *place: _is_key(*place) or is_leaf(*place)
        return f(*args, is_leaf=stop, **kwargs)

    return call


@functools.wraps(_tree.transpose)
def _transpose(outer_treedef, inner_treedef, pytree_to_transpose):
    found, treedef = _tree.flatten(pytree_to_transpose, _is_key)
    numbers = _tree.transpose(outer_treedef, inner_treedef, treedef.unflatten(range(len(found))))
    return _tree.map(lambda i: found[i], numbers)


@functools.cache
def _of_engine(name):
    if name not in _NAMES.split():
        raise AttributeError(f"module 'jax.tree' has no attribute {name!r}")
    return _transpose if name == "transpose" else _stopping_at_keys(getattr(_tree, name))


__getattr__, __dir__ = _attributes(__name__, {}, missing=_of_engine, modules=_NAMES)
