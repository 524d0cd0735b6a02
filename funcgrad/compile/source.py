"""The NumPy engine: a graph as straight-line Python source over NumPy (writer.py), compiled, and run.

What is run is quick: 0-d float64 values are Python floats. Where Python raises and NumPy would give inf or nan, the same
arguments are run by careful code, which asks NumPy. A graph with effects has careful code alone: nothing happens twice.
"""

import itertools
import linecache
import time

from ..core.collector import paused
from ..core.graph import GraphNode, once
from ..core.quiet import quiet
from ..core.site import where
from .account import Account
from .facts import worth_placing
from .passes.order import ready
from .regions import is_large, name_of
from .small import taken_apart_where_small
from .writer import Writer

numbered = itertools.count().__next__


def is_new(o):
    """Is this result of compiled code always an array of its own: neither an operand, nor a view, nor a constant?"""
    if type(o) is not GraphNode or o.prim is None:
        return False
    prim = o.ins[0].prim if o.prim.name == "pick" else o.prim
    return prim.view is None and prim.unview is None and getattr(prim, "fresh", prim.record is None)


def alone(graph):
    """For each result of a graph's code: is it always an array of its own, and of no other result? (The last passes may find two to be one.)"""
    outs = ready(graph).outs
    return [
        is_new(o) and is_new(p) and sum([p is other for other in outs]) == 1
        for o, p in zip(graph.outs, outs, strict=True)
    ]


@once
def as_run(graph, careful=False):
    """The graph as its code is written: when its passes are done, small arrays are taken apart. Careful code calls NumPy for numbers too, so it has
    them whole."""
    flat = ready(graph)
    return flat if careful or flat.effects else taken_apart_where_small(flat)


def must_be_careful(graph, donated, into):
    """Has code that writes over its inputs to be careful from the start?"""
    return bool(donated) or any([worth_placing(graph, o, i) for o, i in into])


def written(graph, careful=False, given=(), donated=(), into=(), roomy=(), plain=False, otherwise=None):
    """(function, Writer, text) of a graph that has nothing nested in it. `otherwise`: the same graph as careful code is written from it."""
    careful = careful or must_be_careful(graph, donated, into)
    writer = Writer(graph, careful, given, donated, into, roomy, plain)
    text = writer.text()
    env = {k: v for k, v in writer.env.items() if v is not None}
    if otherwise is not None:
        places = [next(i for i, o in enumerate(graph.outs) if o is n) for n in given]
        graph, given = otherwise, [otherwise.outs[i] for i in places]
    env["failed"] = failing(graph, writer.raises and not careful, writer.lines_of, given=given, into=into, plain=plain)
    return function_of(text, env, "graph", "run"), writer, text


def function_of(text, env, what, name):
    """The function of a name that a text defines, with its lines where tracebacks find them."""
    filename = f"<funcgrad {what} {numbered()}>"
    env["__name__"] = __name__  # (a line of it is no line of the user's)
    exec(compile(text, filename, "exec"), env)
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    return env[name]


def failing(graph, raises, lines_of, **how):
    """What compiled code does with an error: careful code where NumPy would not have raised, else a note of the user's line."""
    careful = []

    def failed(error, *args):
        if raises and isinstance(error, (ArithmeticError, ValueError)):
            if not careful:
                careful.append(written(graph, careful=True, **how)[0])
            with quiet():
                return careful[0](*args)
        n = lines_of.get(error.__traceback__.tb_lineno)
        if n is not None and not getattr(error, "from_effect", False):
            note = f"in {name_of(n)}, from {where(n.site)}"
            if not any([k.startswith("in ") for k in getattr(error, "__notes__", ())]):
                error.add_note(note)
        raise error

    return failed


def compiled(graph, donated=(), into=()):
    """The function that runs a graph: flat values in, a tuple of values out. Kept with the graph. `donated`: numbers of inputs that
    it may write over; `into`: (number of a result, number of the input in whose memory it is to end up). Code that writes over its
    inputs before it has computed everything is careful from the start: it could not be run again."""
    key = ("run", donated, into) if donated or into else "run"
    got = graph.cache.get(key)
    if got is None:
        run, writer = counted(graph, donated=donated, into=into)
        got = graph.cache[key] = run, not writer.arrays
    run, graph.cache["silent"] = got
    return run


def counted(graph, given=(), **how):
    """(function, Writer) of a graph once it is ready, with its Account (what compile/stats.py tells). `given`: numbers of results."""
    start = time.perf_counter()
    with paused():
        whole = ready(graph)
        flat = as_run(graph, must_be_careful(whole, how.get("donated", ()), how.get("into", ())))
        given = [flat.outs[i] for i in given]
        run, writer, graph.cache["source"] = written(
            flat, bool(flat.effects), given=given, otherwise=None if flat is whole else whole, **how
        )
    graph.cache["written"] = Account(len(flat.nodes), writer, time.perf_counter() - start)
    return run, writer


@once
def compiled_into(graph, first):
    """(function, numbers of results): the function of a step, into which the memory of these results, all from number `first` on, is passed
    behind its operands."""
    flat = as_run(graph)
    given = {}  # node -> its number
    if not flat.effects and not any([is_large(n.aval) for n in [*flat.ins, *flat.nodes]]):  # (which goes in blocks)
        for i, o in enumerate(flat.outs):
            if i >= first and type(o) is GraphNode and o.prim is not None and o.aval.shape:
                given.setdefault(o, i)
    numbers = tuple(given.values())
    return counted(graph, numbers)[0], numbers


@once
def of_numbers(graph):
    """The function that runs a graph whose float64 numbers and bools come in as Python's and go out so: the step of a loop."""
    with paused():
        return written(ready(graph), plain=True)[0]


__all__ = ["alone", "as_run", "compiled", "compiled_into", "function_of", "numbered", "of_numbers"]
