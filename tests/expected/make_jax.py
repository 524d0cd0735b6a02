"""Writes tests/expected/jax: what jax says of every primitive's samples, of the NumPy table, of funcgrad.lax's lines, of the
programs with loops and branches, and of the random programs.

    python tests/expected/make_jax.py

Files whose key still holds stay as they are; those that belong to nothing any more are removed.
"""

import os
import pathlib
import sys

os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
TESTS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

import oracle  # noqa: E402
import random_programs  # noqa: E402
import stored  # noqa: E402
import test_control_flow  # noqa: E402
import test_lax  # noqa: E402
import test_numpy  # noqa: E402
import test_random_programs  # noqa: E402

import funcgrad.ops  # noqa: E402, F401
from funcgrad.core.primitive import PRIMITIVES  # noqa: E402


def main():
    wanted = set()
    find = stored.figures

    def noted(name, key, compute, cache=None):
        wanted.add(name)
        return find(name, key, compute, stored.STORED)

    stored.figures = noted
    for name in list(PRIMITIVES):
        if PRIMITIVES[name].jax is not None:
            oracle.cases_of(name)
    for family in sorted({c.family for c in test_numpy.TABLE}):
        test_numpy.filled(family)
    count, seed = test_random_programs.COUNT, test_random_programs.SEED
    test_lax.of_all()
    for program in test_control_flow.PROGRAMS:
        test_control_flow.figures_of_jax(program)
    random_programs.figures([random_programs.program(seed, k) for k in range(count)])
    for path in stored.STORED.glob("*.xz"):
        if path.stem not in wanted:
            path.unlink()
    print(f"{len(wanted)} files, {sum([p.stat().st_size for p in stored.STORED.glob('*.xz')]) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
