"""Values, gradients and second derivatives at points of wild scale: mpmath's (stored by `random_points.py --count 4 --store expected/random_points.json.xz`)."""

import pathlib
import sys

import numpy as np
import pytest

EXPECTED = pathlib.Path(__file__).parent / "expected"
sys.path.append(str(EXPECTED))
import points_cases as cases  # noqa: E402

from tests import packed  # noqa: E402

STORED = packed.read("random_points")["cases"]
BOUND = 100  # units of what rounding the arguments and the result makes of a figure


def test_every_case_is_stored():
    assert STORED.keys() == cases.CASES.keys() and all(STORED.values())


@pytest.mark.parametrize("name", cases.CASES)
def test_points(name):
    for x, output, i, rows in STORED[name]:
        found = cases.errors(name, np.array(x), output, i, rows)
        assert max(found) < BOUND, f"{found} units at {x}, output {output}, by number {i}"
