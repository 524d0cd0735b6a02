"""Primitives with an effect: their law (laws/effects.py) on each, in every nesting, and that the law can fail."""

import numpy as np
import pytest
from laws.effects import NESTINGS, effects
from test_primitives import EFFECTS

import funcgrad as fg
from funcgrad.compile.passes import common_subexpressions, dead_code, inline, pure
from funcgrad.core.checking import check
from funcgrad.core.graph_text import dump, parse
from funcgrad.core.sample import samples_of

every_effect = pytest.mark.parametrize("prim", EFFECTS.values(), ids=EFFECTS)


@every_effect
def test_complete(prim):
    """It says why it has no derivative, maps, tells its results, and has samples and words."""
    assert isinstance(prim.nondiff, str) and callable(prim.batch) and callable(prim.aval)
    assert prim.__dict__["__doc__"].strip() and samples_of(prim)


@every_effect
@pytest.mark.parametrize("nesting", NESTINGS)
def test_effects(prim, nesting):
    effects(prim, nesting)


@pytest.mark.parametrize("nesting", ["jit", "grad of jit", "jit of vmap", "jvp of jit"])
def test_the_law_notices(nesting, monkeypatch):
    """Taken for an operation like any other, an effect is dropped, merged or moved."""
    prim = EFFECTS["debug_callback"]
    monkeypatch.setattr(prim, "effect", False)
    with pytest.raises(AssertionError, match="times under jit"):
        effects(prim, nesting)


def test_the_law_notices_what_happens_twice(monkeypatch):
    jit = fg.jit
    monkeypatch.setattr(fg, "jit", lambda f: jit(lambda x: (f(x), f(x))[1]))
    with pytest.raises(AssertionError, match="times under jit"):
        effects(EFFECTS["debug_callback"], "jit")


# ------------------------------------------------------------------------------------------------ passes
def program(x):
    fg.debug.print("first")
    y = np.sin(x)
    fg.debug.print("{}", y)
    fg.jit(lambda z: fg.debug.print("inner {}", z))(y)
    fg.checkpoint(lambda z: (fg.debug.print("kept {}", z), z)[1])(y)
    fg.checkpoint(np.cos)(y)
    fg.debug.print("{}", np.sin(x))
    return x + 1.0


def names(graph):
    return [n.prim.name for n in graph.nodes]


def test_passes_keep_effects_in_order():
    graph = fg.make_graph(program)(np.ones(2))
    everything = ["debug_callback", "sin", "debug_callback", "call", "rule", "rule", "debug_callback", "add"]
    assert names(graph) == everything  # (equal sines were merged; what a `rule` does is not known yet)
    for p in (dead_code, common_subexpressions):
        assert names(p(graph)) == everything
    flat = inline(graph)
    assert names(flat) == ["debug_callback", "sin"] + ["debug_callback"] * 4 + ["add"]
    written = [repr(n.params["callback"]).split(" called")[0] for n in flat.effects]
    assert written == [f"<print({t!r})" for t in ("first", "{}", "inner {}", "kept {}", "{}")]
    assert names(pure(flat)) == ["add"]


def test_print_parse_and_check():
    graph = fg.make_graph(program)(np.ones(2))
    text, objects = dump(graph)
    assert "v2: () = debug_callback(v1, callback=@1)" in text and "@1: <print('{}') called at" in text
    again = parse(text, objects)
    assert dump(again)[0] == text
    check(again)


def test_equal_effects_are_not_merged_and_equal_operands_are(capsys):
    def f(x):
        fg.debug.print("{}", np.exp(x))
        fg.debug.print("{}", np.exp(x))

    compiled = fg.jit(f)
    assert compiled(0.0) is None
    assert capsys.readouterr().out == "1.0\n1.0\n"
    assert names(compiled.graph(0.0)) == ["exp", "debug_callback", "debug_callback"]
