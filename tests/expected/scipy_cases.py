"""Calls that are compared with SciPy's, values and derivatives: {label: (module, function path, arguments, which are differentiated)}.

Arrays are float64; whole numbers that a function takes as counts are not differentiated.
"""

import numpy as np

X = np.array([-2.5, -0.7, 0.1, 0.4, 0.9, 1.7, 3.2])
POS = np.array([0.2, 0.6, 1.0, 1.5, 2.5, 7.0])
UNIT = np.array([0.05, 0.3, 0.5, 0.8, 0.97])
K = np.array([0.0, 1.0, 2.0, 5.0, -1.0, 9.0])
A = np.array([0.7, 1.3, 2.0, 3.5, 4.0, 9.0])
SQUARE = np.array([[1.0, 0.3, -0.2], [0.1, 2.0, 0.5], [0.4, -0.3, 1.5]])
SPD = SQUARE @ SQUARE.T
VECTOR, COLUMNS = np.array([1.0, -2.0, 0.5]), np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3]])

CASES = {}


def add(module, path, *args, by=None, label=""):
    by = [i for i, a in enumerate(args) if np.asarray(a).dtype.kind == "f"] if by is None else by
    CASES[f"{module}.{path}{label}"] = (module, path, args, tuple(by))


for name in ("norm", "cauchy", "laplace", "logistic", "gumbel_l", "gumbel_r", "expon", "uniform"):
    for f in {"norm": "logpdf pdf cdf logcdf sf logsf", "cauchy": "logpdf cdf logsf", "laplace": "logpdf cdf",
              "logistic": "logpdf cdf sf", "gumbel_l": "logpdf cdf logsf", "gumbel_r": "logpdf logcdf sf",
              "expon": "logpdf logcdf sf", "uniform": "logpdf cdf"}[name].split():  # fmt: skip
        add("stats", f"{name}.{f}", X, 0.3, 1.5)
    if name != "laplace":
        add("stats", f"{name}.ppf", UNIT, 0.3, 1.5)
for name in ("norm", "cauchy", "logistic"):
    add("stats", f"{name}.isf", UNIT, 0.3, 1.5)
for f in "logpdf cdf logsf".split():
    add("stats", f"gamma.{f}", POS, A, 0.1, 1.5, by=(0, 2, 3))
    add("stats", f"chi2.{f}", POS, A, 0.1, 1.5, by=(0, 2, 3))
    add("stats", f"pareto.{f}", 1.2 + POS, A, 0.1, 1.2)
    add("stats", f"beta.{f}", UNIT, A[:5], A[1:], by=(0,))
    add("stats", f"truncnorm.{f}", X, -1.5, 2.0, 0.2, 1.3)
add("stats", "beta.logpdf", UNIT, A[:5], A[1:], 0.01, 1.5, label=" all")
add("stats", "pareto.ppf", UNIT, 2.5, 0.1, 1.2)
for f in ("logpdf",):
    add("stats", f"t.{f}", POS, A, 0.1, 1.5)
    add("stats", f"gennorm.{f}", POS, 1.5)
    add("stats", f"vonmises.{f}", POS, A)
    add("stats", f"wrapcauchy.{f}", POS, 0.4)
    add("stats", f"multivariate_normal.{f}", COLUMNS.T, VECTOR, SPD, by=(0, 1))
    add("stats", f"dirichlet.{f}", np.array([0.2, 0.3, 0.5]), A[:3], by=(1,))
add("stats", "gennorm.cdf", POS, 1.5, by=(0,))
for f in ("logpmf",):
    add("stats", f"bernoulli.{f}", K, 0.3, by=(1,))
    add("stats", f"binom.{f}", K, 6.0, 0.3, by=(2,))
    add("stats", f"betabinom.{f}", K, 6.0, 1.5, 2.5, by=(2, 3))
    add("stats", f"geom.{f}", K, 0.3, by=(1,))
    add("stats", f"nbinom.{f}", K, 3.5, 0.3, by=(2,))
    add("stats", f"poisson.{f}", K, 2.5, by=(1,))
    add("stats", f"multinomial.{f}", np.array([1, 2, 3]), 6, np.array([0.25, 0.25, 0.5]), by=())
add("stats", "bernoulli.cdf", K, 0.3, by=())
add("stats", "bernoulli.ppf", UNIT, 0.3, by=())
add("stats", "poisson.cdf", K, 2.5, by=(1,))
add("stats", "poisson.entropy", np.array([0.5, 3.0, 40.0, 200.0]), by=())
add("stats", "sem", COLUMNS)
for method in ("average", "min", "max", "dense", "ordinal"):
    add("stats", "rankdata", np.array([3.0, 1.0, 3.0, 2.0, 1.0]), method, by=(), label=f" {method}")
add("special", "gammainc", A, POS, by=(0, 1))
add("special", "gammaincc", A, POS, by=(0, 1))
add("special", "betainc", A[:5], A[1:], UNIT, by=(2,))
add("special", "zeta", 1 + A, POS, by=(1,))
add("special", "factorial", A)
add("special", "comb", 2 + A, UNIT[0] + A / 2, by=())
add("special", "poch", A[:5], POS[:5])
add("special", "boxcox", POS, np.array([-0.5, 0.0, 0.5, 1.0, 2.0, 0.1]), by=(0,))
add("special", "boxcox1p", POS, np.array([-0.5, 0.0, 0.5, 1.0, 2.0, 0.1]), by=(0,))
for name in ("expi", "exp1", "spence", "dawsn", "erfcx", "gammasgn"):
    add("special", name, POS, by=() if name == "gammasgn" else None)
add("special", "ndtri", UNIT)
add("special", "log_ndtr", X)
for n in (1, 2, 4):
    add("special", "expn", n, POS, label=f" {n}")
for name in ("cholesky", "det", "inv", "expm", "polar", "lu", "qr"):
    add("linalg", name, SPD if name == "cholesky" else SQUARE, by=() if name in ("qr", "cholesky") else None)
add("linalg", "expm", 30 * SQUARE, label=" large")
add("linalg", "sqrtm", SPD, by=())
add("linalg", "svd", SQUARE, by=())
add("linalg", "solve", SQUARE, VECTOR)
add("linalg", "solve", SPD, COLUMNS, label=" columns")
for trans in (0, 1):
    for lower in (False, True):
        add("linalg", "solve_triangular", SQUARE, VECTOR, trans, lower, by=(0, 1), label=f" {trans} {lower}")
add("linalg", "expm_frechet", SQUARE, SPD / 2)
add("linalg", "block_diag", SQUARE, COLUMNS)
for name, args in {
    "toeplitz": (VECTOR, np.array([9.0, 4.0])), "hankel": (VECTOR, np.array([9.0, 4.0])), "circulant": (VECTOR,), "companion": (VECTOR,),
    "fiedler": (VECTOR,), "leslie": (VECTOR, VECTOR[:2]), "dft": (4, "sqrtn"), "hadamard": (4,), "helmert": (4,), "hilbert": (3,),
    "invhilbert": (4,), "pascal": (4,), "invpascal": (4,), "convolution_matrix": (VECTOR, 4, "same"),
}.items():  # fmt: skip
    add("linalg", name, *args, by=())


add("special", "sici", np.array([0.3, 2.0, 3.9, 4.1, 9.0, 40.0]))
add("special", "fresnel", np.array([-3.0, -0.4, 0.7, 1.5, 1.7, 20.0]))
add("special", "owens_t", X, np.array([0.3, -0.9, 1.0, 1.3, -2.5, 9.0, 0.1]))
SIGNAL = np.sin(np.arange(23.0)) + np.arange(23.0) / 7
ROWS = np.stack([SIGNAL, SIGNAL[::-1] ** 2])
for mode in ("full", "same", "valid"):
    for name in ("convolve", "correlate", "fftconvolve"):
        add("signal", name, ROWS, SQUARE[:2, :2], mode, label=f" {mode}")
add("signal", "correlate2d", ROWS, SQUARE[:2, :2], "same")
add("signal", "detrend", ROWS, -1, "linear", [7], by=(0,))
add("signal", "stft", ROWS, 2.0, "hamming", 8, 3, 9, "linear", by=())
add(
    "signal",
    "istft",
    np.fft.rfft(ROWS.reshape(2, 23)[:, :20].reshape(2, 5, 4), 6, axis=2).swapaxes(1, 2),
    2.0,
    "hann",
    6,
    by=(),
)
add("signal", "welch", ROWS, 2.0, "blackman", 8, by=(0,))
add(
    "signal",
    "csd",
    ROWS,
    ROWS[::-1] + 1.0,
    2.0,
    "hann",
    8,
    None,
    None,
    "constant",
    True,
    "spectrum",
    -1,
    "median",
    by=(),
)
for name in ("dct", "idct", "dctn", "idctn"):
    add("fft", name, ROWS[:, :5])
for n in (1, 2, 5):
    add("linalg", "fiedler_companion", 1.0 + np.arange(n + 1.0), by=(), label=f" {n}")
add("linalg", "solve_sylvester", SQUARE, SPD, SPD + SQUARE)


def found(module, path):
    for part in path.split("."):
        module = getattr(module, part)
    return module


def parts(out):
    return list(out) if isinstance(out, (tuple, list)) else [out]
