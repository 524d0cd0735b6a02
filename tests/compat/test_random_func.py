"""Random nestings of torch.func's transforms do line by line what they do under torch 2.13 (tests/expected/random_func.json.xz): values,
derivatives, texts, errors.

`python tests/random_func.py` runs any number of them beside torch.
"""

import json
import lzma
import pathlib
import platform

import pytest

import compat
from tests import random_func
from tests.side_by_side import disagreement, outcome, programs

STORED = json.loads(
    lzma.decompress((pathlib.Path(__file__).parents[1] / "expected" / "random_func.json.xz").read_bytes())
)
KNOWN = {}  # programs that differ, by number, and why
PARTS = 5


@pytest.fixture(autouse=True)
def default_dtype():
    yield
    compat.set_default_dtype(compat.float32)


@pytest.mark.skipif(
    [*platform.python_version_tuple()[:2]] != STORED["python"],
    reason="Python's own messages change from version to version",
)
@pytest.mark.parametrize("part", range(PARTS))
def test_programs_do_what_torchs_do(part):
    found = {}
    for number, lines in [*enumerate(programs(random_func.program, len(STORED["func"]), "stored"))][part::PARTS]:
        different = disagreement(outcome(compat, lines), STORED["func"][number], lines, random_func.LIMITS)
        if different:
            found[number] = "\n".join([*lines[4:], different])
    new = found.keys() ^ {n for n in KNOWN if n % PARTS == part}
    assert not new, "\n".join([found.get(n, f"{n} is as in torch now") for n in sorted(new)][:3])
