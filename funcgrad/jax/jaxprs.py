"""Graphs as jax shows them to interpreters: `make_jaxpr(f)(x).jaxpr.eqns`, with variables, literals and primitives that bind.

A view: the operations and their parameters are funcgrad's, under jax's name where jax has the same operation. Invariant: one object
stands for a primitive wherever it is met, so that `eqn.primitive is lax.exp_p` holds.
"""

import functools

import numpy as np

from ..core.aval import aval_of
from ..core.graph import Graph, GraphNode
from ..core.primitive import PRIMITIVES
from .arrays import ShapedArray, raw, wrap
from .bfloat16 import public
from .dtypes import canonicalize_dtype

SAME = (
    "abs add cbrt ceil complex conj copy cos cosh cumlogsumexp cummax cummin cumprod cumsum digamma div dot_general dynamic_slice "
    "dynamic_update_slice erf erfc exp exp2 expm1 floor gather imag lgamma log log1p mul neg nextafter polygamma real reduce_precision "
    "round rsqrt scan cond sign sin sinh sort sqrt square sub tan tanh transpose zeta concatenate pad reshape argmax argmin top_k psum"
)
RENAMED = {
    "acos": "arccos", "acosh": "arccosh", "and": "bitwise_and", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atan2": "arctan2",
    "atanh": "arctanh", "bessel_i0e": "i0e", "bessel_i1e": "i1e", "broadcast_in_dim": "broadcast", "convert_element_type": "cast",
    "eq": "equal", "erf_inv": "erfinv", "ge": "greater_equal", "gt": "greater", "integer_pow": "integer_power",
    "is_finite": "isfinite", "jit": "call", "le": "less_equal", "logistic": "sigmoid", "lt": "less", "max": "maximum", "min": "minimum",
    "ne": "not_equal", "not": "bitwise_not", "or": "bitwise_or", "population_count": "bitwise_count", "pow": "power",
    "reduce_and": "all", "reduce_max": "max", "reduce_min": "min", "reduce_or": "any", "reduce_prod": "prod", "reduce_sum": "sum",
    "rem": "fmod", "shift_left": "left_shift", "shift_right_arithmetic": "right_shift", "while": "while_loop", "xor": "bitwise_xor",
}  # fmt: skip
ENGINE = {n: n for n in SAME.split()} | RENAMED  # jax's name -> the engine's
WIDTH = 80  # a jaxpr that is no longer stands on one line
OURS = {engine: name for name, engine in ENGINE.items()}


class Operation:
    """An operation of the engine. `bind` does it; its parameters are the engine's (those of an equation), none for arithmetic."""

    def __init__(self, engine):
        self.engine, self.name = engine, OURS.get(engine.name, engine.name)
        self.multiple_results = engine.multi

    def bind(self, *args, **params):
        """The result, and of a primitive with several results their list."""
        try:
            out = self.engine(*map(raw, args), **params)
        except TypeError as error:
            error.add_note(
                f"{self.name}_p.bind: the parameters are those that an equation of this primitive has here, not jax's; "
                f"jax.lax and jax.numpy have the same operation as a function."
            )
            raise
        return [wrap(o) for o in out] if self.multiple_results else wrap(out)

    def __repr__(self):
        return self.name

    __str__ = __repr__


@functools.cache
def primitive(name):
    """The object for a primitive of the engine."""
    return Operation(PRIMITIVES[name])


class Var:
    """A value of a jaxpr: an argument, or the result of an equation."""

    def __init__(self, aval, name):
        self.aval, self.name = aval, name

    def __repr__(self):
        return self.name

    __str__ = __repr__


class DropVar(Var):
    """A result that nothing uses."""


class Literal:
    """A number written into a jaxpr."""

    def __init__(self, val, aval):
        self.val, self.aval = val, aval

    __hash__ = None

    def __repr__(self):
        return f"{np.asarray(self.val)[()]}:{short(self.aval)}"

    __str__ = __repr__


class JaxprEqn:
    """One operation: `outvars = primitive[params] invars`."""

    def __init__(self, invars, outvars, primitive, params):
        self.invars, self.outvars, self.primitive, self.params = invars, outvars, primitive, params

    def __repr__(self):
        left = " ".join([f"{v}:{short(v.aval)}" for v in self.outvars])
        params = " ".join([f"{k}={shown(v)}" for k, v in sorted(self.params.items())])
        right = [self.primitive.name + (f"[{params}]" if params else ""), *map(str, self.invars)]
        return f"{left} = {' '.join(right)}"

    __str__ = __repr__


class Jaxpr:
    """Equations over `constvars` and `invars`, and the results `outvars`."""

    def __init__(self, constvars, invars, outvars, eqns):
        self.constvars, self.invars, self.outvars, self.eqns = constvars, invars, outvars, eqns

    def __repr__(self):
        consts, ins = (" ".join([f"{v}:{short(v.aval)}" for v in vs]) for vs in (self.constvars, self.invars))
        eqns = list(map(str, self.eqns))
        outs = ", ".join(map(str, self.outvars)) + ("," if len(self.outvars) == 1 else "")
        head = f"{{ lambda {consts};{' ' + ins if ins else ''}. let"
        line = f"{head} {'; '.join(eqns)} in ({outs}) }}"
        if len(line) <= WIDTH and "\n" not in line:
            return line
        return "\n".join([head, *["    " + e.replace("\n", "\n  ") for e in eqns], f"  in ({outs}) }}"])

    __str__ = __repr__


class ClosedJaxpr:
    """A jaxpr with the values of its constants: what make_jaxpr gives. `graph` is the engine's graph behind it."""

    def __init__(self, graph, weak=()):
        self.graph = graph
        self.jaxpr, self.consts = view(graph)
        for v, w in zip(self.jaxpr.invars, weak):
            v.aval.weak_type = w

    literals = property(lambda self: self.consts)
    eqns = property(lambda self: self.jaxpr.eqns)
    in_avals = property(lambda self: [v.aval for v in self.jaxpr.invars])
    out_avals = property(lambda self: [v.aval for v in self.jaxpr.outvars])

    def __repr__(self):
        return repr(self.jaxpr)

    __str__ = __repr__


def view(graph):
    """(Jaxpr, constants) of a graph."""
    names = map(letters, range(10**9))
    known, consts = {}, {}

    def var(node, aval):
        known[node] = made = Var(shaped(aval), "")
        return made

    def operand(x, like=None):
        if type(x) is GraphNode:
            return known[x]
        a = shaped(aval_of(x))
        if a.weak_type and like is not None:  # (a number beside an array takes its dtype)
            return Literal(like.type(x), ShapedArray((), like))
        if not a.shape:
            return Literal(x, a)
        if id(x) not in consts:
            consts[id(x)] = Var(a, ""), x
        return consts[id(x)][0]

    invars = [var(n, n.aval) for n in graph.ins]
    eqns = []
    picks = {(n.ins[0], n.params["i"]): n for n in graph.nodes if n.prim.name == "pick"}
    for n in graph.nodes:
        if n.prim.name == "pick":
            continue
        strong = [x.aval.dtype for x in n.ins if type(x) is GraphNode and x.aval.dtype.kind in "fc"]
        like = strong[0] if strong and n.prim.elementwise else None
        ins = [operand(x, like) for x in n.ins]
        if n.prim.multi:
            outs = [var(picks[n, i], a) if (n, i) in picks else DropVar(shaped(a), "_") for i, a in enumerate(n.aval)]
        else:
            outs = [var(n, n.aval)]
        eqns.append(JaxprEqn(ins, outs, primitive(n.prim.name), n.params or {}))
    outvars = [operand(o) for o in graph.outs]
    constvars = [v for v, _ in consts.values()]
    for v in [*constvars, *invars, *[o for e in eqns for o in e.outvars]]:
        v.name = v.name or next(names)
    return Jaxpr(constvars, invars, outvars, eqns), [wrap(x) for _, x in consts.values()]


def letters(i):
    """a, b, ..., z, aa, ab, ... (jax's names of variables)."""
    return (letters(i // 26 - 1) if i >= 26 else "") + chr(ord("a") + i % 26)


def shaped(aval):
    return ShapedArray(aval.shape, canonicalize_dtype(aval.dtype), aval.weak)


def short(aval):
    """`f32[3]`"""
    d = aval.dtype
    name = (
        "bf16"
        if d.name == "bfloat16" or not d.isnative
        else f"{d.kind}{8 * d.itemsize}"
        if d.kind in "fiuc"
        else d.name
    )
    return f"{name}[{','.join(map(str, aval.shape))}]"


def shown(v):
    """A parameter as an equation prints it."""
    if isinstance(v, Graph):
        return str(ClosedJaxpr(v)).replace("\n", "\n  ")
    return public(v).name if isinstance(v, np.dtype) else getattr(v, "__name__", None) or str(v)


__all__ = ["ClosedJaxpr", "DropVar", "Jaxpr", "JaxprEqn", "Literal", "Operation", "Var"]
