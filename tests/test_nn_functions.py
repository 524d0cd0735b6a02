"""funcgrad.nn against jax.nn: stored values and gradients of activations and attention; initialisers to the bit; errors."""

import json
import pathlib
import sys

import numpy as np
import pytest

import funcgrad as fg
from funcgrad import nn, random

FOLDER = pathlib.Path(__file__).parent / "expected"
sys.path.insert(0, str(FOLDER))
from jax_nn_cases import ACTIVATIONS, ATTENTION, INITIALIZERS, SHAPES, K, Q, V, X, operand, weights  # noqa: E402

from tests.raised import refused  # noqa: E402

STORED = json.loads((FOLDER / "jax_nn.json").read_text())


@pytest.mark.parametrize("label", ACTIVATIONS)
def test_activations(label):
    name, kwargs = ACTIVATIONS[label]
    x = operand(label)
    value, slope = map(np.array, STORED["activations"][label])
    kept = np.isfinite(value)

    def f(x):
        return getattr(nn, name)(x, **kwargs)

    def total(x):
        return np.sum(np.where(kept, f(x), 0.0) * weights(kept.shape))

    np.testing.assert_allclose(f(x), value, rtol=1e-12, atol=1e-15)
    for grad in (fg.grad(total), fg.jit(fg.grad(total))):
        np.testing.assert_allclose(grad(x), slope, rtol=1e-9, atol=1e-12)
    assert f(x.astype(np.float32)).dtype == np.float32


@pytest.mark.parametrize("label", ATTENTION)
def test_attention(label):
    kwargs = ATTENTION[label]
    values, slopes = STORED["attention"][label]
    out = nn.dot_product_attention(Q, K, V, **kwargs)
    for got, want in zip(out if isinstance(out, tuple) else [out], values, strict=True):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5)

    def total(q, k, v):
        out = nn.dot_product_attention(q, k, v, **kwargs)
        return np.sum((out[0] if isinstance(out, tuple) else out) * weights(Q.shape))

    for got, want in zip(fg.grad(total, (0, 1, 2))(Q, K, V), slopes, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-3, atol=1e-5)
    one = fg.vmap(lambda q, k, v: nn.dot_product_attention(q, k, v))(Q, K, V)  # without a batch axis
    if label == "plain":
        np.testing.assert_allclose(one, out, rtol=1e-5)


@pytest.mark.parametrize("label", INITIALIZERS)
def test_initializers(label):
    """To the bit, but for the QR factorisation of `orthogonal`."""
    name, args = INITIALIZERS[label]
    init = getattr(nn.initializers, name)(*args)
    for shape, words in zip(SHAPES, STORED["initializers"][label], strict=True):
        got, want = init(random.key(3), shape), np.array(words, np.uint32).view(np.float32).reshape(shape)
        assert got.dtype == np.float32
        if name == "orthogonal":
            np.testing.assert_allclose(got, want, atol=1e-5)
        else:
            assert np.array_equal(got, want), label
    assert init(random.key(3), (4, 4), np.float64).dtype == np.float64


def test_delta_orthogonal():
    w = nn.initializers.delta_orthogonal()(random.key(0), (3, 3, 2, 4), np.float64)
    np.testing.assert_allclose(w[1, 1] @ w[1, 1].T, np.eye(2), atol=1e-12)
    assert np.count_nonzero(w) == np.count_nonzero(w[1, 1])


def test_one_hot():
    assert np.array_equal(nn.one_hot([[0, 2], [1, -1]], 3), [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [0, 0, 0]]])
    assert np.array_equal(nn.one_hot([0, 2], 3, axis=0), np.eye(3)[[0, 2]].T)
    assert np.array_equal(fg.jit(lambda i: nn.one_hot(i, 3, dtype=bool))(np.array([0, 2])), np.eye(3)[[0, 2]])
    assert nn.swish is nn.silu and nn.hard_swish is nn.hard_silu


ERRORS = {
    "odd": (ValueError, "must have an even size", lambda: nn.glu(X)),
    "heads": (ValueError, "k dividing n", lambda: nn.dot_product_attention(Q[:, :, :3], K, V)),
    "implementation": (ValueError, "no implementation 'cudnn'", lambda: nn.dot_product_attention(Q, K, V, implementation="cudnn")),
    "algorithm": (ValueError, "algorithm must be", lambda: nn.standardize(X, algorithm="x")),
    "mode": (ValueError, "mode must be one of", lambda: nn.initializers.variance_scaling(1.0, "x", "uniform")),
    "distribution": (ValueError, "distribution must be", lambda: nn.initializers.variance_scaling(1.0, "fan_in", "x")),
    "axes": (ValueError, "no axis -2", lambda: nn.initializers.he_normal()(random.key(0), (3,))),
    "orthogonal": (ValueError, "two axes", lambda: nn.initializers.orthogonal()(random.key(0), (3,))),
}  # fmt: skip


@pytest.mark.parametrize("what", ERRORS)
def test_errors(what):
    error, text, f = ERRORS[what]
    refused(error, f, text)
