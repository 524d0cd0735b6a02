"""funcgrad.tree against jax.tree_util on random trees, and what jax has no say in: messages, depth, cache, speed."""

import collections
import copy
import dataclasses
import enum
import functools
import gc
import inspect
import operator
import pickle
import random
import sys
import weakref
from timeit import repeat

import jax
import numpy as np
import pytest

from funcgrad import containers, tree

Point = collections.namedtuple("Point", "x y")
Empty = collections.namedtuple("Empty", "")


class Custom:
    """Registered in both libraries: children and a name."""

    def __init__(self, children, name):
        self.children, self.name = children, name

    def __eq__(self, other):
        return type(other) is Custom and (self.children, self.name) == (other.children, other.name)


@dataclasses.dataclass
class Layer:
    """Registered in both libraries as a dataclass with one static field."""

    w: object
    b: object
    size: int = dataclasses.field(default=0, metadata={"static": True})


class Mode(str):
    """Registered in both libraries as static."""


class ListSubclass(list):
    """A leaf: containers are told by exact type."""


def build_custom(name, children):
    return Custom(tuple(children), name)


for register in (tree.register_pytree_node, jax.tree_util.register_pytree_node):
    register(Custom, lambda c: (c.children, c.name), build_custom)
for register in (tree.register_dataclass, jax.tree_util.register_dataclass):
    register(Layer)
for register in (tree.register_static, jax.tree_util.register_static):
    register(Mode)


def random_tree(rng, depth=4):
    """A random tree whose leaves are numbers, strings and a list subclass."""
    kind = rng.randrange(14) if depth else 13
    some = [random_tree(rng, depth - 1) for _ in range(rng.randrange(4))] if kind < 8 else []
    keys = rng.sample("abcdefgh", len(some))
    match kind:
        case 0 | 1:
            return tuple(some)
        case 2 | 3:
            return some
        case 4:
            return dict(zip(keys, some))
        case 5:
            return collections.OrderedDict(zip(keys, some))
        case 6:
            return collections.defaultdict(list, zip(keys, some))
        case 7:
            return Custom(tuple(some), rng.choice("pq"))
        case 8:
            return Point(random_tree(rng, depth - 1), random_tree(rng, depth - 1))
        case 9:
            return Layer(random_tree(rng, depth - 1), random_tree(rng, depth - 1), rng.randrange(2))
        case 10:
            return rng.choice([None, None, Empty(), Mode("train")])
        case 11:
            return {i: random_tree(rng, depth - 1) for i in rng.sample(range(9), rng.randrange(3))}
        case _:
            return rng.choice([rng.random(), rng.randrange(9), "text", ListSubclass([1])])


def grown(rng, prefix):
    """`prefix` with its leaves replaced by random trees, and in a third of the cases some containers as well."""
    share = rng.choice([0, 0, 0.15])
    return jax.tree.map(lambda _: random_tree(rng, 2), prefix, is_leaf=lambda x: rng.random() < share)


TREES = [random_tree(random.Random(seed)) for seed in range(400)]


def is_pair(x):
    return isinstance(x, (tuple, list)) and len(x) == 2


def outcome(f, *args, **kwargs):
    """What f returns, or the class of what it raises."""
    try:
        return f(*args, **kwargs)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("is_leaf", [None, is_pair, lambda x: x is None, lambda x: True])
def test_flatten_and_unflatten_as_jax(is_leaf):
    for t in TREES:
        leaves, treedef = tree.flatten(t, is_leaf)
        expected, jax_treedef = jax.tree.flatten(t, is_leaf)
        assert len(leaves) == len(expected) and all(map(operator.is_, leaves, expected))
        assert repr(treedef) == repr(jax_treedef)
        assert (treedef.num_leaves, treedef.num_nodes) == (jax_treedef.num_leaves, jax_treedef.num_nodes)
        assert [repr(c) for c in treedef.children()] == [repr(c) for c in jax_treedef.children()]
        numbered = range(len(leaves))
        rebuilt = tree.unflatten(treedef, numbered)
        assert rebuilt == jax.tree.unflatten(jax_treedef, numbered)
        assert tree.flatten(tree.unflatten(treedef, leaves), is_leaf) == (leaves, treedef)
        assert tree.leaves(t, is_leaf) == leaves and tree.structure(t, is_leaf) == treedef


def test_treedefs_are_equal_exactly_where_those_of_jax_are():
    ours, theirs = [tree.structure(t) for t in TREES], [jax.tree.structure(t) for t in TREES]
    for a, jax_a in zip(ours, theirs):
        for b, jax_b in zip(ours, theirs):
            assert (a == b) == (jax_a == jax_b)
            assert (a != b) == (jax_a != jax_b)
            assert a != b or hash(a) == hash(b)


@pytest.mark.parametrize("is_leaf", [None, is_pair])
def test_paths_as_jax(is_leaf):
    for t in TREES:
        pairs, treedef = tree.flatten_with_path(t, is_leaf)
        expected, jax_treedef = jax.tree.flatten_with_path(t, is_leaf)
        assert repr(pairs) == repr(expected) and repr(treedef) == repr(jax_treedef)
        for simple, separator in [(False, ""), (True, "/")]:
            assert [tree.keystr(p, simple=simple, separator=separator) for p, _ in pairs] == [
                jax.tree_util.keystr(p, simple=simple, separator=separator) for p, _ in expected
            ]
        assert tree.leaves_with_path(t, is_leaf) == pairs
        mapped = tree.map_with_path(lambda p, x, y: (tree.keystr(p), x, y), t, t, is_leaf=is_leaf)
        assert mapped == jax.tree.map_with_path(lambda p, x, y: (jax.tree_util.keystr(p), x, y), t, t, is_leaf=is_leaf)


def test_is_leaf_may_take_the_path():
    t = {"a": [1, 2], "b": [3, [4]]}

    def stop(path, x):
        return len(path) == 1 and str(path[0]) == "['b']"

    pairs = tree.leaves_with_path(t, stop, is_leaf_takes_path=True)
    assert repr(pairs) == repr(jax.tree.leaves_with_path(t, stop, is_leaf_takes_path=True))
    assert tree.map_with_path(lambda p, x: 0, t, is_leaf=stop, is_leaf_takes_path=True) == {"a": [0, 0], "b": 0}


def test_is_leaf_is_asked_in_the_order_of_jax():
    for t in TREES[:50]:
        ours, theirs = [], []
        tree.flatten(t, lambda x, seen=ours: seen.append(id(x)))
        jax.tree.flatten(t, lambda x, seen=theirs: bool(seen.append(id(x))))
        assert ours == theirs


def test_functions_of_several_trees_as_jax():
    rng = random.Random(0)
    failed = 0
    for t in TREES:
        other = grown(rng, t)
        treedef, jax_treedef = tree.structure(t), jax.tree.structure(t)
        cases = [
            (treedef.flatten_up_to, jax_treedef.flatten_up_to, (other,)),
            (tree.broadcast_prefix, jax._src.tree_util.broadcast_prefix, (t, other)),
            (tree.broadcast, jax.tree.broadcast, (t, other)),
            (functools.partial(tree.map, lambda *xs: xs), functools.partial(jax.tree.map, lambda *xs: xs), (t, other)),
        ]
        for ours, theirs, args in cases:
            got = outcome(ours, *args)
            assert got == outcome(theirs, *args)
            failed += got is ValueError
    assert 40 < failed < 800  # both outcomes were met


def test_reduce_all_and_transpose_as_jax():
    rng = random.Random(1)
    for t in TREES:
        assert tree.reduce(lambda s, x: f"{s},{x}", t, "") == jax.tree.reduce(lambda s, x: f"{s},{x}", t, "")
        assert outcome(tree.reduce, operator.add, t) == outcome(jax.tree.reduce, operator.add, t)
        numbers = tree.map(lambda _: rng.random() < 0.9, t)
        assert tree.all(numbers) == jax.tree.all(numbers)
        other = rng.choice(TREES)
        outer, inner = tree.structure(t), tree.structure(other)
        jax_outer, jax_inner = jax.tree.structure(t), jax.tree.structure(other)
        assert repr(outer.compose(inner)) == repr(jax_outer.compose(jax_inner))
        nested = outer.unflatten(
            [inner.unflatten(list(range(i, i + inner.num_leaves))) for i in range(outer.num_leaves)]
        )
        if outer.num_leaves:  # jax fails where there is nothing to transpose
            assert tree.transpose(outer, inner, nested) == jax.tree.transpose(jax_outer, jax_inner, nested)
        both = tree.treedef_tuple([outer, inner])
        assert repr(both) == repr(jax.tree_util.treedef_tuple([jax_outer, jax_inner]))
        assert both == tree.structure((t, other)) and both.children() == [outer, inner]


def test_transpose_refuses_what_does_not_fit():
    with pytest.raises(TypeError, match=r"expected the structure PyTreeDef\(\[\(\*, \*\)\]\), got PyTreeDef\(\[\*\]\)"):
        tree.transpose(tree.structure([0]), tree.structure((0, 0)), [1])
    with pytest.raises(ValueError, match="has no leaves, so pass inner_treedef"):
        tree.transpose(tree.structure([]), None, [])
    assert tree.transpose(tree.structure([]), tree.structure((0, 0)), []) == ([], [])
    assert tree.transpose(tree.structure([0, 0]), None, [(1, 2), (3, 4)]) == ([1, 3], [2, 4])


W = {"w": 1, "b": 2}


@pytest.mark.parametrize(
    "first, second, message",
    [
        ([W, 1], [{"w": [1, 2], "b": 2}, 1], None),
        (
            [{"w": {"k": 1}, "b": 2}, 1],
            [{"w": [1, 2], "b": 2}, 1],
            "tree.map: at [0]['w'] the first tree has a dict with keys ('k',), tree 2 has a list of length 2. "
            "Both must have the same containers down to the leaves of the first tree.",
        ),
        ((1, 2), (1,), "at the root the first tree has a tuple of length 2, tree 2 has a tuple of length 1."),
        ([None], [3], "at [0] the first tree has None, tree 2 has a leaf (int)."),
        ([(1,)], [None], "at [0] the first tree has a tuple of length 1, tree 2 has None."),
        (W, {"w": 1, "c": 2}, "has a dict with keys ('b', 'w'), tree 2 has a dict with keys ('c', 'w')."),
        (W, collections.OrderedDict(w=1, b=2), "tree 2 has a OrderedDict with keys ('w', 'b')."),
        (Point((1,), 2), Point([1], 2), "at .x the first tree has a tuple of length 1, tree 2 has a list of length 1."),
        (Point(1, 2), (1, 2), "the first tree has a namedtuple[Point], tree 2 has a tuple of length 2."),
        (
            collections.defaultdict(list, a=1),
            collections.defaultdict(int, a=1),
            "has a defaultdict of <class 'list'> with keys ('a',), tree 2 has a defaultdict of <class 'int'>",
        ),
        (
            [Layer(1, 2, 3)],
            [Layer(1, 2, 4)],
            "at [0] the first tree has a Layer with 2 children and metadata (3,), "
            "tree 2 has a Layer with 2 children and metadata (4,).",
        ),
        ([(1,), (2,)], [[1], [2]], "at [0] "),  # of two differences the first
    ],
)
def test_the_message_says_where_two_trees_differ(first, second, message):
    if message is None:
        tree.map(lambda x, y: y, first, second)
        return
    with pytest.raises(ValueError) as caught:
        tree.map(lambda x, y: y, first, second)
    assert message in str(caught.value)


def test_each_function_names_itself_and_its_trees():
    with pytest.raises(ValueError, match=r"^tree.map_with_path: at \[0\] the first tree .* tree 3 has a leaf"):
        tree.map_with_path(lambda p, *xs: 0, [()], [()], [1])
    with pytest.raises(
        ValueError, match=r"^tree.broadcast_prefix: at \[1\] the prefix has None, the full tree has a leaf"
    ):
        tree.broadcast_prefix([0, None], [1, 2])
    with pytest.raises(ValueError, match=r"^vmap: in_axes: at \[0\]\['w'\] the prefix has a tuple of length 1"):
        tree.broadcast_prefix([{"w": (0,)}], [{"w": 1}], name="vmap: in_axes")
    with pytest.raises(ValueError, match="^PyTreeDef.flatten_up_to: at the root the treedef has a list of length 1"):
        tree.structure([0]).flatten_up_to(3)


def test_none_can_be_a_leaf_of_a_prefix():
    assert tree.broadcast_prefix([0, None], [(1, 2), {"a": 3}], is_leaf=lambda x: x is None) == [0, 0, None]


def test_the_number_of_leaves_must_fit():
    treedef = tree.structure((0, {"a": 0}))
    for wrong in ([], [1], [1, 2, 3]):
        with pytest.raises(
            ValueError, match=rf"expected 2 leaves for PyTreeDef\(\(\*, {{'a': \*}}\)\), got {len(wrong)}"
        ):
            tree.unflatten(treedef, iter(wrong))
    with pytest.raises(ValueError, match=r"expected 1 leaves for PyTreeDef\(\*\), got 0"):
        tree.unflatten(tree.structure(0), [])


def test_keys_that_cannot_be_sorted():
    assert outcome(jax.tree.flatten, {1: 0, "a": 0}) is ValueError
    for make in (dict, functools.partial(collections.defaultdict, int)):
        mixed = make({1: 0, "a": 0})
        with pytest.raises(
            ValueError, match=r"must be sortable; got 1 \(int\), 'a' \(str\). Use keys of one type, or an"
        ):
            tree.flatten([mixed])
    assert tree.leaves(collections.OrderedDict([(1, 2), ("a", 3)])) == [2, 3]


def test_keys_come_back_as_they_were_though_equal_ones_are_in_the_cache():
    class Color(enum.StrEnum):
        RED = "red"

    given = [{"red": 0}, {Color.RED: 0}, {np.str_("red"): 0}, {1: 0}, {1.0: 0}, {True: 0}]
    for t in given + given[::-1]:
        leaves, treedef = tree.flatten(t)
        (key,) = tree.unflatten(treedef, leaves)
        (expected,) = t
        assert type(key) is type(expected)
    assert tree.structure({1: 0}) == tree.structure({1.0: 0})
    assert jax.tree.structure({1: 0}) == jax.tree.structure({1.0: 0})


def test_results_share_no_container_with_what_was_given():
    leaves = [1, 2]
    treedef = tree.structure([0, 0])
    built = tree.unflatten(treedef, leaves)
    built.append(3)
    assert leaves == [1, 2]
    given = [1, 2]
    tree.leaves(given).append(3)
    assert given == [1, 2]


@pytest.mark.parametrize("wrap", [lambda t: [t], lambda t: (1, t), lambda t: {"a": t}, lambda t: Custom((t,), "n")])
def test_depth_costs_no_stack(wrap):
    limit = sys.getrecursionlimit()
    deep = functools.reduce(lambda t, _: wrap(t), range(1000), 7)
    try:
        sys.setrecursionlimit(len(inspect.stack(0)) + 60)
        leaves, treedef = tree.flatten(deep)
        assert tree.map(lambda x, y: x, deep, deep) is not None
        assert leaves[-1] == 7 and treedef.num_nodes == 1000 + len(leaves)
        assert tree.unflatten(treedef, leaves) is not None
        assert treedef == tree.structure(deep) and hash(treedef) == hash(tree.structure(deep))
        assert repr(treedef).count("*") == len(leaves)
        ((path, _), *_) = tree.leaves_with_path(deep)[::-1]
        assert len(path) == 1000
        assert tree.broadcast_prefix(deep, deep) == leaves
        with pytest.raises(ValueError, match="the first tree has a tuple of length 1"):
            bad = functools.reduce(lambda t, _: wrap(t), range(1000), (7,))
            tree.map(lambda x, y: x, bad, deep)
    finally:
        sys.setrecursionlimit(limit)


def test_a_container_that_contains_itself():
    loop = {}
    loop["again"] = [loop]
    with pytest.raises(RecursionError, match="nested more than 100,000 deep at a (dict|list); does one contain itself"):
        tree.flatten(loop)


def test_metadata_that_cannot_be_hashed_or_compared():
    leaves, treedef = tree.flatten([Custom((1,), ["unhashable"])])
    assert tree.map(lambda x: x + 1, tree.unflatten(treedef, leaves)) == [Custom((2,), ["unhashable"])]
    with pytest.raises(TypeError, match="the metadata of Custom is not hashable .* Use hashable metadata"):
        hash(treedef)
    a, b = (tree.structure(Custom((1,), np.zeros(2))) for _ in range(2))
    with pytest.raises(ValueError, match="comparing the metadata of Custom failed .* keep arrays among the children"):
        assert a == b
    assert a == a and a != 3


def test_registration_by_class_and_with_keys():
    @tree.register_pytree_node_class
    class Pair:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def tree_flatten(self):
            return iter((self.x, self.y)), "aux"

        @classmethod
        def tree_unflatten(cls, aux, children):
            assert aux == "aux" and type(children) is tuple
            return cls(*children)

    assert tree.is_tree_node(Pair) and not tree.is_tree_node(type("P", (Pair,), {}))
    assert tree.map(lambda a, b: a * b, Pair(2, 3), Pair(5, 7)).y == 21
    assert [tree.keystr(p) for p, _ in tree.leaves_with_path(Pair(1, [2]))] == [
        "[<flat index 0>]",
        "[<flat index 1>][0]",
    ]

    class Named:
        def __init__(self, x):
            self.x = x

    before = tree.structure(Named(1))  # seen as a leaf first
    tree.register_node(
        Named, lambda n: ((n.x,), None), lambda _, xs: Named(*xs), lambda n: ([(tree.GetAttrKey("x"), n.x)], None)
    )
    assert before == tree.structure(0) != tree.structure(Named(1))
    assert tree.keystr(tree.leaves_with_path([Named(1)])[0][0]) == "[0].x"


def test_registration_refuses():
    class Nothing:
        pass

    with pytest.raises(TypeError, match="expected a class, got 3"):
        tree.register_node(3, lambda t: ((), None), lambda a, c: 3)
    with pytest.raises(TypeError, match="unflatten_func must be a function, got None"):
        tree.register_node(Nothing, lambda t: ((), None), None)
    with pytest.raises(TypeError, match="Nothing lacks tree_flatten and tree_unflatten"):
        tree.register_pytree_node_class(Nothing)
    for taken in (Custom, tuple, dict, type(None), Layer):
        with pytest.raises(ValueError, match=f"{taken.__name__} is registered already"):
            tree.register_node(taken, lambda t: ((), None), lambda a, c: None)
    tree.register_node(Nothing, lambda t: 3, lambda a, c: Nothing())
    with pytest.raises(ValueError, match=r"flatten function of .*Nothing failed .* must return \(children, aux\)"):
        tree.flatten(Nothing())


def test_a_namedtuple_may_be_registered_otherwise():
    Pair = collections.namedtuple("Pair", "x name")
    assert tree.leaves(Pair(1, "n")) == [1, "n"]
    tree.register_node(Pair, lambda p: ((p.x,), p.name), lambda name, xs: Pair(*xs, name))
    assert tree.flatten(Pair(1, "n"))[0] == [1]


def test_register_dataclass_checks_its_fields():
    @dataclasses.dataclass
    class A:
        x: int
        y: int
        z: int = dataclasses.field(default=0, init=False)

    with pytest.raises(ValueError, match=r"missing fields \['y'\]. Add them to data_fields or meta_fields, or to drop"):
        tree.register_dataclass(A, ["x"], [])
    with pytest.raises(ValueError, match=r"\['z'\] are no fields that __init__ takes; it takes \['x', 'y'\]"):
        tree.register_dataclass(A, ["x", "y"], ["z"])
    with pytest.raises(ValueError, match=r"\['x'\] in both"):
        tree.register_dataclass(A, ["x", "y"], ["x"])
    with pytest.raises(TypeError, match="give both data_fields and meta_fields, or neither"):
        tree.register_dataclass(A, ["x"])
    with pytest.raises(TypeError, match="it is no dataclass"):
        tree.register_dataclass(type("B", (), {}))
    assert not tree.is_tree_node(A)
    assert tree.register_dataclass(A, data_fields=["x"], meta_fields=["y"]) is A
    assert tree.map(lambda x: x * 10, A(1, 2)) == A(10, 2)
    assert tree.structure(A(1, 2)) != tree.structure(A(1, 3))


def test_partial_as_jax():
    def f(*args, **kwargs):
        return args, kwargs

    for ours, theirs in [
        (tree.Partial(f, 1, [2], k=3), jax.tree_util.Partial(f, 1, [2], k=3)),
        (tree.Partial(functools.partial(f, 1), 2), jax.tree_util.Partial(functools.partial(f, 1), 2)),
        (tree.Partial(tree.Partial(f, 1), 2), jax.tree_util.Partial(jax.tree_util.Partial(f, 1), 2)),
    ]:
        assert tree.leaves(ours) == jax.tree.leaves(theirs)
        doubled, jax_doubled = tree.map(lambda x: 2 * x, ours), jax.tree.map(lambda x: 2 * x, theirs)
        assert type(doubled) is tree.Partial
        assert doubled(9, z=0) == jax_doubled(9, z=0)
    inner = functools.partial(f, 1)
    assert tree.structure(tree.Partial(inner, 2)) == tree.structure(tree.Partial(inner, 3))
    assert tree.structure(tree.Partial(f, 2)) != tree.structure(tree.Partial(len, 2))


def test_treedefs_copy_and_pickle():
    for t in TREES[:60]:
        treedef = tree.structure(t)
        assert pickle.loads(pickle.dumps(treedef)) == treedef
        assert copy.deepcopy(treedef) == treedef


def test_equal_structures_are_one_object_and_nothing_of_the_users_is_kept():
    for make in (lambda: (1, [2, None]), lambda: {"b": 1, "a": {"c": (2,)}}, lambda: Point(1, (2,)), lambda: 1):
        assert tree.structure(make()) is tree.structure(make())

    class Leaf:
        pass

    def layer():
        return 1

    held = [weakref.ref(layer), weakref.ref(Leaf)]
    tree.structure(Leaf())
    tree.structure([tree.Partial(layer, 1)])
    tree.structure(collections.defaultdict(layer, a=1))
    tree.structure(collections.OrderedDict([(layer, 1)]))
    del layer, Leaf
    gc.collect()
    assert [ref() for ref in held] == [None, None]


def test_the_caches_are_bounded():
    for i in range(5000):
        tree.structure((type("T", (), {})(), {f"k{i}": 1}))
    assert len(containers.KINDS) <= containers._MAX_LEAF_TYPES
    assert len(tree._CACHE) <= tree._MAX_TREEDEFS
    assert tree.leaves(Point(1, [2])) == [1, 2]  # containers are never forgotten


def test_speed_against_calling_a_function():
    """Ratios to an empty call of one argument, so that the machine's speed cancels; twice the usual is allowed."""
    x = np.ones(3)
    three = (x, x, x)
    leaves, treedef = tree.flatten(three)

    def cost(f, *args):
        return min(repeat(lambda: f(*args), number=2000, repeat=15))

    def empty(_):
        pass

    base = cost(empty, x)
    assert cost(tree.flatten, x) < 6 * base
    assert cost(tree.flatten, three) < 30 * base
    assert cost(tree.unflatten, treedef, leaves) < 8 * base
    assert cost(hash, treedef) < 4 * base
