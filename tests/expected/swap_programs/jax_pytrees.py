"""Pytrees of every kind: registered classes, dataclasses, key paths, NamedTuples, None, ravel_pytree, transposition."""
import collections
import dataclasses
import functools

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jax.tree_util import DictKey, SequenceKey, keystr, register_pytree_node_class, tree_flatten, tree_map, tree_unflatten


@register_pytree_node_class
class Special:
    def __init__(self, x, tag):
        self.x, self.tag = x, tag

    def tree_flatten(self):
        return (self.x,), self.tag

    @classmethod
    def tree_unflatten(cls, aux, children):
        return cls(*children, aux)

    def __repr__(self):
        return f"Special({self.x}, {self.tag})"


@functools.partial(jax.tree_util.register_dataclass, data_fields=["w", "b"], meta_fields=["name"])
@dataclasses.dataclass
class Layer:
    w: jax.Array
    b: jax.Array
    name: str

    def __call__(self, x):
        return jnp.tanh(x @ self.w + self.b)


Point = collections.namedtuple("Point", "x y")
t = {"a": [1, (2.0, None)], "b": Special(jnp.ones(2), "q"), "c": Point(3, 4), "d": collections.OrderedDict(z=1, y=2)}
leaves, treedef = tree_flatten(t)
print(leaves, treedef.num_leaves)
print(treedef)
print(tree_unflatten(treedef, [v * 2 for v in leaves]))
print(tree_map(lambda x, y: x + y, t, t)["c"], jax.tree.reduce(lambda a, b: a + jnp.sum(b), t, 0.0))
for path, leaf in jax.tree_util.tree_flatten_with_path(t)[0]:
    print(keystr(path), leaf)
print(jax.tree_util.tree_map_with_path(lambda p, x: (keystr(p[-1:]), x), {"u": [1, 2]}))
layers = [Layer(jnp.eye(2) * 0.5, jnp.zeros(2), f"l{i}") for i in range(2)]
grads = jax.grad(lambda ls: functools.reduce(lambda x, l: l(x), ls, jnp.ones(2)).sum())(layers)
print(grads[0].name, grads[1].b, jax.tree.structure(layers) == jax.tree.structure(grads))
flat, unravel = ravel_pytree({"w": jnp.arange(4.0).reshape(2, 2), "n": jnp.array(7)})
print(flat, unravel(flat + 1))
print(jax.tree.transpose(jax.tree.structure([0, 0]), jax.tree.structure((0, 0, 0)), [(1, 2, 3), (4, 5, 6)]))
print(jax.tree.map(lambda x: x is None, {"a": None, "b": 1}, is_leaf=lambda x: x is None), jax.tree.leaves(None))
print(jax.jit(lambda p: Point(p.y, p.x))(Point(1.0, 2.0)), jax.vmap(lambda d: d["k"].sum())({"k": jnp.ones((2, 3))}))
print(jax.tree.all({"a": True, "b": False}), jax.tree_util.tree_all([]), DictKey("a"), SequenceKey(0))
for wrong in (lambda: jax.tree.map(lambda a, b: a, [1, 2], [1]), lambda: jax.tree.unflatten(jax.tree.structure([1, 2]), [1]), lambda: jax.jit(lambda x: x)("a")):
    try:
        wrong()
    except Exception as error:
        print(type(error).__mro__[-4].__name__ if False else [k.__name__ for k in (ValueError, TypeError) if isinstance(error, k)])
