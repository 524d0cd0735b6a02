"""inspect shows torch's parameters of compat's functions, classes and methods: names, kinds, defaults (tests/torch_signatures.py)."""

import pytest

import compat
from tests import packed
from tests import torch_signatures as S
from tests.compat.stored_programs import same_python

STORED = packed.read("torch_signatures")


@same_python(STORED)
@pytest.mark.filterwarnings("ignore")
def test_parameters_are_torchs():
    assert not S.differences(compat, STORED["signatures"])


@same_python(STORED)
def test_a_difference_is_seen():
    want = STORED["signatures"]["nn.functional.elu"]
    assert want == [["input", 1, "-"], ["alpha", 1, "1.0"], ["inplace", 1, "False"]]
    assert S.differences(compat, {"nn.functional.elu": want[:2]})
    assert not S.differences(compat, {"nn.functional.elu": want})


def test_what_is_known_to_differ_is_torchs():
    there = {*STORED["signatures"]}
    assert not [name for name in S.OTHER if name not in there]
