"""Random calls of jax's functions (random_jax_calls.py), the first ones of a seed, against what jax gave for them."""

import json
import lzma
import pathlib

import pytest
import random_jax_calls as calls

STORED = json.loads(lzma.decompress((pathlib.Path(__file__).parent / "expected/random_jax_calls.json.xz").read_bytes()))


def test_calls():
    ours = calls.ours()
    differ = [
        (text, got, want)
        for text, want in [(t, STORED["found"][t]) for t in calls.texts(STORED["seed"], STORED["count"])]
        if not calls.alike(got := calls.outcome(text, ours), want) and not calls.known(text, got, want)
    ]
    assert not differ, f"{len(differ)} calls: {differ[:5]}"


@pytest.mark.parametrize(
    "other", [["array", "int32", False, [2], [1, 2]], ["array", "float32", False, [2], [1.0, 2.1]], ["raises"]]
)
def test_a_difference_is_seen(other):
    assert not calls.alike(other, ["array", "float32", False, [2], [1.0, 2.0], None])
