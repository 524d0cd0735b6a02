"""The text of graphs: everything that stands in one comes back, and a text that is no graph is refused with line and column."""

import re

import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.aval import aval_of
from funcgrad.core.checking import check
from funcgrad.core.graph import Graph, GraphNode, evaluate
from funcgrad.core.graph_text import dump, parse
from funcgrad.core.params import kind_of, named
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.sample import samples_of
from funcgrad.errors import FuncgradError, GraphError
from funcgrad.transforms.stage import graph_of

SPECIAL = [0.0, -0.0, 1.0, -1.5, np.inf, -np.inf, np.nan, 1 / 3, 5e-324]
COMPLEX = [complex(a, b) for a in SPECIAL for b in (0.0, -0.0, 1.0, -np.inf, np.nan)]
DTYPES = (
    "? int8 uint8 int16 uint32 int64 uint64 float16 float32 float64 longdouble complex64 complex128 clongdouble".split()
)


def same(a, b):
    """Equal in type, shape, dtype and value, zeros by their sign; of a NaN: that it is one."""
    if type(a) is not type(b) or not isinstance(a, (np.ndarray, np.generic, float, complex)):
        return type(a) is type(b) and (a == b or a is b)
    a, b = np.asarray(a), np.asarray(b)
    if (a.shape, a.dtype) != (b.shape, b.dtype):
        return False
    parts = [(a.real, b.real), (a.imag, b.imag)] if a.dtype.kind == "c" else [(a, b)]
    signs = [np.signbit(x) == np.signbit(y) if a.dtype.kind in "fc" else True for x, y in parts]
    return all([np.all((x == y) & s | (x != x) & (y != y)) for (x, y), s in zip(parts, signs, strict=True)])


def constants():
    """Every kind of constant a graph holds: Python's numbers, NumPy's, arrays of few entries of every dtype and shape."""
    yield from [0, -3, 2**70, True, False, *SPECIAL, *COMPLEX]
    rng = np.random.default_rng(0)
    with np.errstate(all="ignore"):
        for name in DTYPES:
            dtype = np.dtype(name)
            pool = COMPLEX if dtype.kind == "c" else SPECIAL if dtype.kind == "f" else [0, 1, 2**40 + 3]
            pool = np.array(pool).astype(dtype)
            pool[-1:] = np.array(1, dtype) / 3 if dtype.kind in "fc" else np.array(-1).astype(dtype)
            yield from pool[:: max(1, len(pool) // 8)]
            for shape in ((), (3,), (2, 2), (0,), (0, 3), (2, 0), (0, 0, 1), (1, 4, 2)):
                yield rng.choice(pool, shape) if 0 not in shape else np.zeros(shape, dtype)


def test_constants_come_back():
    values = list(constants())
    text, objects = dump(Graph([], values))
    assert objects == []
    again = parse(text)
    assert dump(again)[0] == text
    assert [v for v, w in zip(values, again.outs, strict=True) if not same(v, w)] == []
    assert not same(0.0, -0.0) and not same(complex(-0.0, 1), complex(0, 1)) and same(np.nan, -np.nan)


def test_what_is_not_written_out_is_among_the_objects():
    values = [np.zeros(17), np.zeros(2, ">f8"), np.zeros((), [("float0", "V0")]), np.datetime64("2020-01-01"), fg.grad]
    text, objects = dump(Graph([], values))
    assert len(objects) == 5 and all([v is o for v, o in zip(values, objects, strict=True)])
    assert all([v is o for v, o in zip(values, parse(text, objects).outs, strict=True)])


def graphs_of_samples():
    """(sample, a graph of one node) for every sample of every primitive, its last operand a constant."""
    for prim in PRIMITIVES.values():
        for s in samples_of(prim):
            staged = s.args[:-1] if len(s.args) > 1 else s.args
            try:
                graph = graph_of(
                    lambda *xs, p=prim, s=s: (
                        list(p(*xs, *s.args[len(xs) :], **s.params))
                        if p.multi
                        else [p(*xs, *s.args[len(xs) :], **s.params)]
                    ),
                    [aval_of(x) for x in staged],
                )
            except FuncgradError:  # (an operand that may not be staged)
                continue
            yield s, graph, staged


def test_every_primitive_comes_back():
    """text(parse(text(g))) is text(g), and both graphs give the same bits."""
    count = 0
    with np.errstate(all="ignore"):
        for s, graph, staged in graphs_of_samples():
            text, objects = dump(graph)
            again = check(parse(text, objects))
            assert dump(again)[0] == text
            if count % 8 == 0:
                for a, b in zip(evaluate(graph, *staged), evaluate(again, *staged), strict=True):
                    assert same(np.asarray(a), np.asarray(b)), (s, text)
            count += 1
    assert count > 1500


def test_a_param_means_one_thing_in_all_primitives():
    for prim in PRIMITIVES.values():
        known = named(prim)
        for s in samples_of(prim):
            assert known is None or known[1] <= s.params.keys() <= known[0], prim
            for k, v in s.params.items():
                assert kind_of(prim, k) is None or kind_of(prim, k)[0](v), (prim, k, v)


TEXT = (
    "graph(a0: float64[2,3], a1: float64[])\n  v0: float64[2,3] = mul(a0, array([1.0, -2.0, nan], dtype='float64'))\n"
    "  v1: float64[3] = sum(v0, axes=(0,))\n  v2: (float64[],) = call(a1, graph=@0)\n  v3: float64[] = pick(v2, i=0)\n"
    "  v4: float64[3] = div(v1, v3)\n  return v4, complex(1.0, -0.0), (1, 'a', None), slice(None, 2, -1)\n"
    "  @0:\n    graph(a0: float64[])\n      v0: float64[] = sin(a0)\n      return v0"
)


@pytest.mark.parametrize(
    "old,new,line,column,what",
    [
        ("graph(a0", "grph(a0", 1, 1, "expected graph"),
        ("a0: float64[2,3]", "a0 float64[2,3]", 1, 10, "expected ':'"),
        ("a0: float64[2,3]", "a0: float65[2,3]", 1, 11, "expected the name of a dtype"),
        ("a0: float64[2,3]", "a0: float64[2,x]", 1, 21, "expected the length of an axis; got 'x'"),
        ("a1: float64[]", "a0: float64[]", 1, 25, "a0 is defined twice"),
        ("mul(a0", "mull(a0", 2, 22, "no primitive 'mull'"),
        ("mul(a0", "mul(a7", 2, 26, "a7 is not defined above"),
        ("-2.0", "-", 2, 43, "expected a value; got ','"),
        ("-2.0", "[1.0, 2.0]", 2, 30, "expected entries of a float64 array"),
        ("dtype='float64'", "dtype=float64", 2, 60, "float64 is not defined"),
        (", dtype='float64'", "", 2, 30, "expected dtype= and its name"),
        ("axes=(0,))", "axes=(0,)", 3, 37, "expected ',' or ')'; got the end of the line"),
        ("axes=(0,)", "axes=(0)", 3, 33, "a tuple, which has a comma"),
        ("axes=(0,)", "axes=(0,), 3", 3, 39, "expected a param"),
        ("v1: float64[3] =", "v1: float64[3]", 3, 18, "expected '='"),
        ("i=0", "i=5", 5, 19, "expected a result from 0 to 0; got i=5"),
        ("pick(v2", "pick(a1", 5, 19, "expected pick(node of several"),
        ("  return v4", "  v9", 7, 5, "expected ':'"),
        ("complex(1.0, -0.0)", "complex(1.0)", 7, 14, "expected complex(real, imag)"),
        ("complex(1.0, -0.0)", "exit()", 7, 14, "exit is not defined"),
        ("slice(None, 2, -1)", "slice(2)", 7, 50, "expected slice(start, stop, step)"),
        ("'a'", "'a", 7, 38, 'expected a value; got "\'"'),
        ("graph=@0", "graph=@3", 4, 37, "@3 is neither a graph"),
        ("      return v0", "", 10, 30, "no return line"),
    ],
)
def test_a_text_that_is_no_graph(old, new, line, column, what):
    assert TEXT.count(old) >= 1
    with pytest.raises(GraphError) as caught:
        parse(TEXT.replace(old, new, 1))
    assert isinstance(caught.value, ValueError)
    assert f"line {line}, column {column}: " in str(caught.value) and what in str(caught.value), str(caught.value)


def test_whatever_the_text_only_a_graph_error():
    """Texts with a character gone, doubled, or in place of another; and nesting that would exhaust the stack."""
    assert dump(parse(TEXT))[0] == TEXT
    rng = np.random.default_rng(0)
    refused = 0
    signs = "()[]=,:*@'-.\n 0a{é"
    for k in range(len(TEXT)):
        for new in ("", TEXT[k] * 2, signs[rng.integers(len(signs))]):
            try:
                parse(TEXT[:k] + new + TEXT[k + 1 :])
            except GraphError as error:
                refused += 1
                assert re.search(r"line \d+, column \d+|refer to each other", str(error)), error
    assert refused > 800
    for text in (
        "",
        "graph(",
        "graph()\nreturn " + "(" * 10000,
        "graph()\nreturn " + "9" * 10000,
        "graph()\nreturn '\\x'",
    ):
        with pytest.raises(GraphError, match=r"line \d, column \d"):
            parse(text)


@pytest.mark.parametrize(
    "node,what",
    [
        ("sum(a0, axes=(0,), keep=True)", "sum takes axes; got keep too"),
        ("sum(a0)", "sum takes axes; axes is missing"),
        ("sum(a0, axes=0)", "sum takes a tuple of ints as axes; got 0"),
        ("sum(a0, axes=(True,))", "sum takes a tuple of ints as axes"),
        ("transpose(a0, perm=(7,))", "transpose does not take these operands and params"),
        ("sum(a0, a0, axes=(0,))", "sum takes 1 operand; got 2"),
        ("sin(a0, axis=0)", "sin takes no params; got axis too"),
        ("abs(a0, kink=3)", "abs takes a string as kink; got 3"),
        ("cast(a0, dtype='float32')", "cast takes a dtype as dtype; got 'float32'"),
        ("cumsum(a0, axis=1.0, reverse=False)", "cumsum takes an int as axis; got 1.0"),
        ("cumsum(a0, axis=0, reverse=0)", "cumsum takes True or False as reverse; got 0"),
    ],
)
def test_check_refuses_params(node, what):
    graph = parse(f"graph(a0: float64[2])\nv0: float64[] = {node}\nreturn v0")
    with pytest.raises(GraphError, match="check: v0 = ") as caught:
        check(graph)
    assert what in str(caught.value)


def test_check_asks_a_rule_of_the_users_nothing_twice():
    """An error in a function of the user's comes out as it is, not as a word on the graph."""
    node = GraphNode(PRIMITIVES["rule"], (), {"spec": None}, ())
    with pytest.raises(AttributeError):
        check(Graph([], [], [node]))
