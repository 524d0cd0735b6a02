"""torch.utils._pytree: nested containers taken apart and put together, entries of dicts in the order they stand in.

Invariant: `tree_unflatten(*tree_flatten(x))` is x (a tuple for a Size). Whatever is no container is a leaf, None too. (funcgrad.tree sorts dicts and
has no leaf None, as jax; what is shown to users of torch goes through this one.)
"""

import dataclasses
import functools
from collections import OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Mapping
from types import FunctionType, UnionType
from typing import Any, NamedTuple, TypeVar

from ..functions.return_types import ReturnType
from ..size import Size

T, S, U, R = (TypeVar(name) for name in "TSUR")  # (which torch's module has beside the rest)
CONTAINERS = {  # type -> (x -> (children, context), (children, context) -> x)
    tuple: (lambda x: (list(x), None), lambda children, _: tuple(children)),
    Size: (lambda x: (list(x), None), lambda children, _: tuple(children)),  # (sizes may have become anything)
    list: (lambda x: (list(x), None), lambda children, _: list(children)),
    dict: (lambda x: (list(x.values()), list(x)), lambda children, keys: dict(zip(keys, children, strict=True))),
    OrderedDict: (
        lambda x: (list(x.values()), list(x)),
        lambda children, keys: OrderedDict(zip(keys, children, strict=True)),
    ),
    defaultdict: (
        lambda x: (list(x.values()), [x.default_factory, list(x)]),
        lambda children, c: defaultdict(c[0], zip(c[1], children, strict=True)),
    ),
    deque: (lambda x: (list(x), x.maxlen), lambda children, maxlen: deque(children, maxlen)),
}


DICTS = (dict, OrderedDict, defaultdict)


def container(x):
    """(its type, how it is taken apart, how it is put together), or None for a leaf."""
    kind = type(x)
    ways = CONTAINERS.get(kind)
    if ways is None and isinstance(x, tuple) and (hasattr(kind, "_fields") or isinstance(x, ReturnType)):
        ways = (lambda x: (list(x), kind), lambda children, kind: kind(*children))
    return None if ways is None else (kind, *ways)


class TreeSpec:
    """The structure of nested containers without their leaves; `*` is a leaf."""

    def __init__(self, type, context, children, join=None, num_leaves=None):
        if join is None and type is not None:
            join = node_of(type).unflatten_fn
        self.type, self.context, self.join = type, context, join
        self.children_specs = children
        if num_leaves is None:
            num_leaves = 1 if type is None else sum(c.num_leaves for c in children)
        self.num_leaves = num_leaves

    num_children = property(lambda s: len(s.children_specs))
    num_nodes = property(lambda s: 1 + sum([c.num_nodes for c in s.children_specs]))

    def is_leaf(self):
        """Is it the structure of a leaf?"""
        return self.type is None

    def children(self):
        """The structures of its entries."""
        return list(self.children_specs)

    def child(self, index):
        """That of one entry."""
        return self.children_specs[index]

    def unflatten(self, leaves):
        """Containers of this structure with these leaves."""
        return tree_unflatten(leaves, self)

    def flatten_up_to(self, tree):
        """What stands in a tree where this structure has its leaves; ValueError where the tree is built otherwise."""
        if self.type is None:
            return [tree]
        found = []
        for spec, child in zip(self.children_specs, self._children_in(tree), strict=True):
            found += spec.flatten_up_to(child)
        return found

    def _children_in(self, tree):
        """The children of a tree whose uppermost container is as this structure's; dicts of any kind stand for each other."""
        own = container(tree)
        kind = own[0] if own is not None else type(tree)
        dicts = self.type in DICTS and kind in DICTS
        if not dicts and kind is not self.type:
            raise ValueError(f"Node type mismatch; expected {self.type!r}, but got {kind!r}.")
        if len(tree) != len(self.children_specs):
            raise ValueError(f"Node arity mismatch; expected {len(self.children_specs)}, but got {len(tree)}.")
        if not dicts:
            children, context = own[1](tree)
            if kind is not deque and context != self.context:
                raise ValueError(
                    f"Node context mismatch for node type {kind!r}; expected {self.context!r}, but got {context!r}."
                )
            return children
        keys = self.context[1] if self.type is defaultdict else self.context
        missing, extra = {*keys} - {*tree}, {*tree} - {*keys}
        if missing or extra:
            lacking = f"; missing key(s): {missing}" if missing else ""
            raise ValueError(f"Node keys mismatch{lacking}" + (f"; extra key(s): {extra}." if extra else "."))
        return [tree[k] for k in keys]

    def __eq__(self, other):
        if not isinstance(other, TreeSpec):
            return NotImplemented
        mine, theirs = self.context, other.context
        if isinstance(mine, list) and isinstance(theirs, list) and self.type in (dict, OrderedDict):
            if sorted(map(str, mine)) != sorted(map(str, theirs)):
                return False
            found = dict(zip(theirs, other.children_specs, strict=True))
            return self.type is other.type and all(
                c == found.get(k) for k, c in zip(mine, self.children_specs, strict=True)
            )
        return (self.type, mine, self.children_specs) == (other.type, theirs, other.children_specs)

    __hash__ = None

    def __repr__(self, indent=0):
        if self.type is None:
            return "*"
        name = "namedtuple" if hasattr(self.type, "_fields") else self.type.__name__
        head = f"TreeSpec({name}, {self.context}, ["
        below = [c.__repr__(indent + 2) for c in self.children_specs]
        return head + (",\n" + " " * (indent + 2)).join(below) + "])"


class LeafSpec(TreeSpec):
    """The structure of a leaf."""

    def __init__(self):
        super().__init__(None, None, [])


LEAF = LeafSpec()


# ------------------------------------------------------------------------------------------------ what programs ask of containers
class NodeDef(NamedTuple):
    """A class of containers: how one is taken apart into (children, context), and put together."""

    type: type
    flatten_fn: Callable
    unflatten_fn: Callable


def node_of(kind):
    """The NodeDef of a class; KeyError for one that is none of containers."""
    if kind is namedtuple or hasattr(kind, "_fields"):
        return NodeDef(namedtuple, lambda x: (list(x), type(x)), lambda children, kind: kind(*children))
    return NodeDef(kind, *CONTAINERS[kind])


class Nodes(Mapping):
    """{class of containers: its NodeDef}."""

    def __getitem__(self, kind):
        return node_of(kind)

    def __iter__(self):
        return iter((*CONTAINERS, namedtuple))

    def __len__(self):
        return len(CONTAINERS) + 1


SUPPORTED_NODES = Nodes()
PyTree = Context = Any


def _get_node_type(tree):
    return namedtuple if isinstance(tree, tuple) and hasattr(type(tree), "_fields") else type(tree)


def tree_flatten(tree, is_leaf=None):
    """(leaves, structure).

    >>> tree_flatten({"b": 1, "a": (2, None)})
    ([1, 2, None], TreeSpec(dict, ['b', 'a'], [*,
      TreeSpec(tuple, None, [*,
        *])]))
    """
    found = None if is_leaf is not None and is_leaf(tree) else container(tree)
    if found is None:
        return [tree], LEAF
    kind, apart, join = found
    children, context = apart(tree)
    leaves, specs = [], []
    for child in children:
        if is_leaf is None and type(child) not in CONTAINERS and not isinstance(child, tuple):  # (most: leaves)
            leaves.append(child)
            specs.append(LEAF)
            continue
        own, spec = tree_flatten(child, is_leaf)
        leaves += own
        specs.append(spec)
    return leaves, TreeSpec(kind, context, specs, join, len(leaves))


def tree_unflatten(leaves, treespec):
    """The containers of a structure with these leaves; ValueError if there are too many or too few."""
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(
            f"treespec.unflatten(leaves): `leaves` has length {len(leaves)} but the spec refers to a pytree that holds "
            f"{treespec.num_leaves} items ({treespec})."
        )
    return rebuilt(iter(leaves), treespec)


def rebuilt(leaves, spec):
    if spec.type is None:
        return next(leaves)
    children = [next(leaves) if c.type is None else rebuilt(leaves, c) for c in spec.children_specs]
    return spec.join(children, spec.context)


def tree_leaves(tree, is_leaf=None):
    """The leaves."""
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree, is_leaf=None):
    """The structure."""
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func, tree, *rests, is_leaf=None):
    """func of each leaf, and of the leaves in its place in further trees."""
    leaves, spec = tree_flatten(tree, is_leaf)
    columns = [spec.flatten_up_to(r) for r in rests]
    return tree_unflatten([func(*row) for row in zip(leaves, *columns, strict=True)], spec)


def map_only(kind):
    """A decorator of a function, which is then called of what is of a type only (or of which a predicate holds)."""
    if not (callable(kind) or isinstance(kind, (type, tuple, UnionType))):
        raise TypeError("Argument must be a type, a tuple of types, or a callable.")
    asked = kind if isinstance(kind, FunctionType) else lambda x: isinstance(x, kind)
    return lambda func: functools.wraps(func)(lambda x: func(x) if asked(x) else x)


def arg_tree_leaves(*args, **kwargs):
    """The leaves of all arguments."""
    return tree_leaves((*args, *kwargs.values()))


def tree_map_only(kind, func, tree, is_leaf=None):
    """func of the leaves of a type (or of which a predicate holds), the others as they are."""
    asked = kind if isinstance(kind, FunctionType) else lambda x: isinstance(x, kind)
    return tree_map(lambda x: func(x) if asked(x) else x, tree, is_leaf=is_leaf)


def tree_any(pred, tree, is_leaf=None):
    """Does a predicate hold for some leaf?"""
    return any(map(pred, tree_leaves(tree, is_leaf)))


def tree_all(pred, tree, is_leaf=None):
    """Does a predicate hold for every leaf?"""
    return all(map(pred, tree_leaves(tree, is_leaf)))


def register_pytree_node(cls, flatten_fn, unflatten_fn, **kwargs):
    """Let a class be a container: flatten_fn(x) -> (children, context), unflatten_fn(children, context) -> x."""
    if cls in CONTAINERS:
        raise ValueError(f"{cls} is already registered as pytree node.")
    CONTAINERS[cls] = flatten_fn, unflatten_fn
    WITH_KEYS[cls] = kwargs.get("flatten_with_keys_fn")


def _private_register_pytree_node(cls, flatten_fn, unflatten_fn, **kwargs):
    """register_pytree_node under its older name, which takes a class that is one already."""
    CONTAINERS.pop(cls, None)
    register_pytree_node(cls, flatten_fn, unflatten_fn, **kwargs)


_register_pytree_node = _private_register_pytree_node


class Constant(NamedTuple):
    """The context of a value that is a constant of a tree: itself."""

    value: Any


def register_constant(cls):
    """Let the values of a class be part of the shape of a tree, without leaves. TypeError for a class without an `__eq__` and a
    `__hash__` of its own."""
    for method, lacking in (("__eq__", cls.__eq__ is object.__eq__), ("__hash__", cls.__hash__ is None)):
        if lacking:
            raise TypeError(f"register_constant(cls) expects `cls` to have a non-default `{method}` implementation.")
    _private_register_pytree_node(
        cls,
        lambda x: ([], Constant(x)),
        lambda _, context: context.value,
        flatten_with_keys_fn=lambda x: ([], Constant(x)),
    )


def register_dataclass(cls, *, field_names=None, drop_field_names=None, serialized_type_name=None):
    """Let a dataclass be a container of its fields, but for those dropped; of another class `field_names` says which.

    >>> import dataclasses, compat as torch
    >>> @dataclasses.dataclass
    ... class Point:
    ...     x: object
    ...     y: object
    >>> register_dataclass(Point)
    >>> tree_map(lambda v: v + 1, Point(1, 2)).y
    3
    """
    dropped = drop_field_names or []
    own = {f.name for f in dataclasses.fields(cls) if f.init} if dataclasses.is_dataclass(cls) else None
    if own is None and field_names is None:
        raise ValueError(
            f"field_names must be specified with a list of all fields used to initialize {cls}, as it is not a dataclass."
        )
    names = [f.name for f in dataclasses.fields(cls) if f.init] if field_names is None else list(field_names)
    if own is not None and field_names is not None and own - {*dropped} != {*names}:
        missing, unexpected = own - {*dropped} - {*names}, {*names} - own
        raise ValueError(
            "field_names does not include all dataclass fields.\n"
            + f"Missing fields in `field_names`: {missing}. If you want to include these fields in the pytree, please add them to "
            "`field_names`, otherwise please add them to `drop_field_names`.\n"
            * bool(missing)
            + f"Unexpected fields in `field_names`: {unexpected}. Please remove these fields, or add them to `drop_field_names`.\n"
            * bool(unexpected)
        )

    def apart(x):
        given = [n for n in names if getattr(x, n) is not None]
        return [getattr(x, n) for n in given], [given, [n for n in names if n not in given]]

    def with_keys(x):
        children, context = apart(x)
        return [*zip(map(GetAttrKey, context[0]), children)], context

    def joined(children, context):
        given, none = context
        return cls(**dict(zip(given, children, strict=True)), **dict.fromkeys(none))

    _private_register_pytree_node(cls, apart, joined, flatten_with_keys_fn=with_keys)


WITH_KEYS = {}  # registered class -> the function that takes one apart into ([(key, child)], context), or None


def broadcast_prefix(prefix, spec):
    """One leaf of a tree for each leaf of a structure that it is the upper part of; None if it is not."""
    found = container(prefix)
    if found is None:
        return [prefix] * spec.num_leaves
    kind, apart, _ = found
    children, context = apart(prefix)
    if kind is not spec.type or context != spec.context or len(children) != len(spec.children_specs):
        return None
    out = []
    for child, below in zip(children, spec.children_specs, strict=True):
        part = broadcast_prefix(child, below)
        if part is None:
            return None
        out += part
    return out


_broadcast_to_and_flatten = broadcast_prefix


# ------------------------------------------------------------------------------------------------ with the way to each leaf
class SequenceKey(NamedTuple):
    """A place in a list or tuple."""

    idx: int

    def __str__(self):
        return f"[{self.idx!r}]"

    def get(self, sequence):
        """What stands there."""
        return sequence[self.idx]


class MappingKey(NamedTuple):
    """A key of a dict."""

    key: object

    def __str__(self):
        return f"[{self.key!r}]"

    def get(self, mapping):
        """What stands there."""
        return mapping[self.key]


class GetAttrKey(NamedTuple):
    """A field of a named tuple."""

    name: str

    def __str__(self):
        return f".{self.name}"

    def get(self, obj):
        """What stands there."""
        return getattr(obj, self.name)


def keys_of(kind, context, count):
    """The keys of the children of a container that is nobody's own."""
    if kind in (dict, OrderedDict, defaultdict):
        return [MappingKey(k) for k in (context[1] if kind is defaultdict else context)]
    if hasattr(kind, "_fields"):
        return [GetAttrKey(f) for f in kind._fields]
    return [SequenceKey(i) for i in range(count)]


def flatten_with_keys(x):
    """([(key, child)], context) of a container that is nobody's own."""
    kind, apart, _ = container(x)
    children, context = apart(x)
    return [*zip(keys_of(kind, context, len(children)), children)], context


for _kind in (*CONTAINERS, namedtuple):  # _dict_flatten, _dict_flatten_with_keys, _dict_unflatten, ...
    _node = node_of(_kind)
    globals().update(
        {
            f"_{_kind.__name__.lower()}_flatten": _node.flatten_fn,
            f"_{_kind.__name__.lower()}_flatten_with_keys": flatten_with_keys,
            f"_{_kind.__name__.lower()}_unflatten": _node.unflatten_fn,
        }
    )


def tree_leaves_with_path(tree, is_leaf=None):
    """[(keys from the top, leaf)].

    >>> [(keystr(path), x) for path, x in tree_leaves_with_path({"a": [1, 2]})]
    [("['a'][0]", 1), ("['a'][1]", 2)]
    """
    found = None if is_leaf is not None and is_leaf(tree) else container(tree)
    if found is None:
        return [((), tree)]
    own = WITH_KEYS.get(found[0], flatten_with_keys)
    if own is None:
        raise ValueError(
            f"Did not find a flatten_with_keys_fn for type: {found[0]}. "
            "Please pass a flatten_with_keys_fn argument to register_pytree_node."
        )
    return [((k, *path), x) for k, c in own(tree)[0] for path, x in tree_leaves_with_path(c, is_leaf)]


def tree_flatten_with_path(tree, is_leaf=None):
    """([(keys from the top, leaf)], structure)."""
    return tree_leaves_with_path(tree, is_leaf), tree_structure(tree, is_leaf)


def tree_map_with_path(func, tree, *rests, is_leaf=None):
    """func(keys, leaf, ...) of each leaf, and of the leaves in its place in further trees."""
    found, spec = tree_flatten_with_path(tree, is_leaf)
    columns = [tree_leaves(r, is_leaf) for r in rests]
    return tree_unflatten([func(*pair, *row) for pair, *row in zip(found, *columns, strict=True)], spec)


def keystr(kp):
    """A path as Python writes it."""
    return "".join(map(str, kp))


def key_get(obj, kp):
    """What stands at a path."""
    for key in kp:
        obj = key.get(obj)
    return obj


def tree_iter(tree, is_leaf=None):
    """The leaves, one after the other."""
    return iter(tree_leaves(tree, is_leaf))


def tree_is_leaf(tree, is_leaf=None):
    """Is this no container?"""
    return is_leaf is not None and is_leaf(tree) or container(tree) is None


def tree_map_(func, tree, *rests, is_leaf=None):
    """tree_map for what func does: the tree itself."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def tree_map_only_(kind, func, tree, is_leaf=None):
    """tree_map_only for what func does: the tree itself."""
    tree_map_only(kind, func, tree, is_leaf)
    return tree


def tree_any_only(kind, pred, tree, is_leaf=None):
    """Does a predicate hold for some leaf of a type?"""
    return any([pred(x) for x in tree_leaves(tree, is_leaf) if isinstance(x, kind)])


def tree_all_only(kind, pred, tree, is_leaf=None):
    """Does a predicate hold for every leaf of a type?"""
    return all([pred(x) for x in tree_leaves(tree, is_leaf) if isinstance(x, kind)])


def is_namedtuple(obj):
    """Is this a named tuple, or the class of some?"""
    return is_namedtuple_class(obj if isinstance(obj, type) else type(obj))


is_namedtuple_instance = is_namedtuple


def is_namedtuple_class(cls):
    """Is this the class of named tuples?"""
    return isinstance(cls, type) and issubclass(cls, tuple) and hasattr(cls, "_fields")


def is_structseq_class(cls):
    """Is this the class of the results of functions with several, as `torch.return_types.max`, or one of Python's own like it?"""
    known = isinstance(cls, type) and issubclass(cls, tuple) and cls is not tuple
    return known and (issubclass(cls, ReturnType) or isinstance(getattr(cls, "n_sequence_fields", None), int))


def is_structseq_instance(obj):
    """Is this a result of such a class?"""
    return is_structseq_class(type(obj))


def is_structseq(obj):
    """Is this one of them, or its class?"""
    return is_structseq_class(obj if isinstance(obj, type) else type(obj))
