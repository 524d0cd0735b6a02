"""Composed functions at the extremes: text over `np` (jax.numpy or funcgrad.numpy) of vectors x and y, which are zero, huge, infinite or nan.

A row is (name, pattern); its figures are the value, and the gradient of its sum by x and y.
"""

import numpy as np

X, Y = np.array([0.3, -1.2, 2.5, 0.7]), np.array([1.0, -0.4, 0.2, 3.0])
PATTERNS = {
    "zeros": lambda x: 0 * x, "huge": lambda x: x * 1e300,
    "infinite": lambda x: np.where(np.arange(4) == 1, np.inf, x), "nan": lambda x: np.where(np.arange(4) == 1, np.nan, x),
}  # fmt: skip
TEXTS = """
np.interp(x, np.array([-1.0, 0.0, 1.0, 2.0]), y); np.interp(np.array([-0.5, 0.2, 1.5]), np.sort(x), y); np.gradient(x) + y
np.trapezoid(y, x); np.unwrap(3 * x) * y; np.cov(x, y); np.corrcoef(x, y); np.percentile(x, 40.0) * y; np.quantile(x, np.array([0.0, 0.3, 1.0])) * y[0]
np.median(x) * y; np.nanmedian(x) * y; np.nanmean(x) * y; np.nanvar(x) * y; np.nanstd(x) * y; np.nanprod(x) * y; np.nanquantile(x, 0.3) * y
np.polyfit(np.array([0.0, 1.0, 2.0, 4.0]), x, 2) * y[0]; np.polyval(x, y); np.convolve(x, y[:3]); np.correlate(x, y[:3]); np.average(x, weights=abs(y))
np.var(x) * y; np.std(x) * y; np.linalg.norm(x) * y; np.linalg.norm(x, 3) * y; np.cross(x[:3], y[:3]); np.diff(x) * y[1:]; np.ptp(x) * y
np.cumprod(x) * y; np.clip(x, -1, y); np.nan_to_num(x) * y; np.logaddexp(x, y); np.hypot(x, y); np.arctan2(x, y); np.outer(x, y)
np.kron(x, y); np.linalg.multi_dot([x.reshape(2, 2), y.reshape(2, 2), x.reshape(2, 2)])
np.piecewise(x, [x < 0, x >= 0], [lambda v: -v, lambda v: v * v]) * y; np.select([x < 0, x > 1], [x * 2, x * x], y); np.sinc(x) * y
"""
CASES = [text for line in TEXTS.strip().splitlines() for text in line.split("; ")]


def rows():
    for text in CASES:
        for pattern, change in PATTERNS.items():
            yield text, pattern, change(X), change(Y)


def figures(text, numpy, grad, x, y):
    """The value and the gradient; the name of the error where it raises one."""

    def f(x, y):
        return eval(text, {"np": numpy, "x": x, "y": y})

    try:
        value = np.asarray(f(x, y))
        return [value.tolist(), *[np.asarray(g).tolist() for g in grad(lambda x, y: numpy.sum(f(x, y)), (0, 1))(x, y)]]
    except (ValueError, ArithmeticError) as error:
        return type(error).__name__
