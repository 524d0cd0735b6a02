"""Random prints against the text that torch 2.13 gave (tests/expected/random_prints.json.xz), to the character."""

import json
import lzma
import pathlib

import compat
from tests.random_prints import run

PATH = pathlib.Path(__file__).parents[1] / "expected" / "random_prints.json.xz"
CASES = json.loads(lzma.decompress(PATH.read_bytes()))["cases"]


def test_as_torch():
    wrong = [
        [*lines, f"compat: {got}", f"torch:  {want}"] for lines, want in CASES if (got := run(compat, lines)) != want
    ]
    assert not wrong, "\n".join(["\n".join(lines) for lines in wrong])
