"""The calls of expected/coverage_cases.py in every dtype, also those that torch has for storage alone, under torch and under compat.

    python tests/dtypes_of_calls.py                        every call, its operands all of one dtype, in each of 16
    python tests/dtypes_of_calls.py --mixed 40000 --seed 1 calls by chance: a dtype for each operand, 0-d and empty ones, out=
    python tests/dtypes_of_calls.py --refused              with either: what torch refuses of uint16, uint32, uint64 and complex32, type and text

Compared is, else, what torch takes: dtype, shape and values of the result and of what is written into, by kind of difference. Invariant: a call
is one of tests/random_calls.py, so that one that differs can be run by hand.
"""

import argparse
import collections
import pathlib
import random
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE / "expected")]

import random_calls as calls  # noqa: E402

from tests.compat import sampling  # noqa: E402

UNSIGNED = ("uint16", "uint32", "uint64")
STORED = (*UNSIGNED, "complex32")  # dtypes that torch lacks most kernels of
DTYPES = [*sampling.DTYPES, *STORED]
SHAPES = [(), (0,), (1,), (2, 3), (1, 3), (0, 3), (2, 1)]


def free_in(names):
    return [n for n in names if n not in sampling.FIXED]


def in_every_dtype(rows):
    for name, text in rows:
        names = sampling.names_in(text)
        for d in DTYPES if free_in(names) else ["float32"]:
            own = {n: calls.usual(n) for n in names}
            yield calls.Call(name, text, own | {n: (d, own[n][1]) for n in free_in(names)})


def is_of(call, dtypes):
    return any([d in dtypes for d, _ in call.operands.values()])


def stored(rows, dtypes):
    """The calls that have a free operand, in each of these dtypes, which torch has for storage."""
    for call in in_every_dtype([row for row in rows if free_in(sampling.names_in(row[1]))]):
        if is_of(call, dtypes):
            yield call


def mixed(rows, r, count):
    rows = [(name, text) for name, text in rows if free_in(sampling.names_in(text))]
    for _ in range(count):
        name, text = r.choice(rows)
        operands = {n: calls.usual(n) for n in sampling.names_in(text)}
        kind, first = r.random(), next(iter(operands.values()))
        for n in free_in(operands):
            shape = () if kind < 0.25 else r.choice(SHAPES) if kind < 0.4 else operands[n][1]
            operands[n] = r.choice(DTYPES), shape
        if (
            r.random() < 0.15
            and not name.startswith("Tensor.")
            and name[-1] != "_"
            and text[-1] == ")"
            and "out=" not in text
        ):
            text = f"{text[:-1]}, out=out)"
            operands["out"] = r.choice(DTYPES), r.choice([first[1], (0,), (2, 3)])
        yield calls.Call(name, text, operands)


def main():
    parser = argparse.ArgumentParser(
        description="Compare the values of torch's operations in all dtypes with compat's."
    )
    parser.add_argument("--mixed", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--refused", action="store_true")
    a = parser.parse_args()
    warnings.simplefilter("ignore")
    import torch

    import compat
    import compat.fft
    import compat.linalg
    import compat.nn.functional
    import compat.special

    torch.set_num_threads(1)
    rows = [row for row in calls.every_call() if not calls.DEADLY.search(row[1])]
    kinds, shown, taken = collections.Counter(), set(), 0
    made = mixed(rows, random.Random(a.seed), a.mixed) if a.mixed else in_every_dtype(rows)
    for call in [call for call in made if is_of(call, STORED)] if a.refused else made:
        if calls.EXCUSED.search(str(call)):
            continue
        try:
            theirs = calls.outcome(torch, call)
        except SyntaxError:  # (a lambda that ends in a bracket of its own)
            continue
        if isinstance(theirs, Exception) != a.refused or a.refused and calls.INTERNAL.search(str(theirs)):
            continue
        taken += 1
        found = calls.compared(theirs, compat, call)
        if found is not None:
            kinds[found[0]] += 1
            if (call.name, found[0]) not in shown:
                shown.add((call.name, found[0]))
                print(f"{found[0]} | {call}\n    T {found[1]}\n    C {found[2]}")
    print(f"torch {'refuses' if a.refused else 'takes'} {taken}: {sum(kinds.values())} differ {dict(kinds)}")


if __name__ == "__main__":
    main()
