"""A change in place between an operation and its backward: what torch 2.13 allows is allowed, and what goes through is right.

Stored (tests/expected/inplace_before_backward.json) is, for one line of each graph of operations, which inputs and results torch
lets be changed. Here each is really changed, to other figures: either backward() refuses in torch's words, and then torch does
too, or the gradients are those of an unchanged run.
"""

import json
import pathlib

import numpy as np
import pytest

import compat
from tests.compat.evaluation import changed, pulled, ran

PATH = pathlib.Path(__file__).parents[1] / "expected" / "inplace_before_backward.json"
LINES = json.loads(PATH.read_text(encoding="utf-8"))["lines"]
# What is refused here and not in torch, and why.
COPIED = "torch multiplies a copy in another order of elements here"
SAVED = "torch keeps the other of operand and result, or a copy"
SLOPE = "the rule reads its operand, which keeps the digits that torch's loses"
STRICTER = {
    "p.erfinv()": ([0], SLOPE),
    "z.sinc()": ([0], SLOPE),
    "a.cummax(1)": ([0], SAVED),
    "a.cummin(0)": ([0], SAVED),
    "torch.kron(a, n)": (["a", "n"], COPIED),
    "m @ x": (["x"], COPIED),
    "v @ x": (["x"], COPIED),
    "torch.tensordot(t, x, dims=([1, 0], [2, 0]))": (["t", "x"], COPIED),
    "t.mT @ v.expand(4, 2, 3)[0, 0]": (["t"], COPIED),
    "torch.tensordot(t, x, dims=([0, 1], [0, 2]))": (["x"], COPIED),
}


def gradients(leaves):
    return {k: v.grad.numpy() for k, v in leaves.items() if v.grad is not None}


def outcome(line, key):
    """None if a change of that input or result is refused, else the gradients."""
    leaves, results = ran(compat, line)
    try:
        changed(compat, leaves[key] if isinstance(key, str) else results[key])
    except RuntimeError:
        return None
    try:
        pulled(compat, results)
    except RuntimeError as error:
        assert "has been modified by an inplace operation" in str(error) or "modified inplace" in str(error)
        return None
    return gradients(leaves)


@pytest.mark.filterwarnings("ignore:.*degrees of freedom")
@pytest.mark.parametrize("line", LINES)
def test_changes(line):
    free, bound = LINES[line]
    leaves, results = ran(compat, line)
    pulled(compat, results)
    want = gradients(leaves)
    refused = []
    for key in (*free, *bound):
        got = outcome(line, key)
        if got is None:
            refused.append(key)
            continue
        assert got.keys() == want.keys(), key
        for name, g in want.items():
            np.testing.assert_allclose(
                got[name], g, rtol=1e-6, atol=1e-12, err_msg=f"{name}.grad after a change of {key}"
            )
    assert sorted(map(str, set(refused) - set(bound))) == sorted(map(str, STRICTER.get(line, ((),))[0]))


@pytest.mark.parametrize("layer", ["F.linear(h, w, b)", "F.linear(h, w)", "h @ w.t()"])
def test_rows_that_a_layer_has_kept(layer):
    """Of a stack of matrices a linear layer keeps all rows as one matrix, a view, which is what torch's error names."""
    x, w, b = (compat.ones(*s, requires_grad=True) for s in ((2, 3, 4), (5, 4), (5,)))
    h = x * 1
    y = eval(layer, {"F": compat.nn.functional, "h": h, "w": w, "b": b})
    h.add_(1)
    with pytest.raises(
        RuntimeError,
        match=r"\[torch.FloatTensor \[6, 4\]\], which is output 0 of AsStrided, is at version 1; expected version 0",
    ):
        y.sum().backward()
