"""compat's functions and Tensor methods against what torch 2.13 gave, stored in tests/expected/functions.json.

Each line of the table is run as it was run under torch: values, dtypes, shapes, names of nodes and of their parents,
what is a view, gradients, whether a second backward is legal, and the type and text of errors must be torch's.
"""

import doctest
import importlib
import json
import pathlib
import pkgutil

import numpy as np
import pytest

import compat
import compat.functions
from tests.compat.evaluation import outcome

PATH = pathlib.Path(__file__).parents[1] / "expected" / "functions.json"
FAMILIES = json.loads(PATH.read_text(encoding="utf-8"))["families"]
CASES = [(family, code) for family, cases in FAMILIES.items() for code in cases]
# Relative to the largest figure of an array, since that is what its rounding errors are made of.
TOLERANCE = {"float16": 2e-3, "float32": 4e-6, "float64": 1e-13, "complex64": 4e-6, "complex128": 1e-13}
# A number times a Tensor keeps the number, which the first backward frees; torch keeps it outside the graph.
SCALED = ("again",)
# Constant almost everywhere: torch keeps the operands, though their values are not needed.
CONSTANT = ("again",)
# torch's CopySlices is used up by one backward, whatever it copied.
COPIED = ("again",)
# The mask is kept like any operand; torch makes it anew.
MASKED = ("again",)
DIFFERENT = {
    "y = torch.zeros(2, 3); y[0] = v; y": COPIED,
    "a.tril()": MASKED,
    "m.triu(1)": MASKED,
    "x.tril(-1)": MASKED,
    "torch.add(a, b, alpha=2)": SCALED,
    "a.add(b, alpha=0.5)": SCALED,
    "torch.sub(a, b, alpha=2)": SCALED,
    "torch.rsub(a, b, alpha=2)": SCALED,
    "torch.lerp(a, b, 0.3)": SCALED,
    "torch.lerp(a, b, 0.8)": SCALED,
    "a.lerp(b, 1.0)": SCALED,
    "torch.normal(a, 1.0)": CONSTANT,
    "torch.normal(0.5, p)": CONSTANT,
    "torch.normal(a, p)": CONSTANT,
    "torch.bernoulli(p)": CONSTANT,
    'torch.div(a, b, rounding_mode="floor")': CONSTANT,
    "a.sgn()": CONSTANT,
}


def assert_value(got, want, what):
    """Two arrays as `value_of` writes them: dtype and shape are the same, and elements are close."""
    assert got[:2] == want[:2], f"{what}: {got[:2]} instead of {want[:2]}"
    if want[0] in TOLERANCE:
        wanted = np.array(want[2], float)
        finite = np.abs(wanted[np.isfinite(wanted)])
        atol = TOLERANCE[want[0]] * max(finite.max(initial=0.0), 1e-3)
        np.testing.assert_allclose(np.array(got[2], float), wanted, rtol=0, atol=atol, err_msg=what)
    else:
        assert got[2] == want[2], what


def assert_same(got, want, what="the result"):
    """Two results as `described` writes them."""
    if isinstance(want, dict) and "t" in want:
        assert isinstance(got, dict) and "t" in got, f"{what}: {got} instead of a Tensor"
        assert_value(got["t"], want["t"], what)
    elif isinstance(want, dict):
        assert got["fields"] == want["fields"], what
        assert_same(got["items"], want["items"], what)
    elif isinstance(want, list):
        assert isinstance(got, list) and len(got) == len(want), f"{what}: {got} instead of {want}"
        for at, (g, w) in enumerate(zip(got, want)):
            assert_same(g, w, f"{what}[{at}]")
    elif isinstance(want, float) and isinstance(got, float):
        np.testing.assert_allclose(got, want, rtol=4e-6, err_msg=what)
    else:
        assert type(got) is type(want) and got == want, f"{what}: {got!r} instead of {want!r}"


def compared(family, code):
    """What is compared of a line besides its result and its gradients."""
    if family.endswith("figures"):
        return ()
    return [key for key in ("nodes", "views", "again") if key not in DIFFERENT.get(code, ())]


def first_words(error):
    """An error without what compat says beyond torch's words: the lines of the save and of the change."""
    return error and [error[0], error[1].partition(" operation")[0]]


@pytest.mark.parametrize("family, code", CASES, ids=[code for _, code in CASES])
def test_as_torch(family, code):
    want = FAMILIES[family][code]
    got = outcome(compat, code)
    if "error" in want or "error" in got:
        assert got.get("error") == want.get("error")
        return
    assert_same(got["result"], want["result"])
    seen = compared(family, code)
    for key in seen:
        assert got.get(key) == want.get(key), key
    assert first_words(got.get("backward")) == first_words(want.get("backward"))
    assert sorted(got.get("grads", {})) == sorted(want.get("grads", {}))
    for name, grad in want.get("grads", {}).items():
        assert_value(got["grads"][name], grad, f"{name}.grad")


MODULES = [m.name for m in pkgutil.iter_modules(compat.functions.__path__, "compat.functions.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS).failed == 0


def test_a_missing_name_says_so():
    with pytest.raises(AttributeError, match=r"^compat has no torch\.sine yet; the nearest it has: .*torch\.sin\b"):
        compat.sine  # noqa: B018  (the access is what raises)
    with pytest.raises(AttributeError, match=r"^compat has no Tensor\.maxx yet; the nearest it has: .*Tensor\.max\b"):
        compat.ones(2).maxx  # noqa: B018
    assert not hasattr(compat, "nothing_like_it") and not hasattr(compat.ones(2), "nothing_like_it")


def test_named_tuples_print_as_torchs():
    got = compat.tensor([[1.0, 3.0]]).max(1)
    assert repr(got) == "torch.return_types.max(\nvalues=tensor([3.]),\nindices=tensor([1]))"
    values, indices = got
    assert got.values is values is got[0] and got.indices is indices
    assert isinstance(got, compat.return_types.max)


def test_memory_is_shared_as_in_torch():
    array = np.zeros((2, 3), np.float32)
    t = compat.from_numpy(array)
    t.t()[1].add_(1)
    t.view(-1)[0:2].mul_(3)
    t.diagonal().sigmoid_()
    assert array.tolist() == [[0.5, 3.0, 0.0], [0.0, np.float32(1 / (1 + np.exp(np.float32(-1)))), 0.0]]
    assert t.numpy() is array or np.shares_memory(t.numpy(), array)


def test_a_refused_write_leaves_everything_as_it_was():
    leaf = compat.ones(2, 3, requires_grad=True)
    other = compat.ones(2, 3)
    refused = [
        lambda: leaf.add_(1),
        lambda: leaf.__setitem__(0, 5.0),
        lambda: leaf.masked_fill_(leaf > 0, 0.0),
        lambda: leaf.scatter_(1, compat.zeros(2, 1, dtype=compat.int64), 7.0),
        lambda: leaf.sigmoid_(),
        lambda: leaf.normal_(),
        lambda: other.add_(compat.ones(4)),
        lambda: other.index_add_(0, compat.tensor([5, 0]), compat.ones(2, 3)),
        lambda: other.__setitem__(compat.tensor([9]), 1.0),
        lambda: other.copy_(compat.ones(4, 3)),
    ]
    for write in refused:
        with pytest.raises((RuntimeError, IndexError)):
            write()
        assert leaf.tolist() == other.tolist() == [[1.0] * 3] * 2
    assert leaf._version == other._version == 0
