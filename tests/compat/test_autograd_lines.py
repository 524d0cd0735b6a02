"""The programs of tests/lines do line by line what they do under torch 2.13: values, derivatives, texts, warnings, errors."""

import json
import lzma
import pathlib
import platform

import pytest

import compat
from tests.autograd_lines import differences, files, programs
from tests.side_by_side import outcome

STORED = json.loads(
    lzma.decompress((pathlib.Path(__file__).parents[1] / "expected" / "autograd_lines.json.xz").read_bytes())
)


@pytest.fixture(autouse=True)
def default_dtype():
    yield
    compat.set_default_dtype(compat.float32)


@pytest.mark.skipif(
    [*platform.python_version_tuple()[:2]] != STORED["python"],
    reason="Python's own messages change from version to version",
)
@pytest.mark.parametrize("path", files(), ids=lambda p: p.stem)
def test_lines_do_what_torchs_do(path):
    found = []
    for lines, want in zip(programs(path), STORED["programs"][path.stem], strict=True):
        found += differences(outcome(compat, lines), want, lines)
    assert not found, "\n".join(found)
