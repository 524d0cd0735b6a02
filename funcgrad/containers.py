"""What counts as a container of a pytree, and how each comes apart: the registry under `funcgrad.tree`.

Invariant: containers are told by exact type, one `Kind` per class; every other object, subclasses included, is a leaf.
Built in: tuple, list, dict (by sorted key), OrderedDict, defaultdict, namedtuples, None (a container without leaves).
"""

import functools
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

_MAX_LEAF_TYPES = 4096  # remembered at once: classes made in a loop must not pile up


# --- kinds of container -----------------------------------------------------------------------------------------------


class Kind:
    """How the containers of one class come apart: there is one Kind per class, so kinds compare by identity."""

    __slots__ = ("cls", "flatten", "unflatten", "keys", "title", "pure")

    def __init__(self, cls, flatten, unflatten, keys, title=None, pure=False):
        self.cls = cls
        self.flatten = flatten  # container -> (children: a sequence, aux: what unflatten needs besides)
        self.unflatten = unflatten  # (aux, list of children) -> container
        self.keys = keys  # container -> path steps of its children
        self.title = title or cls.__name__
        self.pure = pure  # aux holds no object of the user's, so that its treedefs may outlive it in the cache

    def __reduce__(self):
        return _kind_of, (self.cls,)

    def show(self, aux, children: list[str]) -> str:
        """Return the container's part of a treedef's text."""
        inner = ", ".join(children)
        if self is TUPLE:
            return f"({inner},)" if len(children) == 1 else f"({inner})"
        if self is LIST:
            return f"[{inner}]"
        if self is DICT:
            return "{" + ", ".join([f"{key!r}: {child}" for key, child in zip(aux, children)]) + "}"
        if self is NONE:
            return "None"
        return f"CustomNode({self.title}{'' if self.pure else f'[{aux}]'}, [{inner}])"

    def describe(self, aux, n: int) -> str:
        """Return what an error message calls such a container."""
        if self is NONE:
            return "None"
        if self is TUPLE or self is LIST:
            return f"a {self.title} of length {n}"
        if self is DICT or self.cls is OrderedDict:
            return f"a {self.title} with keys {aux!r}"
        if self.cls is defaultdict:
            return f"a defaultdict of {aux[0]!r} with keys {aux[1]!r}"
        return f"a {self.title}" if self.pure else f"a {self.title} with {n} children and metadata {aux!r}"


class _Kinds(dict):
    """Exact type -> Kind, or None for leaf types; types are looked at once, at their first appearance."""

    def __missing__(self, cls):
        kind = _namedtuple_kind(cls) if issubclass(cls, tuple) and hasattr(cls, "_fields") else None
        if kind is None and "<locals>" in cls.__qualname__:
            return None  # not remembered: the class, with what its methods close over, is to be freed some day
        if len(self) >= _MAX_LEAF_TYPES:
            for seen in [t for t, k in self.items() if k is None]:
                del self[seen]
        self[cls] = kind
        return kind


KINDS = _Kinds()


def _kind_of(cls) -> Kind | None:
    return KINDS[cls]


def _steps(kind, words):
    """The steps of a path, of one kind, that these words name."""
    from . import paths

    return [getattr(paths, kind)(word) for word in words]


def _index_keys(tree):
    return _steps("SequenceKey", range(len(tree)))


def _sorted_keys(tree: dict) -> tuple:
    try:
        return tuple(sorted(tree))
    except TypeError as error:
        shown = ", ".join([f"{key!r} ({type(key).__name__})" for key in tree])
        raise ValueError(
            f"tree: the keys of a {type(tree).__name__} must be sortable; got {shown}. "
            "Use keys of one type, or an OrderedDict, which keeps its own order."
        ) from error


def _flatten_dict(tree):
    keys = _sorted_keys(tree)
    return [tree[key] for key in keys], keys


def _flatten_ordered(tree):
    return list(tree.values()), tuple(tree)


def _flatten_default(tree):
    children, keys = _flatten_dict(tree)
    return children, (tree.default_factory, keys)


def _namedtuple_kind(cls) -> Kind:
    return Kind(
        cls,
        lambda tree: (tree, None),
        lambda _, children: cls(*children),
        lambda tree: _steps("GetAttrKey", cls._fields),
        title=f"namedtuple[{cls.__name__}]",
        pure=True,
    )


def _add(kind: Kind) -> Kind:
    KINDS[kind.cls] = kind
    return kind


TUPLE = _add(Kind(tuple, lambda tree: (tree, None), lambda _, children: tuple(children), _index_keys, pure=True))
LIST = _add(Kind(list, lambda tree: (tree, None), lambda _, children: list(children), _index_keys, pure=True))
NONE = _add(Kind(type(None), lambda _: ((), None), lambda _aux, _children: None, lambda _: (), pure=True))
DICT = _add(
    Kind(
        dict,
        _flatten_dict,
        lambda keys, children: dict(zip(keys, children)),
        lambda tree: _steps("DictKey", _sorted_keys(tree)),
    )
)
_add(
    Kind(
        OrderedDict,
        _flatten_ordered,
        lambda keys, children: OrderedDict(zip(keys, children)),
        lambda tree: _steps("DictKey", tree),
    )
)
_add(
    Kind(
        defaultdict,
        _flatten_default,
        lambda aux, children: defaultdict(aux[0], zip(aux[1], children)),
        lambda tree: _steps("DictKey", _sorted_keys(tree)),
    )
)


# --- registration -----------------------------------------------------------------------------------------------------


def register_node(
    nodetype: type,
    flatten_func: Callable[[Any], tuple[Iterable[Any], Any]],
    unflatten_func: Callable[[Any, tuple], Any],
    flatten_with_keys_func: Callable[[Any], tuple[Iterable[tuple[Any, Any]], Any]] | None = None,
) -> None:
    """Make instances of exactly this class containers.

    `flatten_func(x) -> (children, aux)` with aux hashable and free of arrays; `unflatten_func(aux, children) -> x`;
    `flatten_with_keys_func(x) -> ([(key, child), ...], aux)` gives the paths their names. Raises TypeError when an
    argument is of the wrong kind, ValueError when the class is a container already.

    >>> from funcgrad import tree
    >>> class Pair:
    ...     def __init__(self, x, y):
    ...         self.x, self.y = x, y
    >>> register_node(Pair, lambda p: ((p.x, p.y), None), lambda _, xy: Pair(*xy))
    >>> tree.map(lambda x: 2 * x, Pair(1, 2)).y
    4
    """
    if not isinstance(nodetype, type):
        raise TypeError(f"tree.register_node: expected a class, got {nodetype!r}.")
    for argument, given in [("flatten_func", flatten_func), ("unflatten_func", unflatten_func)]:
        if not callable(given):
            raise TypeError(f"tree.register_node: {argument} must be a function, got {given!r}.")
    known = KINDS[nodetype]
    if known is not None and not (known.pure and issubclass(nodetype, tuple) and nodetype is not tuple):
        raise ValueError(f"tree.register_node: {nodetype.__qualname__} is registered already; a class has one meaning.")

    def parts(tree):
        try:
            children, aux = flatten_func(tree)
            return tuple(children), aux
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"tree: the flatten function of {nodetype.__qualname__} failed ({error}). "
                "It must return (children, aux): an iterable and hashable metadata."
            ) from error

    def keys(tree):
        if flatten_with_keys_func is None:
            return _steps("FlattenedIndexKey", range(len(parts(tree)[0])))
        return [key for key, _ in flatten_with_keys_func(tree)[0]]

    _add(Kind(nodetype, parts, lambda aux, children: unflatten_func(aux, tuple(children)), keys))


register_pytree_node = register_node


def is_tree_node(typ: type) -> bool:
    """Return whether instances of exactly this class are containers.

    >>> is_tree_node(dict), is_tree_node(float)
    (True, False)
    """
    return KINDS[typ] is not None


def register_pytree_node_class(cls: type) -> type:
    """Register a class by its methods `tree_flatten(self)` and `tree_unflatten(cls, aux, children)`; a decorator.

    >>> from funcgrad import tree
    >>> @register_pytree_node_class
    ... class Box:
    ...     def __init__(self, x):
    ...         self.x = x
    ...     def tree_flatten(self):
    ...         return (self.x,), None
    ...     @classmethod
    ...     def tree_unflatten(cls, aux, children):
    ...         return cls(*children)
    >>> tree.leaves(Box([1, 2]))
    [1, 2]
    """
    missing = [name for name in ("tree_flatten", "tree_unflatten") if not hasattr(cls, name)]
    if missing:
        raise TypeError(f"tree.register_pytree_node_class: {cls.__qualname__} lacks {' and '.join(missing)}.")
    register_node(cls, lambda tree: tree.tree_flatten(), cls.tree_unflatten)
    return cls


def register_dataclass(
    nodetype: type,
    data_fields: Sequence[str] | None = None,
    meta_fields: Sequence[str] | None = None,
    drop_fields: Sequence[str] = (),
) -> type:
    """Register a class whose children are its `data_fields` and whose metadata are its `meta_fields`; a decorator.

    A dataclass may leave both out: fields declared with `field(metadata={"static": True})` are metadata, the others
    data. Raises ValueError when the two lists overlap or do not cover the fields that `__init__` takes.

    >>> import dataclasses
    >>> from funcgrad import tree
    >>> @register_dataclass
    ... @dataclasses.dataclass
    ... class Layer:
    ...     w: float
    ...     name: str = dataclasses.field(metadata={"static": True})
    >>> tree.flatten(Layer(2.0, "first"))
    ([2.0], PyTreeDef(CustomNode(Layer[('first',)], [*])))
    """
    import dataclasses

    where = f"tree.register_dataclass({nodetype.__qualname__})"
    fields = dataclasses.fields(nodetype) if dataclasses.is_dataclass(nodetype) else None
    if (data_fields is None) != (meta_fields is None):
        raise TypeError(f"{where}: give both data_fields and meta_fields, or neither.")
    if data_fields is None:
        if fields is None:
            raise TypeError(f"{where}: it is no dataclass, so give data_fields and meta_fields.")
        taken = [f for f in fields if f.init and f.name not in drop_fields]
        data_fields = [f.name for f in taken if not f.metadata.get("static", False)]
        meta_fields = [f.name for f in taken if f.metadata.get("static", False)]
    data, meta = tuple(data_fields), tuple(meta_fields)
    if overlap := set(data) & set(meta):
        raise ValueError(
            f"{where}: {sorted(overlap)} in both data_fields and meta_fields; a field is one or the other."
        )
    if fields is not None:
        needed = {f.name for f in fields if f.init} - set(drop_fields)
        if missing := needed - {*data, *meta}:
            raise ValueError(
                f"{where}: missing fields {sorted(missing)}. Add them to data_fields or meta_fields, or to drop_fields."
            )
        if unknown := {*data, *meta} - needed:
            raise ValueError(
                f"{where}: {sorted(unknown)} are no fields that __init__ takes; it takes {sorted(needed)}."
            )

    def split(tree):
        return [getattr(tree, name) for name in data], tuple([getattr(tree, name) for name in meta])

    def build(aux, children):
        return nodetype(**dict(zip(data, children)), **dict(zip(meta, aux)))

    register_node(
        nodetype,
        split,
        build,
        lambda tree: ([(step, getattr(tree, step.name)) for step in _steps("GetAttrKey", data)], None),
    )
    return nodetype


def register_static(cls: type) -> type:
    """Register a class without leaves: an instance is metadata as a whole, so it must be hashable; a decorator.

    >>> from funcgrad import tree
    >>> @register_static
    ... class Mode(str):
    ...     pass
    >>> tree.flatten([1.0, Mode("train")])
    ([1.0], PyTreeDef([*, CustomNode(Mode[train], [])]))
    """
    register_node(cls, lambda tree: ((), tree), lambda tree, _: tree)
    return cls


class _Opaque:
    """Stands for a callable; hides from functools.partial that it is a partial, which it would merge with."""

    __slots__ = ("call",)

    def __init__(self, call):
        self.call = call

    def __call__(self, *args, **kwargs):
        return self.call(*args, **kwargs)

    def __eq__(self, other):
        return self.call == (other.call if isinstance(other, _Opaque) else other)

    def __hash__(self):
        return hash(self.call)

    def __repr__(self):
        return repr(self.call)


class Partial(functools.partial):
    """`functools.partial` as a container: its arguments are children, its function is metadata.

    A partial inside a Partial stays whole: its own arguments are not children.

    >>> from funcgrad import tree
    >>> double = Partial(lambda x, y: x * y, 2.0)
    >>> tree.leaves(double), tree.map(lambda x: 10 * x, double)(3.0)
    ([2.0], 60.0)
    """

    def __new__(cls, func, *args, **kwargs):
        return super().__new__(cls, _Opaque(func) if isinstance(func, functools.partial) else func, *args, **kwargs)


register_node(
    Partial,
    lambda partial: ((partial.args, partial.keywords), partial.func),
    lambda func, children: Partial(func, *children[0], **children[1]),
)
