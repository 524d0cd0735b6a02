"""The programs of tests/lines do line by line what they do under torch 2.13: values, derivatives, texts, warnings, errors."""

import pytest

import compat
from tests import packed, versions
from tests.autograd_lines import differences, files, programs
from tests.compat.stored_programs import same_python
from tests.side_by_side import outcome

STORED = {path.stem: packed.read(f"lines/{path.stem}") for path in files()}


@pytest.fixture(autouse=True)
def as_before():
    yield
    compat.overrides.unwatch()  # (subclasses of Tensor)


@pytest.mark.parametrize(
    "path", [pytest.param(path, id=path.stem, marks=same_python(STORED[path.stem])) for path in files()]
)
def test_lines_do_what_torchs_do(path):
    found = []
    for lines, want in zip(programs(path), STORED[path.stem]["programs"], strict=True):
        got = outcome(compat, lines)
        if any(map(versions.reason, lines)):
            kept = [i for i, line in enumerate(lines) if not versions.reason(line)]
            got, want, lines = ([rows[i] for i in kept if i < len(rows)] for rows in (got, want, lines))
        found += differences(got, want, lines)
    assert not found, "\n".join(found)
