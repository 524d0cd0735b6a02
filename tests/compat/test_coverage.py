"""Every row of docs/coverage-torch.md says what the samples of that name give: neither less nor more."""

import json
import pathlib

import pytest

from tests.compat.coverage import COLUMNS, EXPECTED, columns, holds, value_agrees

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "coverage-torch.md"
NAMES = json.loads((EXPECTED / "torch_names.json").read_text(encoding="utf-8"))["names"]
GROUPS = {}  # (namespace, first letter) -> names: one test for each name would cost more than what it runs
for _space, _names in NAMES.items():
    for _name in _names:
        GROUPS.setdefault((_space, _name[0]), []).append(_name)


def rows_of_page():
    """namespace -> name -> {column: cell}, of the page."""
    sections = PAGE.read_text(encoding="utf-8").split("\n## torch")[1:]  # (other headings begin otherwise)
    rows = {}
    for section in sections:
        title, *lines = section.splitlines()
        cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
        rows[title.lstrip(".") or "torch"] = {name: dict(zip(COLUMNS, rest)) for name, *rest in cells}
    return rows


ROWS = rows_of_page()


@pytest.mark.parametrize("space, letter", GROUPS, ids=[f"{s}.{c}" for s, c in GROUPS])
def test_the_page_is_what_the_samples_give(space, letter):
    different = {}
    for name in GROUPS[space, letter]:
        got = columns(f"{space}.{name}")
        if got != ROWS[space][name]:
            different[name] = got, getattr(holds, "why", "")
    assert not different, "run python docs/make_coverage_torch.py if compat covers more than before"


def test_the_page_lists_torchs_names():
    assert {space: list(rows) for space, rows in ROWS.items()} == NAMES


def test_a_wrong_figure_is_seen():
    assert holds(value_agrees, "torch.sin(a)", "float64", "float64[2,3] 0.4") is False
    assert holds(value_agrees, "torch.sin(a)", "float64", "float32[2,3] 1.0") is False
