"""Random calls of torch's operations, each made of torch and of compat, which have to give the same: value, dtype, shape, what is
written into the operands, or the type and the text of the error.

    python tests/random_calls.py --seed 0 --count 20000            what differs, by kind (torch 2.13 has to be installed)
    python tests/random_calls.py --seed 0 --count 2000 --only linalg.  of names that begin so

A call is one of those of expected/coverage_cases.py (every operation, with its keyword arguments) changed at random: dtypes, shapes,
numbers, dimensions, arguments too many, too few or of another type, out= right and wrong, another default dtype.
Invariant: a call is text over operands that are given by name, dtype and shape; so one that differs can be run by hand.
"""

import argparse
import ast
import collections
import json
import math
import pathlib
import random
import re
import sys
import warnings
from functools import cache

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "expected")]

from coverage_cases import calls  # noqa: E402

from tests import wide_calls  # noqa: E402
from tests.compat import sampling  # noqa: E402

COMMON = ["float32", "float64", "int64", "bool", "float16", "bfloat16", "complex64", "int32", "uint8"]
NUMBERS = ["-4", "-3", "-2", "-1", "0", "1", "2", "3", "4", "7"]
OTHERS = [
    "True",
    "1.5",
    "2",
    "1j",
    "None",
    "'x'",
    "[0, 1]",
    "(1,)",
    "torch.tensor(1)",
    "torch.tensor(0.5)",
    "torch.float64",
]
SHAPES = [
    (),
    (0,),
    (1,),
    (2,),
    (3,),
    (2, 3),
    (3, 2),
    (3, 3),
    (1, 3),
    (2, 1),
    (2, 0),
    (0, 3),
    (2, 3, 3),
    (1, 2, 3),
    (4, 2, 3),
]
EXCUSED = re.compile(  # what torch-differences.md says of: half precision that torch overflows or rounds in another order, complex halves
    r"matrix_exp\(.*(float16|bfloat16)|grid_sample.*('bicubic'|, 2, -?\d, \w+\)).*float16"
)
FREE = re.compile(  # what torch itself leaves open: memory that nobody has written, names of files and addresses
    r"\b(empty\w*|new_empty\w*|resize_\w*|data_ptr|untyped_storage|storage|apply_|map_|map2_|set_|from_file|cauchy_|log_normal_)\("
)
INTERNAL = re.compile(  # torch's own checks of itself, and MKL's, which say nothing of the call
    "INTERNAL ASSERT|report a bug|report an enhancement request|oneMKL|could not construct a memory descriptor|could not create a primitive|get_mkldnn_dtype|'torch.dtype' object is not subscriptable"
)
UNWRITTEN = (
    re.compile(  # modes that torch does not know and does not refuse: it gives back memory that it has not written
        r"grid_sampler(_[23]d)?\(.*, (\d, (-\d|[3-9])|(-\d|[3-9]), -?\d), \w+\)"
    )
)
DEADLY = re.compile(  # torch divides by a step that is 0 in whole numbers, or reads behind the end of memory; its process ends
    r"\brange\(.*out=|batch_norm_update_stats|native_batch_norm"
)


# ------------------------------------------------------------------------------------------------ a call
@cache
def every_call():
    """[(name, text)] of the table."""
    names = json.loads((HERE / "expected" / "torch_names.json").read_text(encoding="utf-8"))["names"]
    found = [(f"{space}.{n}", text) for space, ns in names.items() for n in ns for text in calls(space, n)]
    return [(name, text) for name, text in found if not FREE.search(text)]


class Call:
    """`text` over `operands` {name: (dtype, shape)}; `default`: the default dtype."""

    def __init__(self, name, text, operands, default="float32"):
        self.name, self.text, self.operands, self.default = name, text, operands, default

    def __str__(self):
        given = ", ".join([f"{n}: {d}{list(s)}" for n, (d, s) in self.operands.items()])
        return f"{self.text}  # {given}" + f" default {self.default}" * (self.default != "float32")


def usual(name):
    """(dtype, shape) of an operand as the table has it."""
    if name in sampling.FIXED:
        return sampling.FIXED[name].dtype.name, sampling.FIXED[name].shape
    return "float32", (3, 3) if name == "spd" else sampling.SHAPES[name][0]


def other_shape(r, shape):
    some = [SHAPES[r.randrange(len(SHAPES))], shape[1:], (1, *shape), shape[::-1], (0, *shape[1:]), (*shape[:-1], 1)]
    return r.choice(some) if shape else r.choice(SHAPES)


def outermost(tree):
    """The call that a text is."""
    return tree.body if isinstance(tree.body, ast.Call) else None


def changed(r, tree, operands):
    """Change one argument of the outermost call, or how many there are."""
    call = outermost(tree)
    if call is None:
        return
    places = [(call.args, i) for i in range(len(call.args))]
    constants = [(a, i) for a, i in places if isinstance(a[i], (ast.Constant, ast.UnaryOp))]
    constants += [(k, None) for k in call.keywords if isinstance(k.value, (ast.Constant, ast.UnaryOp))]
    kind = r.random()

    def put(place, text):
        node = ast.parse(text, mode="eval").body
        if place[1] is None:
            place[0].value = node
        else:
            place[0][place[1]] = node

    if kind < 0.45 and constants:
        put(r.choice(constants), r.choice(NUMBERS))
    elif kind < 0.6 and constants:
        put(r.choice(constants), r.choice(OTHERS))
    elif kind < 0.7 and places:
        put(r.choice(places), r.choice(OTHERS))
    elif kind < 0.76 and places:
        del call.args[-1]
    elif kind < 0.82:
        call.args.append(ast.parse(r.choice(NUMBERS + OTHERS), mode="eval").body)
    elif kind < 0.86:
        name = r.choice(["dim", "keepdim", "dtype", "alpha", "value", "foo", "axis", "other", "p"])
        if all(k.arg != name for k in call.keywords):
            call.keywords.append(ast.keyword(name, ast.parse(r.choice(OTHERS + NUMBERS), mode="eval").body))
    elif kind < 0.9 and call.keywords:
        del call.keywords[r.randrange(len(call.keywords))]
    elif places and operands:
        put(r.choice(places), r.choice(sorted(operands)))


def generated(r, name, text, wide=False):
    """A call made of a row of the table by chance; `wide`: changed as wide_calls.py does."""
    tree = ast.parse(text, mode="eval")
    names = sampling.names_in(text)
    operands = {n: usual(n) for n in names}
    free = [n for n in names if n not in sampling.FIXED]
    scheme, common = r.random(), r.choice(COMMON if r.random() < 0.8 else sampling.DTYPES)
    for n in free:
        alone = scheme > 0.7 or (scheme > 0.45 and n == free[0])
        operands[n] = (r.choice(COMMON) if alone else common if scheme < 0.45 else "float32", operands[n][1])
    for n in names:
        if n in sampling.FIXED and r.random() < 0.06:
            operands[n] = (r.choice(COMMON), operands[n][1])
        if r.random() < 0.18:
            operands[n] = (operands[n][0], other_shape(r, operands[n][1]))
    for _ in range(r.choice((0, 0, 0, 1, 1, 2)) if not wide else r.choice((0, 0, 0, 1))):
        changed(r, tree, operands)
    for _ in range(r.choice((1, 1, 1, 2)) if wide else 0):
        tree = wide_calls.widened(r, name, tree, operands)
        for n in sampling.names_in(ast.unparse(tree)):
            operands.setdefault(n, usual(n))
    call = outermost(tree)
    if call is not None and not name.startswith("Tensor.") and not name.endswith("_") and r.random() < 0.15:
        if all(k.arg != "out" for k in call.keywords):
            first = operands[names[0]] if names else ("float32", (2, 3))
            shape = first[1] if r.random() < 0.5 else r.choice(SHAPES)
            operands["out"] = (first[0] if r.random() < 0.5 else r.choice(COMMON), shape)
            call.keywords.append(ast.keyword("out", ast.Name("out")))
    text = ast.unparse(tree)
    used = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
    operands = {n: o for n, o in operands.items() if n in used}
    return Call(name, text, operands, "float64" if r.random() < 0.05 else "float32")


def program(seed, rows, wide=False):
    """The calls of a seed, without end."""
    r = random.Random(seed)
    while True:
        made = generated(r, *rows[r.randrange(len(rows))], wide)
        if not EXCUSED.search(str(made)) and not any([r.search(made.text) for r in (FREE, UNWRITTEN, DEADLY)]):
            yield made


# ------------------------------------------------------------------------------------------------ what it gives
def operand(torch, name, dtype, shape):
    own = "a" if name == "out" else name
    kept = sampling.KEPT_IN.get(dtype, dtype)
    array = sampling.FIXED[own].astype(kept) if own in sampling.FIXED else sampling.array_of(own, kept)
    t = torch.from_numpy(np.array(np.resize(array, shape)))
    return t.to(getattr(torch, dtype)) if kept != dtype else t.clone()  # (memory of its own, which out= may resize)


def outcome(torch, call):
    """(result, operands as they are afterwards), or the error."""
    operands = {n: operand(torch, n, *o) for n, o in call.operands.items()}
    space = {"torch": torch, "F": torch.nn.functional, "inf": math.inf, "nan": math.nan, "np": np, "math": math}
    first = next(iter(call.operands.values()), ("float32", ()))[0]
    space |= {"dtype": getattr(torch, first), **wide_calls.space(), **operands}
    torch.manual_seed(7)
    torch.set_default_dtype(getattr(torch, call.default))
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return eval(sampling.compiled(call.text), space), operands
    except Exception as error:
        return error
    finally:
        torch.set_default_dtype(torch.float32)


def said(error):
    """An error as text: its type and torch's lines (what compat knows beyond them stands in brackets), without the C++ frames that some
    texts of torch's have within them."""
    lines = re.sub(r'\nException raised from .*?("?)\s*$', r"\1", str(error), flags=re.DOTALL).split("\n")
    for at, line in enumerate(lines):
        if at and line.startswith("["):
            lines = lines[:at]
            break
    return f"{type(error).__name__}: " + re.sub(r"\bcompat\.(tensor\.)?", "torch.", "\n".join(lines).rstrip())


def arrays(x):
    """(the array of a Tensor, "float32[2, 3]")."""
    x = x.detach().resolve_conj().resolve_neg()
    name = str(x.dtype).partition(".")[2]
    if x.device.type == "meta":
        return np.zeros(x.shape, bool), f"{name}{list(x.shape)} on meta"
    return sampling.in_numpy(x).numpy(), f"{name}{list(x.shape)}"


LOOSE = {
    "float16": 4e-3,
    "complex32": 4e-3,
    "bfloat16": 2e-2,
    "float32": 2e-4,
    "complex64": 2e-4,
    "float64": 1e-8,
    "complex128": 1e-8,
}


def difference(a, b, coarse=False):
    """How a result of torch and one of compat differ, as (kind, torch's, compat's), or None. `coarse`: a result may be written into a
    dtype of more digits than it was worked out in."""
    if hasattr(a, "grad_fn"):
        if not hasattr(b, "grad_fn"):
            return "type", "Tensor", type(b).__name__
        (x, own), (y, other) = arrays(a), arrays(b)
        if own != other:
            return ("dtype" if own.split("[")[0] != other.split("[")[0] else "shape"), own, other
        if x.dtype.kind in "biu":
            same = np.array_equal(x, y)
        else:
            x, y = (a.astype("c16" if a.dtype.kind == "c" else "f8") for a in (x, y))
            rate = max(LOOSE[own.split("[")[0]], 2e-4 * coarse)
            most = np.abs(x[np.isfinite(x)]).max(initial=0.0)
            same = np.allclose(x, y, rtol=rate, atol=rate * float(min(most, 1e30)) + rate * 1e-3, equal_nan=True)
        return None if same else ("value", f"{own} {x.tolist()}"[:160], f"{y.tolist()}"[:160])
    if isinstance(a, (tuple, list)) and not hasattr(a, "numel"):
        if not isinstance(b, (tuple, list)) or len(a) != len(b):
            return "type", f"{type(a).__name__} {str(a)[:60]}", f"{type(b).__name__} {str(b)[:60]}"
        return next((d for d in (difference(x, y, coarse) for x, y in zip(a, b)) if d is not None), None)
    if isinstance(a, (float, complex)) and isinstance(b, (float, complex)):
        same = a == b or np.allclose(a, b, rtol=1e-4, equal_nan=True)
    else:
        same = repr(a) == repr(b)
    return None if same else ("type", repr(a)[:80], repr(b)[:80])


ERRORS = ("text", "error type", "taken")  # how the answers to a call that torch refuses differ


def compared(theirs, compat, call):
    """How torch's outcome of a call and compat's differ, or None; (kind, torch's, compat's)."""
    if isinstance(theirs, Exception) and INTERNAL.search(str(theirs)):
        return None
    ours = outcome(compat, call)
    if isinstance(theirs, Exception) and isinstance(ours, Exception):
        a, b = said(theirs), said(ours)
        return None if a == b else ("text" if a.split(":")[0] == b.split(":")[0] else "error type", a, b)
    if isinstance(theirs, Exception):
        return "taken", said(theirs), str(ours[0])[:100].replace("\n", " ")
    if isinstance(ours, Exception):
        return "refused", str(theirs[0])[:100].replace("\n", " "), said(ours)
    coarse = "out" in call.operands or len({d for d, _ in call.operands.values() if d[0] in "fc"}) > 1
    found = difference(theirs[0], ours[0], coarse)
    if found is None:
        found = difference(list(theirs[1].values()), list(ours[1].values()), coarse)
        found = found and ("operand " + found[0], *found[1:])
    return found


# ------------------------------------------------------------------------------------------------ what is stored
def recorded(found):
    """An outcome as text: the error, or digests of the result and of the operands as they are afterwards."""
    if isinstance(found, Exception):
        return f"!{said(found)}"
    return [sampling.digest(found[0]), sampling.digest(list(found[1].values()))]


def unstable(found):
    """Does an outcome depend on the machine (the place of an object in memory, a path)?"""
    return re.search(r" at 0x|/|<.*object", str(found) if isinstance(found, Exception) else repr(found[0])) is not None


def as_recorded(found, wanted):
    """Is this outcome what a record says?"""
    if isinstance(wanted, str):
        return isinstance(found, Exception) and f"!{said(found)}" == wanted
    if isinstance(found, Exception):
        return False
    return all(sampling.agrees(own, text) for own, text in zip((found[0], list(found[1].values())), wanted))


def call_of(text, operands, default):
    """The call of a stored row."""
    return Call("", text, {n: (d, tuple(s)) for n, (d, s) in operands.items()}, default)


def differing(torch, rows):
    """The stored calls that do not give what torch gave, as lines."""
    found = []
    for *made, wanted in rows:
        call = call_of(*made)
        got = outcome(torch, call)
        if not as_recorded(got, wanted):
            found.append(f"{call}: torch {wanted}, compat {recorded(got)}")
    return "\n".join(found)


# ------------------------------------------------------------------------------------------------ by hand
def main():
    parser = argparse.ArgumentParser(description="Compare random calls of torch's operations with compat's.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--only", default="", help="names that begin so: linalg., Tensor.add")
    parser.add_argument("--kinds", default="", help="show these kinds alone, by comma")
    parser.add_argument("--wide", action="store_true", help="change them as wide_calls.py does")
    parser.add_argument("--each", type=int, default=1, help="how many to show of a name and kind")
    a = parser.parse_args()
    import torch

    import compat
    import compat.fft
    import compat.linalg
    import compat.nn.functional
    import compat.special

    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False  # (a package that may be beside torch or not, with words of its own)
    rows = [row for row in every_call() if row[0].startswith(a.only)]
    refused = 0
    kinds, seen, names = collections.Counter(), collections.Counter(), collections.Counter()
    for _, call in zip(range(a.count), program(a.seed, rows, a.wide)):
        theirs = outcome(torch, call)
        refused += isinstance(theirs, Exception)
        found = compared(theirs, compat, call)
        if found is None:
            continue
        kind, theirs, ours = found
        kinds[kind] += 1
        names[call.name.rpartition(".")[2].rstrip("_")] += 1
        key = call.name, kind
        seen[key] += 1
        if seen[key] <= a.each and (not a.kinds or kind in a.kinds.split(",")):
            print(f"{kind} | {call.name} | {call}\n    T {theirs}\n    C {ours}")
    wrong = sum(kinds[k] for k in ERRORS)
    rest = {k: n for k, n in kinds.most_common() if k not in ERRORS}
    print(
        f"{a.count} calls of seed {a.seed}. torch takes {a.count - refused}: {sum(rest.values())} differ {rest or ''}"
    )
    print(f"It refuses {refused}: {wrong} differ { ({k: kinds[k] for k in ERRORS}) }")
    print(names.most_common(60))
    return bool(kinds)


if __name__ == "__main__":
    sys.exit(main())
