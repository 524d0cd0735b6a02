"""jax.tree_util."""
import jax, jax.numpy as jnp, numpy as np
from jax.tree_util import *
@register_pytree_node_class
class Point:
    def __init__(self, x, y, name="p"): self.x, self.y, self.name = x, y, name
    def tree_flatten(self): return (self.x, self.y), self.name
    @classmethod
    def tree_unflatten(cls, aux, ch): return cls(*ch, name=aux)
    def __repr__(self): return f"Point({self.x}, {self.y}, {self.name})"
p = Point(1.0, jnp.ones(2), "q")
print(tree_map(lambda v: v * 2, p))
print(tree_structure(p), tree_leaves(p))
print(jax.grad(lambda p: p.x * p.y.sum())(p))
t = {"b": [1, (2, None)], "a": {"z": 3.0}}
leaves, td = tree_flatten(t)
print(leaves, td, td.num_leaves)
for path, leaf in tree_flatten_with_path(t)[0]: print(keystr(path), leaf)
print(tree_reduce(lambda a, b: a + b, t), tree_all(tree_map(lambda v: v > 0, t)))
print(tree_transpose(tree_structure([0, 0]), tree_structure({"a": 0}), [{"a": 1}, {"a": 2}]))
print(jax.tree.map(lambda x, y: x + y, t, t), jax.tree.map(lambda x: None, t))
try: jax.tree.map(lambda x, y: x, {"a": 1}, {"b": 1})
except ValueError as e: print("ValueError")
print(tree_map_with_path(lambda p, v: f"{keystr(p)}={v}", t))
from collections import namedtuple, OrderedDict
N = namedtuple("N", "u v")
print(tree_map(lambda v: v + 1, N(1, [2])), tree_map(lambda v: -v, OrderedDict(b=1, a=2)))
print(tree_leaves(t, is_leaf=lambda v: isinstance(v, tuple)), tree_structure(None), tree_leaves(None))
print(jax.tree.leaves(jax.tree.map(lambda *v: jnp.stack(v), {"a": 1.0}, {"a": 2.0})))
f = Partial(lambda a, b: a * b, 3.0)
print(tree_leaves(f), jax.jit(lambda f, x: f(x))(f, 2.0))
print(treedef_is_leaf(tree_structure(1)), treedef_children(tree_structure([1, (2, 3)])))
