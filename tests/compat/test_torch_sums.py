"""Sums and 2-norms are torch's to the last bit: of vectors, of rows and of columns of matrices, whichever way they are added."""

import json
import zlib
from pathlib import Path

import pytest

import compat as torch
from tests.expected.torch_sums_cases import computed

EXPECTED = json.loads((Path(__file__).parents[1] / "expected" / "torch_sums.json").read_text())


@pytest.mark.parametrize(("what", "least"), [("sums", 1900), ("norms", 1900), ("norms of several", 200)])
def test_bits(what, least):
    found = {name: zlib.crc32(x.numpy().tobytes()) for name, x in computed(torch)[what]}
    assert [name for name, sum_ in found.items() if sum_ != EXPECTED[what][name]] == []
    assert len(EXPECTED[what]) == len(found) > least
