"""The NumPy engine: a graph as straight-line Python source over NumPy, each name reused once its value is dead."""

import itertools
import linecache
import math

import numpy as np

from ..core.graph import GraphNode
from .passes import common_subexpressions, inline

numbered = itertools.count().__next__


def source(graph):
    """(text of `def run(a0, ...)`, environment) of a graph."""
    last = {}
    for n in graph.nodes:
        for x in n.ins:
            if type(x) is GraphNode:
                last[x] = n
    names = {n: f"a{i}" for i, n in enumerate(graph.ins)}
    keep = {o for o in graph.outs if type(o) is GraphNode}
    keep |= set(graph.ins)
    free = []
    fresh = itertools.count().__next__
    env = {"np": np}
    lines = []

    def constant(x):
        if type(x) in (int, bool) or (type(x) is float and math.isfinite(x)):
            return repr(x)
        name = f"c{len(env)}"
        env[name] = x
        return name

    def operand(x):
        return names[x] if type(x) is GraphNode else constant(x)

    for n in graph.nodes:
        args = [operand(x) for x in n.ins]
        for x in dict.fromkeys(x for x in n.ins if type(x) is GraphNode):
            if last[x] is n and x not in keep:
                free.append(names[x])
        names[n] = free.pop() if free else f"v{fresh()}"
        lines.append(f"    {names[n]} = {statement(n, args, constant, env)}")
    outs = "".join(operand(o) + ", " for o in graph.outs)
    parameters = ", ".join(f"a{i}" for i in range(len(graph.ins)))
    return "\n".join([f"def run({parameters}):", *lines, f"    return ({outs})"]), env


def statement(n, args, constant, env):
    prim, params = n.prim, n.params or {}
    if prim.name == "pick":
        return f"{args[0]}[{params['i']}]"
    if prim.numpy is not None:
        return prim.numpy(*args, **params)
    if prim.symbol is not None and len(args) == 2:
        return f"{args[0]} {prim.symbol} {args[1]}"
    name = f"f_{prim.name}"
    env[name] = prim.impl
    return f"{name}({', '.join(args + [f'{k}={constant(v)}' for k, v in params.items() if k != 'avals'])})"


def compiled(graph):
    """The function that runs a graph: flat values in, a tuple of values out. Kept with the graph."""
    run = graph.cache.get("run")
    if run is None:
        text, env = source(common_subexpressions(inline(graph)))
        filename = f"<funcgrad graph {numbered()}>"
        exec(compile(text, filename, "exec"), env)
        linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
        run = graph.cache["run"] = env["run"]
        graph.cache["source"] = text
    return run
