"""Scripts with the mistakes that beginners ask about, and right ones made wrong at random, end as under torch 2.13: the same error at the same
line, the same warnings and output; and what compat says beyond torch names the line to mend."""

import platform

import pytest

import compat
import compat.nn.utils.prune
from tests import mutated_scripts as M
from tests import packed
from tests import wrong_scripts as W

ENDS = packed.read("wrong_scripts")["ends"]
PARTS = 6
pytestmark = pytest.mark.skipif(
    platform.python_version_tuple()[:2] != ("3", "11"), reason="Python's own words change from version to version"
)


def test_every_script_is_stored():
    assert list(ENDS) == list(W.scripts())


@pytest.mark.parametrize("part", range(PARTS))
def test_scripts_end_as_under_torch(part):
    wrong = []
    for title, text in [*W.scripts().items()][part::PARTS]:
        got = W.end_of(compat, text)
        if W.differ(got, ENDS[title]):
            wrong.append(f"{title}\n  torch {ENDS[title]}\n  compat {got}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("part", range(PARTS))
def test_right_scripts_with_mistakes_end_as_under_torch(part):
    wrong = []
    for kind, number, want in packed.read("mutated_scripts")["ends"][part::PARTS]:
        title, text = M.of_seed("stored", number, kind)
        if M.differ(got := M.W.end_of(compat, text), want):
            wrong.append(f"{number}: {title}\n{text}  torch {want}\n  compat {got}")
    assert not wrong, "\n".join(wrong)


def test_the_error_names_the_lines_to_mend():
    marked = [text for text in W.scripts().values() if "# <-" in text]
    assert len(marked) > 10
    for text in marked:
        error = str(W.run(compat, text)[0])
        for number, line in enumerate(text.splitlines(), 1):
            assert "# <-" not in line or f"{W.file_of(text)}:{number}" in error, f"{line}\n{error}"


def test_a_difference_is_seen():
    end = {"error": ["RuntimeError", "a text", 2], "warns": [["UserWarning", "w", 1]]}
    assert not W.differ(end, end)
    assert W.differ(end, end | {"error": ["RuntimeError", "a text", 3]}) and W.differ(end, end | {"warns": []})
