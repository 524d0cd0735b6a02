"""Random nestings of torch.func's transforms do line by line what they do under torch 2.13 (tests/expected/random_func.json.xz): values,
derivatives, texts, errors.

`python tests/random_func.py` runs any number of them beside torch.
"""

import pytest

import compat
from tests import packed, random_func
from tests.compat.stored_programs import check, same_python

STORED = packed.read("random_func")
KNOWN = {}  # programs that differ, by number, and why
PARTS = 5


@pytest.fixture(autouse=True)
def default_dtype():
    yield
    compat.set_default_dtype(compat.float32)


@same_python(STORED)
@pytest.mark.parametrize("part", range(PARTS))
def test_programs_do_what_torchs_do(part):
    check(random_func.program, STORED["func"], KNOWN, random_func.LIMITS, slice(part, None, PARTS))
