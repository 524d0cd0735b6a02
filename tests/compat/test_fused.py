"""multiply_add rounds once: against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest

from compat.functions.fused import multiply_add


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_multiply_add_is_rounded_once(dtype):
    rng = np.random.default_rng(0)
    a, x = rng.standard_normal((2, 500)).astype(dtype)
    alpha = float(dtype(0.3))
    a[::5] = -alpha * x[::5]  # (what is left is the rounding of the product)
    exact = [float(Fraction(float(u)) + Fraction(float(v)) * Fraction(alpha)) for u, v in zip(a, x)]
    got = multiply_add(a, x, alpha)
    assert got.tolist() == np.array(exact).astype(dtype).tolist()
    assert (got != a + x * dtype(alpha)).sum() > 50


def test_what_is_no_number():
    x = np.array([np.inf, np.nan, 1e308, -np.inf])
    with np.errstate(all="ignore"):
        assert np.array_equal(multiply_add(x, x, 2.0), x + x * 2.0, equal_nan=True)
