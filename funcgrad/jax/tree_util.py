"""jax.tree_util: funcgrad.tree's functions by their older names, and the registration of classes."""

from .. import tree as _tree
from . import tree as _whole

PyTreeDef, Partial = _tree.PyTreeDef, _tree.Partial
DictKey, FlattenedIndexKey, GetAttrKey, SequenceKey = (
    _tree.DictKey,
    _tree.FlattenedIndexKey,
    _tree.GetAttrKey,
    _tree.SequenceKey,
)
keystr, is_tree_node, treedef_tuple = _tree.keystr, _tree.is_tree_node, _tree.treedef_tuple
register_dataclass, register_static = _tree.register_dataclass, _tree.register_static
register_pytree_node, register_pytree_node_class = _tree.register_pytree_node, _tree.register_pytree_node_class
tree_all, tree_broadcast, tree_flatten, tree_leaves = _whole.all, _whole.broadcast, _whole.flatten, _whole.leaves
tree_map, tree_reduce, tree_structure, tree_transpose = _whole.map, _whole.reduce, _whole.structure, _whole.transpose
tree_flatten_with_path, tree_leaves_with_path = _whole.flatten_with_path, _whole.leaves_with_path
tree_map_with_path, tree_unflatten = _whole.map_with_path, _whole.unflatten
tree_reduce_associative = _whole.reduce_associative


def treedef_children(treedef):
    """The structures of the children of the root."""
    return treedef.children()


def treedef_is_leaf(treedef):
    """Is it the structure of one leaf?"""
    return treedef.num_nodes == 1


def all_leaves(iterable, is_leaf=None):
    """Are all of these leaves?"""
    return all([tree_leaves(x, is_leaf) == [x] if not hasattr(x, "shape") else True for x in iterable])


def register_pytree_with_keys(nodetype, flatten_with_keys, unflatten_func, flatten_func=None):
    """A class as a container whose children have keys: flatten_with_keys(x) is ([(key, child), ...], aux)."""

    def flatten(x):
        pairs, aux = flatten_with_keys(x)
        return tuple([child for _, child in pairs]), aux

    _tree.register_pytree_node(nodetype, flatten_func or flatten, unflatten_func, flatten_with_keys)


def register_pytree_with_keys_class(cls):
    """The same, of a class with tree_flatten_with_keys and tree_unflatten."""
    register_pytree_with_keys(cls, lambda x: x.tree_flatten_with_keys(), cls.tree_unflatten)
    return cls
