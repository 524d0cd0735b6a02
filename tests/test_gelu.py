"""GELU and its slope in float32, whose Phi is (1 + tanh(u)) / 2, against the error function of the standard library in float64."""

import math

import numpy as np
import pytest

from funcgrad.ops.gelu import gelu, gelu_slope


def phi(x):
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def cdf(x):
    return math.erfc(-x / math.sqrt(2)) / 2


@pytest.mark.parametrize(
    ("function", "exact", "limit"),
    [(gelu, lambda x: x * cdf(x), 2.1e-7), (gelu_slope, lambda x: cdf(x) + x * phi(x), 8e-8)],
)
def test_float32(function, exact, limit):
    x = np.linspace(-9, 9, 40001).astype(np.float32)
    expected = np.array([exact(v) for v in x.tolist()])
    error = np.abs(function.impl(x) - expected)
    assert error[x < 0].max() < limit  # (torch's erf loses 1.1e-6 here)
    assert (error / np.spacing(np.maximum(np.abs(expected), 1e-3).astype(np.float32)))[x > 0].max() < 1.8


def test_far_out():
    x = np.array([-1e30, -20, -0.0, 0, 20, 1e30, np.inf], np.float32)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(gelu.impl(x), np.maximum(x, 0))
