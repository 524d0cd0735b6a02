"""docs/accuracy.md, held to: the errors at stored points (tests/expected/accuracy.json) stay within what the page says."""

import json
import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "expected"))
import accuracy_of_several as several  # noqa: E402
from accuracy_cases import INTERVALS, OF_NUMPY, errors  # noqa: E402

TESTS = pathlib.Path(__file__).parent
WHOLE = json.loads((TESTS / "expected" / "accuracy.json").read_text())
STORED = WHOLE["rows"]
SLACK = 3  # the page's figures are the largest at other points
FLOOR = 5.0  # ulp


def published(cells=5):
    """{function: the figures of its row}, of the table with so many cells a row."""
    rows = [line.split(" | ") for line in (TESTS.parent / "docs" / "accuracy.md").read_text().splitlines()]
    rows = [[cell.strip("| ") for cell in row] for row in rows if len(row) == cells and "." in row[0]]
    return {row[0].split(".", 1)[1]: [float(cell) for cell in row[2:]] for row in rows}


def test_every_function_is_published():
    assert set(published()) == set(INTERVALS) == set(STORED) and set(OF_NUMPY) <= set(INTERVALS)


@pytest.mark.parametrize("name", INTERVALS)
def test_accuracy(name):
    """The value, the derivative and the second derivative."""
    found = errors(name, STORED[name])
    bounds = [SLACK * max(e, FLOOR) for e in published()[name]]
    assert all(np.isfinite(found)) and all(e <= b for e, b in zip(found, bounds, strict=True)), f"{found}, {bounds}"


def test_every_function_of_several_is_published():
    assert set(published(4)) == set(several.BOXES) == set(WHOLE["several"])


@pytest.mark.parametrize("name", several.BOXES)
def test_accuracy_of_several(name):
    """The value, and the derivatives by each argument."""
    with np.errstate(all="ignore"):
        found = several.errors(name, WHOLE["several"][name])
    bounds = [SLACK * max(e, FLOOR) for e in published(4)[name]]
    assert all(np.isfinite(found)) and all(e <= b for e, b in zip(found, bounds, strict=True)), f"{found}, {bounds}"
