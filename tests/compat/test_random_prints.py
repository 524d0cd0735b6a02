"""Random prints against the text that torch 2.13 gave (tests/expected/random_prints.json.xz), to the character."""

import compat
from tests import packed
from tests.random_prints import run

CASES = packed.read("random_prints")["cases"]


def test_as_torch():
    wrong = [
        [*lines, f"compat: {got}", f"torch:  {want}"] for lines, want in CASES if (got := run(compat, lines)) != want
    ]
    assert not wrong, "\n".join(["\n".join(lines) for lines in wrong])
