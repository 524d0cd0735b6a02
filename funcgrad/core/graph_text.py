"""Graphs as text, one node a line, and back: `v0: float64[3] = mul(a0, 2.0)`.

Small constant arrays are written out; large ones, and params that have no literal form (nested graphs, functions), stand as
`@0`, `@1`, ... and are given to `parse` as `objects`.
"""

import ast
import re

import numpy as np

from ..errors import GraphError
from .aval import PYTHON_SCALARS, Aval, aval_of
from .graph import Graph, GraphNode
from .primitive import PRIMITIVES

SMALL = 16  # elements of a constant that is still written out
AVAL = re.compile(r"^(\w+)\[([\d,]*)\](\*?)$")
LITERAL = {"dtype": np.dtype, "slice": slice, "Ellipsis": Ellipsis, "nan": np.nan, "inf": np.inf, "array": np.array}


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
        if type(x) in PYTHON_SCALARS or x is None or type(x) is str or x is Ellipsis:
            return repr(x)
        if isinstance(x, (np.ndarray, np.generic)):
            if x.size > SMALL or x.dtype.kind not in "biufc":
                return self.reference(x)
            scalar = "[()]" if isinstance(x, np.generic) else ""
            return f"array({np.asarray(x).tolist()!r}, dtype={x.dtype.name!r}){scalar}"
        if isinstance(x, np.dtype):
            return f"dtype({x.name!r})"
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


def dump(graph):
    """(text, objects) of a graph; `parse(text, objects)` gives it back."""
    objects = []
    lines = Writer(graph, objects).lines()
    for i, x in enumerate(objects):  # (what the text refers to, below; the graphs among it may refer to more)
        if isinstance(x, Graph):
            lines += [f"  @{i}:"] + ["    " + line for line in Writer(x, objects).lines()]
        else:
            lines.append(f"  @{i}: {aval_of(x) if isinstance(x, (np.ndarray, np.generic)) else repr(x)}")
    return "\n".join(lines), objects


def to_aval(text):
    """The aval that `float64[3,2]*` names; a tuple of them for `(float64[3], int64[3])`."""
    text = text.strip()
    if text.startswith("("):
        return tuple(to_aval(t) for t in re.findall(r"\w+\[[\d,]*\]\*?", text))
    got = AVAL.match(text)
    if got is None:
        raise GraphError(f"parse: {text!r} is not an aval such as float64[3,2]")
    return Aval(tuple(int(k) for k in got[2].split(",") if k), np.dtype(got[1]), bool(got[3]))


def parse(text, objects=()):
    """The Graph that a text from `dump` describes, with the graphs inside it; `objects`: what it refers to besides, in the
    places that `dump` gave them. Raises GraphError, with the line, for a text that describes none."""
    main, waiting = sections(text)
    known = dict(enumerate(objects))
    while waiting:
        ready = [i for i, lines in waiting.items() if not references(lines) & waiting.keys()]
        if not ready:
            raise GraphError(f"parse: the graphs @{', @'.join(map(str, waiting))} refer to each other")
        for i in ready:
            known[i] = parse_one(waiting.pop(i), known)
    return parse_one(main, known)


def sections(text):
    """(lines of the graph itself, {number: lines of a graph inside it})."""
    main, inside = [], {}
    current = main
    for line in filter(str.strip, text.strip().splitlines()):
        head = re.match(r"^  @(\d+):(.*)$", line)
        if head is not None:
            current = inside[int(head[1])] = []
        elif current is main or line.startswith("    "):
            current.append(line)
    return main, {i: lines for i, lines in inside.items() if lines and lines[0].strip().startswith("graph(")}


def references(lines):
    return {int(i) for line in lines for i in re.findall(r"@(\d+)", line)}


def parse_one(lines, objects):
    """The Graph of these lines; `objects`: number -> what `@number` stands for."""
    head = re.match(r"^graph\((.*)\)$", lines[0].strip())
    if head is None:
        raise GraphError(f"parse: the first line must be graph(...); got {lines[0]!r}")
    env = {}
    ins = []
    for name, aval in re.findall(r"(a\d+): (\w+\[[\d,]*\]\*?)", head[1]):
        env[name] = GraphNode(None, (), None, to_aval(aval))
        ins.append(env[name])

    def value(expression):
        """An operand or param: a node's name, an object, or a literal."""
        if isinstance(expression, ast.Name) and expression.id in env:
            return env[expression.id]
        if isinstance(expression, ast.Name) and expression.id.startswith("_object"):
            if int(expression.id[7:]) not in objects:
                raise GraphError(
                    f"parse: @{expression.id[7:]} is neither a graph in the text nor among the objects given"
                )
            return objects[int(expression.id[7:])]
        if isinstance(expression, (ast.Tuple, ast.List)):
            items = [value(e) for e in expression.elts]
            return tuple(items) if isinstance(expression, ast.Tuple) else items
        return eval(compile(ast.Expression(expression), "<graph>", "eval"), {"__builtins__": {}}, LITERAL)

    for line in lines[1:]:
        source = re.sub(r"@(\d+)", r"_object\1", line.strip())
        if source.startswith("return"):
            out = ast.parse(f"({source[6:]},)" if source[6:].strip() else "()", mode="eval").body
            return Graph(ins, [value(e) for e in out.elts], [n for n in env.values() if n.effect])
        got = re.match(r"^(v\d+): (.*?) = (\w+\(.*\))$", source)
        if got is None:
            raise GraphError(f"parse: {line.strip()!r} is not `name: aval = primitive(operands)`")
        name, aval, call = got.groups()
        expression = ast.parse(call, mode="eval").body
        prim = PRIMITIVES.get(expression.func.id)
        if prim is None:
            raise GraphError(f"parse: there is no primitive {expression.func.id!r}, in {line.strip()!r}")
        params = {k.arg: value(k.value) for k in expression.keywords}
        operands = tuple(map(value, expression.args))
        if prim.name == "pick":
            params["avals"] = operands[0].aval
        env[name] = GraphNode(prim, operands, params, to_aval(aval))
    raise GraphError("parse: the text has no return line")
