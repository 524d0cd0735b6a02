"""Products of few rows in pieces (funcgrad/ops/_few_rows.py): what is cut is what is whole, on every BLAS."""

import sys

import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.ops import _few_rows


@pytest.fixture
def pieces(monkeypatch):
    """Products are cut wherever the kernels of BLAS that has a road for small ones would be, whatever BLAS there is, and small ones too."""
    monkeypatch.setattr(_few_rows, "small_products", lambda: 600)
    monkeypatch.setattr(_few_rows, "threads", lambda: 1)
    for name, least in dict(WORK=1, SMALL_PRODUCT=1000, DEEP=2, NARROW=2, TURNED=300).items():
        monkeypatch.setattr(_few_rows, name, least)
    made, plain = [], _few_rows.in_pieces
    monkeypatch.setattr(_few_rows, "in_pieces", lambda y, width: made.append(width) or plain(y, width))
    cut = _few_rows.cut
    cut.cache_clear()
    yield made
    cut.cache_clear()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_products_of_few_rows_in_pieces(pieces, dtype):
    """Of every way that the operands lie, with columns left over and without, a product in pieces is the whole one."""
    rng = np.random.default_rng(2)
    for n, k, m in [
        (2, 8, 200),
        (8, 16, 51),
        (30, 20, 40),
        (5, 40, 37),
        (60, 5, 31),
        (1, 9, 300),
        (40, 3, 100),
        (3, 1, 700),
    ]:
        x, y = rng.normal(size=(n, k)).astype(dtype), rng.normal(size=(k, m)).astype(dtype)
        for left in (x, np.asfortranarray(x), np.repeat(x, 2, 0)[::2]):
            for right in (y, np.asfortranarray(y), np.repeat(y, 2, 1)[:, ::2]):
                for out in (None, np.empty((n, m), dtype)):
                    got = _few_rows.product(left, right, out)
                    assert out is None or got is out
                    np.testing.assert_allclose(got, x @ y, rtol=1e-12 if dtype == "float64" else 1e-4, atol=1e-5)
    assert len(pieces) > 40


@pytest.mark.parametrize("name", ["lstm_layer", "gru_layer", "rnn_layer", "affine", "dot_general"])
def test_layers_are_the_same_in_pieces(pieces, name, monkeypatch):
    """Values and gradients of a recurrent layer, a linear layer and a product, whose products are cut, are those of whole products."""
    rng, prim = np.random.default_rng(4), PRIMITIVES[name]
    t, n, m, k = 6, 4, 16, 5
    gates = {"lstm_layer": 4, "gru_layer": 3, "rnn_layer": 1}.get(name)
    if gates:
        shapes = [(t, n, k), (n, m), (gates * m, m), (gates * m, k), (gates * m,), (gates * m,)]
        shapes[2:2] = [(n, m)] if gates == 4 else []
        params = {"nonlinearity": "tanh"} if gates == 1 else {}
    elif name == "affine":
        shapes, params = [(n, 40), (60, 40), (60,)], {}
    else:
        shapes, params = [(n, 40), (40, 60)], {"dims": (((1,), (0,)), ((), ()))}
    operands = [rng.normal(size=s) for s in shapes]
    for module in (sys.modules["funcgrad.ops.affine"], sys.modules["funcgrad.ops.dot"]):
        for constant in ("SMALL", "LARGE"):
            monkeypatch.setattr(module, constant, 1)

    def loss(*xs):
        out = prim(*xs, **params)
        return np.sum((out[0] if prim.multi else out) ** 2)

    def found():
        return fg.value_and_grad(loss, tuple(range(len(operands))))(*operands)

    value, gradients = found()
    assert len(pieces) >= 4, pieces
    monkeypatch.setattr(_few_rows, "cut", lambda *args: 0)
    whole, others = found()
    np.testing.assert_allclose(value, whole, rtol=1e-12)
    for a, b in zip(gradients, others, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("block", [1, 1000])
def test_an_lstm_is_walked_back_in_blocks_of_steps(block, monkeypatch):
    """Gradients of hidden states, cells and gates alike, of few steps and of many, are central differences."""
    prim = PRIMITIVES["lstm_layer"]
    monkeypatch.setattr(sys.modules["funcgrad.ops.lstm_layer"], "BLOCK", block)
    rng = np.random.default_rng(6)
    n, m, k = 2, 3, 2
    for steps in (3, 7):
        shapes = (steps, n, k), (n, m), (n, m), (4 * m, m), (4 * m, k), (4 * m,), (4 * m,)
        at, by = ([rng.normal(size=s) for s in shapes] for _ in range(2))

        def loss(*xs):
            return sum([np.sum(np.sin((i + 1) * out)) for i, out in enumerate(prim(*xs))])

        found = fg.grad(loss, tuple(range(7)))(*at)
        ahead, behind = (loss(*[x + s * v for x, v in zip(at, by, strict=True)]) for s in (1e-6, -1e-6))
        got = sum([np.sum(g * v) for g, v in zip(found, by, strict=True)])
        np.testing.assert_allclose(got, (ahead - behind) / 2e-6, rtol=1e-7, atol=1e-7)


def test_a_weight_is_laid_out_for_many_rows(pieces, monkeypatch):
    """A linear layer of many rows, whose weight is laid out by columns first, is the same one; few rows and large weights are left as they lie."""
    monkeypatch.setattr(_few_rows, "small_products", lambda: 10**6)
    _few_rows.laid_out.cache_clear()
    assert _few_rows.laid_out(64, (32, 16), 8)
    assert not any(
        _few_rows.laid_out(*asked) for asked in ((16, (64, 16), 8), (64, (128, 64), 8), (128, (128, 128), 1))
    )
    monkeypatch.setattr(sys.modules["funcgrad.ops.affine"], "WORK", 1)
    rng = np.random.default_rng(5)
    x, w, b = (rng.normal(size=s) for s in ((64, 16), (32, 16), (32,)))
    np.testing.assert_allclose(PRIMITIVES["affine"](x, w, b), x @ w.T + b, rtol=1e-12)
    assert _few_rows.laid_out.cache_info().hits
    _few_rows.laid_out.cache_clear()
