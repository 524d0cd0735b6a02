"""Writes hypergeometric.json: derivatives of 1F1 and 2F1 by their parameters and argument, by mpmath 1.3 at 60 digits. Run it in the root.

With large parameters of both signs by their power series at 600 digits (mpmath's own functions lose all digits at some).
"""

import json
import pathlib

import mpmath as mp
import numpy as np

ORDERS = {
    "hyp1f1": [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (2, 0, 0), (0, 2, 1), (0, 0, 3)],
    "hyp2f1": [
        (0, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
        (1, 0, 1, 0),
        (0, 0, 2, 0),
        (0, 1, 0, 2),
    ],
}
POINTS = {"hyp1f1": (0.4, -3.0, 20.0, -800.0), "hyp2f1": (0.3, 0.8, -0.7, -30.0)}

LARGE = {"hyp1f1": ((-60, 60), (-300, 300)), "hyp2f1": ((-30, 30), (-90, 90))}
ARGUMENTS = {"hyp1f1": (-90.0, 250.0), "hyp2f1": (-0.7, 0.8)}


def series(up, down):
    def f(*args):
        *parameters, z = args
        term = total = mp.mpf(1)
        for n in range(20000):
            for i, p in enumerate(parameters):
                term = term * (p + n) if i < up else term / (p + n)
            term *= z / (n + 1)
            total += term
            if n > 2000 and abs(term) < abs(total) * mp.mpf(10) ** -100:
                return total

    return f


def large(rng, name, order):
    f = series(1, 1) if name == "hyp1f1" else series(2, 1)
    for low, high in LARGE[name]:
        for z in ARGUMENTS[name]:
            args = [*rng.uniform(low, high, len(order) - 1).round(3).tolist(), z]
            with mp.workdps(600):
                yield [name, order, args, float(mp.diff(f, tuple(map(mp.mpf, args)), order))]


def main():
    rng, rows = np.random.default_rng(3), []
    mp.mp.dps = 60
    for name, orders in ORDERS.items():
        for order in orders:
            for low in (0.2, -5.0):
                for x in POINTS[name]:
                    args = [*rng.uniform(low, 5.0, len(order) - 1).round(3).tolist(), x]
                    rows.append([name, order, args, float(mp.diff(getattr(mp, name), tuple(map(mp.mpf, args)), order))])
        for order in orders[:2]:
            rows += [row for row in large(rng, name, order) if 1e-290 < abs(row[-1]) < 1e290]
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    text = f'{{"mpmath": "{mp.__version__}", "rows": [\n{lines}\n]}}\n'
    pathlib.Path("tests/expected/hypergeometric.json").write_text(text)


if __name__ == "__main__":
    main()
