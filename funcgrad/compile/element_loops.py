"""Loops over small arrays as loops over their elements, which are Python numbers from step to step (elements.py).

The step of a scan stands in the loop itself: names are the numbers, rows come from `zip`, results go to lists, which are made arrays in the end.
Invariant: a step in which Python raises and NumPy does not is computed by careful code, and the loop goes on.
"""

import itertools
import math
from struct import pack_into

import numpy as np

from ..core.collector import paused
from .elements import aval
from .numbers import PLAIN
from .passes.order import ready
from .source import failing, of_numbers
from .writer import Writer


class Loop:
    """The lines of a loop over elements: names of what comes in, taken apart, and texts of what goes out, put together."""

    def __init__(self):
        self.lines = []
        self.names = itertools.count()

    def new(self, aval, letter):
        return [f"{letter}{next(self.names)}" for _ in range(math.prod(aval.shape))]

    def apart(self, name, aval, own):
        """Give the elements of an operand their names."""
        if aval.shape:
            text = f"{name}.ravel().tolist()"
        elif aval.dtype in PLAIN and not aval.weak:
            text = f"({aval.dtype.name.rstrip('64')}({name}),)"
        else:
            text = f"({name},)"
        self.lines.append(f"    {listed(own)}= {text}")

    def rows(self, name, aval, count, reverse):
        """Names of lists of each element of a row, `count` rows one behind the other."""
        own = self.new(aval, "l")
        turned = "[::-1]" if reverse else ""
        if aval.dtype in PLAIN or aval.weak:
            text = f"{name}.reshape({count}, {len(own)}){turned}.T.tolist()"
        else:
            text = f"({name}{turned},)"
        self.lines.append(f"    {listed(own)}= {text}")
        return own

    def text(self, operands, results):
        return "\n".join([f"def run({', '.join(operands)}):", *self.lines, f"    return ({listed(results)})"])


def listed(names):
    return "".join([f"{n}, " for n in names])


def together(names, aval):
    """The text of a value, made of its elements."""
    if aval.shape:
        nested = str(np.array(names, object).reshape(aval.shape).tolist()).replace("'", "")
        return f"array({nested}, {aval.dtype.name!r})"
    return f"as_{aval.dtype.name}({names[0]})" if aval.dtype in PLAIN and not aval.weak else names[0]


def stacked(columns, shape, dtype):
    """An array of the lists of each element, one value behind the other."""
    out = np.empty(shape, dtype)
    if dtype == "float64":
        turned = out.reshape(1, -1) if len(columns) == 1 else np.empty((len(columns), shape[0]))
        for memory, column in zip(
            turned, columns, strict=True
        ):  # (a quarter of the time that NumPy takes to look at each)
            pack_into(f"{shape[0]}d", memory, 0, *column)
        if len(columns) > 1:
            out.reshape(turned.T.shape)[...] = turned.T
        return out
    rows = out.reshape(len(out), len(columns))
    for i, column in enumerate(columns):
        rows[:, i] = column
    return out


def scan_code(graph, before, step, consts, carries, length, reverse):
    """(source, environment) of a scan of a graph: `before` is the graph of what the elements of the constants decide, or None."""
    loop = Loop()
    with paused():
        writer = Writer(ready(step), plain=True).write()
        results = [writer.result(o) for o in writer.graph.outs]
    operands = [f"p{i}" for i in range(len(graph.ins))]
    first = consts + carries
    sizes = [math.prod(n.aval.shape) for n in graph.ins]
    names = [f"a{i}" for i in range(len(step.ins))]  # (as the step's code has them)
    fixed = names[: len(step.ins) - sum(sizes[consts:])]
    rest = iter(names[len(fixed) :])
    known = [fixed] if before is None else [[f"e{i}" for i in range(sum(sizes[:consts]))]]
    each = iter(known[0])
    for p, n, k in zip(operands[:consts], graph.ins, sizes, strict=False):
        loop.apart(p, n.aval, list(itertools.islice(each, k)))
    if before is not None:
        loop.lines.append(f"    {listed(fixed)}= before({', '.join(known[0])})")
    carry = [list(itertools.islice(rest, k)) for k in sizes[consts:first]]
    for p, n, own in zip(operands[consts:first], graph.ins[consts:first], carry, strict=True):
        loop.apart(p, n.aval, own)
    rows = [
        r
        for p, n in zip(operands[first:], graph.ins[first:], strict=True)
        for r in loop.rows(p, n.aval, length, reverse)
    ]
    ys = [loop.new(aval(o), "y") for o in graph.outs[carries:]]
    loop.lines += [f"    {y} = [None] * {length}" for y in flat(ys)]
    targets = flat(carry) + [f"{y}[i]" for y in flat(ys)]
    numbers = f"range({f'{length - 1}, -1, -1' if reverse else length})"
    loop.lines.append(f"    for {listed(['i', *rest])}in zip({', '.join([numbers, *rows])}):")
    start = len(loop.lines) + 3  # (the line of `def`, of `try`, and that lines are counted from one)
    stores = [f"{y} = {r}" for y, r in zip(targets[len(flat(carry)) :], results[len(flat(carry)) :], strict=True)]
    moved = [(c, r) for c, r in zip(targets, results, strict=False) if c != r and c[0] == "a"]
    if moved:
        stores.append(f"{', '.join([c for c, _ in moved])} = {', '.join([r for _, r in moved])}")
    loop.lines += ["        try:", *[f"            {line}" for line in [*writer.lines, *stores] or ["pass"]]]
    loop.lines.append("        except Exception as error:")
    loop.lines.append(f"            {listed(targets) and listed(targets) + '= '}failed(error, {', '.join(names)})")
    lines_of = {start + i: n for i, n in enumerate(writer.sites) if n is not None}
    env = {k: v for k, v in writer.env.items() if v is not None}
    env |= ENV | {
        "before": before and of_numbers(before),
        "failed": failing(writer.graph, writer.raises, lines_of, plain=True),
    }
    lasts = [together(own, aval(o)) for own, o in zip(carry, graph.outs, strict=False)]
    ends = [
        f"stacked(({listed(own)}), {(length, *aval(o).shape)!r}, {aval(o).dtype.name!r})"
        for own, o in zip(ys, graph.outs[carries:], strict=True)
    ]
    return loop.text(operands, lasts + ends), env


def while_text(cond, body, cond_consts, body_consts):
    """Source of a while_loop of graphs."""
    loop = Loop()
    avals = [*cond.in_avals[:cond_consts], *body.in_avals]
    operands = [f"a{i}" for i in range(len(avals))]
    known = [loop.new(v, "e") for v in avals]
    for a, v, own in zip(operands, avals, known, strict=True):
        loop.apart(a, v, own)
    k = cond_consts + body_consts
    tests, fixed, carry = flat(known[:cond_consts]), flat(known[cond_consts:k]), flat(known[k:])
    loop.lines.append(f"    while cond({', '.join(tests + carry)})[0]:")
    loop.lines.append(f"        {listed(carry)}= body({', '.join(fixed + carry)})" if carry else "        pass")
    return loop.text(operands, [together(names, v) for names, v in zip(known[k:], body.out_avals, strict=True)])


def flat(groups):
    return [name for group in groups for name in group]


ENV = {"array": np.array, "stacked": stacked, "as_float64": np.float64, "as_bool": np.bool_}

__all__ = ["ENV", "scan_code", "while_text"]
