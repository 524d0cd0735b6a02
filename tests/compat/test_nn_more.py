"""compat.nn's families against what torch 2.13 gave, stored in tests/expected/nn_more.json: figures, gradients of inputs
and parameters, names of nodes, texts and errors."""

import json
import math
import pathlib

import numpy as np
import pytest

import compat
from tests.expected.nn_more_cases import outcome

PATH = pathlib.Path(__file__).parents[1] / "expected" / "nn_more.json"
FAMILIES = json.loads(PATH.read_text(encoding="utf-8"))["families"]
CASES = [(family, line) for family, lines in FAMILIES.items() for line in lines]
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}
# Lines whose nodes are not torch's, each with the reason.
OTHER_NODES = {
    "'circular'": "torch fills the two ends in place, one after the other; here they are picked at once",
    "CircularPad": "as for F.pad(mode='circular')",
    "padding_mode='circular'": "as for F.pad(mode='circular')",
    "AdaptiveLogSoftmax": "the gathered column is squeezed by number here",
}


def numbers(values):
    return [float(v) for v in values]


def assert_figures(got, want, what):
    assert got[:2] == want[:2], f"{what}: {got[:2]} instead of {want[:2]}"
    got, (dtype, _, want) = got[2], want
    if dtype not in TOLERANCE:
        assert got == want, what
        return
    if isinstance(want, dict):
        got, scale, want = [got["size"], *got["at"]], want["size"], [want["size"], *want["at"]]
    else:
        finite = [abs(v) for v in numbers(want) if math.isfinite(v)]
        scale = max(finite, default=0.0)
    np.testing.assert_allclose(
        numbers(got), numbers(want), rtol=0, atol=TOLERANCE[dtype] * max(scale, 1e-2), err_msg=what, equal_nan=True
    )


@pytest.mark.parametrize("family, line", CASES, ids=[line for _, line in CASES])
def test_as_torch(family, line):
    want = FAMILIES[family][line]
    got = outcome(compat, line)
    if "error" in want or "error" in got:
        assert got.get("error") == want.get("error")
        return
    assert got.get("text") == want.get("text")
    for kind in ("values", "grads"):
        assert len(got.get(kind, ())) == len(want.get(kind, ()))
        for at, (g, w) in enumerate(zip(got.get(kind, ()), want.get(kind, ()))):
            assert (g is None) == (w is None), f"{kind}[{at}]"
            if w is not None:
                assert_figures(g, w, f"{kind}[{at}]")
    if not any(part in line for part in OTHER_NODES):
        assert got.get("nodes") == want.get("nodes")


def test_a_wrong_figure_is_seen():
    want = ["float32", [20], {"size": 1.0, "at": [0.5, 0.25]}]
    with pytest.raises(AssertionError):
        assert_figures(["float32", [20], {"size": 1.0, "at": [0.5, 0.2502]}], want, "a projection")
    with pytest.raises(AssertionError):
        assert_figures(["float32", [1], [1.0001]], ["float32", [1], [1.0]], "a figure")
