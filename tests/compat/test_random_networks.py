"""Random programs of torch.nn and torch.optim do line by line what they do under torch 2.13 (tests/expected/random_networks.json.xz):
values, derivatives, texts, warnings, errors.

`python tests/random_networks.py`, `random_steps.py` and `random_training.py` run any number of them beside torch.
"""

import pytest

import compat
from tests import packed, random_networks, random_steps, random_training
from tests.compat.stored_programs import check, same_python
from tests.module_programs import fixed_programs
from tests.network_kinds import KINDS
from tests.side_by_side import disagreement, outcome

STORED = packed.read("random_networks")
PROGRAMS = {"networks": random_networks.program, "steps": random_steps.program, "training": random_training.program}
KNOWN = {  # programs that differ, by number, and why
    "networks": {},
    "steps": {},
    "training": {},
}


@same_python(STORED)
@pytest.mark.parametrize("kind", PROGRAMS)
def test_lines_do_what_torchs_do(kind):
    check(PROGRAMS[kind], STORED[kind], KNOWN[kind])


@same_python(STORED)
@pytest.mark.parametrize("number", range(len(STORED["fixed"])))
def test_modules_attention_and_recurrent_layers(number):
    lines = fixed_programs()[number]
    assert disagreement(outcome(compat, lines), STORED["fixed"][number], lines) is None


def test_every_class_is_met():
    classes = {
        n
        for n in dir(compat.nn)
        if isinstance(getattr(compat.nn, n), type) and issubclass(getattr(compat.nn, n), compat.nn.Module)
    }
    assert classes - KINDS.keys() == {"Module", "Container", "DataParallel", "RNNBase", "RNNCellBase"}


def test_a_difference_is_seen():
    lines = ["m = nn.Linear(2, 1)", "m.weight", "repr(m)", "m(3)"]
    want = outcome(compat, lines)
    assert disagreement(want, want, lines) is None
    for number, other in ((1, {**want[1]["is"], "figures": [0.1, 0.2]}), (2, "Linear()")):
        changed = [*want]
        changed[number] = {"is": other}
        assert disagreement(changed, want, lines)
    assert disagreement([*want[:3], {"error": ["TypeError", "other"]}], want, lines)
