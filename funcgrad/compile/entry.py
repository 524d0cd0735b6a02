"""The short road into a compiled function: one signature's checks, call and results, written out as one function.

Invariant: an entry runs only for arguments that the general road would give the same graph and the same leaves (plain
arrays and numbers in tuples, lists and dicts), while nothing is staged or looked at; anything else is a miss, and takes the
general road. Results share no memory with arguments or with one another.
"""

import numpy as np

from ..core import nans, quiet, state
from ..core.aval import PYTHON_SCALARS, ndarray
from ..core.graph import GraphNode
from ..core.tracebacks import trim
from .closed import drawing
from .source import compiled, is_new

MISSING = object()
MISS = object()
MOST_LEAVES = 1000  # of the arguments: more are taken apart by the general road


class Unfit(Exception):
    """These arguments or results have no entry."""


class Pattern:
    """The lines that take the arguments of one signature apart, or miss."""

    def __init__(self):
        self.lines = []
        self.tests = []
        self.env = {}
        self.leaves = {}
        self.count = 0

    def name(self, x):
        name = f"k{len(self.env)}"
        self.env[name] = x
        return name

    def test(self, text):
        self.tests.append(text)

    def flush(self):
        if self.tests:
            self.lines.append(f"if not ({' and '.join(self.tests)}): return miss({{given}})")
            self.tests = []

    def take(self, text, x, leaves):
        """Take apart `x`, a tree whose leaves are numbers of `leaves`; `text` is the name of it."""
        kind = type(x)
        if kind is int:
            self.leaf(text, leaves[x], x)
        elif kind is tuple or kind is list:
            self.test(f"type({text}) is {kind.__name__} and len({text}) == {len(x)}")
            self.flush()
            names = [self.fresh() for _ in x]
            if names:
                self.lines.append(f"{''.join([n + ', ' for n in names])}= {text}")
            for n, part in zip(names, x, strict=True):
                self.take(n, part, leaves)
        elif kind is dict and all([type(k) is str for k in x]):
            self.test(f"type({text}) is dict and len({text}) == {len(x)}")
            self.flush()
            names = [self.fresh() for _ in x]
            self.lines += [
                "try:",
                *[f"    {n} = {text}[{self.name(k)}]" for n, k in zip(names, x, strict=True)],
                "    pass",
                "except KeyError: return miss({given})",
            ]
            for n, part in zip(names, x.values(), strict=True):
                self.take(n, part, leaves)
        elif x is None:
            self.test(f"{text} is None")
        else:
            raise Unfit

    def fresh(self):
        self.count += 1
        return f"t{self.count}"

    def leaf(self, text, v, number):
        self.leaves[number] = text
        kind = type(v)
        if kind is ndarray:
            self.test(
                f"type({text}) is ndarray and {text}.dtype is {self.name(v.dtype)} and {text}.shape == {v.shape!r}"
            )
        elif kind in PYTHON_SCALARS:
            self.test(f"type({text}) is {kind.__name__}")
        elif isinstance(v, np.generic):
            self.test(f"type({text}) is {self.name(kind)}")
        else:
            raise Unfit


def built(structure, names, env):
    """The text that puts leaves together as a pytree."""

    def text(x):
        kind = type(x)
        if kind is int:
            return names[x]
        if kind is tuple:
            return f"({''.join([text(p) + ', ' for p in x])})"
        if kind is list:
            return f"[{', '.join(map(text, x))}]"
        if kind is dict and all([type(k) is str for k in x]):
            return f"{{{', '.join([f'{k!r}: {text(p)}' for k, p in x.items()])}}}"
        if x is None:
            return "None"
        raise Unfit

    try:
        return text(structure.unflatten(range(len(names))))
    except Unfit:
        env.update(unflatten=structure.unflatten)
        return f"unflatten([{', '.join(names)}])"


def entry(structure, leaves, graph, out_structure, owned):
    """(text, environment) of the entry of a signature, or None. `structure`: of the positional arguments."""
    if len(leaves) > MOST_LEAVES:
        return None
    pattern = Pattern()
    args = structure.unflatten(range(len(leaves)))
    names = [f"x{i}" for i in range(len(args))]
    try:
        if names:
            pattern.test(f"{names[-1]} is not MISSING")
        pattern.test("not (rest or named or shared.staging or switch.on)")
        if drawing(graph):
            pattern.test("tls.mapping is None")
        for name, x in zip(names, args, strict=True):
            pattern.take(name, x, leaves)
    except Unfit:
        return None
    pattern.flush()
    run = compiled(graph)
    env = {
        "run": run,
        "MISSING": MISSING,
        "ndarray": ndarray,
        "shared": state.shared,
        "tls": state.tls,
        "switch": nans.switch,
        "trim": trim,
        **pattern.env,
    }
    given = f"self, ({''.join([n + ', ' for n in names])}*rest,), named"
    inputs = ", ".join([pattern.leaves[i] for i in range(len(leaves))])
    outs = [f"r{i}" for i in range(len(graph.outs))]
    lines = [line.replace("{given}", given) for line in pattern.lines]
    lines += ["self.calls += 1", "try:"]
    if graph.cache["silent"]:
        lines.append(f"    {''.join([o + ', ' for o in outs])}= run({inputs})" if outs else f"    run({inputs})")
    else:
        env.update(enter=quiet.enter, leave=quiet.leave, IGNORE=quiet.IGNORE)
        lines.append("    token = enter(IGNORE)")
        lines.append(
            f"    try: {''.join([o + ', ' for o in outs])}= run({inputs})" if outs else f"    try: run({inputs})"
        )
        lines.append("    finally: leave(token)")
    lines.append("except BaseException as error:")
    lines.append("    trim(error)")
    lines.append("    raise")
    alone = [is_new(o) and sum([p is o for p in graph.outs]) == 1 for o in graph.outs]
    if not all(alone) and any([type(o) is not GraphNode or not o.aval.weak for o in graph.outs]):
        env["owned"] = owned
        lines.append(
            f"{''.join([o + ', ' for o in outs])}= owned(({''.join([o + ', ' for o in outs])}), ({inputs}{',' if inputs else ''}))"
        )
    lines.append(f"return {built(out_structure, outs, env)}")
    parameters = "".join([f", {n}=MISSING" for n in names])
    text = f"def call(self{parameters}, /, *rest, **named):\n    " + "\n    ".join(lines)
    return text, env


def given(args):
    return tuple([a for a in args if a is not MISSING])


__all__ = ["MISS", "MISSING", "entry", "given"]
