"""compat's functions and Tensor methods against what torch 2.13 gave, stored in tests/expected/functions.json.

Each line of the table is run as it was run under torch: values, dtypes, shapes, names of nodes and of their parents,
what is a view, gradients, whether a second backward is legal, and the type and text of errors must be torch's.
"""

import doctest
import importlib
import json
import pathlib
import pkgutil
import sys

import numpy as np
import pytest

import compat
from compat import functions
from compat._absent import is_of_torch
from tests.compat.evaluation import outcome

PATH = pathlib.Path(__file__).parents[1] / "expected" / "functions.json"
FAMILIES = json.loads(PATH.read_text(encoding="utf-8"))["families"]
CASES = [(family, code) for family, cases in FAMILIES.items() for code in cases]
# Relative to the largest figure of an array, since that is what its rounding errors are made of.
TOLERANCE = {"float16": 2e-3, "float32": 4e-6, "float64": 1e-13, "complex64": 4e-6, "complex128": 1e-13}


# Python's `y[i] += v` ends by assigning the view to itself, which torch records and compat leaves out.
ASSIGNED = ("graph",)
# torch asks opt_einsum, if it is installed, for an order; without it, it goes from left to right as compat does.
ORDERED = ("graph", "views")
# The inverse comes back from LAPACK in Fortran order there, so that the reshape after it is one of strides.
STRIDED = ("graph",)
# A view of a view that was written under: torch shows the steps from the memory to it as one.
REPLAYED = ("graph",)
# One of the two makes the result in its final shape, the other as a view of something that nobody can see.
UNSEEN = ("views",)
# NumPy has no memory of conjugates, and a recorded Tensor none that strides could be laid over: compat copies.
COPIED = ("views",)
# A reduction of nothing, for which torch keeps an index all the same.
SCALAR = ("again",)
PRODUCTS = ("torch.einsum", "torch.tensordot", "torch.inner")  # one product here, in the shape of the result: UNSEEN
DIFFERENT = {
    "y = a * 1; y[0] += 1; y": ASSIGNED,
    "y = a * 1; y[:, 1:] *= b[:, 1:]; y": ASSIGNED,
    'torch.einsum("ij,j,jk->ik", a, v, n)': ORDERED,
    "torch.linalg.tensorinv(m.reshape(3, 3, 1), ind=1)": STRIDED,
    "c.conj()": COPIED,
    "f.as_strided((2, 2), (1, 1), 1)": COPIED,
    "f.as_strided((2, 2), (1, 1))": COPIED,
    "a.as_strided((2, 2), (1, 1))": COPIED,
    "s.max(0)": SCALAR,
    "s.cummin(0)": SCALAR,
    "y = torch.zeros(2, 3); x = y[0]; y.unsqueeze_(0); x += 1; y": UNSEEN,
    "torch.where(k)": UNSEEN,
    "k.nonzero(as_tuple=True)": UNSEEN,
    "a.nonzero(as_tuple=True)": UNSEEN,
    "torch.unravel_index(torch.tensor([3, 5]), (2, 3))": UNSEEN,
    "y = torch.complex(a, b).t(); torch.view_as_real(y)[0].zero_(); y": REPLAYED,
    "torch.linalg.solve(m, a, left=False)": UNSEEN,
    "torch.linalg.cholesky(spd, upper=True)": UNSEEN,
    "torch.linalg.lstsq(n, v)[0]": UNSEEN,
    "torch.fft.ihfft(f)": UNSEEN,
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
    if family == "hooks of operations":  # (the gradients that hooks see may be views or not)
        return ("graph", "again")
    different = DIFFERENT.get(code, UNSEEN if code.startswith(PRODUCTS) else ())
    return [key for key in ("graph", "views", "again") if key not in different]


def first_words(error):
    """An error without what compat says beyond torch's words: the lines of the save and of the change."""
    return error and [error[0], error[1].partition(" operation")[0]]


@pytest.mark.parametrize("family, code", CASES, ids=[code for _, code in CASES])
def test_as_torch(family, code):
    assert_as_torch(code, FAMILIES[family][code], compared(family, code))


def assert_as_torch(code, want, also=()):
    """A line's result or error, its gradients, and what else is named, are what torch gave."""
    got = outcome(compat, code)
    if "error" in want or "error" in got:
        assert got.get("error") == want.get("error")
        return
    assert_same(got["result"], want["result"])
    for key in also:
        assert got.get(key) == want.get(key), key
    assert_same_backward(got, want)


def assert_same_backward(got, want):
    assert first_words(got.get("backward")) == first_words(want.get("backward"))
    assert sorted(got.get("grads", {})) == sorted(want.get("grads", {}))
    for name, grad in want.get("grads", {}).items():
        assert_value(got["grads"][name], grad, f"{name}.grad")


SEVERAL = [
    (family, code)
    for family, code in CASES
    if any(g.count("Backward") > 1 for g in FAMILIES[family][code].get("graph", ()))
]


@pytest.mark.parametrize("family, code", SEVERAL, ids=[code for _, code in SEVERAL])
def test_backward_of_a_graph_that_nobody_looked_at(family, code):
    """What is one node until somebody looks has the gradients that torch's several have."""
    want = FAMILIES[family][code]
    got = outcome(compat, code, look=False)
    assert_same_backward(got, want)
    if "again" not in DIFFERENT.get(code, ()):
        assert got.get("again") == want.get("again")


MODULES = [m.name for m in pkgutil.iter_modules(functions.__path__, "compat.functions.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS).failed == 0


def test_the_functions_that_torch_has_and_compat_has_not_are_known():
    names = json.loads((pathlib.Path(__file__).parents[1] / "expected/torch_names.json").read_text(encoding="utf-8"))[
        "attributes"
    ]["torch"]
    lacked = [n for n in names if n.islower() and n not in sys.stdlib_module_names and not hasattr(compat, n)]
    assert len(lacked) > 50 and all(is_of_torch("torch", n) for n in lacked)
    assert not any(is_of_torch("torch", n) for n in ("zeross", "Linear", "ModuleList", "float31", "relue", "sine"))


def test_a_missing_name_says_so():
    with pytest.raises(
        AttributeError, match=r"^compat has no torch\.cudnn_batch_norm yet; the nearest it has: torch\.batch_norm\b"
    ):
        compat.cudnn_batch_norm  # noqa: B018  (the access is what raises)
    with pytest.raises(AttributeError, match="^'Tensor' object has no attribute 'maxx'$"):
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


def test_an_equation_is_read_once_for_operands_of_the_same_shapes(monkeypatch):
    module = importlib.import_module("compat.functions.einsum")
    read, asked = module.spelled_out, []
    monkeypatch.setattr(module, "spelled_out", lambda *args: asked.append(args) or read(*args))
    module.plan.cache_clear()
    for k in (3, 3, 4, 3):
        x, y = compat.randn(2, k), compat.randn(k, 5)
        compat.testing.assert_close(compat.einsum("ij,jk->ki", x, y), (x @ y).T)
    assert len(asked) == 2
    for _ in range(2):
        with pytest.raises(RuntimeError, match="has size 4 for operand 1 which does not broadcast"):
            compat.einsum("ij,jk", compat.ones(2, 3), compat.ones(4, 5))
