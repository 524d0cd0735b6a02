"""The order of memory of results on images in channels_last, against what torch 2.13 gave (tests/expected/strides.json.xz)."""

import json
import lzma
import pathlib
import warnings

import pytest

import compat
from tests.strides_of_results import known, made, strides, written_through

PATH = pathlib.Path(__file__).parents[1] / "expected" / "strides.json.xz"
STORED = json.loads(lzma.decompress(PATH.read_bytes()))
CALLS = STORED["calls"]
NAMES = sorted(CALLS)


@pytest.mark.parametrize("part", range(8))
def test_as_torch(part):
    """Each result that compat gives too has torch's strides, or differs in a way that the docs name."""
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in NAMES[part::8]:
            space = made(compat, "channels_last", "channels_last")
            for call, want in CALLS[name].items():
                got = strides(call, space)
                if got and got != want and not known("channels_last", "channels_last", call, got, want):
                    wrong.append((call, got, want))
    assert not wrong


@pytest.mark.parametrize("layout", STORED["views"])
def test_what_is_a_view(layout):
    """Results are views exactly where torch's are, compiled or not: what is written through them says so."""
    for text, of_input, want in STORED["views"][layout]:
        for compiled in (None, compat.compile):
            got = written_through(compat, layout, text, of_input, compiled)
            assert got == (pytest.approx(want, rel=1e-5) if type(want) is list else want), text
