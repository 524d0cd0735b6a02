"""The reader of a graph's text (core/graph_text.py has the form): a Graph, or a GraphError that names line and column.

    graph   = "graph(" [name ":" aval, ...] ")"  node*  "return" [value, ...]
    node    = name ":" (aval | "(" aval, ... ")") "=" primitive "(" [value, ...] [param "=" value, ...] ")"
    aval    = dtype "[" [int, ...] "]" ["*"]
    section = "@" int ":" (graph on the lines below, or a word on what is to be among the objects)

A node is on a line of its own; spaces mean nothing. Invariant: whatever the text, only GraphError is raised, and nothing in
it is run.
"""

import ast
import re

import numpy as np

from ..errors import GraphError
from .aval import Aval
from .graph import Graph, GraphNode
from .primitive import PRIMITIVES

TOKEN = re.compile(
    r"(?P<name>[^\W\d]\w*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<object>@\d+)"
    r"""|(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<sign>\.\.\.|[-()\[\],:=*])|(?P<space>\s+)|(?P<other>.)"""
)
SECTION = re.compile(r"\s*@(\d+):(.*)")
DTYPES = {name: np.dtype(name) for name in {np.dtype(c).name for c in "?bBhHiIlLqQefdgFDG"}}
LONGEST = 400  # digits of an int
DEEPEST = 70  # brackets inside brackets
WORDS = {"None": None, "True": True, "False": False, "Ellipsis": Ellipsis, "nan": float("nan"), "inf": float("inf")}


class Token:
    __slots__ = ("kind", "text", "column")

    def __init__(self, kind, text, column):
        self.kind, self.text, self.column = kind, text, column

    def __str__(self):
        return repr(self.text) if self.text else "the end of the line"


class Line:
    """The tokens of one line, read from left to right."""

    def __init__(self, text, row):
        self.row = row
        self.depth = 0
        self.tokens = [Token(m.lastgroup, m[0], m.start() + 1) for m in TOKEN.finditer(text) if m.lastgroup != "space"]
        self.tokens.append(Token("end", "", len(text) + 1))
        self.at = 0

    @property
    def next(self):
        return self.tokens[self.at]

    def fail(self, message, token=None):
        raise GraphError(f"parse: line {self.row}, column {(token or self.next).column}: {message}")

    def expected(self, what):
        self.fail(f"expected {what}; got {self.next}")

    def sees(self, *texts):
        return self.next.text in texts and self.next.kind != "string"

    def take(self):
        token = self.next
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def skip(self, text, what=None):
        """Take this word or sign, or say that it was expected."""
        if not self.sees(text):
            self.expected(what or repr(text))
        return self.take()

    def kind(self, kind, what):
        if self.next.kind != kind:
            self.expected(what)
        return self.take()

    def several(self, read, close):
        """What `read` gives, separated by commas, up to the sign `close`; and was there a comma before that?"""
        found = []
        comma = False
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"expected at most {DEEPEST} brackets inside one another")
        while not self.sees(close):
            if found and not comma:
                self.expected(f"',' or '{close}'" if close else "',' or the end of the line")
            found.append(read())
            comma = self.sees(",")
            if comma:
                self.take()
        self.take()
        self.depth -= 1
        return found, comma

    def integer(self, what):
        n = self.kind("number", what)
        return self.digits(n) if n.text.isdigit() else self.fail(f"expected {what}; got {n}", n)

    def digits(self, token):
        return int(token.text) if len(token.text) <= LONGEST else self.fail("expected a smaller number", token)

    def string(self, what):
        """The string that a token in quotes stands for."""
        token = self.kind("string", what)
        try:
            return ast.literal_eval(token.text)
        except (SyntaxError, ValueError):
            self.fail(f"expected {what}; got {token.text}, which is no Python string", token)

    # ---------------------------------------------------------------------------------------------- avals
    def aval(self):
        what = "an aval such as float64[3,2]"
        name = self.kind("name", what)
        self.skip("[", what)
        shape, _ = self.several(lambda: self.integer("the length of an axis"), "]")
        weak = self.sees("*")
        if weak:
            self.take()
        return Aval(tuple(shape), self.dtype(name.text, name), weak)

    def avals(self):
        if not self.sees("("):
            return self.aval()
        self.take()
        return tuple(self.several(self.aval, ")")[0])

    def dtype(self, name, token):
        return DTYPES.get(name) or self.fail(f"expected the name of a dtype, such as float64; got {token}", token)

    # ---------------------------------------------------------------------------------------------- values
    def value(self, env, objects):
        """An operand or param: a node's name, an object, or a literal."""
        token = self.next
        if token.kind == "name" and token.text in env:
            return env[self.take().text]
        if token.kind == "object":
            i = int(self.take().text[1:])
            if i not in objects:
                self.fail(f"@{i} is neither a graph in the text nor among the objects given", token)
            return objects[i]
        if self.sees("("):
            self.take()
            items, comma = self.several(lambda: self.value(env, objects), ")")
            if len(items) == 1 and not comma:
                self.fail("expected a tuple, which has a comma in it: (1,)", token)
            return tuple(items)
        if self.sees("["):
            self.take()
            return self.several(lambda: self.value(env, objects), "]")[0]
        if self.sees("slice"):
            _, (items, _) = self.take(), self.arguments("slice")
            if len(items) != 3:
                self.fail(f"expected slice(start, stop, step); got {len(items)} values", token)
            return slice(*items)
        return self.literal()

    def arguments(self, of):
        self.skip("(", f"'(' after {of}")
        return self.several(lambda: self.value({}, {}), ")")

    def literal(self):
        token = self.next
        if token.kind == "string":
            return self.string("a value")
        if self.sees("..."):
            self.take()
            return Ellipsis
        if token.kind == "name" and token.text in WORDS:
            return WORDS[self.take().text]
        if self.sees("array"):
            return self.array()
        if self.sees("dtype"):
            self.take()
            self.skip("(")
            name, text = self.next, self.string("the name of a dtype in quotes")
            self.skip(")")
            return self.dtype(text, name)
        if self.sees("complex"):
            real, imag = self.parts()
            if str in (type(real), type(imag)):
                self.fail("expected two numbers; those in quotes are for the entries of an array", token)
            return complex(real, imag)
        if token.kind == "name":
            self.fail(f"{token.text} is not defined above this line, and no value", token)
        return self.number()

    def number(self):
        """A Python int or float, or one in quotes as the string it is."""
        sign = self.sees("-") and bool(self.take())
        token = self.next
        if token.kind == "string" and not sign:
            return self.string("a number")
        if token.kind == "name" and token.text in ("nan", "inf"):
            x = WORDS[self.take().text]
        elif token.kind == "number":
            x = self.digits(token) if token.text.isdigit() else float(token.text)
            self.take()
        else:
            self.expected("a value")
        return -x if sign else x

    def parts(self):
        """The two parts of `complex(real, imag)`."""
        token = self.take()
        self.skip("(")
        parts, _ = self.several(self.number, ")")
        if len(parts) != 2:
            self.fail(f"expected complex(real, imag); got {len(parts)} parts", token)
        return parts

    def entries(self):
        """The entries of an array as nested lists: numbers, and tuples of two for complex ones."""
        if self.sees("["):
            self.take()
            return self.several(self.entries, "]")[0]
        if self.sees("True", "False"):
            return WORDS[self.take().text]
        return tuple(self.parts()) if self.sees("complex") else self.number()

    def array(self):
        """`array(entries, dtype='float64')`, with `shape=(0, 3)` where entries do not tell it; then `[()]` for a scalar."""
        token = self.take()
        self.skip("(")
        entries = self.entries()
        given = {}
        while self.sees(","):
            self.take()
            key = self.kind("name", "dtype=").text
            if key not in ("dtype", "shape"):
                self.fail(f"expected dtype= or shape=; got {key}")
            self.skip("=")
            given[key] = self.literal() if key == "dtype" else self.value({}, {})
        self.skip(")")
        if not isinstance(given.get("dtype"), str):
            self.fail("expected dtype= and its name in quotes in an array", token)
        dtype = self.dtype(given["dtype"], token)
        try:
            made = of_entries(entries, dtype)
            made = made.reshape(given["shape"]) if "shape" in given else made
        except (TypeError, ValueError, OverflowError) as error:
            raise GraphError(
                f"parse: line {self.row}, column {token.column}: expected entries of a {dtype} array; {error}"
            ) from error
        if self.sees("["):
            for sign in "[()]":
                self.skip(sign)
            return made[()]
        return made


def of_entries(entries, dtype):
    """The array of nested lists of numbers; complex entries are pairs of numbers of the precision of the dtype."""
    if dtype.kind != "c":
        return np.array(entries, dtype)
    real = np.zeros(0, dtype).real.dtype
    pairs = np.array(entries, real)
    return np.ascontiguousarray(pairs).view(dtype)[..., 0] if pairs.size else np.zeros(pairs.shape, dtype)


# ------------------------------------------------------------------------------------------------ graphs
def parse(text, objects=()):
    """The Graph that a text from `dump` describes, with the graphs inside it; `objects`: what it refers to besides, in the
    places that `dump` gave them. Raises GraphError, with line and column, for a text that describes none."""
    main, inside = sections(text)
    known = dict(enumerate(objects))
    waiting = {i: lines for i, lines in inside.items() if lines}
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
    for k, text_of_line in enumerate(text.splitlines(), 1):
        head = SECTION.fullmatch(text_of_line)
        if head is not None:
            current = None if head[2].strip() else []
            inside[int(head[1])] = current
        elif text_of_line.strip():
            line = Line(text_of_line, k)
            if current is None:
                line.fail("expected @number: and nothing else after the last graph")
            current.append(line)
    return main, inside


def references(lines):
    return {int(t.text[1:]) for line in lines for t in line.tokens if t.kind == "object"}


def parse_one(lines, objects):
    """The Graph of these lines; `objects`: number -> what `@number` stands for."""
    if not lines:
        lines = [Line("", 1)]
    head = lines[0]
    for word in ("graph", "("):
        head.skip(word, "graph(...) on the first line")
    env = {}

    def named(line):
        token = line.kind("name", "the name of a value")
        if token.text in env:
            line.fail(f"{token.text} is defined twice", token)
        if token.text in WORDS:
            line.fail(f"expected a name; {token.text} is a value", token)
        line.skip(":", f"':' and an aval after {token.text}")
        return token.text

    def input_node():
        name = named(head)
        env[name] = GraphNode(None, (), None, head.aval())
        return env[name]

    ins, _ = head.several(input_node, ")")
    head.kind("end", "the end of the line")
    for line in lines[1:]:
        if line.sees("return"):
            line.take()
            outs, _ = line.several(lambda line=line: line.value(env, objects), "")
            if line is not lines[-1]:
                lines[lines.index(line) + 1].fail("expected nothing after return")
            return Graph(ins, outs, [n for n in env.values() if n.effect])
        name = named(line)
        env[name] = node(line, env, objects)
    lines[-1].at = len(lines[-1].tokens) - 1
    lines[-1].fail("the text has no return line after this one")


def node(line, env, objects):
    """What stands after the name of a node."""
    aval = line.avals()
    line.skip("=", "'=' and a primitive")
    called = line.kind("name", "the name of a primitive")
    prim = PRIMITIVES.get(called.text)
    if prim is None:
        line.fail(f"there is no primitive {called.text!r}", called)
    line.skip("(", f"'(' after {called.text}")
    operands, params = [], {}

    def argument():
        key = line.next
        if key.kind == "name" and line.tokens[line.at + 1].text == "=":
            line.at += 2
            if key.text in params:
                line.fail(f"{key.text}= stands twice", key)
            params[key.text] = line.value(env, objects)
        elif params:
            line.expected("a param, name=value, after the first one")
        else:
            operands.append(line.value(env, objects))

    line.several(argument, ")")
    line.kind("end", "the end of the line")
    if prim.name == "pick":
        several = operands and type(operands[0]) is GraphNode and type(operands[0].aval) is tuple
        if not several or len(operands) != 1 or type(params.get("i")) is not int:
            line.fail("expected pick(node of several results, i=number)", called)
        if not 0 <= params["i"] < len(operands[0].aval):
            line.fail(f"expected a result from 0 to {len(operands[0].aval) - 1}; got i={params['i']}", called)
        params["avals"] = operands[0].aval
    return GraphNode(prim, tuple(operands), params, aval)


__all__ = ["parse"]
