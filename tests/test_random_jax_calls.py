"""Random calls of jax's functions (random_jax_calls.py), the first ones of a seed, against what jax gave for them."""

import pytest
import random_jax_calls as calls

from tests import packed

STORED = packed.read("random_jax_calls")


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
