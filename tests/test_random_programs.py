"""Random programs compiled agree with eager ones and with jax; a mistake planted in any pass is found, and shrunk."""

import contextlib
import io
import re

import numpy as np
import pytest
from random_programs import Disagreement, Refused, compare, figures, program, script, shrunk

import funcgrad as fg
from funcgrad.compile.passes import folding, inlining, merging, order, patterns, products, rewriting, zeros
from funcgrad.compile.passes.draft import Pass
from funcgrad.compile.passes.rewriting import made

COUNT = 300
SEED = 0


@pytest.fixture(scope="module")
def programs():
    return [program(SEED, k) for k in range(COUNT)]


@pytest.fixture(scope="module")
def wants(programs):
    return figures(programs)


@pytest.mark.parametrize("part", range(6))
def test_programs(programs, wants, part):
    """Values, gradients and pushforwards of each: eager, passes alone, compiled in every order, and jax; a second call
    gives what the first did, results are the caller's own, and every graph is checked before and after every pass."""
    for k in range(part, COUNT, 6):
        try:
            with fg.config(check_graphs=True):
                compare(programs[k], wants[k])
        except Refused:
            continue
        except Disagreement as d:
            raise AssertionError(script(shrunk(programs[k], d.what), str(d))) from d


def test_the_same_each_time():
    a, b = program(3, 7), program(3, 7)
    assert a.source() == b.source() and [np.asarray(x).tobytes() for x in a.args] == [
        np.asarray(x).tobytes() for x in b.args
    ]


def test_every_kind_of_statement_occurs(programs):
    text = "\n".join(p.source() for p in programs)
    wanted = [
        "fg.grad(",
        "fg.jvp(",
        "fg.vmap(",
        "fg.jit(",
        "fg.checkpoint(",
        "fg.vjp(",
        "lax.cond(",
        "lax.scan(",
        "lax.fori_loop(",
        "lax.while_loop(",
        "lax.map(",
    ]
    wanted += [
        " += ",
        " *= ",
        ".T\n",
        ".reshape(-1)\n",
        "float32",
        "@",
        "np.take(",
        "np.where(",
        "np.einsum(",
        "keepdims",
        "fg.stop_gradient(",
    ]
    missing = [w for w in wanted if text.count(w) < 5]
    assert not missing


# ------------------------------------------------------------------------------------------------ planted mistakes
def sign_lost(monkeypatch):
    """folding: a 0-d array of one value is taken for its negative."""
    right = folding.unit
    monkeypatch.setattr(folding, "unit", lambda n: None if right(n) is None else -right(n))


def counted_wrongly(monkeypatch):
    """simplification: the sum of what was repeated is counted once more."""
    right = patterns.sum_of_broadcast

    def wrong(n, ins):
        got = right(n, ins)
        return made("mul", got, 2.0, like=n) if got is not None else None

    monkeypatch.setitem(patterns.PATTERNS, "sum", [wrong])


def minus_swapped(monkeypatch):
    """simplification: x + -y becomes y - x."""

    def wrong(n, ins):
        if rewriting.is_node(ins[1], "neg"):
            return made("sub", ins[1].ins[0], ins[0], like=n)
        return None

    monkeypatch.setitem(patterns.PATTERNS, "add", [wrong])


def overlapping(monkeypatch):
    """zeros: what was written is taken to be elsewhere than what is read."""
    monkeypatch.setattr(zeros, "disjoint", lambda a, b, shape: True)


def product_kept(monkeypatch):
    """transposes_into_products: the operands do not change places."""

    def wrong(n, product):
        x, y = product.ins
        shape = n.aval.shape
        return made("dot_general", x, y, **product.params, like=n) if shape == product.aval.shape else None

    monkeypatch.setattr(products, "transposed", wrong)


def merged_too_much(monkeypatch):
    """common_subexpressions: operations of equal operands are merged whatever their params."""
    key_of = merging.key_of
    monkeypatch.setattr(merging, "key_of", lambda x: ("dict",) if isinstance(x, dict) and "axes" in x else key_of(x))


def tanh_dropped(monkeypatch):
    """A pass that drops what another operation needs (its place is taken by its operand)."""
    wrong = Pass(lambda draft: lambda n, ins: ins[0], ["tanh"])
    monkeypatch.setattr(order, "PASSES", (wrong, *order.PASSES))


def narrowed_away(monkeypatch):
    """fewer_results: of two results of a loop, the other one is read."""

    def rule(n, ins):
        if n.params["i"] != 1:
            return None
        return rewriting.GraphNode(n.prim, ins, {**n.params, "i": 0}, ins[0].aval[0], n.site)

    monkeypatch.setattr(order, "PASSES", (*order.PASSES, Pass(lambda draft: rule, ["pick"])))


def spliced_wrongly(monkeypatch):
    """inline: operands of one aval come in the other order."""
    right = inlining.spliced

    def wrong(graph, ins):
        if len(ins) == 2 and graph.ins[0].aval == graph.ins[1].aval:
            ins = ins[::-1]
        return right(graph, ins)

    monkeypatch.setattr(inlining, "spliced", wrong)


PLANTED = [
    sign_lost, counted_wrongly, minus_swapped, overlapping, product_kept, merged_too_much, tanh_dropped, narrowed_away,
    spliced_wrongly,
]  # fmt: skip


@pytest.mark.parametrize("plant", PLANTED, ids=[f.__name__ for f in PLANTED])
def test_a_planted_mistake_is_found(programs, monkeypatch, plant):
    p, what, small = first_caught(programs, monkeypatch, plant, 1.0)
    assert len(small.source()) < len(p.source())


def test_a_mistake_is_shrunk_to_what_it_needs(programs, monkeypatch):
    """What is left of a program that shows a wrong x + -y is little more than that, and it is Python."""
    p, what, small = first_caught(programs, monkeypatch, minus_swapped, 20.0)
    assert (
        len(re.findall(r"^    \w+ = ", small.source(), re.M)) <= 3 < len(re.findall(r"^    \w+ = ", p.source(), re.M))
    )
    env = {}
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(script(small, what), env)
    assert "grad of jit" in out.getvalue()


def first_caught(programs, monkeypatch, plant, seconds):
    """(program, what disagrees, the program shrunk) of the first program that a planted mistake is seen by, and nothing else."""
    for p in programs[:200]:
        with monkeypatch.context() as m:
            plant(m)
            what = disagreement(p)
        if what and disagreement(p) is None:
            with monkeypatch.context() as m:
                plant(m)
                return p, what, shrunk(p, what, seconds)
    raise AssertionError("no program noticed")


def disagreement(p):
    try:
        compare(p)
    except (Refused, Disagreement) as error:
        return getattr(error, "what", "refused")
    return None
