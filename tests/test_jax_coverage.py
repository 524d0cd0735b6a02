"""Every row of docs/coverage-jax.md says what the samples of that name give: neither less nor more."""

import json
import pathlib

import pytest

from tests.coverage_jax import COLUMNS, EXPECTED, columns, holds, value_agrees
from tests.coverage_keywords import arguments, cell_of

PAGE = pathlib.Path(__file__).parents[1] / "docs" / "coverage-jax.md"
NAMES = json.loads((EXPECTED / "jax_names.json").read_text(encoding="utf-8"))["names"]
GROUPS = {}  # (namespace, first letter) -> names: one test for each name would cost more than what it runs
for _space, _names in NAMES.items():
    for _name in _names:
        GROUPS.setdefault((_space, _name[0].lower() if len(_names) > 60 else "*"), []).append(_name)


def rows_of_page():
    """namespace -> name -> {column: cell}, of the page."""
    rows = {}
    for section in PAGE.read_text(encoding="utf-8").split("\n## jax.")[1:]:
        title, *lines = section.splitlines()
        cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]
        rows[title] = {name: dict(zip([*COLUMNS, "arguments"], rest, strict=True)) for name, *rest in cells}
    return rows


ROWS = rows_of_page()


@pytest.mark.parametrize("space, letter", GROUPS, ids=[f"{s}.{c}" for s, c in GROUPS])
def test_the_page_is_what_the_samples_give(space, letter):
    different = {}
    for name in GROUPS[space, letter]:
        got = columns(space, name) | {"arguments": cell_of(arguments(space, name).values())}
        if got != ROWS[space][name]:
            different[name] = got, getattr(holds, "why", "")
    assert not different, "run python docs/make_coverage_jax.py if funcgrad covers more than before"


def test_the_page_lists_jaxs_names():
    assert {space: list(rows) for space, rows in ROWS.items()} == NAMES


def test_a_wrong_figure_is_seen():
    assert holds(value_agrees, "jnp.sin(a)", "float64", ["float64[2,3] 0.4"], False) is False
    assert holds(value_agrees, "jnp.sin(a)", "float64", ["float32[2,3] 1.0"], False) is False
