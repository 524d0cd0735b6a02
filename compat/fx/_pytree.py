"""torch.fx._pytree: nested containers taken apart along a structure that is given, which an exported program was made for."""

from collections import namedtuple

from ..utils._pytree import tree_flatten

SUPPORTED_NODES = {
    dict: lambda d, spec: [d[k] for k in spec.context],
    **dict.fromkeys((list, tuple, namedtuple), lambda x, spec: [x[i] for i in range(len(spec.children_specs))]),
}
SUPPORTED_NODES_EXACT_MATCH = dict.fromkeys(SUPPORTED_NODES, lambda x, spec: len(x) == len(spec.children_specs))


def register_pytree_flatten_spec(cls, flatten_fn_spec, flatten_fn_exact_match_spec=None):
    """Let the containers of a class be taken apart by flatten_fn_spec(x, structure) -> children."""
    SUPPORTED_NODES[cls] = flatten_fn_spec
    SUPPORTED_NODES_EXACT_MATCH[cls] = flatten_fn_exact_match_spec


def tree_flatten_spec(pytree, spec):
    """The leaves where a structure has them; RuntimeError for a tree that is built otherwise.

    >>> from compat.utils._pytree import tree_structure
    >>> tree_flatten_spec({"b": 1, "a": [2, 3]}, tree_structure({"a": [0, 0]}))
    [2, 3]
    """
    if spec.is_leaf():
        return [pytree]
    if spec.type in SUPPORTED_NODES:
        below = zip(SUPPORTED_NODES[spec.type](pytree, spec), spec.children_specs)
        return [leaf for child, its in below for leaf in tree_flatten_spec(child, its)]
    leaves, own = tree_flatten(pytree)
    if own != spec:
        raise RuntimeError(
            f"Real spec {own} of object {pytree} is different from expected spec {spec}. "
            "Please file an issue at https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml"
        )
    return leaves
