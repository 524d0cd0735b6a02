"""Derivatives at points of wild scale: each function's value, gradient and second derivatives, beside mpmath's.

    python tests/random_points.py --count 60 --seed 1 [--names betaln norm]

Prints the largest errors of each function, in units of what rounding every argument and the result by one unit in the last place
makes of the figure, and the points of those above `--bound`. Invariant: a seed, a name and a number give one point, always the same.
"""

import argparse
import json
import lzma
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "expected"), str(ROOT)]
import points_cases as cases  # noqa: E402


def rows_of(mp, name, count, seed):
    """(x, output, i, exact figures) for the points of a case where these are floats."""
    for x, output, i in cases.points(name, count, seed):
        try:
            rows = cases.exact(mp, name, x, output, i)
        except (ZeroDivisionError, ValueError, mp.NoConvergence):  # (a pole, or beyond mpmath's methods)
            continue
        if rows is not None:
            yield x, output, i, rows


def worst(mp, name, count, seed, bound=float("inf")):
    largest = [0.0, 0.0, 0.0]
    for x, output, i, rows in rows_of(mp, name, count, seed):
        found = cases.errors(name, x, output, i, rows)
        largest = list(map(max, largest, found))
        if max(found) > bound:
            print(f"    {name}: {[float(f'{e:.2g}') for e in found]} at {x.tolist()}, output {output}, by number {i}")
    return largest


def main():
    parser = argparse.ArgumentParser(description="Compare derivatives at random points with mpmath.")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bound", type=float, default=100.0)
    parser.add_argument("--names", nargs="*")
    parser.add_argument("--store", help="write points and mpmath's figures to this file")
    a = parser.parse_args()
    import mpmath as mp

    if a.store:
        stored = {
            n: [[x.tolist(), output, i, rows] for x, output, i, rows in rows_of(mp, n, a.count, a.seed)]
            for n in cases.CASES
        }
        whole = json.dumps({"mpmath": mp.__version__, "cases": stored}, separators=(",", ":"))
        pathlib.Path(a.store).write_bytes(lzma.compress(whole.encode()))
        return 0
    above = 0
    for name in a.names or cases.CASES:
        largest = worst(mp, name, a.count, a.seed, a.bound)
        above += max(largest) > a.bound
        print(f"{name}: {', '.join(f'{e:.1f}' if e < 1e4 else f'{e:.0e}' for e in largest)}", flush=True)
    print(f"{above} of {len(a.names or cases.CASES)} functions have an error above {a.bound:g} units")
    return bool(above)


if __name__ == "__main__":
    sys.exit(main())
