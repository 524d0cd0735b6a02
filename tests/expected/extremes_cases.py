"""Primitives at the extremes: the first sample of each that is no elementwise function, with its operands at zero, denormal, huge, infinite, nan.

(Elementwise functions have samples of kind "edge".) A row is (primitive, pattern); its figures are the value and the pullback of ones.
"""

import numpy as np

import funcgrad.ops  # noqa: F401
from funcgrad.core.primitive import PRIMITIVES

PATTERNS = {
    "zeros": lambda x: 0 * x,
    "denormal": lambda x: x * 1e-310,
    "huge": lambda x: x * 1e300,
    "infinite": lambda x: np.where(np.arange(x.size).reshape(x.shape) == 1, np.inf, x),
    "nan": lambda x: np.where(np.arange(x.size).reshape(x.shape) == 1, np.nan, x),
}
FAMILIES = """
reduce cumulative ctc softmax sort index shape joining assignment pad matrix standardize losses dot conv window fft dynamic affine linalg_solve linalg_det
linalg_factor linalg_eig linalg_svd
""".split()


def rows():
    """(primitive, pattern, operands, params, numbers of the float operands)."""
    for name in sorted(PRIMITIVES):
        p = PRIMITIVES[name]
        if (
            p.elementwise
            or p.jax is None
            or p.samples is None
            or p.namespace.get("__name__", "").rpartition(".")[2] not in FAMILIES
        ):
            continue
        sample = next((s for s in p.samples(np.random.default_rng(0)) if s.kind == "plain"), None)
        floats = [
            i
            for i, x in enumerate(sample.args if sample else ())
            if isinstance(x, np.ndarray) and x.dtype == np.float64
        ]
        if sample is None or not floats:
            continue
        for pattern, change in PATTERNS.items():
            args = [change(np.array(x)) if i in floats else x for i, x in enumerate(sample.args)]
            yield name, pattern, args, sample.params, floats
