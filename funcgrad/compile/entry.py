"""The short road into a compiled function: one signature's checks, call and results, written out as one function.

Invariant: an entry runs only for arguments that the general road would give the same graph and the same leaves (plain
arrays and numbers in tuples, lists and dicts), while nothing is staged or looked at; anything else is a miss, and takes the
general road. Results share no memory with arguments or with one another.
"""

import numpy as np

from ..containers import DICT, LIST, NONE, TUPLE
from ..core import nans, quiet, state
from ..core.aval import PYTHON_SCALARS, ndarray
from ..core.graph import GraphNode
from ..core.tracebacks import trim
from .closed import drawing
from .source import alone, compiled

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

    def take(self, text, structure, leaves):
        """Take apart what `text` names, a tree of this structure; `leaves`: an iterator of (leaf, its number)."""
        if not structure.program:
            return self.leaf(text, *next(leaves))
        _, n, kind, aux = structure.program[-1]
        if kind is NONE:
            return self.test(f"{text} is None")
        names = [self.fresh() for _ in range(n)]
        into = "".join([name + ", " for name in names])
        self.test(f"type({text}) is {self.name(kind.cls)}")
        if kind is DICT:
            if not all([type(k) is str for k in aux]):
                raise Unfit
            self.test(f"len({text}) == {n}")
            self.flush()
            self.lines += [
                "try:",
                *[f"    {name} = {text}[{self.name(k)}]" for name, k in zip(names, aux, strict=True)],
                "    pass",
                "except KeyError: return miss({given})",
            ]
        else:
            if not issubclass(kind.cls, (tuple, list)):
                self.flush()
                parts, found = self.fresh(), self.fresh()
                self.lines.append(f"{parts}, {found} = {self.name(kind.flatten)}({text})")
                self.test(f"{found} == {self.name(aux)}")
                text = parts
            self.test(f"len({text}) == {n}")
            self.flush()
            if names:
                self.lines.append(f"{into}= {text}")
        for name, part in zip(names, structure.children(), strict=True):
            self.take(name, part, leaves)

    def fresh(self):
        self.count += 1
        return f"t{self.count}"

    def leaf(self, text, number, v):
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
    stack, start = [], 0
    for stop, n, kind, aux in (*structure.program, (len(names), 1, None, None)):
        stack += names[start:stop]
        start, split = stop, len(stack) - n
        stack[split:] = [container(kind, aux, stack[split:], env)]
    return stack[0]


def container(kind, aux, parts, env):
    """The text of one container of a pytree; of a leaf (no kind) its own."""
    if kind is None:
        return parts[0]
    if kind is TUPLE:
        return f"({''.join([p + ', ' for p in parts])})"
    if kind is LIST:
        return f"[{', '.join(parts)}]"
    if kind is DICT and all([type(k) is str for k in aux]):
        return f"{{{', '.join([f'{k!r}: {p}' for k, p in zip(aux, parts, strict=True)])}}}"
    if kind is NONE:
        return "None"
    make = f"u{len(env)}"
    env[make], env[f"{make}_aux"] = kind.unflatten, aux
    return f"{make}({make}_aux, [{', '.join(parts)}])"


def entry(structure, leaves, graph, out_structure, owned):
    """(text, environment) of the entry of a signature, or None. `structure`: of the positional arguments."""
    if len(leaves) > MOST_LEAVES:
        return None
    pattern = Pattern()
    children, numbered = structure.children(), iter(enumerate(leaves))
    names = [f"x{i}" for i in range(len(children))]
    try:
        if names:
            pattern.test(f"{names[-1]} is not MISSING")
        pattern.test("not (rest or named or shared.staging or switch.on)")
        if drawing(graph):
            pattern.test("tls.mapping is None")
        for name, part in zip(names, children, strict=True):
            pattern.take(name, part, numbered)
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
    if not all(alone(graph)) and any([type(o) is not GraphNode or not o.aval.weak for o in graph.outs]):
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
