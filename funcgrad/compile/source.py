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
        if n.aval == ():  # run for its effect: it has no results to name
            lines.append(f"    {statement(n, args, constant, env)}")
            continue
        names[n] = free.pop() if free else f"v{fresh()}"
        lines.append(f"    {names[n]} = {statement(n, args, constant, env)}")
    outs = "".join([operand(o) + (".copy(), " if isinstance(o, np.ndarray) else ", ") for o in graph.outs])
    parameters = ", ".join(f"a{i}" for i in range(len(graph.ins)))
    return "\n".join([f"def run({parameters}):", *lines, f"    return ({outs})"]), env


def statement(n, args, constant, env):
    prim, params = n.prim, n.params or {}
    if prim.name == "pick":
        return f"{args[0]}[{params['i']}]"
    if prim.numpy is not None:
        return prim.numpy(*args, **params)
    code = getattr(prim, "code", None)  # (a primitive over graphs calls their compiled forms)
    if code is not None:
        return code(n, args, constant)
    if prim.symbol is not None and len(args) == 2:
        return f"{args[0]} {prim.symbol} {args[1]}"
    name = f"f_{prim.name}"
    env[name] = prim.impl
    return f"{name}({', '.join(args + [f'{k}={constant(v)}' for k, v in params.items() if k != 'avals'])})"


VIEWS = {"reshape", "transpose", "broadcast", "getitem", "stop", "real", "imag", "barrier"}


def is_new(o):
    """Is this result of compiled code always an array of its own: neither an operand, nor a view, nor a constant?"""
    if type(o) is not GraphNode or o.prim is None:
        return False
    prim = o.ins[0].prim if o.prim.name == "pick" else o.prim
    return prim.name not in VIEWS and prim.unview is None and getattr(prim, "fresh", prim.record is None)


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
