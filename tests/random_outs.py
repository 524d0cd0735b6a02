"""Calls with out=, right and wrong ones, made of torch and of compat, which have to do the same: the result or the error to the letter,
what is warned of, and what has become of each Tensor given as out= (shape, strides, dtype, values, version), after an error too.

    python tests/random_outs.py --seed 0 --count 5000            what differs, by kind (torch 2.13 has to be installed)
    python tests/random_outs.py --only linalg. --each 3

A call is one of the table of random_calls.py that takes out=; its operands are changed now and then, and out= is empty, of another shape or
dtype, expanded, with gaps, an operand or a part of one, requires grad, or is no Tensor; of several results too few, too many, one twice.
Invariant: a call is text (what makes out=, and the call) over operands that are given by name, dtype and shape.
"""

import argparse
import ast
import collections
import math
import pathlib
import random
import re
import sys
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from compat.functions.kinds import iterates  # noqa: E402
from tests import random_calls as R  # noqa: E402
from tests.compat import sampling  # noqa: E402
from tests.compat.evaluation import tensors_of  # noqa: E402


class Call(R.Call):
    """`setup` makes `out`, and what else is to be done before."""

    def __init__(self, name, text, operands, setup):
        super().__init__(name, text, operands)
        self.setup = setup

    def __str__(self):
        return f"{self.setup}; {super().__str__()}"


def outcome(torch, call):
    """(the result or the error, warnings as text, what has become of the Tensors of out=, and what stands in them and the operands; that
    is None where a function that is not one of single elements writes what it reads, or one place more than once)."""
    space = {"torch": torch, "F": torch.nn.functional, "inf": math.inf, "nan": math.nan, "np": np, "math": math}
    first = next(iter(call.operands.values()), ("float32", ()))[0]
    space |= {"dtype": getattr(torch, first)} | {n: R.operand(torch, n, *o) for n, o in call.operands.items()}
    torch.manual_seed(7)
    exec(call.setup, space)
    outs = tensors_of(space["out"])
    repeats = any([0 in t.stride() and t.numel() > 1 for t in outs])
    places = [t.untyped_storage().data_ptr() for t in (*outs, *[space[n] for n in call.operands])]
    own = call.text.partition("(")[0].rpartition(".")[2]
    undefined = (len({*places}) < len(places) or repeats or "as_strided" in call.setup) and not iterates(own)
    before = [(t.shape, t.stride()) for t in outs]
    with warnings.catch_warnings(record=True) as told, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        try:
            got = eval(sampling.compiled(call.text), space)
        except Exception as error:
            got = error
    said = [str(w.message).partition(" (Triggered internally")[0] for w in told]
    said = [text for text in said if "out tensor" in text]  # (what is deprecated is said once a process)
    after = [(list(t.shape), list(t.stride()), t.requires_grad, t._version > 0, type(t).__name__) for t in outs]
    known = [t for t, b in zip(outs, before) if not isinstance(got, Exception) or (t.shape, t.stride()) == b]
    return got, said, after, None if undefined else known + [space[n] for n in call.operands]


def compared(theirs, ours):
    """How two outcomes differ, as (kind, torch's, compat's), or None."""
    a, b = theirs[0], ours[0]
    failed = isinstance(a, Exception), isinstance(b, Exception)
    if all(failed):
        if R.said(a) != R.said(b):
            return "text" if type(a).__name__ == type(b).__name__ else "error type", R.said(a), R.said(b)
    elif any(failed):
        return ("taken", R.said(a), str(b)[:80]) if failed[0] else ("refused", str(a)[:80], R.said(b))
    elif (found := R.difference(a, b, True)) is not None and (found[0] != "value" or theirs[3] is not None):
        return found
    if theirs[1] != ours[1]:
        return "warnings", theirs[1], ours[1]
    if theirs[2] != ours[2]:
        return "out", theirs[2], ours[2]
    found = None if theirs[3] is None else R.difference(theirs[3], ours[3], True)
    return found and ("memory " + found[0], *found[1:])


# ------------------------------------------------------------------------------------------------ what is stored
def recorded(found):
    """An outcome as text and lists."""
    got, said, after, known = found
    own = f"!{R.said(got)}" if isinstance(got, Exception) else sampling.digest(got) if known is not None else ""
    return [own, said, [list(a) for a in after], None if known is None else sampling.digest(known)]


def as_recorded(found, wanted):
    """Is this outcome what a record says?"""
    own = recorded(found)
    if own[1:3] != wanted[1:3] or (own[0][:1] == "!") != (wanted[0][:1] == "!"):
        return False
    if own[0][:1] == "!":
        same = own[0] == wanted[0]
    else:
        same = not wanted[0] or sampling.agrees(found[0], wanted[0])
    return same and (wanted[3] is None or sampling.agrees(found[3], wanted[3]))


# ------------------------------------------------------------------------------------------------ a call
def single(r, result, operands):
    """The text of an out= for a result (dtype, shape)."""
    dtype, shape = result
    d = dtype if r.random() < 0.8 else r.choice(R.COMMON)
    made = f"dtype=torch.{d}"
    tail = "".join([f"{n}, " for n in shape])
    names = sorted(operands)
    own = r.choice(names) if names else "torch.zeros(2, 3)"
    other = r.choice([(5,), (0,), (1, *shape), shape[::-1], shape[1:], (*shape[:-1], 1), (2, 0), (), (4, 7)])
    kinds = {
        "right": f"torch.zeros(({tail}), {made})",
        "empty": f"torch.zeros(0, {made})",
        "other": f"torch.zeros({other}, {made})",
        "gaps": f"torch.zeros((*{shape}, 2), {made})[..., 0]",
        "turned": f"torch.zeros({shape[::-1]}, {made}).permute({tuple(range(len(shape)))[::-1]})",
        "grad": f"torch.zeros({shape if r.random() < 0.6 else other}, dtype=torch.{d}, requires_grad=True)",
        "tape": f"torch.zeros({shape}, {made}).requires_grad_() * 2",
        "expanded": f"torch.zeros(({shape[-1] if shape and r.random() < 0.3 else 1},), {made}).expand({shape or (2,)})",
        "expanded other": f"torch.zeros((), {made}).expand({other})",
        "operand": own,
        "part": own + r.choice(["[:1]", "[0]", ".t()", ".flatten()[1:]", "[..., ::2]", "[...]", ".mT", ".view(-1)", ".flip(0)"]),
        "over": f"torch.zeros(9, {made}).as_strided({shape or (2,)}, {(1,) * (len(shape) or 1)})",
        "none": r.choice(["None", "1", "[]", "()", "[torch.zeros(2)]", "(torch.zeros(2),)", "np.ones(2)", "'x'", "torch.float32", "[None]", "(1,)"]),
        "parameter": f"torch.nn.Parameter(torch.zeros({shape}))",
    }  # fmt: skip
    weights = [4, 3, 6, 2, 2, 2, 1, 2, 1, 3, 3, 1, 1, 0.3]
    return r.choices([*kinds.values()], weights)[0]


def out_text(r, results, operands):
    """The text of out= for the results, [(dtype, shape)], of a call."""
    several = len(results) > 1
    if not several:
        one = single(r, results[0], operands)
        return one if r.random() < 0.96 else f"({one},)" if r.random() < 0.5 else f"[{one}]"
    made = [single(r, x, operands) for x in results]
    kind = r.random()
    if kind < 0.05:
        made = made[:-1]
    elif kind < 0.1:
        made.append(made[0])
    elif kind < 0.14:
        return made[0]
    elif kind < 0.18:
        return f"(lambda t: ({', '.join('t' for _ in made)}))({made[0]})"
    inner = ", ".join(made) + "," * (len(made) == 1)
    return f"[{inner}]" if r.random() < 0.15 else f"({inner})"


def takers(torch):
    """[(name, text, [(dtype, shape)])]: calls of the table that torch takes an out= in, and their results."""
    found = []
    for name, text in R.every_call():
        tree = ast.parse(text, mode="eval")
        call = R.outermost(tree)
        if (
            call is None
            or name.startswith("Tensor.")
            or R.DEADLY.search(text)
            or any(k.arg == "out" for k in call.keywords)
        ):
            continue
        operands = {n: R.usual(n) for n in sampling.names_in(text)}
        got = R.outcome(torch, R.Call(name, text, operands))
        if isinstance(got, Exception) or not (own := tensors_of(got[0])):
            continue
        results = [(str(t.dtype).partition(".")[2], tuple(t.shape)) for t in own]
        call.keywords.append(ast.keyword("out", ast.Name("out")))
        text = ast.unparse(tree)
        outs = [f"torch.zeros({shape}, dtype=torch.{d})" for d, shape in results]
        right = outs[0] if len(outs) == 1 else f"({', '.join(outs)})"
        if not isinstance(outcome(torch, Call(name, text, operands, f"out = {right}"))[0], Exception):
            found.append((name, text, results))
    return found


def generated(r, name, text, results):
    tree = ast.parse(text, mode="eval")
    names = [n for n in sampling.names_in(text) if n != "out"]
    operands = {n: R.usual(n) for n in names}
    free = [n for n in names if n not in sampling.FIXED]
    if r.random() < 0.3:
        common = r.choice(R.COMMON)
        operands |= {n: (common if r.random() < 0.7 else r.choice(R.COMMON), operands[n][1]) for n in free}
        results = [(common, shape) if d == "float32" and r.random() < 0.6 else (d, shape) for d, shape in results]
    for n in names:
        if r.random() < 0.12:
            operands[n] = (operands[n][0], R.other_shape(r, operands[n][1]))
    if r.random() < 0.25:
        R.changed(r, tree, operands)
    text = ast.unparse(tree)
    used = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
    operands = {n: o for n, o in operands.items() if n in used}
    setup = f"out = {out_text(r, results, [n for n in free if n in operands])}"
    floating = [n for n in free if n in operands and operands[n][0][0] in "fbc" and operands[n][0] != "bool"]
    if floating and r.random() < 0.07:
        setup += f"; {r.choice(floating)}.requires_grad_()"
    return Call(name, text, operands, setup)


def program(seed, rows):
    """The calls of a seed, without end."""
    r = random.Random(seed)
    while True:
        made = generated(r, *rows[r.randrange(len(rows))])
        if not R.EXCUSED.search(str(made)) and not any([x.search(made.text) for x in (R.FREE, R.UNWRITTEN, R.DEADLY)]):
            yield made


AS_IN_ROWS = ("avg_pool3d", "narrow_copy")  # whose kernels write as if out= lay in C order: beyond its memory
APART = re.compile(r"\.permute|\.expand|as_strided|\[\.\.\.")


def tried(torch, call):
    """An outcome; None where what is to be out= cannot be made, torch writes beyond it, or may have read an operand after it gave it another
    shape."""
    if call.name.rpartition(".")[2] in AS_IN_ROWS and APART.search(call.setup):
        return None
    try:
        found = outcome(torch, call)
    except Exception:
        return None
    return None if found[3] is None and any(["resized" in w for w in found[1]]) else found


def main():
    parser = argparse.ArgumentParser(description="Compare calls with out= under torch and compat.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--only", default="", help="names that begin so: linalg., fft.")
    parser.add_argument("--each", type=int, default=1, help="how many to show of a name and kind")
    a = parser.parse_args()
    import torch

    import compat
    import compat.fft
    import compat.linalg
    import compat.nn.functional
    import compat.special

    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False
    rows = [row for row in takers(torch) if row[0].removeprefix("torch.").startswith(a.only)]
    made, refused, kinds, seen = 0, 0, collections.Counter(), collections.Counter()
    for _, call in zip(range(a.count), program(a.seed, rows)):
        theirs = tried(torch, call)
        if theirs is None or isinstance(theirs[0], Exception) and R.INTERNAL.search(str(theirs[0])):
            continue
        made += 1
        refused += isinstance(theirs[0], Exception)
        found = compared(theirs, outcome(compat, call))
        if found is None:
            continue
        kind, x, y = found
        kinds[kind + (" after an error" if isinstance(theirs[0], Exception) and kind not in R.ERRORS else "")] += 1
        seen[call.name, kind] += 1
        if seen[call.name, kind] <= a.each:
            print(f"{kind} | {call.name} | {call}\n    T {x}\n    C {y}")
    print(
        f"{made} calls with out= of seed {a.seed}, {refused} of them refused: {sum(kinds.values())} differ {dict(kinds.most_common())}"
    )
    return bool(kinds)


if __name__ == "__main__":
    sys.exit(main())
