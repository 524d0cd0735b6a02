"""Programs of torch.distributions, torch.utils.data, torch.save and torch.load do line by line what they do under torch 2.13
(tests/expected/random_data.json.xz); autocast computes in its dtypes, and what torch has pickled is read.

`python tests/random_distributions.py` and `python tests/random_loaders.py` run any number of programs beside torch, `python tests/autocast_dtypes.py` every call.
"""

import base64
import io
import pickle
import pickletools

import pytest

import compat
from compat import runner
from tests import autocast_dtypes, packed, random_distributions, random_loaders
from tests.compat.stored_programs import check, same_python
from tests.data_programs import PICKLED, fixed_programs, in_a_folder
from tests.side_by_side import differ, disagreement, names_for, outcome, seen

STORED = packed.read("random_data")
PROGRAMS = {"distributions": random_distributions.program, "loaders": random_loaders.program}


@same_python(STORED)
@pytest.mark.parametrize("kind", PROGRAMS)
def test_lines_do_what_torchs_do(kind):
    limits = random_distributions.LIMITS if kind == "distributions" else None
    check(PROGRAMS[kind], STORED[kind], (), limits)


@same_python(STORED)
@pytest.mark.parametrize("number", range(len(STORED["fixed"])))
def test_data_and_files(number):
    lines = fixed_programs()[number]
    with in_a_folder():
        assert disagreement(outcome(compat, lines), STORED["fixed"][number], lines) is None


def test_autocast_computes_in_torchs_dtypes():
    found = {}
    for key, want in STORED["autocast"].items():
        call, _, mode = key.rpartition("|")
        if (got := autocast_dtypes.result(compat, call, mode)) != want:
            found[key] = got, want
    assert not found


@pytest.fixture
def torchs_names():
    runner.install()
    yield
    runner.uninstall()


@pytest.mark.parametrize("line", PICKLED)
def test_pickles_of_torchs_are_read_and_name_what_torchs_name(line, torchs_names):
    want, *files = STORED["pickled"][line]
    files = [base64.b64decode(f) for f in files]
    for got in (pickle.loads(files[0]), pickle.loads(files[1]), compat.load(io.BytesIO(files[2]), weights_only=False)):
        assert differ(seen(compat, got), want) is None
    compat.manual_seed(0)
    x = eval(line, names_for(compat))
    assert named(pickle.dumps(x, 2)) == named(files[0])
    assert differ(seen(compat, pickle.loads(pickle.dumps(x))), want) is None


def test_pickles_of_compat_under_its_own_name():
    things = [eval(line, names_for(compat)) for line in PICKLED]
    things += [
        compat.max(compat.ones(2, 2), 0),
        compat.relu,
        compat.channels_last,
        compat.Generator().manual_seed(3).get_state(),
    ]
    assert str(pickle.loads(pickle.dumps(things))) == str(things)


def named(data):
    """What a pickle of protocol 2 names."""
    return {arg for op, arg, _ in pickletools.genops(data) if op.name == "GLOBAL"}
