"""Every keyword argument of jax's functions, passed under the swap for jax: what comes of it is what jax gives, or it is refused as jax does.

The calls are those of expected/jax_keyword_cases.py; those of jax_coverage_cases.py are made under the swap too, and with operands by name.
"""

import json

import pytest

from tests import coverage_keywords as keywords
from tests.coverage_jax import EXPECTED

NAMES = json.loads((EXPECTED / "jax_names.json").read_text(encoding="utf-8"))["names"]
GROUPS = {}  # (namespace, first letter) -> names, as in test_jax_coverage.py
for _space, _names in NAMES.items():
    for _name in _names:
        GROUPS.setdefault((_space, _name[0].lower() if len(_names) > 60 else "*"), []).append(_name)


@pytest.mark.parametrize("space, letter", GROUPS, ids=[f"{s}.{c}" for s, c in GROUPS])
@pytest.mark.parametrize(
    "found_by", [keywords.failing, keywords.differing_values, keywords.different_by_name], ids=lambda f: f.__name__
)
def test_calls(found_by, space, letter):
    assert not {call: why for name in GROUPS[space, letter] for call, why in found_by(space, name).items()}


def test_every_argument_is_passed_by_a_call():
    lacking = {}
    for space, names in NAMES.items():
        for name in names:
            found = [
                a
                for a, cell in keywords.arguments(space, name).items()
                if cell == "no" and f"{space}.{name} {a}" not in keywords.cases.WITHOUT
            ]
            if found:
                lacking[f"{space}.{name}"] = found
    assert not lacking, "add calls to jax_keyword_cases.py, and run make_jax_keywords.py"


def test_a_wrong_figure_is_seen():
    library = keywords.Swap()
    assert keywords.holds(keywords.value_agrees, "jnp.sum(a, axis=0)", "float32", ["float32[3] 0.5"], library) is False
    assert keywords.holds(keywords.refused, "jnp.sum(a, axis=0)", "float32", ["TypeError"], library) is False
