"""Functions of several arguments whose values and first derivatives are compared with mpmath's, and in which boxes: for docs/accuracy.md.

A figure cannot be better known than its arguments are: an error is given in units of what rounding each argument, and the result, by
one unit in the last place makes of it. Invariant: nothing here is computed by funcgrad but in `errors`.
"""

import math

import numpy as np

from funcgrad.scipy import special

OF_NUMPY = ("logaddexp", "logaddexp2", "hypot", "arctan2", "power")
SHAPE = (0.1, 100)
# name: a box for each argument; a factor greater than 100 between its ends is spanned by logarithm. Integers are given as they are.
BOXES = {
    "gammainc": (SHAPE, (0.01, 50)), "gammaincc": ((0.1, 20), (0.1, 100)), "betainc": ((0.1, 50), (0.1, 50), (0.01, 0.99)),
    "betaln": ((0.01, 1000), (0.01, 1000)), "beta": ((0.1, 30), (0.1, 30)), "multigammaln": ((2, 100), 3), "gamma": ((0.01, 170),),
    "gamma of negative numbers": ((-20, -0.1),), "gammaln of negative numbers": ((-20, -0.1),), "psi of negative numbers": ((-20, -0.1),),
    "rgamma": ((-5, 100),), "poch": ((0.1, 20), (0.1, 10)), "zeta": (3, (0.1, 50)), "polygamma": (2, (0.01, 50)),
    "xlogy": ((-10, 10), (1e-9, 1e9)), "xlog1py": ((-10, 10), (-0.99, 50)), "rel_entr": ((0.01, 50), (0.01, 50)),
    "kl_div": ((0.01, 50), (0.01, 50)), "boxcox": ((0.01, 100), (-3, 3)), "boxcox1p": ((-0.9, 50), (-3, 3)),
    "expi": ((-40, 40),), "expn": (3, (0.01, 100)), "spence": ((0.01, 50),), "owens_t": ((-3, 3), (-2, 2)),
    "sici 0": ((-50, 50),), "sici 1": ((0.01, 50),), "fresnel 0": ((-10, 10),), "fresnel 1": ((-10, 10),),
    "hyp1f1": ((0.1, 20), (0.1, 20), (-50, 50)), "hyp1f1 of both signs": ((-50, 50), (-50, 50), (-100, 100)),
    "hyp2f1": ((0.1, 10), (0.1, 10), (0.1, 10), (-5, 0.99)), "hyp2f1 of both signs": ((-20, 20), (-20, 20), (-20, 20), (-2, 0.99)),
    "logaddexp": ((-700, 700), (-700, 700)), "logaddexp2": ((-700, 700), (-700, 700)), "hypot": ((1e-120, 1e120), (1e-120, 1e120)),
    "arctan2": ((-10, 10), (-10, 10)), "power": ((1e-3, 1e3), (-20, 20)),
}  # fmt: skip


FEWER = {"owens_t": 6}  # points, where mpmath is slow
DIGITS = {
    "logaddexp": 500,
    "logaddexp2": 500,
    "hypot": 500,
    "gammaincc": 80,
}  # (differences of what is tiny beside them)


def function(name):
    first, *rest = name.split()
    if rest and rest[0].isdigit():
        return lambda x: getattr(special, first)(x)[int(rest[0])]
    return getattr(np if first in OF_NUMPY else special, first)


def by_mpmath(mp):
    """The same functions over mpmath's numbers."""
    gammaln = lambda x: mp.log(abs(mp.gamma(x)))  # noqa: E731
    betaln = lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)  # noqa: E731
    owens = lambda h, a: mp.quad(lambda t: mp.exp(-h * h * (1 + t * t) / 2) / (1 + t * t), [0, a]) / (2 * mp.pi)  # noqa: E731
    return {
        "gammainc": lambda a, x: mp.gammainc(a, 0, x, regularized=True),
        "gammaincc": lambda a, x: mp.gammainc(a, x, mp.inf, regularized=True),
        "betainc": lambda a, b, x: mp.betainc(a, b, 0, x, regularized=True),
        "betaln": betaln, "beta": mp.beta, "gamma": mp.gamma, "gammaln": gammaln, "psi": mp.digamma, "rgamma": mp.rgamma,
        "multigammaln": lambda a, d: d * (d - 1) / mp.mpf(4) * mp.log(mp.pi) + sum(mp.loggamma(a - mp.mpf(j) / 2) for j in range(d)),
        "poch": lambda z, m: mp.gamma(z + m) / mp.gamma(z), "zeta": mp.zeta, "polygamma": mp.polygamma,
        "xlogy": lambda x, y: x * mp.log(y), "xlog1py": lambda x, y: x * mp.log(1 + y), "rel_entr": lambda x, y: x * mp.log(x / y),
        "kl_div": lambda x, y: x * mp.log(x / y) - x + y, "boxcox": lambda x, r: (x**r - 1) / r, "boxcox1p": lambda x, r: ((1 + x) ** r - 1) / r,
        "expi": mp.ei, "expn": lambda n, x: mp.expint(n, x), "spence": lambda x: mp.re(mp.polylog(2, 1 - x)), "owens_t": owens,
        "sici 0": mp.si, "sici 1": mp.ci, "fresnel 0": mp.fresnels, "fresnel 1": mp.fresnelc, "hyp1f1": mp.hyp1f1, "hyp2f1": mp.hyp2f1,
        "logaddexp": lambda x, y: mp.log(mp.exp(x) + mp.exp(y)), "logaddexp2": lambda x, y: mp.log(mp.mpf(2) ** x + mp.mpf(2) ** y) / mp.log(2),
        "hypot": lambda x, y: mp.sqrt(x * x + y * y), "arctan2": mp.atan2, "power": lambda x, y: x**y,
    }  # fmt: skip


def points(name, count, seed=0):
    """Points of the box, drawn at random; integers as they are."""
    rng = np.random.default_rng(seed)
    columns = []
    for box in BOXES[name]:
        u = rng.random(count)
        if isinstance(box, int):
            columns.append([box] * count)
        elif box[0] > 0 and box[1] > 100 * box[0]:
            columns.append(np.exp(math.log(box[0]) + u * math.log(box[1] / box[0])).tolist())
        else:
            columns.append((box[0] + u * (box[1] - box[0])).tolist())
    return list(zip(*columns, strict=True))


def moving(name):
    return [i for i, box in enumerate(BOXES[name]) if not isinstance(box, int)]


def exact(mp, name, rows):
    """[arguments, value, its unit, then derivative and unit by each argument that is no integer] for each row."""
    table = by_mpmath(mp)
    f = table.get(name, table.get(name.split()[0]))
    on, found = moving(name), []
    for row in rows:
        with mp.workdps(DIGITS.get(name, 50)):
            args = [x if isinstance(x, int) else mp.mpf(x) for x in row]

            def slope(*orders, args=args):
                whole = [0] * len(args)
                for i in orders:
                    whole[i] += 1
                return mp.re(partial(mp, f, args, whole))

            slopes = {i: slope(i) for i in on}
            figures = [(mp.re(f(*args)), sum(abs(args[i] * slopes[i]) for i in on))]
            for i in on:
                figures.append((slopes[i], sum(abs(args[j] * slope(i, j)) for j in on)))
            unit = mp.mpf(2) ** -52
            found.append([list(row), *[v for w, more in figures for v in (float(w), float(unit * (abs(w) + more)))]])
    return found


def partial(mp, f, args, orders):
    """A derivative by central differences; mpmath's own `diff` would move the integers too."""
    h = mp.mpf(10) ** -(mp.mp.dps // 4)
    for i, n in enumerate(orders):
        if n:
            rest = [0 if k == i else m for k, m in enumerate(orders)]
            g = (
                (lambda x, i=i, rest=rest: partial(mp, f, [*args[:i], x, *args[i + 1 :]], rest))
                if any(rest)
                else (lambda x, i=i: f(*args[:i], x, *args[i + 1 :]))
            )
            step = h * max(1, abs(args[i])) if abs(args[i]) > 1e-6 else h * abs(args[i])
            if n == 1:  # (of the fourth order)
                return (8 * (g(args[i] + step) - g(args[i] - step)) - g(args[i] + 2 * step) + g(args[i] - 2 * step)) / (
                    12 * step
                )
            return (g(args[i] + step) - 2 * g(args[i]) + g(args[i] - step)) / step**2
    return f(*args)


def errors(name, rows):
    """The largest errors of the value and of the derivatives, in the units that the rows give."""
    import funcgrad as fg

    f, on = function(name), moving(name)
    args = [np.array(c) if i in on else c[0] for i, c in enumerate(zip(*[row[0] for row in rows], strict=True))]
    got = [f(*args), *fg.grad(lambda *xs: np.sum(f(*xs)), tuple(on))(*args)]
    figures = np.array([row[1:] for row in rows])
    found = []
    for g, w, unit in zip(got, figures[:, ::2].T, figures[:, 1::2].T, strict=True):
        at = (np.abs(w) > 1e-290) & (np.abs(w) < 1e290)
        found.append(float(np.max(np.abs(g - w)[at] / unit[at])))
    return found[0], max(found[1:])
