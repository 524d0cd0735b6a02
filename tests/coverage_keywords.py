"""Which keyword arguments of jax's functions are covered: runs the calls of expected/jax_keyword_cases.py under the swap for jax.

Invariant: an argument is covered only if a call that passes it agrees with jax in every dtype that jax takes: dtypes to the letter,
values of plain and of traced operands, vjp, jvp, vmap and jit; or is refused by the same kind of exception.
"""

import ast
from functools import cache
from importlib import import_module

from tests import coverage_jax as engine
from tests import packed
from tests.coverage_jax import holds

import jax_keyword_cases as cases  # isort: skip  (which coverage_jax makes visible)

SINGLE = ("random", "nn.initializers")  # made as jax is by default, in 32 bits
TRACED = ("float64", "int32")  # the dtypes in which values are looked at traced too
MOVED = ("float64", "complex128")  # the dtypes of the derivatives


@cache
def stored():
    """{call: what jax gives}, see make_jax_keywords.py."""
    return packed.read("jax_keywords")["calls"]


class Swap:
    """The names that a call reaches: those of the swap for jax."""

    def __init__(self):
        self.jax, self.jnp = import_module("funcgrad.jax"), import_module("funcgrad.jax.numpy")

    def __getattr__(self, part):
        return import_module(f"funcgrad.jax.{part}")

    def operand(self, array):
        return self.jnp.asarray(array)

    def leaves(self, out):
        return self.jax.tree.leaves(out)


def dtypes_of(space, name, call):
    """The dtypes that a call is made in."""
    if space in SINGLE:
        return ["float32"]
    return (
        engine.dtypes_of(space, name)
        if engine.names_in(call) or "dtype)" in call or "dtype=dtype" in call
        else ["float64"]
    )


def value_agrees(call, dtype, wanted, library):
    """Plain operands, and in some dtypes traced ones, give jax's leaves, in its dtypes."""
    runs = [engine.plain(library, call, dtype)] + ([engine.traced(call, dtype, library)] if dtype in TRACED else [])
    room = engine.room_of(call)
    if dtype in ("float16", "float32", "complex64"):  # (also of what comes out in another)
        room = max(room or 0, engine.sampling.TOLERANCE[dtype])
    return all(engine.agrees(out, wanted, room) for out in runs)


def refused(call, dtype, kinds, library):
    """Is the call refused by an exception of one of these built-in kinds?"""
    try:
        engine.plain(library, call, dtype)
    except Exception as error:
        return any(k.__name__ in kinds for k in type(error).__mro__)
    return False


def checks_of(space, name, call):
    """[(check, arguments)] of a call."""
    found, library = stored().get(call), Swap()
    if found is None:
        return []
    if "refused" in found:
        return [(refused, call, dtypes_of(space, name, call)[0], found["refused"], library)]
    known = dtypes_of(space, name, call)
    if call in cases.idle:
        return [(value_agrees, call, d, wanted, library) for d, wanted in found["values"].items()][:1]
    made = [
        (value_agrees, call, d, wanted, library)
        for d, wanted in found["values"].items()
        if d in known and not cases.exempt(call, d)
    ]
    for dtype, wanted in found["vjp"].items():
        if not cases.exempt(call, dtype) and not cases.exempt(call, "vjp"):
            made.append((engine.vjp_agrees, call, dtype, wanted, library))
    dtype = next(iter(found["values"]))
    if "float64" in found["vjp"]:
        made.append((engine.jvp_agrees, call, "float64", found["vjp"]["float64"], library))
    if "vmap" in found["ways"]:
        made.append((engine.vmap_agrees, call, dtype, library))
    if "jit" in found["ways"]:
        made.append((engine.jit_agrees, call, dtype, library))
    return made


def failing(space, name):
    """{call: why} of the calls of a function that do not agree."""
    import funcgrad.jax as jax

    found = {}
    with jax.enable_x64(space not in SINGLE):
        for call in cases.calls(space, name):
            for check in checks_of(space, name, call):
                if not holds(*check):
                    found[call] = holds.why
                    break
    return found


def differing_values(space, name):
    """{call: why} of jax_coverage_cases.py's calls of a function whose values under the swap are not jax's, with its dtypes."""
    import funcgrad.jax as jax

    found, library = {}, Swap()
    theirs = dict(cases.jax_coverage_cases.calls(space, name))
    with jax.enable_x64(space not in SINGLE):
        for ours, values, _, _ in engine.stored()["names"].get(f"{space}.{name}", {"calls": []})["calls"]:
            for dtype, wanted in values.items():
                call = theirs.get(ours)
                if (
                    call
                    and dtype in engine.dtypes_of(space, name)
                    and not cases.exempt(call, dtype)
                    and not holds(plain_agrees, call, dtype, wanted, library)
                ):
                    found[call] = holds.why
    return found


def plain_agrees(call, dtype, wanted, library):
    room = engine.room_of(call)
    if dtype == "float32":
        room = max(room or 0, engine.sampling.TOLERANCE[dtype])
    return engine.agrees(engine.plain(library, call, dtype), wanted, room)


def by_name(call, full):
    """A call, its operands given by name where they may be; None if none may."""
    tree, moved = ast.parse(call, mode="eval"), False
    parameters = list(cases.signatures()[full].parameters.values())
    for node in cases.calls_of(tree, full):
        if any(isinstance(a, ast.Starred) for a in node.args):
            return None
        while node.args and len(node.args) <= len(parameters):
            p = parameters[len(node.args) - 1]
            if p.kind is not p.POSITIONAL_OR_KEYWORD:
                break
            node.keywords.insert(0, ast.keyword(p.name, node.args.pop()))
            moved = True
    return ast.unparse(tree) if moved else None


def different_by_name(space, name):
    """{call: why} of the first call of a function, if it gives something else, or nothing, with its operands by name."""
    import funcgrad.jax as jax

    full, library = f"{space}.{name}", Swap()
    plain = cases.jax_coverage_cases.calls(space, name)[:1] if full in cases.signatures() else []
    for call in [theirs or ours for ours, theirs in plain]:
        named, dtype = by_name(call, full), dtypes_of(space, name, call)[0]
        if named is None:
            continue
        with jax.enable_x64(space not in SINGLE):
            if not holds(same_by_name, call, named, dtype, library):
                return {named: holds.why}
    return {}


def same_by_name(call, named, dtype, library):
    try:
        want = engine.digest(engine.plain(library, call, dtype))
    except TypeError as error:  # (jax refuses it too; then so by name)
        return refused(named, dtype, [type(error).__name__], library)
    return engine.digest(engine.plain(library, named, dtype)) == want


def arguments(space, name):
    """{argument: "yes", "refused" (as in jax) or "no"} of a function: is it passed by a call? (That calls agree test_jax_keywords.py sees.)"""
    full = f"{space}.{name}"
    if full not in cases.signatures():
        return {}
    found = dict.fromkeys(cases.arguments(full), "no")
    plain = [c for pair in cases.jax_coverage_cases.calls(space, name) for c in pair if c]
    for call in plain:
        found |= dict.fromkeys(cases.passed(call, full) & found.keys(), "yes")
    for call in cases.calls(space, name):
        if call in stored():
            kind = "refused" if "refused" in stored()[call] else "yes"
            found |= {n: kind for n in cases.passed(call, full) & found.keys() if found[n] != "yes"}
    return found


def cell_of(cells):
    """How many of these are passed, as the page has it: "3 of 3", "3 of 3, 1 !" if one of them is refused as in jax, or "-"."""
    cells = list(cells)
    passed, bad = [c for c in cells if c != "no"], [c for c in cells if c == "refused"]
    return f"{len(passed)} of {len(cells)}" + (f", {len(bad)} !" if bad else "") if cells else "-"


def tally(every):
    """A sentence on the arguments of these functions, {argument: cell} of each."""
    cells = [cell for one in every for cell in one.values()]
    count = {kind: cells.count(kind) for kind in ("yes", "refused", "no")}
    return (
        f"Of the {len(cells)} arguments of jax's functions {count['yes']} are passed, {count['refused']} are refused as jax refuses them, and "
        f"{count['no']} are in no sample."
    )


def idle_arguments():
    return sorted(cases.IDLE)
