"""benchmarks/table.py: what counts as slower than the committed ratios (no time is taken here), and that every row has a name of its own."""

import json
import subprocess
import sys

import pytest

from benchmarks import rows, table


def record(median, least, of="by hand"):
    return {"row": "d", "what": "time", "of": of, "to": "fg", "median": median, "least": least}


@pytest.mark.parametrize(
    "median, least, flagged", [(1.0, 1.0, False), (0.7, 0.7, False), (0.5, 0.5, True), (0.5, 1.0, False)]
)
def test_a_ratio_is_flagged_where_it_is_half_as_much_again(median, least, flagged):
    """Ours took as long as by hand; by hand over ours is now `median`, and `least` of the least figures."""
    before = table.ratios([record(1.0, 1.0)])
    found = table.ratios([record(median, least), record(0.1, 0.1, of="torch")])
    assert before == {"d, time": 1.0}
    assert list(table.worse(found, before)) == ["d, time"] * flagged


def test_rows_that_are_new_have_nothing_to_be_worse_than():
    assert table.worse({"z, time": 9.0}, {"d, time": 1.0}) == {}


def test_the_command_measures_again_and_exits_with_what_it_found(monkeypatch, tmp_path, capsys):
    """A ratio that is worse only the first time passes; one that stays worse is named, and makes the exit code 1."""
    committed = tmp_path / "ratios.json"
    committed.write_text(json.dumps({"ratios": {"eager": {"d, time": 1.0}}}))
    monkeypatch.setattr(table, "COMMITTED", committed)
    monkeypatch.setattr("sys.argv", ["table.py", "--parts", "eager"])
    for second, code in [(1.0, 0), (0.4, 1)]:
        answers = [second, 0.4]

        def run(part, arguments, answers=answers):
            figure = answers.pop()
            return {"versions": {}, "rows": [record(figure, figure)]}

        monkeypatch.setattr(table, "run", run)
        assert table.main() == code
        assert ("WORSE  eager: d, time: 2.50" in capsys.readouterr().out) == bool(code)


def test_committed_ratios_name_rows_of_the_files():
    kept = json.loads((table.HERE / "ratios.json").read_text())["ratios"]
    assert set(kept) == set(table.PARTS)
    assert all(0 < v < 1000 for part in kept.values() for v in part.values())


def test_a_quick_run_leaves_long_rows_out_unless_they_are_asked_for(monkeypatch):
    ran = []

    class Noted(rows.Row):
        def __init__(self, key, long):
            super().__init__(key, key, None)
            self.long = long

        def measured(self, quick):
            ran.append(self.key)
            return []

    both = rows.Rows([Noted("short", False), Noted("long", True)])
    for arguments in ([], ["--quick"], ["--quick", "--rows", "long"]):
        monkeypatch.setattr("sys.argv", ["part.py", *arguments])
        both.main("A part.")
    assert ran == ["short", "long", "short", "long"]


def test_every_part_has_rows_with_names_of_their_own():
    """In a process of its own: the parts set what libraries read when they are loaded."""
    text = "; ".join(
        [
            "import importlib",
            f"parts = [importlib.import_module('benchmarks.' + part).ROWS for part in {table.PARTS}]",
            "assert all([len({row.key for row in part}) == len(part) > 0 for part in parts])",
        ]
    )
    subprocess.run([sys.executable, "-c", text], check=True, cwd=table.HERE.parent)


MODELS = """
from benchmarks.torch_models import COMPILED, TORCH, table

figures = {"forward": (0.5, 0.5), "step": (1.0, 2.0)}
records = [
    {"row": f"a-{way}", "name": f"a net, deep, {way}", "of": of, "least": least}
    for way, pair in figures.items()
    for of, least in zip((TORCH, COMPILED), pair, strict=True)
]
assert list(table(records))[2:] == ["| a net, deep | 0.50 | 1.00 | 1.00 | 0.50 |"]
"""


def test_the_table_of_models_has_torchs_time_over_ours_and_over_what_is_compiled():
    """torch took half of compat's time forward and as long both ways; compiled half of compat's forward, and twice as long both ways.
    (In a process of its own: the module loads torch where it is installed.)"""
    subprocess.run([sys.executable, "-c", MODELS], check=True, cwd=table.HERE.parent)


BARE = """
import numpy as np
import funcgrad as fg
from benchmarks.eager import without_line_names

loss, x, found = lambda x: np.sum(np.sin(x) * x), np.linspace(0.1, 0.4, 10), []
bare = without_line_names(lambda x: [found.append(y := np.sin(x) * x), np.sum(y)][1], x)
assert (bare(x) == fg.grad(loss)(x)).all()
assert found[-1].mark.code is None
"""


def test_the_row_without_line_names_looks_up_no_line():
    """(In a process of its own: it loads the library twice.)"""
    subprocess.run([sys.executable, "-c", BARE], check=True, cwd=table.HERE.parent)
