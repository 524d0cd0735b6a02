"""What can be known of a function without running it: its graph, its shapes, and the stages of its compilation, as jax names them.

`jit(f).trace(*args)` is a Traced, its `lower()` a Lowered, that one's `compile()` a Compiled. Arguments may be arrays, or
ShapeDtypeStructs that only describe them. Invariant: no value is computed here but by calling a Compiled.
"""

import math

import numpy as np

from . import tree
from .compile.costs import cost_of
from .compile.jit import Jitted, leaf_key
from .core.aval import PYTHON_SCALARS, Aval, aval_of, describe, is_weak
from .core.handle import Array, Handle, Taped
from .core.site import here
from .core.tracebacks import public
from .errors import ArgumentError
from .transforms.boundary import as_value, inside
from .transforms.reverse_mode import check_callable
from .transforms.stage import Stage, aval_like, staged


class ShapeDtypeStruct(Aval):
    """The shape and dtype of an array that there need not be: what `eval_shape`, `make_graph` and `jit(f).lower` take and give.

    Raises TypeError for a shape that is no sequence of integers, or a dtype that NumPy does not know.

    >>> import funcgrad as fg, numpy as np
    >>> x = fg.ShapeDtypeStruct((3, 2), np.float32)
    >>> x.size, x.ndim
    (6, 2)
    >>> fg.eval_shape(lambda x: x @ x.T, x)
    ShapeDtypeStruct(shape=(3, 3), dtype=float32)
    """

    __slots__ = ()

    def __init__(self, shape, dtype, *, sharding=None, weak_type=False):
        if sharding is not None:
            raise ArgumentError(
                f"ShapeDtypeStruct: there are no devices to share arrays among; got {sharding!r}. [at {here()}]"
            )
        super().__init__(tuple(map(int, shape)), np.dtype(dtype), bool(weak_type))

    @classmethod
    def like(cls, x):
        """That of an array, or of anything with a shape and a dtype."""
        return cls(x.shape, x.dtype, weak_type=getattr(x, "weak_type", False))

    weak_type = property(lambda self: self.weak)
    size = property(lambda self: math.prod(self.shape))

    def __repr__(self):
        weak = ", weak_type=True" if self.weak else ""
        return f"ShapeDtypeStruct(shape={self.shape}, dtype={self.dtype.name if self.dtype.isnative else 'bfloat16'}{weak})"


def struct(x):
    """The ShapeDtypeStruct of a value or aval."""
    return ShapeDtypeStruct(x.shape, x.dtype, weak_type=x.weak) if isinstance(x, Aval) else struct(aval_of(x))


# ------------------------------------------------------------------------------------------------ graphs and shapes
def make_graph(fun, static_argnums=None, return_shape=False):
    """A function that returns the Graph of fun at the given arguments (arrays, numbers, or ShapeDtypeStructs); with `return_shape`
    (graph, tree of the results' ShapeDtypeStructs). jax calls it make_jaxpr. Raises TypeError as `eval_shape` does.

    >>> import funcgrad as fg
    >>> print(fg.make_graph(lambda x: x * 2 + 1)(3.0))
    graph(a0: float64[]*)
      v0: float64[]* = mul(a0, 2)
      v1: float64[]* = add(v0, 1)
      return v1
    """
    check_callable(fun, "make_graph")
    jitted = Jitted(fun, static_argnums)

    @public
    def graph_at(*args, **kwargs):
        traced = Traced(jitted, args, kwargs)
        return (traced.graph, traced.out_info) if return_shape else traced.graph

    return graph_at


@public
def eval_shape(fun, *args, **kwargs):
    """The shapes and dtypes of fun's result, as a pytree of ShapeDtypeStructs, without computing anything. The arguments may be
    arrays, numbers, or ShapeDtypeStructs. Raises TypeError where fun asks for a value (`if x > 0`), or gets an argument that is none of these,
    and what fun raises.

    >>> import funcgrad as fg, numpy as np
    >>> fg.eval_shape(lambda x: x @ x.T, np.ones((3, 2)))
    ShapeDtypeStruct(shape=(3, 3), dtype=float64)
    """
    leaves, structure = tree.flatten((args, kwargs))
    avals = [aval_like(x, "eval_shape") for x in leaves]
    st = Stage()
    with staged(st), inside(st):
        inputs = [
            x if isinstance(x, Taped) else Array(None, st.input(a, a), st) for x, a in zip(leaves, avals, strict=True)
        ]
        new_args, new_kwargs = tree.unflatten(structure, inputs)
        outs, out_structure = tree.flatten(fun(*new_args, **new_kwargs))
        outs = [
            struct(o if isinstance(o, Handle) else as_value(o, "eval_shape", "the result")) for o in st.capture(outs)
        ]
    return tree.unflatten(out_structure, outs)


# ------------------------------------------------------------------------------------------------ stages of compilation
class Traced:
    """A jitted function at arguments of certain shapes and dtypes.

    `graph`, `args_info`, `out_info` (trees of ShapeDtypeStructs), `in_tree`, `out_tree`, `fun_name`; `lower()`."""

    def __init__(self, jitted, args, kwargs):
        self.jitted = jitted
        self.f, args, kwargs, self.static = jitted.separate(args, kwargs)
        leaves, self.in_tree = tree.flatten((args, kwargs))
        described = tree.unflatten(self.in_tree, [described_by(x) for x in leaves])
        staged_function, self.leaves = jitted.find(self.f, *described, self.static, described=True)
        self.graph = staged_function.graph
        self.out_tree = staged_function.structure
        k = self.out_tree.num_leaves
        self.args_info = tree.unflatten(self.in_tree, [struct(aval_of(x)) for x in self.leaves])
        self.out_info = tree.unflatten(self.out_tree, [struct(a) for a in self.graph.out_avals[:k]])

    @property
    def fun_name(self):
        return getattr(self.jitted.f, "__name__", type(self.jitted.f).__name__)

    def lower(self):
        return Lowered(self)

    def __repr__(self):
        return f"<{type(self).__name__} of {self.fun_name}>"


class Stages:
    """What a Lowered and a Compiled say of the function they were made of."""

    def __init__(self, traced):
        self.traced = traced

    graph = property(lambda self: self.traced.graph)
    in_tree = property(lambda self: self.traced.in_tree)
    out_tree = property(lambda self: self.traced.out_tree)
    args_info = property(lambda self: self.traced.args_info)
    out_info = property(lambda self: self.traced.out_info)

    def cost_analysis(self):
        """{"flops", "transcendentals", "bytes accessed"} by the operations of the graph, and under "not counted" the names of
        those whose arithmetic has no simple formula (factorisations, sorting). A while loop counts as one step."""
        return cost_of(self.graph)

    def __repr__(self):
        return f"<{type(self).__name__} of {self.traced.fun_name}>"


class Lowered(Stages):
    """A function as a graph, ready to compile."""

    def as_text(self):
        """The graph, one operation a line."""
        return str(self.graph)

    def compile(self):
        return Compiled(self.traced)


class Compiled(Stages):
    """A function compiled for one signature: calling it runs the compiled code, on arguments of that signature only."""

    def __init__(self, traced):
        super().__init__(traced)
        from .compile.source import compiled

        compiled(self.graph)

    def as_text(self):
        """The Python source that runs."""
        return self.graph.cache["source"]

    def __call__(self, *args, **kwargs):
        """The results. Raises TypeError for arguments of another structure, shape or dtype than it was compiled for."""
        t = self.traced
        leaves, structure = tree.flatten((args, kwargs))
        if structure != t.in_tree:
            raise ArgumentError(
                f"compiled {t.fun_name}: the arguments must have the structure it was compiled for, {t.in_tree}; got {structure}. "
                f"Static arguments are left out. [at {here()}]"
            )
        for i, (x, own) in enumerate(zip(leaves, t.leaves, strict=True)):
            x = as_value(x, "compiled", f"argument {i}")
            if leaf_key(x) != leaf_key(own):
                raise ArgumentError(
                    f"compiled {t.fun_name}: argument {i} must be {describe(own)}{weakness(own)}, as it was compiled for; got "
                    f"{describe(x)}{weakness(x)}. [at {here()}]"
                )
        return t.jitted.run(t.f, args, kwargs, t.static)


def weakness(x):
    return " (a Python number)" if is_weak(x) else ""


def described_by(x):
    """An argument as staging takes it: what only describes an array as a ShapeDtypeStruct, values as they are."""
    if isinstance(x, (Handle, np.ndarray, np.generic)) or type(x) in PYTHON_SCALARS:
        return x
    if hasattr(x, "shape") and hasattr(x, "dtype") and not hasattr(x, "__array__"):
        return struct(aval_like(x, "lower"))
    return x


__all__ = ["Compiled", "Lowered", "ShapeDtypeStruct", "Traced", "eval_shape", "make_graph", "struct"]
