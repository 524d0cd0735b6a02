"""Sums are torch's to the last bit: of vectors, of rows and of columns of matrices, whichever way they are added."""

import json
import zlib
from pathlib import Path

import compat as torch
from tests.expected.torch_sums_cases import arrays

EXPECTED = json.loads((Path(__file__).parents[1] / "expected" / "torch_sums.json").read_text())["sums"]


def test_sums():
    wrong = [
        name
        for name, x, axis in arrays()
        if zlib.crc32(torch.from_numpy(x).sum(axis).numpy().tobytes()) != EXPECTED[name]
    ]
    assert not wrong
    assert len(EXPECTED) > 1900
