"""Every name of jax and autograd that public programs were seen to use has something behind it in the swaps, or a reason why not."""

import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).parent / "expected"))
import used_names as used  # noqa: E402


def lacking(rows):
    found = []
    for name in used.names(rows):
        try:
            used.find(name)
        except LookupError:
            found.append(name)
    return found


@pytest.mark.parametrize("rows", [used.JAX, used.AUTOGRAD], ids=["jax", "autograd"])
def test_names_that_programs_use(rows):
    missing = lacking(rows)
    assert not [n for n in missing if used.reason(n) is None], "a name that programs use is not there"
    assert not [n for n in used.names(rows) if used.reason(n) and n not in missing], "left out, and yet there"


def test_a_missing_name_is_seen():
    assert lacking("jax.lax: add nothing_of_the_kind\njax.nowhere: x") == [
        "jax.lax.nothing_of_the_kind",
        "jax.nowhere.x",
    ]
