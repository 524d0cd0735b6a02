"""Primitives at zeros, denormals, huge numbers, infinities and nans, against the figures that jax gave (expected/make_extremes.py)."""

import pathlib
import sys
import warnings

import numpy as np

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES

EXPECTED = pathlib.Path(__file__).parent / "expected"
sys.path.append(str(EXPECTED))
import composed_cases as composed  # noqa: E402
import extremes_cases as cases  # noqa: E402

from tests import packed  # noqa: E402

WHOLE_FILE = packed.read("extremes")
STORED = WHOLE_FILE["found"]
FLUSHED = "XLA takes denormal numbers for zeros, which are then equal"
TIES = "ties are shared otherwise (docs/kinks.md)"
ORDER = "one infinity overflows first; jax's sums and products, taken in another order, meet inf - inf or 0 * inf"
AT_NAN = "where the largest number is nan so is its derivative; jax's is 0"
REFUSED = "NumPy's LinAlgError; jax gives nan"
SCALED = "the gradient is finite where jax's overflows or underflows on the way"
PADDED = "an infinite tap meets the zeros of the padding, which gives nan, as in torch; jax leaves these products out"
WHOLE = "nothing of the matrix is used once a number in it is nan or infinite; jax's formulas are nan in part"
FURTHER = "an LU factorisation spreads nan further, or less far, than jax's"
IN_WINDOW = "the nan of a window has its derivative; jax's goes to the element before it"
DIFFERENT = {
    "affine": {"huge": ORDER}, **dict.fromkeys(("conv", "conv_bias"), {"huge": ORDER, "infinite": PADDED, "nan": PADDED}),
    "cholesky": {"zeros": REFUSED, "infinite": REFUSED, "denormal": FLUSHED},
    "det": {"huge": SCALED, "infinite": WHOLE, "nan": WHOLE},
    "eig": {"infinite": REFUSED, "nan": REFUSED}, "eigh": {"denormal": FLUSHED, "huge": SCALED, "nan": REFUSED},
    "inv": {"zeros": REFUSED, "denormal": FLUSHED}, "solve": {"zeros": REFUSED, "denormal": FLUSHED, "infinite": FURTHER},
    "cholesky_solve": {"infinite": FURTHER}, "trilinear": {"huge": ORDER, "infinite": ORDER},
    "lu": {"denormal": FLUSHED, "infinite": FURTHER, "nan": FURTHER}, "pinv": {"denormal": FLUSHED, "nan": REFUSED},
    "qr": {"denormal": FLUSHED}, "slogdet": {"denormal": FLUSHED},
    "svd": {"denormal": FLUSHED, "infinite": WHOLE, "nan": REFUSED},
    "with_eigenvalues": {"denormal": FLUSHED, "huge": SCALED, "nan": REFUSED},
    "with_singular_values": {"denormal": FLUSHED, "huge": SCALED, "infinite": WHOLE, "nan": REFUSED},
    "window_argmax": {"denormal": FLUSHED, "nan": IN_WINDOW}, "window_argmin": {"denormal": FLUSHED, "nan": IN_WINDOW},
    "window_max": {"denormal": FLUSHED, "nan": IN_WINDOW}, "window_min": {"denormal": FLUSHED, "nan": IN_WINDOW},
    "normalized": {"huge": SCALED, "infinite": "an infinite weight is taken into the sums of a row in another order; jax's are nan"},
    "any": {"denormal": FLUSHED}, "argmax": {"denormal": FLUSHED}, "argmin": {"denormal": FLUSHED}, "argsort": {"denormal": FLUSHED},
    "searchsorted": {"denormal": FLUSHED}, "top_k": {"denormal": FLUSHED},
    "max": {"denormal": FLUSHED, "nan": AT_NAN}, "min": {"denormal": FLUSHED, "nan": AT_NAN},
    "max_along": {"denormal": FLUSHED, "nan": AT_NAN}, "min_along": {"denormal": FLUSHED, "nan": AT_NAN},
    "scatter_max": {"denormal": FLUSHED, "nan": AT_NAN}, "scatter_min": {"denormal": FLUSHED, "nan": AT_NAN},
    "cummax": {"zeros": TIES, "denormal": FLUSHED, "nan": TIES}, "cummin": {"zeros": TIES, "denormal": FLUSHED, "nan": TIES},
    "ctc_forward": {
        "huge": "a logarithm below -1e30 is taken for that, with its derivative",
        "infinite": "the largest number less itself is nan where it is infinite, as in torch; jax's logsumexp is infinite",
    },
    "cumprod": {"huge": ORDER, "infinite": ORDER}, "dot_general": {"huge": ORDER},
    "linear_recurrence": {"huge": ORDER, "infinite": ORDER},
    "logsumexp": {"infinite": "a single infinity has the whole derivative; jax gives nan"},
    "cumlogsumexp": {"infinite": "a single infinity has the whole derivative; jax's weights add up to more than one"},
    "shares": {"huge": "the second operand is not the logsumexp of the first, and what overflows is no share"},
}  # fmt: skip


OF_NUMPY = "the value is NumPy's"
HUGE_SUMS = "sums and products of what overflows, in another order; or digits that XLA loses near the largest number"
INFINITE_PULL = "an infinite cotangent meets the weights 1 and -t of what interpolates; jax's are 1 - t and t"
COMPOSED = {
    "np.interp(x, np.array([-1.0, 0.0, 1.0, 2.0]), y)": {"infinite": OF_NUMPY},
    "np.interp(np.array([-0.5, 0.2, 1.5]), np.sort(x), y)": {"infinite": OF_NUMPY, "huge": HUGE_SUMS},
    "np.cov(x, y)": {"huge": HUGE_SUMS},
    **{f"np.{f} * y": {"infinite": INFINITE_PULL} for f in ("percentile(x, 40.0)", "median(x)", "nanmedian(x)", "nanquantile(x, 0.3)")},
    "np.correlate(x, y[:3])": {"infinite": PADDED, "nan": PADDED}, "np.convolve(x, y[:3])": {"huge": HUGE_SUMS},
    "np.average(x, weights=abs(y))": {"zeros": "NumPy's ZeroDivisionError; jax gives nan"},
    "np.linalg.norm(x) * y": {"huge": SCALED}, "np.linalg.norm(x, 3) * y": {"huge": SCALED},
    "np.logaddexp(x, y)": {"infinite": "equal infinities share the derivative; jax gives 1 to each"},
    "np.hypot(x, y)": {"huge": SCALED, "infinite": "the direction of arctan2; jax gives nan"},
    "np.arctan2(x, y)": {"zeros": "0, as in torch; jax gives nan", "infinite": "the limit, 0; jax gives nan"},
    "np.linalg.multi_dot([x.reshape(2, 2), y.reshape(2, 2), x.reshape(2, 2)])": {"huge": HUGE_SUMS},
    "np.sinc(x) * y": {"huge": "the sine and cosine of a huge number to their last digits, which XLA has not"},
}  # fmt: skip


def ours(name, args, params, floats):
    prim = PRIMITIVES[name]

    def of_floats(*xs):
        whole = list(args)
        for i, x in zip(floats, xs, strict=True):
            whole[i] = x
        out = prim(*whole, **params)
        return list(out) if prim.multi else [out]

    xs = [args[i] for i in floats]
    if prim.nondiff:
        return of_floats(*xs), []
    out, pull = fg.vjp(lambda *ys: [o for o in of_floats(*ys) if o.dtype.kind == "f"], *xs)
    return out, pull([np.ones_like(o) for o in out])


def close(got, want):
    got, want = np.asarray(got, float), np.asarray(want, float)
    finite = np.isfinite(want)
    if got.shape != want.shape or not np.array_equal(finite, np.isfinite(got)):
        return False
    if not np.array_equal(got[~finite], want[~finite], equal_nan=True):
        return False
    size = np.max(np.abs(want[finite]), initial=0.0)
    return np.allclose(got[finite], want[finite], rtol=1e-10, atol=max(1e-12 * size, 1e-15))


def test_as_jax_but_for_what_is_listed():
    """Neither more differences than are listed with their reasons, nor fewer."""
    found = set()
    with np.errstate(all="ignore"):
        for name, pattern, args, params, floats in cases.rows():
            try:
                got = ours(name, args, params, floats)
            except np.linalg.LinAlgError:
                found.add((name, pattern))
                continue
            for g, w in zip(got, STORED[f"{name} {pattern}"], strict=True):
                if len(g) != len(w) or not all(map(close, g, w)):
                    found.add((name, pattern))
    assert found == {(name, pattern) for name, patterns in DIFFERENT.items() for pattern in patterns}


def test_composed_functions():
    """As in jax, but for what is listed with its reason."""
    found = set()
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for text, pattern, x, y in composed.rows():
            got, want = composed.figures(text, fg.numpy, fg.grad, x, y), WHOLE_FILE["composed"][f"{text} {pattern}"]
            if isinstance(got, str) or isinstance(want, str) or not all(map(close, got, want)):
                found.add((text, pattern))
    assert found == {(text, pattern) for text, patterns in COMPOSED.items() for pattern in patterns}


def test_a_difference_is_seen():
    assert not close([1.0, np.nan], [1.0, np.inf]) and not close([1.0], [1.001]) and close([0.0], [1e-310])
