"""Random nestings of transforms give what jax gave (stored by `random_transforms.py --count 20 --store expected/random_transforms.json`)."""

import json
import pathlib

import numpy as np
import pytest
from random_transforms import RULES, WRAPS, figures, ours, program, same

STORED = json.loads((pathlib.Path(__file__).parent / "expected" / "random_transforms.json").read_text())


@pytest.mark.parametrize("part", range(4))
def test_nestings(part):
    """Values, gradients, pushforwards, maps, compilations, and the three last at once."""
    for number, want in STORED["figures"][part::4]:
        text, _ = program(STORED["seed"], number)
        got = figures(ours(), text)
        wrong = {k: (got[k], w) for k, w in want.items() if not (w == "refused" or same(got[k], w))}
        assert not wrong, f"{text}\n{wrong}"


def test_every_kind_of_transform_occurs():
    used = {kind for number in range(1000) for kind in program(0, number)[1]}
    assert used == {kind for kind, _ in WRAPS} | set(RULES)


def test_a_wrong_figure_is_seen():
    assert not same([1.0, 2.0], [1.0, 2.0001]) and not same("TypeError: x", [1.0]) and same([np.nan], [np.nan])
