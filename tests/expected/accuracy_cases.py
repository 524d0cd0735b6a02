"""Functions whose values and first two derivatives are compared with mpmath's, and where: for docs/accuracy.md and its test.

A case is (name, how mpmath computes it, intervals). On an interval of one sign that spans more than a factor of 100
points lie evenly by logarithm, else evenly; none on the ends, where the function may have a pole.
"""

import math
import statistics
from functools import partial

import numpy as np

from funcgrad.scipy import special

WIDE = ((-1e-3, -1e-9), (1e-9, 1e-3))
OF_NUMPY = (
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt", "tan", "tanh", "sinh", "cosh", "arcsin", "arccos",
    "arctan", "arctanh", "arcsinh", "arccosh", "sinc",
)  # fmt: skip
INTERVALS = {
    "exp": ((-700, 700),),
    "exp2": ((-1000, 1000),),
    "expm1": (*WIDE, (-40, 40)),
    "log": ((1e-140, 1e-3), (0.1, 0.9), (1.1, 40), (1e3, 1e140)),
    "log2": ((1e-140, 1e-3), (0.1, 0.9), (1.1, 40), (1e3, 1e140)),
    "log10": ((1e-140, 1e-3), (0.1, 0.9), (1.1, 40), (1e3, 1e140)),
    "log1p": (*WIDE, (-0.999, 40)),
    "sqrt": ((1e-100, 1e-3), (0.1, 40), (1e3, 1e100)),
    "cbrt": ((-1e100, -1e-100), (1e-100, 1e100)),
    "tan": (*WIDE, (-1.5, 1.5), (2, 4)),
    "tanh": (*WIDE, (-40, 40)),
    "sinh": (*WIDE, (-40, 40)),
    "cosh": (*WIDE, (-40, 40)),
    "arcsin": (*WIDE, (-1, 1)),
    "arccos": ((-1, -0.1), (0.1, 1)),
    "arctan": (*WIDE, (-40, 40), (1e3, 1e100)),
    "arctanh": (*WIDE, (-1, 1)),
    "arcsinh": (*WIDE, (-40, 40), (1e3, 1e100)),
    "arccosh": ((1, 40), (1e3, 1e100)),
    "sinc": (*WIDE, (-0.6, 0.6), (0.75, 0.9), (1.1, 1.4)),
    "expit": ((-700, 700),),
    "log_expit": ((-700, 700),),
    "softplus": ((-700, 700),),
    "logit": ((1e-9, 1e-3), (0, 0.45), (0.55, 1)),
    "erf": (*WIDE, (-5, 5)),
    "erfc": (*WIDE, (-5, 25)),
    "erfcx": ((-20, 1), (1, 25), (25, 1e8)),
    "erfinv": (*WIDE, (-1, 1)),
    "ndtr": ((-35, 5),),
    "log_ndtr": ((-1e6, -100), (-100, 5), (5, 35)),
    "ndtri": ((1e-30, 1e-3), (0.01, 0.4), (0.6, 0.99)),
    "dawsn": (*WIDE, (-0.8, 0.8), (2, 8), (8, 40)),
    "hyp1f1 1.5 2.5": (*WIDE, (-30, 30), (-600, -30)),
    "hyp1f1 -2.5 0.75": (*WIDE, (-30, 1), (12, 40)),
    "hyp2f1 0.5 1.5 2.25": (*WIDE, (-1, 0.9), (0.9, 0.99), (-40, -1)),
    "hyp2f1 -1.25 2.5 0.75": (*WIDE, (0.9, 0.99), (-40, -1)),
    "exp1": ((1e-9, 1e-3), (0.1, 40), (40, 600)),
    "entr": ((1e-9, 1e-3), (0, 0.3), (0.42, 0.9), (1.1, 40)),
    "gammaln": ((1e-9, 1e-3), (0, 0.9), (2.1, 100), (1e3, 1e100)),
    "psi": ((1e-9, 1e-3), (0, 1.4), (1.5, 100), (1e3, 1e100)),
    "polygamma 1": ((1e-3, 100),),
    "i0": (*WIDE, (-20, 20), (20, 600)),
    "i1": (*WIDE, (-20, 20), (20, 600)),
    "i0e": (*WIDE, (-20, 20), (20, 1000)),
    "i1e": (*WIDE, (-20, 20), (20, 1000)),
}


def number(text):
    return float(text) if "." in text else int(text)


def function(name):
    """The function of this name, of arrays."""
    name, *parameters = name.split()
    if parameters:
        return lambda x: getattr(special, name)(*map(number, parameters), x)
    return getattr(np if name in OF_NUMPY else special, name)


def by_mpmath(mp):
    """The same functions over mpmath's numbers; `mp` is the module, which the tests do without."""
    same = (
        "sqrt",
        "tan",
        "cosh",
        "log",
        "log10",
        "exp",
        "expm1",
        "log1p",
        "tanh",
        "sinh",
        "erf",
        "erfc",
        "erfinv",
        "loggamma",
        "digamma",
    )
    of_numpy = {f"arc{n}": getattr(mp, f"a{n}") for n in ("sin", "cos", "tan", "tanh", "sinh", "cosh")}
    return {name: getattr(mp, name) for name in same} | of_numpy | {
        "exp2": lambda x: mp.mpf(2) ** x,
        "log2": lambda x: mp.log(x) / mp.log(2),
        "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
        "expm1": lambda x: mp.exp(x) - 1,
        "log1p": lambda x: mp.log(1 + x),
        "sinc": lambda x: mp.sinc(mp.pi * x),
        "expit": lambda x: 1 / (1 + mp.exp(-x)),
        "log_expit": lambda x: -mp.log(1 + mp.exp(-x)),
        "softplus": lambda x: mp.log(1 + mp.exp(x)),
        "logit": lambda x: mp.log(x / (1 - x)),
        "ndtr": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2,
        "log_ndtr": lambda x: mp.log1p(-mp.erfc(x / mp.sqrt(2)) / 2) if x > 0 else mp.log(mp.erfc(-x / mp.sqrt(2)) / 2),
        "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
        "ndtri": lambda p: quantile(mp, p),
        "dawsn": lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x),
        "exp1": mp.e1,
        "entr": lambda x: -x * mp.log(x),
        "gammaln": mp.loggamma,
        "psi": mp.digamma,
        "polygamma 1": lambda x: mp.polygamma(1, x),
        "i0": lambda x: mp.besseli(0, x),
        "i1": lambda x: mp.besseli(1, x),
        "i0e": lambda x: mp.exp(-abs(x)) * mp.besseli(0, x),
        "i1e": lambda x: mp.exp(-abs(x)) * mp.besseli(1, x),
        **{name: partial(getattr(mp, name.split()[0]), *map(number, name.split()[1:])) for name in INTERVALS if name[:3] == "hyp"},
    }  # fmt: skip


def quantile(mp, p):
    """The x at which the standard normal distribution function is p, by Newton's method."""
    x = mp.mpf(statistics.NormalDist().inv_cdf(float(p)))
    for _ in range(4):
        value = mp.erfc(-x / mp.sqrt(2)) / 2
        x -= value * mp.log(value / p) / mp.npdf(x)
    return x


def grid(name, count, seed=0):
    """About `count` points in each interval, drawn at random."""
    rng = np.random.default_rng(seed)
    points = []
    for a, b in INTERVALS[name]:
        u = rng.random(count)
        if a * b > 0 and max(a / b, b / a) > 100:
            points += (math.copysign(1, a) * np.exp(math.log(abs(a)) + u * math.log(b / a))).tolist()
        else:
            points += (a + u * (b - a)).tolist()
    return points


def exact(mp, name, points):
    """[x, value, derivative, second derivative] at each point, to the nearest floats."""
    f = by_mpmath(mp)[name]
    rows = []
    for x in points:
        digits = (
            50
            if name[:3] == "hyp"
            else 60 + int(max(0, -2 * math.log10(abs(x)), abs(x) if abs(x) < 1000 else 4 * math.log10(abs(x))))
        )
        with mp.workdps(digits):  # enough for 1 + exp(-|x|)
            figures = [f(mp.mpf(x))] + [mp.diff(f, mp.mpf(x), n) for n in (1, 2)]
        rows.append([x, *[float(mp.re(v)) for v in figures]])
    return rows


def errors(name, rows):
    """The largest errors of value, derivative and second derivative, in units in the last place of the true figures."""
    import funcgrad as fg

    f = function(name)
    x, *want = np.array(rows).T
    first = fg.grad(lambda x: np.sum(f(x)))
    second = fg.grad(lambda x: np.sum(first(x)))
    found = []
    for g, w in zip((f, first, second), want, strict=True):
        normal = np.abs(w) > 1e-290
        found.append(float(np.max((np.abs(g(x) - w) / np.spacing(np.abs(w)))[normal])))
    return found
