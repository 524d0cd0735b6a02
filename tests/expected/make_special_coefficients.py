"""Computes the polynomial coefficients of funcgrad/ops/special_values/coefficients.py, with mpmath 1.3, at 60 digits.

Each is the Chebyshev interpolant of a smooth function on an interval, as a polynomial in u = (2x - a - b) / (b - a),
highest power first; the functions, intervals and degrees are those of FITS. The terms left out are below 1e-17.
What float32 is computed of is a quotient of two polynomials (`rational`), good to a thirtieth of its last bit.
Run it in the repository's root to write the file anew.
"""

import pathlib
import textwrap

import mpmath as mp
import numpy as np

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


# ------------------------------------------------------------------------------------------------ Bessel functions
END = 8  # up to here the functions of the first and second kind are fitted in x**2, beyond in (END / x)**2
GAMMA = mp.euler


def regular(order):
    """J(x) / x**order of v = x**2."""
    return lambda v: mp.besselj(order, mp.sqrt(v)) / mp.sqrt(v) ** order


def second_kind(order):
    """What is left of Y(x) / x**order without its logarithm and its pole, of v = x**2."""

    def f(v):
        x = mp.sqrt(v)
        pole = -1 / x if order else 0
        return (mp.bessely(order, x) - 2 / mp.pi * (mp.log(x / 2) * mp.besselj(order, x) + pole)) / x**order

    return f


def amplitude(order, part):
    """P, or Q x / END, of t = (END / x)**2: J is sqrt(2 / (pi x)) (P cos(c) - Q sin(c)), Y the like, c = x - (2 order + 1) pi / 4."""

    def f(t):
        x = END / mp.sqrt(t)
        c = x - (2 * order + 1) * mp.pi / 4
        j, y = mp.besselj(order, x), mp.bessely(order, x)
        parts = j * mp.cos(c) + y * mp.sin(c), (y * mp.cos(c) - j * mp.sin(c)) * x / END
        return mp.sqrt(mp.pi * x / 2) * parts[part]

    return f


def decaying(order):
    """K(x) + log(x / 2) I0(x), or x (K1(x) - log(x / 2) I1(x)), of v = x**2."""

    def f(v):
        x = mp.sqrt(v)
        return (mp.besselk(order, x) - (-1) ** (order + 1) * mp.log(x / 2) * mp.besseli(order, x)) * x**order

    return f


def scaled_decaying(order):
    """sqrt(x) exp(x) K(x) of t = 2 / x."""
    return lambda t: mp.sqrt(2 / t) * mp.exp(2 / t) * mp.besselk(order, 2 / t)


# ------------------------------------------------------------------------------------------------ Airy's function
AIRY_LEFT, AIRY_MIDDLE, AIRY_RIGHT = -5, -1.5, 2  # between these it is fitted directly


def zeta_of(z):
    return 2 * z ** mp.mpf(1.5) / 3


def airy_decaying(order):
    """2 sqrt(pi) exp(zeta) Ai(x) x**(1/4), or -Ai'(x) x**(-1/4), of t = zeta(2) / zeta(x)."""

    def f(t):
        z = zeta_of(mp.mpf(AIRY_RIGHT)) / t
        x = (3 * z / 2) ** (mp.mpf(2) / 3)
        power = mp.mpf(1 - 2 * order) / 4
        return (-1) ** order * 2 * mp.sqrt(mp.pi) * mp.exp(z) * x**power * mp.airyai(x, derivative=order)

    return f


def airy_amplitude(order, part):
    """P, or Q zeta / zeta(5), of t = (zeta(5) / zeta(x))**2, for Ai (order 0) and Ai' (1) at -x."""

    def f(t):
        z = zeta_of(mp.mpf(-AIRY_LEFT)) / mp.sqrt(t)
        x = (3 * z / 2) ** (mp.mpf(2) / 3)
        c = z - mp.pi / 4
        scale = mp.sqrt(mp.pi) * x ** (mp.mpf(1 - 2 * order) / 4)
        a, b = scale * mp.airyai(-x, derivative=order), scale * mp.airybi(-x, derivative=order)
        parts = a * mp.cos(c) - b * mp.sin(c), a * mp.sin(c) + b * mp.cos(c)
        if order:  # Ai'(-x) leads with sin(c)
            parts = parts[1], parts[0]
        return parts[part] * (z / zeta_of(mp.mpf(-AIRY_LEFT)) if part else 1)

    return f


FITS = {  # name: (function, a, b, degree)
    "ERF": (erf_over_x, 0, 1, 12),
    "ERFCX": (scaled_erfcx, -1, 1, 25),
    "ERFINV_MIDDLE": (erfinv_over_x, 0, 5, 22),
    "ERFINV_TAIL": (lambda s: erfinv_over_x(s * s), mp.sqrt(5), 4, 21),
    "ERFINV_END": (lambda s: erfinv_over_x(s * s), 4, mp.mpf("6.1"), 20),
    "LGAMMA": (lambda d: mp.loggamma(2 + d) / d, mp.mpf("-0.5"), mp.mpf("0.5"), 19),  # odd, so that no node is 0
    "DIGAMMA": (lambda x: mp.digamma(x) / (x - ROOT), 1, 2, 23),
    **{f"BESSEL_J{n}": (regular(n), 0, END**2, 24) for n in (0, 1)},
    **{f"BESSEL_Y{n}": (second_kind(n), 0, END**2, 24) for n in (0, 1)},
    **{f"BESSEL_{'PQ'[part]}{n}": (amplitude(n, part), 0, 1, 15) for n in (0, 1) for part in (0, 1)},
    **{f"BESSEL_K{n}": (decaying(n), 0, 4, 11) for n in (0, 1)},
    **{f"BESSEL_K{n}E": (scaled_decaying(n), 0, 1, 28) for n in (0, 1)},
    **{f"AIRY{n}_NEGATIVE": (lambda x, n=n: mp.airyai(x, derivative=n), AIRY_LEFT, AIRY_MIDDLE, 24) for n in (0, 1)},
    **{f"AIRY{n}_SMALL": (lambda x, n=n: mp.airyai(x, derivative=n), AIRY_MIDDLE, AIRY_RIGHT, 24) for n in (0, 1)},
    **{f"AIRY{n}_RIGHT": (airy_decaying(n), 0, 1, 28) for n in (0, 1)},
    **{f"AIRY{n}_{'PQ'[part]}": (airy_amplitude(n, part), 0, 1, 17) for n in (0, 1) for part in (0, 1)},
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


def written(coefficients):
    """The coefficients, highest power first, each to as many digits as count: what is left out is, wherever |u| <= 1, below a 500th of the
    last bit of the largest of the terms, which Horner's scheme rounds away of each."""
    u = np.linspace(0.0, 1.0, 1001)[1:]
    powers = np.arange(len(coefficients))[::-1]
    terms = sum(abs(c) * u**k for c, k in zip(coefficients, powers, strict=True))
    texts = []
    for c, k in zip(coefficients, powers, strict=True):
        small = (terms / u**k).min() * 2.0**-61
        texts.append(
            next(t for t in (f"{c:.{n}g}" for n in range(1, 18)) if abs(float(t) - c) <= small or float(t) == c)
        )
    return " ".join(texts)


def row(name, text):
    """A line of the file, in pieces of its width."""
    return "\n".join([f"{name} = row(", *[f'    "{line} "' for line in textwrap.wrap(text, 110)], ")"])


def rational(f, over, under, turns=80):
    """(numerator, denominator) of degrees `over` and `under`, lowest power first, of f on 0 <= s <= 1: least squares whose weights
    follow the error, so that the largest relative error becomes small (Lawson's method)."""
    s = (1 + np.cos(np.pi * (np.arange(4000) + 0.5) / 4000)) / 2
    values = np.array([float(f(v)) for v in s])
    above, below = (np.vander(s, degree + 1, increasing=True) for degree in (over, under))
    system = np.concatenate([above / values[:, None], -below[:, 1:]], axis=1)
    weights, bottom, best = np.ones_like(s), np.ones_like(s), (np.inf,)
    for _ in range(turns):
        scale = np.sqrt(weights) / bottom
        found, *_ = np.linalg.lstsq(system * scale[:, None], scale, rcond=None)
        p, q = found[: over + 1], np.array([1.0, *found[over + 1 :]])
        bottom = np.abs(below @ q)
        errors = np.abs(above @ p / (below @ q) / values - 1)
        best = min(best, (errors.max(), p.tolist(), q.tolist()))
        weights *= errors / errors.max() + 1e-3
        weights /= weights.mean()
    return best[1:]


SINGLE_END = 4.0  # erf of it is 1 in float32


def erf_by_x(s):
    """erf(x) / x at x**2 = SINGLE_END**2 s."""
    x = mp.mpf(SINGLE_END) * mp.sqrt(mp.mpf(float(s)))
    return mp.erf(x) / x


HEAD = '''"""Polynomial coefficients, highest power first, in u = (2x - a - b) / (b - a) on a <= x <= b.

Written by tests/expected/make_special_coefficients.py, which says of which functions; do not edit.
"""


def row(text):
    return tuple(map(float, text.split()))


'''


def text():
    lines = [HEAD]
    for name, (f, a, b, degree) in FITS.items():
        lines.append(f"# a, b = {mp.nstr(mp.mpf(a), 17)}, {mp.nstr(mp.mpf(b), 17)}")
        lines.append(row(name, written(fitted(f, a, b, degree))))
    high = float(ROOT)
    top, bottom = rational(erf_by_x, 6, 5)
    lines.append(
        f"# erf(x) / x to 2.1e-9, in s = (x / {SINGLE_END})**2 up to 1: numerator and denominator, highest power first"
    )
    lines.append(f"ERF_SINGLE_END = {SINGLE_END}")
    lines.append(f"ERF_SINGLE = ({tuple(top[::-1])!r}, {tuple(bottom[::-1])!r})")
    lines.append("# the positive root of digamma, as the sum of two floats")
    lines.append(f"DIGAMMA_ROOT = ({high!r}, {float(ROOT - high)!r})")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    pathlib.Path("funcgrad/ops/special_values/coefficients.py").write_text(text())
