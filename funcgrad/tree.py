"""Pytrees: nested containers of leaves, taken apart and put together again.

Invariant: `unflatten(treedef, leaves)` undoes `flatten(tree)`, and a treedef is a flat program (one step per
container, children before parents), so that nothing here recurses and depth costs no stack.
"""

import functools
from builtins import all as all_of  # this module has its own `all`, `map` and `reduce`
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .containers import (
    DICT,
    KINDS,
    LIST,
    TUPLE,
    Partial,
    is_tree_node,
    register_dataclass,
    register_node,
    register_pytree_node,
    register_pytree_node_class,
    register_static,
)
from .lazy import attributes

if TYPE_CHECKING:
    from .paths import DictKey, FlattenedIndexKey, GetAttrKey, SequenceKey, keystr

__all__ = [
    "DictKey",
    "FlattenedIndexKey",
    "GetAttrKey",
    "Partial",
    "PyTreeDef",
    "SequenceKey",
    "all",
    "broadcast",
    "broadcast_prefix",
    "flatten",
    "flatten_with_path",
    "is_tree_node",
    "keystr",
    "leaves",
    "leaves_with_path",
    "map",
    "map_with_path",
    "reduce",
    "reduce_associative",
    "register_dataclass",
    "register_node",
    "register_pytree_node",
    "register_pytree_node_class",
    "register_static",
    "static",
    "structure",
    "transpose",
    "treedef_tuple",
    "unflatten",
]

__getattr__, __dir__ = attributes(__name__, {"paths": "DictKey FlattenedIndexKey GetAttrKey SequenceKey keystr"})
_MAX_DEPTH = 100_000  # a container nested deeper than this contains itself, or will not print either
_MAX_TREEDEFS = 4096  # remembered at once


# --- treedefs ---------------------------------------------------------------------------------------------------------


class PyTreeDef:
    """The structure of a pytree without its leaves; hashable and comparable, prints like `PyTreeDef({'a': *})`.

    `program` has one step `(stop, n, kind, aux)` per container, children before parents: it pushes the leaves up to
    number `stop`, then replaces the last `n` things pushed by one container. A single leaf has the empty program.
    """

    __slots__ = ("program", "num_leaves", "_hash")

    def __init__(self, program: tuple, num_leaves: int):
        self.program = program
        self.num_leaves = num_leaves
        self._hash = None  # computed at the first use: metadata may be unhashable as long as nobody asks

    @property
    def num_nodes(self) -> int:
        """The number of containers and leaves."""
        return self.num_leaves + len(self.program)

    def __eq__(self, other):
        if self is other:
            return True
        if type(other) is not PyTreeDef:
            return NotImplemented
        try:
            return self.program == other.program
        except Exception as error:
            raise ValueError(
                f"PyTreeDef: comparing the metadata of {self._custom()} failed ({error}). "
                "Metadata must compare to a bool: keep arrays among the children, not in the metadata."
            ) from error

    def __hash__(self):
        if self._hash is None:
            try:
                self._hash = hash(self.program)
            except TypeError as error:
                raise TypeError(
                    f"PyTreeDef: the metadata of {self._custom()} is not hashable ({error}). "
                    "Use hashable metadata (a tuple for a list), and keep arrays among the children."
                ) from error
        return self._hash

    def _custom(self) -> str:
        return " or ".join(sorted({kind.title for _, _, kind, _ in self.program if not kind.pure}))

    def __repr__(self):
        shown, start = [], 0
        for stop, n, kind, aux in self.program:
            shown += ["*"] * (stop - start)
            start = stop
            split = len(shown) - n
            shown[split:] = [kind.show(aux, shown[split:])]
        return f"PyTreeDef({shown[0] if shown else '*'})"

    def __reduce__(self):
        return PyTreeDef, (self.program, self.num_leaves)

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """Return the tree with these leaves. Raises ValueError when their number differs.

        >>> structure({"a": 0, "b": (0, 0)}).unflatten([1, 2, 3])
        {'a': 1, 'b': (2, 3)}
        """
        if type(leaves) is not list:
            leaves = list(leaves)
        if len(leaves) != self.num_leaves:
            raise ValueError(f"tree.unflatten: expected {self.num_leaves} leaves for {self}, got {len(leaves)}.")
        program = self.program
        if len(program) == 1:
            ((_, _, kind, aux),) = program
            return kind.unflatten(aux, leaves)
        if not program:
            return leaves[0]
        built, start = [], 0
        for stop, n, kind, aux in program:
            if start != stop:
                built += leaves[start:stop]
                start = stop
            split = len(built) - n
            built[split:] = [kind.unflatten(aux, built[split:])]
        return built[0]

    def flatten_up_to(self, tree: Any) -> list[Any]:
        """Return the subtrees of `tree` at this structure's leaves. Raises ValueError where they do not match.

        >>> structure([0, (0, 0)]).flatten_up_to([{"a": 1}, (2, [3])])
        [{'a': 1}, 2, [3]]
        """
        return _flatten_up_to(self, tree, "PyTreeDef.flatten_up_to", "the treedef", "the tree")

    def children(self) -> list["PyTreeDef"]:
        """Return the treedefs of the root's children (of a leaf: none).

        >>> structure([0, {"a": 0}]).children()
        [PyTreeDef(*), PyTreeDef({'a': *})]
        """
        if not self.program:
            return []
        spans, start = [], 0  # of each finished subtree: its steps [first, last) and leaves [first, last)
        for i, (stop, n, _, _) in enumerate(self.program):
            spans += [(i, i, leaf, leaf + 1) for leaf in range(start, stop)]
            start = stop
            split = len(spans) - n
            parts = spans[split:]
            if i == len(self.program) - 1:
                return [self._part(*span) for span in parts]
            first_step, first_leaf = (parts[0][0], parts[0][2]) if parts else (i, stop)
            spans[split:] = [(first_step, i + 1, first_leaf, stop)]

    def _part(self, first_step, last_step, first_leaf, last_leaf):
        steps = self.program[first_step:last_step]
        return PyTreeDef(tuple([(s - first_leaf, n, k, a) for s, n, k, a in steps]), last_leaf - first_leaf)

    def compose(self, inner: "PyTreeDef") -> "PyTreeDef":
        """Return this structure with `inner` in the place of every leaf.

        >>> structure((0, 0)).compose(structure({"a": 0}))
        PyTreeDef(({'a': *}, {'a': *}))
        """
        steps, start = [], 0
        size = inner.num_leaves
        for stop, n, kind, aux in [*self.program, (self.num_leaves, 0, None, None)]:
            for leaf in range(start, stop):
                steps += [(s + leaf * size, m, k, a) for s, m, k, a in inner.program]
            start = stop
            if kind is not None:
                steps.append((stop * size, n, kind, aux))
        return PyTreeDef(tuple(steps), self.num_leaves * size)


_LEAF = PyTreeDef((), 1)
_CACHE: dict[tuple, PyTreeDef] = {}  # program -> treedef, so that equal structures are usually one object


def treedef_tuple(treedefs: Iterable[PyTreeDef]) -> PyTreeDef:
    """Return the structure of a tuple whose elements have these structures.

    >>> treedef_tuple([structure(0), structure([0, 0])])
    PyTreeDef((*, [*, *]))
    """
    steps, total, n = [], 0, 0
    for treedef in treedefs:
        steps += [(s + total, m, kind, aux) for s, m, kind, aux in treedef.program]
        total += treedef.num_leaves
        n += 1
    return PyTreeDef((*steps, (total, n, TUPLE, None)), total)


# --- taking apart and putting together --------------------------------------------------------------------------------


def flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list[Any], PyTreeDef]:
    """Return the leaves of a tree, left to right, and its structure.

    `is_leaf` is asked of every subtree, from the root down; where it says True the subtree counts as a leaf.
    Raises ValueError for dict keys that cannot be sorted, RecursionError for a container that contains itself.

    >>> flatten({"b": (1.0, None), "a": [2.0]})
    ([2.0, 1.0], PyTreeDef({'a': [*], 'b': (*, None)}))
    """
    kinds = KINDS
    if is_leaf is None and kinds[type(tree)] is None:
        return [tree], _LEAF
    leaves, steps, stack = [], [], []
    children, n, kind, aux = iter((tree,)), 1, None, None  # the tree hangs below a parent that makes no step
    pure = True
    while True:
        for child in children:
            if is_leaf is not None and is_leaf(child):
                leaves.append(child)
                continue
            child_kind = kinds[type(child)]
            if child_kind is None:
                leaves.append(child)
                continue
            stack.append((children, n, kind, aux))
            kind = child_kind
            if kind is TUPLE or kind is LIST:  # spares a call: worth 15 % of flattening a tuple of 3 arrays
                parts, aux = child, None
            else:
                parts, aux = kind.flatten(child)
                if kind is DICT:
                    # Equal keys that are not the same (1 and 1.0, "a" and an enum member) must come back as they were:
                    # only plain strings may be exchanged for the keys of an equal treedef in the cache.
                    for key in aux:
                        if type(key) is not str:
                            pure = False
                elif not kind.pure:
                    pure = False
            if len(stack) > _MAX_DEPTH:
                raise RecursionError(
                    f"tree.flatten: containers are nested more than {_MAX_DEPTH:,} deep at a {type(child).__name__}; "
                    "does one contain itself? Break the cycle, or register a class that hides it."
                )
            children, n = iter(parts), len(parts)
            break
        else:
            if not stack:
                break
            steps.append((len(leaves), n, kind, aux))
            children, n, kind, aux = stack.pop()
    program = tuple(steps)
    if not pure:
        return leaves, PyTreeDef(program, len(leaves))
    treedef = _CACHE.get(program)
    if treedef is None:
        if len(_CACHE) >= _MAX_TREEDEFS:
            _CACHE.clear()
        treedef = _CACHE[program] = PyTreeDef(program, len(leaves))
    return leaves, treedef


def unflatten(treedef: PyTreeDef, leaves: Iterable[Any]) -> Any:
    """Return the tree of this structure with these leaves. Raises ValueError when their number differs.

    >>> leaves, treedef = flatten({"a": 1, "b": [2, 3]})
    >>> unflatten(treedef, [10 * x for x in leaves])
    {'a': 10, 'b': [20, 30]}
    """
    return treedef.unflatten(leaves)


def leaves(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> list[Any]:
    """Return the leaves of a tree, left to right.

    >>> leaves({"b": (1, None), "a": [2]})
    [2, 1]
    """
    return flatten(tree, is_leaf)[0]


def structure(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> PyTreeDef:
    """Return the structure of a tree.

    >>> structure([1, (2, None)])
    PyTreeDef([*, (*, None)])
    """
    return flatten(tree, is_leaf)[1]


def map(f: Callable, tree: Any, *rest: Any, is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """Return the tree of `f(leaf, *subtrees)`: the trees in `rest` have the first one's structure, or more below.

    Raises ValueError that names the first place where a tree of `rest` differs.

    >>> map(lambda x, y: x + y, {"a": 1, "b": (2,)}, {"a": 10, "b": (20,)})
    {'a': 11, 'b': (22,)}
    """
    first, treedef = flatten(tree, is_leaf)
    if not rest:
        return treedef.unflatten([f(x) for x in first])
    return treedef.unflatten([f(*xs) for xs in zip(first, *_align("tree.map", treedef, rest))])


def reduce(function: Callable, tree: Any, initializer: Any = ..., is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """Return the leaves folded by `function(so_far, leaf)`. Raises TypeError when there is nothing to fold.

    >>> reduce(lambda total, x: total + x, {"a": 1, "b": [2, 3]}, 0)
    6
    """
    start = () if initializer is ... else (initializer,)
    return functools.reduce(function, flatten(tree, is_leaf)[0], *start)


def reduce_associative(
    operation: Callable, tree: Any, *, identity: Any = ..., is_leaf: Callable[[Any], bool] | None = None
) -> Any:
    """Return the leaves folded by an associative operation; `identity` is the result where there are none.

    >>> import operator
    >>> reduce_associative(operator.add, [1, (2, 3), [4, 5, 6]])
    21
    """
    found = flatten(tree, is_leaf)[0]
    return functools.reduce(operation, found) if found or identity is ... else identity


def static(**kwargs: Any) -> Any:
    """Return a dataclasses.field that `register_dataclass` takes for metadata."""
    import dataclasses

    return dataclasses.field(**{**kwargs, "metadata": {**(kwargs.get("metadata") or {}), "static": True}})


def all(tree: Any, *, is_leaf: Callable[[Any], bool] | None = None) -> bool:
    """Return whether every leaf is true.

    >>> all({"a": True, "b": [1, 0]})
    False
    """
    return all_of(flatten(tree, is_leaf)[0])


def transpose(outer_treedef: PyTreeDef, inner_treedef: PyTreeDef | None, pytree_to_transpose: Any) -> Any:
    """Turn an outer tree of inner trees into an inner tree of outer trees.

    `inner_treedef=None` takes it from the first inner tree. Raises TypeError when the numbers of leaves do not fit.

    >>> transpose(structure([0, 0]), structure({"a": 0, "b": 0}), [{"a": 1, "b": 2}, {"a": 3, "b": 4}])
    {'a': [1, 3], 'b': [2, 4]}
    """
    flat, treedef = flatten(pytree_to_transpose)
    if inner_treedef is None:
        subtrees = outer_treedef.flatten_up_to(pytree_to_transpose)
        if not subtrees:
            raise ValueError(f"tree.transpose: {outer_treedef} has no leaves, so pass inner_treedef.")
        inner_treedef = structure(subtrees[0])
    size = inner_treedef.num_leaves
    if len(flat) != size * outer_treedef.num_leaves:
        raise TypeError(
            f"tree.transpose: expected the structure {outer_treedef.compose(inner_treedef)}, got {treedef}."
        )
    return inner_treedef.unflatten([outer_treedef.unflatten(flat[i::size]) for i in range(size)])


def broadcast_prefix(
    prefix_tree: Any,
    full_tree: Any,
    is_leaf: Callable[[Any], bool] | None = None,
    *,
    name: str = "tree.broadcast_prefix",
) -> list[Any]:
    """Return the leaves of `prefix_tree`, each repeated for every leaf of `full_tree` below it.

    `is_leaf` is asked of the prefix (None is a container: `in_axes` passes `lambda x: x is None`). Raises ValueError
    that begins with `name` and says where `prefix_tree` is no prefix.

    >>> broadcast_prefix((0, {"w": 1, "b": 2}), ([5, 5, 5], {"w": 6, "b": (7, 7)}))
    [0, 0, 0, 2, 2, 1]
    """
    flat, treedef = flatten(prefix_tree, is_leaf)
    out = []
    for leaf, subtree in zip(flat, _flatten_up_to(treedef, full_tree, name, "the prefix", "the full tree")):
        out += [leaf] * len(flatten(subtree)[0])
    return out


def broadcast(prefix_tree: Any, full_tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """Return a tree like `full_tree` that holds the leaves of `prefix_tree`, repeated. Errors: `broadcast_prefix`.

    >>> broadcast([0, 1], [(5, 5), {"a": 6}])
    [(0, 0), {'a': 1}]
    """
    return structure(full_tree).unflatten(broadcast_prefix(prefix_tree, full_tree, is_leaf, name="tree.broadcast"))


# --- with paths -------------------------------------------------------------------------------------------------------


def flatten_with_path(
    tree: Any, is_leaf: Callable[..., bool] | None = None, is_leaf_takes_path: bool = False
) -> tuple[list[tuple[tuple, Any]], PyTreeDef]:
    """Return the pairs (path, leaf) of a tree, left to right, and its structure.

    >>> flatten_with_path({"w": [1.0]})
    ([((DictKey(key='w'), SequenceKey(idx=0)), 1.0)], PyTreeDef({'w': [*]}))
    """
    pending, paths = [()], []  # flatten asks is_leaf of every subtree in order: the paths of those still to come

    def visit(subtree):
        path = pending.pop()
        kind = KINDS[type(subtree)]
        stop = is_leaf is not None and (is_leaf(path, subtree) if is_leaf_takes_path else is_leaf(subtree))
        if stop or kind is None:
            paths.append(path)
        else:
            pending.extend([(*path, key) for key in reversed(kind.keys(subtree))])
        return stop

    flat, treedef = flatten(tree, visit)
    return list(zip(paths, flat)), treedef


def leaves_with_path(
    tree: Any, is_leaf: Callable[..., bool] | None = None, is_leaf_takes_path: bool = False
) -> list[tuple[tuple, Any]]:
    """Return the pairs (path, leaf) of a tree, left to right.

    >>> from funcgrad.tree import keystr
    >>> [(keystr(path), leaf) for path, leaf in leaves_with_path({"w": [1.0], "b": 2.0})]
    [("['b']", 2.0), ("['w'][0]", 1.0)]
    """
    return flatten_with_path(tree, is_leaf, is_leaf_takes_path)[0]


def map_with_path(
    f: Callable,
    tree: Any,
    *rest: Any,
    is_leaf: Callable[..., bool] | None = None,
    is_leaf_takes_path: bool = False,
) -> Any:
    """Return the tree of `f(path, leaf, *subtrees)`; otherwise as `map`.

    >>> from funcgrad.tree import keystr
    >>> map_with_path(lambda path, x: keystr(path), {"w": [1.0]})
    {'w': ["['w'][0]"]}
    """
    pairs, treedef = flatten_with_path(tree, is_leaf, is_leaf_takes_path)
    columns = _align("tree.map_with_path", treedef, rest)
    return treedef.unflatten([f(*pair, *xs) for pair, *xs in zip(pairs, *columns)])


# --- comparing two trees ----------------------------------------------------------------------------------------------


def _align(name: str, treedef: PyTreeDef, rest: Sequence[Any]) -> list[list[Any]]:
    return [_flatten_up_to(treedef, tree, name, "the first tree", f"tree {i}") for i, tree in enumerate(rest, 2)]


def _flatten_up_to(treedef: PyTreeDef, tree: Any, name: str, left: str, right: str) -> list[Any]:
    """Return the subtrees at the leaves of `treedef`; the error calls its sides `left` and `right`."""
    out, todo, start = [], [tree], treedef.num_leaves
    for stop, n, kind, aux in reversed(treedef.program):  # parents come first, and of siblings the last
        while start > stop:
            out.append(todo.pop())
            start -= 1
        subtree = todo.pop()
        if KINDS[type(subtree)] is not kind:
            raise _difference(treedef, tree, name, left, right)
        if kind is DICT and len(subtree) == n and subtree.keys() >= set(aux):  # in place of sorting
            todo += [subtree[key] for key in aux]
            continue
        children, its_aux = kind.flatten(subtree)
        if len(children) != n or its_aux is not aux and its_aux != aux:
            raise _difference(treedef, tree, name, left, right)
        todo += children
    out += todo[::-1]
    out.reverse()
    return out


def _difference(treedef: PyTreeDef, tree: Any, name: str, left: str, right: str) -> ValueError:
    """Return the error for the first place, left to right, where `tree` does not have the structure `treedef`."""
    from .paths import keystr

    todo = [(treedef, tree, ())]
    while todo:
        treedef, tree, path = todo.pop()
        if not treedef.program:
            continue
        _, n, kind, aux = treedef.program[-1]
        its_kind = KINDS[type(tree)]
        if its_kind is None:
            break
        children, its_aux = its_kind.flatten(tree)
        if its_kind is not kind or len(children) != n or its_aux != aux:
            break
        todo += reversed([(d, c, (*path, k)) for d, c, k in zip(treedef.children(), children, kind.keys(tree))])
    its = f"a leaf ({type(tree).__name__})" if its_kind is None else its_kind.describe(its_aux, len(children))
    return ValueError(
        f"{name}: at {keystr(path) or 'the root'} {left} has {kind.describe(aux, n)}, {right} has {its}. "
        f"Both must have the same containers down to the leaves of {left}."
    )
