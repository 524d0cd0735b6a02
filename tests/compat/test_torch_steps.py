"""Scaled sums, products that are added, lerp, and twenty steps of optimizers are torch's to the last bit in float32."""

import json
import zlib
from pathlib import Path

import pytest

import compat as torch
from tests.expected.torch_steps_cases import computed

EXPECTED = json.loads((Path(__file__).parents[1] / "expected" / "torch_steps.json").read_text())


@pytest.mark.parametrize(("what", "least"), [("sums", 170), ("steps", 12)])
def test_bits(what, least):
    found = {name: zlib.crc32(x.numpy().tobytes()) for name, x in computed(torch)[what]}
    assert [name for name, bits in found.items() if bits != EXPECTED[what][name]] == []
    assert len(EXPECTED[what]) == len(found) >= least
