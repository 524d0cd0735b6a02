"""jax.tree: funcgrad.tree's names. Arrays, numbers and keys are leaves."""

from .. import tree as _tree
from ..lazy import attributes as _attributes

_NAMES = "all broadcast flatten flatten_with_path leaves leaves_with_path map map_with_path reduce reduce_associative static structure transpose unflatten"


def _of_engine(name):
    if name not in _NAMES.split():
        raise AttributeError(f"module 'jax.tree' has no attribute {name!r}")
    return getattr(_tree, name)


__getattr__, __dir__ = _attributes(__name__, {}, missing=_of_engine, modules=_NAMES)
