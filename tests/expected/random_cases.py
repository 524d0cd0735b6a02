"""The draws that are compared with jax's: {label: (function, arguments after the key, how near)}.

How near: 0 for the same bits, else the largest difference in ulp, or ("of", x) where the figure is a difference of larger
ones, as large as x.
"""

import numpy as np

N = (40,)
RATES = np.linspace(0.3, 25.0, 40, dtype=np.float32)
SMALL = np.linspace(0.05, 2.0, 40, dtype=np.float32)
ROWS = np.linspace(-1.0, 1.0, 60, dtype=np.float32).reshape(12, 5)
P4 = np.array([0.1, 0.2, 0.3, 0.4], np.float32)
MEAN, COV = np.array([1.0, 2.0], np.float32), np.array([[2.0, 0.5], [0.5, 1.0]], np.float32)
LINE = np.arange(10, dtype=np.int32)

CASES = {
    "uniform": ("uniform", (N,), 0),
    "uniform of bounds": ("uniform", (N, None, -2.0, RATES), 0),
    "uniform float64": ("uniform", (N, "float64"), 0),
    "uniform float16": ("uniform", (N, "float16", -2.0, 3.0), 0),
    "normal": ("normal", (N,), 0),
    "normal far": ("normal", ((1000,),), 0),
    "normal float16": ("normal", (N, "float16"), 0),
    "normal float64": ("normal", (N, "float64"), 64),
    "normal complex64": ("normal", (N, "complex64"), 2),
    "exponential": ("exponential", (N,), 0),
    "gumbel": ("gumbel", (N,), 0),
    "gumbel high": ("gumbel", (N, None, "high"), 0),
    "gumbel highest": ("gumbel", (N, None, "highest"), 0),
    "laplace": ("laplace", (N,), 0),
    "logistic": ("logistic", (N,), 0),
    "cauchy": ("cauchy", (N,), 2),
    "bits": ("bits", (N,), 0),
    "bits uint8": ("bits", (N, "uint8"), 0),
    "bits uint64": ("bits", (N, "uint64"), 0),
    "randint": ("randint", (N, 0, 10), 0),
    "randint of bounds": ("randint", (N, -5, RATES.astype(np.int32)), 0),
    "randint uint8": ("randint", (N, 0, 256, "uint8"), 0),
    "randint whole range": ("randint", (N, -(1 << 31), (1 << 31) - 1), 0),
    "bernoulli": ("bernoulli", (0.3, N), 0),
    "bernoulli high": ("bernoulli", (0.3, N, "high"), 0),
    "rademacher": ("rademacher", (N,), 0),
    "permutation": ("permutation", (200,), 0),
    "permutation of rows": ("permutation", (ROWS,), 0),
    "permutation independent": ("permutation", (ROWS, 1, True), 0),
    "choice": ("choice", (100, (7, 3)), 0),
    "choice without replacement": ("choice", (50, (20,), False), 0),
    "choice of rows": ("choice", (ROWS, (4,), True, None, 1), 0),
    "choice weighted": ("choice", (4, N, True, P4), 0),
    "choice weighted without replacement": ("choice", (4, (3,), False, P4), 0),
    "truncated_normal": ("truncated_normal", (-1.0, 2.0, N), 0),
    "pareto": ("pareto", (RATES,), 2),
    "rayleigh": ("rayleigh", (RATES,), 2),
    "triangular": ("triangular", (0.0, 0.3, 2.0, N), 0),
    "weibull_min": ("weibull_min", (2.0, 1.5, N), 2),
    "lognormal": ("lognormal", (1.0, N), 2),
    "maxwell": ("maxwell", (N,), 2),
    "double_sided_maxwell": ("double_sided_maxwell", (1.0, 2.0, N), ("of", 4.0)),
    "wald": ("wald", (RATES,), ("of", 1e4)),
    "multivariate_normal": ("multivariate_normal", (MEAN, COV, (20,)), ("of", 2.0)),
    "multivariate_normal eigh": ("multivariate_normal", (MEAN, COV, (20,), None, "eigh"), ("of", 2.0)),
    "orthogonal": ("orthogonal", (3, (4,)), ("of", 2.0)),
    "orthogonal wide": ("orthogonal", (2, (4,), None, 3), ("of", 2.0)),
    "gamma": ("gamma", (RATES,), 16),
    "gamma small": ("gamma", (SMALL,), 16),
    "loggamma": ("loggamma", (SMALL,), ("of", 8.0)),
    "beta": ("beta", (RATES, 2.0), 16),
    "dirichlet": ("dirichlet", (P4, (10,)), 64),
    "t": ("t", (RATES,), 8),
    "chisquare": ("chisquare", (RATES,), 24),
    "f": ("f", (RATES, 3.0), 32),
    "generalized_normal": ("generalized_normal", (1.5, N), 4),
    "ball": ("ball", (3, 2, (10,)), 4),
    "categorical": ("categorical", (ROWS,), 0),
    "categorical shape": ("categorical", (ROWS, -1, (3, 12)), 0),
    "categorical axis": ("categorical", (ROWS, 0), 0),
    "categorical without replacement": ("categorical", (ROWS, -1, (3, 12), False), 0),
    "poisson": ("poisson", (RATES,), 0),
    "poisson large": ("poisson", (300.0, N), 0),
    "binomial": ("binomial", (30.0, SMALL / 2), 0),
    "binomial large": ("binomial", (1000.0, 0.4, N), 0),
    "multinomial": ("multinomial", (30.0, np.tile(P4, (5, 1))), 0),
    "geometric": ("geometric", (SMALL / 3,), 0),
}  # fmt: skip
BFLOAT16 = {  # what is drawn in bfloat16 to the bit: (function, arguments before the shape, and after the dtype)
    **{
        name: (name, (), ()) for name in ("uniform", "normal", "exponential", "gumbel", "laplace", "logistic", "cauchy")
    },
    "uniform of bounds": ("uniform", (), (-3.0, 10.3)),
    "truncated_normal": ("truncated_normal", (-1.0, 2.2), ()),
}
GRADIENTS = {  # d sum(draw * weights) / da of a float32 parameter
    "gamma": (lambda r, k, a: r.gamma(k, a, (4,)), 1.5),
    "gamma below one": (lambda r, k, a: r.gamma(k, a, (4,)), 0.3),
    "loggamma": (lambda r, k, a: r.loggamma(k, a, (4,)), 0.03),
    "beta": (lambda r, k, a: r.beta(k, a, 2 * a, (4,)), 1.3),
    "t": (lambda r, k, a: r.t(k, a, (4,)), 3.3),
    "uniform": (lambda r, k, a: r.uniform(k, (4,), minval=a, maxval=3 * a), 1.5),
    "truncated_normal": (lambda r, k, a: r.truncated_normal(k, -a, a, (4,)), 1.3),
    "triangular": (lambda r, k, a: r.triangular(k, -a, 0.0, 2 * a, (4,)), 1.3),
    "pareto": (lambda r, k, a: r.pareto(k, a, (4,)), 1.3),
    "wald": (lambda r, k, a: r.wald(k, a, (4,)), 1.3),
}
WEIGHTS = np.array([1.0, -0.5, 2.0, 0.25], np.float32)


def arguments(args, dtype):
    """Arguments with the names of dtypes turned into what `dtype` makes of them."""
    names = ("float16", "float64", "complex64", "uint8", "uint64")
    return [dtype(a) if isinstance(a, str) and a in names else a for a in args]
