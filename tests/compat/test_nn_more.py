"""compat.nn's families against what torch 2.13 gave, stored in tests/expected/nn_more.json: figures, gradients of inputs
and parameters, names of nodes, texts and errors."""

import doctest
import importlib
import json
import math
import pathlib
import pkgutil
import warnings
from types import FunctionType

import numpy as np
import pytest

import compat
import funcgrad as fg
from compat._intercept import original
from tests.expected.nn_more_cases import outcome
from tests.expected.nn_training import PROGRAMS

PATH = pathlib.Path(__file__).parents[1] / "expected" / "nn_more.json"
STORED = json.loads(PATH.read_text(encoding="utf-8"))
FAMILIES, TRAINING = STORED["families"], STORED["training"]
CASES = [(family, line) for family, lines in FAMILIES.items() for line in lines]
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}
# Lines whose nodes are not torch's, each with the reason.
OTHER_NODES = {
    "'circular'": "torch fills the two ends in place, one after the other; here they are picked at once",
    "CircularPad": "as for F.pad(mode='circular')",
    "padding_mode='circular'": "as for F.pad(mode='circular')",
    "R.pad_sequence([x": "as above: torch copies each sequence into its place",
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


@pytest.mark.parametrize("name", PROGRAMS)
def test_training_gives_torchs_losses(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        np.testing.assert_allclose(PROGRAMS[name](compat), TRAINING[name], rtol=2e-5)


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


# ------------------------------------------------------------------------------------------------ under transforms
nn, F = compat.nn, compat.nn.functional


def layers():
    """Functions of one Tensor that go through layers, and the shape of what they take."""
    compat.manual_seed(0)
    attention = nn.MultiheadAttention(4, 2)
    lstm, gru = nn.LSTM(3, 4), nn.GRU(3, 4, bidirectional=True)
    grid, rows = compat.rand(1, 2, 2, 2), compat.tensor([[0, 2], [1, 1]])
    return {
        "LSTM": (lambda x: lstm(x)[0], (4, 2, 3)),
        "GRU": (lambda x: gru(x)[0], (4, 2, 3)),
        "attention": (lambda x: attention(x, x, x)[0], (3, 2, 4)),
        "causal": (lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True), (1, 2, 3, 4)),
        "encoder": (nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), (3, 2, 4)),
        "batch_norm": (lambda x: F.batch_norm(x, None, None, training=True), (4, 3)),
        "GroupNorm": (nn.GroupNorm(2, 4), (2, 4, 3)),
        "adaptive_max_pool2d": (lambda x: F.adaptive_max_pool2d(x, 2), (2, 5, 5)),
        "interpolate": (lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"), (1, 2, 3, 3)),
        "grid_sample": (lambda x: F.grid_sample(x, grid, align_corners=False), (1, 2, 3, 3)),
        "reflect": (lambda x: F.pad(x, (1, 1), "reflect"), (2, 3)),
        "embedding_bag": (lambda x: F.embedding_bag(rows, x, mode="max"), (4, 3)),
        "weight_norm": (nn.utils.parametrizations.weight_norm(nn.Linear(3, 4)), (2, 3)),
        "ctc": (lambda x: F.ctc_loss(x.log_softmax(2), compat.tensor([[1, 2]]), [4], [2]), (4, 1, 3)),
    }


LAYERS = layers()


@pytest.mark.parametrize("name", LAYERS)
def test_vmap_of_grad_is_grad_of_each(name):
    layer, shape = LAYERS[name]
    xs = compat.randn(3, *shape)
    together = fg.vmap(fg.grad(lambda x: (layer(x) ** 2).sum()))(xs)
    for x, got in zip(xs, together):
        x = x.clone().requires_grad_()
        (layer(x) ** 2).sum().backward()
        np.testing.assert_allclose(got.detach().numpy(), x.grad.numpy(), rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("name", [n for n in LAYERS if n not in ("embedding_bag", "ctc")])  # (these read integers)
def test_jit_computes_the_same(name):
    layer, shape = LAYERS[name]
    x = compat.randn(*shape)
    got, want = fg.jit(lambda x: layer(x))(x), layer(x)
    np.testing.assert_allclose(got.detach().numpy(), want.detach().numpy(), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("name", [n for n in LAYERS if n != "ctc"])  # (which has none, as in torch)
def test_double_backward_agrees_with_differences(name):
    layer, shape = LAYERS[name]
    x = compat.randn(*shape)
    v = compat.randn(*shape)

    def slope(x):
        x = x.detach().clone().requires_grad_()
        (g,) = compat.autograd.grad((layer(x) ** 2).sum(), x, create_graph=True)
        return x, g

    x, g = slope(x)
    (got,) = compat.autograd.grad(g, x, v)
    step = 2e-3
    want = (slope(x + step * v)[1] - slope(x - step * v)[1]) / (2 * step)
    scale = max(float(got.abs().max()), 1.0)
    np.testing.assert_allclose(got.detach().numpy(), want.detach().numpy(), rtol=0, atol=3e-2 * scale)


MODULES = [m.name for m in pkgutil.walk_packages(compat.nn.__path__, "compat.nn.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.parametrize(
    "package", ["compat.nn", "compat.nn.modules", "compat.nn.functional", "compat.nn.utils", "compat.nn.parallel"]
)
def test_every_name_of_an_index_is_there(package):
    module = importlib.import_module(package)
    families = getattr(module, "_FAMILIES", {})
    for family, names in families.items():
        home = importlib.import_module(f"{package}.{family}")
        for name in names.split():
            f = getattr(module, name)
            one = (
                original.get(f, f) if type(f) is FunctionType else f
            )  # (once a class like a Tensor was met, names have copies)
            assert one is getattr(home, name)
    for name in dir(module):
        getattr(module, name)


def test_a_missing_name_says_so():
    with pytest.raises(
        AttributeError,
        match=r"^compat has no torch\.nn\.functional\.grouped_mm yet; the nearest it has: torch\.nn\.functional\.group_norm$",
    ):
        compat.nn.functional.grouped_mm  # noqa: B018  (the access is what raises)
    assert not hasattr(compat.nn.functional, "nothing_like_it")
