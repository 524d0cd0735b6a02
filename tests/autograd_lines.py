"""Programs of autograd and torch.func, looked at line by line under torch and under compat.

    python tests/autograd_lines.py [FILE...]

The programs stand in tests/lines/*.txt, one after the other with `###` between them; what torch 2.13 does in each line is stored
(expected/lines), and tests/compat/test_autograd_lines.py compares. Invariant: a line is one statement.
"""

import ast
import itertools
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent)]
from tests.side_by_side import differ, outcome  # noqa: E402


def statements(text):
    """The statements of a program, with their decorators."""
    rows = text.splitlines()
    starts = [
        (min([d.lineno for d in getattr(n, "decorator_list", [])] or [n.lineno]), n) for n in ast.parse(text).body
    ]
    return ["\n".join(rows[start - 1 : n.end_lineno]) for start, n in starts]


def programs(path):
    """[lines] of the programs of a file, in which `torch` is the library that runs them."""
    found = [statements(text) for text in path.read_text().split("###\n")]
    for line in itertools.chain(*found):
        if re.match(r"\s*(import|from) torch\b", line):
            raise ValueError(f"{path.name}: {line!r} asks for torch itself; `torch` is there")
    return found


def files():
    return sorted((HERE / "lines").glob("*.txt"))


def differences(got, want, lines):
    """What two records of a program disagree about, line by line."""
    found = [f"{line}\n    {d}" for line, g, w in zip(lines, got, want) if (d := differ(g, w))]
    if len(got) != len(want):
        found.append(f"{len(got)} lines | {len(want)} lines: {(got if len(got) < len(want) else want)[-1]}")
    return found


def main(paths):
    import torch

    import compat

    torch.set_num_threads(1)
    total = wrong = 0
    for path in paths:
        for number, lines in enumerate(programs(path)):
            want = outcome(torch, lines)
            found = differences(outcome(compat, lines), want, lines)
            total += len(want)
            wrong += len(found)
            for text in found:
                print(f"--- {path.name} {number}: {text}")
    print(f"{total} lines, {wrong} disagree")


if __name__ == "__main__":
    main([pathlib.Path(p) for p in sys.argv[1:]] or files())
