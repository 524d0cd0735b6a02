"""Computes the polynomial coefficients of funcgrad/ops/special_values/coefficients.py, with mpmath 1.3, at 60 digits.

Each is the Chebyshev interpolant of a smooth function on an interval, as a polynomial in u = (2x - a - b) / (b - a),
highest power first; the functions, intervals and degrees are those of FITS. The terms left out are below 1e-17.
Run it in the repository's root to write the file anew.
"""

import pathlib

import mpmath as mp

mp.mp.dps = 60
ROOT = mp.findroot(mp.digamma, 1.46)
K = 4


def erf_over_x(v):
    """erf(x) / x of v = x**2."""
    return mp.erf(mp.sqrt(v)) / mp.sqrt(v)


def scaled_erfcx(q):
    """(1 + 2x) exp(x**2) erfc(x) of q = (x - K) / (x + K): x from 0 to infinity is q from -1 to 1."""
    x = K * (1 + q) / (1 - q)
    if x < 100:
        return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)
    tail = mp.nsum(lambda k: (-1) ** int(k) * mp.fac2(2 * k - 1) / (2 * x * x) ** k, [0, 20])
    return (1 + 2 * x) / (x * mp.sqrt(mp.pi)) * tail


def erfinv_over_x(w):
    """erfinv(x) / x of w = -log(1 - x**2)."""
    x = mp.sqrt(-mp.expm1(-w))
    return mp.erfinv(x) / x


FITS = {  # name: (function, a, b, degree)
    "ERF": (erf_over_x, 0, 1, 12),
    "ERFCX": (scaled_erfcx, -1, 1, 25),
    "ERFINV_MIDDLE": (erfinv_over_x, 0, 5, 22),
    "ERFINV_TAIL": (lambda s: erfinv_over_x(s * s), mp.sqrt(5), 4, 21),
    "ERFINV_END": (lambda s: erfinv_over_x(s * s), 4, mp.mpf("6.1"), 20),
    "LGAMMA": (lambda d: mp.loggamma(2 + d) / d, mp.mpf("-0.5"), mp.mpf("0.5"), 19),  # odd, so that no node is 0
    "DIGAMMA": (lambda x: mp.digamma(x) / (x - ROOT), 1, 2, 23),
}


def chebyshev(f, a, b, degree):
    n = degree + 1
    angles = [mp.pi * (2 * k + 1) / (2 * n) for k in range(n)]
    values = [f((a + b + (b - a) * mp.cos(t)) / 2) for t in angles]
    return [(2 if j else 1) * sum(v * mp.cos(j * t) for v, t in zip(values, angles, strict=True)) / n for j in range(n)]


def power_series(series):
    """Chebyshev coefficients as those of 1, u, u**2, ..."""
    total = [mp.mpf(0)] * len(series)
    before, now = [mp.mpf(1)], [mp.mpf(0), mp.mpf(1)]
    for c in series:
        for i, v in enumerate(before):
            total[i] += c * v
        before, now = (
            now,
            [(2 * now[i - 1] if i else 0) - (before[i] if i < len(before) else 0) for i in range(len(now) + 1)],
        )
    return total


def fitted(f, a, b, degree):
    return [float(c) for c in reversed(power_series(chebyshev(f, mp.mpf(a), mp.mpf(b), degree)))]


HEAD = '''"""Polynomial coefficients, highest power first, in u = (2x - a - b) / (b - a) on a <= x <= b.

Written by tests/expected/make_special_coefficients.py, which says of which functions; do not edit.
"""
'''


def text():
    lines = [HEAD]
    for name, (f, a, b, degree) in FITS.items():
        lines.append(f"{name} = (  # a, b = {mp.nstr(mp.mpf(a), 17)}, {mp.nstr(mp.mpf(b), 17)}")
        lines += [f"    {c!r}," for c in fitted(f, a, b, degree)]
        lines.append(")")
    high = float(ROOT)
    lines.append("# the positive root of digamma, as the sum of two floats")
    lines.append(f"DIGAMMA_ROOT = ({high!r}, {float(ROOT - high)!r})")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    pathlib.Path("funcgrad/ops/special_values/coefficients.py").write_text(text())
