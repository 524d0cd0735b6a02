"""Graphs as text, one node a line: `v0: float64[3] = mul(a0, 2.0)`; core/graph_parser.py reads it back.

Small constant arrays are written out; large ones, and params that have no literal form (functions), stand as `@0`, `@1`, ...
and are given to `parse` as `objects`; graphs inside stand so too, and follow below. Invariant: the text of what `parse` makes
of a text is that text, and every number in it comes back as it was (of a NaN: as a NaN).
"""

import math

import numpy as np

from .aval import aval_of
from .graph import Graph, GraphNode
from .graph_parser import parse

SMALL = 16  # elements of a constant that is still written out
REPR = (bool, int, float, str, type(None), type(Ellipsis))  # what Python's repr writes in a form that reads back


class Writer:
    """Names for the nodes of a graph, and the objects its text (and that of the graphs inside it) refers to."""

    def __init__(self, graph, objects):
        self.graph = graph
        self.names = {n: f"a{i}" for i, n in enumerate(graph.ins)}
        self.names.update({n: f"v{i}" for i, n in enumerate(graph.nodes)})
        self.objects = objects

    def reference(self, x):
        for i, known in enumerate(self.objects):
            if known is x:
                return f"@{i}"
        self.objects.append(x)
        return f"@{len(self.objects) - 1}"

    def operand(self, x):
        if type(x) is GraphNode:
            return self.names.get(x, "?")
        return self.value(x)

    def value(self, x):
        """Source text of a constant or param."""
        if type(x) is float and x != x:
            return "nan"
        if type(x) in REPR:
            return repr(x)
        if isinstance(x, int):  # (a size that has a name)
            return repr(int(x))
        if type(x) is complex:
            return number(x)
        if isinstance(x, (np.ndarray, np.generic)):
            return array(x) if is_small(x) else self.reference(x)
        if isinstance(x, np.dtype):
            return f"dtype({x.name!r})" if has_name(x) else self.reference(x)
        if type(x) is tuple:
            inside = ", ".join(map(self.value, x))
            return f"({inside},)" if len(x) == 1 else f"({inside})"
        if type(x) is list:
            return "[" + ", ".join(map(self.value, x)) + "]"
        if type(x) is slice:
            return f"slice({self.value(x.start)}, {self.value(x.stop)}, {self.value(x.step)})"
        return self.reference(x)

    def line(self, n):
        words = [self.operand(x) for x in n.ins]
        words += [f"{k}={self.value(v)}" for k, v in (n.params or {}).items() if k != "avals"]
        return f"  {self.names[n]}: {n.aval} = {n.prim.name}({', '.join(words)})"

    def lines(self):
        inputs = ", ".join([f"{self.names[n]}: {n.aval}" for n in self.graph.ins])
        outs = ", ".join(map(self.operand, self.graph.outs))
        return [f"graph({inputs})", *map(self.line, self.graph.nodes), f"  return {outs}"]


# ------------------------------------------------------------------------------------------------ numbers and arrays
def has_name(dtype):
    """Does its name say all of this dtype?"""
    return dtype.kind in "biufc" and dtype.isnative


def is_small(x):
    return x.size <= SMALL and has_name(x.dtype) and (type(x) is np.ndarray or isinstance(x, np.generic))


def array(x):
    """A small array, or a NumPy scalar, written out."""
    a = np.asarray(x)
    entries = nested(a.tolist() if a.size else [])
    shape = f", shape={a.shape}" if not a.size and a.ndim > 1 else ""
    return f"array({entries}, dtype={a.dtype.name!r}{shape})" + ("[()]" if isinstance(x, np.generic) else "")


def nested(x):
    return f"[{', '.join(map(nested, x))}]" if type(x) is list else number(x)


def number(x):
    """A number of an array: Python's own, or one of more digits than Python's have, in quotes."""
    if isinstance(x, (complex, np.clongdouble)):
        return f"complex({number(x.real)}, {number(x.imag)})"
    if isinstance(x, np.longdouble):
        return repr(str(x))
    return "nan" if isinstance(x, float) and math.isnan(x) else repr(x)


def dump(graph):
    """(text, objects) of a graph; `parse(text, objects)` gives it back."""
    objects = []
    lines = Writer(graph, objects).lines()
    for i, x in enumerate(objects):  # (what the text refers to, below; the graphs among it may refer to more)
        if isinstance(x, Graph):
            lines += [f"  @{i}:"] + ["    " + line for line in Writer(x, objects).lines()]
        else:
            shown = aval_of(x) if isinstance(x, (np.ndarray, np.generic)) else " ".join(repr(x).split())
            lines.append(f"  @{i}: {shown}")
    return "\n".join(lines), objects


__all__ = ["Writer", "dump", "parse"]
