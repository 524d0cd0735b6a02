"""Params of primitives as `check` sees them: which names one takes, and what a param of a name is, in every primitive.

Invariant: a name means one kind of value throughout the table, but for those listed as primitive.name (tests/test_graph_text.py
compares the samples of every primitive).
"""

import functools
import inspect
import numbers

import numpy as np

from .graph import Graph


def whole(x):
    return isinstance(x, (int, np.integer)) and type(x) is not bool


def wholes(x):
    return type(x) is tuple and all(map(whole, x))


def pairs(x):
    return type(x) is tuple and all([type(p) is tuple for p in x])


def graphs(x):
    return type(x) is tuple and all([type(g) is Graph for g in x])


KINDS = {  # what it is called, how it is told, and the names of the params that are such
    "an int": (
        whole,
        "axis carries cond_consts body_consts consts count decimals exponent groups i k length nth nu step unroll "
        "expn.n window_gather.axes",
    ),
    "True or False": (
        lambda x: isinstance(x, (bool, np.bool_)),
        "conjugate_a descending full_matrices inverse lower reverse scaled stable tie_bases.singular transpose_a "
        "unit_diagonal",
    ),
    "a string": (lambda x: type(x) is str, "kink mode norm part side singular"),
    "a string or None": (lambda x: x is None or type(x) is str, "pinv.part"),
    "a tuple of ints": (
        wholes,
        "axes base_dilation lhs_dilation n perm rhs_dilation shape shift sizes strides window window_dilation",
    ),
    "a tuple of tuples": (pairs, "config dims padding"),
    "a tuple": (lambda x: type(x) is tuple, "idx"),
    "a dtype": (lambda x: isinstance(x, np.dtype), "dtype"),
    "a number": (lambda x: isinstance(x, (numbers.Number, np.generic)), "eps nan rcond value"),
    "a number or None": (lambda x: x is None or isinstance(x, (numbers.Number, np.generic)), "neginf posinf"),
    "a graph": (lambda x: type(x) is Graph, "body cond graph"),
    "a tuple of graphs": (graphs, "branches"),
    "a function": (callable, "callback"),
}
KIND_OF = {name: (told, called) for called, (told, names) in KINDS.items() for name in names.split()}


@functools.cache
def named(prim):
    """(every name, those without a default) of the params of a primitive; None if its signatures do not say."""
    if prim.name == "pick":
        return {"i", "avals"}, {"i", "avals"}
    if prim.elementwise:
        return set(prim.params), set(prim.params) - {"kink"}
    for f in (prim.impl, prim.aval):
        params = inspect.signature(f).parameters.values()
        if not any([p.kind == p.VAR_KEYWORD for p in params]):
            own = [p for p in params if p.kind == p.KEYWORD_ONLY]
            return {p.name for p in own}, {p.name for p in own if p.default is p.empty}
    return None


@functools.cache
def kind_of(prim, name):
    """(is this value one?, what it is called) of a param; None if any value will do."""
    return KIND_OF.get(f"{prim.name}.{name}") or KIND_OF.get(name)


def wrong(prim, operands, params):
    """What is wrong with the number of operands, and the params, of a primitive, in words; or None."""
    if not prim.variadic and prim.name != "pick" and operands != prim.arity:
        return f"takes {prim.arity} operand{'s' * (prim.arity != 1)}; got {operands}"
    known = named(prim)
    if known is not None and not (known[1] <= params.keys() <= known[0]):
        extra, missing = params.keys() - known[0], known[1] - params.keys()
        got = f"got {', '.join(sorted(extra))} too" if extra else f"{', '.join(sorted(missing))} is missing"
        return f"takes {', '.join(sorted(known[0] - {'avals'})) or 'no params'}; {got}"
    for k, x in params.items():
        kind = kind_of(prim, k)
        if kind is not None and not kind[0](x):
            return f"takes {kind[1]} as {k}; got {x!r}"
    return None


__all__ = ["kind_of", "named", "wrong"]
