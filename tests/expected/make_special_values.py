"""Writes special_values.json: special functions at chosen and random points, by mpmath 1.3 at 50 digits.

Run it in the repository's root. Figures are the nearest floats; points where the value is not finite are left out.
"""

import json
import pathlib
import random

import mpmath as mp

mp.mp.dps = 50
random.seed(0)


def between(a, b, n=40):
    return [random.uniform(a, b) for _ in range(n)]


def scaled_bessel(order):
    return lambda x: mp.exp(-abs(x)) * mp.besseli(order, x)


TINY = [1e-300, 1e-20, 1e-8, 1e-3]
SIGNED = [s * x for x in TINY for s in (1, -1)]
POSITIVE = TINY + between(0, 1) + between(1, 8, 80) + between(8, 100) + [1e4, 1e10, 1e200]
NEAR = [1 + 1e-12, 1 - 1e-9, 1 + 1e-4, 2 - 1e-10, 2 + 1e-5, 1.0, 2.0, 3.0, 0.5, 1.5, 2.5, 8.0]
POINTS = {  # name: (function, points)
    "erf": (mp.erf, SIGNED + between(-1, 1) + between(-6, 6) + [1.0, -1.0, 6.5]),
    "erfc": (mp.erfc, SIGNED + between(-6, 0.5) + between(0.5, 26) + [0.5, 1.0]),
    "erfinv": (mp.erfinv, SIGNED + between(-1, 1, 80) + [1 - 2.0**-k for k in range(7, 54)]),
    "lgamma": (lambda x: mp.re(mp.loggamma(x)), POSITIVE + NEAR + [-0.5, -1e-5, -3.3, -20.7]),
    "digamma": (mp.digamma, POSITIVE + NEAR + [1.4616321449683622, 1.461, 1.4617, -0.2, -1.7, -8.9]),
    "polygamma 1": (lambda x: mp.polygamma(1, x), POSITIVE[2:] + NEAR + [-0.2, -1.7, -8.9]),
    "polygamma 2": (lambda x: mp.polygamma(2, x), POSITIVE[3:] + NEAR + [-0.2, -1.7]),
    "polygamma 5": (lambda x: mp.polygamma(5, x), POSITIVE[3:-1] + NEAR),
    "i0": (lambda x: mp.besseli(0, x), SIGNED + between(-10, 10) + between(10, 600)),
    "i1": (lambda x: mp.besseli(1, x), SIGNED + between(-10, 10) + between(10, 600)),
    "i0e": (scaled_bessel(0), SIGNED + between(-10, 10) + between(10, 1000)),
    "i1e": (scaled_bessel(1), SIGNED + between(-10, 10) + between(10, 1000)),
    "erfcx": (lambda x: mp.exp(x * x) * mp.erfc(x), SIGNED + between(-20, 1) + between(1, 30)),
    "log_ndtr": (lambda x: mp.log(mp.ncdf(x)), SIGNED + between(-40, -1) + between(-1, 6)),
    "ndtri": (
        lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1),
        between(0.001, 0.4) + between(0.6, 1) + [1e-5, 1e-10, 1e-20],
    ),
    "bessel_k nu=0 scaled_by_exp=0": (lambda x: mp.besselk(0, x), TINY + between(0, 2) + between(2, 50)),
    "bessel_k nu=1 scaled_by_exp=0": (lambda x: mp.besselk(1, x), TINY[1:] + between(0, 2) + between(2, 50)),
    "bessel_k nu=0 scaled_by_exp=1": (lambda x: mp.exp(x) * mp.besselk(0, x), TINY + between(0, 2) + between(2, 500)),
    "bessel_k nu=1 scaled_by_exp=1": (
        lambda x: mp.exp(x) * mp.besselk(1, x),
        TINY[1:] + between(0, 2) + between(2, 500),
    ),
    "airy_ai nth=0": (mp.airyai, SIGNED + between(-2, 2) + between(2, 40)),
    "airy_ai nth=1": (lambda x: mp.airyai(x, derivative=1), SIGNED + between(-0.9, 2) + between(2, 40)),
}
# functions that have zeros among these points: their error is compared with 1
WAVES = {
    "bessel_j nu=0": (lambda x: mp.besselj(0, x), SIGNED + between(-8, 8) + between(8, 100)),
    "bessel_j nu=1": (lambda x: mp.besselj(1, x), SIGNED + between(-8, 8) + between(8, 100)),
    "bessel_y nu=0": (lambda x: mp.bessely(0, x), between(0.1, 8) + between(8, 100)),
    "bessel_y nu=1": (lambda x: mp.bessely(1, x), between(0.5, 8) + between(8, 100)),
    "airy_ai nth=0": (mp.airyai, between(-20, -2)),
}


def rows(f, points):
    return [[x, float(f(mp.mpf(x)))] for x in points if f(mp.mpf(x)) == 0 or abs(f(mp.mpf(x))) > mp.mpf(10) ** -300]


if __name__ == "__main__":
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(rows(*v))}" for name, v in POINTS.items())
    waves = ",\n".join(f"  {json.dumps(name)}: {json.dumps(rows(*v))}" for name, v in WAVES.items())
    text = f'{{"mpmath": "{mp.__version__}", "values": {{\n{lines}\n}}, "waves": {{\n{waves}\n}}}}\n'
    pathlib.Path("tests/expected/special_values.json").write_text(text)
