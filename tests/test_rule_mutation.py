"""Mutants: a rule scaled by 1.01, negated, or taking one operand for another must break some law of laws/.

A rule is applied on three roads: `pull` (the reverse walk over plain arrays), `traced` (the same over handles: nested,
under jit) and `jvp`. Each is mutated alone, for each operand, and restored. A mutant that survives is a derivative that
no test guards. The mutant that changes nothing must break no law: it is the change that is caught, not the harness.
"""

import re
from contextlib import contextmanager
from functools import partial

import pytest
from laws import LAWS
from laws.call import faces as faces_of
from oracle import cases_of
from test_primitives import TABLE

from funcgrad.core.formula import Formula
from funcgrad.core.primitive import NO_FORMULA, PRIMITIVES, Plan, Primitive

DIFFERENTIABLE = {n: p for n, p in TABLE.items() if not p.nondiff and not p.source}
ADDED_FIRST = {
    ("lstm_layer", 5, 6): "the biases of input and state count by their sum alone",
    ("rnn_layer", 4, 5): "likewise",
}
SAME_WHEN_SWAPPED = {  # (primitive, operand): why its formula means the same with x and y exchanged
    ("nextafter", 0): "x != y is y != x",
    ("lgamma_gap", 1): "x + y is y + x",
    ("direction", 1): "-x y / hypot(x, y)**3 is symmetric",
}


@contextmanager
def replaced(prim, **attributes):
    """The primitive with other attributes, until the end of the block; its call is written out anew for both."""
    assert prim.fast is not None  # made at first use, and kept: of the rules as they are, not of a mutant's
    before = {k: prim.__dict__[k] for k in attributes if k in prim.__dict__}
    prim.__dict__.update(attributes)
    prim.__class__ = Primitive
    try:
        yield
    finally:
        prim.__class__ = Primitive
        for k in attributes:
            del prim.__dict__[k]
        prim.__dict__.update(before)


class Change:
    """A change of {operand: cotangent or tangent}; `made` once it has changed anything."""

    def __init__(self, f):
        self.f = f
        self.made = False

    def __call__(self, gs):
        new = self.f(gs)
        self.made |= new is not gs
        return new


def nothing():
    return Change(lambda gs: gs)


def scaled(i, factor):
    """Operand i's is multiplied."""
    return Change(lambda gs: {**gs, i: PRIMITIVES["mul"](gs[i], factor)} if gs.get(i) is not None else gs)


def one_more(i):
    """Operand i's has one added: for rules that are zero everywhere, which scaling leaves as they are."""
    return Change(lambda gs: {**gs, i: PRIMITIVES["add"](gs[i], 1)} if gs.get(i) is not None else gs)


def exchanged(i, j):
    """Operand i has j's, and j has i's."""
    both = {i, j}
    return Change(
        lambda gs: {**gs, i: gs[j], j: gs[i]} if all(gs.get(k) is not None for k in both) else gs,
    )


def on_nodes(road, prim, change, face=None):
    """The primitive with a change of what its nodes send to their parents on one road of the reverse walk."""
    make = prim.__dict__.get("plan") or partial(Plan, prim)

    def plan(need, kink=None, side="numpy"):
        made = make(need, kink, side)
        original = getattr(made, road)

        def pull(n, ct, cts, last):
            own = {}
            original(n, ct, own, last if road == "traced" else set())
            setattr(made, road, pull)  # (the first call of a pull puts the written-out one in its place)
            gs = dict(zip(made.operands, [own.get(p) for p in n.ins], strict=True))
            gs = change(gs) if face in (None, kink) else gs
            for p, g in zip(n.ins, gs.values(), strict=True):
                if g is not None:
                    cts[p] = g if cts.get(p) is None else PRIMITIVES["add"](cts[p], g)

        setattr(made, road, pull)
        return made

    return replaced(prim, plan=plan)


on_pull, on_traced = partial(on_nodes, "pull"), partial(on_nodes, "traced")


def on_jvp(prim, change, face=None):
    original = prim.jvp

    def jvp(ts, out, *xs, **params):
        if face in (None, params.get("kink")):
            ts = change(dict(enumerate(ts)))
            ts = [ts[i] for i in range(len(ts))]
        return original(ts, out, *xs, **params)

    return replaced(prim, jvp=jvp)


DERIVATIVE_LAWS = [LAWS[name] for name in ("vjp", "jvp", "second_order", "duality", "finite_differences")]
ROADS = {  # and the laws that walk it, the likeliest to notice first
    "pull": (on_pull, (LAWS["vjp"], LAWS["duality"])),
    "traced": (on_traced, (LAWS["second_order"], LAWS["vjp"], LAWS["jit"])),
    "jvp": (on_jvp, (LAWS["jvp"], LAWS["duality"])),
}


def swapped_text(prim, face, i):
    """The primitive with x and y exchanged in the formula of operand i; None where the formula is the same then."""
    text = prim.formulas[face][i].text
    if text is None:
        return None
    swapped = re.sub(r"\b[xy]\b", lambda m: "y" if m[0] == "x" else "x", text)
    if swapped == text:
        return None
    rules = list(prim.formulas[face])
    rules[i] = Formula(swapped)
    return replaced(prim, formulas={**prim.formulas, face: tuple(rules)}, plans={}, compiled={})


def operands_of(prim):
    """(operands that some sample differentiates and that have a rule, those of them whose derivative is always zero)."""
    seen = {}
    for case in cases_of(prim.name):
        for i, g in zip(case.floats, case.want["vjp"] if case.order else (), strict=False):
            seen[i] = seen.get(i, True) and not g.any()
    linear = prim.linear if isinstance(prim.linear, tuple) else prim.bilinear
    if linear is not None:
        seen = {i: zero for i, zero in seen.items() if i in linear}
    if prim.formulas:
        seen = {i: zero for i, zero in seen.items() if prim.formulas["jax"][i] is not NO_FORMULA}
    return list(seen), [i for i, zero in seen.items() if zero]


def mutants(prim):
    """(description, change, context manager, laws that should notice, may it also fail with an error)."""
    operands, zero = operands_of(prim)
    for road, (patch, watching) in ROADS.items():
        for face in faces_of(prim):
            where = f"{road}" + (f", kink={face}" if face else "")
            changes = {f"operand {i} scaled by 1.01": scaled(i, 1.01) for i in operands if i not in zero}
            changes |= {f"operand {i} negated": scaled(i, -1) for i in operands if i not in zero}
            if road != "jvp":
                changes |= {f"operand {i}, zero everywhere, plus one": one_more(i) for i in zero}
            for what, change in changes.items():
                yield f"{where}: {what}", change, patch(prim, change, face), watching, False
            for i, j in zip(operands, operands[1:]):
                if not same_rule(prim, i, j):
                    change = exchanged(i, j)
                    what = f"{where}: operands {i} and {j} exchanged"
                    yield what, change, patch(prim, change, face), watching, True
    if prim.formulas and prim.arity == 2:
        for face in faces_of(prim):
            for i in operands:
                patched = swapped_text(prim, face or "jax", i)
                if patched is not None and (prim.name, i) not in SAME_WHEN_SWAPPED:
                    yield f"formula of operand {i}, kink={face}: x and y swapped", None, patched, DERIVATIVE_LAWS, True


def same_rule(prim, i, j):
    """Do two operands have one rule, so that exchanging them changes nothing?"""
    if (prim.name, i, j) in ADDED_FIRST:
        return True
    return bool(prim.formulas) and all(f[i].text == f[j].text for f in prim.formulas.values())


def caught(prim, watching, errors_too):
    """Does one of these laws notice? Only a law's own verdict counts, unless the mutant may make the rule fail."""
    for law in watching:
        try:
            law(prim)
        except AssertionError:
            return True
        except Exception:
            if not errors_too:
                raise
            return True
    return False


@pytest.mark.parametrize("prim", DIFFERENTIABLE.values(), ids=DIFFERENTIABLE)
def test_mutants(prim):
    """Every mutant of every rule of the primitive is caught, and the unchanged rule passes."""
    with on_pull(prim, nothing()), on_traced(prim, nothing()), on_jvp(prim, nothing()):
        for law in DERIVATIVE_LAWS:
            law(prim)
    survivors = []
    count = 0
    for what, change, patched, watching, errors_too in mutants(prim):
        with patched:
            seen = caught(prim, watching, errors_too)
        made = change is None or change.made
        count += made
        if made and not seen:
            survivors.append(what)
    assert count, f"{prim.name}: nothing to mutate; its samples differentiate no operand"
    assert not survivors, f"{prim.name}: no law notices these mutants: " + "; ".join(survivors)


def test_restored():
    """A mutant leaves nothing behind, even where a law has raised."""
    prim = TABLE["mul"]
    assert prim.fast is not None  # (made at first use)
    before = dict(prim.__dict__)
    with pytest.raises(AssertionError), on_pull(prim, scaled(0, 2)):
        LAWS["vjp"](prim)
    assert prim.__dict__ == before
    LAWS["vjp"](prim)
