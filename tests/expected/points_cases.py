"""Functions whose value, gradient and second derivatives are compared with mpmath's at points of wild scale: for tests/random_points.py.

A case is (our function of a vector x, the same over a list of mpmath's numbers, how many numbers, options). Of elementwise functions each
figure counts by itself; of others, whose steps are sums over the numbers, beside the largest of its kind. Invariant: the second
function is a definition, however badly conditioned; it is computed in `digits` decimal digits.
"""

import math

import numpy as np

import funcgrad as fg
import funcgrad.nn as nn
from funcgrad.scipy import special as sp
from funcgrad.scipy import stats

CASES = {}


def case(name, ours, exact, count, domain="real", digits=1000, kinds="mild scaled", low=-100, high=100, normwise=True):
    CASES[name] = ours, exact, count, {
        "domain": domain.split(), "digits": digits, "kinds": kinds.split(), "low": low, "high": high, "normwise": normwise
    }  # fmt: skip


def element(name, ours, exact, domain="real", digits=1400, low=-300, high=300, specials=(0, 1, -1)):
    """An elementwise function: of as many numbers as it has domains."""
    count = len(domain.split())
    case(
        name,
        lambda x: ours(*[x[i] for i in range(count)]),
        lambda mp, v: exact(mp, *v),
        count,
        domain,
        digits,
        "any",
        low,
        high,
        False,
    )
    CASES[name][3]["specials"] = specials


# ------------------------------------------------------------------------------------------------ elementwise
INTEGERS = (0, 1, 2, -1, -2, -3, 0.5, 1.5)
for names, high in (("tanh sinh cosh exp", 2.8), ("sin cos tan", 150), ("arctan arcsinh expm1", 300)):
    for n in names.split():
        exact = lambda mp, x, n=n: mp.exp(x) - 1 if n == "expm1" else getattr(mp, n.replace("arc", "a"))(x)
        element(f"np.{n}", getattr(np, n), exact, high=high if n != "expm1" else 2.8)
for n, domain in (
    ("log", "positive"),
    ("sqrt", "positive"),
    ("arcsin", "unit"),
    ("arccos", "unit"),
    ("arctanh", "unit"),
    ("arccosh", "above"),
):
    element(f"np.{n}", getattr(np, n), lambda mp, x, n=n: getattr(mp, n.replace("arc", "a"))(x), domain)
element("np.log1p", np.log1p, lambda mp, x: mp.log(1 + x), "shifted")
element("np.cbrt", np.cbrt, lambda mp, x: mp.sign(x) * mp.cbrt(abs(x)))
element("np.sinc", np.sinc, lambda mp, x: mp.sinc(mp.pi * x), high=3, specials=(0, 0.5, 1.5))
element("np.hypot", np.hypot, lambda mp, x, y: mp.sqrt(x * x + y * y), "real real", low=-100, high=100)
element("np.arctan2", np.arctan2, lambda mp, x, y: mp.atan2(x, y), "real real", low=-100, high=100)
element(
    "np.logaddexp", np.logaddexp, lambda mp, x, y: max(x, y) + mp.log(1 + mp.exp(-abs(x - y))), "real real", high=2.5
)
element("np.power", np.power, lambda mp, x, y: x**y, "positive real", 400, -20, 20)
element("np.divide", np.divide, lambda mp, x, y: x / y, "real positive", low=-100, high=100)
for k in (-2, 3, 0.5, -0.5):
    element(f"x**{k}", lambda x, k=k: x**k, lambda mp, x, k=k: x ** mp.mpf(k), "positive", low=-100, high=100)
element("expit", sp.expit, lambda mp, x: 1 / (1 + mp.exp(-x)), high=3)
element("log_expit", sp.log_expit, lambda mp, x: -mp.log(1 + mp.exp(-x)), high=3)
element("logit", sp.logit, lambda mp, x: mp.log(x / (1 - x)), "probability")
element("erf", sp.erf, lambda mp, x: mp.erf(x), digits=1000, high=1.4)
element("erfc", sp.erfc, lambda mp, x: mp.erfc(x), digits=1000, high=1.4)
element("erfcx", sp.erfcx, lambda mp, x: mp.exp(x * x) * mp.erfc(x), digits=1200, low=-200, high=1.3)
element("ndtr", sp.ndtr, lambda mp, x: mp.erfc(-x / mp.sqrt(2)) / 2, digits=1000, high=1.5)
element("log_ndtr", sp.log_ndtr, lambda mp, x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2), high=2)
element("erfinv", sp.erfinv, lambda mp, x: mp.erfinv(x), "unit", 260, -12)
element("ndtri", sp.ndtri, lambda mp, p: -mp.sqrt(2) * mp.erfinv(1 - 2 * p), "probability", 260, -12)
element("entr", sp.entr, lambda mp, x: -x * mp.log(x), "positive")
element("xlogy", sp.xlogy, lambda mp, x, y: x * mp.log(y), "real positive", low=-100, high=100)
element("xlog1py", sp.xlog1py, lambda mp, x, y: x * mp.log(1 + y), "real shifted", low=-100, high=100)
element("rel_entr", sp.rel_entr, lambda mp, x, y: x * mp.log(x / y), "positive positive", low=-90, high=90)
element("boxcox", sp.boxcox, lambda mp, x, r: (x**r - 1) / r if r else mp.log(x), "positive real", 400, -15, 2)
element(
    "boxcox1p",
    sp.boxcox1p,
    lambda mp, x, r: ((1 + x) ** r - 1) / r if r else mp.log(1 + x),
    "shifted real",
    400,
    -15,
    1.5,
    (1, -1, 2),
)
element("gammaln", sp.gammaln, lambda mp, x: mp.log(abs(mp.gamma(x))), "real", 120, -12, 2, INTEGERS)
element("gammaln, wide", sp.gammaln, lambda mp, x: mp.loggamma(x), "positive", 400, -100, 100)
element("gamma", sp.gamma, lambda mp, x: mp.gamma(x), "real", 120, -12, 1.5, INTEGERS)
element("rgamma", sp.rgamma, lambda mp, x: mp.rgamma(x), "real", 120, -12, 1.5, INTEGERS)
element("digamma", sp.digamma, lambda mp, x: mp.digamma(x), "real", 120, -12, 2, (1, 2, -1, -2, 1.4616321449683623))
element("polygamma 1", lambda x: sp.polygamma(1, x), lambda mp, x: mp.polygamma(1, x), "positive", 120, -12, 6)
element("zeta 3", lambda q: sp.zeta(3.0, q), lambda mp, q: mp.zeta(3, q), "positive", 120, -8, 3)
element(
    "betaln",
    sp.betaln,
    lambda mp, a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b),
    "positive positive",
    260,
    -6,
    8,
)
element("beta", sp.beta, lambda mp, a, b: mp.beta(a, b), "positive positive", 260, -0.3, 2, (1,))
element(
    "gammainc", sp.gammainc, lambda mp, a, x: mp.gammainc(a, 0, x, regularized=True), "positive positive", 200, -3, 1.7
)
element(
    "gammaincc",
    sp.gammaincc,
    lambda mp, a, x: mp.gammainc(a, x, mp.inf, regularized=True),
    "positive positive",
    400,
    -3,
    1.3,
)
element(
    "betainc",
    sp.betainc,
    lambda mp, a, b, x: mp.betainc(a, b, 0, x, regularized=True),
    "positive positive middle",
    200,
    -1,
    1.5,
)
for n in (1, 2, 5):
    element(f"expn {n}", lambda x, n=n: sp.expn(n, x), lambda mp, x, n=n: mp.expint(n, x), "positive", 250, -10, 2.5)
element("expi", sp.expi, lambda mp, x: mp.ei(x), "positive", 300, -20, 2.7)
element("spence", sp.spence, lambda mp, x: mp.re(mp.polylog(2, 1 - x)), "positive", 120, -12, 6)
element(
    "dawsn", sp.dawsn, lambda mp, x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x), digits=1200, low=-100, high=1.4
)
for n in (0, 1):
    element(f"i{n}", getattr(sp, f"i{n}"), lambda mp, x, n=n: mp.besseli(n, x), digits=300, low=-60, high=2.7)
    element(
        f"i{n}e",
        getattr(sp, f"i{n}e"),
        lambda mp, x, n=n: mp.exp(-abs(x)) * mp.besseli(n, x),
        digits=300,
        low=-30,
        high=3,
        specials=(1, -1),
    )
element("softplus", nn.softplus, lambda mp, x: mp.log(1 + mp.exp(x)), high=3)
element("silu", nn.silu, lambda mp, x: x / (1 + mp.exp(-x)), high=2.8)
element(
    "gelu",
    lambda x: nn.gelu(x, approximate=False),
    lambda mp, x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    digits=1000,
    high=1.5,
)
element("mish", nn.mish, lambda mp, x: x * mp.tanh(mp.log(1 + mp.exp(x))), high=2.8)
element("squareplus", nn.squareplus, lambda mp, x: (x + mp.sqrt(x * x + 4)) / 2, high=100)
element("soft_sign", nn.soft_sign, lambda mp, x: x / (1 + abs(x)), high=100, specials=(1, -1))
element("log1mexp", nn.log1mexp, lambda mp, x: mp.log(1 - mp.exp(-x)), "positive", high=2.7)
element("logistic.logpdf", stats.logistic.logpdf, lambda mp, x: -abs(x) - 2 * mp.log(1 + mp.exp(-abs(x))), high=2.5)
element("cauchy.logpdf", stats.cauchy.logpdf, lambda mp, x: -mp.log(mp.pi * (1 + x * x)), high=140)
element("cauchy.cdf", stats.cauchy.cdf, lambda mp, x: mp.atan2(1, -x) / mp.pi, high=100)
element("norm.logcdf", stats.norm.logcdf, lambda mp, x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2), high=2)
element(
    "gamma.logpdf",
    stats.gamma.logpdf,
    lambda mp, x, a: (a - 1) * mp.log(x) - x - mp.loggamma(a),
    "positive positive",
    260,
    -6,
    6,
)
element(
    "binom.logpmf",
    lambda p: stats.binom.logpmf(3, 10, p),
    lambda mp, p: mp.log(120 * p**3 * (1 - p) ** 7),
    "probability",
    400,
    -12,
)


# ------------------------------------------------------------------------------------------------ over a vector
def total(v):
    return sum(v[1:], v[0])


def mean(v):
    return total(v) / len(v)


def variance(v, less=0):
    m = mean(v)
    return total([(x - m) ** 2 for x in v]) / (len(v) - less)


def length(mp, v):
    return mp.sqrt(total([x * x for x in v]))


def log_of_sum(mp, v):
    top = max(v)
    return top + mp.log(total([mp.exp(x - top) for x in v]))


def product(v):
    return math.prod(v[1:], start=v[0])


def covariances(v):
    halves = v[: len(v) // 2], v[len(v) // 2 :]
    off = [[x - mean(h) for x in h] for h in halves]
    return [total([a * b for a, b in zip(p, q, strict=True)]) / (len(p) - 1) for p in off for q in off]


def correlation(mp, v):
    c = covariances(v)
    return c[1] / mp.sqrt(c[0] * c[3])


def at_quantile(mp, v, q):
    v, place = sorted(v), q * (len(v) - 1)
    i = min(int(mp.floor(place)), len(v) - 2)
    return v[i] + (v[i + 1] - v[i]) * (place - i)


def interpolated(v):
    at, x = (-1, 0.5, 2), v[0]
    if not at[0] < x < at[2]:
        return v[1] if x <= at[0] else v[3]
    i = int(x >= at[1])
    return v[1 + i] + (v[2 + i] - v[1 + i]) * (x - at[i]) / (at[i + 1] - at[i])


def line(v):
    """The line through the heights v over 0, 1, 3."""
    at = [a - mean([0, 1, 3]) for a in (0, 1, 3)]
    slope = total([a * y for a, y in zip(at, v, strict=True)]) / total([a * a for a in at])
    return [slope, mean(v) - slope * mean([0, 1, 3])]


def determinant(v):
    n = math.isqrt(len(v))
    if n == 1:
        return v[0]
    minors = [[v[i] for i in range(n, n * n) if i % n != k] for k in range(n)]
    return total([(-1) ** k * v[k] * determinant(m) for k, m in enumerate(minors)])


def square(x):
    return np.reshape(x, (2, 2))


def roots_of_sums(mp, v):
    """The singular values of a 2 x 2 matrix."""
    squares, product = total([x * x for x in v]), 2 * abs(determinant(v))
    p, q = mp.sqrt(squares + product), mp.sqrt(squares - product)
    return [(p + q) / 2, (p - q) / 2]


case("norm", np.linalg.norm, length, 3)
for p in (3, 1.5):
    case(
        f"norm {p}",
        lambda x, p=p: np.linalg.norm(x, p),
        lambda mp, v, p=p: total([abs(x) ** mp.mpf(p) for x in v]) ** (1 / mp.mpf(p)),
        3,
    )
case("norm of matrix", lambda x: np.linalg.norm(square(x)), length, 4)
case("nuclear norm", lambda x: np.linalg.norm(square(x), "nuc"), lambda mp, v: total(roots_of_sums(mp, v)), 4)
case("softmax", nn.softmax, lambda mp, v: [mp.exp(x - log_of_sum(mp, v)) for x in v], 3, kinds="mild")
case(
    "log_softmax", nn.log_softmax, lambda mp, v: [x - log_of_sum(mp, v) for x in v], 3, kinds="mild"
)  # (docs/accuracy.md)
case("logsumexp", sp.logsumexp, log_of_sum, 3, kinds="mild")
case("mean", np.mean, lambda mp, v: mean(v), 3)
case("var", np.var, lambda mp, v: variance(v), 3)
case("std", lambda x: np.std(x, ddof=1), lambda mp, v: mp.sqrt(variance(v, 1)), 3)
case("prod", np.prod, lambda mp, v: product(v), 3, low=-60, high=60)
case("cumprod", np.cumprod, lambda mp, v: [product(v[: i + 1]) for i in range(3)], 3, low=-60, high=60)
case("cumsum", np.cumsum, lambda mp, v: [total(v[: i + 1]) for i in range(3)], 3)
case(
    "average",
    lambda x: np.average(x[:2], weights=x[2:]),
    lambda mp, v: (v[0] * v[2] + v[1] * v[3]) / (v[2] + v[3]),
    4,
    "positive",
)
case("interp", lambda x: np.interp(x[0], np.array([-1, 0.5, 2]), x[1:]), lambda mp, v: interpolated(v), 4)
case("gradient", np.gradient, lambda mp, v: [v[1] - v[0], (v[2] - v[0]) / 2, (v[3] - v[1]) / 2, v[3] - v[2]], 4)
case(
    "trapezoid", lambda x: np.trapezoid(x[:3], x[3:]),
    lambda mp, v: ((v[0] + v[1]) * (v[4] - v[3]) + (v[1] + v[2]) * (v[5] - v[4])) / 2, 6,
)  # fmt: skip
case("cov", lambda x: np.cov(np.reshape(x, (2, 3))).ravel(), lambda mp, v: covariances(v), 6)
case("corrcoef", lambda x: np.corrcoef(np.reshape(x, (2, 3)))[0, 1], correlation, 6, low=-60, high=60)
case(
    "quantile",
    lambda x: np.quantile(x, np.array([0.25, 0.6])),
    lambda mp, v: [at_quantile(mp, v, mp.mpf(q)) for q in (0.25, 0.6)],
    4,
)
case("median", np.median, lambda mp, v: at_quantile(mp, v, mp.mpf(0.5)), 4)
case("polyfit", lambda y: np.polyfit(np.array([0.0, 1, 3]), y, 1), lambda mp, v: line(v), 3)
case(
    "polyval", lambda x: np.polyval(x[:3], x[3]), lambda mp, v: (v[0] * v[3] + v[1]) * v[3] + v[2], 4, low=-60, high=60
)
case(
    "convolve", lambda x: np.convolve(x[:3], x[3:]),
    lambda mp, v: [v[0] * v[3], v[0] * v[4] + v[1] * v[3], v[1] * v[4] + v[2] * v[3], v[2] * v[4]], 5,
)  # fmt: skip
case("unwrap", np.unwrap, lambda mp, v: unwrapped(mp, v), 3, kinds="mild linear")
case("det", lambda x: np.linalg.det(np.reshape(x, (3, 3))), lambda mp, v: determinant(v), 9, low=-60, high=60)
case("slogdet", lambda x: np.linalg.slogdet(square(x))[1], lambda mp, v: mp.log(abs(determinant(v))), 4)
case(
    "inv",
    lambda x: np.linalg.inv(square(x)).ravel(),
    lambda mp, v: [s * v[k] / determinant(v) for s, k in ((1, 3), (-1, 1), (-1, 2), (1, 0))],
    4,
)
case("singular values", lambda x: np.linalg.svd(square(x), compute_uv=False), roots_of_sums, 4)
case("t.logpdf", lambda x: stats.t.logpdf(x[0], x[1]), lambda mp, v: log_t(mp, *v), 2, "real positive", 200, "mild")


def unwrapped(mp, v):
    """np.unwrap: steps that are longer than pi by whole turns."""
    out = [v[0]]
    for a, b in zip(v, v[1:], strict=False):
        out.append(out[-1] + (b - a) - 2 * mp.pi * mp.floor((b - a + mp.pi) / (2 * mp.pi)))
    return out


def log_t(mp, x, df):
    return (
        mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - mp.log(df * mp.pi) / 2 - (df + 1) / 2 * mp.log(1 + x * x / df)
    )


# ------------------------------------------------------------------------------------------------ points
def drawn(rng, domain, low, high, specials):
    """A number of a domain: of any magnitude, or close to a special one."""
    pick, sign = rng.integers(3), rng.choice([-1, 1])
    if pick == 0:
        x = sign * 10.0 ** rng.uniform(low, high)
    elif pick == 1:
        x = sign * 10.0 ** rng.uniform(max(low, -3), min(high, 1.3))
    else:
        p = float(specials[rng.integers(len(specials))])
        x = p + sign * 10.0 ** rng.uniform(min(max(low, -14), -1), -1) * (abs(p) or 1)
    if domain == "real":
        return x
    x = abs(x)
    if domain == "positive":
        return x
    if domain == "above":
        return max(1 + x, 1 + 2.0**-50)
    if domain == "shifted":
        return x if sign > 0 else -1 + 10.0 ** rng.uniform(-15, -0.1)
    if domain == "middle":
        return rng.uniform(0.01, 0.99)
    inside = x if x < 1 else 1 - 10.0 ** rng.uniform(-12, -0.5)
    return inside if domain == "probability" else sign * inside


def point(name, rng, kind):
    _, _, count, how = CASES[name]
    if kind == "any":
        return np.array([drawn(rng, d, how["low"], how["high"], how["specials"]) for d in how["domain"]])
    x = rng.uniform(-3, 3, count)
    if kind == "scaled":
        x *= 10.0 ** rng.uniform(how["low"], how["high"])
    elif kind == "linear":
        x = rng.uniform(-1, 1, count) * 10.0 ** rng.uniform(-3, 2.5)
    signs = [1 if d == "real" else -1 for d in how["domain"] * (count // len(how["domain"]))]
    return np.where(np.array(signs) > 0, x, np.abs(x))


def points(name, count, seed):
    """[(x, number of the output, of a number of x)] of a case."""
    ours, _, n, how = CASES[name]
    rng = np.random.default_rng([seed, *name.encode()])
    found = []
    for k in range(count):
        x = point(name, rng, how["kinds"][k % len(how["kinds"])])
        with np.errstate(all="ignore"):
            size = np.size(ours(x))
        found.append((x, int(rng.integers(size)), int(rng.integers(n))))
    return found


# ------------------------------------------------------------------------------------------------ figures
def exact(mp, name, x, output, i):
    """(the value, the gradient, and the row i of the second derivatives, each followed by its units), as floats; None where one is no float."""
    _, f, count, how = CASES[name]
    with mp.workdps(how["digits"]):
        v = [mp.mpf(float(a)) for a in x]

        def value(v):
            out = f(mp, v)
            return mp.re(out[output] if isinstance(out, list) else out)

        memo = {}

        def slope(*orders):
            orders = tuple(sorted(orders))
            if orders not in memo:
                memo[orders] = differenced(mp, value, v, orders, how["digits"])
            return memo[orders]

        rows = []
        for kind in ([()], [(k,) for k in range(count)], [(i, k) for k in range(count)]):
            figures = [slope(*o) for o in kind]
            largest = max(map(abs, figures)) if how["normwise"] else 0
            moved = [sum(abs(v[k] * slope(*o, k)) for k in range(count)) for o in kind]
            units = [mp.mpf(2) ** -52 * (max(abs(w), largest) + c) for w, c in zip(figures, moved, strict=True)]
            if any(abs(w) > 1e300 for w in (*figures, *units)):
                return None
            rows += [[float(w) for w in figures], [float(f"{max(float(u), 1e-290):.2g}") for u in units]]
        return rows


def differenced(mp, f, v, orders, digits):
    """A derivative by central differences, of steps that leave half of the digits at third order."""
    if not orders:
        return f(v)
    i, *rest = orders
    h = mp.mpf(10) ** -(digits // 8) * (abs(v[i]) or 1)
    up, down = list(v), list(v)
    up[i], down[i] = v[i] + h, v[i] - h
    return (differenced(mp, f, up, rest, digits) - differenced(mp, f, down, rest, digits)) / (2 * h)


def errors(name, x, output, i, rows):
    """The largest error of the value, of the gradient and of the second derivatives (forward over reverse, reverse twice), in their units."""
    ours = CASES[name][0]

    def f(x):
        return np.ravel(ours(x))[output]

    slope, towards = fg.grad(f), np.eye(len(x))[i]
    with np.errstate(all="ignore"):
        seconds = fg.jvp(slope, (x,), (towards,))[1], fg.grad(lambda x: slope(x)[i])(x)
        got = [[f(x)]], [slope(x), *[[fg.jvp(f, (x,), (towards,))[1]]]], seconds
    found = []
    for figures, want, units in zip(got, rows[::2], rows[1::2], strict=True):
        want, units = np.array(want), np.array(units)
        parts = [(g, slice(i, i + 1) if len(g) < len(want) else slice(None)) for g in figures]
        found.append(max(float(np.max(np.nan_to_num(np.abs(g - want[at]) / units[at], nan=np.inf))) for g, at in parts))
    return found
